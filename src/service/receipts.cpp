#include "service/receipts.h"

#include <algorithm>

#include "rules/policy.h"
#include "service/directory.h"
#include "service/errors.h"
#include "service/power.h"
#include "shard/errors.h"
#include "shard/neighbour.h"
#include "shard/view.h"

namespace mingma::service {
namespace {

constexpr std::string_view kHotline = "12345";

Bilingual bilingual(const rules::LocalText& text) { return {text.zh, text.en}; }

InstitutionSummary institution_of(const shard::ControlState& control, shard::InstitutionNumber number) {
  if (number == shard::kSelf) return {"self", {"本人", "The resident"}, "self", std::string(kHotline)};
  const shard::Institution* institution = control.institution(number);
  return institution == nullptr ? summarise_command(control) : summarise(*institution);
}

// A statement of another province: its institution there answers for it, never the one that stands for the province
// here.
void name_origin(Cause& cause, const shard::ControlState& control, const shard::StoredImport& imported) {
  const shard::ImportOperation& from = imported.import;
  const shard::TrustedProvince* province = control.find_trusted(from.origin);
  const Bilingual name = province == nullptr ? Bilingual{from.origin.to_string(), from.origin.to_string()}
                                             : Bilingual{province->name_zh, province->name_en};
  cause.origin = name;
  cause.institution = {from.origin.to_string() + ":" + from.institution,
                       {name.zh + from.name_zh, from.name_en + ", " + name.en},
                       "other_province",
                       from.phone};
}

// Why it is held: the resident reads it.
void name_reasons(Cause& cause, const shard::HoldBook& holds) {
  const auto key = holds.find_statement(cause.statement);
  const shard::Hold* hold = key ? holds.find(*key) : nullptr;
  if (hold == nullptr) return;
  for (const std::string_view name : shard::reason_names(hold->judgement.reasons)) cause.held_for.emplace_back(name);
}

Result<std::vector<Cause>> list_causes(ShardRuntime& shard, const ResidentId& resident, std::uint32_t deciding_kinds) {
  MINGMA_TRY(const std::vector<shard::EvidenceView> evidence,
             shard::list_evidence(shard.store(), resident, &shard.keys()));
  std::vector<Cause> causes;
  for (const shard::EvidenceView& one : evidence) {
    if (causes.size() >= kCausesMax) break;
    causes.push_back(to_cause(shard.machine().control(), one, deciding_kinds));
    name_reasons(causes.back(), shard.machine().holds());
    const shard::Institution* institution = shard.machine().control().institution(one.stored.institution);
    if (institution == nullptr || institution->klass != shard::InstitutionClass::kOtherProvince) continue;
    MINGMA_TRY(const auto imported, shard::find_import(shard.store(), resident, one.stored.id));
    if (imported) name_origin(causes.back(), shard.machine().control(), *imported);
  }
  return causes;
}

void explain(Receipt& receipt, const shard::ControlState& control, const shard::StoredDecision& stored) {
  if (stored.policy == shard::kNoPolicyNumber) {
    receipt.reason = {"当前没有生效的规则集，因此没有码色。", "No policy is in force, so there is no colour."};
    return;
  }
  const rules::Policy& policy = control.policy(stored.policy);
  const rules::Rule* rule = policy.find_rule(stored.rule);
  if (receipt.decision.status == rules::DecisionStatus::kUndetermined) {
    receipt.reason = {
        "规则 " + receipt.decision.rule_id + " 无法计算，因此没有码色；工作人员已能看到此情况。",
        "Rule " + receipt.decision.rule_id + " could not be evaluated, so there is no colour; staff can see this."};
    return;
  }
  if (rule == nullptr) {
    receipt.reason = bilingual(policy.default_reason);
    receipt.legal_basis = policy.document_no;
    return;
  }
  receipt.reason = bilingual(rule->reason);
  receipt.way_out = bilingual(rule->way_out);
  receipt.control_mode = bilingual(rule->control_mode);
  receipt.legal_basis = rule->legal_basis;
}

// Who answers for it: each institution of a deciding statement once, else the command.
void name_responsible(Receipt& receipt, const shard::ControlState& control) {
  for (const Cause& cause : receipt.causes) {
    if (!cause.deciding || cause.institution.id == "self") continue;
    const bool named = std::any_of(receipt.responsible.begin(), receipt.responsible.end(),
                                   [&](const InstitutionSummary& one) { return one.id == cause.institution.id; });
    if (!named) receipt.responsible.push_back(cause.institution);
  }
  if (receipt.responsible.empty()) receipt.responsible.push_back(summarise_command(control));
  const InstitutionSummary& first = receipt.responsible.front();
  const std::string phone = first.phone.empty() ? std::string(kHotline) : first.phone;
  receipt.contest = {"如有异议，请致电" + first.name.zh + "（" + phone + "）或拨打 " + std::string(kHotline) +
                         "，并报出本告知书的判定序号。",
                     "To contest this, call " + first.name.en + " (" + phone + ") or " + std::string(kHotline) +
                         " and give the number of the decision."};
}

Result<std::optional<LeafOpening>> open(ShardRuntime& shard, const shard::DecisionVersion& version) {
  const Result<shard::LeafOpening> opened = shard::open_decision(version, shard.keys());
  if (!opened) {
    if (opened.error().is(errors::kShardKeyDestroyed)) return std::optional<LeafOpening>();
    return opened.error();
  }
  LeafOpening leaf;
  leaf.shard = shard.id();
  leaf.leaf = version.stored.leaf;
  leaf.record = opened->record;
  leaf.opening = opened->opening;
  leaf.commitment_key = opened->commitment_key;
  return std::optional<LeafOpening>(std::move(leaf));
}

}  // namespace

DecisionView to_view(const shard::ControlState& control, ShardId shard, const shard::DecisionRecord& record,
                     const shard::StoredDecision& stored) {
  DecisionView view;
  view.status = record.status;
  view.colour = record.colour;
  view.measure = record.measure;
  view.since = record.at;
  view.rule_id = record.rule;
  view.version = record.version;
  view.shard = shard;
  view.leaf = stored.leaf;
  if (stored.policy == shard::kNoPolicyNumber) return view;
  const rules::Policy& policy = control.policy(stored.policy);
  const rules::Rule* rule = policy.find_rule(stored.rule);
  view.rule_title = rule == nullptr ? bilingual(policy.default_reason) : bilingual(rule->title);
  view.policy_id = policy.id;
  view.policy_version = policy.version.to_string();
  view.policy_document_number = policy.document_no;
  view.policy_hash = policy.hash;
  return view;
}

Cause to_cause(const shard::ControlState& control, const shard::EvidenceView& evidence, std::uint32_t deciding_kinds) {
  const rules::EvidenceKindInfo& info = rules::evidence_kind_info(evidence.stored.evidence.kind);
  Cause cause;
  cause.statement = evidence.stored.id;
  cause.kind = info.name;
  cause.kind_words = {std::string(info.zh), std::string(info.en)};
  cause.evidence = evidence.stored.evidence;
  if (evidence.statement) cause.source_record = evidence.statement->source_record;
  cause.signed_at = evidence.stored.signed_at;
  cause.institution = institution_of(control, evidence.stored.institution);
  cause.effective = evidence.stored.status == shard::EvidenceStatus::kEffective;
  cause.status = shard::to_string(evidence.stored.status);
  cause.deciding =
      cause.effective && (deciding_kinds >> static_cast<unsigned>(evidence.stored.evidence.kind) & 1u) != 0;
  return cause;
}

Result<std::optional<LeafOpening>> open_version(ShardRuntime& shard, const ResidentId& resident,
                                                std::uint32_t version) {
  if (!shard.machine().rows().find(resident)) return Error(errors::kNotRegistered, "register first");
  MINGMA_TRY(const auto found, shard::find_decision(shard.store(), resident, version));
  if (!found) return Error(errors::kNoSuchThing, "there is no such version of your decision", "version");
  return open(shard, *found);
}

Result<Receipt> make_receipt(ShardRuntime& shard, const ResidentId& resident) {
  const shard::ShardMachine& machine = shard.machine();
  const auto number = machine.rows().find(resident);
  if (!number) return Error(errors::kNotRegistered, "register first");
  const shard::Row row = machine.rows().get(*number);
  MINGMA_TRY(const auto version, shard::find_decision(shard.store(), resident, row.version));
  if (!version) return Error(errors::kShardDamaged, "the decision of a row is not in the store");
  Receipt receipt;
  receipt.decision = to_view(machine.control(), shard.id(), version->record, version->stored);
  receipt.decision.horizon = row.decision.horizon;
  const std::uint32_t kinds =
      version->stored.policy == shard::kNoPolicyNumber
          ? 0
          : shard::deciding_kinds(machine.control(), version->stored.policy, version->stored.rule);
  MINGMA_TRY(receipt.causes, list_causes(shard, resident, kinds));
  std::stable_partition(receipt.causes.begin(), receipt.causes.end(),
                        [](const Cause& cause) { return cause.deciding; });
  explain(receipt, machine.control(), version->stored);
  name_responsible(receipt, machine.control());
  MINGMA_TRY(receipt.leaf, open(shard, *version));
  return receipt;
}

Result<History> make_history(ShardRuntime& shard, const ResidentId& resident, const Page& page) {
  const shard::ShardMachine& machine = shard.machine();
  const auto number = machine.rows().find(resident);
  if (!number) return Error(errors::kNotRegistered, "register first");
  const std::uint32_t newest = machine.rows().get(*number).version;
  History history;
  if (page.offset < newest) {
    // Versions are numbered without gaps, so the offset from the newest is a version.
    const std::uint32_t before = newest + 1 - page.offset;
    MINGMA_TRY(const std::vector<shard::DecisionVersion> versions,
               shard::list_decisions(shard.store(), resident, before, std::min<std::size_t>(page.count_max, 500)));
    for (const shard::DecisionVersion& version : versions) {
      HistoryEntry entry;
      entry.decision = to_view(machine.control(), shard.id(), version.record, version.stored);
      entry.record_hash = version.record_hash;
      entry.previous_hash = version.record.previous;
      entry.trigger = shard::to_string(version.record.cause);
      history.decisions.push_back(std::move(entry));
    }
  }
  MINGMA_TRY(history.statements, list_causes(shard, resident, 0));
  return history;
}

}  // namespace mingma::service
