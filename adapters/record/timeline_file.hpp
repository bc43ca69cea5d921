/// A Timeline as a file: one line of JSON a fact, so that what was seen of a real cluster can be read again and compared.
#pragma once
#include <iosfwd>
#include <string>

#include "sim/base/result.hpp"
#include "sim/timeline.hpp"

namespace akstwin {

struct RecordedTimeline {
  std::string cluster;
  Epoch start;
  Timeline timeline;
};

/// Kinds go by their names (models/observe/kinds.hpp), so that a file outlives a reordering.
void write_timeline(const RecordedTimeline& recorded, std::ostream& out);
Result<RecordedTimeline> read_timeline(std::istream& in);
/// The file of a recording: itself, or timeline.jsonl in a folder.
Result<RecordedTimeline> read_timeline_file(const std::string& path);

}  // namespace akstwin
