// Control documents: who may do what, signed. Exact bytes are kept, hashed and published; they are read once, strictly.
//
// Each is one JSON object with "type"; unknown members are refused. Instants are RFC 3339. Signatures are over
//   document_digest(type, bytes) = SHA-256("mingma/v1/<type>\n" || bytes)
// with an institution's key (by key id) or a root key. Formats with examples: docs/formats/event.md, section Documents.
//
// Who signs: institution, policy, grant and revocation by "root": k of n root keys. A grant by an institution: that
// institution's key, and its own grant in force must cover the kinds, areas and dates and say may_delegate. A
// revocation: the grantor or root. An area order: an institution of class command whose division contains the area, or
// root. Where an institution signs a grant, revocation or area order, one of its ordering officers may sign instead.
// Officers' documents and their revocations: shard/officer.h.
// Threading: values. Limits: 1 MiB a document, 16 signatures, 64 roots, 32 keys an institution.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/time.h"
#include "crypto/signature.h"
#include "rules/areas.h"
#include "rules/evidence.h"
#include "shard/statement.h"

namespace mingma::shard {

inline constexpr std::size_t kDocumentBytesMax = 1u << 20;
inline constexpr std::size_t kSignaturesMax = 16;

// Numbers are part of the stored format.
enum class DocumentType : std::uint8_t {
  kGenesis = 1,
  kInstitution = 2,
  kGrant = 3,
  kRevocation = 4,
  kPolicy = 5,
  kAreaOrder = 6,
  kOfficer = 7,  // shard/officer.h
  kOfficerRevocation = 8,
  kPolicyException = 9,  // shard/policy_gate.h
  kProofRecord = 10,
  kTrustedProvince = 14,
};
inline constexpr std::uint64_t kDocumentTypeLast = 14;
std::string_view to_string(DocumentType type);  // "genesis", "institution", "grant", "revocation", "policy", ...
std::optional<DocumentType> find_document_type(std::string_view name);

struct DocumentSignature {
  std::string key_id;
  Bytes signature;
  bool operator==(const DocumentSignature&) const = default;
};

struct SignedDocument {
  DocumentType type = DocumentType::kGenesis;
  std::string bytes;  // exact
  std::vector<DocumentSignature> signatures;
  bool operator==(const SignedDocument&) const = default;
};

// What is signed. Also used with "statement" and "correction" for single statements.
Digest document_digest(std::string_view type, std::string_view bytes);

// Numbers are part of the stored format and of ledger leaves.
enum class InstitutionClass : std::uint8_t {
  kNone = 0,  // the resident, or nobody (decisions made by the clock)
  kCommand = 1,
  kHealthCommission = 2,
  kCdc = 3,
  kLaboratory = 4,
  kHospital = 5,
  kBorderPost = 6,
  kCommunity = 7,
  kOtherProvince = 8,
  kOperator = 9,  // signs checkpoints and codes; never a statement, never granted anything
  kAuditor = 10,
};
std::string_view to_string(InstitutionClass klass);  // "command", "health_commission", "cdc", "laboratory", ...
std::optional<InstitutionClass> find_institution_class(std::string_view name);
// Whatever was granted: a kind that only one class of institution has records of is signed by no other. An entry into
// the country is a border post's record (or another province's copy of it).
bool may_sign(InstitutionClass klass, rules::EvidenceKind kind);

// {"type":"genesis","province":"41","name":{"zh","en"},"origin":"mingma.example/41","shards":4,"threshold":2,
//  "roots":[{"name":"...","key":"<base64 SPKI DER>"}],"pseudonym_check":"<64 hex>","created_at":"..."}
struct Genesis {
  DivisionCode province{};
  std::string name_zh, name_en;
  std::string origin;           // ledger origins are "<origin>/shard/<n>"
  std::uint16_t shards = 1;     // data shards 1..shards; shard 0 is the control shard
  std::uint16_t threshold = 1;  // k of n
  std::vector<std::string> root_names;
  std::vector<crypto::VerifyingKey> roots;
  Digest pseudonym_check{};  // SHA-256 of the pseudonym key's HMAC of a fixed text: shows that a restored key is the
                             // right one
  UnixSeconds created_at{};
};

struct InstitutionKey {
  crypto::VerifyingKey key;
  UnixSeconds from{};
  UnixSeconds until{};  // exclusive; {0}: no end
};

// {"type":"institution","id":"...","class":"laboratory","name":{"zh","en"},"phone":"...","division":"4101",
//  "keys":[{"key":"<base64 SPKI DER>","from":"...","until":"..."}],"issued_at":"..."}
// A later document with the same id and a later issued_at replaces the earlier; the class never changes.
struct Institution {
  InstitutionId id;
  InstitutionClass klass = InstitutionClass::kNone;
  std::string name_zh, name_en, phone;
  DivisionCode division{};
  std::vector<InstitutionKey> keys;
  UnixSeconds issued_at{};
};

inline constexpr std::string_view kRootGrantor = "root";

// {"type":"grant","id":"...","grantor":"root","grantee":"...","kinds":["test_result"],"areas":["41"],"from":"...","until":"...",
//  "may_delegate":false,"document_number":"..."}
struct Grant {
  std::string id;
  std::string grantor;  // "root" or an institution
  InstitutionId grantee;
  std::uint32_t kinds = 0;  // bit EvidenceKind
  std::vector<DivisionCode> areas;
  UnixSeconds from{};
  UnixSeconds until{};  // exclusive, mandatory
  bool may_delegate = false;
  std::string document_number;
};

// {"type":"revocation","id":"...","grant":"...","from":"...","reason":"...","revoked_by":"root"}
struct Revocation {
  std::string id;
  std::string grant;
  std::string revoked_by;  // "root" or the grantor
  UnixSeconds from{};      // not before it is published: what was signed in good time stays
  std::string reason;
};

// {"type":"area_order","number":"...","issuer":"...","area":"410102","level":"high","lockdown":"none","test_interval_hours":48,
//  "from":"...","until":"...","counts_from":"..."?,"population":12000?,"reason":{"zh","en"}?}
// Where the policy in force enforces its brakes, an order that the roots have not signed states its population, and is
// neither larger nor longer than the brakes allow.
struct AreaOrderDocument {
  rules::AreaOrder order;
  std::uint32_t population = 0;  // 0: not stated
  std::string issuer;            // "root" or an institution of class command
};

Result<Genesis> parse_genesis(std::string_view bytes);
Result<Institution> parse_institution(std::string_view bytes);
Result<Grant> parse_grant(std::string_view bytes);
Result<Revocation> parse_revocation(std::string_view bytes);
Result<AreaOrderDocument> parse_area_order(std::string_view bytes);

}  // namespace mingma::shard
