// Commands: what the owner of a shard asks its machine to do. Never stored; events are.
//
// A command is refused as a whole (an Error in its result, nothing recorded) or becomes an operation of the event.
// Threading: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "shard/event.h"

namespace mingma::shard {

// Control shard. The same bytes again give `existed`; the first command of all must be the genesis document.
struct PublishCommand {
  SignedDocument document;
};

// Control shard. The note is kept and becomes a leaf; the service has verified it.
struct CheckpointCommand {
  ShardId shard{};
  Bytes note;
};

// Data shards: control records in sequence order, claims left out (their sequences are skipped). An old one gives
// `existed`.
struct FollowCommand {
  Sequence control_sequence{};
  Bytes event;
};

// Data shards. The resident's key must be in the KeySource. Registering again gives `existed` and changes nothing.
struct RegisterCommand {
  ResidentId resident;
  DivisionCode home{};  // inside the province
  Bytes sealed_person;  // at most 4 KiB; empty allowed
  rules::BirthDecade born{};
};

struct DeviceCommand {
  ResidentId resident;
  Bytes public_key;  // SEC1 uncompressed, 65 bytes, checked by the caller
};

struct StatementLine {
  Statement statement;
  std::uint32_t line = 0;
  Digest line_hash{};  // kManifest only
};

// Statements of this shard's residents under one authority; lines ascending. At most kEventStatementsMax.
struct StatementsCommand {
  AuthorityKind authority = AuthorityKind::kManifest;
  InstitutionId institution;  // "self" for kSession
  std::string key_id;
  SubmissionId submission{};  // kManifest: the manifest's submission_id; else ignored
  std::uint32_t part = 0;
  std::uint32_t part_lines = 0;  // kManifest: number of lines in the part
  Bytes document;                // kManifest: exact manifest bytes; kDocument: exact document bytes
  Bytes signature_base;          // kManifest: RFC 9421 signature base, which covers content-digest
  Bytes signature;
  // kDocument, kOfficer: further officers' signatures over the same document. At most kHandsMax with the first.
  std::vector<DocumentSignature> hands;
  std::vector<Digest> siblings;  // prove_lines() over all lines of the part
  std::vector<StatementLine> lines;
  // Sent again after CommandResult::asks were answered: what is uncounted still is held.
  bool counted = false;
};

// Data shards: an officer approves or refuses held statements; each shard acts on those it holds. An approval that
// changes nothing here is not recorded.
struct ApprovalCommand {
  std::string document;
  DocumentSignature signature;
};

// Data shards: re-decide what the clock or the control state made due. ShardMachine::due() says when to send it.
struct TickCommand {};

// ---- cases and look-ups, data shards. Who acts was authenticated by the service: `institution` is its id, empty for
// the resident; `actor` as in the operations.

// Contests the resident's present decision. When an open case contests it already, that one is given (`existed`).
struct OpenCaseCommand {
  ResidentId resident;
  CaseChannel channel = CaseChannel::kResident;
  CaseConsent consent = CaseConsent::kOwn;  // not kOwn for kCommunity and kHotline
  InstitutionId institution;
  std::string actor;     // kGuardian: the guardian's pseudonym
  std::string material;  // what the resident says; may be empty
};

// kAdded, kAccepted, kTold, kWithdrawn.
struct CaseStepCommand {
  Ticket ticket{};
  CaseStepKind kind = CaseStepKind::kAdded;
  InstitutionId institution;
  std::string actor;
  std::string material;
};

// kReplied, kDecided, kReinstated: what the signed document says (shard/case_document.h).
struct CaseDocumentCommand {
  CaseContent document;
};

// Recorded before anything is shown.
struct LookUpCommand {
  ResidentId resident;
  InstitutionId institution;
  std::string actor;
  StaffRole role = StaffRole::kInstitution;
  Duty duty = Duty::kCase;
  Ticket ticket{};  // kCase
  std::string note;
};

// ---- retention, data shards

// Ends what is past its days among the statements of rows `first`.. (bounded; CommandResult::next_row says where to go
// on).
struct ExpireCommand {
  RowNumber first{};
};

// Refused (kShardTooEarly) before its time. The service destroys the keys in the batch that carries the event.
struct DestroyKeysCommand {
  KeysToDestroy keys;
};

// Data shards. A statement of another province: `statements` has the authority kImported, one line, and the export
// material as its document. The same export again is a conflict.
struct ImportCommand {
  StatementsCommand statements;
  DivisionCode origin{};
};

// Control shard. The same text again gives `existed`; another text under the same id is kShardConflict.
struct NoticeCommand {
  Notice notice;
};

// Control shard. Answers what a data shard asked (brake_count.h); `sequence` of the result: of the event that says so.
struct CountCommand {
  ShardId shard{};
  std::vector<BrakeAsk> asks;  // 1 to kEventStatementsMax
};

using Command =
    std::variant<PublishCommand, CheckpointCommand, FollowCommand, RegisterCommand, DeviceCommand, StatementsCommand,
                 ApprovalCommand, TickCommand, OpenCaseCommand, CaseStepCommand, CaseDocumentCommand, LookUpCommand,
                 GuardianshipCommand, PaperCommand, ImportCommand, ExportCommand, AcknowledgeCommand, NoticeCommand,
                 ExpireCommand, DestroyKeysCommand, CountCommand>;

struct StatementResult {
  std::uint32_t line = 0;
  StatementId id{};
  Outcome outcome = Outcome::kAccepted;
};

struct ApprovalResult {
  StatementId id{};
  ApprovalOutcome outcome = ApprovalOutcome::kUnknown;
  std::uint8_t missing = 0;  // still
};

struct CommandResult {
  std::optional<Error> error;  // refused as a whole
  bool existed = false;
  std::optional<RowNumber> row;       // register
  std::optional<Digest> document;     // publish: SHA-256 of the document's bytes
  std::optional<LeafIndex> leaf;      // publish, checkpoint; also when it existed
  std::optional<RowNumber> next_row;  // expire: absent when done
  std::uint32_t expired = 0;          // expire: statements
  std::optional<Ticket> ticket;       // cases
  std::uint8_t look_up_flags = 0;
  std::vector<StatementResult> statements;  // in the order of the command's lines
  std::vector<ApprovalResult> approvals;    // in the order of the document
  std::vector<BrakeAsk> asks;               // with kShardUncounted: to be answered by the control shard first
  std::optional<Sequence> sequence;         // count
};

}  // namespace mingma::shard
