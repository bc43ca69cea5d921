#include <catch2/catch.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>

#include "reports/chart_svg.hpp"
#include "reports/render.hpp"
#include "reports/text.hpp"
#include "tests/reports/showcase.hpp"
#include "tests/support/skip.hpp"

namespace akstwin {
namespace {

std::vector<Comparison> a_comparison(const Outcome& base) { return {compare(base, "sidecars", base)}; }

std::string rendered(Format format, int replications = 2) {
  const Outcome outcome = test::showcase_outcome(replications);
  std::ostringstream out;
  render(outcome, a_comparison(outcome), format, out);
  return out.str();
}

TEST_CASE("The JSON result obeys its published schema") {
  if (std::system("NODE_PATH=/usr/share/nodejs node -e \"require('ajv')\" >/dev/null 2>&1") != 0)
    AKSTWIN_SKIP("node with ajv is not installed");
  const auto folder = std::filesystem::path(AKSTWIN_BINARY_DIR) / "schema-test";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "full.json") << rendered(Format::Json);
  test::Platform bare;  // Nothing in it at all: every array empty, every optional null.
  bare.finish_after_hours(1);
  std::ofstream bare_file(folder / "bare.json");
  render(merge(bare.scenario, {analyse(bare.scenario, bare.timeline)}), {}, Format::Json, bare_file);
  bare_file.close();
  std::ofstream(folder / "check.js")
      << "const Ajv=require('ajv'),fs=require('fs');const ajv=new Ajv({allErrors:true});\n"
         "const check=ajv.compile(JSON.parse(fs.readFileSync(process.argv[2])));\n"
         "for(const f of "
         "process.argv.slice(3)){if(!check(JSON.parse(fs.readFileSync(f)))){console.error(f,check.errors);process.exit(1)}}\n";
  const std::string command = "NODE_PATH=/usr/share/nodejs node " + (folder / "check.js").string() +
                              " " AKSTWIN_SOURCE_DIR "/docs/reference/result.schema.json " + (folder / "full.json").string() + " " +
                              (folder / "bare.json").string();
  CHECK(std::system(command.c_str()) == 0);
  std::filesystem::remove_all(folder);
}

TEST_CASE("JSON amounts are plain numbers and its lines sum to its total") {
  const auto json = nlohmann::json::parse(rendered(Format::Json));
  double sum = 0;
  for (const auto& line : json["cost"]["lines"]) {
    sum += line["amount"].get<double>();
    CHECK(line["quantity"].get<double>() * line["unitPrice"].get<double>() == Approx(line["amount"].get<double>()).margin(1e-8));
  }
  CHECK(sum == Approx(json["cost"]["monthlyTotal"].get<double>()).margin(1e-6));
  CHECK(json["recovery"]["events"][0]["rtoSeconds"]["mean"] == 1'872);  // 1,862 and 1,882
  CHECK(json["scenario"]["replications"] == 2);
}

TEST_CASE("The same outcome renders to the same bytes in every format") {
  for (const Format format : {Format::Table, Format::Json, Format::Csv, Format::Markdown, Format::Html})
    CHECK(rendered(format) == rendered(format));
}

TEST_CASE("The scenario's texts are escaped in HTML, and the page asks for nothing from outside") {
  const std::string html = rendered(Format::Html);
  CHECK(html.find("<b>&\"'") == std::string::npos);
  CHECK(html.find("northwind &lt;b&gt;&amp;&quot;&#39;") != std::string::npos);
  CHECK(html.find("default-src 'none'; style-src 'unsafe-inline'; img-src data:") != std::string::npos);
  CHECK(html.find("<script") == std::string::npos);
  CHECK(html.find("http:") == std::string::npos);
  CHECK(html.find("https:") == std::string::npos);
  for (const char* id :
       {"id=\"capacity\"", "id=\"subnets\"", "id=\"cost\"", "id=\"recovery\"", "id=\"thresholds\"", "id=\"reference\"", "id=\"variants\""})
    CHECK(html.find(id) != std::string::npos);
}

TEST_CASE("Every chart has a title, a description and a caption, and opened tags are closed") {
  const std::string html = rendered(Format::Html);
  const auto count = [&](const std::string& part) {
    std::size_t n = 0;
    for (std::size_t at = html.find(part); at != std::string::npos; at = html.find(part, at + 1)) ++n;
    return n;
  };
  CHECK(count("<svg ") >= 6);
  CHECK(count("<svg ") == count("<desc "));
  CHECK(count("<svg ") == count("<figcaption>"));
  CHECK(count("<figcaption></figcaption>") == 0);
  for (const char* tag : {"section", "table", "details", "figure", "svg", "ul", "div", "tr", "tbody"})
    CHECK(count("<" + std::string(tag) + " ") + count("<" + std::string(tag) + ">") == count("</" + std::string(tag) + ">"));
}

TEST_CASE("Identifiers in the page are unique") {
  const std::string html = rendered(Format::Html);
  std::set<std::string> seen;
  const std::regex id(" id=\"([^\"]*)\"");
  for (std::sregex_iterator it(html.begin(), html.end(), id), end; it != end; ++it) {
    INFO((*it)[1].str());
    CHECK(seen.insert((*it)[1].str()).second);
  }
}

TEST_CASE("The terminal report aligns columns and is plain unless colour is asked for") {
  const std::string text = rendered(Format::Table);
  CHECK(text.find('\x1b') == std::string::npos);
  const Outcome outcome = test::showcase_outcome(1);
  std::ostringstream colored;
  render(outcome, {}, Format::Table, colored, {.color = true});
  CHECK(colored.str().find("\x1b[31m") != std::string::npos);
  CHECK(text.find("== Capacity ==") != std::string::npos);
  CHECK(text.find("fail: 1 of 4 thresholds fails") != std::string::npos);
}

TEST_CASE("CSV quotes what needs quoting") {
  const std::string csv = rendered(Format::Csv);
  CHECK(csv.starts_with("# pools\r\nPool,Size,"));
  CHECK(csv.find("\"Front Door base fee, requests and egress\"") != std::string::npos);
}

TEST_CASE("Formats are known by name") {
  CHECK(parse_format("md") == Format::Markdown);
  CHECK(parse_format("html") == Format::Html);
  CHECK_FALSE(parse_format("pdf"));
}

TEST_CASE("Numbers read as people write them") {
  CHECK(grouped(-1'234'567) == "-1,234,567");
  CHECK(fixed(1'234.567, 1) == "1,234.6");
  CHECK(brief(27) == "27");
  CHECK(percent(0.8642) == "86.4 %");
  CHECK(human(Duration{1'872'000'000}) == "31 min 12 s");
  CHECK(human(Duration{183'000}) == "183 ms");
  CHECK(human(Duration{14'700'000'000}) == "4 h 5 min");
  CHECK(human(Duration{864'000'000'000}) == "10 d");
  CHECK(day_and_clock(SimTime{9 * 86'400'000'000 + 50'700'000'000}, Epoch{1'772'409'600}) == "day 10, 14:05");
  CHECK(whole_dollars(Money{8'230'500'000'000}) == "$8,231");
  CHECK(signed_dollars(-905.4) == "-$905");
  CHECK(counted(1, "node") == "1 node");
}

TEST_CASE("A stack of nodes is as high as the nodes were at once") {
  test::Platform p;
  ClusterSpec& cluster = p.cluster("aks");
  p.pool(cluster, "a", "Standard_D4s_v5", 0, 9);
  p.pool(cluster, "b", "Standard_D4s_v5", 0, 9);
  const auto at_minute = [&](const char* pool, std::int64_t minute, std::int64_t nodes) {
    p.timeline.set(p.timeline.series(key(GaugeKind::NodesAllocated, Name("aks"), Name(pool))), SimTime{minute * 60'000'000}, nodes);
  };
  at_minute("a", 0, 5);  // 5 and 1, then 1 and 7: never 5 and 7. Buckets of 10 h ÷ 240 = 3 min.
  at_minute("b", 0, 1);
  at_minute("a", 1, 1);
  at_minute("b", 2, 7);
  p.finish_after_hours(10);
  std::int64_t height = 0;
  for (const Trace& trace : analyse(p.scenario, p.timeline).traces)
    if (trace.group == "nodes") height += trace.values.at(0);
  CHECK(height == 8);
}

TEST_CASE("More than eight series fold into other so that each keeps its colour") {
  Chart chart;
  chart.kind = ChartKind::StackedArea;
  for (int i = 0; i < 12; ++i) chart.series.push_back({std::to_string(i), {static_cast<double>(i)}});
  const Chart few = with_few_series(chart);
  REQUIRE(few.series.size() == 8);
  CHECK(few.series.back().name == "other");
  CHECK(few.series.back().values[0] == 10);  // 0 + 1 + 2 + 3 + 4
}

}  // namespace
}  // namespace akstwin
