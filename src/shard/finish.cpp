#include "shard/finish.h"

#include <algorithm>

#include "base/cbor.h"
#include "crypto/digest.h"
#include "shard/authority.h"
#include "shard/brakes.h"
#include "shard/errors.h"
#include "shard/family_fold.h"
#include "shard/image.h"
#include "shard/judge.h"
#include "shard/neighbour_fold.h"
#include "shard/tiles.h"

namespace mingma::shard {
namespace {

Error invalid(std::string_view what) { return Error(errors::kShardInvalidEvent, std::string(what)); }

std::uint32_t hour_of(UnixSeconds time) { return static_cast<std::uint32_t>(time.value / 3'600); }

InstitutionClass class_of(const ControlState& control, InstitutionNumber number) {
  const Institution* institution = control.institution(number);
  return institution == nullptr ? InstitutionClass::kNone : institution->klass;
}

LeafKind leaf_kind(DocumentType type) {
  switch (type) {
    case DocumentType::kGenesis:
      return LeafKind::kGenesis;
    case DocumentType::kInstitution:
      return LeafKind::kInstitution;
    case DocumentType::kGrant:
      return LeafKind::kGrant;
    case DocumentType::kRevocation:
    case DocumentType::kOfficerRevocation:
      return LeafKind::kRevocation;
    case DocumentType::kPolicy:
      return LeafKind::kPolicy;
    case DocumentType::kAreaOrder:
      return LeafKind::kAreaOrder;
    case DocumentType::kOfficer:
      return LeafKind::kOfficer;
    case DocumentType::kPolicyException:
      return LeafKind::kPolicyException;
    case DocumentType::kProofRecord:
      return LeafKind::kProofRecord;
    case DocumentType::kTrustedProvince:
      return LeafKind::kTrustedProvince;
  }
  return LeafKind::kPolicy;
}

Result<void> fold_statements(Working& working, const StatementsOperation& operation, std::uint32_t& index) {
  note_officers(working, operation.officers);
  for (const StatementEntry& entry : operation.entries) {
    if (!is_recorded(entry.outcome)) continue;
    const auto row = working.find(entry.resident);
    if (!row) return invalid("a statement about someone who is not registered");
    MINGMA_CHECK(working.add_statement(*row, operation.institution, entry, index++));
    MINGMA_CHECK(record_judgement(working, operation, entry));
  }
  return {};
}

struct Fold {
  Working& working;
  UnixSeconds time;
  std::uint32_t& index;  // canonical number of the next leaf

  Result<void> operator()(const DocumentOperation& op) const {
    ++index;
    return working.add_document(op.document, time, working.sequence());
  }
  Result<void> operator()(const CheckpointOperation&) const {
    ++index;
    return {};
  }
  Result<void> operator()(const NoticeOperation&) const {
    ++index;
    return {};
  }
  Result<void> operator()(const FollowOperation& op) const { return working.follow(op); }
  Result<void> operator()(const RegisterOperation& op) const {
    if (working.find(op.resident)) return invalid("a resident is registered twice");
    working.add_resident(op);
    return {};
  }
  Result<void> operator()(const DeviceOperation& op) const {
    if (!working.find(op.resident)) return invalid("a device of someone who is not registered");
    return {};
  }
  Result<void> operator()(const StatementsOperation& op) const { return fold_statements(working, op, index); }
  Result<void> operator()(const TickOperation& op) const {
    for (const RowNumber row : op.rows) {
      if (row.value >= working.row_count()) return invalid("a row that is not there");
      working.touch(row, DecisionCause::kTick);
    }
    return {};
  }
  Result<void> operator()(const RecolourOperation& op) const {
    if (op.end.value > working.row_count()) return invalid("a range of rows that is not there");
    working.recolour(op);
    return {};
  }
  Result<void> operator()(const ApprovalOperation& op) const {
    note_officers(working, std::span(&op.officer, 1));
    for (const ApprovalEntry& entry : op.entries) {
      if (entry.leaf != kNoLeaf) ++index;
      MINGMA_CHECK(apply_approval(working, op, entry));
    }
    return {};
  }
  Result<void> operator()(const CountOperation& op) const {
    for (const BrakeAnswer& answer : op.answers) {
      if (answer.ask.policy.value >= working.control().policy_count())
        return invalid("a count under an unknown policy");
      MINGMA_CHECK(count_worsening(working, answer.ask, answer.reasons));
    }
    return {};
  }
  Result<void> operator()(const LapseOperation& op) const {
    for (const LapseEntry& entry : op.entries) {
      ++index;
      MINGMA_CHECK(working.end_hold(evidence_key(entry.resident, entry.id), HoldState::kLapsed));
    }
    return {};
  }
  Result<void> operator()(const CaseOpenOperation& op) const { return working.open_case(op, index++); }
  Result<void> operator()(const CaseStepOperation& op) const { return working.step_case(op, index++); }
  Result<void> operator()(const LookUpOperation& op) const { return working.look_up(op, index++); }
  Result<void> operator()(const GuardianshipOperation& op) const { return fold_guardianship(working, op, index++); }
  Result<void> operator()(const PaperOperation& op) const { return fold_paper(working, op, index++); }
  Result<void> operator()(const ExportOperation& op) const { return fold_export(working, op, index++); }
  Result<void> operator()(const ImportOperation& op) const { return fold_import(working, op); }
  Result<void> operator()(const AcknowledgeOperation& op) const { return fold_acknowledge(working, op, index++); }
  Result<void> operator()(const ExpireOperation& op) const {
    ++index;
    return working.expire(op);
  }
  Result<void> operator()(const DestroyKeysOperation&) const {
    ++index;
    return {};
  }
};

// Writes what operations put into tables directly.
struct Write {
  Working& working;
  store::Batch& batch;
  LeafIndex base;
  std::size_t documents = 0;  // of this event, so far
  std::size_t pending = 0;    // next evidence of this event
  std::size_t case_steps = 0;
  std::size_t look_ups = 0;
  Bytes scratch = {};
  Result<void> failure = {};  // the first of a table that is read again

  LeafIndex leaf(std::uint32_t position) const { return {base.value + position}; }
  void keep(Result<void> done) {
    if (!done.ok() && failure.ok()) failure = std::move(done);
  }

  void operator()(const DocumentOperation&) { ++documents; }
  void operator()(const CheckpointOperation&) {}
  void operator()(const NoticeOperation& op) {
    batch.put(kNoticesTable, notice_key(op.notice.type, op.notice.id),
              encode_stored_notice({op.notice, working.time(), leaf(op.leaf)}));
  }
  void operator()(const FollowOperation&) {}
  void operator()(const RegisterOperation& op) { batch.put(kResidentsTable, op.resident.bytes, op.sealed_person); }
  void operator()(const DeviceOperation& op) {
    Bytes key = to_bytes(op.resident.bytes);
    key.push_back('d');
    append(key, ByteView(crypto::sha256(op.public_key).bytes).first(16));
    batch.put(kResidentsTable, key, op.public_key);
  }
  void operator()(const TickOperation&) {}
  void operator()(const RecolourOperation&) {}
  void operator()(const ApprovalOperation&) {}
  void operator()(const LapseOperation&) {}
  void operator()(const CountOperation&) {}
  void operator()(const CaseOpenOperation& op) {
    batch.put(kCasesTable, case_resident_key(op.resident, op.ticket), {});
    write_case_step(op);
  }
  void operator()(const CaseStepOperation& op) { write_case_step(op); }
  void operator()(const ExpireOperation&) {}
  void operator()(const DestroyKeysOperation&) {}
  void operator()(const LookUpOperation& op) {
    const PendingRecord& made = working.look_ups()[look_ups++];
    batch.put(kLookUpsTable, look_up_key(op.resident, working.sequence(), made.number),
              encode_stored_look_up({made.record, leaf(op.leaf), working.sequence(), made.index, op.sealed}));
    if (op.flags != 0)
      batch.put(kLookUpsTable, look_up_flagged_key(working.sequence(), made.number), op.resident.bytes);
  }
  void operator()(const GuardianshipOperation& op) { keep(place_guardianship(working, op, leaf(op.leaf))); }
  void operator()(const PaperOperation& op) { keep(place_paper(working, op, leaf(op.leaf))); }
  void operator()(const ExportOperation& op) { keep(place_export(working, op, leaf(op.leaf))); }
  void operator()(const ImportOperation&) {}
  void operator()(const AcknowledgeOperation& op) { keep(place_acknowledge(working, op, leaf(op.leaf))); }
  void operator()(const StatementsOperation& op) {
    write_authority(op);
    write_outcomes(op);
    for (const StatementEntry& entry : op.entries) {
      if (is_recorded(entry.outcome)) write_evidence(entry);
    }
  }

  template <typename CaseOperation>
  void write_case_step(const CaseOperation& op) {
    const PendingRecord& made = working.case_steps()[case_steps++];
    batch.put(kCasesTable, case_step_key(op.ticket, made.number),
              encode_stored_case_step({made.record, leaf(op.leaf), working.sequence(), made.index, op.sealed}));
  }
  void write_authority(const StatementsOperation& op) {
    if (op.sealed_authority.empty()) return;
    encode_stored_authority(op, scratch);
    batch.put(kSubmissionsTable, op.submission, scratch);
  }
  void write_outcomes(const StatementsOperation& op) {
    if (op.authority != AuthorityKind::kManifest) return;
    Bytes key(24);
    std::copy(op.submission.begin(), op.submission.end(), key.begin());
    put_big_endian(op.part, key.data() + 16);
    put_big_endian(op.first_line, key.data() + 20);
    scratch.clear();
    for (const StatementEntry& entry : op.entries) {
      ImageWriter(scratch).number(entry.line).number(static_cast<std::uint8_t>(entry.outcome)).bytes(entry.id);
    }
    batch.put(kSubmissionsTable, key, scratch);
  }
  // Evidence of this event stands in pending() in the order of the entries.
  void write_evidence(const StatementEntry& entry) {
    std::vector<PendingEvidence>& all = working.pending();
    while (!all[pending].from_event) ++pending;
    StoredEvidence& stored = all[pending++].stored;
    MINGMA_ASSERT(stored.id == entry.id);
    stored.leaf = leaf(entry.leaf);
    stored.sealed = entry.sealed;
    encode_stored_evidence(stored, scratch);
    batch.put(kEvidenceTable, evidence_key(entry.resident, stored.id), scratch);
    stored.sealed = {};
  }
};

// Earlier evidence whose status a correction of this event changed.
void write_changed_evidence(Working& working, store::Batch& batch) {
  Bytes scratch;
  for (Touched* touched : working.sorted()) {
    for (std::uint32_t at = touched->first_pending; at != 0; at = working.pending()[at - 1].next) {
      PendingEvidence& pending = working.pending()[at - 1];
      if (pending.from_event) continue;
      if (pending.stored.status == EvidenceStatus::kExpired) pending.stored.sealed = {};
      encode_stored_evidence(pending.stored, scratch);
      batch.put(kEvidenceTable, evidence_key(touched->row.resident, pending.stored.id), scratch);
    }
  }
}

// The cases themselves, who waits for the clock, and how many there are.
Result<void> write_cases(const Working& working, store::Batch& batch, Delta::Impl& delta) {
  for (const auto& [ticket, touched] : working.touched_cases()) {
    batch.put(kCasesTable, case_key(ticket), encode_case(touched.now));
    const UnixSeconds deadline = next_case_deadline(touched.now);
    const bool late = std::any_of(touched.now.statements.begin(), touched.now.statements.end(),
                                  [](const CaseStatement& one) { return one.answer == CaseAnswer::kLate; });
    if (late) {
      batch.put(kCasesTable, case_late_key(ticket), {});
    } else {
      batch.erase(kCasesTable, case_late_key(ticket));
    }
    if (deadline == touched.deadline_before) continue;
    if (touched.deadline_before != UnixSeconds{})
      batch.erase(kCasesTable, case_deadline_key(touched.deadline_before, ticket));
    if (deadline != UnixSeconds{}) batch.put(kCasesTable, case_deadline_key(deadline, ticket), {});
    delta.case_clock.push_back({ticket, {touched.deadline_before, deadline}});
  }
  if (working.cases_opened() > 0) {
    MINGMA_TRY(const std::uint64_t count, working.case_count());
    std::array<std::uint8_t, 8> image;
    put_big_endian(count, image.data());
    batch.put(kCasesTable, as_bytes(kCaseCountKey), image);
  }
  for (const auto& [key, count] : working.look_up_counts()) {
    std::array<std::uint8_t, 4> image;
    put_big_endian(count, image.data());
    batch.put(kLookUpsTable, key, image);
  }
  return {};
}

// Canonical numbers of leaves go over operations first, then decisions; this is the first of the decisions'.
std::uint32_t first_decision_index(const Event& event) {
  std::uint32_t decided = 0;
  for (const DecisionEntry& entry : event.decisions) decided += !entry.record.empty();
  return static_cast<std::uint32_t>(event.leaves.size()) - decided;
}

Result<void> take_decisions(Working& working, const Event& event, LeafIndex base, store::Batch& batch) {
  std::uint32_t index = first_decision_index(event);
  for (const DecisionEntry& entry : event.decisions) {
    if (entry.row.value >= working.row_count()) return invalid("a decision about a row that is not there");
    if (entry.policy != kNoPolicyNumber && entry.policy.value >= working.control().policy_count())
      return invalid("a decision under an unknown policy");
    working.touch(entry.row, DecisionCause::kRecolour);
    Touched& touched = working.touched(entry.row);
    touched.row.decision = entry.decision;
    touched.row.policy = entry.policy;
    if (entry.record.empty()) continue;
    touched.row.version = touched.before.version + 1;
    touched.row.since = event.time;
    touched.row.leaf = {base.value + entry.leaf};
    batch.put(kDecisionsTable, decision_key(touched.row.resident, touched.row.version),
              encode_stored_decision({.record = entry.record,
                                      .leaf = touched.row.leaf,
                                      .sequence = working.sequence(),
                                      .index = index++,
                                      .policy = entry.policy,
                                      .rule = entry.decision.rule}));
  }
  return {};
}

// Documents get their place in the ledger (control shard only) and go to kControlTable.
std::shared_ptr<const ControlState> write_documents(Working& working, const Event& event, LeafIndex base,
                                                    store::Batch& batch) {
  const std::size_t count = working.new_documents().size();
  if (count == 0) return working.shared_control();
  const std::size_t first = working.control().documents().size() - count;
  ControlState control = working.control().clone();
  std::size_t at = first;
  for (const Operation& operation : event.operations) {
    if (const auto* document = std::get_if<DocumentOperation>(&operation))
      control.set_leaf(at++, {base.value + document->leaf});
  }
  for (std::size_t i = first; i < first + count; ++i) {
    std::array<std::uint8_t, 4> key;
    put_big_endian(static_cast<std::uint32_t>(i), key.data());
    batch.put(kControlTable, key, ControlState::encode_published(*control.documents()[i]));
  }
  return std::make_shared<const ControlState>(std::move(control));
}

}  // namespace

Verdict decide_row(const Working& working, const Row& row) {
  const PolicyNumber policy = working.view().policy_for(row.stay, row.home);
  return {working.control().decide(policy, row.facts, working.time()), policy};
}

bool is_new_version(const Row& before, const Verdict& verdict) {
  return before.version == 0 || before.policy != verdict.policy || !before.decision.same_outcome(verdict.decision);
}

DecisionRecord make_record(const Working& working, const Touched& touched, const Verdict& verdict,
                           const Digest& previous) {
  DecisionRecord record{.resident = touched.row.resident,
                        .version = touched.before.version + 1,
                        .previous = previous,
                        .at = working.time(),
                        .status = verdict.decision.status,
                        .from = touched.before.decision.colour,
                        .colour = verdict.decision.colour,
                        .measure = verdict.decision.measure,
                        .rule = std::string(working.control().rule_id(verdict.policy, verdict.decision)),
                        .cause = touched.cause};
  if (verdict.policy != kNoPolicyNumber) record.policy = working.control().policy_hash(verdict.policy);
  return record;
}

Result<Digest> previous_record_hash(const store::Reader& reader, const Row& before) {
  if (before.version == 0) return Digest{};
  thread_local Bytes scratch;
  MINGMA_TRY(const bool found,
             reader.get_into(kDecisionsTable, decision_key(before.resident, before.version), scratch));
  if (!found)
    return Error(errors::kShardDamaged, "a resident's latest decision is missing; restore the shard from its log");
  MINGMA_TRY(const StoredDecision stored, decode_stored_decision(scratch));
  return crypto::sha256(stored.record);
}

Leaf make_decision_leaf(const Working& working, const Touched& touched, const Verdict& verdict) {
  Leaf leaf{.kind = LeafKind::kDecision,
            .klass = class_of(working.control(), touched.institution),
            .rule = working.control().rule_id(verdict.policy, verdict.decision),
            .from = touched.before.decision.colour,
            .to = verdict.decision.colour,
            .city = touched.row.stay.prefecture(),
            .hour = hour_of(working.time())};
  if (verdict.policy != kNoPolicyNumber) leaf.policy = working.control().policy_hash(verdict.policy);
  return leaf;
}

Leaf make_statement_leaf(const Working& working, InstitutionNumber institution, const Row& row,
                         const StatementEntry& entry) {
  return {.kind = entry.outcome == Outcome::kHeld         ? LeafKind::kHold
                  : entry.action == StatementAction::kAdd ? LeafKind::kStatement
                                                          : LeafKind::kCorrection,
          .klass = class_of(working.control(), institution),
          .city = row.home.prefecture(),
          .hour = hour_of(working.time())};
}

std::string_view case_outcome(const CaseStep& step) {
  switch (step.kind) {
    case CaseStepKind::kReplied:
    case CaseStepKind::kDefaulted:
      return to_string(step.answer);
    case CaseStepKind::kDecided:
      return to_string(step.end);
    case CaseStepKind::kReinstated:
    case CaseStepKind::kMissed:
      return to_string(step.kind);
    default:
      return {};
  }
}

Leaf make_staff_leaf(const Working& working, LeafKind kind, InstitutionNumber institution, DivisionCode home) {
  return {.kind = kind,
          .klass = class_of(working.control(), institution),
          .city = home.prefecture(),
          .hour = hour_of(working.time())};
}

Leaf make_hold_end_leaf(const Working& working, InstitutionNumber institution, const Row& row) {
  return {.kind = LeafKind::kHoldEnded,
          .klass = class_of(working.control(), institution),
          .city = row.home.prefecture(),
          .hour = hour_of(working.time())};
}

Leaf make_retention_leaf(const Working& working, const Digest& what) {
  return {.kind = LeafKind::kRetention, .hour = hour_of(working.time()), .document = what};
}

Leaf make_document_leaf(const Working& working, const SignedDocument& document) {
  return {.kind = leaf_kind(document.type),
          .hour = hour_of(working.time()),
          .document = crypto::sha256(as_bytes(document.bytes))};
}

Leaf make_checkpoint_leaf(const Working& working, ByteView note) {
  return {.kind = LeafKind::kCheckpoint, .hour = hour_of(working.time()), .document = crypto::sha256(note)};
}

Leaf make_notice_leaf(const Working& working, const Notice& notice) {
  return {.kind = notice.type == NoticeType::kFigures ? LeafKind::kFigures : LeafKind::kAlarm,
          .hour = hour_of(working.time()),
          .document = crypto::sha256(as_bytes(notice.text))};
}

std::string_view tag_name(const ControlState& control, InstitutionNumber institution, bool by_statement) {
  if (!by_statement) return "";
  const Institution* found = control.institution(institution);
  return found == nullptr ? std::string_view("self") : std::string_view(found->id);
}

Result<void> fold_operation(Working& working, const Operation& operation, UnixSeconds time, std::uint32_t& index) {
  return std::visit(Fold{working, time, index}, operation);
}

Result<void> fold(Working& working, const Event& event) {
  std::uint32_t index = 0;
  for (const Operation& operation : event.operations)
    MINGMA_CHECK(fold_operation(working, operation, event.time, index));
  return working.settle();
}

Result<Delta> finish(Working& working, const Event& event, const ledger::Ledger& ledger, store::Batch& batch) {
  Delta delta;
  delta.impl = std::make_unique<Delta::Impl>();
  const LeafIndex base{ledger.size().value};
  if (!event.leaves.empty()) {
    BatchTiles tiles(batch);
    ledger::StagedLeaves staged = ledger.stage();
    MINGMA_CHECK(staged.append(std::span<const Bytes>(event.leaves), tiles));
    delta.impl->staged = std::move(staged);
  }
  Write write{working, batch, base};
  for (const Operation& operation : event.operations) std::visit(write, operation);
  MINGMA_CHECK(std::move(write.failure));
  working.family().write(batch);
  working.neighbours().write(batch);
  write_changed_evidence(working, batch);
  MINGMA_CHECK(write_cases(working, batch, *delta.impl));
  Bytes scratch;
  for (const auto& [key, hold] : working.changed_holds()) {
    encode_hold(hold, scratch);
    batch.put(kHoldsTable, key, scratch);
    delta.impl->holds.emplace_back(key, hold);
  }
  for (const auto& [key, value] : working.changed_brakes()) {
    if (value == 0) {
      batch.erase(kBrakesTable, key);
    } else {
      batch.put(kBrakesTable, key, encode_brake(value));
    }
  }
  MINGMA_CHECK(take_decisions(working, event, base, batch));

  std::array<std::uint8_t, kRowImageBytes> image;
  for (const Touched* touched : working.sorted()) {
    if (!touched->is_new && touched->row == touched->before) continue;
    write_row(touched->row, image);
    batch.put(kRowsTable, row_key(touched->number), image);
    delta.impl->rows.emplace_back(touched->number, touched->row);
  }
  delta.impl->control = write_documents(working, event, base, batch);
  delta.impl->view = working.shared_view();
  delta.impl->machine = working.machine();
  batch.put(kMetaTable, as_bytes("state"), encode_machine_state(delta.impl->machine));
  return delta;
}

void commit_delta(Delta&& delta, ShardState& state, ledger::Ledger& ledger) {
  Delta::Impl& change = *delta.impl;
  for (const auto& [number, row] : change.rows) {
    if (number.value < state.rows.size()) {
      state.rows.set(number, row);
    } else {
      const RowNumber added = state.rows.append(row);
      MINGMA_ASSERT(added == number);
    }
  }
  state.control = std::move(change.control);
  state.view = std::move(change.view);
  state.machine = std::move(change.machine);
  for (const auto& [key, hold] : change.holds) state.holds.set(key, hold);
  for (const auto& [ticket, deadlines] : change.case_clock) {
    state.case_clock.erase({deadlines.first, ticket});
    if (deadlines.second != UnixSeconds{}) state.case_clock.insert({deadlines.second, ticket});
  }
  if (change.staged) ledger.commit(std::move(*change.staged));
}

}  // namespace mingma::shard
