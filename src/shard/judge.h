// Judging: does a statement make its resident worse, which hands does it carry, is it held? Owner and audit ask in the
// same words. Internal to the room.
//
// Only statements of institutions are judged, and only where the policy of the resident's place enforces hands or
// brakes. "Worse": with the statement the rules give a stricter yellow or red than without it, at this instant.
// Threading: within one plan or audit. Pure but for reads of the store.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "shard/brake_count.h"
#include "shard/event.h"
#include "shard/working.h"

namespace mingma::shard {

// One institution's statement, as the entry will hold it (action, evidence, record and earlier filled in).
struct Candidate {
  RowNumber row{};
  const StatementsOperation& operation;  // authority, institution, key, officers, submission
  const StatementEntry& entry;
};
// `unanswered`: set where the control shard must count first (brake_count.h) and has not; the judgement then holds it.
// `previews`: nobody is asked; as if no limit were reached.
Result<Judgement> judge(const Working& working, const Candidate& candidate,
                        std::optional<BrakeAsk>* unanswered = nullptr, bool previews = false);
// Does a policy in force anywhere enforce brakes that the control shard counts?
bool may_have_to_ask(const Working& working);
// Would new evidence, whoever signed it, make the resident worse? Quicker than judge(): most lines of a laboratory end
// here.
Result<bool> makes_worse(const Working& working, RowNumber row, const rules::Evidence& evidence);

// Who counts as the signer for the brakes: the officer, or the key.
std::string brake_signer(const ControlState& control, const StatementsOperation& operation);
// The hands that the officers of a batch have given, one each.
std::vector<GivenHand> hands_given(const ControlState& control, const StatementsOperation& operation, UnixSeconds at);

// What an officer's approval does to a hold. 0 in `hand` with `ends`: refused.
struct ApprovalVerdict {
  ApprovalOutcome outcome = ApprovalOutcome::kNotEntitled;
  std::uint8_t hand = 0;     // the bit given
  std::uint8_t missing = 0;  // then
};
Result<ApprovalVerdict> judge_approval(const Working& working, const HoldKey& key, const OfficerKeyRef& officer,
                                       bool refuses);

// What a judged statement adds to the counts, and its hold. Call after Working::add_statement.
Result<void> record_judgement(Working& working, const StatementsOperation& operation, const StatementEntry& entry);
// What an entry of an approval does, as written.
Result<void> apply_approval(Working& working, const ApprovalOperation& operation, const ApprovalEntry& entry);
void note_officers(Working& working, std::span<const OfficerMark> officers);

// Passkeys of a batch or approval: each counter rose since this shard saw it last.
Result<void> check_counters(const Working& working, std::span<const OfficerMark> officers);

}  // namespace mingma::shard
