// Hands, brakes and holds of an event: what should have been held, who approved, what lapsed.
#include "shard/audit_event.h"
#include "shard/authority.h"
#include "shard/errors.h"
#include "shard/judge.h"

namespace mingma::shard {
namespace {

std::string joined(const std::vector<std::string_view>& names) {
  std::string out;
  for (const std::string_view name : names) out += (out.empty() ? "" : ", ") + std::string(name);
  return out.empty() ? "nobody" : out;
}

}  // namespace

void EventAuditor::check_officers(std::span<const OfficerMark> officers) {
  if (auto checked = check_counters(working_, officers); !checked.ok())
    findings_.add("counter_back", at() + ", key " + checked.error().where(),
                  "a passkey's counter did not rise: a copied key, or an old signature played back");
}

Result<void> EventAuditor::check_judgement(const StatementsOperation& op, const StatementEntry& entry, RowNumber row,
                                           const std::string& where) {
  if (entry.outcome == Outcome::kSuperseded) return {};
  MINGMA_TRY(const Judgement derived, judge(working_, {row, op, entry}));
  if (derived == entry.judgement) return {};
  if (derived.missing != 0 && entry.outcome == Outcome::kAccepted) {
    findings_.add("not_held", where,
                  "counted though held: missing " + joined(hand_names(derived.missing)) + " (" +
                      joined(reason_names(derived.reasons)) + ")");
  } else {
    findings_.add("wrong_hold", where,
                  "recorded as missing " + joined(hand_names(entry.judgement.missing)) + "; missing is " +
                      joined(hand_names(derived.missing)));
  }
  return {};
}

void EventAuditor::check_hold_end(const ResidentId& resident, const StatementId& id, HoldState state,
                                  const Officer* officer, std::uint32_t leaf) {
  const std::string where = at(resident);
  const auto row = working_.find(resident);
  if (!row) return;  // folding refuses it
  const auto keys = keys_of(resident);
  if (!keys) ++report_.unopened;
  if (index_ < places_.size() && leaf != places_[index_])
    findings_.add("wrong_shuffle", where, "a leaf is not where the seed puts it");
  const InstitutionNumber institution =
      officer == nullptr ? kSelf : working_.control().institution_number(officer->institution);
  const Bytes record = encode_hold_end(resident, id, state, event_.time, officer == nullptr ? "" : officer->id);
  check_leaf(leaf, make_hold_end_leaf(working_, institution, working_.touch(*row, DecisionCause::kHold)),
             officer == nullptr ? std::string_view() : std::string_view(officer->institution), keys ? &*keys : nullptr,
             record, where);
}

Result<void> EventAuditor::operation(const ApprovalOperation& op) {
  check_role(false, "an approval");
  ++report_.signatures;
  const auto checked = check_approval(working_, op.document, {op.officer.key_id, op.signature});
  if (!checked.ok()) {
    findings_.add("bad_approval", at(), "an approval that its officer did not sign: " + checked.error().to_string());
  } else if (checked->mark != op.officer) {
    findings_.add("bad_approval", at(), "the officer of an approval is not the one who signed it");
  }
  check_officers(std::span(&op.officer, 1));
  const OfficerKeyRef officer = working_.control().officers().any_key(op.officer.key_id);
  if (!officer) return Error(errors::kShardInvalidEvent, "an approval by nobody");
  note_officers(working_, std::span(&op.officer, 1));
  for (const ApprovalEntry& entry : op.entries) {
    const HoldKey key = evidence_key(entry.resident, entry.id);
    const bool named =
        checked.ok() && std::find(checked->approval.statements.begin(), checked->approval.statements.end(), entry.id) !=
                            checked->approval.statements.end();
    if (checked.ok() && !named)
      findings_.add("bad_approval", at(entry.resident), "the signed approval does not name this statement");
    if (checked.ok()) {
      MINGMA_TRY(const ApprovalVerdict verdict, judge_approval(working_, key, officer, checked->approval.refuses));
      if (verdict.outcome != entry.outcome || verdict.hand != entry.hand)
        findings_.add("bad_approval", at(entry.resident),
                      "recorded as " + std::string(to_string(entry.outcome)) + " by " + officer.officer->id +
                          "; it is " + std::string(to_string(verdict.outcome)));
    }
    if (entry.leaf != kNoLeaf) {
      const bool approved = entry.outcome == ApprovalOutcome::kCompleted;
      check_hold_end(entry.resident, entry.id, approved ? HoldState::kApproved : HoldState::kRefused,
                     officer.officer.get(), entry.leaf);
      ++index_;
    }
    MINGMA_CHECK(apply_approval(working_, op, entry));
  }
  return {};
}

Result<void> EventAuditor::operation(const CountOperation& op) {
  check_role(true, "a count");
  for (const BrakeAnswer& answer : op.answers) {
    if (answer.ask.policy.value >= working_.control().policy_count())
      return Error(errors::kShardInvalidEvent, "a count under an unknown policy");
    MINGMA_TRY(const std::uint8_t derived, answer_brakes(working_, answer.ask));
    if (derived != answer.reasons) {
      findings_.add("wrong_count", at(),
                    "a worsening signed by " + answer.ask.signer + " was answered with " +
                        joined(reason_names(answer.reasons)) + "; the counts say " + joined(reason_names(derived)));
    }
    MINGMA_CHECK(count_worsening(working_, answer.ask, answer.reasons));
  }
  return {};
}

Result<void> EventAuditor::operation(const LapseOperation& op) {
  check_role(false, "a lapse");
  for (const LapseEntry& entry : op.entries) {
    const HoldKey key = evidence_key(entry.resident, entry.id);
    const Hold* hold = working_.find_hold(key);
    if (hold == nullptr || hold->state != HoldState::kOpen || hold->judgement.lapses > event_.time)
      findings_.add("wrong_hold", at(entry.resident), "lapsed before its time, or not held at all");
    check_hold_end(entry.resident, entry.id, HoldState::kLapsed, nullptr, entry.leaf);
    ++index_;
    MINGMA_CHECK(working_.end_hold(key, HoldState::kLapsed));
  }
  return {};
}

}  // namespace mingma::shard
