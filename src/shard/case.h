// Case (申诉): an appeal against one resident's present decision, with a deadline at every step.
//
// Opening a case names the statements that decide against the resident and asks each signing institution to
// substantiate: a signed reply that says again, from the institution's own records, what the statement says. Who has
// not replied by the deadline has said nothing: the clock suspends the statement. A reviewer of another body decides
// with a signed decision. A case never ends unheard: a deadline that staff miss is recorded, and the case stays open.
//
//   opened --accepted--> --replies--> --decision--> ended --told-->
//   ends: upheld, corrected, suspended by default, withdrawn (by the resident). Nothing else ends a case.
//
// Everything here is a pure function of the case and the step, the same for owner, replica and audit.
// Deadlines: rules::CaseDeadlines of the policy under which the contested decision was made, from the opening on.
// Format: docs/formats/event.md, section Cases. Threading: values.
// Limits: 32 statements a case; 16 KiB of material a step; 8 open cases a resident; 500 steps a case.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/time.h"
#include "rules/policy.h"
#include "shard/keys.h"
#include "shard/row.h"
#include "shard/statement.h"

namespace mingma::shard {

inline constexpr std::size_t kCaseStatementsMax = 32;
inline constexpr std::size_t kCaseMaterialBytesMax = 16u << 10;
inline constexpr std::size_t kOpenCasesMax = 8;
inline constexpr std::uint32_t kCaseStepsMax = 500;

// One number everywhere: serial in its shard * 1024 + shard.
using Ticket = StrongInteger<struct TicketTag, std::uint64_t>;
Ticket make_ticket(ShardId shard, std::uint64_t serial);
ShardId ticket_shard(Ticket ticket);
// "0000-010-250": at least nine digits and a check digit (ISO 7064 MOD 11,10, as GB/T 17710), so that a digit heard
// wrong is noticed.
std::string ticket_text(Ticket ticket);
// Blanks and hyphens do not matter. Nothing when the check digit is wrong or it is no number.
std::optional<Ticket> parse_ticket(std::string_view text);

// Numbers of all these are part of the stored format.
enum class CaseChannel : std::uint8_t { kResident = 1, kGuardian = 2, kCommunity = 3, kHotline = 4 };
// How the resident agreed when somebody else opened the case.
enum class CaseConsent : std::uint8_t { kOwn = 0, kSigned = 1, kSpokenInPerson = 2, kSpokenOnPhone = 3 };
enum class CaseStepKind : std::uint8_t {
  kOpened = 1,
  kAdded = 2,       // material
  kAccepted = 3,    // a reviewing body takes it up
  kReplied = 4,     // an institution's signed reply about one statement
  kDefaulted = 5,   // the clock: no reply in time, the statement is suspended
  kDecided = 6,     // the reviewer's signed decision: the case ends
  kTold = 7,        // somebody told a resident who has no phone how it ended
  kWithdrawn = 8,   // by the resident: the case ends
  kMissed = 9,      // the clock: staff missed the step `missed`
  kReinstated = 10  // the reviewer's signed decision, on a late reply: the statement counts again
};
// What became of the request to substantiate one statement.
enum class CaseAnswer : std::uint8_t {
  kWaiting = 0,
  kSubstantiated = 1,
  kNotSubstantiated = 2,  // the institution says it cannot: suspended
  kDefaulted = 3,         // no reply in time: suspended
  kCorrected = 4,         // the institution corrected the statement meanwhile
  kOverruled = 5,         // the reviewer suspended it
  kLate = 6,              // substantiated after it was suspended: suspended still, the reviewer may reinstate it
  kReinstated = 7
};
enum class CaseEnd : std::uint8_t { kOpen = 0, kUpheld = 1, kCorrected = 2, kSuspendedByDefault = 3, kWithdrawn = 4 };
// The four deadlines, in the order of a policy's "cases".
enum class CaseDeadline : std::uint8_t { kAccept = 0, kSubstantiate = 1, kDecide = 2, kReply = 3 };
inline constexpr std::size_t kCaseDeadlines = 4;
using CaseTimes = std::array<UnixSeconds, kCaseDeadlines>;

std::string_view to_string(CaseChannel channel);  // "resident", "guardian", "community", "hotline"
std::string_view to_string(CaseConsent consent);  // "own", "signed", "spoken_in_person", "spoken_on_phone"
std::string_view to_string(CaseStepKind kind);    // "opened", "added", "accepted", "replied", ...
std::string_view to_string(CaseAnswer answer);    // "waiting", "substantiated", ...
std::string_view to_string(CaseEnd end);          // "open", "upheld", "corrected", "suspended_by_default", "withdrawn"
std::string_view to_string(CaseDeadline deadline);  // "accept", "substantiate", "decide", "reply"
std::optional<CaseChannel> find_case_channel(std::string_view name);
std::optional<CaseConsent> find_case_consent(std::string_view name);

inline bool is_suspended(CaseAnswer answer) {
  return answer == CaseAnswer::kNotSubstantiated || answer == CaseAnswer::kDefaulted ||
         answer == CaseAnswer::kOverruled || answer == CaseAnswer::kLate;
}

struct CaseStatement {
  StatementId id{};
  InstitutionNumber institution{};
  CaseAnswer answer = CaseAnswer::kWaiting;
  UnixSeconds answered_at{};
  bool operator==(const CaseStatement&) const = default;
};

struct Case {
  Ticket ticket{};
  ResidentId resident;
  UnixSeconds opened_at{};
  CaseChannel channel = CaseChannel::kResident;
  CaseConsent consent = CaseConsent::kOwn;
  InstitutionNumber opener{};  // kSelf: the resident or a guardian
  std::uint32_t version = 0;   // of the decision it contests
  PolicyNumber policy = kNoPolicyNumber;
  CaseTimes deadlines{};
  std::vector<CaseStatement> statements;
  UnixSeconds accepted_at{};
  InstitutionNumber handler{};
  UnixSeconds ended_at{};
  CaseEnd end = CaseEnd::kOpen;
  InstitutionNumber decider{};  // kSelf: nobody decided
  UnixSeconds told_at{};
  std::uint8_t missed = 0;  // bit CaseDeadline
  std::uint32_t steps = 0;
  Digest last_record{};  // SHA-256 of the newest step's record

  bool open() const { return end == CaseEnd::kOpen; }
  UnixSeconds deadline(CaseDeadline which) const { return deadlines[static_cast<std::size_t>(which)]; }
  bool has_missed(CaseDeadline which) const { return (missed >> static_cast<unsigned>(which) & 1u) != 0; }
  bool waits_for(InstitutionNumber institution) const;
  CaseStatement* find(const StatementId& id);
  const CaseStatement* find(const StatementId& id) const;
  bool operator==(const Case&) const = default;
};

CaseTimes case_deadlines(const rules::CaseDeadlines& policy, UnixSeconds opened_at);

// One step as it acts on a case. What a kind does not use is left empty.
struct CaseStep {
  CaseStepKind kind = CaseStepKind::kAdded;
  InstitutionNumber institution{};           // who acts; kReplied, kDefaulted: whose statement it is
  StatementId statement{};                   // kReplied, kDefaulted
  CaseAnswer answer = CaseAnswer::kWaiting;  // kReplied: kSubstantiated, kNotSubstantiated or kCorrected;
                                             // kDefaulted: kDefaulted or kCorrected
  CaseEnd end = CaseEnd::kOpen;              // kDecided: kUpheld or kCorrected
  std::vector<StatementId> statements;       // kDecided: overruled; kReinstated: counting again
  CaseDeadline missed = CaseDeadline::kAccept;
  bool operator==(const CaseStep&) const = default;
};
// Statements whose status the step changes.
struct CaseEffects {
  std::vector<StatementId> suspended;
  std::vector<StatementId> reinstated;
};
// Applies the step. errors::kShardCaseStep when it cannot follow; then the case is unchanged.
Result<CaseEffects> apply_case_step(Case& subject, const CaseStep& step, UnixSeconds at);

// The next step of the clock that is due at `now`, in the order of the deadlines; then apply it and ask again.
// `counts(id)` says whether a statement is effective still: one that was corrected meanwhile is not defaulted.
template <typename Counts>
std::optional<CaseStep> due_case_step(const Case& subject, UnixSeconds now, Counts counts);
// When the clock must look at the case again; {0}: never.
UnixSeconds next_case_deadline(const Case& subject);

// ---- what is committed to, and stored

// One link of the case's chain, public only as a commitment (LeafKind::kCaseStep). Canonical CBOR.
struct CaseStepRecord {
  ResidentId resident;
  Ticket ticket{};
  std::uint32_t number = 0;  // first is 1
  Digest previous{};         // SHA-256 of the record before; zero for the first
  UnixSeconds at{};
  std::string institution;  // id; "self": the resident; "" : the clock alone
  std::string actor;        // the officer, or the key that signed the request; empty: the resident or the clock
  CaseStep step;
  Digest content{};  // case_content_tag; zero: none
  // kOpened only:
  CaseChannel channel = CaseChannel::kResident;
  CaseConsent consent = CaseConsent::kOwn;
  std::uint32_t version = 0;
  CaseTimes deadlines{};
  bool operator==(const CaseStepRecord&) const = default;
};
Bytes encode_case_record(const CaseStepRecord& record);
Result<CaseStepRecord> decode_case_record(ByteView canonical);

// What a step brought with it, sealed under the resident's seal key; context = case_step_key.
struct CaseContent {
  std::string type;  // "material", "case_reply", "case_decision"
  std::string text;  // exact bytes of the signed document, or the material
  std::string key_id;
  Bytes signature;
  bool operator==(const CaseContent&) const = default;
};
Bytes encode_case_content(const CaseContent& content);
Result<CaseContent> decode_case_content(ByteView bytes);
// Binds the content to the step without saying anything to who lacks the resident's key.
Digest case_content_tag(const ResidentKeys& keys, ByteView content);

// kCasesTable: 'c' | ticket -> case; 's' | ticket | number -> step; 'r' | resident | ticket -> nothing;
// 'd' | next deadline | ticket -> nothing; "n" -> number of cases opened. Integers big-endian.
Bytes case_key(Ticket ticket);
Bytes case_step_key(Ticket ticket, std::uint32_t number);
Bytes case_resident_key(const ResidentId& resident, Ticket ticket);
Bytes case_deadline_key(UnixSeconds deadline, Ticket ticket);
Bytes case_late_key(Ticket ticket);  // 'l' | ticket -> nothing: a late reply waits for a reviewer
inline constexpr std::string_view kCaseCountKey = "n";

Bytes encode_case(const Case& subject);
Result<Case> decode_case(ByteView bytes);

struct StoredCaseStep {
  Bytes record;
  LeafIndex leaf{};
  Sequence sequence{};
  std::uint32_t index = 0;  // of its leaf, before the shuffle
  Bytes sealed;             // CaseContent; empty: none
};
Bytes encode_stored_case_step(const StoredCaseStep& step);
Result<StoredCaseStep> decode_stored_case_step(ByteView bytes);

// ---- implementation

template <typename Counts>
std::optional<CaseStep> due_case_step(const Case& subject, UnixSeconds now, Counts counts) {
  const auto past = [&](CaseDeadline which) { return subject.deadline(which) <= now; };
  const auto missed = [&](CaseDeadline which) { return CaseStep{.kind = CaseStepKind::kMissed, .missed = which}; };
  if (subject.open()) {
    if (subject.accepted_at == UnixSeconds{} && past(CaseDeadline::kAccept) &&
        !subject.has_missed(CaseDeadline::kAccept))
      return missed(CaseDeadline::kAccept);
    for (const CaseStatement& statement : subject.statements) {
      if (statement.answer != CaseAnswer::kWaiting || !past(CaseDeadline::kSubstantiate)) continue;
      return CaseStep{.kind = CaseStepKind::kDefaulted,
                      .institution = statement.institution,
                      .statement = statement.id,
                      .answer = counts(statement.id) ? CaseAnswer::kDefaulted : CaseAnswer::kCorrected};
    }
    if (past(CaseDeadline::kDecide) && !subject.has_missed(CaseDeadline::kDecide)) return missed(CaseDeadline::kDecide);
  }
  if (subject.told_at == UnixSeconds{} && past(CaseDeadline::kReply) && !subject.has_missed(CaseDeadline::kReply))
    return missed(CaseDeadline::kReply);
  return std::nullopt;
}

}  // namespace mingma::shard
