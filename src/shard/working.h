// Working: what one event does to rows, evidence and control state, before it is durable. Internal to the room.
//
// An overlay over the machine's state: operations are folded into it one by one, each seeing the effects of the one
// before, and nothing outside it changes. Owner, replica and audit all fold with this code.
// Threading: one thread, the shard's. Lifetime: within one plan or apply; borrows the machine's parts and the store.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "shard/control.h"
#include "shard/event.h"
#include "shard/row_table.h"
#include "shard/tables.h"
#include "store/store.h"

namespace mingma::shard {

// Rows that area orders may concern, until a recolouring has been through all of them.
struct AreaScope {
  bool everywhere = false;
  std::vector<DivisionCode> areas;  // ascending, at most kAreasMax, then `everywhere`
  static constexpr std::size_t kAreasMax = 64;

  bool empty() const { return !everywhere && areas.empty(); }
  void add(DivisionCode area);
  bool concerns(const Row& row) const;
  bool concerns(DivisionCode home, DivisionCode stay, std::uint8_t flags) const;
};

// The part of a machine's state that is neither rows nor documents. Stored under "state" in kMetaTable.
struct MachineState {
  Sequence position{};
  UnixSeconds time{};
  Sequence followed{};
  bool recolouring = false;
  RowNumber recolour_next{};
  UnixSeconds recolour_since{};
  AreaScope scope;
};
Bytes encode_machine_state(const MachineState& state);
Result<MachineState> decode_machine_state(ByteView bytes);

// What a shard is between events.
struct ShardState {
  RowTable rows;
  std::shared_ptr<const ControlState> control = std::make_shared<const ControlState>();
  std::shared_ptr<const ControlView> view = std::make_shared<const ControlView>();
  MachineState machine;
};

struct PendingEvidence {
  StoredEvidence stored;    // without `sealed` when it comes from this event: the entry has it
  bool from_event = false;  // else: an earlier one whose status changed
  std::uint32_t next = 0;   // 1 + index of the next one of the same resident; 0: last
};

struct Touched {
  RowNumber number{};
  Row row;     // as after the event
  Row before;  // version 0 for a new row
  DecisionCause cause = DecisionCause::kStatements;
  InstitutionNumber institution{};  // of the last statement that took effect
  bool by_statement = false;        // there was one
  bool is_new = false;
  bool reduce = false;              // facts must be derived again from all evidence
  std::uint32_t first_pending = 0;  // 1 + index into pending()
};

class Working {
 public:
  Working(const ShardState& state, const store::Reader& reader, UnixSeconds time, Sequence sequence);

  UnixSeconds time() const { return time_; }
  Sequence sequence() const { return sequence_; }
  const ControlState& control() const { return *control_; }
  const ControlView& view() const { return *view_; }
  const ShardState& base() const { return state_; }
  MachineState& machine() { return machine_; }
  const MachineState& machine() const { return machine_; }

  // Documents that this event published: appended to the control state at once.
  Result<void> add_document(const SignedDocument& document, UnixSeconds published_at, Sequence control_sequence);
  std::span<const std::shared_ptr<const PublishedDocument>> new_documents() const;
  Result<void> follow(const FollowOperation& operation);

  std::optional<RowNumber> find(const ResidentId& resident) const;
  DivisionCode home(RowNumber row) const;
  DivisionCode stay(RowNumber row) const;
  std::uint8_t flags(RowNumber row) const;
  std::size_t row_count() const { return state_.rows.size() + new_rows_; }
  // The row as it is now, within the event.
  const Row& touch(RowNumber number, DecisionCause cause);
  Touched& touched(RowNumber number);  // requires a touch
  Touched* find_touched(RowNumber number);

  RowNumber add_resident(const RegisterOperation& operation);
  // Is there evidence with this id already?
  Result<bool> has_evidence(const ResidentId& resident, RowNumber row, const StatementId& id) const;
  // All evidence of the resident as it is now, in key order of the store, then that of this event.
  Result<std::vector<StoredEvidence>> all_evidence(RowNumber row) const;
  // Records the entry (kAccepted or kSuperseded) and its effects. `index`: of its leaf, in canonical order.
  Result<void> add_statement(RowNumber row, InstitutionNumber institution, const StatementEntry& entry,
                             std::uint32_t index);
  // Re-reduces rows in [first, end) that area orders may concern.
  void recolour(const RecolourOperation& operation);

  // Derives facts and present places of all rows marked for it. Call once, after all operations.
  Result<void> settle();
  // In row order. Requires settle().
  std::vector<Touched*> sorted();

  std::vector<Touched>& all_touched() { return touched_; }
  const std::vector<PendingEvidence>& pending() const { return pending_; }
  std::vector<PendingEvidence>& pending() { return pending_; }
  bool control_changed() const { return control_changed_; }
  std::shared_ptr<const ControlState> shared_control() const { return control_; }
  std::shared_ptr<const ControlView> shared_view() const { return view_; }

 private:
  const Touched* peek(RowNumber number) const;
  void renew_view();
  void attach(Touched& touched, PendingEvidence pending);
  Result<void> correct(RowNumber row, InstitutionNumber institution, const StatementEntry& entry);
  Result<void> reduce(Touched& touched);

  const ShardState& state_;
  const store::Reader& reader_;
  UnixSeconds time_;
  Sequence sequence_;
  MachineState machine_;
  std::shared_ptr<const ControlState> control_;
  std::shared_ptr<const ControlView> view_;
  bool control_changed_ = false;
  std::size_t documents_before_ = 0;

  std::vector<Touched> touched_;
  std::unordered_map<std::uint32_t, std::uint32_t> touched_rows_;  // row -> index; only looked up, never walked
  std::unordered_map<ResidentId, RowNumber> new_residents_;
  std::size_t new_rows_ = 0;
  std::vector<PendingEvidence> pending_;
};

}  // namespace mingma::shard
