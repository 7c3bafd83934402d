// Requests and answers of cases, look-ups and retention (service/redress.h). Plain values, as service/types.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "service/types.h"
#include "shard/case.h"
#include "shard/look_up.h"

namespace mingma::service {

// Whoever acts for an institution: an officer, or a system that holds the institution's own key. Authenticated already.
struct StaffCaller {
  std::string institution;
  std::string actor;  // the officer's id, or the id of the institution's key
  shard::StaffRole role = shard::StaffRole::kInstitution;
};

// ---- cases --------------------------------------------------------------------------------------------------------

struct OpenCase {
  ResidentId resident;
  std::string material;  // what the resident says; at most 16 KiB
  // Opened for the resident by somebody else:
  shard::CaseChannel channel = shard::CaseChannel::kResident;
  shard::CaseConsent consent = shard::CaseConsent::kOwn;
  std::optional<StaffCaller> staff;
  std::optional<ResidentId> guardian;  // kGuardian
};

struct StepCase {
  shard::Ticket ticket{};
  shard::CaseStepKind kind = shard::CaseStepKind::kAdded;  // kAdded, kAccepted, kTold, kWithdrawn
  std::string material;
  std::optional<StaffCaller> staff;    // else the resident:
  std::optional<ResidentId> resident;  // whose case it must be
};

struct CaseDeadlineView {
  shard::CaseDeadline which = shard::CaseDeadline::kAccept;
  UnixSeconds at{};
  std::int64_t remaining_seconds = 0;  // negative: past
  std::string state;                   // "done", "running", "missed", "void" (the case ended before)
};

struct CaseStatementView {
  Digest statement{};
  std::string kind;
  Bilingual kind_words;
  std::optional<rules::Evidence> evidence;
  std::string source_record;  // empty: cannot be opened any more
  UnixSeconds signed_at{};
  InstitutionSummary institution;
  shard::CaseAnswer answer = shard::CaseAnswer::kWaiting;
  UnixSeconds answered_at{};
  UnixSeconds answer_by{};
  std::string status;  // what it is now: "effective", "suspended", "withdrawn", ...
};

struct CaseStepView {
  std::uint32_t number = 0;
  shard::CaseStep step;
  UnixSeconds at{};
  InstitutionSummary institution;  // id "self": the resident; empty id: the clock
  std::string actor;
  std::string text;       // material, grounds of a reply; empty: none, or it cannot be opened any more
  Bilingual reply;        // of a decision
  std::string document;   // exact bytes of what was signed
  std::string key_id;     // who signed it
  std::string signature;  // base64
  LeafIndex leaf{};
};

struct CaseView {
  shard::Ticket ticket{};
  ShardId shard{};
  UnixSeconds opened_at{};
  shard::CaseChannel channel = shard::CaseChannel::kResident;
  shard::CaseConsent consent = shard::CaseConsent::kOwn;
  InstitutionSummary opener;
  shard::CaseEnd end = shard::CaseEnd::kOpen;
  UnixSeconds ended_at{};
  UnixSeconds told_at{};
  std::optional<InstitutionSummary> handler;
  std::optional<InstitutionSummary> decider;
  std::uint32_t contested_version = 0;
  DecisionView decision;  // the present one: what the code shows now
  std::vector<CaseStatementView> statements;
  std::vector<CaseDeadlineView> deadlines;
  std::vector<CaseStepView> steps;
  std::vector<std::string> actions;  // what the asker may do next: "add", "withdraw", "accept", "reply", "decide", ...
};

// One line of a worklist. Nothing in it names the resident.
struct WorkItem {
  shard::Ticket ticket{};
  std::vector<std::string> actions;  // "reply", "accept", "decide", "reinstate", "tell"
  UnixSeconds opened_at{};
  UnixSeconds due_at{};
  std::int64_t remaining_seconds = 0;
  std::string division;  // prefecture of the resident's home
  bool overdue = false;  // a deadline was missed
  // Statements of the asking institution that wait for its reply:
  struct Asked {
    Digest statement{};
    std::string kind;
    std::string source_record;
    UnixSeconds signed_at{};
  };
  std::vector<Asked> asked;
};

// ---- look-ups -----------------------------------------------------------------------------------------------------

struct Purpose {
  shard::Duty duty = shard::Duty::kCase;
  std::optional<shard::Ticket> ticket;  // kCase
  std::string note;                     // at most 500 bytes
};

struct LookUpRequest {
  std::optional<ResidentId> resident;
  std::optional<Person> person;  // by document; absent with a ticket: whose case it is
  Purpose purpose;
};

// What was written down before anything was shown.
struct LookUpRecorded {
  ResidentId resident;
  ShardId shard{};
  LeafIndex leaf{};
  UnixSeconds at{};
  std::uint8_t flags = 0;  // shard::LookUpFlag; not 0: the auditors are told
};

// Answers to staff. With the holder's code: name and present decision, nothing else. Otherwise the receipt and person
// only for those who work for the resident: hotline, community, reviewers, auditors; an institution that was asked sees
// the case, in which its own statements are.
struct LookedUp {
  LookUpRecorded recorded;
  std::string name;             // empty: not for this caller, or the key is gone
  std::string document_digits;  // the last four
  std::optional<Receipt> receipt;
  std::optional<DecisionView> decision;  // kAuthorised
  std::vector<CaseView> cases;
};

struct LookUpView {
  UnixSeconds at{};
  InstitutionSummary institution;
  std::string actor;
  shard::StaffRole role = shard::StaffRole::kInstitution;
  shard::Duty duty = shard::Duty::kCase;
  std::optional<shard::Ticket> ticket;
  std::string note;
  std::uint8_t flags = 0;
  ShardId shard{};
  LeafIndex leaf{};
};

// ---- retention ----------------------------------------------------------------------------------------------------

struct RetentionProgress {
  std::string step;  // "shard 2: expired statements"
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};

struct RetentionDone {
  std::uint64_t expired = 0;           // statements that are no facts any more
  std::vector<std::string> destroyed;  // "shard 2: bodies of test_result received in 2022-11"
};

}  // namespace mingma::service
