#include "shard/machine.h"

#include <array>

#include "crypto/digest.h"
#include "shard/errors.h"
#include "shard/image.h"
#include "shard/planner.h"
#include "shard/tiles.h"

namespace mingma::shard {

struct ShardMachine::Impl {
  Impl(const MachineOptions& given, store::Store& given_store, log::ShardLog& given_log, const KeySource* given_keys)
      : options(given), store(given_store), log(given_log), keys(given_keys), tiles(given_store) {}

  MachineOptions options;
  store::Store& store;
  log::ShardLog& log;
  const KeySource* keys;
  StoreTiles tiles;
  std::optional<ledger::Ledger> ledger;
  ShardState state;
};

Delta::Delta() = default;
Delta::Delta(Delta&&) noexcept = default;
Delta& Delta::operator=(Delta&&) noexcept = default;
Delta::~Delta() = default;

namespace {

Result<void> load_control(const store::Reader& reader, ShardState& state) {
  ControlState control;
  MINGMA_CHECK(reader.scan(kControlTable, {}, [&](ByteView, ByteView value) -> Result<void> {
    MINGMA_TRY(PublishedDocument document, ControlState::decode_published(value));
    return control.add(std::move(document));
  }));
  state.control = std::make_shared<const ControlState>(std::move(control));
  state.view = state.control->view_at(state.machine.time);
  return {};
}

Result<void> load_holds(const store::Reader& reader, HoldBook& holds) {
  return reader.scan(kHoldsTable, {}, [&](ByteView key, ByteView value) -> Result<void> {
    MINGMA_TRY(const Hold hold, decode_hold(value));
    HoldKey place{};
    if (key.size() != place.size()) return Error(errors::kShardDamaged, "a stored hold is damaged");
    std::copy(key.begin(), key.end(), place.begin());
    holds.set(place, hold);
    return {};
  });
}

Result<void> load_rows(const store::Reader& reader, RowTable& rows) {
  return reader.scan(kRowsTable, {}, [&](ByteView key, ByteView value) -> Result<void> {
    if (!equal(key, row_key(RowNumber{static_cast<std::uint32_t>(rows.size())}))) {
      return Error(errors::kShardDamaged, "rows are missing; restore the shard from its log",
                   "row " + std::to_string(rows.size()));
    }
    MINGMA_TRY(const Row row, read_row(value));
    if (rows.find(row.resident))
      return Error(errors::kShardDamaged, "two rows of one resident; restore the shard from its log");
    rows.append(row);
    return {};
  });
}

Result<void> load_case_clock(const store::Reader& reader, ShardState& state) {
  return reader.scan(kCasesTable, as_bytes("d"), [&](ByteView key, ByteView) -> Result<void> {
    std::uint64_t deadline = 0;
    Ticket ticket;
    for (const std::uint8_t byte : key.subspan(1, 4)) deadline = deadline << 8 | byte;
    for (const std::uint8_t byte : key.subspan(5)) ticket.value = ticket.value << 8 | byte;
    state.case_clock.insert({UnixSeconds{static_cast<std::int64_t>(deadline)}, ticket});
    return {};
  });
}

}  // namespace

ShardMachine::ShardMachine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ShardMachine::~ShardMachine() = default;

Result<std::unique_ptr<ShardMachine>> ShardMachine::open(const MachineOptions& options, store::Store& store,
                                                         log::ShardLog& log, const KeySource* keys) {
  auto impl = std::make_unique<Impl>(options, store, log, keys);
  impl->state.shard = options.shard;
  MINGMA_TRY(const auto stored, store.get(kMetaTable, as_bytes("state")));
  if (stored) {
    MINGMA_TRY(impl->state.machine, decode_machine_state(*stored));
    MINGMA_CHECK(load_control(store, impl->state));
    MINGMA_CHECK(load_rows(store, impl->state.rows));
    MINGMA_CHECK(load_holds(store, impl->state.holds));
    MINGMA_CHECK(load_case_clock(store, impl->state));
  }
  MINGMA_TRY(impl->ledger, ledger::Ledger::open(impl->tiles));
  std::unique_ptr<ShardMachine> machine(new ShardMachine(std::move(impl)));
  // Records after the stored position: a state restored from an older copy, or claims.
  MINGMA_CHECK(log.read(Sequence{machine->position().value + 1}, [&](const log::Record& record) -> Result<void> {
    store::Batch batch;
    MINGMA_TRY(Delta delta, machine->apply(record, batch));
    MINGMA_CHECK(store.write(batch, store::Durability::kBuffered));
    machine->commit(std::move(delta));
    return {};
  }));
  return machine;
}

Result<Planned> ShardMachine::plan(std::span<const Command> commands, UnixSeconds now, const Digest& seed) {
  MINGMA_ASSERT(impl_->keys != nullptr);
  const UnixSeconds time = std::max(now, impl_->state.machine.time);
  const Sequence sequence{impl_->log.end().sequence.value + 1};
  Planner planner(impl_->options, impl_->state, impl_->store, *impl_->keys, time, sequence, seed);
  Planned planned;
  std::vector<std::uint32_t> leaves;
  for (const Command& command : commands) {
    MINGMA_TRY(CommandResult result, planner.run(command));
    leaves.push_back(planner.command_leaf());
    planned.results.push_back(std::move(result));
  }
  if (planner.empty()) return planned;

  MINGMA_CHECK(planner.complete());
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (leaves[i] != kNoLeaf)
      planned.results[i].leaf = LeafIndex{impl_->ledger->size().value + planner.place(leaves[i])};
  }
  const Event& event = planner.event();
  planned.empty = false;
  planned.body = encode_event(event);
  // The event itself, and about as much again twice: evidence, decisions, rows, tiles.
  planned.batch.reserve(4 * event.leaves.size() + 64, 3 * planned.body.size() + (64u << 10));
  MINGMA_TRY(planned.header, impl_->log.append(planned.body, planned.batch));
  MINGMA_ASSERT(planned.header.sequence == sequence);
  MINGMA_TRY(planned.delta, finish(planner.working(), event, *impl_->ledger, planned.batch));
  planned.delta.impl->header = planned.header;
  planned.statements_accepted = planner.statements_accepted();
  for (const DecisionEntry& entry : event.decisions) planned.decisions += !entry.record.empty();
  planned.leaves = static_cast<std::uint32_t>(event.leaves.size());
  return planned;
}

Result<StatementPreview> ShardMachine::preview(const StatementsCommand& command, UnixSeconds now) const {
  MINGMA_ASSERT(impl_->keys != nullptr);
  const UnixSeconds time = std::max(now, impl_->state.machine.time);
  const Sequence sequence{impl_->log.end().sequence.value + 1};
  Planner planner(impl_->options, impl_->state, impl_->store, *impl_->keys, time, sequence, Digest{});
  return planner.preview(command);
}

void ShardMachine::commit(Planned&& planned) {
  MINGMA_ASSERT(!planned.empty);
  commit(std::move(planned.delta));
}

Result<Delta> ShardMachine::apply(const log::Record& record, store::Batch& batch) {
  if (record.header.sequence <= position())
    return Error(errors::kShardInvalidEvent, "a record that was applied already");
  if (record.is_claim()) {
    Delta delta;
    delta.impl = std::make_unique<Delta::Impl>();
    delta.impl->control = impl_->state.control;
    delta.impl->view = impl_->state.view;
    delta.impl->machine = impl_->state.machine;
    delta.impl->machine.position = record.header.sequence;
    batch.put(kMetaTable, as_bytes("state"), encode_machine_state(delta.impl->machine));
    return delta;
  }
  MINGMA_TRY(const Event event, decode_event(record.body));
  if (event.time < time()) return Error(errors::kShardInvalidEvent, "an event that is earlier than the one before");
  Working working(impl_->state, impl_->store, event.time, record.header.sequence);
  MINGMA_CHECK(fold(working, event));
  return finish(working, event, *impl_->ledger, batch);
}

void ShardMachine::commit(Delta&& delta) {
  const std::optional<log::RecordHeader> header = delta.impl->header;
  commit_delta(std::move(delta), impl_->state, *impl_->ledger);
  if (header) impl_->log.advance(*header);
}

bool ShardMachine::due(UnixSeconds now) const {
  const UnixSeconds next = next_due();
  return next != UnixSeconds{} && next <= now;
}

UnixSeconds ShardMachine::next_due() const {
  if (impl_->options.shard == kControlShard) return {};
  if (impl_->state.machine.recolouring) return impl_->state.machine.time;
  UnixSeconds next{};
  const auto consider = [&](UnixSeconds at) {
    if (at != UnixSeconds{} && (next == UnixSeconds{} || at < next)) next = at;
  };
  static_assert(rules::kNoHorizon == UnixSeconds{});
  consider(impl_->state.rows.next_horizon());
  consider(impl_->state.view->next_change);
  consider(impl_->state.holds.next_lapse());
  if (!impl_->state.case_clock.empty()) consider(impl_->state.case_clock.begin()->first);
  return next;
}

ShardId ShardMachine::shard() const { return impl_->options.shard; }
Sequence ShardMachine::position() const { return impl_->state.machine.position; }
Sequence ShardMachine::followed() const { return impl_->state.machine.followed; }
UnixSeconds ShardMachine::time() const { return impl_->state.machine.time; }
const RowTable& ShardMachine::rows() const { return impl_->state.rows; }
const ControlState& ShardMachine::control() const { return *impl_->state.control; }
const HoldBook& ShardMachine::holds() const { return impl_->state.holds; }
const ControlView& ShardMachine::view() const { return *impl_->state.view; }
ledger::Ledger& ShardMachine::ledger() { return *impl_->ledger; }

Recolouring ShardMachine::recolouring() const {
  const MachineState& machine = impl_->state.machine;
  return {machine.recolouring, machine.recolour_next, machine.recolour_since};
}

Result<Digest> state_digest(const store::Reader& reader) {
  crypto::Sha256 hash;
  const auto tables = shard_tables();
  const auto add = [&](ByteView bytes) {
    std::array<std::uint8_t, 8> length;
    put_big_endian(static_cast<std::uint64_t>(bytes.size()), length.data());
    hash.update(length).update(bytes);
  };
  for (const store::TableId table : kDigestTables) {
    add(as_bytes(tables[table.value].name));
    MINGMA_CHECK(reader.scan(table, {}, [&](ByteView key, ByteView value) -> Result<void> {
      add(key);
      add(value);
      return {};
    }));
  }
  MINGMA_TRY(const auto state, reader.get(kMetaTable, as_bytes("state")));
  add(state ? ByteView(*state) : ByteView());
  return hash.finish();
}

}  // namespace mingma::shard
