/// Named figures: one name for a number in the JSON, in thresholds, in the reference table and in comparisons.
///
/// cost.monthly · cost.<category> · cost.production.monthly · cost.production.<category> · cost.standby.monthly ·
/// cost.standby.<category> · cost.cluster.<cluster> · cost.namespace.<namespace> · cost.commitment.unused · spot.saving_percent ·
/// nodes.peak · nodes.mean · pool.<pool>.{min,max,mean} (of the production cluster) · pool.<cluster>/<pool>.{min,max,mean} ·
/// pods.{peak,mean} (production, outside kube-system) · pods.all.{peak,mean} · pods.pending.{p50,p95,p99,max}_seconds ·
/// pods.ready.{p50,p95,p99,max}_seconds · services.count · services.requests · availability · latency.p95_seconds ·
/// recovery.{rto_minutes,rto_seconds,rpo_seconds,requests_lost} · deploys.per_weekday · deploys.merge_to_applied_minutes ·
/// subnet.<vnet>/<subnet>.{peak,need,free_ratio} · subnet.overlay_pods_in_24 · cost.variant.<name>.delta (from comparisons).
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "reports/answers.hpp"

namespace akstwin {

/// The value of that figure; nothing when the scenario produced none.
std::optional<double> find_figure(const std::vector<Figure>& figures, std::string_view name);

}  // namespace akstwin
