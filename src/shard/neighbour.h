// Neighbouring provinces: whom the command trusts, what travels with a statement, what comes back.
//
// A statement that one institution signed as a document (AuthorityKind::kDocument) can be given to another province,
// with everything that proves it there: the document, the institution and its grants up to the origin's root keys, the
// leaf's opening, its inclusion proof and the signed checkpoint. The receiving province holds it against the
// trusted_province document that its own roots signed, and records it as evidence under AuthorityKind::kImported.
// Corrections of what was given away follow by themselves. The receiver answers with a signed acknowledgement.
//
// Neither province learns the other's pseudonyms for anything: the person is named by the identity document, inside
// what is sealed to the receiver (service/neighbour_desk.h). Formats and limits: docs/formats/exchange.md.
// Threading: values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/time.h"
#include "ledger/note.h"
#include "shard/document.h"
#include "shard/family.h"
#include "shard/statement.h"

namespace mingma::shard {

class ControlState;
struct ResidentKeys;
struct StoredEvidence;

inline constexpr std::size_t kExportBytesMax = 256u << 10;
inline constexpr std::size_t kExportDocumentsMax = 32;
inline constexpr std::size_t kExportsMax = 64;  // of one resident's statements

// {"type":"trusted_province","id":"42","institution":"P-42","name":{"zh","en"},"phone":"...","url":"https://...",
//  "genesis":"<exact text of its genesis document>","ledger_keys":["<verifier key>",...],"seal_key":"<base64, 32
//  bytes>", "sign_key":"<base64 SPKI DER>","from":"...","until":"...","issued_at":"..."}
// Signed by the root keys. `institution`: of class other_province; its grants say which kinds and areas are taken from
// there. A later document with the same id replaces the earlier.
struct TrustedProvince {
  DivisionCode province{};  // "id"
  InstitutionId institution;
  std::string name_zh, name_en, phone, url;
  std::string genesis;
  std::vector<ledger::NoteVerifier> ledger_keys;  // of <origin>/shard/<n>
  Digest seal_key{};                              // X25519
  std::optional<crypto::VerifyingKey> sign_key;   // always there; signs what it sends and acknowledges
  UnixSeconds from{};
  UnixSeconds until{};  // exclusive
  UnixSeconds issued_at{};

  bool in_force(UnixSeconds at) const { return from <= at && at < until; }
};
Result<TrustedProvince> parse_trusted_province(std::string_view bytes);

// What is sealed to the receiver. CBOR; docs/formats/exchange.md, section Material.
struct ExportMaterial {
  DivisionCode origin{};
  DivisionCode receiver{};
  Bytes statement;  // canonical, as the origin recorded it, under the origin's pseudonym
  std::string key_id;
  Bytes document;  // the signed statement or correction; it names the person
  Bytes signature;
  std::vector<std::pair<SignedDocument, UnixSeconds>> documents;  // institution and grants, with publication, in order
  DivisionCode home{};                                            // of the resident at the origin; `stay` may differ
  DivisionCode stay{};
  ShardId shard{};
  Bytes leaf;
  Digest opening{};
  Digest commitment_key{};
  std::string proof;  // C2SP tlog-proof with its checkpoint
};
Bytes encode_export(const ExportMaterial& material);
Result<ExportMaterial> decode_export(ByteView bytes);

// Names one statement given to one province, on both sides.
Digest export_id(DivisionCode origin, DivisionCode receiver, const StatementId& statement);

// What the material proves.
struct ProvedImport {
  Statement statement;      // the origin's
  StatementId origin_id{};  // its id there
  Json person;
  Institution institution;  // as the origin's roots signed it
  ShardId shard{};
  LeafIndex leaf{};
};
// Everything is checked but that the person is the resident. kShardBadProof with what is wrong.
Result<ProvedImport> prove_import(const ExportMaterial& material, const TrustedProvince& trusted,
                                  DivisionCode receiver);
// The statement as it counts here: under the institution that stands for the other province; record numbers carry the
// origin's institution, so that two of them with one number stay apart.
Statement localise(const ProvedImport& proved, const TrustedProvince& trusted, const ResidentId& resident);

// ---- what an institution orders, and what the other province answers

// {"type":"export","institution":"CDC-01","to":"41","person":{...},"record":"c-1","reason":"...","signed_at":"..."}
struct ExportOrder {
  InstitutionId institution;
  DivisionCode to{};
  Json person;
  std::string record;  // its source record
  UnixSeconds signed_at{};
};
Result<ExportOrder> parse_export_order(std::string_view bytes);

// {"type":"acknowledgement","export":"<64 hex>","from":"41","to":"42","outcome":"accepted","at":"...",
//  "shard":1,"leaf":17}   leaf: of the statement in the receiver's ledger, absent when nothing was recorded
struct Acknowledgement {
  Digest exported{};
  DivisionCode from{};
  DivisionCode to{};
  std::string outcome;
  UnixSeconds at{};
};
Result<Acknowledgement> parse_acknowledgement(std::string_view bytes);

// ---- commands, operations, table

enum class ExportBasis : std::uint8_t { kOrder = 1, kCorrection = 2 };  // a correction follows what was given away

struct ExportCommand {
  ResidentId resident;
  DivisionCode to{};
  PersonalDocument order;
};
struct AcknowledgeCommand {
  ResidentId resident;
  StatementId statement{};
  DivisionCode to{};
  Bytes document;
  std::string key_id;
  Bytes signature;
};

struct ExportOperation {
  ResidentId resident;
  StatementId statement{};
  DivisionCode to{};
  ExportBasis basis = ExportBasis::kOrder;
  InstitutionNumber institution{};  // that signed the statement
  std::string key_id;
  Digest authority{};
  Bytes sealed;  // kOrder: CBOR [document, signature, ""] under the resident's key; context: table key
  std::uint32_t leaf = kNoFamilyLeaf;
};

// Follows the statements operation of an import, and says where the statement is from.
struct ImportOperation {
  ResidentId resident;
  StatementId statement{};  // as recorded here
  Digest exported{};
  DivisionCode origin{};
  InstitutionId institution;  // of the origin
  std::string name_zh, name_en, phone;
  StatementId origin_statement{};
  ShardId shard{};  // of the origin's ledger
  LeafIndex origin_leaf{};
  std::uint8_t outcome = 0;  // Outcome
};

struct AcknowledgeOperation {
  ResidentId resident;
  StatementId statement{};
  DivisionCode to{};
  Bytes document;  // the receiver's, exact; nothing personal
  std::string key_id;
  Bytes signature;
  std::uint32_t leaf = kNoFamilyLeaf;
};

// kNeighboursTable: 'e' | resident | statement id (16) | to u32 BE.
struct StoredExport {
  ResidentId resident;
  StatementId statement{};
  DivisionCode to{};
  ExportBasis basis = ExportBasis::kOrder;
  InstitutionNumber institution{};
  std::array<std::uint8_t, 16> record{};  // record tag of the statement
  UnixSeconds at{};
  RecordPlace place;
  Bytes sealed;
  UnixSeconds acknowledged_at{};  // zero: not yet
  std::string outcome;
  RecordPlace acknowledged_place;
};
Bytes export_key(const ResidentId& resident, const StatementId& statement, DivisionCode to);
Bytes encode_stored(const StoredExport& stored);
Result<StoredExport> decode_stored_export(ByteView key, ByteView value);
Result<std::vector<StoredExport>> list_exports(const store::Reader& reader, const ResidentId& resident);
// Oldest first: kNeighboursTable 'u' | at u32 BE | export key.
Result<std::vector<StoredExport>> list_unacknowledged(const store::Reader& reader, std::size_t count_max);
Result<std::vector<StoredExport>> list_all_exports(const store::Reader& reader, std::size_t count_max);

// The document behind a statement that an institution signed by itself; kShardInvalidStatement for any other.
struct SignedStatement {
  std::string key_id;
  Bytes document;
  Bytes signature;
};
Result<SignedStatement> find_signed_statement(const store::Reader& reader, const StoredEvidence& evidence,
                                              const Digest& body_key);

// kNeighboursTable: 'i' | resident | statement id (16), and 'I' | export id.
struct StoredImport {
  ImportOperation import;
  UnixSeconds at{};
};
Result<std::optional<StoredImport>> find_import(const store::Reader& reader, const ResidentId& resident,
                                                const StatementId& statement);
Result<std::optional<StoredImport>> find_import(const store::Reader& reader, const Digest& exported);

}  // namespace mingma::shard
