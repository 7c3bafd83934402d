// What is past its days, and which keys nobody may need any more.
#include "shard/errors.h"
#include "shard/planner.h"

namespace mingma::shard {
namespace {

constexpr std::size_t kRowsMax = 65'536;  // looked at by one command

CommandResult refuse(Error error) {
  CommandResult result;
  result.error = std::move(error);
  return result;
}

}  // namespace

Result<CommandResult> Planner::run(const ExpireCommand& command) {
  if (is_control()) return refuse(Error(errors::kShardWrongShard, "statements belong to the residents' shards"));
  const ControlState& control = working_.control();
  const std::size_t rows = working_.base().rows.size();
  const std::size_t end = std::min(rows, command.first.value + kRowsMax);
  ExpireOperation op;
  CommandResult result;
  RowNumber row = command.first;
  for (; row.value < end && result.expired < kExpiredMax; ++row.value) {
    if ((working_.base().rows.flags(row) & kRowHasEvidence) == 0) continue;
    MINGMA_TRY(const auto evidence, working_.all_evidence(row));
    ExpiredEvidence expired{row, {}};
    for (const StoredEvidence& one : evidence) {
      if (result.expired >= kExpiredMax) break;
      if (one.status == EvidenceStatus::kExpired || one.sequence == working_.sequence() ||
          !is_expired(control, one.evidence.kind, one.received_at, event_.time))
        continue;
      expired.statements.push_back(one.id);
      ++result.expired;
    }
    if (!expired.statements.empty()) op.expired.push_back(std::move(expired));
  }
  // The row in which the limit was reached may have more.
  if (result.expired >= kExpiredMax) --row.value;
  if (row.value < rows) result.next_row = row;
  if (op.expired.empty()) return result;
  op.leaf = add_leaf(make_retention_leaf(working_, expired_digest(op.expired)));
  command_leaf_ = op.leaf;
  MINGMA_CHECK(working_.expire(op));
  event_.operations.emplace_back(std::move(op));
  return result;
}

Result<CommandResult> Planner::run(const DestroyKeysCommand& command) {
  if (is_control()) return refuse(Error(errors::kShardWrongShard, "keys belong to the residents' shards"));
  if (!may_destroy(working_.control(), command.keys, event_.time))
    return refuse(Error(errors::kShardTooEarly, words_of(command.keys) + ": kept still"));
  DestroyKeysOperation op{command.keys};
  op.leaf = add_leaf(make_retention_leaf(working_, destroyed_digest(op.keys)));
  command_leaf_ = op.leaf;
  event_.operations.emplace_back(std::move(op));
  return CommandResult{};
}

}  // namespace mingma::shard
