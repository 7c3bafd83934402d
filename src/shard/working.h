// Working: what one event does to rows, evidence and control state, before it is durable. Internal to the room.
//
// An overlay over the machine's state: operations are folded into it one by one, each seeing the effects of the one
// before, and nothing outside it changes. Owner, replica and audit all fold with this code.
// Threading: one thread, the shard's. Lifetime: within one plan or apply; borrows the machine's parts and the store.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

#include "shard/control.h"
#include "shard/event.h"
#include "shard/overlay.h"
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
  ShardId shard{};
  RowTable rows;
  HoldBook holds;
  std::shared_ptr<const ControlState> control = std::make_shared<const ControlState>();
  std::shared_ptr<const ControlView> view = std::make_shared<const ControlView>();
  MachineState machine;
  std::set<std::pair<UnixSeconds, Ticket>> case_clock;  // when the clock must look at which case
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

// A case as it is within the event, and when the clock was to look at it before.
struct TouchedCase {
  Case now;
  bool is_new = false;
  UnixSeconds deadline_before{};
};
struct PendingRecord {  // of a case step or a look-up, in the order of the operations
  Bytes record;
  std::uint32_t index = 0;
  std::uint32_t number = 0;  // the step's; of look-ups: in the event
};

class Working {
 public:
  Working(const ShardState& state, const store::Reader& reader, UnixSeconds time, Sequence sequence);

  UnixSeconds time() const { return time_; }
  Sequence sequence() const { return sequence_; }
  ShardId shard() const { return state_.shard; }
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
  TableOverlay& family() { return family_; }
  TableOverlay& neighbours() { return neighbours_; }
  // The row with its facts and place as they would be if the event ended here.
  Result<Row> current(RowNumber row) const;
  // stay() as it would be if the event ended here.
  Result<DivisionCode> stay_now(RowNumber row) const;
  // The same, with this statement counted.
  Result<Row> preview(RowNumber row, InstitutionNumber institution, const StatementEntry& entry) const;
  bool is_touched(RowNumber row) const { return peek(row) != nullptr; }

  // Holds: open ones, and those that this event changed.
  const Hold* find_hold(const HoldKey& key) const;
  std::optional<HoldKey> find_hold_of(const StatementId& id) const;
  void set_hold(const HoldKey& key, Hold hold) { holds_[key] = std::move(hold); }
  Result<std::optional<StoredEvidence>> find_evidence(RowNumber row, const StatementId& id) const;
  // The hold is over: its statement counts from now on, or never.
  Result<void> end_hold(const HoldKey& key, HoldState state);
  const std::map<HoldKey, Hold>& changed_holds() const { return holds_; }

  // Values of kBrakesTable; 0: none.
  Result<std::uint32_t> brake(const Bytes& key) const;
  void set_brake(const Bytes& key, std::uint32_t value) { brakes_[key] = value; }
  const std::map<Bytes, std::uint32_t>& changed_brakes() const { return brakes_; }

  // Re-reduces rows in [first, end) that area orders may concern.
  void recolour(const RecolourOperation& operation);

  // ---- cases and look-ups (working_cases.cpp)
  Result<std::optional<Case>> find_case(Ticket ticket) const;
  Result<std::vector<Case>> cases_of(const ResidentId& resident) const;  // in the order of their tickets
  Result<std::uint64_t> case_count() const;
  Result<std::uint32_t> look_up_count(InstitutionNumber institution, std::string_view actor) const;  // this day's
  // What the operation's leaf commits to. `subject`: the case before the step.
  CaseStepRecord case_record(const CaseOpenOperation& op) const;
  CaseStepRecord case_record(const Case& subject, const CaseStepOperation& op) const;
  LookUpRecord look_up_record(const LookUpOperation& op) const;
  // `index`: of the leaf, in canonical order. Refused (kShardCaseStep) when it cannot follow.
  Result<void> open_case(const CaseOpenOperation& op, std::uint32_t index);
  Result<void> step_case(const CaseStepOperation& op, std::uint32_t index);
  Result<void> look_up(const LookUpOperation& op, std::uint32_t index);
  // Ends these statements' lives: status expired, bodies gone.
  Result<void> expire(const ExpireOperation& op);
  // Is the statement evidence that counts?
  Result<bool> counts(const ResidentId& resident, const StatementId& id) const;
  const std::map<Ticket, TouchedCase>& touched_cases() const { return cases_; }
  const std::vector<PendingRecord>& case_steps() const { return case_steps_; }
  const std::vector<PendingRecord>& look_ups() const { return look_ups_; }
  const std::map<Bytes, std::uint32_t>& look_up_counts() const { return look_up_counts_; }
  std::uint64_t cases_opened() const { return cases_opened_; }

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
  // Ends what `by` corrects: everything of the institution with the record `earlier`, but `by` itself.
  Result<void> correct(RowNumber row, InstitutionNumber institution, StatementAction action, const RecordTag& earlier,
                       const StatementId& by);
  bool is_stale(const Row& row, RowNumber number) const;
  void derive(Row& row, std::span<const rules::Evidence> effective) const;
  // Of effective or suspended evidence.
  Result<void> set_status(RowNumber row, const StatementId& id, EvidenceStatus from, EvidenceStatus to);
  void change_status(Touched& touched, const StoredEvidence& earlier, EvidenceStatus status);
  Result<TouchedCase*> touch_case(Ticket ticket);
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
  std::map<HoldKey, Hold> holds_;
  std::map<Bytes, std::uint32_t> brakes_;

  std::map<Ticket, TouchedCase> cases_;
  std::vector<PendingRecord> case_steps_;
  std::vector<PendingRecord> look_ups_;
  std::map<Bytes, std::uint32_t> look_up_counts_;  // by look_up_count_key
  std::uint64_t cases_opened_ = 0;                 // by this event
  TableOverlay family_;
  TableOverlay neighbours_;
};

}  // namespace mingma::shard
