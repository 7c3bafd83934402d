// What owner and audit ask before a step of a case or a look-up, in the same words. Internal to the room. Pure but for
// reads of the store.
#pragma once

#include "shard/case_document.h"
#include "shard/look_up.h"
#include "shard/working.h"

namespace mingma::shard {

// What opening a case now would write. kShardCaseStep: no policy is in force, or the resident has too many open cases.
struct CaseOpening {
  std::uint32_t version = 0;
  PolicyNumber policy = kNoPolicyNumber;
  CaseTimes deadlines{};
  std::vector<CaseStatement> statements;
  std::optional<Ticket> existing;  // an open case contests this very decision
};
Result<CaseOpening> check_case_opening(const Working& working, RowNumber row);
// kShardNotAuthorised, kShardCaseStep, kShardNotGuardian: may this body, or guardian, open a case over this channel?
struct CaseOpener {
  ResidentId resident;
  CaseChannel channel = CaseChannel::kResident;
  CaseConsent consent = CaseConsent::kOwn;
  InstitutionNumber institution{};
  std::string actor;  // kGuardian: the guardian's pseudonym
};
Result<void> check_case_opener(Working& working, RowNumber row, const CaseOpener& opener);

// The statements that decide against the resident: without such a one the decision would be milder, or with it alone
// (of the kinds that the deciding rule reads) it would be harder. Their institutions are asked; the resident's own
// declarations are not. Those that were substantiated in an earlier case that was upheld need not be again.
Result<std::vector<CaseStatement>> name_statements(const Working& working, RowNumber row,
                                                   const std::vector<Case>& earlier);

// kAdded, kAccepted, kTold, kWithdrawn by this body: the step, or why not.
Result<CaseStep> check_case_step(const Working& working, const Case& subject, CaseStepKind kind,
                                 InstitutionNumber institution);
// A signed reply or decision: signature, who may, and for a substantiation that it says what the statement says.
Result<CaseStep> check_case_document(const Working& working, const Case& subject, const CaseContent& content,
                                     const ResidentKeys& keys);
// Which case a signed document belongs to.
Result<Ticket> ticket_of(const CaseContent& content);
// The clock's next step for this case, if any is due.
Result<std::optional<CaseStep>> due_step(const Working& working, const Case& subject);

// The flags of a look-up, or why it is refused (kShardPurpose, kShardUnknownCase).
Result<std::uint8_t> check_look_up(const Working& working, RowNumber row, InstitutionNumber institution,
                                   std::string_view actor, StaffRole role, Duty duty, Ticket ticket, bool has_note);

}  // namespace mingma::shard
