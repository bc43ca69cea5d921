#include "tests/sim/kernel_program.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <sstream>

#include "sim/replicate.hpp"

namespace akstwin::test {
namespace {

Log parse(const std::string& text) {
  Log log;
  std::istringstream in(text);
  LogLine line;
  while (in >> line.at.us >> line.what >> line.row) log.push_back(line);
  return log;
}

}  // namespace

std::string to_string(const Log& log) {
  std::ostringstream out;
  for (const LogLine& line : log) out << line.at.us << ' ' << line.what << ' ' << line.row << '\n';
  return out.str();
}

Stage::Stage(Kernel& on) : kernel(on) {
  done = kernel.handlers().add<&Stage::on_done>("stage.done", Phase::Plant, *this);
  failed = kernel.handlers().add<&Stage::on_failed>("stage.failed", Phase::Plant, *this);
  tick = kernel.handlers().add<&Stage::on_tick>("stage.tick", Phase::Plant, *this);
  call = kernel.handlers().add<&Stage::on_call>("stage.call", Phase::Plant, *this);
}

void Stage::at(SimTime when, std::function<void()> action) {
  actions_.push_back(std::move(action));
  kernel.at(when, call, {static_cast<std::uint32_t>(actions_.size() - 1), 0});
}

FlowId Stage::send(SiteId from, SiteId to, std::int64_t bytes, std::uint32_t row) {
  return kernel.transfer({.from = from, .to = to, .size = {bytes}, .done = done, .failed = failed, .subject = {row, 0}});
}

void Stage::on_done(Subject subject) {
  note("done", subject.row);
  if (after_done) after_done(subject.row);
}

Log run_program(KernelKind kind, const Topology& topology, const Program& program) {
  const auto run = [&] {
    const auto kernel = make_kernel(kind, topology);
    Stage stage(*kernel);
    program(stage);
    return stage.log;
  };
  if (kind == KernelKind::Calendar) return run();
  const auto outcomes = replicate(1, 1, [&](std::uint32_t) -> Result<std::string> { return to_string(run()); }, {}, nullptr);
  INFO((outcomes[0].bytes ? std::string() : outcomes[0].bytes.error().message));
  REQUIRE(outcomes[0].bytes);
  return parse(*outcomes[0].bytes);
}

Log require_agreement(const Topology& topology, const Program& program, Duration tolerance) {
  const Log expected = run_program(KernelKind::Calendar, topology, program);
  Log got = run_program(KernelKind::Simgrid, topology, program);
  INFO("calendar kernel:\n" << to_string(expected) << "SimGrid kernel:\n" << to_string(got));
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    // The line with the same meaning: here, or a little further on if it fell on the other side of a microsecond.
    std::size_t j = i;
    while (j < got.size() && (got[j].what != expected[i].what || got[j].row != expected[i].row)) ++j;
    REQUIRE(j < got.size());
    std::rotate(got.begin() + static_cast<std::ptrdiff_t>(i), got.begin() + static_cast<std::ptrdiff_t>(j),
                got.begin() + static_cast<std::ptrdiff_t>(j) + 1);
    const Duration difference = got[i].at - expected[i].at;
    CAPTURE(i, got[i].at.us, expected[i].at.us);
    REQUIRE(std::max(difference, -difference) <= tolerance);
  }
  return expected;
}

Topology one_region(const std::vector<std::int64_t>& bytes_per_second, Duration latency) {
  Topology topology;
  const std::uint32_t region = topology.add_region(Name("region"));
  for (const std::int64_t rate : bytes_per_second)
    topology.add_site({.name = Name("s" + std::to_string(topology.sites.size())), .region = region, .access_rate = {rate},
                       .access_latency = latency});
  return topology;
}

}  // namespace akstwin::test
