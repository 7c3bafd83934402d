#include "shard/neighbour.h"

#include "base/cbor.h"
#include "crypto/digest.h"
#include "ledger/hash.h"
#include "ledger/tlog_proof.h"
#include "shard/authority.h"
#include "shard/control.h"
#include "shard/errors.h"
#include "shard/record.h"
#include "shard/statement_document.h"

namespace mingma::shard {
namespace {

constexpr std::uint64_t kMaterialVersion = 1;
constexpr std::uint64_t kMaterialFields = 14;

Error bad(std::string what) { return Error(errors::kShardBadProof, std::move(what)); }
Error bad(std::string_view what, const Error& error) { return bad(std::string(what) + ": " + error.to_string()); }

void write(CborWriter& out, const SignedDocument& document, UnixSeconds published_at) {
  out.array(4).unsigned_integer(static_cast<std::uint8_t>(document.type)).bytes(as_bytes(document.bytes));
  out.array(document.signatures.size());
  for (const DocumentSignature& signature : document.signatures)
    out.array(2).text(signature.key_id).bytes(signature.signature);
  out.integer(published_at.value);
}

Result<std::uint64_t> count_of(CborReader& in, std::uint64_t max) {
  MINGMA_TRY(const std::uint64_t count, in.array());
  if (count > max) return bad("too many items");
  return count;
}

Result<std::pair<SignedDocument, UnixSeconds>> read_signed_document(CborReader& in) {
  MINGMA_TRY(const std::uint64_t fields, in.array());
  if (fields != 4) return bad("a document of the wrong form");
  SignedDocument out;
  MINGMA_TRY(const std::uint64_t type, in.unsigned_integer());
  if (type != static_cast<std::uint64_t>(DocumentType::kInstitution) &&
      type != static_cast<std::uint64_t>(DocumentType::kGrant)) {
    return bad("only institutions and grants travel with a statement");
  }
  out.type = static_cast<DocumentType>(type);
  MINGMA_TRY(const ByteView bytes, in.bytes());
  out.bytes = as_text(bytes);
  MINGMA_TRY(const std::uint64_t signatures, count_of(in, kSignaturesMax));
  for (std::uint64_t i = 0; i < signatures; ++i) {
    MINGMA_TRY(const std::uint64_t pair, in.array());
    if (pair != 2) return bad("a signature of the wrong form");
    DocumentSignature signature;
    MINGMA_TRY(signature.key_id, in.text());
    MINGMA_TRY(const ByteView raw, in.bytes());
    signature.signature = to_bytes(raw);
    out.signatures.push_back(std::move(signature));
  }
  UnixSeconds published_at;
  MINGMA_TRY(published_at.value, in.integer());
  return std::pair(std::move(out), published_at);
}

Result<void> read_bytes(CborReader& in, Bytes& out) {
  MINGMA_TRY(const ByteView bytes, in.bytes());
  out = to_bytes(bytes);
  return {};
}

Result<void> read_digest(CborReader& in, Digest& out) {
  MINGMA_TRY(const ByteView bytes, in.bytes());
  MINGMA_TRY(out, Digest::from(bytes));
  return {};
}

Result<void> read_division(CborReader& in, DivisionCode& out) {
  MINGMA_TRY(const std::uint64_t value, in.unsigned_integer());
  if (value > 999'999'999) return bad("no division code");
  out.value = static_cast<std::uint32_t>(value);
  return {};
}

// The origin's control state, out of nothing but what its roots signed.
Result<ControlState> rebuild_control(const ExportMaterial& material, const TrustedProvince& trusted) {
  ControlState control;
  SignedDocument genesis{.type = DocumentType::kGenesis, .bytes = trusted.genesis};  // trusted as our roots signed it
  MINGMA_CHECK(control.add({.document = std::move(genesis)}));
  for (const auto& [document, published_at] : material.documents) {
    if (auto checked = control.check(document, published_at); !checked.ok())
      return bad("a document of the origin is not valid there", checked.error());
    MINGMA_CHECK(control.add({.document = document, .published_at = published_at}));
  }
  return control;
}

// The signed document says what was recorded, and its signer might say it.
Result<void> prove_authority(const ExportMaterial& material, const ControlState& control, const Statement& statement) {
  StatementsCommand command{.authority = AuthorityKind::kDocument,
                            .institution = statement.institution,
                            .key_id = material.key_id,
                            .document = material.document,
                            .signature = material.signature};
  command.lines.push_back({statement, 0, {}});
  const InstitutionNumber number = control.institution_number(statement.institution);
  if (number == kSelf) return bad("the origin's institution is not among the documents");
  if (auto checked = check_document(command, control, number, statement.signed_at); !checked.ok())
    return bad("the signed document does not hold", checked.error());
  const UnixSeconds at = statement.signed_at;
  const rules::EvidenceKind kind = statement.evidence.kind;
  if (!control.authorised(number, kind, material.home, at, at) &&
      !control.authorised(number, kind, material.stay, at, at))
    return bad("no unbroken chain of grants covers this statement at its origin");
  return {};
}

// The statement stands in the origin's ledger, under a checkpoint that the origin signed.
Result<LeafIndex> prove_leaf(const ExportMaterial& material, const TrustedProvince& trusted, const Genesis& genesis,
                             const Statement& statement, const Institution& institution) {
  const auto leaf = decode_leaf(material.leaf);
  if (!leaf.ok()) return bad("no leaf", leaf.error());
  const bool correction = statement.action != StatementAction::kAdd;
  if (leaf->kind != (correction ? LeafKind::kCorrection : LeafKind::kStatement) || leaf->klass != institution.klass ||
      leaf->city != material.home.prefecture()) {
    return bad("the leaf is of something else");
  }
  const Digest commitment = crypto::HmacKey(material.commitment_key).mac({material.opening, material.statement});
  if (leaf->commitment != commitment || leaf->tag != make_blinded_tag(material.opening, institution.id))
    return bad("the leaf does not open to this statement");
  const std::string origin = genesis.origin + "/shard/" + std::to_string(material.shard.value);
  ledger::LogPolicy policy{.origin = origin};
  for (const ledger::NoteVerifier& key : trusted.ledger_keys) {
    if (key.name() == origin) policy.log_keys.push_back(key);
  }
  const auto proof = ledger::parse_tlog_proof(material.proof);
  if (!proof.ok()) return bad("no proof", proof.error());
  if (auto verified = ledger::verify_tlog_proof(*proof, ledger::leaf_hash(material.leaf), policy); !verified.ok())
    return bad("the leaf is not in the origin's ledger", verified.error());
  return proof->index;
}

std::string local_record(const InstitutionId& institution, const std::string& record) {
  const std::string text = institution + ":" + record;
  if (text.size() <= 64) return text;
  return "sha256:" + hex_encode(ByteView(crypto::sha256(as_bytes(text))).first(24));
}

}  // namespace

Bytes encode_export(const ExportMaterial& material) {
  CborWriter out;
  out.array(kMaterialFields).unsigned_integer(kMaterialVersion);
  out.array(2).unsigned_integer(material.origin.value).unsigned_integer(material.receiver.value);
  out.bytes(material.statement).text(material.key_id).bytes(material.document).bytes(material.signature);
  out.array(material.documents.size());
  for (const auto& [document, published_at] : material.documents) write(out, document, published_at);
  out.unsigned_integer(material.home.value).unsigned_integer(material.stay.value);
  out.unsigned_integer(material.shard.value).bytes(material.leaf).bytes(material.opening);
  out.bytes(material.commitment_key).text(material.proof);
  return out.take();
}

Result<ExportMaterial> decode_export(ByteView bytes) {
  if (bytes.size() > kExportBytesMax) return Error(errors::kShardTooLarge, "an exported statement is at most 256 KiB");
  CborReader in(bytes);
  ExportMaterial out;
  MINGMA_TRY(const std::uint64_t fields, in.array());
  MINGMA_TRY(const std::uint64_t version, in.unsigned_integer());
  if (fields != kMaterialFields || version != kMaterialVersion) return bad("a material of another version");
  MINGMA_TRY(const std::uint64_t ends, in.array());
  if (ends != 2) return bad("origin and receiver are wanted");
  MINGMA_CHECK(read_division(in, out.origin));
  MINGMA_CHECK(read_division(in, out.receiver));
  MINGMA_CHECK(read_bytes(in, out.statement));
  MINGMA_TRY(out.key_id, in.text());
  MINGMA_CHECK(read_bytes(in, out.document));
  MINGMA_CHECK(read_bytes(in, out.signature));
  MINGMA_TRY(const std::uint64_t documents, count_of(in, kExportDocumentsMax));
  for (std::uint64_t i = 0; i < documents; ++i) {
    MINGMA_TRY(auto document, read_signed_document(in));
    out.documents.push_back(std::move(document));
  }
  MINGMA_CHECK(read_division(in, out.home));
  MINGMA_CHECK(read_division(in, out.stay));
  MINGMA_TRY(const std::uint64_t shard, in.unsigned_integer());
  if (shard > 0xffff) return bad("no such shard");
  out.shard.value = static_cast<std::uint16_t>(shard);
  MINGMA_CHECK(read_bytes(in, out.leaf));
  MINGMA_CHECK(read_digest(in, out.opening));
  MINGMA_CHECK(read_digest(in, out.commitment_key));
  MINGMA_TRY(out.proof, in.text());
  MINGMA_CHECK(in.end());
  return out;
}

Digest export_id(DivisionCode origin, DivisionCode receiver, const StatementId& statement) {
  return crypto::sha256_concat({as_bytes("mingma/v1/export-id\n"), as_bytes(origin.to_string()), as_bytes("/"),
                                as_bytes(receiver.to_string()), as_bytes("/"), statement});
}

Result<ProvedImport> prove_import(const ExportMaterial& material, const TrustedProvince& trusted,
                                  DivisionCode receiver) {
  if (material.origin != trusted.province || material.receiver != receiver)
    return bad("it was given away by, or to, another province");
  if (!material.origin.contains(material.home)) return bad("the resident's home lies outside the origin");
  MINGMA_TRY(const ControlState control, rebuild_control(material, trusted));
  ProvedImport out;
  auto statement = decode_statement(material.statement);
  if (!statement.ok()) return bad("no statement", statement.error());
  out.statement = std::move(statement).value();
  out.origin_id = statement_id(out.statement);
  MINGMA_CHECK(prove_authority(material, control, out.statement));
  MINGMA_TRY(StatementDocument document, parse_statement_document(as_text(material.document)));
  out.person = std::move(document.person);
  out.institution = *control.find_institution(out.statement.institution);
  out.shard = material.shard;
  MINGMA_TRY(out.leaf, prove_leaf(material, trusted, control.genesis(), out.statement, out.institution));
  return out;
}

Statement localise(const ProvedImport& proved, const TrustedProvince& trusted, const ResidentId& resident) {
  Statement out = proved.statement;
  out.resident = resident;
  out.institution = trusted.institution;
  out.source_record = local_record(proved.institution.id, proved.statement.source_record);
  if (out.action != StatementAction::kAdd)
    out.earlier_record = local_record(proved.institution.id, proved.statement.earlier_record);
  return out;
}

}  // namespace mingma::shard
