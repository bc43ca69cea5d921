// bench_compare BASELINE RESULT [MARGIN [YARDSTICK]]: fails when a benchmark takes more than MARGIN (default 1.5) times the CPU
// time of the baseline. With a YARDSTICK, a benchmark of both files, times are first divided by its time, so that a slower
// machine is not a slower program.
#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace {

/// CPU nanoseconds an item (an iteration, where a benchmark counts no items), by benchmark; nothing when unreadable.
std::optional<std::map<std::string, double>> read_times(const char* path) {
  std::ifstream in(path);
  const nlohmann::json json = nlohmann::json::parse(in, nullptr, false);
  if (!json.contains("benchmarks")) {
    std::fprintf(stderr, "%s: no benchmark results (run with --benchmark_out_format=json)\n", path);
    return std::nullopt;
  }
  std::map<std::string, double> times;
  for (const nlohmann::json& row : json["benchmarks"]) {
    const std::string name = row.value("name", "");
    const double a_second = row.value("items_per_second", 0.0);
    const std::string unit = row.value("time_unit", "ns");
    const double scale = unit == "ns" ? 1 : unit == "us" ? 1e3 : unit == "ms" ? 1e6 : 1e9;
    const bool manual = name.find("manual_time") != std::string::npos;
    times[name] = a_second > 0 ? 1e9 / a_second : row.value(manual ? "real_time" : "cpu_time", 0.0) * scale;
  }
  return times;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3 || argc > 5) {
    std::fprintf(stderr, "usage: %s BASELINE RESULT [MARGIN [YARDSTICK]]\n", argv[0]);
    return 2;
  }
  const double margin = argc > 3 ? std::stod(argv[3]) : 1.5;
  auto baseline = read_times(argv[1]), result = read_times(argv[2]);
  if (!baseline || !result) return 2;
  double speed = 1;   // of this machine, as times of the baseline's
  if (argc > 4) {
    if (!baseline->contains(argv[4]) || !result->contains(argv[4])) {
      std::fprintf(stderr, "no benchmark '%s' in both files\n", argv[4]);
      return 2;
    }
    speed = result->at(argv[4]) / baseline->at(argv[4]);
  }
  bool slower = false;
  for (const auto& [name, before] : *baseline) {
    const auto found = result->find(name);
    if (found == result->end()) {
      std::printf("%-32s missing\n", name.c_str());
      slower = true;
      continue;
    }
    const double ratio = found->second / before / speed;
    std::printf("%-32s %10.1f ns -> %10.1f ns  x%.2f%s\n", name.c_str(), before, found->second, ratio, ratio > margin ? "  SLOWER" : "");
    slower = slower || ratio > margin;
  }
  return slower ? 1 : 0;
}
