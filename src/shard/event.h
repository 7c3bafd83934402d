// Event: one record of a shard's log: inputs, their outcomes, and the decisions they caused.
//
// An event holds everything a replica needs: it applies the event as written, without clock, coin, keys or rules. The
// audit derives outcomes and decisions again from the inputs and compares. The owner stamps `time` (never before the
// previous event's) and draws `seed` once.
//
// One event may hold many operations (group commit); they take effect in order, and every resident they touched is
// decided once, at the end, at `time`. Entries of `decisions` stand in ascending row order.
// Leaves stand in their final, shuffled order; operations and decisions name theirs by position.
//
// Format: docs/formats/event.md (deterministic CBOR). Sequence, epoch and chain are in the log's record header.
// Threading: values. Limits: 48 MiB; 20,000 statements, 65,536 decisions in one event.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/time.h"
#include "shard/brake_count.h"
#include "shard/case.h"
#include "shard/document.h"
#include "shard/family.h"
#include "shard/hold.h"
#include "shard/line_proof.h"
#include "shard/look_up.h"
#include "shard/neighbour.h"
#include "shard/notice.h"
#include "shard/record.h"
#include "shard/retention.h"
#include "shard/row.h"

namespace mingma::shard {

inline constexpr std::uint32_t kNoLeaf = 0xffff'ffff;
inline constexpr std::size_t kEventStatementsMax = 20'000;
inline constexpr std::size_t kEventDecisionsMax = 65'536;

// What became of one statement. Numbers are part of the stored format.
enum class Outcome : std::uint8_t {
  kAccepted = 1,
  kDuplicate = 2,        // the same statement id is there already; no effect
  kUnknownResident = 3,  // nobody registered; recorded, no effect
  kNotAuthorised = 4,    // no unbroken chain of grants for kind and area at signing and now
  kInvalid = 5,          // against the statement's schema, or signed in the future (over 5 minutes)
  kSuperseded = 6,       // an original that came after its correction; recorded, no effect
  kNoEarlierRecord = 7,  // a withdrawal of something that is not there
  kKeyDestroyed = 8,     // the resident's key was destroyed
  kWrongSigner = 9,      // a kind only residents may sign, or the other way round
  kHeld = 10,            // a hand is missing, or a brake holds it: kept, and counts when the missing have signed
};
// Is the statement kept as evidence, with a leaf?
inline bool is_recorded(Outcome outcome) {
  return outcome == Outcome::kAccepted || outcome == Outcome::kSuperseded || outcome == Outcome::kHeld;
}
std::string_view to_string(Outcome outcome);  // "accepted", "duplicate", "unknown_resident", ...

// The signature that stands behind a batch of statements.
enum class AuthorityKind : std::uint8_t {
  kManifest = 1,     // an institution signed a submission's manifest (RFC 9421 message signature)
  kDocument = 2,     // an institution signed this one statement as a document
  kSession = 3,      // the resident's own declaration in a session
  kOfficer = 4,      // an officer of the institution signed this one statement as a document
  kImported = 5,     // another province's institution signed it; the proof came with it (neighbour.h)
  kCertificate = 6,  // a foreign certificate that the resident presented; its issuer is the institution
};

struct StatementEntry {
  ResidentId resident;
  StatementId id{};
  Outcome outcome = Outcome::kAccepted;
  std::uint32_t line = 0;  // in the part; several statements may come from one line
  // The rest only where the statement is recorded as evidence (kAccepted, kSuperseded, kHeld).
  StatementAction action = StatementAction::kAdd;
  rules::Evidence evidence;
  UnixSeconds signed_at{};
  RecordTag record{};
  RecordTag earlier{};
  Bytes sealed;  // canonical Statement, sealed under the resident's key
  std::uint32_t leaf = kNoLeaf;
  Judgement judgement;  // of kHeld; of kAccepted where the brakes count it
};

// An officer's signature in a batch or approval: whose key, and a passkey's counter (0 for key files).
struct OfficerMark {
  std::string key_id;
  std::uint32_t counter = 0;
  bool operator==(const OfficerMark&) const = default;
};
inline constexpr std::size_t kHandsMax = 8;  // officers' signatures on one statement

struct StatementsOperation {
  AuthorityKind authority = AuthorityKind::kManifest;
  InstitutionNumber institution{};
  std::string key_id;         // empty for kSession
  SubmissionId submission{};  // kDocument: first 16 bytes of the document's digest; kSession: zero
  std::uint32_t part = 0;
  std::uint32_t first_line = 0;  // names this batch in kSubmissionsTable
  // Present in the submission's first batch in this shard: the signed material, sealed under the submission's key
  // (kManifest) or the resident's (kDocument, kOfficer): CBOR [document, signature base, signature] and, when officers'
  // hands are there, [[key, signature]...]. Context = submission id.
  Bytes sealed_authority;
  Digest authority_digest{};       // SHA-256 of the manifest, or the document's digest
  std::uint32_t part_lines = 0;    // lines in the whole part
  std::vector<IndexedLine> lines;  // this batch's lines, ascending
  std::vector<Digest> siblings;    // proves them under the manifest's lines_root of `part`
  std::vector<StatementEntry> entries;
  std::vector<OfficerMark> officers;  // kOfficer: who entered it first; then the hands it came with
};

// What an officer's approval or refusal did to one hold. Numbers are part of the stored format.
enum class ApprovalOutcome : std::uint8_t {
  kCompleted = 1,  // nobody is missing any more: the statement counts from now on
  kNoted = 2,      // a hand more; others are missing still
  kRefused = 3,    // the hold ended, the statement never counts
  // From here on nothing is recorded.
  kUnknown = 4,          // this shard holds no such statement
  kEnded = 5,            // lapsed, or ended before
  kNotEntitled = 6,      // the officer's role gives none of the missing hands
  kSamePerson = 7,       // who has given a hand gives no second
  kSameInstitution = 8,  // another institution must approve
  kNotAuthorised = 9,    // the institution's grant has ended meanwhile
};
std::string_view to_string(ApprovalOutcome outcome);  // "completed", "noted", "refused", "unknown", ...

struct ApprovalEntry {
  ResidentId resident;
  StatementId id{};
  ApprovalOutcome outcome = ApprovalOutcome::kNoted;
  std::uint8_t hand = 0;         // given; 0: refused
  std::uint32_t leaf = kNoLeaf;  // where the hold ended
};

struct ApprovalOperation {
  std::string document;  // exact bytes (hold.h: Approval)
  OfficerMark officer;
  Bytes signature;
  std::vector<ApprovalEntry> entries;  // what it changed; never empty
};

struct LapseEntry {
  ResidentId resident;
  StatementId id{};
  std::uint32_t leaf = kNoLeaf;
};

struct LapseOperation {  // holds whose time has passed
  std::vector<LapseEntry> entries;
};

struct CountOperation {  // control shard: how it counted worsenings that a data shard asked about
  ShardId shard{};
  std::vector<BrakeAnswer> answers;  // never empty
};

struct DocumentOperation {  // control shard
  SignedDocument document;
  std::uint32_t leaf = kNoLeaf;
};

struct CheckpointOperation {  // control shard: another shard's checkpoint enters the small log of checkpoints
  ShardId shard{};
  Bytes note;
  std::uint32_t leaf = kNoLeaf;
};

struct FollowOperation {  // data shards: the control shard's event, byte for byte
  Sequence control_sequence{};
  Bytes event;
};

struct RegisterOperation {
  ResidentId resident;
  DivisionCode home{};
  Bytes sealed_person;  // by the service, under the resident's key
  rules::BirthDecade born;
};

struct DeviceOperation {
  ResidentId resident;
  Bytes public_key;  // P-256 SEC1 uncompressed, 65 bytes
};

struct TickOperation {          // rows whose horizon has passed
  std::vector<RowNumber> rows;  // ascending
};

struct RecolourOperation {  // rows first..end-1 are reduced (where area orders changed) and decided again
  RowNumber first{};
  RowNumber end{};
};

// ---- cases and look-ups. `actor`: the officer's id, or the id of the key that signed the request; empty: the resident
// or the clock. Sealed under the resident's seal key; `content` binds what was sealed (case_content_tag).

struct CaseOpenOperation {
  ResidentId resident;
  Ticket ticket{};
  CaseChannel channel = CaseChannel::kResident;
  CaseConsent consent = CaseConsent::kOwn;
  InstitutionNumber institution{};  // who opened it
  std::string actor;
  std::uint32_t version = 0;  // the decision it contests
  PolicyNumber policy = kNoPolicyNumber;
  CaseTimes deadlines{};
  std::vector<CaseStatement> statements;  // asked for: kWaiting, or kSubstantiated in an earlier case
  Digest content{};
  Bytes sealed;
  std::uint32_t leaf = kNoLeaf;
};

struct CaseStepOperation {
  Ticket ticket{};
  CaseStep step;
  std::string actor;
  Digest content{};
  Bytes sealed;
  std::uint32_t leaf = kNoLeaf;
};

struct LookUpOperation {
  ResidentId resident;
  InstitutionNumber institution{};
  std::string actor;
  StaffRole role = StaffRole::kInstitution;
  Duty duty = Duty::kCase;
  Ticket ticket{};  // kCase
  std::uint8_t flags = 0;
  Digest content{};
  Bytes sealed;  // the note
  std::uint32_t leaf = kNoLeaf;
};

// ---- retention (shard/retention.h)

struct ExpireOperation {
  std::vector<ExpiredEvidence> expired;  // ascending by row
  std::uint32_t leaf = kNoLeaf;
};

struct DestroyKeysOperation {  // the keys leave the keys table with the event
  KeysToDestroy keys;
  std::uint32_t leaf = kNoLeaf;
};

struct NoticeOperation {  // control shard: an alarm, or a day's figures
  Notice notice;
  std::uint32_t leaf = kNoLeaf;
};

using Operation =
    std::variant<DocumentOperation, CheckpointOperation, FollowOperation, RegisterOperation, DeviceOperation,
                 StatementsOperation, TickOperation, RecolourOperation, ApprovalOperation, LapseOperation,
                 CaseOpenOperation, CaseStepOperation, LookUpOperation, GuardianshipOperation, PaperOperation,
                 ExportOperation, ImportOperation, AcknowledgeOperation, NoticeOperation, ExpireOperation,
                 DestroyKeysOperation, CountOperation>;

// Calls `use(leaf)` for the place of every leaf that the operation names, kNoLeaf among them, in canonical order.
template <typename AnyOperation, typename Use>
void each_leaf(AnyOperation& operation, Use use) {
  std::visit(
      [&](auto& op) {
        if constexpr (requires { op.leaf; }) use(op.leaf);
        if constexpr (requires { op.entries.front().leaf; }) {
          for (auto& entry : op.entries) use(entry.leaf);
        }
      },
      operation);
}

struct DecisionEntry {
  RowNumber row{};
  rules::Decision decision;
  PolicyNumber policy = kNoPolicyNumber;
  Bytes record;                  // canonical DecisionRecord of a new version; empty: only the horizon changed
  std::uint32_t leaf = kNoLeaf;  // with a record
};

struct Event {
  UnixSeconds time{};
  Digest seed{};
  std::vector<Operation> operations;
  std::vector<DecisionEntry> decisions;
  std::vector<Bytes> leaves;  // final order

  bool empty() const { return operations.empty(); }
};

Bytes encode_event(const Event& event);
Result<Event> decode_event(ByteView bytes);  // strict; checks limits, order and that every leaf is named exactly once

// The permutation that hides the order of a batch: new position of each canonical index, Fisher-Yates driven by
// SHA-256(seed || counter). Documented in docs/formats/event.md.
std::vector<std::uint32_t> leaf_permutation(const Digest& seed, std::uint32_t count);

}  // namespace mingma::shard
