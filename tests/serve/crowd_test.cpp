// Many clients at once over real TLS connections, and clients that do not read.
#include <poll.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <thread>

#include "tests/serve/served.hpp"
#include "tests/serve/tls_client.hpp"

using namespace akstwin;
using namespace akstwin::test;

namespace {

constexpr Pace kPaused{Pace::Mode::Paused, 0};
const std::string kCrowdMaps = "/api/v1/namespaces/shop/configmaps";

std::string request(const Running& server, const std::string& method, const std::string& target, const std::string& body = {}) {
  return method + " " + target + " HTTP/1.1\r\nHost: twin\r\nAuthorization: Bearer " + server.token() + "\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string map_text(int number, const std::string& value) {
  return Json{{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", {{"name", "c" + std::to_string(number)}}}, {"data", {{"value", value}}}}.dump();
}

/// 400 writes: 20 objects in rounds of create, change, change, change, delete.
void write_much(const Running& server) {
  TlsClient writer(server.port());
  for (int i = 0; i < 400; ++i) {
    const int number = i % 20, round = i / 20;
    const std::string target = kCrowdMaps + "/c" + std::to_string(number);
    const bool remove = round % 5 == 4;   // and the round after creates it again
    if (remove) writer.send(request(server, "DELETE", target));
    else if (round % 5 == 0) writer.send(request(server, "POST", kCrowdMaps, map_text(number, std::to_string(i))));
    else writer.send(request(server, "PUT", target, map_text(number, std::to_string(i))));
    writer.answer();
  }
}

std::uint64_t version_in(std::string_view event) {
  constexpr std::string_view kField = "\"resourceVersion\":\"";
  const std::size_t at = event.find(kField);
  return at == std::string_view::npos ? 0 : std::strtoull(std::string(event.substr(at + kField.size(), 20)).c_str(), nullptr, 10);
}

std::vector<std::uint64_t> versions_in(const TlsClient& watcher) {
  std::vector<std::uint64_t> out;
  const std::string body = unchunked(watcher.received());
  for (const std::string_view line : lines_of(body)) out.push_back(version_in(line));
  return out;
}

/// Reads all watchers but every tenth until each has had `count` events or 30 s are over; the tenths read only then.
void read_all(std::vector<std::unique_ptr<TlsClient>>& watchers, std::size_t count) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  std::vector<std::size_t> looked_at(watchers.size(), 0), seen(watchers.size(), 0);
  for (const bool lazy : {false, true}) {
    for (bool whole = false; !whole && std::chrono::steady_clock::now() < end;) {
      whole = true;
      std::vector<pollfd> ready;
      for (std::size_t i = 0; i < watchers.size(); ++i) {
        if ((i % 10 == 0) != lazy) continue;
        watchers[i]->take();
        const std::string& text = watchers[i]->received();
        for (; (looked_at[i] = text.find("{\"type\":", looked_at[i])) != std::string::npos; ++looked_at[i]) ++seen[i];
        looked_at[i] = text.size() < 8 ? 0 : text.size() - 7;
        whole = whole && seen[i] >= count;
        ready.push_back({watchers[i]->descriptor(), POLLIN, 0});
      }
      if (!whole) ::poll(ready.data(), ready.size(), 20);
    }
  }
}

/// Resident memory of this process, in MiB.
std::int64_t resident_mib() {
  std::ifstream file("/proc/self/statm");
  std::int64_t size = 0, pages = 0;
  file >> size >> pages;
  return pages * ::sysconf(_SC_PAGESIZE) >> 20;
}

/// 60 MiB of changes of one object.
void write_sixty_mib(const Running& server) {
  TlsClient writer(server.port());
  for (int i = 0; i < 120; ++i) {
    writer.send(request(server, i == 0 ? "POST" : "PUT", kCrowdMaps + (i == 0 ? "" : "/c1"), map_text(1, std::string(512 << 10, static_cast<char>('a' + i % 26)))));
    writer.answer();
  }
}

}  // namespace

TEST_CASE("Two hundred watches over TLS see every change of the store once and in its order, whether they read at once or late") {
  Running server(kPaused);
  TlsClient lister(server.port());
  lister.send(request(server, "GET", kCrowdMaps));
  const std::string from = Json::parse(lister.answer())["metadata"]["resourceVersion"];
  std::vector<std::unique_ptr<TlsClient>> watchers;
  for (int i = 0; i < 200; ++i) {
    watchers.push_back(std::make_unique<TlsClient>(server.port()));
    watchers.back()->send(request(server, "GET", kCrowdMaps + "?watch=true&resourceVersion=" + from));
  }
  std::thread writer([&] { write_much(server); });
  read_all(watchers, 400);
  writer.join();
  server.stop();
  const ObjectTable& table = server.world().clusters().front().store.table(find_resource("", "v1", "configmaps"));
  std::vector<std::uint64_t> versions;
  for (std::uint64_t number = table.after(std::stoull(from)); number < table.end(); ++number) versions.push_back(table.entry(number).version);
  REQUIRE(versions.size() == 400);
  for (std::size_t i = 0; i < watchers.size(); ++i)
    if (versions_in(*watchers[i]) != versions) FAIL("watch " << i << " saw " << versions_in(*watchers[i]).size() << " events, or in another order");
}

TEST_CASE("A watch that takes nothing costs no memory and is dropped, and the server goes on") {
  Running server(ServeOptions{.pace = kPaused, .write_timeout = std::chrono::milliseconds(400), .watch_log_bytes = std::size_t{2} << 20});
  TlsClient stalled(server.port(), 4'096);
  stalled.send(request(server, "GET", kCrowdMaps + "?watch=true"));
  const std::int64_t before = resident_mib();
  write_sixty_mib(server);
  // The log keeps 2 MiB, a write to the stalled client 0.5 MiB at most.
  CHECK(resident_mib() - before < 30);
  std::this_thread::sleep_for(std::chrono::milliseconds(900));
  CHECK(stalled.take_all(5'000));
  CHECK_FALSE(stalled.received().ends_with("0\r\n\r\n"));   // cut, not ended: the client sees that something is missing
  CHECK(stalled.received().size() < (std::size_t{20} << 20));
  TlsClient other(server.port());
  other.send(request(server, "GET", kCrowdMaps + "/c1"));
  CHECK(Json::parse(other.answer())["kind"] == "ConfigMap");
}

TEST_CASE("A watch that comes back after more has changed than the log keeps is told 410 and ended") {
  Running server(ServeOptions{.pace = kPaused, .watch_log_bytes = std::size_t{2} << 20});
  TlsClient slow(server.port(), 4'096);
  slow.send(request(server, "GET", kCrowdMaps + "?watch=true"));
  write_sixty_mib(server);
  // The connection is kept alive, as HTTP has it: the end of the answer is the empty chunk.
  for (int i = 0; i < 500 && !slow.received().ends_with("0\r\n\r\n"); ++i) {
    slow.take();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const std::string body = unchunked(slow.received());
  REQUIRE_FALSE(body.empty());
  const auto lines = lines_of(body);
  const Json last = Json::parse(lines.back());
  CHECK(last["type"] == "ERROR");
  CHECK(last["object"]["code"] == 410);
}
