/// The report before it has a format: headings, sentences, tables and charts. Renderers add nothing to it but looks.
#pragma once
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "reports/outcome.hpp"

namespace akstwin {

struct Column {
  std::string title;
  bool right = false;  ///< numbers align right
};

struct ReportTable {
  std::string id, title;
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  ///< a cell a column
  bool detail = false;                         ///< long: folded in HTML, left out of the terminal
};

struct ChartSeries {
  std::string name;
  std::vector<double> values;
};

struct GanttBar {
  std::string label;
  double from = 0, to = 0;  ///< seconds
  bool secondary = false;   ///< an action within a phase
};

enum class ChartKind : std::uint8_t { Lines, StackedArea, Bars, Gantt, Heat };

/// A picture with one finding, which the caption states.
struct Chart {
  ChartKind kind = ChartKind::Lines;
  std::string id, title, caption, unit;
  Epoch start;                          ///< of the time axis
  Duration step;                        ///< Lines, StackedArea and Heat: time between values
  std::vector<ChartSeries> series;      ///< Bars: one a segment, one value a category; Heat: one a row, shares from 0 to 1
  std::vector<std::string> categories;  ///< Bars
  std::vector<GanttBar> bars;           ///< Gantt
};

/// A sentence, a table or a chart.
using Block = std::variant<std::string, ReportTable, Chart>;

struct Section {
  std::string id, title;
  std::string answer;  ///< first, in a sentence with a number and a unit
  std::vector<Block> blocks;
};

struct Tile {
  std::string label, value, note;
};

struct Document {
  std::string title, question, answer;
  Judgement verdict = Judgement::Pass;
  bool has_thresholds = false;
  std::string verdict_sentence;
  std::vector<Tile> tiles;
  std::vector<Section> sections;
  std::vector<std::string> warnings, findings, assumptions;
};

/// The whole report of an outcome.
Document build_document(const Outcome& outcome, const std::vector<Comparison>& comparisons);

// The sections that build_document puts together.
Section capacity_section(const Outcome& outcome);
Section subnet_section(const Outcome& outcome);
Section limits_section(const Outcome& outcome);
/// Rows of equal blocks of a subnet, the lowest first, each with how full it is over time if addresses are given out from the lowest on.
Chart block_heat_map(const Outcome& outcome, const SubnetAnswer& subnet);
/// The same of a pod CIDR, whose /24 blocks nodes take in Overlay and kubenet clusters.
Chart pod_cidr_heat_map(const Outcome& outcome, const PodCidrAnswer& cluster);
Section cost_section(const Outcome& outcome);
Section recovery_section(const Outcome& outcome);

/// The traces of one group as series of a chart over time; empty series are left out.
Chart time_chart(const Outcome& outcome, ChartKind kind, const std::string& group);

}  // namespace akstwin
