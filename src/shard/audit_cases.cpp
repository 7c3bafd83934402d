// Cases and look-ups of an event: who was asked, what the clock owed, who signed, who read.
#include "crypto/seal.h"
#include "shard/audit_event.h"
#include "shard/case_checks.h"
#include "shard/errors.h"

namespace mingma::shard {
namespace {

std::string words(const CaseStep& step) {
  std::string out(to_string(step.kind));
  if (step.kind == CaseStepKind::kReplied || step.kind == CaseStepKind::kDefaulted)
    out += " (" + std::string(to_string(step.answer)) + ")";
  if (step.kind == CaseStepKind::kDecided) out += " (" + std::string(to_string(step.end)) + ")";
  if (step.kind == CaseStepKind::kMissed) out += " (" + std::string(to_string(step.missed)) + ")";
  return out;
}

bool is_clock(CaseStepKind kind) { return kind == CaseStepKind::kDefaulted || kind == CaseStepKind::kMissed; }

bool is_signed(CaseStepKind kind) {
  return kind == CaseStepKind::kReplied || kind == CaseStepKind::kDecided || kind == CaseStepKind::kReinstated;
}

}  // namespace

// Nothing when it cannot be opened, which is a finding.
std::optional<Bytes> EventAuditor::open_content(const ResidentKeys& keys, ByteView context, ByteView sealed,
                                                const Digest& tag, bool note, const std::string& where) {
  auto plain = crypto::open_sealed(keys.seal, context, sealed);
  if (!plain.ok()) {
    findings_.add("altered_case", where, "what was sealed with this step was exchanged or changed");
    return std::nullopt;
  }
  if ((note ? look_up_note_tag(keys, *plain) : case_content_tag(keys, *plain)) != tag) {
    findings_.add("altered_case", where, "what was sealed with this step is not what its record binds");
    return std::nullopt;
  }
  return std::move(plain).value();
}

void EventAuditor::check_staff_leaf(LeafKind kind, InstitutionNumber institution, const ResidentId& resident,
                                    std::uint32_t leaf, ByteView record, std::string_view tag,
                                    std::string_view outcome) {
  const std::string where = at(resident);
  const auto row = working_.find(resident);
  const auto keys = keys_of(resident);
  if (!keys) ++report_.unopened;
  if (index_ < places_.size() && leaf != places_[index_])
    findings_.add("wrong_shuffle", where, "a leaf is not where the seed puts it");
  Leaf expected = make_staff_leaf(working_, kind, institution, row ? working_.home(*row) : DivisionCode{});
  expected.rule = outcome;
  check_leaf(leaf, expected, tag, keys ? &*keys : nullptr, record, where);
}

Result<void> EventAuditor::operation(const CaseOpenOperation& op) {
  check_role(false, "a case");
  const auto row = working_.find(op.resident);
  if (!row) return Error(errors::kShardInvalidEvent, "a case of somebody who is not registered");
  const std::string where = at(op.resident) + ", case " + ticket_text(op.ticket);
  ++report_.case_steps;
  const auto opening = check_case_opening(working_, *row);
  const CaseOpener who{op.resident, op.channel, op.consent, op.institution, op.actor};
  if (auto opener = check_case_opener(working_, *row, who); !opener.ok())
    findings_.add("wrong_case", where, "opened by who may not: " + opener.error().to_string());
  if (!opening.ok()) {
    findings_.add("wrong_case", where, "opened though " + opening.error().message());
  } else {
    if (opening->existing) findings_.add("wrong_case", where, "opened though another contests the same decision");
    if (op.version != opening->version || op.policy != opening->policy)
      findings_.add("wrong_case", where, "it does not contest the decision that there was");
    if (!opening->existing && op.deadlines != opening->deadlines)
      findings_.add("moved_deadline", where, "its deadlines are not those of the policy");
    if (!opening->existing && op.statements != opening->statements)
      findings_.add("wrong_case", where, "the statements asked about are not those that decided");
  }
  if (ticket_shard(op.ticket) != options_.shard) findings_.add("wrong_case", where, "a ticket of another shard");
  if (const auto keys = keys_of(op.resident); keys && !op.sealed.empty())
    open_content(*keys, case_step_key(op.ticket, 1), op.sealed, op.content, false, where);
  const CaseStepRecord record = working_.case_record(op);
  check_staff_leaf(LeafKind::kCaseStep, op.institution, op.resident, op.leaf, encode_case_record(record),
                   record.institution);
  return working_.open_case(op, index_++);
}

Result<void> EventAuditor::check_case_content(const Case& subject, const CaseStepOperation& op,
                                              const ResidentKeys& keys) {
  const std::string where = at(subject.resident) + ", case " + ticket_text(op.ticket);
  std::optional<CaseContent> content;
  if (!op.sealed.empty()) {
    const auto plain =
        open_content(keys, case_step_key(op.ticket, subject.steps + 1), op.sealed, op.content, false, where);
    if (!plain) return {};
    auto decoded = decode_case_content(*plain);
    if (!decoded.ok()) {
      findings_.add("altered_case", where, "what was sealed with this step cannot be read");
      return {};
    }
    content = std::move(decoded).value();
  }
  if (!is_signed(op.step.kind)) return {};
  if (!content) {
    findings_.add("forged_case_document", where, "no signed document is kept for this step: " + words(op.step));
    return {};
  }
  ++report_.signatures;
  const auto derived = check_case_document(working_, subject, *content, keys);
  if (!derived.ok()) {
    findings_.add("forged_case_document", where, words(op.step) + ": " + derived.error().to_string());
  } else if (*derived != op.step) {
    findings_.add("forged_case_document", where,
                  "recorded as " + words(op.step) + "; the signed document says " + words(*derived));
  }
  return {};
}

Result<void> EventAuditor::operation(const CaseStepOperation& op) {
  check_role(false, "a case");
  MINGMA_TRY(const auto subject, working_.find_case(op.ticket));
  if (!subject) return Error(errors::kShardInvalidEvent, "a step of a case that is not there");
  const std::string where = at(subject->resident) + ", case " + ticket_text(op.ticket);
  ++report_.case_steps;
  MINGMA_TRY(const auto due, due_step(working_, *subject));
  if (is_clock(op.step.kind)) {
    if (!due || *due != op.step)
      findings_.add("moved_deadline", where, words(op.step) + " though no deadline had passed");
  } else if (due) {
    findings_.add("moved_deadline", where, words(op.step) + " though the clock owed first: " + words(*due));
  } else if (!is_signed(op.step.kind)) {
    const auto derived = check_case_step(working_, *subject, op.step.kind, op.step.institution);
    if (!derived.ok())
      findings_.add("wrong_case", where, words(op.step) + ": " + derived.error().to_string());
    else if (*derived != op.step)
      findings_.add("wrong_case", where, words(op.step) + " says more than such a step can");
  }
  if (const auto keys = keys_of(subject->resident)) MINGMA_CHECK(check_case_content(*subject, op, *keys));
  const CaseStepRecord record = working_.case_record(*subject, op);
  const InstitutionNumber acting = op.step.kind == CaseStepKind::kMissed ? kSelf : op.step.institution;
  check_staff_leaf(LeafKind::kCaseStep, acting, subject->resident, op.leaf, encode_case_record(record),
                   record.institution, case_outcome(op.step));
  return working_.step_case(op, index_++);
}

Result<void> EventAuditor::operation(const LookUpOperation& op) {
  check_role(false, "a look-up");
  const auto row = working_.find(op.resident);
  if (!row) return Error(errors::kShardInvalidEvent, "a look-up of somebody who is not registered");
  const std::string where = at(op.resident) + ", a look-up";
  ++report_.look_ups;
  report_.unusual_look_ups += op.flags != 0;
  const auto flags =
      check_look_up(working_, *row, op.institution, op.actor, op.role, op.duty, op.ticket, !op.sealed.empty());
  if (!flags.ok()) {
    findings_.add("wrong_look_up", where, "without a purpose: " + flags.error().to_string());
  } else if (*flags != op.flags) {
    findings_.add("wrong_look_up", where, "it was not flagged as it should be");
  }
  if (const auto keys = keys_of(op.resident); keys && !op.sealed.empty()) {
    const auto number = static_cast<std::uint32_t>(working_.look_ups().size());
    const auto note =
        open_content(*keys, look_up_key(op.resident, working_.sequence(), number), op.sealed, op.content, true, where);
    if (op.duty == Duty::kAuthorised && note && !holder_code_fits(*keys, event_.time, as_text(*note)))
      findings_.add("wrong_look_up", where, "the holder's code is not the one there was");
  }
  const LookUpRecord record = working_.look_up_record(op);
  check_staff_leaf(LeafKind::kLookUp, op.institution, op.resident, op.leaf, encode_look_up_record(record),
                   record.institution);
  return working_.look_up(op, index_++);
}

}  // namespace mingma::shard
