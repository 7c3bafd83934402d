// What residents and those who help them may do about a colour, and who read what about whom: cases and look-ups. A
// part of the use cases beside service/api.h, of which everything said there about threads, errors and durability holds
// here.
//
// Staff read personal data only through look_up() and read_case(): both write the look-up down, as an event and a leaf,
// before anything is shown. record_look_up() is for other use cases that show personal data to staff.
#pragma once

#include "service/api.h"
#include "service/redress_types.h"

namespace mingma::service {

class Redress {
 public:
  virtual ~Redress() = default;

  // ---- cases
  // Contests the present decision. The same decision contested again gives the same ticket. For staff the look-up that
  // precedes it is theirs to make.
  virtual Async<CaseView> open_case(OpenCase request) = 0;
  virtual Async<std::vector<CaseView>> list_cases(ResidentId resident) = 0;  // newest first
  virtual Async<CaseView> resident_case(ResidentId resident, shard::Ticket ticket) = 0;
  virtual Async<CaseView> step_case(StepCase request) = 0;
  // "case_reply" or "case_decision", signed (shard/case_document.h): the ticket it moves.
  virtual Async<shard::Ticket> submit_case_document(SignedDocument document) = 0;
  // What waits for this institution, soonest deadline first. At most 500.
  // `action`: only where this may be done ("reply", "accept", ...); empty: all.
  virtual Async<std::vector<WorkItem>> worklist(StaffCaller caller, std::string action) = 0;
  // Recorded as a look-up for this case.
  virtual Async<CaseView> read_case(StaffCaller caller, shard::Ticket ticket) = 0;

  // ---- look-ups
  virtual Async<LookUpRecorded> record_look_up(StaffCaller caller, ResidentId resident, Purpose purpose) = 0;
  virtual Async<LookedUp> look_up(StaffCaller caller, LookUpRequest request) = 0;
  // Eight digits that the resident reads out to whoever may see the colour; good for 15 to 30 minutes.
  virtual Async<shard::HolderCode> holder_code(ResidentId resident) = 0;
  virtual Async<std::vector<LookUpView>> look_ups_of(ResidentId resident) = 0;  // newest first
};

}  // namespace mingma::service
