// What the ledger commits to: canonical records, their openings, and the public leaves. Also the stored images of
// evidence and decisions.
//
// Leaf (deterministic CBOR map, absent keys left out; docs/formats/event.md, section Leaves):
//   1 format version, 2 kind, 3 institution class, 4 rule id, 5 policy hash, 6 from colour, 7 to colour, 8 city
//   division code, 9 hour bucket (seconds / 3600), 10 blinded tag (8 bytes), 11 commitment, 12 document hash (public
//   documents only).
// commitment = HMAC-SHA-256(commitment key, opening || canonical record)
// opening    = HMAC-SHA-256(opening key, sequence u64 BE || index u32 BE)
//   index counts the personal leaves of the event in canonical order (statements, then decisions), before the shuffle.
// blinded tag = first 8 bytes of HMAC-SHA-256(opening, institution id): who has the opening can tell whose leaf it is.
// Pure functions; values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/time.h"
#include "rules/decision.h"
#include "rules/evidence.h"
#include "shard/document.h"
#include "shard/keys.h"
#include "shard/row.h"
#include "shard/statement.h"

namespace mingma::shard {

// Numbers are part of the ledger's format.
enum class LeafKind : std::uint8_t {
  kStatement = 1,
  kCorrection = 2,
  kDecision = 3,
  kGenesis = 10,
  kInstitution = 11,
  kGrant = 12,
  kRevocation = 13,  // of a grant, or of an officer's keys
  kPolicy = 14,
  kAreaOrder = 15,
  kOfficer = 16,
  kPolicyException = 17,
  kProofRecord = 18,
  kCheckpoint = 20,  // in the control shard's ledger: another shard's checkpoint
  kHold = 21,        // a statement that is held
  kHoldEnded = 22,   // approved, refused or lapsed
  kCaseStep = 23,
  kLookUp = 24,
  kRetention = 25,  // statements expired, or keys destroyed
  kAlarm = 26,      // control shard: a notice (notice.h)
  kPaperCode = 27,
  kGuardianship = 28,
  kExchange = 29,  // given to another province; acknowledged by it
  kTrustedProvince = 30,
  kFigures = 31,  // control shard: a notice (notice.h)
};

struct Leaf {
  LeafKind kind = LeafKind::kStatement;
  InstitutionClass klass = InstitutionClass::kNone;
  std::string_view rule;  // empty: absent
  std::optional<Digest> policy;
  rules::Colour from = rules::Colour::kNone;  // from and to: decisions only
  rules::Colour to = rules::Colour::kNone;
  DivisionCode city{};  // 0: absent
  std::uint32_t hour = 0;
  std::array<std::uint8_t, 8> tag{};
  std::optional<Digest> commitment;  // personal leaves
  std::optional<Digest> document;    // public documents
};
void encode_leaf(const Leaf& leaf, Bytes& out);  // replaces `out`
Result<Leaf> decode_leaf(ByteView bytes);        // `rule` borrows from `bytes`

enum class DecisionCause : std::uint8_t {
  kRegister = 1,
  kStatements = 2,
  kTick = 3,
  kRecolour = 4,
  kHold = 5,
  kCase = 6,
  kRetention = 7,
  kImport = 8
};
std::string_view to_string(
    DecisionCause cause);  // "register", "statements", "tick", "recolour", "hold", "case", "retention", "import"

// One version in a resident's chain. Canonical CBOR; its SHA-256 is what the next version names.
struct DecisionRecord {
  ResidentId resident;
  std::uint32_t version = 0;  // first is 1
  Digest previous{};          // zero for version 1
  UnixSeconds at{};
  rules::DecisionStatus status = rules::DecisionStatus::kNoPolicy;
  rules::Colour from = rules::Colour::kNone;
  rules::Colour colour = rules::Colour::kNone;
  rules::Measure measure = rules::Measure::kNone;
  std::string rule;              // id; "default"; empty without policy
  std::optional<Digest> policy;  // hash of the policy document
  DecisionCause cause = DecisionCause::kRegister;

  bool operator==(const DecisionRecord&) const = default;
};
Bytes encode_decision_record(const DecisionRecord& record);
Result<DecisionRecord> decode_decision_record(ByteView canonical);

Digest make_opening(const ResidentKeys& keys, Sequence sequence, std::uint32_t index);
Digest make_commitment(const ResidentKeys& keys, const Digest& opening, ByteView record);
std::array<std::uint8_t, 8> make_blinded_tag(const Digest& opening, std::string_view institution);
// Finds corrected originals without revealing record numbers: first 16 bytes of HMAC(opening key, "record" ||
// institution || 0 || record).
using RecordTag = std::array<std::uint8_t, 16>;
RecordTag make_record_tag(const ResidentKeys& keys, std::string_view institution, std::string_view record);

// kDecisionsTable: resident | version u32 BE -> this.
struct StoredDecision {
  Bytes record;  // canonical DecisionRecord
  LeafIndex leaf{};
  Sequence sequence{};  // with index: makes the opening
  std::uint32_t index = 0;
  PolicyNumber policy = kNoPolicyNumber;
  rules::RuleIndex rule = rules::kDefaultRule;
};
Bytes encode_stored_decision(const StoredDecision& decision);
Result<StoredDecision> decode_stored_decision(ByteView bytes);
Bytes decision_key(const ResidentId& resident, std::uint32_t version);

// kEvidenceTable: resident | first 16 bytes of statement id -> this.
enum class EvidenceStatus : std::uint8_t {
  kEffective = 1,
  kReplaced = 2,  // a correction took its place
  kWithdrawn = 3,
  kSuperseded = 4,  // came after its own correction: never counted
  kNoEvidence = 5,  // a withdrawal: says nothing itself
  kHeld = 6,        // waits for a hand
  kLapsed = 7,      // held, and refused or lapsed: never counted
  kSuspended = 8,   // in a case: not substantiated, or overruled
  kExpired = 9,     // past its retention; its body is gone
};
std::string_view to_string(EvidenceStatus status);
// Can its institution still correct it?
inline bool is_correctable(EvidenceStatus status) {
  return status == EvidenceStatus::kEffective || status == EvidenceStatus::kSuspended;
}

struct StoredEvidence {
  StatementId id{};
  EvidenceStatus status = EvidenceStatus::kEffective;
  StatementAction action = StatementAction::kAdd;
  InstitutionNumber institution{};
  rules::Evidence evidence;
  UnixSeconds signed_at{};
  UnixSeconds received_at{};
  Sequence sequence{};
  std::uint32_t index = 0;  // of its leaf, before the shuffle
  LeafIndex leaf{};
  RecordTag record{};
  RecordTag earlier{};  // zero for kAdd
  Bytes sealed;         // canonical Statement under the resident's seal key; context = resident || id
};
void encode_stored_evidence(const StoredEvidence& evidence, Bytes& out);
Result<StoredEvidence> decode_stored_evidence(ByteView bytes);
std::array<std::uint8_t, 32> evidence_key(const ResidentId& resident, const StatementId& id);

}  // namespace mingma::shard
