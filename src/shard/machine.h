// ShardMachine: commands to events, events to state. Deterministic: same log, same state digest, same ledger root.
//
// The owner's turn, on the shard's thread:
//   1. plan(commands, now, seed): checks, derives, decides. Changes nothing but returns everything to be written.
//   2. write planned.batch to the store, kSynced (a committer thread may do it; reads of the machine go on meanwhile
//   and
//      see the durable state). Puts of the service's own tables may be added to the batch first.
//   3. commit(planned): memory follows. Only now may results be answered.
// One plan may be open at a time. If the write fails its outcome is unknown: drop the machine, open it again.
// A plan that is dropped unwritten leaves no trace.
//
// A replica or a replay runs apply(record) + commit(delta) only, with no keys and no rules consulted for colours.
// The control shard (ShardId 0) takes documents and checkpoints; data shards take everything else. Data shards follow
// the control shard by FollowCommand for each of its events with sequence > followed().
//
// Time: an event's time is max(now, previous event's time). Policies, orders and grants begin and end by event time.
// Recolouring after a change of policies or area orders goes on in bounded chunks (due() / TickCommand), so statements
// and reads proceed in between; whoever is touched meanwhile is decided under the new state at once.
//
// Threading: owned by one shard's thread; const methods may run while a batch is being written elsewhere.
// Memory: see row_table.h; a plan holds its event and batch.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "ledger/ledger.h"
#include "log/shard_log.h"
#include "shard/command.h"
#include "shard/control.h"
#include "shard/event.h"
#include "shard/hold.h"
#include "shard/keys.h"
#include "shard/preview.h"
#include "shard/row_table.h"
#include "store/store.h"

namespace mingma::shard {

struct MachineOptions {
  ShardId shard{};
  std::uint32_t tick_decisions_max = 8'192;     // new decisions or changed rows per tick
  std::uint32_t recolour_rows_max = 1'048'576;  // rows looked at per tick
};

// What commit() will do. Opaque to callers.
struct Delta {
  struct Impl;
  std::unique_ptr<Impl> impl;
  Delta();
  Delta(Delta&&) noexcept;
  Delta& operator=(Delta&&) noexcept;
  ~Delta();
};

struct Planned {
  bool empty = true;                   // nothing to write: answer the results at once, do not commit
  std::vector<CommandResult> results;  // one per command
  log::RecordHeader header;
  Bytes body;  // the encoded event
  store::Batch batch;
  Delta delta;
  std::uint32_t statements_accepted = 0;
  std::uint32_t decisions = 0;  // new versions
  std::uint32_t leaves = 0;
};

struct Recolouring {
  bool active = false;
  RowNumber next{};  // rows before it are done
  UnixSeconds since{};
};

class ShardMachine final {
 public:
  // Loads the durable state (one scan of `rows`) and applies any log records after it. `keys` may be null for a replica
  // (plan() is then refused). store, log and keys must outlive the machine.
  static Result<std::unique_ptr<ShardMachine>> open(const MachineOptions& options, store::Store& store,
                                                    log::ShardLog& log, const KeySource* keys);
  ~ShardMachine();

  Result<Planned> plan(std::span<const Command> commands, UnixSeconds now, const Digest& seed);
  void commit(Planned&& planned);
  // What statements of an officer (kOfficer, with key_id, unsigned) would do at `now`. Writes nothing, opens no plan.
  Result<StatementPreview> preview(const StatementsCommand& command, UnixSeconds now) const;

  // Adds everything the record causes to the batch, the record itself excepted. Claims cause nothing but the position.
  Result<Delta> apply(const log::Record& record, store::Batch& batch);
  void commit(Delta&& delta);

  // Is a TickCommand needed at `now`?
  bool due(UnixSeconds now) const;
  // When due() will next be true if nothing arrives; {0}: never.
  UnixSeconds next_due() const;

  ShardId shard() const;
  Sequence position() const;  // of the last applied record
  Sequence followed() const;  // last control event followed (data shards)
  UnixSeconds time() const;   // of the last event
  const RowTable& rows() const;
  const HoldBook& holds() const;  // open ones
  const ControlState& control() const;
  const ControlView& view() const;  // as of time()
  Recolouring recolouring() const;
  // For checkpoints and proofs. Committed leaves only; do not stage or commit through it.
  ledger::Ledger& ledger();

 private:
  struct Impl;
  explicit ShardMachine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// SHA-256 over the tables of kDigestTables and the machine's position: name, then each key and value in order. Equal
// after replay, a second replay, and snapshot + tail. Independent of keys.
Result<Digest> state_digest(const store::Reader& reader);

}  // namespace mingma::shard
