// Holds: an officer approves or refuses, and what lapses.
#include "shard/authority.h"
#include "shard/checks.h"
#include "shard/errors.h"
#include "shard/judge.h"
#include "shard/planner.h"

namespace mingma::shard {
namespace {

constexpr std::size_t kTickLapsesMax = 8'192;

CommandResult refuse(Error error) {
  CommandResult result;
  result.error = std::move(error);
  return result;
}

}  // namespace

std::uint32_t Planner::add_hold_end(const HoldKey& key, const StatementId& id, HoldState state,
                                    const Officer* officer) {
  const ResidentId resident = ResidentId::from(ByteView(key).first(16)).value();
  const RowNumber row = *working_.find(resident);
  const Row& now = working_.touch(row, DecisionCause::kHold);
  const InstitutionNumber institution =
      officer == nullptr ? kSelf : working_.control().institution_number(officer->institution);
  const Bytes record = encode_hold_end(resident, id, state, event_.time, officer == nullptr ? "" : officer->id);
  const ResidentKeys* keys = keys_of(row, resident);
  return add_personal_leaf(make_hold_end_leaf(working_, institution, now),
                           keys != nullptr ? *keys : orphan_keys(resident), record,
                           officer == nullptr ? std::string_view() : std::string_view(officer->institution));
}

Result<void> Planner::lapse_holds() {
  LapseOperation operation;
  for (const HoldKey& key : working_.base().holds.due(event_.time, kTickLapsesMax)) {
    const Hold* hold = working_.find_hold(key);
    if (hold == nullptr || hold->state != HoldState::kOpen) continue;  // ended earlier in this event
    LapseEntry entry{.id = hold->id};
    MINGMA_TRY(entry.resident, ResidentId::from(ByteView(key).first(16)));
    entry.leaf = add_hold_end(key, hold->id, HoldState::kLapsed, nullptr);
    MINGMA_CHECK(working_.end_hold(key, HoldState::kLapsed));
    operation.entries.push_back(entry);
  }
  if (!operation.entries.empty()) event_.operations.emplace_back(std::move(operation));
  return {};
}

Result<CommandResult> Planner::run(const CountCommand& command) {
  if (!is_control()) return refuse(Error(errors::kShardWrongShard, "the control shard counts"));
  if (command.asks.empty() || command.asks.size() > kEventStatementsMax)
    return refuse(Error(errors::kShardTooLarge, "1 to 20,000 questions at a time"));
  const ControlState& control = working_.control();
  for (const BrakeAsk& ask : command.asks) {
    if (ask.policy.value >= control.policy_count() || control.institution(ask.institution) == nullptr ||
        ask.signer.size() > kBrakeSignerBytesMax)
      return refuse(Error(errors::kShardInvalidStatement, "a question about no policy or institution"));
  }
  CountOperation operation{.shard = command.shard};
  for (const BrakeAsk& ask : command.asks) {
    MINGMA_TRY(const std::uint8_t reasons, answer_brakes(working_, ask));
    MINGMA_CHECK(count_worsening(working_, ask, reasons));
    operation.answers.push_back({ask, reasons});
  }
  event_.operations.emplace_back(std::move(operation));
  CommandResult result;
  result.sequence = working_.sequence();
  return result;
}

Result<CommandResult> Planner::run(const ApprovalCommand& command) {
  if (is_control()) return refuse(Error(errors::kShardWrongShard, "holds are the data shards'"));
  auto checked = check_approval(working_, command.document, command.signature);
  if (!checked.ok()) return refuse(std::move(checked).error());
  if (auto counters = check_counters(working_, std::span(&checked->mark, 1)); !counters.ok())
    return refuse(counters.error());
  ApprovalOperation operation{
      .document = command.document, .officer = checked->mark, .signature = command.signature.signature};
  CommandResult result;
  for (const StatementId& id : checked->approval.statements) {
    const auto key = working_.find_hold_of(id);
    if (!key) {
      result.approvals.push_back({id, ApprovalOutcome::kUnknown, 0});
      continue;
    }
    MINGMA_TRY(const ApprovalVerdict verdict,
               judge_approval(working_, *key, checked->officer, checked->approval.refuses));
    result.approvals.push_back({id, verdict.outcome, verdict.missing});
    if (verdict.outcome > ApprovalOutcome::kRefused) continue;
    ApprovalEntry entry{.id = id, .outcome = verdict.outcome, .hand = verdict.hand};
    MINGMA_TRY(entry.resident, ResidentId::from(ByteView(*key).first(16)));
    if (verdict.outcome != ApprovalOutcome::kNoted)
      entry.leaf = add_hold_end(
          *key, id, verdict.outcome == ApprovalOutcome::kCompleted ? HoldState::kApproved : HoldState::kRefused,
          checked->officer.officer.get());
    MINGMA_CHECK(apply_approval(working_, operation, entry));
    operation.entries.push_back(entry);
  }
  if (operation.entries.empty()) return result;
  note_officers(working_, std::span(&operation.officer, 1));
  event_.operations.emplace_back(std::move(operation));
  return result;
}

}  // namespace mingma::shard
