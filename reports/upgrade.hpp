/// Upgrades in the reports: analysed, as findings and figures, as a section of the document and as JSON.
#pragma once
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "models/spec/scenario.hpp"
#include "reports/answers.hpp"
#include "reports/answers_upgrades.hpp"
#include "reports/document.hpp"
#include "sim/timeline.hpp"

namespace akstwin {

struct Outcome;

UpgradesAnswer analyse_upgrades(const Scenario& scenario, const Timeline& timeline);
/// Failed upgrades, budgets that held them up and nodes that were given up, a sentence each, appended.
void upgrade_findings(const UpgradesAnswer& answer, const Epoch& start, std::vector<std::string>& findings);
/// "upgrade.<cluster/pool>.minutes" and the like, appended.
void upgrade_figures(const UpgradesAnswer& answer, std::vector<Figure>& figures);
/// "; upgrades of its pools take up to 21 min" for the answer of a report; empty where no pool was upgraded.
std::string upgrades_sentence(const UpgradesAnswer& answer);
/// The section "Upgrades and maintenance". Call only when there is something to tell.
Section upgrades_section(const Outcome& outcome);
/// The member "upgrades" of the result file. Call only when there is something to tell.
nlohmann::ordered_json upgrades_json(const Outcome& outcome);

}  // namespace akstwin
