// Each rule fires on a bad sample and keeps quiet on a good one.
#include <catch2/catch.hpp>

#include "tests/tidy/rules.hpp"

namespace {

using namespace akstwin::tidy;

const Paths kPaths = {"sim/base/time.hpp", "sim/kernel.hpp",          "models/api/actions.hpp", "models/kube/kubelet.hpp",
                      "models/azure/ipam.hpp", "models/observe/kinds.hpp", "reports/cost.hpp",       "models/spec/scenario.hpp"};

std::size_t include_faults(const std::string& path, const std::string& line) { return check_includes(source_file(path, line + "\n"), kPaths).size(); }

std::size_t word_faults(const std::string& path, const std::string& line) { return check_words(source_file(path, line + "\n")).size(); }

std::string function_of(int body_lines) {
  std::string text = "int count(int x) {\n";
  for (int i = 0; i < body_lines; ++i) text += "  ++x;\n";
  return text + "}\n";
}

}  // namespace

TEST_CASE("An include that points up or sideways is found") {
  CHECK(include_faults("sim/base/time.cpp", "#include \"sim/kernel.hpp\"") == 1);
  CHECK(include_faults("sim/kernel.cpp", "#include \"sim/base/time.hpp\"") == 0);
  CHECK(include_faults("models/controllers/autoscaling/x.cpp", "#include \"sim/kernel.hpp\"") == 1);
  CHECK(include_faults("models/controllers/autoscaling/x.cpp", "#include \"models/kube/kubelet.hpp\"") == 1);
  CHECK(include_faults("models/controllers/autoscaling/x.cpp", "#include \"models/api/actions.hpp\"") == 0);
  CHECK(include_faults("models/azure/x.cpp", "#include \"models/kube/kubelet.hpp\"") == 1);
  CHECK(include_faults("models/world/x.cpp", "#include \"models/kube/kubelet.hpp\"") == 0);
  CHECK(include_faults("models/world/x.cpp", "#include \"reports/cost.hpp\"") == 1);
  CHECK(include_faults("reports/x.cpp", "#include \"models/api/actions.hpp\"") == 1);
  CHECK(include_faults("scenarios/x.cpp", "#include \"models/spec/scenario.hpp\"") == 0);
  CHECK(include_faults("scenarios/x.cpp", "#include \"models/observe/kinds.hpp\"") == 1);
}

TEST_CASE("An include that is not named from the root is found") {
  CHECK(include_faults("sim/base/time.cpp", "#include \"time.hpp\"") == 1);
  CHECK(include_faults("sim/base/time.cpp", "#  include \"../base/time.hpp\"") == 1);
}

TEST_CASE("A third-party header outside its place is found") {
  CHECK(include_faults("sim/calendar.cpp", "#include <simgrid/s4u.hpp>") == 1);
  CHECK(include_faults("sim/simgrid_kernel.cpp", "#include <simgrid/s4u.hpp>") == 0);
  CHECK(include_faults("scenarios/load.cpp", "#include <yaml-cpp/yaml.h>") == 1);
  CHECK(include_faults("reports/x.cpp", "#include <boost/beast.hpp>") == 1);
  CHECK(include_faults("adapters/cli/x.cpp", "#include <boost/asio.hpp>") == 1);
  CHECK(include_faults("adapters/http/x.cpp", "#include <boost/asio.hpp>") == 0);
  CHECK(include_faults("models/kube/x.cpp", "#include <Eigen/Dense>") == 1);
  CHECK(include_faults("models/kube/x.cpp", "#include <random>") == 1);
  CHECK(include_faults("models/kube/x.cpp", "#include <algorithm>") == 0);
}

TEST_CASE("A file of more than 600 lines is found") {
  std::string text;
  for (int i = 0; i < 600; ++i) text += "// line\n";
  CHECK(check_lengths(source_file("sim/x.cpp", text)).empty());
  CHECK(check_lengths(source_file("sim/x.cpp", text + "// line\n")).size() == 1);
}

TEST_CASE("A function of more than 70 lines is found, wherever it stands") {
  CHECK(check_lengths(source_file("sim/x.cpp", function_of(68))).empty());
  const std::string text = function_of(69);
  CHECK(check_lengths(source_file("sim/x.cpp", text)).size() == 1);
  CHECK(check_lengths(source_file("sim/x.cpp", "namespace a {\nclass B : public C {\n" + text + "};\n}\n")).size() == 1);
  CHECK(check_lengths(source_file("sim/x.cpp", "template <class T, class U = std::vector<T>>\n" + text)).size() == 1);
  CHECK(check_lengths(source_file("tests/x.cpp", text)).empty());
  const auto found = check_lengths(source_file("sim/x.cpp", "int a = 1;\n\n" + text));
  REQUIRE(found.size() == 1);
  CHECK(found[0].line == 3);
}

TEST_CASE("The scanner is not misled by literals, initialisers, tables and lambdas") {
  CHECK(functions_of(code_only("const char* a = R\"x(void f() { \" )x\";\nint g() { return '{'; }\n")).size() == 1);
  CHECK(functions_of(code_only("A::A(int x) : b_{x}, c_{1} {\n  f();\n}\n")).size() == 1);
  CHECK(functions_of(code_only("A::A(int x)\n    : b_{x} {}\nvoid g() {}\n")).size() == 2);
  CHECK(functions_of(code_only("constexpr int kTable[] = {\n  1,\n  f(2),\n};\n")).empty());
  CHECK(functions_of(code_only("const auto f = [](int x) { return x; };\n")).size() == 1);
  CHECK(functions_of(code_only("enum class E { a, b };\nstruct S { int x{3}; int f() const { return x; } };\n")).size() == 1);
  CHECK(functions_of(code_only("bool operator==(A a, B b) { return true; }\nint k = 1'000'000;\nvoid f(int a = 3) {}\n")).size() == 2);
  CHECK(functions_of(code_only("extern \"C\" {\nvoid f() {}\n}\nnamespace {\nvoid g() {}\n}\n")).size() == 2);
  CHECK(functions_of(code_only("#define M(x) { \\\n  x {\nvoid f() {} // {\n/* { */ void g() {}\n")).size() == 2);
}

TEST_CASE("A header without a guard, or with a namespace opened, is found") {
  CHECK(check_header(source_file("sim/x.hpp", "int f();\n")).size() == 1);
  CHECK(check_header(source_file("sim/x.hpp", "#pragma once\nusing namespace std;\n")).size() == 1);
  CHECK(check_header(source_file("sim/x.hpp", "#pragma once\ninline void f() {\n  using namespace literals;\n}\n")).empty());
  CHECK(check_header(source_file("sim/x.cpp", "using namespace std;\n")).empty());
}

TEST_CASE("Banned words are found in code, not in comments that explain them") {
  CHECK(word_faults("models/kube/x.cpp", "int r = std::rand();") == 1);
  CHECK(word_faults("models/kube/x.cpp", "// std::rand() would differ") == 0);
  CHECK(word_faults("models/kube/x.cpp", "std::normal_distribution<double> d;") == 1);
  CHECK(word_faults("models/kube/x.cpp", "auto* p = new Pod();") == 1);
  CHECK(word_faults("models/kube/x.cpp", "int renewed = new_pods + 1;") == 0);
  CHECK(word_faults("models/kube/x.cpp", "Pod(const Pod&) = delete;") == 0);
  CHECK(word_faults("models/kube/x.cpp", "std::shared_ptr<Pod> p;") == 1);
  CHECK(word_faults("models/kube/x.cpp", "auto t = std::chrono::system_clock::now();") == 1);
  CHECK(word_faults("adapters/cli/x.cpp", "auto t = std::chrono::steady_clock::now();") == 0);
  CHECK(word_faults("models/kube/x.cpp", "  static int calls = 0;") == 1);
  CHECK(word_faults("models/kube/x.cpp", "  static const std::vector<int> kTable = {1};") == 0);
  CHECK(word_faults("models/kube/x.hpp", "  static Pod parse(int x);") == 0);
}

TEST_CASE("Notes to self and paths of a machine are found everywhere") {
  const std::string kHome = std::string("/ho") + "me/";   // put together, so that this file holds no such path
  CHECK(word_faults("docs/x.md", "TODO: later") == 1);
  CHECK(word_faults("sim/x.cpp", "// TODO(#12): later") == 0);
  CHECK(word_faults("sim/x.cpp", "// FIXME") == 1);
  CHECK(word_faults("scripts/run", "cd " + kHome + "ada/akstwin") == 1);
  CHECK(word_faults("tests/x.cpp", "open(\"" + kHome + "x\")") == 1);
  CHECK(word_faults("tests/x.cpp", "https://example.org" + kHome) == 0);
  CHECK(word_faults("sim/x.cpp", "int a;  ") == 1);
}

TEST_CASE("Links that lead nowhere and pages that nobody links are found") {
  const std::vector<SourceFile> tree = {source_file("docs/README.md", "# Map\n[a](models/a.md) [b](models/a.md#two-words) [c](https://x.org)\n"),
                                        source_file("docs/adr/0005-units.md", "# Units\n"),
                                        source_file("docs/models/a.md", "# A\n## Two words\n[up](../README.md)\n`[not](a-link)`\n")};
  CHECK(check_links(tree[0], tree).empty());
  CHECK(check_links(tree[2], tree).empty());
  CHECK(check_links(source_file("docs/b.md", "[a](models/b.md)\n"), tree).size() == 1);
  CHECK(check_links(source_file("docs/b.md", "[a](models/a.md#three)\n"), tree).size() == 1);
  CHECK(check_links(source_file("sim/x.cpp", "// docs/adr/0005 and docs/models/a.md\n"), tree).empty());
  CHECK(check_links(source_file("sim/x.cpp", "// docs/adr/0006\n// docs/models/b.md\n"), tree).size() == 2);
  const Violations orphans = check_orphans(tree);
  REQUIRE(orphans.size() == 1);
  CHECK(orphans[0].path == "docs/adr/0005-units.md");
}
