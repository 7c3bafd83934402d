#include "shard/judge.h"

#include <algorithm>

#include "rules/policy.h"
#include "shard/brakes.h"
#include "shard/errors.h"
#include "shard/finish.h"

namespace mingma::shard {
namespace {

std::pair<rules::Colour, rules::Measure> strictness(const rules::Decision& decision) {
  return {decision.colour, decision.measure};
}

bool is_worse(const rules::Decision& with, const rules::Decision& without) {
  return with.colour >= rules::Colour::kYellow && strictness(with) > strictness(without);
}

// Without the statement. The stored decision holds until its horizon, while nothing touched the row.
rules::Decision decision_now(const Working& working, RowNumber number, const Row& row) {
  const PolicyNumber policy = working.view().policy_for(row.stay, row.home);
  const UnixSeconds horizon = row.decision.horizon;
  if (!working.is_touched(number) && row.version > 0 && row.policy == policy &&
      (horizon == rules::kNoHorizon || working.time() < horizon))
    return row.decision;
  return working.control().decide(policy, row.facts, working.time());
}

BrakeAsk brake_ask(const ControlState& control, const StatementsOperation& operation, const StatementEntry& entry,
                   PolicyNumber policy) {
  BrakeAsk ask{.statement = entry.id,
               .institution = operation.institution,
               .signer = brake_signer(control, operation),
               .policy = policy};
  if (operation.authority == AuthorityKind::kManifest) ask.submission = operation.submission;
  return ask;
}

class Judge {
 public:
  Judge(const Working& working, const Candidate& candidate, std::optional<BrakeAsk>* unanswered, bool previews)
      : working_(working), candidate_(candidate), unanswered_(unanswered), previews_(previews) {}

  Result<Judgement> run() {
    MINGMA_TRY(const Row before, working_.current(candidate_.row));
    MINGMA_TRY(const Row after, working_.preview(candidate_.row, candidate_.operation.institution, candidate_.entry));
    const Verdict with = decide_row(working_, after);
    Judgement out;
    if (with.policy == kNoPolicyNumber) return out;
    const rules::Policy& policy = working_.control().policy(with.policy);
    if (!policy.enforcement.hands && !policy.enforcement.brakes) return out;
    const rules::Decision without = decision_now(working_, candidate_.row, before);
    out.worse = is_worse(with.decision, without);
    const bool correction = candidate_.entry.action != StatementAction::kAdd;
    out.clears = !out.worse && correction &&
                 (strictness(with.decision) < strictness(without) ||
                  (candidate_.entry.action == StatementAction::kWithdraw && without.colour >= rules::Colour::kYellow));
    if (out.empty()) return out;
    out.rule = with.decision.rule;
    out.policy = with.policy;
    if (!out.worse) return out;
    // Another province's officers gave their hands there, a certificate has none; the brakes are ours.
    const AuthorityKind authority = candidate_.operation.authority;
    const bool has_hands = authority != AuthorityKind::kImported && authority != AuthorityKind::kCertificate;
    if (policy.enforcement.hands && has_hands) ask_hands(policy, out);
    const bool approved_elsewhere = withdraw_given(out);
    if (out.missing != 0) out.reasons |= kReasonHands;
    if (policy.enforcement.brakes) MINGMA_CHECK(ask_brakes(policy.brakes, approved_elsewhere, out));
    if (out.missing != 0)
      out.lapses = working_.time().plus(std::int64_t{policy.brakes.hold_lapses_after_hours} * 3'600);
    return out;
  }

 private:
  void ask_hands(const rules::Policy& policy, Judgement& out) const {
    const rules::Rule* rule = policy.find_rule(out.rule);
    if (rule == nullptr) return;
    if (rule->hands.ordered) out.missing |= kHandOrdered;
    if (rule->hands.approved) out.missing |= kHandApproved;
    if (rule->hands.executed) out.missing |= kHandExecuted;
    if (policy.enforcement.needs_other_institution(rule->id)) out.missing |= kHandApproved | kHandOtherBody;
  }

  // Whom another body approved is not held back, but counts.
  Result<void> ask_brakes(const rules::Brakes& brakes, bool approved_elsewhere, Judgement& out) const {
    std::uint8_t reasons = 0;
    if (!approved_elsewhere) {
      MINGMA_TRY(const bool flips, flips_back(brakes));
      if (flips) reasons |= kReasonFlipBack;
    }
    const bool held = out.missing != 0 || reasons != 0;
    BrakeAsk ask = brake_ask(working_.control(), candidate_.operation, candidate_.entry, out.policy);
    ask.mode = held ? BrakeMode::kLook : approved_elsewhere ? BrakeMode::kCount : BrakeMode::kTake;
    if (!approved_elsewhere || !held) {
      MINGMA_TRY(const std::uint8_t limits, ask_limits(ask));
      if (!approved_elsewhere) reasons |= limits;
    }
    if (reasons != 0) out.missing |= kHandApproved | kHandOtherBody;
    out.reasons |= reasons;
    return {};
  }

  Result<std::uint8_t> ask_limits(const BrakeAsk& ask) const {
    if (!counts_centrally(working_.control())) return answer_brakes(working_, ask);
    MINGMA_TRY(const std::optional<std::uint8_t> answer, find_answer(working_, ask));
    if (answer) return *answer;
    if (previews_) return std::uint8_t{0};
    if (unanswered_ != nullptr) *unanswered_ = ask;
    return kReasonUncounted;
  }

  Result<bool> flips_back(const rules::Brakes& brakes) const {
    if ((working_.flags(candidate_.row) & kRowWasCorrected) == 0) return false;
    MINGMA_TRY(const Row row, working_.current(candidate_.row));
    const InstitutionNumber institution = candidate_.operation.institution;
    const StatementEntry& entry = candidate_.entry;
    MINGMA_TRY(const std::uint32_t record, working_.brake(cleared_record_key(row.resident, institution, entry.record)));
    if (record != 0) return true;
    MINGMA_TRY(const std::uint32_t kind,
               working_.brake(cleared_kind_key(row.resident, institution, entry.evidence.kind)));
    const std::int64_t window = std::int64_t{brakes.no_flip_back_days} * kSecondsPerDay;
    if (kind != 0 && working_.time().value < std::int64_t{kind} + window) return true;
    // Suspended by a case: the institution says it again instead of substantiating it.
    MINGMA_TRY(const auto evidence, working_.all_evidence(candidate_.row));
    return std::any_of(evidence.begin(), evidence.end(), [&](const StoredEvidence& other) {
      return other.status == EvidenceStatus::kSuspended && other.institution == institution &&
             other.evidence.kind == entry.evidence.kind;
    });
  }

  // What the signatures give is missing no longer. Has somebody of another institution approved?
  bool withdraw_given(Judgement& out) const {
    bool approved_elsewhere = false;
    const ControlState& control = working_.control();
    const Institution* own = control.institution(candidate_.operation.institution);
    const bool orders = (out.missing & kHandOrdered) != 0;  // else an ordering officer's hand approves
    for (const GivenHand& given : hands_given(control, candidate_.operation, working_.time())) {
      const OfficerKeyRef officer = control.officers().any_key(given.key_id);
      const bool other = own == nullptr || officer.officer->institution != own->id;
      if (given.hand == kHandApproved || (given.hand == kHandOrdered && !orders)) {
        approved_elsewhere = approved_elsewhere || other;
        if ((out.missing & kHandOtherBody) != 0 && !other) continue;
        out.missing &= static_cast<std::uint8_t>(~(kHandApproved | kHandOtherBody));
      } else {
        out.missing &= static_cast<std::uint8_t>(~given.hand);
      }
    }
    return approved_elsewhere;
  }

  const Working& working_;
  const Candidate& candidate_;
  std::optional<BrakeAsk>* unanswered_;
  bool previews_;
};

// Does any policy in force enforce what `what` says?
template <typename What>
bool enforced_somewhere(const Working& working, What what) {
  const auto& in_force = working.view().policies;
  return std::any_of(in_force.begin(), in_force.end(), [&](const PolicyInForce& policy) {
    return what(working.control().policy(policy.number).enforcement);
  });
}

}  // namespace

Result<Judgement> judge(const Working& working, const Candidate& candidate, std::optional<BrakeAsk>* unanswered,
                        bool previews) {
  if (candidate.operation.authority == AuthorityKind::kSession) return Judgement{};
  // Most provinces at most instants answer here.
  if (!enforced_somewhere(working, [](const rules::Enforcement& one) { return one.hands || one.brakes; }))
    return Judgement{};
  return Judge(working, candidate, unanswered, previews).run();
}

bool may_have_to_ask(const Working& working) {
  return counts_centrally(working.control()) &&
         enforced_somewhere(working, [](const rules::Enforcement& one) { return one.brakes; });
}

Result<bool> makes_worse(const Working& working, RowNumber row, const rules::Evidence& evidence) {
  MINGMA_TRY(const Row before, working.current(row));
  MINGMA_TRY(const Row after, working.preview(row, kSelf, StatementEntry{.evidence = evidence}));
  return is_worse(decide_row(working, after).decision, decision_now(working, row, before));
}

std::string brake_signer(const ControlState& control, const StatementsOperation& operation) {
  if (operation.authority != AuthorityKind::kOfficer) return operation.key_id;
  const OfficerKeyRef officer = control.officers().any_key(operation.key_id);
  return officer ? officer.officer->id : operation.key_id;
}

std::vector<GivenHand> hands_given(const ControlState& control, const StatementsOperation& operation, UnixSeconds at) {
  std::vector<GivenHand> out;
  std::vector<std::string> persons;
  std::uint8_t taken = 0;
  const auto give = [&](std::uint8_t hand, const OfficerMark& mark) {
    taken |= hand;
    out.push_back({hand, mark.key_id, at});
  };
  const Institution* own = control.institution(operation.institution);
  for (std::size_t i = 0; i < operation.officers.size(); ++i) {
    const OfficerMark& mark = operation.officers[i];
    const OfficerKeyRef officer = control.officers().any_key(mark.key_id);
    if (!officer || std::find(persons.begin(), persons.end(), officer.officer->id) != persons.end()) continue;
    persons.push_back(officer.officer->id);
    const OfficerRole role = officer.officer->role;
    const bool ours = own != nullptr && officer.officer->institution == own->id;
    const bool enters = operation.authority == AuthorityKind::kOfficer && i == 0;
    if (enters || (role == OfficerRole::kExecuting && ours && (taken & kHandExecuted) == 0)) {
      give(kHandExecuted, mark);
    } else if (role == OfficerRole::kOrdering && (taken & kHandOrdered) == 0) {
      give(kHandOrdered, mark);
    } else if (role == OfficerRole::kOrdering || role == OfficerRole::kApproving) {
      give(kHandApproved, mark);
    }
  }
  return out;
}

namespace {

// An officer's hand for a hold, before it is asked whether the grant still stands.
ApprovalVerdict hand_for(const ControlState& control, const Hold& hold, const OfficerKeyRef& officer) {
  const OfficerRole role = officer.officer->role;
  const bool decides = role == OfficerRole::kApproving || role == OfficerRole::kOrdering;
  std::uint8_t missing = hold.judgement.missing;
  for (const GivenHand& given : hold.given) {
    const OfficerKeyRef other = control.officers().any_key(given.key_id);
    if (other && other.officer->id == officer.officer->id) return {ApprovalOutcome::kSamePerson, 0, missing};
  }
  const Institution* own = control.institution(hold.institution);
  const bool ours = own != nullptr && officer.officer->institution == own->id;
  std::uint8_t hand = 0;
  if ((missing & kHandOrdered) != 0 && role == OfficerRole::kOrdering) {
    hand = kHandOrdered;
  } else if ((missing & kHandApproved) != 0 && decides) {
    if ((missing & kHandOtherBody) != 0 && ours) return {ApprovalOutcome::kSameInstitution, 0, missing};
    hand = kHandApproved;
    missing &= static_cast<std::uint8_t>(~kHandOtherBody);
  } else if ((missing & kHandExecuted) != 0 && role == OfficerRole::kExecuting && ours) {
    hand = kHandExecuted;
  } else {
    return {ApprovalOutcome::kNotEntitled, 0, missing};
  }
  missing &= static_cast<std::uint8_t>(~hand);
  return {missing == 0 ? ApprovalOutcome::kCompleted : ApprovalOutcome::kNoted, hand, missing};
}

}  // namespace

Result<ApprovalVerdict> judge_approval(const Working& working, const HoldKey& key, const OfficerKeyRef& officer,
                                       bool refuses) {
  const Hold* hold = working.find_hold(key);
  if (hold == nullptr) return ApprovalVerdict{ApprovalOutcome::kUnknown, 0, 0};
  const std::uint8_t missing = hold->judgement.missing;
  if (hold->state != HoldState::kOpen || hold->judgement.lapses <= working.time())
    return ApprovalVerdict{ApprovalOutcome::kEnded, 0, missing};
  if (refuses) {
    const OfficerRole role = officer.officer->role;
    const bool decides = role == OfficerRole::kApproving || role == OfficerRole::kOrdering;
    return ApprovalVerdict{decides ? ApprovalOutcome::kRefused : ApprovalOutcome::kNotEntitled, 0, missing};
  }
  const ApprovalVerdict verdict = hand_for(working.control(), *hold, officer);
  if (verdict.outcome != ApprovalOutcome::kCompleted) return verdict;
  // It is to count from now on: its institution must still be allowed to say so.
  MINGMA_TRY(const ResidentId resident, ResidentId::from(ByteView(key).first(16)));
  const auto row = working.find(resident);
  if (!row) return Error(errors::kShardDamaged, "a hold of someone who is not registered");
  MINGMA_TRY(const auto stored, working.find_evidence(*row, hold->id));
  if (!stored) return Error(errors::kShardDamaged, "a hold without its statement");
  const auto allowed = [&](DivisionCode area) {
    return working.control().authorised(hold->institution, stored->evidence.kind, area, stored->signed_at,
                                        working.time());
  };
  MINGMA_TRY(const DivisionCode stay, working.stay_now(*row));
  if (!allowed(working.home(*row)) && !allowed(stay))
    return ApprovalVerdict{ApprovalOutcome::kNotAuthorised, 0, missing};
  return verdict;
}

Result<void> record_judgement(Working& working, const StatementsOperation& operation, const StatementEntry& entry) {
  if (entry.judgement.empty()) return {};
  const InstitutionNumber institution = operation.institution;
  const auto now = static_cast<std::uint32_t>(working.time().value);
  if (entry.judgement.clears) {
    working.set_brake(cleared_kind_key(entry.resident, institution, entry.evidence.kind), now);
    working.set_brake(cleared_record_key(entry.resident, institution, entry.earlier), now);
    return {};
  }
  if (working.control().policy(entry.judgement.policy).enforcement.brakes) {
    BrakeAsk ask = brake_ask(working.control(), operation, entry, entry.judgement.policy);
    ask.mode = entry.outcome == Outcome::kAccepted ? BrakeMode::kCount : BrakeMode::kLook;
    MINGMA_CHECK(counts_centrally(working.control()) ? forget_answers(working, ask) : count_worsening(working, ask, 0));
  }
  if (entry.outcome != Outcome::kHeld) return {};
  working.set_hold(evidence_key(entry.resident, entry.id),
                   Hold{.id = entry.id,
                        .institution = institution,
                        .kind = entry.evidence.kind,
                        .judgement = entry.judgement,
                        .since = working.time(),
                        .given = hands_given(working.control(), operation, working.time())});
  return {};
}

Result<void> apply_approval(Working& working, const ApprovalOperation& operation, const ApprovalEntry& entry) {
  const HoldKey key = evidence_key(entry.resident, entry.id);
  const Hold* found = working.find_hold(key);
  if (found == nullptr) return Error(errors::kShardInvalidEvent, "an approval of something that is not held");
  Hold hold = *found;
  hold.given.push_back({entry.hand, operation.officer.key_id, working.time()});
  hold.judgement.missing &= static_cast<std::uint8_t>(~entry.hand);
  if (entry.hand == kHandApproved) hold.judgement.missing &= static_cast<std::uint8_t>(~kHandOtherBody);
  working.set_hold(key, std::move(hold));
  if (entry.outcome == ApprovalOutcome::kNoted) return {};
  return working.end_hold(key,
                          entry.outcome == ApprovalOutcome::kCompleted ? HoldState::kApproved : HoldState::kRefused);
}

void note_officers(Working& working, std::span<const OfficerMark> officers) {
  for (const OfficerMark& mark : officers) {
    if (mark.counter != 0) working.set_brake(counter_key(mark.key_id), mark.counter);
  }
}

Result<void> check_counters(const Working& working, std::span<const OfficerMark> officers) {
  for (const OfficerMark& mark : officers) {
    const OfficerKeyRef officer = working.control().officers().any_key(mark.key_id);
    if (!officer || officer.key->kind != OfficerKeyKind::kPasskey) continue;
    MINGMA_TRY(const std::uint32_t last, working.brake(counter_key(mark.key_id)));
    if (!crypto::counter_accepts(last, mark.counter))
      return Error(errors::kShardCounterBack, "the passkey's counter did not rise: a copied key, or an old signature",
                   mark.key_id);
  }
  return {};
}

}  // namespace mingma::shard
