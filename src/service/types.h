// Requests and answers of the use cases (service/api.h). Plain values: no transport, no JSON, no storage.
// service/json.h turns every answer into the JSON that HTTP and the command line both show.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/time.h"
#include "rules/decision.h"
#include "rules/evidence.h"

namespace mingma::service {

struct Bilingual {
  std::string zh;
  std::string en;
};

// ---- residents ----------------------------------------------------------------------------------------------------

// Who a signed-in person is, as the identity provider proved it. Lives in memory only during a request; kept sealed.
struct Person {
  std::string document_type;    // "resident_id" (GB 11643) or "passport"
  std::string country;          // of a passport: ISO 3166-1 alpha-3, upper case; else empty
  std::string document_number;  // normalised by the service: blanks around it removed, upper case
  std::string name;
  std::optional<CivilDate> birth_date;
};

struct RegisterRequest {
  Person person;
  DivisionCode home;  // county or township inside the province
};

struct Registered {
  ResidentId resident;
  ShardId shard;
  bool existed = false;  // registering again changes nothing
};

// A phone's P-256 public key; the private half never leaves the phone.
struct EnrolDeviceRequest {
  ResidentId resident;
  Bytes public_key;  // SEC1, 65 bytes uncompressed or 33 compressed
};

struct EnrolledDevice {
  std::string device;  // 32 lower-case hex digits: first 16 bytes of SHA-256 of the uncompressed point
  bool existed = false;
};

struct Declaration {
  ResidentId resident;
  rules::Evidence evidence;  // a kind whose schema says resident_may_sign
  std::string reference;     // the client's own id, 1 to 64 bytes; the same id and content again changes nothing
};

// A foreign certificate that a resident presents as their own.
struct PresentedCertificate {
  ResidentId resident;
  Person person;     // as the identity provider proved it
  std::string text;  // "HC1:..."
};

enum class StatementOutcomeCode : std::uint8_t {
  kAccepted = 0,
  kDuplicate = 1,        // the same statement is already there
  kUnknownResident = 2,  // nobody registered under this document; recorded, without effect
  kRejected = 3,         // a check of the shard refused it: code says which
  kInvalid = 4,          // the line could not be read: code and place say why
  kIgnored = 5,          // a line that carries no statement (other resource types, other diseases)
  kHeld = 6,             // kept, and counts when the hands that are missing have signed: code says "held"
};

struct StatementOutcome {
  StatementOutcomeCode outcome = StatementOutcomeCode::kAccepted;
  std::string code;    // stable reason code; empty when accepted
  std::string place;   // where in the input; empty when it has none
  Digest statement{};  // id; zero when the line gave no statement
};

// ---- the code -----------------------------------------------------------------------------------------------------

enum class CodeForm : std::uint8_t { kPhone, kPaper };

struct CodeRequest {
  ResidentId resident;
  CodeForm form = CodeForm::kPhone;
  std::string device;  // for kPhone: whose key the credential is bound to
};

// Immutable and shared: the same object answers every display until it nears its expiry or the decision changes.
struct ShownCode {
  Bytes credential;  // COSE_Sign1; for kPaper see `text`
  std::string text;  // for kPaper: "HC1:..."; for kPhone empty, the phone makes "MM1:..." itself
  std::string json;  // the complete answer body, ready to send
  std::string etag;  // changes when the credential does
  rules::Colour colour = rules::Colour::kNone;
  UnixSeconds issued_at{};
  UnixSeconds expires_at{};
  UnixSeconds refresh_after{};  // from here on the service signs a new one
};

// ---- receipt and history ------------------------------------------------------------------------------------------

struct InstitutionSummary {
  std::string id;
  Bilingual name;
  std::string klass;  // "laboratory", "cdc", ...
  std::string phone;
};

struct DecisionView {
  rules::DecisionStatus status = rules::DecisionStatus::kNoPolicy;
  rules::Colour colour = rules::Colour::kNone;
  rules::Measure measure = rules::Measure::kNone;
  UnixSeconds since{};
  UnixSeconds horizon{};  // 0: nothing changes by the clock alone
  std::string rule_id;    // "A1"; "default" for the default colour; empty when no policy is in force
  Bilingual rule_title;
  std::string policy_id;
  std::string policy_version;
  std::string policy_document_number;
  Digest policy_hash{};
  std::uint32_t version = 0;  // in the resident's chain, first is 1
  ShardId shard{};
  LeafIndex leaf{};
};

// One statement that feeds the decision, in words.
struct Cause {
  Digest statement{};
  std::string kind;  // "contact_finding"
  Bilingual kind_words;
  rules::Evidence evidence;
  std::string source_record;
  UnixSeconds signed_at{};
  InstitutionSummary institution;     // who says so, and whom to call
  bool deciding = false;              // its kind is read by the rule that decided
  bool effective = true;              // false once corrected or withdrawn
  std::string status;                 // "effective", "held", "suspended", "expired", ... (shard::EvidenceStatus)
  std::vector<std::string> held_for;  // reasons of a hold: "hands", "flip_back", ...
  std::optional<Bilingual> origin;    // the other province that it came from: `institution` is that province's
};

// Everything needed to check a leaf without trusting this server. The three secrets are the resident's own.
struct LeafOpening {
  ShardId shard{};
  LeafIndex leaf{};
  Bytes leaf_bytes;
  Bytes record;  // canonical record the leaf commits to
  Digest opening{};
  Digest commitment_key{};
  std::string proof;  // C2SP tlog-proof text: index, inclusion path, signed checkpoint. Empty until the next checkpoint
};

// 告知书
struct Receipt {
  DecisionView decision;
  Bilingual reason;
  Bilingual way_out;
  Bilingual control_mode;
  std::string legal_basis;
  std::vector<InstitutionSummary>
      responsible;                  // those whose statements decided; for a default colour, the policy's issuer
  std::vector<Cause> causes;        // deciding ones first, newest first
  Bilingual contest;                // how to contest, with the phone
  std::optional<LeafOpening> leaf;  // absent when the record's key was destroyed
};

struct HistoryEntry {
  DecisionView decision;
  Digest record_hash{};
  Digest previous_hash{};  // zero for version 1
  std::string trigger;     // "statements", "tick", "recolour", "register"
};

struct History {
  std::vector<HistoryEntry> decisions;  // newest first
  std::vector<Cause> statements;        // newest first
};

struct Page {
  std::uint32_t offset = 0;
  std::uint32_t count_max = 50;  // at most 500
};

struct ProvinceInfo {
  DivisionCode division{};
  Bilingual name;
  std::string origin;  // ledgers are "<origin>/shard/<n>"
  Bytes pack_key;      // signs trust packs: raw Ed25519 (32 bytes) or SEC1 P-256 (65 bytes)
  std::vector<std::string> ledger_keys;
  std::uint16_t shards = 0;  // data shards 1..shards
};

// ---- institutions: submissions and signed documents ---------------------------------------------------------------

// One RFC 9421 message signature as HTTP took it apart. `base` is the exact signature base that was signed.
struct MessageSignature {
  std::string key_id;
  Bytes base;
  Bytes signature;
};

struct Caller {
  std::string institution;
  std::string key_id;
};

struct CreateSubmission {
  Bytes manifest;  // exact body bytes; the signature base must cover its content-digest (sha-256)
  MessageSignature signature;
};

enum class PartState : std::uint8_t { kMissing, kReceived, kDone };  // received: verified and spooled, being processed

struct PartStatus {
  PartState state = PartState::kMissing;
  std::uint64_t lines = 0;
  std::uint64_t processed = 0;
  std::uint64_t counts[7] = {};  // by StatementOutcomeCode
};

struct SubmissionStatus {
  std::string id;
  std::string institution;
  std::string format;
  UnixSeconds created{};
  bool complete = false;
  std::vector<PartStatus> parts;
};

struct OutcomePage {
  std::string ndjson;
  std::uint64_t next_line = 0;
  bool end = false;  // the part is done and this is its last page; false with empty ndjson: not processed so far yet
};

// A document signed over SHA-256("mingma/v1/<type>\n" || document). `document` is exact bytes, never re-serialised.
struct DocumentSignature {
  std::string key_id;
  Bytes signature;
};

struct SignedDocument {
  std::string type;  // "institution", "grant", "revocation", "policy", "area_order", "statement", "correction"
  std::string document;
  std::vector<DocumentSignature> signatures;
};

// Envelope: {"type": "...", "document": "<the document as a JSON string>", "signatures": [{"key": "...", "signature":
// "<base64>"}]}. An officer's passkey signs with {"key": "...", "webauthn": {"authenticator_data": "<base64url>",
// "client_data": "<base64url>", "signature": "<base64url>"}} instead; written back, it is the CBOR of both (base64).
Result<SignedDocument> parse_signed_document(std::string_view envelope);
std::string write_signed_document(const SignedDocument& document);

struct Published {
  Digest document_hash{};
  ShardId shard{};
  LeafIndex leaf{};
  bool existed = false;  // the same document again changes nothing
};

// ---- public -------------------------------------------------------------------------------------------------------

enum class PublicList : std::uint8_t {
  kInstitutions,
  kGrants,
  kPolicies,
  kAreaOrders,
  kPolicyExceptions,
  kProofs,
  kNeighbours
};

struct PublicDocument {
  std::string type;
  std::string id;
  Digest hash{};
  UnixSeconds from{};
  UnixSeconds until{};  // 0: no end
  bool in_force = false;
  SignedDocument signed_document;
  LeafIndex leaf{};  // in shard 0's ledger
};

struct StatisticsRequest {
  std::optional<DivisionCode> area;  // a prefecture; absent: the province, one row per prefecture
};

// Cells under `cell_min` residents are given as suppressed, and so is as much more as hides them from subtraction.
struct StatisticsCell {
  std::string area;  // division code; empty for the province
  std::string colour;
  std::string rule_id;  // empty: all rules of that colour
  std::uint64_t count = 0;
  bool suppressed = false;
};

struct Statistics {
  UnixSeconds as_of{};
  std::uint32_t cell_min = 10;
  std::vector<StatisticsCell> cells;
};

struct Blob {  // immutable bytes to send, with a validator
  std::shared_ptr<const Bytes> bytes;
  std::string etag;
  UnixSeconds expires_at{};  // 0: never changes
};

struct InclusionProof {
  LeafIndex leaf{};
  std::uint64_t tree_size = 0;
  Digest leaf_hash{};
  std::vector<Digest> path;
  std::string checkpoint;  // signed note of that tree size
};

struct ConsistencyProof {
  std::uint64_t first_size = 0;
  std::uint64_t second_size = 0;
  std::vector<Digest> path;
};

// ---- operation ----------------------------------------------------------------------------------------------------

enum class ShardState : std::uint8_t { kOpening, kServing, kStopped };

struct ShardHealth {
  ShardId shard{};
  ShardState state = ShardState::kOpening;
  std::string reason;  // why it stopped
  std::uint64_t residents = 0;
  std::uint64_t sequence = 0;
  std::uint64_t leaves = 0;
  std::uint64_t queued = 0;
  UnixSeconds checkpoint_at{};
};

struct Health {
  bool ready = false;  // every shard serves
  std::vector<ShardHealth> shards;
};

struct Metric {
  std::string name;  // "mingma_statements_total"
  std::string help;
  bool counter = true;
  std::vector<std::pair<std::string, std::string>> labels;
  double value = 0;
};

}  // namespace mingma::service
