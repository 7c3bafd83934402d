// The last steps of an event: folding stored operations, deciding, and writing everything down. Internal to the room.
#pragma once

#include <optional>
#include <vector>

#include "ledger/ledger.h"
#include "shard/event.h"
#include "shard/machine.h"
#include "shard/working.h"

namespace mingma::shard {

struct Delta::Impl {
  std::vector<std::pair<RowNumber, Row>> rows;  // ascending
  std::shared_ptr<const ControlState> control;
  std::shared_ptr<const ControlView> view;
  MachineState machine;
  std::optional<ledger::StagedLeaves> staged;
  std::vector<std::pair<HoldKey, Hold>> holds;
  std::vector<std::pair<Ticket, std::pair<UnixSeconds, UnixSeconds>>> case_clock;  // deadline before and now; {0}: none
  std::optional<log::RecordHeader> header;                                         // the owner's: to advance the log
};

// What rules say about a settled row.
struct Verdict {
  rules::Decision decision;
  PolicyNumber policy = kNoPolicyNumber;
};
Verdict decide_row(const Working& working, const Row& row);
// Does the verdict make a new version in the resident's chain?
bool is_new_version(const Row& before, const Verdict& verdict);

// The record of version before.version + 1. `previous`: SHA-256 of the present version's record, zero if there is none.
DecisionRecord make_record(const Working& working, const Touched& touched, const Verdict& verdict,
                           const Digest& previous);
Result<Digest> previous_record_hash(const store::Reader& reader, const Row& before);
// Without commitment and tag, which need the resident's keys.
Leaf make_decision_leaf(const Working& working, const Touched& touched, const Verdict& verdict);
// A held statement's leaf says so.
Leaf make_statement_leaf(const Working& working, InstitutionNumber institution, const Row& row,
                         const StatementEntry& entry);
// `institution`: of the officer who approved or refused; kSelf: lapsed.
Leaf make_hold_end_leaf(const Working& working, InstitutionNumber institution, const Row& row);
// Of a case step or a look-up; `institution`: who acts, kSelf: the resident or the clock.
Leaf make_staff_leaf(const Working& working, LeafKind kind, InstitutionNumber institution, DivisionCode home);
// What the public may count of a step, in the leaf's "rule": "substantiated", "not_substantiated", "corrected" (the
// institution says so, or the reviewer), "defaulted", "upheld", "reinstated", "missed"; empty: any other step.
std::string_view case_outcome(const CaseStep& step);
// Public: what expired_digest or destroyed_digest names.
Leaf make_retention_leaf(const Working& working, const Digest& what);
Leaf make_document_leaf(const Working& working, const SignedDocument& document);
Leaf make_checkpoint_leaf(const Working& working, ByteView note);
Leaf make_notice_leaf(const Working& working, const Notice& notice);
// What the blinded tag is made of: the institution's id, "self" for the resident, "" when nobody's statement caused it.
std::string_view tag_name(const ControlState& control, InstitutionNumber institution, bool by_statement);

// Folds one operation. `index`: canonical number of the next leaf, moved on.
Result<void> fold_operation(Working& working, const Operation& operation, UnixSeconds time, std::uint32_t& index);
// Folds the operations of a stored event, then settles. Refuses what no owner can have written (kShardInvalidEvent).
Result<void> fold(Working& working, const Event& event);
// Takes the event's decisions as written, and puts every table's changes and the leaves into the batch.
Result<Delta> finish(Working& working, const Event& event, const ledger::Ledger& ledger, store::Batch& batch);

// Memory follows what is durable.
void commit_delta(Delta&& delta, ShardState& state, ledger::Ledger& ledger);

}  // namespace mingma::shard
