#include "shard/authority.h"

#include <algorithm>

#include "base/cbor.h"
#include "base/json.h"
#include "code/hcert.h"
#include "crypto/digest.h"
#include "shard/certificate.h"
#include "shard/checks.h"
#include "shard/errors.h"
#include "shard/image.h"
#include "shard/json_members.h"
#include "shard/statement_document.h"
#include "shard/tables.h"

namespace mingma::shard {
namespace {

constexpr JsonLimits kManifestLimits{.depth_max = 8, .bytes_max = 4u << 20};

// A line of the signature base: "content-digest": sha-256=:...:, perhaps among other digests.
bool covers_digest(std::string_view base, const Digest& digest) {
  const std::string wanted = "sha-256=:" + base64_encode(digest) + ":";
  constexpr std::string_view kName = "\"content-digest\": ";
  while (!base.empty()) {
    const std::size_t end = base.find('\n');
    const std::string_view line = base.substr(0, end);
    if (line.starts_with(kName)) return line.find(wanted) != std::string_view::npos;
    if (end == std::string_view::npos) return false;
    base.remove_prefix(end + 1);
  }
  return false;
}

Result<SubmissionId> parse_uuid(std::string_view text) {
  const Error wrong(errors::kShardInvalidDocument, "not a lower-case uuid", "/submission_id");
  if (text.size() != 36) return wrong;
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash != (text[i] == '-')) return wrong;
    if (!dash) digits.push_back(text[i]);
  }
  const auto bytes = hex_decode(digits);
  if (!bytes.ok() || bytes->size() != 16) return wrong;
  SubmissionId id;
  std::copy(bytes->begin(), bytes->end(), id.begin());
  return id;
}

Error mismatch(std::string_view name) {
  return Error(errors::kShardConflict, "the signed manifest says otherwise", "/" + std::string(name));
}

const Json* find_string(const Json& json, std::string_view name) {
  const Json* member = json.find(name);
  return member != nullptr && member->is_string() ? member : nullptr;
}

// The part of a manifest that a shard acts on; other members are the feed's.
Result<UnixSeconds> check_manifest_content(const StatementsCommand& command) {
  MINGMA_TRY(const Json manifest, parse_json(as_text(command.document), kManifestLimits));
  const Json* submission = find_string(manifest, "submission_id");
  if (submission == nullptr) return mismatch("submission_id");
  MINGMA_TRY(const SubmissionId id, parse_uuid(submission->string()));
  if (id != command.submission) return mismatch("submission_id");
  const Json* institution = find_string(manifest, "institution");
  if (institution == nullptr || institution->string() != command.institution) return mismatch("institution");
  const Json* created = find_string(manifest, "created");
  if (created == nullptr) return mismatch("created");
  MINGMA_TRY(const UnixSeconds at, parse_instant(created->string()));

  const Json* parts = manifest.find("parts");
  if (parts == nullptr || !parts->is_array() || command.part >= parts->array().size()) return mismatch("parts");
  const Json& part = parts->array()[command.part];
  const Json* count = part.find("count");
  if (count == nullptr || !count->is_integer() || count->integer() != command.part_lines)
    return mismatch("parts/count");
  const Json* root = find_string(part, "lines_root");
  if (root == nullptr) return mismatch("parts/lines_root");
  MINGMA_TRY(const Bytes root_bytes, base64_decode(root->string()));

  std::vector<IndexedLine> own;
  for (const StatementLine& line : command.lines) {
    if (own.empty() || own.back().line != line.line) own.push_back({line.line, line.line_hash});
    if (own.back().hash != line.line_hash)
      return Error(errors::kShardLineProof, "two statements of one line name different hashes");
  }
  MINGMA_TRY(const Digest derived, root_from_lines(command.part_lines, own, command.siblings));
  if (!equal(derived, root_bytes))
    return Error(errors::kShardLineProof, "these lines are not the ones that were signed");
  return at;
}

Result<const crypto::VerifyingKey*> find_key(const StatementsCommand& command, const ControlState& control,
                                             InstitutionNumber institution, UnixSeconds at) {
  const crypto::VerifyingKey* key = control.institution_key(institution, command.key_id, at);
  if (key == nullptr)
    return Error(errors::kShardUnknownKey, "not a key of this institution in force when it signed", command.key_id);
  return key;
}

Result<OfficerKeyRef> find_officer(const ControlState& control, const std::string& key_id, UnixSeconds signed_at,
                                   UnixSeconds now) {
  OfficerKeyRef key = control.officer_key(key_id, now);
  // A clock a little ahead does not make a fresh key old.
  if (!key || !control.officer_key(key_id, std::min(signed_at, now)))
    return Error(errors::kShardUnknownKey, "not an officer's key in force, both when it signed and now", key_id);
  return key;
}

Result<void> add_officer(const ControlState& control, const DocumentSignature& signature, UnixSeconds now, bool enters,
                         std::string_view institution, CheckedAuthority& out) {
  MINGMA_TRY(const OfficerKeyRef officer, find_officer(control, signature.key_id, out.created, now));
  if (enters && officer.officer->institution != institution)
    return Error(errors::kShardNotAuthorised, "an officer signs for the institution they belong to", signature.key_id);
  const OfficerRole role = officer.officer->role;
  if (role != OfficerRole::kExecuting && role != OfficerRole::kApproving && role != OfficerRole::kOrdering)
    return Error(errors::kShardNotAuthorised, "officers of this role sign no statements", signature.key_id);
  for (const OfficerMark& other : out.officers) {
    if (other.key_id == signature.key_id)
      return Error(errors::kShardInvalidStatement, "signed twice with one key", signature.key_id);
  }
  MINGMA_TRY(const std::uint32_t counter, verify_officer_signature(*officer.key, out.digest, signature.signature));
  out.officers.push_back({signature.key_id, counter});
  return {};
}

}  // namespace

Result<CheckedAuthority> check_manifest(const StatementsCommand& command, const ControlState& control,
                                        InstitutionNumber institution, UnixSeconds now, bool verified) {
  CheckedAuthority out;
  out.digest = crypto::sha256(command.document);
  MINGMA_TRY(out.created, check_manifest_content(command));
  if (out.created > now.plus(kClockSkewSeconds))
    return Error(errors::kShardInvalidStatement, "signed in the future", "/created");
  if (verified) return out;
  if (!covers_digest(as_text(command.signature_base), out.digest)) {
    return Error(errors::kShardBadSignature, "the signature does not cover the manifest's content-digest (sha-256)");
  }
  MINGMA_TRY(const crypto::VerifyingKey* key, find_key(command, control, institution, out.created));
  if (!key->verify(command.signature_base, command.signature))
    return Error(errors::kShardBadSignature, "the manifest's signature does not verify");
  return out;
}

Result<CheckedAuthority> check_document(const StatementsCommand& command, const ControlState& control,
                                        InstitutionNumber institution, UnixSeconds now) {
  if (command.lines.size() != 1) return Error(errors::kShardInvalidStatement, "a document holds one statement");
  const Statement& statement = command.lines.front().statement;
  const std::string_view type = statement.action == StatementAction::kAdd ? "statement" : "correction";
  MINGMA_TRY(StatementDocument document, parse_statement_document(as_text(command.document)));
  document.statement.resident = statement.resident;
  if (document.statement != statement)
    return Error(errors::kShardConflict, "the signed document says something else than the statement");
  if (statement.signed_at > now.plus(kClockSkewSeconds))
    return Error(errors::kShardInvalidStatement, "signed in the future", "/signed_at");
  CheckedAuthority out{document_digest(type, as_text(command.document)), statement.signed_at, {}};
  if (command.authority == AuthorityKind::kOfficer) {
    MINGMA_CHECK(add_officer(control, {command.key_id, command.signature}, now, true, statement.institution, out));
  } else {
    MINGMA_TRY(const crypto::VerifyingKey* key, find_key(command, control, institution, statement.signed_at));
    if (!key->verify(out.digest, command.signature))
      return Error(errors::kShardBadSignature, "the document's signature does not verify");
  }
  if (out.officers.size() + command.hands.size() > kHandsMax)
    return Error(errors::kShardTooLarge, "at most 8 officers sign one statement");
  for (const DocumentSignature& hand : command.hands)
    MINGMA_CHECK(add_officer(control, hand, now, false, statement.institution, out));
  return out;
}

Result<CheckedApproval> check_approval(const Working& working, const std::string& document,
                                       const DocumentSignature& signature) {
  CheckedApproval out;
  MINGMA_TRY(out.approval, parse_approval(document));
  if (out.approval.signed_at > working.time().plus(kClockSkewSeconds))
    return Error(errors::kShardInvalidDocument, "signed in the future", "/signed_at");
  const Digest digest = document_digest("approval", document);
  MINGMA_TRY(out.officer, find_officer(working.control(), signature.key_id, out.approval.signed_at, working.time()));
  if (out.officer.officer->id != out.approval.officer)
    return Error(errors::kShardConflict, "signed by another officer than it names", "/officer");
  MINGMA_TRY(out.mark.counter, verify_officer_signature(*out.officer.key, digest, signature.signature));
  out.mark.key_id = signature.key_id;
  return out;
}

Result<CheckedAuthority> check_certificate(const StatementsCommand& command, const ControlState& control,
                                           InstitutionNumber institution, UnixSeconds now) {
  if (command.lines.size() != 1) return Error(errors::kShardInvalidStatement, "a certificate holds one statement");
  const Statement& statement = command.lines.front().statement;
  MINGMA_TRY(const code::Hcert hcert, code::read_hcert(command.document));
  MINGMA_TRY(Statement said, statement_of_certificate(hcert.claims));
  said.resident = statement.resident;
  said.institution = statement.institution;
  if (said != statement) return Error(errors::kShardConflict, "the certificate says something else than the statement");
  if (statement.signed_at > now.plus(kClockSkewSeconds))
    return Error(errors::kShardInvalidStatement, "issued in the future");
  if (!hcert.claims.expires_at || now > *hcert.claims.expires_at)
    return Error(errors::kShardInvalidStatement, "the certificate has expired");
  MINGMA_TRY(const crypto::VerifyingKey* key, find_key(command, control, institution, statement.signed_at));
  if (!code::check_hcert_signature(hcert, *key).ok())
    return Error(errors::kShardBadSignature, "the certificate's signature does not verify");
  return CheckedAuthority{crypto::sha256(command.document), statement.signed_at};
}

Bytes encode_authority(const StatementsCommand& command) {
  CborWriter out;
  out.array(command.hands.empty() ? 3 : 4);
  out.bytes(command.document).bytes(command.signature_base).bytes(command.signature);
  if (!command.hands.empty()) out.array(command.hands.size());
  for (const DocumentSignature& hand : command.hands) out.array(2).text(hand.key_id).bytes(hand.signature);
  return out.take();
}

Result<AuthorityMaterial> decode_authority(ByteView bytes) {
  CborReader in(bytes);
  AuthorityMaterial out;
  MINGMA_TRY(const std::uint64_t fields, in.array());
  const Error damaged(errors::kShardDamaged, "a sealed authority is damaged");
  if (fields != 3 && fields != 4) return damaged;
  for (Bytes* field : {&out.document, &out.signature_base, &out.signature}) {
    MINGMA_TRY(const ByteView value, in.bytes());
    *field = to_bytes(value);
  }
  std::uint64_t hands = 0;
  if (fields == 4) {
    MINGMA_TRY(hands, in.array());
    if (hands == 0 || hands > kHandsMax) return damaged;
  }
  for (std::uint64_t i = 0; i < hands; ++i) {
    MINGMA_TRY(const std::uint64_t pair, in.array());
    if (pair != 2) return damaged;
    DocumentSignature hand;
    MINGMA_TRY(hand.key_id, in.text());
    MINGMA_TRY(const ByteView signature, in.bytes());
    hand.signature = to_bytes(signature);
    out.hands.push_back(std::move(hand));
  }
  MINGMA_CHECK(in.end());
  return out;
}

void encode_stored_authority(const StatementsOperation& operation, Bytes& out) {
  out.clear();
  ImageWriter(out)
      .number(static_cast<std::uint8_t>(operation.authority))
      .number(operation.institution.value)
      .bytes(operation.authority_digest)
      .number(static_cast<std::uint8_t>(operation.key_id.size()))
      .bytes(as_bytes(operation.key_id))
      .bytes(operation.sealed_authority);
}

Result<std::optional<StoredAuthority>> find_stored_authority(const store::Reader& reader,
                                                             const SubmissionId& submission) {
  MINGMA_TRY(const auto value, reader.get(kSubmissionsTable, submission));
  if (!value) return std::optional<StoredAuthority>{};
  ImageReader in(*value);
  StoredAuthority out;
  out.kind = static_cast<AuthorityKind>(in.number<std::uint8_t>());
  out.institution.value = in.number<std::uint32_t>();
  in.array(out.digest.bytes);
  out.key_id = as_text(in.bytes(in.number<std::uint8_t>()));
  if (!in.ok()) return Error(errors::kShardDamaged, "a stored submission is damaged; restore the shard from its log");
  out.sealed = to_bytes(in.rest());
  return std::optional<StoredAuthority>(std::move(out));
}

}  // namespace mingma::shard
