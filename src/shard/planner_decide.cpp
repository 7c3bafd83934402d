// Deciding: whom the clock or a new policy concerns, what rules say, and the shuffle.
#include <algorithm>

#include "shard/checks.h"
#include "shard/errors.h"
#include "shard/planner.h"

namespace mingma::shard {

// Goes on from where the last one stopped until enough rows changed or were looked at.
RecolourOperation Planner::choose_recolouring() {
  const RowNumber first = working_.machine().recolour_next;
  const std::size_t rows = working_.base().rows.size();
  const std::size_t end = std::min(rows, first.value + std::size_t{options_.recolour_rows_max});
  std::vector<RowNumber> changed;
  const RowNumber next = collect_changed(working_, first, RowNumber{static_cast<std::uint32_t>(end)},
                                         options_.tick_decisions_max, changed);
  const RecolourOperation operation{first, next};
  working_.recolour(operation);
  for (const RowNumber row : changed) working_.touch(row, DecisionCause::kRecolour);
  return operation;
}

Result<CommandResult> Planner::run(const TickCommand&) {
  if (is_control()) {
    CommandResult result;
    result.error = Error(errors::kShardWrongShard, "this command belongs to a shard of the other kind");
    return result;
  }
  const ShardState& base = working_.base();
  base.rows.due(event_.time, options_.tick_decisions_max, due_);
  const bool view_changed = working_.shared_view() != base.view;
  if (!due_.empty() || view_changed) {
    for (const RowNumber row : due_) working_.touch(row, DecisionCause::kTick);
    event_.operations.emplace_back(TickOperation{due_});
  }
  MINGMA_CHECK(lapse_holds());
  MINGMA_CHECK(tick_cases());
  if (working_.machine().recolouring) event_.operations.emplace_back(choose_recolouring());
  command_leaf_ = kNoLeaf;
  return CommandResult{};
}

// Latest records are looked up in the order the table has them, everything else goes by row.
Result<std::vector<Planner::Decided>> Planner::decide_all() {
  std::vector<Decided> all;
  for (Touched* touched : working_.sorted()) {
    const Verdict verdict = decide_row(working_, touched->row);
    const bool fresh = is_new_version(touched->before, verdict);
    if (fresh || verdict.decision.horizon != touched->before.decision.horizon)
      all.push_back({.touched = touched, .verdict = verdict, .fresh = fresh});
  }
  std::vector<Decided*> fresh;
  for (Decided& decided : all) {
    if (decided.fresh) fresh.push_back(&decided);
  }
  std::sort(fresh.begin(), fresh.end(),
            [](const Decided* a, const Decided* b) { return a->touched->row.resident < b->touched->row.resident; });
  for (Decided* decided : fresh) {
    MINGMA_TRY(decided->previous, previous_record_hash(reader_, decided->touched->before));
    keys_of(decided->touched->number, decided->touched->row.resident);
  }
  return all;
}

void Planner::write_down(const Decided& decided) {
  const auto& [touched, verdict, fresh, previous] = decided;
  DecisionEntry entry{.row = touched->number, .decision = verdict.decision, .policy = verdict.policy};
  if (fresh) {
    entry.record = encode_decision_record(make_record(working_, *touched, verdict, previous));
    const std::string_view tag = tag_name(working_.control(), touched->institution, touched->by_statement);
    const Leaf leaf = make_decision_leaf(working_, *touched, verdict);
    const ResidentKeys* keys = keys_of(touched->number, touched->row.resident);
    entry.leaf = keys != nullptr ? add_personal_leaf(leaf, *keys, entry.record, tag)
                                 : add_personal_leaf(leaf, orphan_keys(touched->row.resident), entry.record, tag);
  }
  event_.decisions.push_back(std::move(entry));
}

Result<void> Planner::complete() {
  MINGMA_CHECK(working_.settle());
  MINGMA_TRY(const std::vector<Decided> all, decide_all());
  event_.decisions.reserve(all.size());
  for (const Decided& decided : all) write_down(decided);

  places_ = leaf_permutation(event_.seed, static_cast<std::uint32_t>(leaves_.size()));
  event_.leaves.resize(leaves_.size());
  for (std::size_t i = 0; i < leaves_.size(); ++i) event_.leaves[places_[i]] = std::move(leaves_[i]);
  const auto move_leaf = [&](std::uint32_t& leaf) {
    if (leaf != kNoLeaf) leaf = places_[leaf];
  };
  for (Operation& operation : event_.operations) each_leaf(operation, move_leaf);
  for (DecisionEntry& entry : event_.decisions) move_leaf(entry.leaf);
  return {};
}

}  // namespace mingma::shard
