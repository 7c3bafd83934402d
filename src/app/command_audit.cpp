// mingma audit: derives everything again from the logs and says what differs.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "app/commands.h"
#include "app/terminal.h"
#include "base/json.h"
#include "crypto/random.h"
#include "service/audit.h"
#include "service/policy_proofs.h"
#include "service/policy_review.h"

namespace mingma::app {
namespace {

constexpr std::size_t kShownMax = 50;

struct AuditOptions {
  std::string directory;
  bool json = false;
  bool strict = false;
  bool prove = false;
};

Json pattern_json(const service::Pattern& pattern) {
  auto out = parse_json(shard::alarm_text(pattern.alarm)).value();
  out.set("raised", pattern.raised);
  if (!pattern.ending.empty()) out.set("ending", pattern.ending);
  return out;
}

void print_patterns(const std::vector<service::Pattern>& patterns) {
  for (const service::Pattern& pattern : patterns) {
    const shard::AlarmInfo& info = shard::alarm_info(pattern.alarm.kind);
    std::string subject = pattern.alarm.institution;
    if (!pattern.alarm.key_id.empty()) subject += " key " + pattern.alarm.key_id;
    if (pattern.alarm.division.value != 0) subject += pattern.alarm.division.to_string();
    std::printf("PATTERN %s %s, from %s: %s / %s; %s; %s\n", std::string(info.name).c_str(), subject.c_str(),
                pattern.alarm.from.to_local_string().c_str(), std::string(info.zh).c_str(),
                std::string(info.en).c_str(), pattern.raised ? "alarm raised" : "alarm not raised yet",
                pattern.ending.empty() ? "nobody has said how it ended" : ("ended: " + pattern.ending).c_str());
  }
}

Json finding_json(const shard::Finding& finding, std::int64_t shard) {
  Json out;
  if (shard >= 0) out.set("shard", shard);
  out.set("code", finding.code);
  out.set("where", finding.where);
  out.set("text", finding.text);
  return out;
}

void print_json(const service::ProvinceAudit& audit) {
  Json out;
  out.set("clean", audit.clean());
  Json::Array shards;
  Json::Array findings;
  for (const service::ShardAudit& shard : audit.shards) {
    Json entry;
    entry.set("shard", static_cast<std::int64_t>(shard.shard.value));
    const auto number = [&](const char* name, std::uint64_t value) {
      entry.set(name, static_cast<std::int64_t>(value));
    };
    number("events", shard.report.events);
    number("documents", shard.report.documents);
    number("statements", shard.report.statements);
    number("signatures", shard.report.signatures);
    number("decisions", shard.report.decisions);
    number("leaves", shard.report.leaves);
    number("residents", shard.report.residents);
    number("unopened", shard.report.unopened);
    number("checkpoints", shard.checkpoints);
    number("case_steps", shard.report.case_steps);
    number("look_ups", shard.report.look_ups);
    number("unusual_look_ups", shard.report.unusual_look_ups);
    number("expired", shard.report.expired);
    Json::Array destroyed;
    for (const std::string& keys : shard.report.destroyed) destroyed.push_back(keys);
    entry.set("destroyed", std::move(destroyed));
    shards.push_back(std::move(entry));
    for (const shard::Finding& finding : shard.report.findings)
      findings.push_back(finding_json(finding, shard.shard.value));
  }
  for (const shard::Finding& finding : audit.findings) findings.push_back(finding_json(finding, -1));
  out.set("shards", std::move(shards));
  out.set("submissions", static_cast<std::int64_t>(audit.submissions));
  out.set("lines", static_cast<std::int64_t>(audit.lines));
  out.set("unopened_submissions", static_cast<std::int64_t>(audit.unopened));
  out.set("findings", std::move(findings));
  Json::Array patterns;
  for (const service::Pattern& pattern : audit.patterns) patterns.push_back(pattern_json(pattern));
  out.set("patterns", std::move(patterns));
  out.set("figures", static_cast<std::int64_t>(audit.figures));
  std::printf("%s\n", out.to_string().c_str());
}

void print_text(const service::ProvinceAudit& audit) {
  std::vector<std::vector<std::string>> rows;
  std::size_t shown = 0;
  std::size_t all = audit.findings.size();
  for (const service::ShardAudit& shard : audit.shards) {
    const shard::AuditReport& report = shard.report;
    rows.push_back({std::to_string(shard.shard.value), with_commas(report.residents), with_commas(report.events),
                    with_commas(report.statements), with_commas(report.signatures), with_commas(report.decisions),
                    with_commas(report.leaves), with_commas(shard.checkpoints), with_commas(report.findings.size())});
    all += report.findings.size();
  }
  std::fputs(table({"shard", "residents", "events", "statements", "signatures", "decisions", "leaves", "checkpoints",
                    "findings"},
                   rows)
                 .c_str(),
             stdout);
  std::printf("submissions %s, parts %s, lines %s compared with what was signed\n",
              with_commas(audit.submissions).c_str(), with_commas(audit.parts).c_str(),
              with_commas(audit.lines).c_str());
  for (const service::ShardAudit& shard : audit.shards) {
    for (const std::string& keys : shard.report.destroyed)
      std::printf("destroyed by retention, can no longer be opened: shard %s, %s\n",
                  std::to_string(shard.shard.value).c_str(), keys.c_str());
  }
  const auto show = [&](const std::string& place, const shard::Finding& finding) {
    if (++shown <= kShownMax)
      std::printf("FOUND %s %s%s: %s\n", finding.code.c_str(), place.c_str(), finding.where.c_str(),
                  finding.text.c_str());
  };
  for (const service::ShardAudit& shard : audit.shards) {
    for (const shard::Finding& finding : shard.report.findings)
      show("shard " + std::to_string(shard.shard.value) + ", ", finding);
  }
  for (const shard::Finding& finding : audit.findings) show("", finding);
  if (all > kShownMax) std::printf("... and %s more; --json shows all\n", with_commas(all - kShownMax).c_str());
  print_patterns(audit.patterns);
  std::printf("%s\n", audit.clean() ? "clean: every colour follows from signed evidence and published rules"
                                    : (with_commas(all) + " findings").c_str());
}

// Every proof record of a city's policy, once more. Results on standard error, so that --json stays one document.
Result<bool> prove_again(const service::DataDir& directory) {
  MINGMA_TRY(const auto control, service::read_control_state(service::province_config(directory)));
  MINGMA_TRY(const service::Reproved proofs, service::reprove(*control));
  for (const std::string& finding : proofs.findings) std::fprintf(stderr, "FOUND %s\n", finding.c_str());
  std::fprintf(stderr, "%zu proof records proved again, %zu do not hold\n", proofs.records, proofs.findings.size());
  return proofs.findings.empty();
}

Result<int> audit(const AuditOptions& options) {
  MINGMA_TRY(const service::DataDir directory, service::DataDir::open(options.directory));
  crypto::SystemRng random;
  std::unique_ptr<Progress> bar;
  std::string step;
  MINGMA_TRY(
      const service::ProvinceAudit result,
      service::audit_province(service::province_config(directory), random, [&](const service::AuditProgress& progress) {
        if (progress.step != step) {
          step = progress.step;
          bar = std::make_unique<Progress>(step, progress.total, step == "submissions" ? "submissions" : "events");
        }
        bar->set(progress.done);
      }));
  if (bar) bar->finish();
  options.json ? print_json(result) : print_text(result);
  if (options.prove) {
    MINGMA_TRY(const bool proved, prove_again(directory));
    if (!proved) return 1;
  }
  const bool open = std::any_of(result.patterns.begin(), result.patterns.end(),
                                [](const service::Pattern& pattern) { return pattern.ending.empty(); });
  return !result.clean() ? 1 : options.strict && open ? 3 : 0;
}

}  // namespace

void add_audit(CLI::App& program, int& status) {
  const auto options = std::make_shared<AuditOptions>();
  CLI::App* command =
      program.add_subcommand("audit", "replay everything, derive every decision again, check every signature and root");
  command->footer(
      "The server must be stopped (or audit a copy). Exit status: 0 clean, 1 findings, 2 could not run, 3 (--strict) "
      "patterns.\n"
      "A PATTERN is what honest signatures add up to; docs/alarms.md says what each may mean.\n"
      "Example:\n  mingma audit /var/lib/mingma");
  command->add_option("directory", options->directory, "data directory")->required();
  command->add_flag("--strict", options->strict, "exit status 3 when a pattern was found that nobody has explained");
  command->add_flag("--json", options->json, "print JSON");
  command->add_flag("--prove", options->prove, "also prove every proof record again (needs the solver; minutes)");
  command->callback([options, &status] {
    const auto result = audit(*options);
    if (!result.ok()) print_error(result.error());
    status = result.ok() ? *result : 2;
  });
}

}  // namespace mingma::app
