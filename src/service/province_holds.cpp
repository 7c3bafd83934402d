// Holds: what waits for which hand, and officers' approvals.
#include <algorithm>

#include "service/errors.h"
#include "service/part_processor.h"
#include "service/province_unit.h"
#include "shard/view.h"

namespace mingma::service {
namespace {

bool sees_all(shard::OfficerRole role) {
  return role == shard::OfficerRole::kApproving || role == shard::OfficerRole::kOrdering ||
         role == shard::OfficerRole::kAuditor;
}

HoldView view_of(const shard::ControlState& control, ShardId shard, const shard::Hold& hold) {
  HoldView out{.statement = hold.id, .shard = shard, .kind = std::string()};
  const shard::Institution* institution = control.institution(hold.institution);
  if (institution != nullptr) out.institution = summarise(*institution);
  const rules::EvidenceKindInfo& kind = rules::evidence_kind_info(hold.kind);
  out.kind = kind.name;
  out.kind_words = {std::string(kind.zh), std::string(kind.en)};
  if (hold.judgement.policy != shard::kNoPolicyNumber) {
    const rules::Policy& policy = control.policy(hold.judgement.policy);
    const rules::Rule* rule = policy.find_rule(hold.judgement.rule);
    out.rule = rule == nullptr ? "default" : rule->id;
  }
  for (const std::string_view name : shard::hand_names(hold.judgement.missing)) out.missing.emplace_back(name);
  for (const std::string_view name : shard::reason_names(hold.judgement.reasons)) out.reasons.emplace_back(name);
  out.since = hold.since;
  out.lapses = hold.judgement.lapses;
  for (const shard::GivenHand& given : hold.given) {
    const shard::OfficerKeyRef officer = control.officers().any_key(given.key_id);
    const auto names = shard::hand_names(given.hand);
    out.given.push_back({names.empty() ? std::string() : std::string(names.front()),
                         officer ? officer.officer->id : std::string(), given.key_id, given.at});
  }
  return out;
}

}  // namespace

Async<std::vector<HoldView>> Province::holds(OfficerCaller caller, std::string institution) {
  if (!sees_all(caller.role)) {
    if (!institution.empty() && institution != caller.institution)
      co_return Error(errors::kForbidden, "only who approves or audits sees other institutions' holds");
    institution = caller.institution;
  }
  std::vector<HoldView> out;
  for (std::size_t n = 1; n < units_.size(); ++n) {
    using Found = std::vector<HoldView>;
    Result<Found> found = co_await units_[n]->runtime.read<Found>([&](ShardRuntime& shard) -> Result<Found> {
      Found some;
      const shard::ControlState& control = shard.machine().control();
      for (const auto& [key, hold] : shard.machine().holds().all()) {
        if (some.size() >= kHoldsListedMax) break;
        HoldView view = view_of(control, shard.id(), hold);
        if (institution.empty() || view.institution.id == institution) some.push_back(std::move(view));
      }
      return some;
    });
    if (!found) co_return std::move(found).error();
    out.insert(out.end(), std::make_move_iterator(found->begin()), std::make_move_iterator(found->end()));
  }
  std::sort(out.begin(), out.end(), [](const HoldView& a, const HoldView& b) {
    return std::pair(a.lapses, a.statement) < std::pair(b.lapses, b.statement);
  });
  if (out.size() > kHoldsListedMax) out.resize(kHoldsListedMax);
  co_return out;
}

// Nobody outside knows which shard holds a statement: each is asked, and acts on what it has.
Async<std::vector<ApprovalView>> Province::approve(SignedDocument document) {
  if (document.type != "approval" || document.signatures.size() != 1)
    co_return Error(errors::kBadRequest, "an approval carries the one signature of its officer", "/signatures");
  const Result<bool> noted = co_await note_counters(document);
  if (!noted) co_return noted.error();
  std::vector<ApprovalView> out;
  for (std::size_t n = 1; n < units_.size(); ++n) {
    shard::Command command = shard::ApprovalCommand{
        document.document, {document.signatures.front().key_id, document.signatures.front().signature}};
    const Result<shard::CommandResult> done = co_await units_[n]->runtime.run(std::move(command));
    if (!done) co_return done.error();
    for (std::size_t i = 0; i < done->approvals.size(); ++i) {
      const shard::ApprovalResult& one = done->approvals[i];
      if (out.size() <= i) out.push_back({one.id, "unknown", {}});
      if (one.outcome == shard::ApprovalOutcome::kUnknown) continue;
      out[i].outcome = shard::to_string(one.outcome);
      for (const std::string_view name : shard::hand_names(one.missing)) out[i].missing.emplace_back(name);
    }
  }
  co_return out;
}

}  // namespace mingma::service
