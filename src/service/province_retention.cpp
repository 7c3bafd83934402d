// What is past its retention, shard by shard.
#include "service/province_unit.h"
#include "shard/retention.h"

namespace mingma::service {
namespace {

// Of the keys that nobody needs any more, those that are there still.
Result<std::vector<shard::KeysToDestroy>> due_keys(ShardRuntime& shard, UnixSeconds now) {
  const shard::ControlState& control = shard.machine().control();
  std::vector<shard::KeysToDestroy> out;
  if (!control.has_genesis()) return out;
  for (const shard::KeysToDestroy& keys :
       shard::destroyable(control, shard::key_month(control.genesis().created_at), now)) {
    MINGMA_TRY(const bool there, shard.keys().has(keys));
    if (there) out.push_back(keys);
  }
  return out;
}

}  // namespace

Async<std::vector<std::string>> Province::due_for_destruction() {
  std::vector<std::string> out;
  for (std::size_t n = 1; n < units_.size(); ++n) {
    const auto keys = co_await units_[n]->runtime.read<std::vector<shard::KeysToDestroy>>(
        [&](ShardRuntime& shard) { return due_keys(shard, clock_.now()); });
    if (!keys) co_return keys.error();
    for (const shard::KeysToDestroy& one : *keys)
      out.push_back("shard " + std::to_string(n) + ": " + shard::words_of(one));
  }
  co_return out;
}

Async<RetentionDone> Province::run_retention(std::function<void(const RetentionProgress&)> progress) {
  RetentionDone out;
  for (std::size_t n = 1; n < units_.size(); ++n) {
    Unit& unit = *units_[n];
    const std::string name = "shard " + std::to_string(n);
    const Result<std::uint64_t> rows = co_await unit.runtime.read<std::uint64_t>(
        [](ShardRuntime& shard) -> Result<std::uint64_t> { return shard.machine().rows().size(); });
    if (!rows) co_return rows.error();
    for (std::optional<shard::RowNumber> next = shard::RowNumber{0}; next;) {
      if (progress) progress({name + ": statements", next->value, *rows});
      shard::Command command = shard::ExpireCommand{*next};
      const Result<shard::CommandResult> done = co_await unit.runtime.run(std::move(command));
      if (!done) co_return done.error();
      out.expired += done->expired;
      next = done->next_row;
    }
    const auto keys = co_await unit.runtime.read<std::vector<shard::KeysToDestroy>>(
        [&](ShardRuntime& shard) { return due_keys(shard, clock_.now()); });
    if (!keys) co_return keys.error();
    for (const shard::KeysToDestroy& one : *keys) {
      if (progress) progress({name + ": keys", out.destroyed.size(), keys->size()});
      shard::Command command = shard::DestroyKeysCommand{one};
      const Result<shard::CommandResult> done = co_await unit.runtime.run(std::move(command));
      if (!done) co_return done.error();
      out.destroyed.push_back(name + ": " + shard::words_of(one));
    }
    const Result<bool> forgotten = co_await unit.runtime.read<bool>([&](ShardRuntime&) -> Result<bool> {
      if (!keys->empty()) unit.codes->forget_all();
      return true;
    });
    if (!forgotten) co_return forgotten.error();
  }
  co_return out;
}

}  // namespace mingma::service
