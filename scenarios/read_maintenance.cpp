#include <algorithm>
#include <array>

#include "models/spec/maintenance_windows.hpp"
#include "scenarios/draft.hpp"
#include "scenarios/manifest_parts.hpp"

namespace akstwin {
namespace {

constexpr std::string_view kRolling = "AKS upgrade-aks-node-pools-rolling.md (2026-05; facts A6)";
constexpr std::string_view kNotArm = " Not an ARM field.";
constexpr std::int64_t kMinute = 60'000'000;
constexpr std::array<const char*, 7> kDays{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

/// A field in whole minutes, as ARM writes it.
void read_minutes(Fields& f, std::string_view key, Duration& out, std::int64_t low, std::int64_t high, std::string_view help, std::string_view source) {
  std::int64_t minutes = out.us / kMinute;
  f.optional(key, minutes, help).between(low, high).source(source);
  out = Duration{minutes * kMinute};
}

/// "Sun", "sunday", "Sunday" → 0; −1 for anything else.
int weekday_of(std::string_view text) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  for (std::size_t day = 0; day < kDays.size(); ++day) {
    const std::string_view name = kDays[day];
    if (text.size() != 3 && text.size() != name.size()) continue;
    if (std::equal(text.begin(), text.end(), name.begin(), [&](char a, char b) { return lower(a) == lower(b); })) return static_cast<int>(day);
  }
  return -1;
}

/// "02:00" → 120; nothing for anything else.
std::optional<int> minute_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hour = parse_whole(text.substr(0, 2)), minute = parse_whole(text.substr(3));
  if (!hour || !minute || *hour < 0 || *hour > 23 || *minute < 0 || *minute > 59) return std::nullopt;
  return static_cast<int>(*hour * 60 + *minute);
}

void read_clock(Fields& f, std::string_view key, int& out, std::string_view help) {
  f.custom(key, {"time of day", "a time such as 02:00", "string", "^[0-2][0-9]:[0-5][0-9]$"}, help, [&](const YamlNode& node) {
    const auto minute = node.is_scalar() ? minute_of_day(node.text) : std::nullopt;
    if (minute) out = *minute;
    else f.malformed(node, key, {"time of day", "a time such as 02:00", "string", ""});
  });
}

void read_day(Fields& f, std::string_view key, std::optional<std::int64_t>& out, std::string_view help) {
  const NotationWords words{"date", "a date such as 2026-12-24", "string", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"};
  f.custom(key, words, help, [&](const YamlNode& node) {
    out = node.is_scalar() ? parse_date(node.text) : std::nullopt;
    if (!out) f.malformed(node, key, words);
  });
}

void read_weekday(Fields& f, int& out) {
  f.choice("dayOfWeek", out, {{"Sunday", 0}, {"Monday", 1}, {"Tuesday", 2}, {"Wednesday", 3}, {"Thursday", 4}, {"Friday", 5}, {"Saturday", 6}}, "The day.");
}

/// "Sun 02:00" or "daily 02:00"; false for anything else.
bool read_short_schedule(const std::string& text, MaintenanceWindowSpec& out) {
  const std::size_t blank = text.find(' ');
  if (blank == std::string::npos) return false;
  const auto minute = minute_of_day(std::string_view(text).substr(blank + 1));
  const std::string_view word = std::string_view(text).substr(0, blank);
  const int weekday = weekday_of(word);
  if (!minute || (weekday < 0 && word != "daily")) return false;
  out.recurrence = weekday < 0 ? Recurrence::Daily : Recurrence::Weekly;
  out.weekday = std::max(weekday, 0);
  out.start_minute = *minute;
  return true;
}

void describe_schedule(Fields& g, MaintenanceWindowSpec& out) {
  g.group("daily", "Every so many days.", [&](Fields& h) {
    out.recurrence = Recurrence::Daily;
    h.optional("intervalDays", out.interval, "1 to 7.").between(1, 7).source("ARM maintenanceConfigurations");
  });
  g.group("weekly", "On a day of the week.", [&](Fields& h) {
    out.recurrence = Recurrence::Weekly;
    h.optional("intervalWeeks", out.interval, "1 to 4.").between(1, 4).source("ARM maintenanceConfigurations");
    read_weekday(h, out.weekday);
  });
  g.group("absoluteMonthly", "On a day of the month.", [&](Fields& h) {
    out.recurrence = Recurrence::AbsoluteMonthly;
    h.optional("intervalMonths", out.interval, "1 to 6.").between(1, 6).source("ARM maintenanceConfigurations");
    h.optional("dayOfMonth", out.day_of_month, "1 to 31; a shorter month's last day.").between(1, 31);
  });
  g.group("relativeMonthly", "On the first, second … or last such day of the month.", [&](Fields& h) {
    out.recurrence = Recurrence::RelativeMonthly;
    h.optional("intervalMonths", out.interval, "1 to 6.").between(1, 6).source("ARM maintenanceConfigurations");
    read_weekday(h, out.weekday);
    h.choice("weekIndex", out.week_index, {{"First", 1}, {"Second", 2}, {"Third", 3}, {"Fourth", 4}, {"Last", 5}}, "Which of them.");
  });
}

void read_schedule(Fields& f, MaintenanceWindowSpec& out) {
  FieldDoc* doc = f.custom("schedule", {"schedule", "text such as Sun 02:00, or daily, weekly, absoluteMonthly, relativeMonthly", "string object", ""},
                           "When it opens: text such as \"Sun 02:00\" or \"daily 02:00\", or ARM's daily, weekly, absoluteMonthly, relativeMonthly.", [&](const YamlNode& node) {
                             if (node.is_scalar()) {
                               if (!read_short_schedule(node.text, out)) f.malformed(node, "schedule", {"schedule", "a day and a time such as Sun 02:00 or daily 02:00", "string", ""});
                               return;
                             }
                             if (!node.is_map()) return f.wrong_kind(node, "schedule", "a day and a time, or a mapping");
                             Fields g(f.context(), node, f.path() + ".schedule");
                             describe_schedule(g, out);
                             g.finish();
                           });
  if (doc == nullptr) return;
  Fields g(*doc);
  describe_schedule(g, out);
}

void read_cron(Fields& f, std::string_view key, std::optional<CronSchedule>& out, std::string_view help) {
  const NotationWords words{"cron schedule", "a cron schedule such as \"0 19 * * mon-fri\"", "string", ""};
  f.custom(key, words, help, [&](const YamlNode& node) {
    out = node.is_scalar() ? parse_cron(node.text) : std::nullopt;
    if (!out) f.malformed(node, key, words);
  });
}

}  // namespace

void describe(Fields& f, DateSpan& out) {
  std::optional<std::int64_t> from, to;
  read_day(f, "start", from, "First day.");
  read_day(f, "end", to, "Last day.");
  if (f.documenting()) return;
  if (!from || !to) return f.report(Severity::Error, "S010", f.at(), "a span of days needs start and end", "write {start: 2026-12-20, end: 2027-01-06}");
  out = {*from, *to};
}

void describe(Fields& f, MaintenanceWindowSpec& out) {
  out.declared_at = f.at();
  f.choice("name", out.kind, {{"default", WindowKind::Default}, {"aksManagedAutoUpgradeSchedule", WindowKind::AutoUpgrade}, {"aksManagedNodeOSUpgradeSchedule", WindowKind::NodeOs}},
           "Which configuration: default is for AKS's weekly releases, which change no node; the others hold the two channels back.");
  read_schedule(f, out);
  read_clock(f, "startTime", out.start_minute, "When it opens, by utcOffset.");
  f.optional("duration", out.duration, "How long it stays open; what has begun runs on.").between(Duration{kMinute}, Duration{24 * 60 * kMinute}).source("4 h at least are advised (planned-maintenance.md, facts A6)");
  std::int64_t hours = 0;
  f.optional("durationHours", hours, "The same in hours, as ARM writes it.").between(0, 24);
  if (hours > 0) out.duration = Duration{hours * 60 * kMinute};
  f.optional<UtcOffset>("utcOffset", out.utc_offset_minutes, "Of startTime and the days.");
  read_day(f, "startDate", out.start_day, "None before this day; every second week and the like count from it.");
  f.list("notAllowedDates", out.not_allowed, "Days on which nothing begins.");
}

void describe(Fields& f, PowerScheduleSpec& out) {
  out.declared_at = f.at();
  read_cron(f, "stop", out.stop, "When to stop, as a cron schedule: \"0 19 * * mon-fri\".");
  read_cron(f, "start", out.start, "When to start.");
  std::string zone;
  f.optional<Text>("timeZone", zone, "Whose clock: Europe/Berlin. Default: UTC.");
  f.values("pools", out.pools, "Pools; without any it is the whole cluster with its control plane.");
  if (f.documenting() || zone.empty()) return;
  if (auto offsets = offsets_of(f, zone)) out.offsets = std::move(*offsets);
}

void describe(Fields& f, ReleaseSpec& out) {
  out.declared_at = f.at();
  f.choice("kind", out.kind, {{"kubernetes", ReleaseKind::Kubernetes}, {"nodeImage", ReleaseKind::NodeImage}, {"securityPatch", ReleaseKind::SecurityPatch}}, "What comes.");
  Epoch at{};
  f.required("at", at, "When it reaches the region.");
  out.unix_seconds = at.unix_seconds;
  std::string version;
  f.optional<Text>("version", version, "kubernetes: \"1.33.2\".");
  f.optional("reimage", out.reimage, "securityPatch: whether nodes must be reimaged; otherwise it is applied live.");
  if (f.documenting() || out.kind != ReleaseKind::Kubernetes) return;
  const auto minor = Notation<MinorVersion>::parse(version);
  const std::size_t point = version.rfind('.');
  const auto patch = version.find('.') == point ? std::nullopt : parse_whole(std::string_view(version).substr(point + 1));
  if (!minor || !patch) return f.report(Severity::Error, "S010", f.at(), "a Kubernetes release needs its version", "write version: \"1.33.2\"");
  out.minor = *minor;
  out.patch = static_cast<int>(*patch);
}

void describe_upgrade_settings(Fields& f, NodePoolSpec& out) {
  UpgradeSettingsSpec& upgrade = out.upgrade;
  f.optional("maxSurge", out.max_surge, "Extra nodes during an upgrade; a percentage rounds up. They need addresses. Clusters below Kubernetes 1.28: 1 unless stated.").source("AKS 1.28 and later: 10 %, before: 1 (facts A6)");
  out.max_surge_stated = f.has("maxSurge");
  f.optional("maxUnavailable", upgrade.max_unavailable, "Nodes upgraded in place at a time, without surge where maxSurge is 0; with both, what happens when no surge can be had.").source(kRolling);
  read_minutes(f, "drainTimeoutInMinutes", upgrade.drain_timeout, 5, 1'440, "How long pods may keep a node from being drained.", kRolling);
  read_minutes(f, "nodeSoakDurationInMinutes", upgrade.node_soak, 0, 30, "Pause between a node's drain and its reimage.", kRolling);
  f.choice("undrainableNodeBehavior", upgrade.undrainable, {{"Schedule", UndrainableNodes::Schedule}, {"Cordon", UndrainableNodes::Cordon}},
           "Schedule: a node that cannot be drained is opened again, and the upgrade fails. Cordon: it is quarantined, and a surge node takes its place.")
      .source("ARM UndrainableNodeBehavior");
  IntOrPercent blocked = upgrade.max_blocked.value_or(out.max_surge);
  f.optional("maxBlockedNodes", blocked, "Cordon: nodes that may end in quarantine; default: maxSurge.").source("AKS upgrade-options (2026-08)");
  if (f.has("maxBlockedNodes")) upgrade.max_blocked = blocked;
  f.spread("reimageTime", upgrade.reimage, "From the old image off to the node Ready again. Not an ARM field.").source("3–5 min (facts A6 [recall])");
}

void describe_blue_green(Fields& f, BlueGreenSpec& out, Duration& drain_timeout) {
  constexpr std::string_view source = "ARM AgentPoolBlueGreenUpgradeSettings (preview) [recall]";
  f.optional("drainBatchSize", out.drain_batch, "Blue nodes drained at a time.").source(source);
  read_minutes(f, "drainTimeoutInMinutes", drain_timeout, 1, 1'440, "How long pods may keep a node from being drained.", source);
  read_minutes(f, "batchSoakDurationInMinutes", out.batch_soak, 0, 1'440, "Pause after each batch.", source);
  read_minutes(f, "finalSoakDurationInMinutes", out.final_soak, 0, 10'080, "How long the drained blue nodes are kept in the end.", source);
}

namespace {

void describe_repair(Fields& f, MaintenanceSpec& out) {
  f.group("nodeAutoRepair", "Nodes that are not Ready are rebooted, reimaged, moved to another host." + std::string(kNotArm), [&](Fields& g) {
    g.optional("enabled", out.repair.enabled, "AKS always does it.").source("AKS node-auto-repair.md (facts A6)");
    g.optional("notReady", out.repair.not_ready, "How long a node is not Ready before it begins.").source("AKS node-auto-repair.md: 10 min (facts A6)");
    g.optional("between", out.repair.between, "Pause after each step.").source("AKS node-auto-repair.md: 5 min");
    g.optional("rounds", out.repair.rounds, "Rounds of reboot, reimage and redeploy.").between(1, 10).source("AKS node-auto-repair.md: up to three");
    g.spread("reboot", out.repair.reboot, "How long a reboot takes.").source("assumption: 1 to 3 min");
  });
  f.group("nodeFaults", "Machines that stop answering by themselves." + std::string(kNotArm), [&](Fields& g) {
    g.optional<Thousandths>("perNodeYear", out.faults.per_node_year_milli, "Faults a node and year; 0: none.").between(0, 1'000'000).source("not published");
    g.optional("rebootHeals", out.faults.reboot_heals, "Share of faults that a reboot heals.").between(PartsPerMillion{0}, PartsPerMillion{1'000'000}).source("assumption");
    g.optional("reimageHeals", out.faults.reimage_heals, "Share that needs a reimage; the rest needs another host.").between(PartsPerMillion{0}, PartsPerMillion{1'000'000}).source("assumption");
  });
}

void describe_vm_events(Fields& f, VmEventsSpec& out) {
  constexpr std::string_view rate = "not published; none unless stated", notice = "Azure scheduled events of Linux VMs";
  f.optional<Thousandths>("freeze", out.freeze_milli, "Freezes a VM and year: a pause of seconds.").between(0, 1'000'000).source(rate);
  f.optional<Thousandths>("reboot", out.reboot_milli, "Reboots a VM and year.").between(0, 1'000'000).source(rate);
  f.optional<Thousandths>("redeploy", out.redeploy_milli, "Moves to another host a VM and year; ephemeral disks are lost.").between(0, 1'000'000).source(rate);
  f.optional<Thousandths>("terminate", out.terminate_milli, "Deletions by Azure a VM and year.").between(0, 1'000'000).source(rate);
  f.optional("freezeNotice", out.freeze_notice, "Notice before a freeze.").source(notice);
  f.optional("rebootNotice", out.reboot_notice, "Notice before a reboot.").source(notice);
  f.optional("redeployNotice", out.redeploy_notice, "Notice before a redeploy.").source(notice);
  f.optional("terminateNotice", out.terminate_notice, "Notice before a deletion.").source(notice);
  std::vector<std::string> drain{"Redeploy"};
  f.values("drain", drain, "Events for which AKS drains the node first, of Freeze, Reboot, Redeploy, Terminate. Default: Redeploy (node auto-drain).");
  if (f.documenting()) return;
  const auto has = [&](const char* word) { return std::ranges::find(drain, word) != drain.end(); };
  for (const std::string& word : drain)
    if (word != "Freeze" && word != "Reboot" && word != "Redeploy" && word != "Terminate")
      f.report(Severity::Error, "S015", f.at(), "'" + word + "' is no scheduled event", "drain takes Freeze, Reboot, Redeploy, Terminate");
  out.drain_freeze = has("Freeze");
  out.drain_reboot = has("Reboot");
  out.drain_redeploy = has("Redeploy");
  out.drain_terminate = has("Terminate");
}

}  // namespace

void describe_maintenance(Fields& f, MaintenanceSpec& out) {
  f.list("maintenanceWindows", out.windows, "Planned maintenance: when upgrades by channel may begin. Without a window they begin when there is something new.");
  f.group("autoUpgradeProfile", "What is upgraded by itself, following `releases`.", [&](Fields& g) {
    g.choice("upgradeChannel", out.channel, {{"none", UpgradeChannel::None}, {"patch", UpgradeChannel::Patch}, {"stable", UpgradeChannel::Stable}, {"rapid", UpgradeChannel::Rapid}, {"node-image", UpgradeChannel::NodeImage}},
             "Kubernetes: patch is the newest patch, stable the newest patch of the minor version before the last, rapid of the last; node-image: node images only.")
        .source("AKS auto-upgrade-cluster.md");
    g.choice("nodeOSUpgradeChannel", out.node_os, {{"None", NodeOsChannel::None}, {"Unmanaged", NodeOsChannel::Unmanaged}, {"SecurityPatch", NodeOsChannel::SecurityPatch}, {"NodeImage", NodeOsChannel::NodeImage}},
             "Node OS: NodeImage reimages weekly; SecurityPatch only when a patch needs it; Unmanaged patches in place at night and reboots nothing. AKS's default for new clusters is NodeImage; the twin does nothing unless it is stated.")
        .source("AKS auto-upgrade-node-os-image.md (2026-06)");
  });
  f.choice("upgradePools", out.pools_together, {{"oneByOne", false}, {"together", true}}, "Whether an upgrade of the cluster takes its pools one after the other, system pools first, or all at once." + std::string(kNotArm));
  f.spread("controlPlaneUpgradeTime", out.control_plane, "How long a control plane's own upgrade takes; the API server goes on." + std::string(kNotArm)).source("80–84 s recorded without a version change (aks-operations, 2024); 5 to 15 min with one [recall]");
  f.list("powerSchedule", out.power, "Stops and starts the cluster, or some pools, by the clock." + std::string(kNotArm));
  describe_repair(f, out);
  f.object("scheduledEvents", out.vm_events, "Azure's maintenance of single machines." + std::string(kNotArm));
}

void describe(Fields& f, VmEventsSpec& out) { describe_vm_events(f, out); }

}  // namespace akstwin
