#include "service/case_desk.h"

#include <algorithm>

#include "service/directory.h"
#include "service/errors.h"
#include "service/power.h"
#include "service/receipts.h"
#include "shard/case_document.h"
#include "shard/case_view.h"
#include "shard/errors.h"

namespace mingma::service {
namespace {

using shard::Case;
using shard::CaseAnswer;
using shard::CaseDeadline;

InstitutionSummary summary_of(const shard::ControlState& control, shard::InstitutionNumber number) {
  const shard::Institution* institution = control.institution(number);
  if (institution == nullptr) return {"self", {"本人", "The resident"}, "self", {}};
  return summarise(*institution);
}

InstitutionSummary summary_of(const shard::ControlState& control, const std::string& id) {
  if (id.empty()) return {{}, {"系统时钟", "The clock"}, {}, {}};
  const shard::Institution* institution = control.find_institution(id);
  if (institution == nullptr) return {"self", {"本人", "The resident"}, "self", {}};
  return summarise(*institution);
}

std::string_view deadline_state(const Case& subject, CaseDeadline which) {
  const bool waits = std::any_of(subject.statements.begin(), subject.statements.end(),
                                 [](const auto& one) { return one.answer == CaseAnswer::kWaiting; });
  const bool defaulted = std::any_of(subject.statements.begin(), subject.statements.end(), [](const auto& one) {
    return one.answer == CaseAnswer::kDefaulted || one.answer == CaseAnswer::kLate;
  });
  if (which == CaseDeadline::kSubstantiate)
    return defaulted ? "missed" : waits ? (subject.open() ? "running" : "void") : "done";
  if (subject.has_missed(which)) return "missed";
  const bool done = which == CaseDeadline::kAccept   ? subject.accepted_at != UnixSeconds{}
                    : which == CaseDeadline::kDecide ? !subject.open()
                                                     : subject.told_at != UnixSeconds{};
  return done ? "done" : subject.open() || which == CaseDeadline::kReply ? "running" : "void";
}

struct Place {
  DivisionCode home{};
  DivisionCode stay{};
};

Place place_of(const ShardRuntime& runtime, const ResidentId& resident) {
  const shard::RowTable& rows = runtime.machine().rows();
  const auto row = rows.find(resident);
  return row ? Place{rows.home(*row), rows.stay(*row)} : Place{};
}

bool in_area(const shard::Institution& institution, const Place& place) {
  return institution.division.contains(place.home) || institution.division.contains(place.stay);
}

// As shard/case_checks.cpp demands of reviewers; what is refused there is only not offered here.
bool may_review(const shard::ControlState& control, const Case& subject, shard::InstitutionNumber number,
                const Place& place) {
  const shard::Institution* institution = control.institution(number);
  if (institution == nullptr || !in_area(*institution, place)) return false;
  if (institution->klass != shard::InstitutionClass::kCommand &&
      institution->klass != shard::InstitutionClass::kHealthCommission)
    return false;
  return std::none_of(subject.statements.begin(), subject.statements.end(),
                      [&](const auto& one) { return one.institution == number; });
}

std::vector<std::string> actions_of(const shard::ControlState& control, const Case& subject, const StaffCaller* caller,
                                    const Place& place) {
  std::vector<std::string> out;
  if (caller == nullptr) {
    if (subject.open()) out = {"add", "withdraw"};
    return out;
  }
  const shard::InstitutionNumber number = control.institution_number(caller->institution);
  const auto any = [&](CaseAnswer answer, bool own) {
    return std::any_of(subject.statements.begin(), subject.statements.end(),
                       [&](const auto& one) { return one.answer == answer && (!own || one.institution == number); });
  };
  if ((subject.open() && any(CaseAnswer::kWaiting, true)) || any(CaseAnswer::kDefaulted, true)) out.push_back("reply");
  if (may_review(control, subject, number, place)) {
    if (subject.open() && subject.accepted_at == UnixSeconds{}) out.push_back("accept");
    if (subject.open()) out.push_back("decide");
    if (!subject.open() && any(CaseAnswer::kLate, false)) out.push_back("reinstate");
  }
  const shard::Institution* institution = control.institution(number);
  const bool own_case = number != shard::kSelf && number == subject.opener;
  if (!subject.open() && subject.told_at == UnixSeconds{} && institution != nullptr && in_area(*institution, place))
    out.push_back("tell");
  if (own_case && subject.open()) out.insert(out.end(), {"add", "withdraw"});
  return out;
}

CaseStepView to_step_view(const shard::ControlState& control, const shard::CaseStepView& step) {
  CaseStepView out;
  out.number = step.record.number;
  out.step = step.record.step;
  out.at = step.record.at;
  out.institution = summary_of(control, step.record.institution);
  out.actor = step.record.actor;
  out.leaf = step.stored.leaf;
  if (!step.content) return out;
  if (step.content->type == shard::kCaseMaterial) {
    out.text = step.content->text;
    return out;
  }
  out.document = step.content->text;
  out.key_id = step.content->key_id;
  out.signature = base64_encode(step.content->signature);
  if (const auto reply = shard::parse_case_reply(step.content->text); reply.ok()) out.text = reply->grounds;
  if (const auto decision = shard::parse_case_decision(step.content->text); decision.ok())
    out.reply = {decision->reply.zh, decision->reply.en};
  return out;
}

// An institution that was asked sees what it said itself, and nothing of the resident, others or the decision.
void keep_own(CaseView& view, const std::string& institution) {
  view.decision = {};
  std::erase_if(view.statements, [&](const CaseStatementView& one) { return one.institution.id != institution; });
  std::erase_if(view.steps, [&](const CaseStepView& one) { return one.institution.id != institution; });
}

Result<CaseView> to_view(ShardRuntime& runtime, const Case& subject, const StaffCaller* caller, UnixSeconds now) {
  const shard::ControlState& control = runtime.machine().control();
  const Place place = place_of(runtime, subject.resident);
  CaseView out;
  out.ticket = subject.ticket;
  out.shard = runtime.id();
  out.opened_at = subject.opened_at;
  out.channel = subject.channel;
  out.consent = subject.consent;
  out.opener = summary_of(control, subject.opener);
  out.end = subject.end;
  out.ended_at = subject.ended_at;
  out.told_at = subject.told_at;
  if (subject.accepted_at != UnixSeconds{}) out.handler = summary_of(control, subject.handler);
  if (subject.decider != shard::kSelf) out.decider = summary_of(control, subject.decider);
  out.contested_version = subject.version;
  // The very record that the code and the receipt are made of.
  MINGMA_TRY(const Receipt receipt, make_receipt(runtime, subject.resident));
  out.decision = receipt.decision;
  MINGMA_TRY(const auto evidence, shard::list_evidence(runtime.store(), subject.resident, &runtime.keys()));
  for (const shard::CaseStatement& one : subject.statements) {
    CaseStatementView& view = out.statements.emplace_back();
    view.statement = one.id;
    view.institution = summary_of(control, one.institution);
    view.answer = one.answer;
    view.answered_at = one.answered_at;
    view.answer_by = subject.deadline(CaseDeadline::kSubstantiate);
    const auto found = std::find_if(evidence.begin(), evidence.end(),
                                    [&](const shard::EvidenceView& other) { return other.stored.id == one.id; });
    if (found == evidence.end()) continue;
    const Cause cause = to_cause(control, *found, 0);
    view.kind = cause.kind;
    view.kind_words = cause.kind_words;
    view.evidence = cause.evidence;
    view.source_record = cause.source_record;
    view.signed_at = cause.signed_at;
    view.status = shard::to_string(found->stored.status);
  }
  for (std::size_t i = 0; i < shard::kCaseDeadlines; ++i) {
    const auto which = static_cast<CaseDeadline>(i);
    const UnixSeconds at = subject.deadline(which);
    out.deadlines.push_back({which, at, at.value - now.value, std::string(deadline_state(subject, which))});
  }
  MINGMA_TRY(const auto steps, shard::list_case_steps(runtime.store(), subject, &runtime.keys()));
  for (const shard::CaseStepView& step : steps) out.steps.push_back(to_step_view(control, step));
  out.actions = actions_of(control, subject, caller, place);
  if (caller != nullptr && !works_for(control, *caller, place.home, place.stay)) keep_own(out, caller->institution);
  return out;
}

}  // namespace

bool works_for(const shard::ControlState& control, const StaffCaller& caller, DivisionCode home, DivisionCode stay) {
  if (caller.role != shard::StaffRole::kInstitution) return true;
  const shard::Institution* institution = control.find_institution(caller.institution);
  return institution != nullptr &&
         (institution->klass == shard::InstitutionClass::kCommand ||
          institution->klass == shard::InstitutionClass::kHealthCommission) &&
         in_area(*institution, {home, stay});
}

Result<CaseView> make_case_view(ShardRuntime& shard, shard::Ticket ticket, const StaffCaller* caller, UnixSeconds now) {
  MINGMA_TRY(const auto subject, shard::read_case(shard.store(), ticket));
  if (!subject) return Error(errors::kShardUnknownCase, "there is no such case");
  return to_view(shard, *subject, caller, now);
}

Result<std::vector<CaseView>> make_case_views(ShardRuntime& shard, const ResidentId& resident,
                                              const StaffCaller* caller, UnixSeconds now) {
  MINGMA_TRY(const std::vector<Case> cases, shard::list_cases(shard.store(), resident));
  std::vector<CaseView> out;
  for (const Case& one : cases) {
    MINGMA_TRY(CaseView view, to_view(shard, one, caller, now));
    out.push_back(std::move(view));
  }
  return out;
}

Result<std::vector<WorkItem>> make_worklist(ShardRuntime& shard, const StaffCaller& caller, std::string_view action,
                                            UnixSeconds now) {
  const shard::ControlState& control = shard.machine().control();
  const shard::InstitutionNumber number = control.institution_number(caller.institution);
  MINGMA_TRY(const std::vector<Case> cases, shard::list_waiting_cases(shard.store(), 20 * kWorkItemsMax));
  std::vector<WorkItem> out;
  for (const Case& subject : cases) {
    if (out.size() >= kWorkItemsMax) break;
    const Place place = place_of(shard, subject.resident);
    std::vector<std::string> actions = actions_of(control, subject, &caller, place);
    std::erase_if(actions, [](const std::string& one) { return one == "add" || one == "withdraw"; });
    if (actions.empty()) continue;
    if (!action.empty() && std::find(actions.begin(), actions.end(), action) == actions.end()) continue;
    WorkItem item;
    item.ticket = subject.ticket;
    item.actions = std::move(actions);
    item.opened_at = subject.opened_at;
    const bool reply = item.actions.front() == "reply";
    const UnixSeconds next = shard::next_case_deadline(subject);
    item.due_at = reply                   ? subject.deadline(CaseDeadline::kSubstantiate)
                  : next != UnixSeconds{} ? next
                                          : subject.deadline(CaseDeadline::kReply);
    item.remaining_seconds = item.due_at.value - now.value;
    item.division = place.home.prefecture().to_string();
    item.overdue = subject.missed != 0;
    if (reply) {
      MINGMA_TRY(const auto evidence, shard::list_evidence(shard.store(), subject.resident, &shard.keys()));
      for (const shard::CaseStatement& one : subject.statements) {
        if (one.institution != number || one.answer != CaseAnswer::kWaiting) continue;
        for (const shard::EvidenceView& stored : evidence) {
          if (stored.stored.id != one.id) continue;
          item.asked.push_back({one.id, std::string(rules::evidence_kind_info(stored.stored.evidence.kind).name),
                                stored.statement ? stored.statement->source_record : std::string(),
                                stored.stored.signed_at});
        }
      }
    }
    out.push_back(std::move(item));
  }
  return out;
}

Result<std::vector<LookUpView>> make_look_up_views(ShardRuntime& shard, const ResidentId& resident) {
  if (!shard.machine().rows().find(resident)) return Error(errors::kNotRegistered, "register first");
  MINGMA_TRY(const auto look_ups, shard::list_look_ups(shard.store(), resident, &shard.keys()));
  std::vector<LookUpView> out;
  for (const shard::LookUpView& one : look_ups) {
    LookUpView& view = out.emplace_back();
    view.at = one.record.at;
    view.institution = summary_of(shard.machine().control(), one.record.institution);
    view.actor = one.record.actor;
    view.role = one.record.role;
    view.duty = one.record.duty;
    if (one.record.ticket != shard::Ticket{}) view.ticket = one.record.ticket;
    view.note = one.note;
    view.flags = one.record.flags;
    view.shard = shard.id();
    view.leaf = one.stored.leaf;
  }
  return out;
}

}  // namespace mingma::service
