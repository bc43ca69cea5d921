#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "adapters/drive/journal.hpp"
#include "tests/support/process.hpp"

namespace akstwin::test {
namespace {

using std::chrono::seconds;

/// The served twin of the catalogue's first cluster, and the program that drives it.
struct ServedTwin {
  ServedTwin() : server({"akstwin", "serve", scenario(), "--listen", "127.0.0.1:0", "--speed", "20x", "--kubeconfig", "kc.yaml"}, folder.path(), AKSTWIN_BINARY_DIR) {
    REQUIRE(server.await_err("Serving", seconds(60)));
    for (int i = 0; i < 100 && !std::filesystem::exists(folder.path() / "kc.yaml"); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    std::ifstream in(folder.path() / "kc.yaml");
    for (std::string line; std::getline(in, line);)
      if (line.starts_with("current-context: ")) context = line.substr(17);
    REQUIRE_FALSE(context.empty());
  }
  static std::string scenario() { return std::string(AKSTWIN_SOURCE_DIR) + "/scenarios/catalog/first-cluster.yaml"; }
  void write(const char* name, const std::string& text) const { std::ofstream(folder.path() / name) << text; }
  std::vector<std::string> words(std::initializer_list<std::string> verb) const {
    std::vector<std::string> argv{"akstwin"};
    argv.insert(argv.end(), verb);
    argv.insert(argv.end(), {"--context", context, "--kubeconfig", "kc.yaml"});
    return argv;
  }
  Finished run(std::initializer_list<std::string> verb) const { return Process(words(verb), folder.path(), AKSTWIN_BINARY_DIR).finish(seconds(120)); }
  std::string allow() const {
    return "contexts: [" + context +
           "]\nnamespaces: [shop]\npools: [user]\nactions: [workload.scale, pool.cordon, wait]\nmaxAffectedPercent: 100\nmaxAffectedPods: 20\nmaxDuration: 5m\n"
           "window: {days: [Mon, Tue, Wed, Thu, Fri, Sat, Sun], from: \"00:00\", to: \"24:00\"}\n";
  }

  TemporaryFolder folder;
  Process server;
  std::string context;
};

}  // namespace

TEST_CASE("The served twin is driven like a cluster: refused without a list, without the second key, and a dead run is undone") {
  ServedTwin twin;
  const std::string s = ServedTwin::scenario();
  // No allow-list: nothing is allowed.
  const Finished bare = twin.run({"drive", "plan", s, "--action", "pool.cordon(user, 1)"});
  CHECK(bare.exit_code == 3);
  CHECK(bare.out.find("is not on the allow-list") != std::string::npos);
  twin.write("allow.yaml", twin.allow());
  const Finished keyless = twin.run({"drive", "plan", s, "--allow", "allow.yaml", "--action", "workload.scale(shop/web, 3)"});
  CHECK(keyless.exit_code == 3);
  CHECK(keyless.out.find("the second key") != std::string::npos);
  const Finished planned = twin.run({"drive", "plan", s, "--allow", "allow.yaml", "--action", "pool.cordon(user, 1)"});
  INFO(planned.out << planned.err);
  CHECK(planned.exit_code == 0);
  CHECK(planned.out.find("dry run: accepted") != std::string::npos);
  const Finished mistyped = twin.run({"drive", "apply", s, "--allow", "allow.yaml", "--confirm", "other", "--action", "pool.cordon(user, 1)"});
  CHECK(mistyped.exit_code == 3);
  const Finished done = twin.run({"drive", "apply", s, "--allow", "allow.yaml", "--confirm", twin.context, "--undo", "--journal", "j.jsonl", "--action", "pool.cordon(user, 1)"});
  INFO(done.out << done.err);
  CHECK(done.exit_code == 0);
  CHECK(done.err.find("undo: uncordon node") != std::string::npos);
  // Killed in the middle: the dead-man process undoes it.
  Process killed(twin.words({"drive", "apply", s, "--allow", "allow.yaml", "--confirm", twin.context, "--journal", "k.jsonl", "--action", "pool.cordon(user, 1)", "--action", "wait(4m)"}), twin.folder.path(), AKSTWIN_BINARY_DIR);
  REQUIRE(killed.await_err("cordon node", seconds(60)));
  std::this_thread::sleep_for(seconds(1));
  killed.send(SIGKILL);
  std::string journal;
  for (int i = 0; i < 300 && journal.find("\"kind\":\"end\"") == std::string::npos; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    std::ifstream in(twin.folder.path() / "k.jsonl");
    std::ostringstream text;
    text << in.rdbuf();
    journal = text.str();
  }
  const JournalSummary summary = summarize_journal(journal);
  CHECK(summary.fault.empty());
  CHECK(summary.outcome == "undone");
  CHECK(summary.standing.empty());
}

TEST_CASE("The served twin is watched like a cluster, and its recording is calibrated and compared") {
  ServedTwin twin;
  const Finished seen = twin.run({"observe", ServedTwin::scenario(), "--for", "8s", "--out", "seen", "--record", "exchanges.jsonl"});
  INFO(seen.out << seen.err);
  CHECK((seen.exit_code == 0 || seen.exit_code == 99));
  for (const char* name : {"timeline.jsonl", "report.html", "result.json"}) CHECK(std::filesystem::exists(twin.folder.path() / "seen" / name));
  std::ifstream in(twin.folder.path() / "exchanges.jsonl");
  std::ostringstream exchanges;
  exchanges << in.rdbuf();
  CHECK(exchanges.str().find("Bearer") == std::string::npos);
  CHECK(exchanges.str().find("/api/v1/nodes") != std::string::npos);
  const Finished compared = Process({"akstwin", "compare-real", ServedTwin::scenario(), "seen", "-o", "csv"}, twin.folder.path(), AKSTWIN_BINARY_DIR).finish(seconds(60));
  INFO(compared.err);
  CHECK(compared.exit_code == 0);
  CHECK(compared.out.find("nodes ready mean") != std::string::npos);
  const Finished shadowed = twin.run({"shadow", ServedTwin::scenario(), "--for", "5s", "-o", "json"});
  CHECK(shadowed.exit_code == 0);
  CHECK(shadowed.out.find("kube-scheduler") != std::string::npos);
}

}  // namespace akstwin::test
