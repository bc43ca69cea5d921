#include "adapters/cli/report_files.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>

#include "reports/render.hpp"

namespace akstwin {
namespace {

namespace fs = std::filesystem;

Error not_written(const fs::path& path, int error_number) {
  return {"cannot write " + path.string() + ": " + (error_number != 0 ? std::strerror(error_number) : "the disk refused")};
}

struct ReportFile {
  const char* name;
  Format format;
};

constexpr ReportFile kFiles[] = {
    {"report.html", Format::Html}, {"result.json", Format::Json}, {"tables.csv", Format::Csv}, {"summary.md", Format::Markdown}};

}  // namespace

// Through a neighbour and a rename, so that a full disk leaves no half report behind.
Result<void> write_file(const fs::path& path, const std::string& text) {
  fs::path part = path;
  part += ".part";
  errno = 0;
  std::ofstream file(part, std::ios::binary | std::ios::trunc);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  std::error_code error;
  if (!file) {
    const int reason = errno;
    fs::remove(part, error);
    return tl::unexpected(not_written(path, reason));
  }
  fs::rename(part, path, error);
  if (error) return tl::unexpected(not_written(path, error.value()));
  return {};
}

Result<void> prepare_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail("cannot make the folder " + folder.string() + ": " + error.message());
  const fs::path probe = folder / ".akstwin-probe";
  if (auto written = write_file(probe, "."); !written) return written;
  fs::remove(probe, error);
  return {};
}

Result<std::vector<fs::path>> write_report_files(const fs::path& folder, const Outcome& outcome, const std::vector<Comparison>& comparisons) {
  std::vector<fs::path> written;
  for (const auto& file : kFiles) {
    std::ostringstream text;
    render(outcome, comparisons, file.format, text);
    const fs::path path = folder / file.name;
    if (auto done = write_file(path, text.str()); !done) return tl::unexpected(done.error());
    written.push_back(path);
  }
  return written;
}

}  // namespace akstwin
