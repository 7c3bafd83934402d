#include "shard/case_checks.h"

#include <algorithm>

#include "rules/reducers.h"
#include "shard/checks.h"
#include "shard/errors.h"
#include "shard/family_fold.h"
#include "shard/view.h"

namespace mingma::shard {
namespace {

constexpr std::int64_t kEndedCaseSeconds = 30 * 86'400;
constexpr std::size_t kEvidenceMax = 200;  // looked at when statements are named: the newest

Error refused(const ErrorInfo& info, std::string message) { return Error(info, std::move(message)); }

bool in_area(const Working& working, const Institution& institution, RowNumber row) {
  return institution.division.contains(working.home(row)) || institution.division.contains(working.stay(row));
}

// A command or health commission for the place, and nobody whose own statement is contested.
Result<void> check_reviewer(const Working& working, const Case& subject, InstitutionNumber number, RowNumber row) {
  const Institution* institution = working.control().institution(number);
  if (institution == nullptr ||
      (institution->klass != InstitutionClass::kCommand && institution->klass != InstitutionClass::kHealthCommission))
    return refused(errors::kShardNotAuthorised, "cases are reviewed by a command or a health commission");
  if (!in_area(working, *institution, row))
    return refused(errors::kShardNotAuthorised, "the resident neither lives nor is in the reviewer's division");
  for (const CaseStatement& statement : subject.statements) {
    if (statement.institution == number)
      return refused(errors::kShardNotAuthorised, "nobody reviews their own statement; another body must");
  }
  return {};
}

Result<void> check_staff(const Working& working, InstitutionNumber number, RowNumber row) {
  const Institution* institution = working.control().institution(number);
  if (institution == nullptr) return refused(errors::kShardUnknownInstitution, "no such institution");
  if (institution->klass == InstitutionClass::kOperator)
    return refused(errors::kShardNotAuthorised, "an operator takes no part in a case");
  if (!in_area(working, *institution, row))
    return refused(errors::kShardNotAuthorised, "the resident neither lives nor is in the institution's division");
  return {};
}

Result<void> check_dates(const Working& working, const Case& subject, UnixSeconds signed_at) {
  if (signed_at > working.time().plus(kClockSkewSeconds) || signed_at < subject.opened_at.plus(-kClockSkewSeconds))
    return refused(errors::kShardCaseStep, "signed before the case was opened, or in the future");
  return {};
}

// The reply must say what the statement says: the institution opens the commitment out of its own records.
Result<void> check_substantiation(const Working& working, const CaseReply& reply, RowNumber row,
                                  const ResidentKeys& keys) {
  MINGMA_TRY(const auto evidence, working.all_evidence(row));
  const auto found = std::find_if(evidence.begin(), evidence.end(),
                                  [&](const StoredEvidence& one) { return one.id == reply.statement; });
  if (found == evidence.end()) return refused(errors::kShardCaseStep, "the statement is not there");
  // The tag is an HMAC of institution and record number, the evidence is what the statement's commitment binds.
  if (found->evidence != reply.evidence ||
      found->record != make_record_tag(keys, reply.institution, reply.source_record)) {
    return refused(errors::kShardNotSubstantiated,
                   "the reply is not what the statement says: kind, dates, findings and record number must be those "
                   "that were signed");
  }
  return {};
}

Result<CaseStep> check_reply(const Working& working, const Case& subject, const CaseContent& content, RowNumber row,
                             const ResidentKeys& keys) {
  MINGMA_TRY(const CaseReply reply, parse_case_reply(content.text));
  const InstitutionNumber number = working.control().institution_number(reply.institution);
  if (number == kSelf) return refused(errors::kShardUnknownInstitution, "no such institution");
  if (reply.ticket != subject.ticket) return refused(errors::kShardConflict, "a document of another case");
  MINGMA_CHECK(check_case_signature(working.control(), number, content, working.time()));
  MINGMA_CHECK(check_dates(working, subject, reply.signed_at));
  CaseStep step{
      .kind = CaseStepKind::kReplied, .institution = number, .statement = reply.statement, .answer = reply.answer};
  Case after = subject;
  MINGMA_CHECK(apply_case_step(after, step, working.time()));
  if (reply.answer == CaseAnswer::kSubstantiated) MINGMA_CHECK(check_substantiation(working, reply, row, keys));
  if (reply.answer == CaseAnswer::kCorrected) {
    MINGMA_TRY(const bool counts, working.counts(subject.resident, reply.statement));
    if (counts) return refused(errors::kShardCaseStep, "the statement counts still: send the correction first");
  }
  return step;
}

Result<CaseStep> check_decision(const Working& working, const Case& subject, const CaseContent& content,
                                RowNumber row) {
  MINGMA_TRY(CaseDecision decision, parse_case_decision(content.text));
  const InstitutionNumber number = working.control().institution_number(decision.institution);
  if (number == kSelf) return refused(errors::kShardUnknownInstitution, "no such institution");
  if (decision.ticket != subject.ticket) return refused(errors::kShardConflict, "a document of another case");
  MINGMA_CHECK(check_case_signature(working.control(), number, content, working.time()));
  MINGMA_CHECK(check_reviewer(working, subject, number, row));
  MINGMA_CHECK(check_dates(working, subject, decision.signed_at));
  CaseStep step{.kind = decision.reinstates ? CaseStepKind::kReinstated : CaseStepKind::kDecided,
                .institution = number,
                .end = decision.reinstates ? CaseEnd::kOpen : decision.end,
                .statements = std::move(decision.statements)};
  Case after = subject;
  MINGMA_CHECK(apply_case_step(after, step, working.time()));
  return step;
}

}  // namespace

Result<std::vector<CaseStatement>> name_statements(const Working& working, RowNumber row,
                                                   const std::vector<Case>& earlier) {
  const Row base = working.base().rows.get(row);
  const std::uint32_t kinds = deciding_kinds(working.control(), base.policy, base.decision.rule);
  MINGMA_TRY(auto evidence, working.all_evidence(row));
  std::erase_if(evidence, [](const StoredEvidence& one) { return one.status != EvidenceStatus::kEffective; });
  std::sort(evidence.begin(), evidence.end(), [](const StoredEvidence& a, const StoredEvidence& b) {
    return std::pair(a.sequence, a.index) > std::pair(b.sequence, b.index);
  });
  if (evidence.size() > kEvidenceMax) evidence.resize(kEvidenceMax);
  const auto reads = [&](const StoredEvidence& one) {
    return (kinds >> static_cast<unsigned>(one.evidence.kind) & 1u) != 0;
  };
  const auto outcome = [&](auto keep) {
    std::vector<rules::Evidence> kept;
    for (std::size_t i = 0; i < evidence.size(); ++i) {
      if (keep(i)) kept.push_back(evidence[i].evidence);
    }
    const rules::FactRow facts = rules::reduce(kept, {base.home}, working.view().areas);
    const rules::Decision decision = working.control().decide(base.policy, facts, working.time());
    return std::pair(decision.colour, decision.measure);
  };
  const auto all = outcome([](std::size_t) { return true; });
  const auto none = outcome([&](std::size_t i) { return !reads(evidence[i]); });

  std::vector<CaseStatement> named;
  for (std::size_t i = 0; i < evidence.size() && named.size() < kCaseStatementsMax; ++i) {
    if (evidence[i].institution == kSelf || !reads(evidence[i])) continue;
    const bool decides = outcome([&](std::size_t other) { return other != i; }) < all ||
                         outcome([&](std::size_t other) { return other == i || !reads(evidence[other]); }) > none;
    if (!decides) continue;
    CaseStatement statement{.id = evidence[i].id, .institution = evidence[i].institution};
    for (const Case& before : earlier) {
      const CaseStatement* known = before.find(statement.id);
      if (before.end == CaseEnd::kUpheld && known != nullptr && known->answer == CaseAnswer::kSubstantiated)
        statement = *known;
    }
    named.push_back(statement);
  }
  return named;
}

Result<CaseOpening> check_case_opening(const Working& working, RowNumber row) {
  if (row.value >= working.base().rows.size())
    return refused(errors::kShardCaseStep, "there is no decision yet; try again in a second");
  const Row base = working.base().rows.get(row);
  if (base.policy == kNoPolicyNumber)
    return refused(errors::kShardCaseStep, "no policy is in force, so there is no colour to contest");
  MINGMA_TRY(const std::vector<Case> cases, working.cases_of(base.resident));
  CaseOpening out{.version = base.version, .policy = base.policy};
  std::size_t open = 0;
  for (const Case& one : cases) {
    open += one.open();
    if (one.open() && one.version == base.version) out.existing = one.ticket;
  }
  if (out.existing) return out;
  if (open >= kOpenCasesMax) return refused(errors::kShardCaseStep, "the resident has eight open cases already");
  out.deadlines = case_deadlines(working.control().policy(base.policy).cases, working.time());
  MINGMA_TRY(out.statements, name_statements(working, row, cases));
  return out;
}

Result<void> check_case_opener(Working& working, RowNumber row, const CaseOpener& opener) {
  const auto& [resident, channel, consent, institution, actor] = opener;
  const bool self = channel == CaseChannel::kResident || channel == CaseChannel::kGuardian;
  if (self != (institution == kSelf)) return refused(errors::kShardCaseStep, "this channel is another body's");
  if (self != (consent == CaseConsent::kOwn))
    return refused(errors::kShardCaseStep, "who opens a case for a resident records how the resident agreed");
  if (channel == CaseChannel::kGuardian) {
    const auto guardian = ResidentId::parse(actor);
    if (!guardian.ok()) return refused(errors::kShardNotGuardian, "no guardian is named");
    MINGMA_TRY(const bool there, is_guardian(working, resident, *guardian));
    if (!there) return refused(errors::kShardNotGuardian, "there is no such guardianship in force");
  }
  return self ? Result<void>{} : check_staff(working, institution, row);
}

Result<CaseStep> check_case_step(const Working& working, const Case& subject, CaseStepKind kind,
                                 InstitutionNumber institution) {
  const auto row = working.find(subject.resident);
  if (!row) return refused(errors::kShardUnknownResident, "not registered");
  switch (kind) {
    case CaseStepKind::kAdded:
    case CaseStepKind::kWithdrawn:
      if (institution != kSelf && institution != subject.opener)
        return refused(errors::kShardNotAuthorised, "only the resident, or who opened the case for them, can do this");
      break;
    case CaseStepKind::kAccepted:
      MINGMA_CHECK(check_reviewer(working, subject, institution, *row));
      break;
    case CaseStepKind::kTold:
      MINGMA_CHECK(check_staff(working, institution, *row));
      break;
    default:
      return refused(errors::kShardCaseStep, "this step needs a signed document, or is the clock's");
  }
  const CaseStep step{.kind = kind, .institution = institution};
  Case after = subject;
  MINGMA_CHECK(apply_case_step(after, step, working.time()));
  return step;
}

Result<CaseStep> check_case_document(const Working& working, const Case& subject, const CaseContent& content,
                                     const ResidentKeys& keys) {
  const auto row = working.find(subject.resident);
  if (!row) return refused(errors::kShardUnknownResident, "not registered");
  if (content.type == kCaseReply) return check_reply(working, subject, content, *row, keys);
  if (content.type == kCaseDecision) return check_decision(working, subject, content, *row);
  return refused(errors::kShardInvalidDocument, "neither a reply nor a decision");
}

Result<Ticket> ticket_of(const CaseContent& content) {
  if (content.type == kCaseReply) {
    MINGMA_TRY(const CaseReply reply, parse_case_reply(content.text));
    return reply.ticket;
  }
  if (content.type == kCaseDecision) {
    MINGMA_TRY(const CaseDecision decision, parse_case_decision(content.text));
    return decision.ticket;
  }
  return refused(errors::kShardInvalidDocument, "neither a reply nor a decision");
}

Result<std::optional<CaseStep>> due_step(const Working& working, const Case& subject) {
  const UnixSeconds next = next_case_deadline(subject);
  if (next == UnixSeconds{} || working.time() < next) return std::optional<CaseStep>{};
  Result<void> status;
  auto step = due_case_step(subject, working.time(), [&](const StatementId& id) {
    const auto counts = working.counts(subject.resident, id);
    if (!counts.ok()) status = counts.error();
    return counts.ok() && *counts;
  });
  MINGMA_CHECK(status);
  return step;
}

Result<std::uint8_t> check_look_up(const Working& working, RowNumber row, InstitutionNumber institution,
                                   std::string_view actor, StaffRole role, Duty duty, Ticket ticket, bool has_note) {
  const Institution* found = working.control().institution(institution);
  if (found == nullptr) return refused(errors::kShardUnknownInstitution, "no such institution");
  if (!may_look_up(role, duty))
    return refused(errors::kShardPurpose, "this role has no such duty: " + std::string(to_string(role)) +
                                              " may not \"" + std::string(to_string(duty)) + "\"");
  if (duty_info(duty).note_required && !has_note)
    return refused(errors::kShardPurpose, "say which document, what emergency or which code, in the note");
  std::uint8_t flags = 0;
  if (duty == Duty::kCase) {
    MINGMA_TRY(const auto subject, working.find_case(ticket));
    const auto whose = subject ? working.find(subject->resident) : std::nullopt;
    if (!whose || *whose != row) return refused(errors::kShardUnknownCase, "this resident has no such case");
    if (!subject->open() && subject->ended_at.plus(kEndedCaseSeconds) < working.time()) flags |= kLookUpEndedCase;
    const bool asked = std::any_of(subject->statements.begin(), subject->statements.end(),
                                   [&](const CaseStatement& one) { return one.institution == institution; });
    if (!asked && !in_area(working, *found, row)) flags |= kLookUpOutsideArea;
    return flags;
  }
  if (ticket != Ticket{}) return refused(errors::kShardPurpose, "a ticket belongs to the duty \"case\"");
  if (duty == Duty::kAuthorised) return flags;  // the resident agreed; the code shows it
  flags |= kLookUpNoCase;
  if (duty == Duty::kEmergency) flags |= kLookUpEmergency;
  if (!in_area(working, *found, row)) flags |= kLookUpOutsideArea;
  MINGMA_TRY(const std::uint32_t count, working.look_up_count(institution, actor));
  if (count >= kLookUpsUsualPerDay) flags |= kLookUpMany;
  return flags;
}

}  // namespace mingma::shard
