// What an event does to cases and look-ups, before it is durable.
#include <algorithm>

#include "crypto/digest.h"
#include "shard/errors.h"
#include "shard/image.h"
#include "shard/working.h"

namespace mingma::shard {
namespace {

std::uint64_t read_big_endian(ByteView bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

std::string name_of(const ControlState& control, InstitutionNumber number) {
  const Institution* institution = control.institution(number);
  return institution == nullptr ? std::string("self") : institution->id;
}

}  // namespace

Result<std::optional<Case>> Working::find_case(Ticket ticket) const {
  if (const auto found = cases_.find(ticket); found != cases_.end()) return std::optional<Case>(found->second.now);
  MINGMA_TRY(const auto stored, reader_.get(kCasesTable, case_key(ticket)));
  if (!stored) return std::optional<Case>{};
  MINGMA_TRY(Case subject, decode_case(*stored));
  return std::optional<Case>(std::move(subject));
}

Result<std::vector<Case>> Working::cases_of(const ResidentId& resident) const {
  std::set<Ticket> tickets;
  Bytes prefix = case_resident_key(resident, {});
  prefix.resize(prefix.size() - 8);
  MINGMA_CHECK(reader_.scan(kCasesTable, prefix, [&](ByteView key, ByteView) -> Result<void> {
    tickets.insert({read_big_endian(key.last(8))});
    return {};
  }));
  for (const auto& [ticket, touched] : cases_) {
    if (touched.now.resident == resident) tickets.insert(ticket);
  }
  std::vector<Case> out;
  for (const Ticket ticket : tickets) {
    MINGMA_TRY(auto subject, find_case(ticket));
    if (!subject) return Error(errors::kShardDamaged, "a resident's case is missing; restore the shard from its log");
    out.push_back(*std::move(subject));
  }
  return out;
}

Result<std::uint64_t> Working::case_count() const {
  MINGMA_TRY(const auto stored, reader_.get(kCasesTable, as_bytes(kCaseCountKey)));
  return (stored ? read_big_endian(*stored) : 0) + cases_opened_;
}

Result<std::uint32_t> Working::look_up_count(InstitutionNumber institution, std::string_view actor) const {
  const Bytes key = look_up_count_key(time_, institution, actor);
  if (const auto found = look_up_counts_.find(key); found != look_up_counts_.end()) return found->second;
  MINGMA_TRY(const auto stored, reader_.get(kLookUpsTable, key));
  return stored ? static_cast<std::uint32_t>(read_big_endian(*stored)) : 0u;
}

Result<bool> Working::counts(const ResidentId& resident, const StatementId& id) const {
  const auto row = find(resident);
  if (!row) return false;
  MINGMA_TRY(const auto evidence, all_evidence(*row));
  return std::any_of(evidence.begin(), evidence.end(), [&](const StoredEvidence& one) {
    return one.id == id && one.status == EvidenceStatus::kEffective;
  });
}

CaseStepRecord Working::case_record(const CaseOpenOperation& op) const {
  CaseStepRecord record{.resident = op.resident,
                        .ticket = op.ticket,
                        .number = 1,
                        .at = time_,
                        .institution = name_of(*control_, op.institution),
                        .actor = op.actor,
                        .step = {.kind = CaseStepKind::kOpened, .institution = op.institution},
                        .content = op.content,
                        .channel = op.channel,
                        .consent = op.consent,
                        .version = op.version,
                        .deadlines = op.deadlines};
  for (const CaseStatement& statement : op.statements) record.step.statements.push_back(statement.id);
  return record;
}

CaseStepRecord Working::case_record(const Case& subject, const CaseStepOperation& op) const {
  // What the clock notes as missed was nobody's doing; what it suspends is named by whose statement it was.
  const bool nobody = op.step.kind == CaseStepKind::kMissed;
  return {.resident = subject.resident,
          .ticket = op.ticket,
          .number = subject.steps + 1,
          .previous = subject.last_record,
          .at = time_,
          .institution = nobody ? std::string() : name_of(*control_, op.step.institution),
          .actor = op.actor,
          .step = op.step,
          .content = op.content};
}

LookUpRecord Working::look_up_record(const LookUpOperation& op) const {
  return {.resident = op.resident,
          .at = time_,
          .institution = name_of(*control_, op.institution),
          .actor = op.actor,
          .role = op.role,
          .duty = op.duty,
          .ticket = op.ticket,
          .flags = op.flags,
          .content = op.content};
}

Result<void> Working::open_case(const CaseOpenOperation& op, std::uint32_t index) {
  MINGMA_TRY(const auto present, find_case(op.ticket));
  MINGMA_TRY(const std::uint64_t opened, case_count());
  if (present || op.ticket.value >> 10 != opened + 1 || !find(op.resident))
    return Error(errors::kShardInvalidEvent, "a case out of its order, or of nobody");
  Bytes record = encode_case_record(case_record(op));
  Case subject{.ticket = op.ticket,
               .resident = op.resident,
               .opened_at = time_,
               .channel = op.channel,
               .consent = op.consent,
               .opener = op.institution,
               .version = op.version,
               .policy = op.policy,
               .deadlines = op.deadlines,
               .statements = op.statements,
               .steps = 1,
               .last_record = crypto::sha256(record)};
  cases_[op.ticket] = {.now = std::move(subject), .is_new = true};
  ++cases_opened_;
  case_steps_.push_back({std::move(record), index, 1});
  return {};
}

Result<TouchedCase*> Working::touch_case(Ticket ticket) {
  if (const auto found = cases_.find(ticket); found != cases_.end()) return &found->second;
  MINGMA_TRY(auto subject, find_case(ticket));
  if (!subject) return Error(errors::kShardUnknownCase, "there is no such case");
  TouchedCase touched{.now = *std::move(subject)};
  touched.deadline_before = next_case_deadline(touched.now);
  return &cases_.emplace(ticket, std::move(touched)).first->second;
}

Result<void> Working::step_case(const CaseStepOperation& op, std::uint32_t index) {
  MINGMA_TRY(TouchedCase * touched, touch_case(op.ticket));
  Case& subject = touched->now;
  Bytes record = encode_case_record(case_record(subject, op));
  MINGMA_TRY(const CaseEffects effects, apply_case_step(subject, op.step, time_));
  ++subject.steps;
  subject.last_record = crypto::sha256(record);
  case_steps_.push_back({std::move(record), index, subject.steps});
  const auto row = find(subject.resident);
  if (!row) return Error(errors::kShardInvalidEvent, "a case of somebody who is not registered");
  for (const StatementId& id : effects.suspended)
    MINGMA_CHECK(set_status(*row, id, EvidenceStatus::kEffective, EvidenceStatus::kSuspended));
  for (const StatementId& id : effects.reinstated)
    MINGMA_CHECK(set_status(*row, id, EvidenceStatus::kSuspended, EvidenceStatus::kEffective));
  return {};
}

Result<void> Working::set_status(RowNumber row, const StatementId& id, EvidenceStatus from, EvidenceStatus to) {
  MINGMA_TRY(const auto evidence, all_evidence(row));
  touch(row, DecisionCause::kCase);
  Touched& touched = this->touched(row);
  for (const StoredEvidence& one : evidence) {
    // Corrected meanwhile: it stays what the correction made of it.
    if (one.id == id && one.status == from) change_status(touched, one, to);
  }
  touched.row.flags |= kRowWasCorrected;
  touched.reduce = true;
  return {};
}

Result<void> Working::expire(const ExpireOperation& op) {
  for (const ExpiredEvidence& one : op.expired) {
    if (one.row.value >= state_.rows.size()) return Error(errors::kShardInvalidEvent, "a row that is not there");
    MINGMA_TRY(const auto evidence, all_evidence(one.row));
    touch(one.row, DecisionCause::kRetention);
    Touched& touched = this->touched(one.row);
    for (const StatementId& id : one.statements) {
      const auto found =
          std::find_if(evidence.begin(), evidence.end(), [&](const StoredEvidence& e) { return e.id == id; });
      if (found == evidence.end()) return Error(errors::kShardInvalidEvent, "an expired statement that is not there");
      change_status(touched, *found, EvidenceStatus::kExpired);
    }
    touched.reduce = true;
  }
  return {};
}

Result<void> Working::look_up(const LookUpOperation& op, std::uint32_t index) {
  if (!find(op.resident)) return Error(errors::kShardInvalidEvent, "a look-up of somebody who is not registered");
  if ((op.flags & kLookUpNoCase) != 0) {
    MINGMA_TRY(const std::uint32_t count, look_up_count(op.institution, op.actor));
    look_up_counts_[look_up_count_key(time_, op.institution, op.actor)] = count + 1;
  }
  look_ups_.push_back({encode_look_up_record(look_up_record(op)), index, static_cast<std::uint32_t>(look_ups_.size())});
  return {};
}

}  // namespace mingma::shard
