#include "service/bundle_signatures.h"

#include <algorithm>

#include "crypto/digest.h"
#include "feed/feed.h"
#include "service/errors.h"
#include "service/manifest.h"
#include "shard/hold.h"
#include "shard/line_proof.h"
#include "shard/statement_document.h"

namespace mingma::service {
namespace {

Result<const crypto::VerifyingKey*> find_key(const shard::ControlState& control, const shard::Statement& statement,
                                             const std::string& key_id, const std::string& where) {
  const crypto::VerifyingKey* key =
      control.institution_key(control.institution_number(statement.institution), key_id, statement.signed_at);
  if (key == nullptr)
    return bundle_refused("signed with no key of " + statement.institution + " in force when it signed", where);
  return key;
}

// The officer's institution.
Result<std::string> check_officer(const shard::ControlState& control, const shard::DocumentSignature& signature,
                                  const Digest& digest, UnixSeconds at, const std::string& where) {
  const shard::OfficerKeyRef key = control.officer_key(signature.key_id, at);
  if (!key) return bundle_refused("signed with no officer's key in force when it signed", where);
  if (!shard::verify_officer_signature(*key.key, digest, signature.signature).ok())
    return bundle_refused("the officer's signature does not verify", where);
  return key.officer->institution;
}

Result<CheckedAuthority> check_document(const Json& json, const shard::Statement& statement,
                                        const shard::ControlState& control, const std::string& key_id, bool by_officer,
                                        const std::string& where) {
  MINGMA_TRY(const Bytes document, bundle_bytes(json, "document", where));
  MINGMA_TRY(const Bytes signature, bundle_bytes(json, "signature", where));
  auto parsed = shard::parse_statement_document(as_text(document));
  if (!parsed.ok()) return bundle_refused("the signed document cannot be read", where);
  parsed->statement.resident = statement.resident;
  if (parsed->statement != statement)
    return bundle_refused("the signed document says something else than the leaf's record", where);
  const std::string_view type = statement.action == shard::StatementAction::kAdd ? "statement" : "correction";
  const Digest digest = shard::document_digest(type, as_text(document));
  CheckedAuthority out{key_id, by_officer ? "officer" : "document", true, {}};
  if (by_officer) {
    MINGMA_TRY(const std::string institution,
               check_officer(control, {key_id, signature}, digest, statement.signed_at, where));
    if (institution != statement.institution) return bundle_refused("an officer of another institution", where);
    out.officers.push_back(key_id);
  } else {
    MINGMA_TRY(const crypto::VerifyingKey* key, find_key(control, statement, key_id, where));
    if (!key->verify(digest, signature)) return bundle_refused("the institution's signature does not verify", where);
  }
  if (json.find("hands") == nullptr) return out;
  MINGMA_TRY(const Json::Array* hands, bundle_array(json, "hands", where));
  for (const Json& hand : *hands) {
    shard::DocumentSignature one;
    MINGMA_TRY(one.key_id, bundle_text(hand, "key", where + "/hands"));
    MINGMA_TRY(one.signature, bundle_bytes(hand, "signature", where + "/hands"));
    MINGMA_TRY(const std::string institution,
               check_officer(control, one, digest, statement.signed_at, where + "/hands"));
    if (institution.empty()) return bundle_refused("an officer of no institution", where + "/hands");
    out.officers.push_back(one.key_id);
  }
  return out;
}

Result<std::vector<Digest>> read_siblings(const Json& line, const std::string& where) {
  MINGMA_TRY(const Json::Array* list, bundle_array(line, "siblings", where));
  std::vector<Digest> out;
  for (const Json& one : *list) {
    const auto bytes = one.is_string() ? base64_decode(one.string()) : Result<Bytes>(bundle_refused("", where));
    if (!bytes.ok() || bytes->size() != 32) return bundle_refused("a sibling is no hash", where);
    Digest digest;
    std::copy(bytes->begin(), bytes->end(), digest.bytes.begin());
    out.push_back(digest);
  }
  return out;
}

// That the line is under the signed root, and says the statement.
Result<void> check_line(const Json& json, const Manifest& manifest, const shard::Statement& statement,
                        UnixSeconds received_at, const std::string& where) {
  MINGMA_TRY(const std::uint64_t part, bundle_number(json, "part", where));
  MINGMA_TRY(const std::uint64_t number, bundle_number(json, "line", where));
  MINGMA_TRY(const std::uint64_t count, bundle_number(json, "part_lines", where));
  MINGMA_TRY(const Bytes text, bundle_bytes(json, "text", where));
  Bytes header;
  if (json.find("header") != nullptr) {
    MINGMA_TRY(header, bundle_bytes(json, "header", where));
  }
  MINGMA_TRY(const std::vector<Digest> siblings, read_siblings(json, where));
  if (part >= manifest.parts.size() || manifest.parts[part].count != count || number >= count)
    return bundle_refused("the manifest has no such line", where);
  const crypto::HmacKey salt(manifest.salt);
  std::vector<shard::IndexedLine> own;
  if (!header.empty() && number != 0) own.push_back({0, salt.mac(header)});
  own.push_back({static_cast<std::uint32_t>(number), salt.mac(text)});
  const auto root = shard::root_from_lines(count, own, siblings);
  if (!root.ok() || *root != manifest.parts[part].lines_root)
    return bundle_refused("the line is not among those that were signed", where);
  feed::FeedContext context;
  context.received_at = received_at;
  feed::FeedParser parser(manifest.format, context);
  feed::LineResult result;
  if (manifest.format == feed::FeedFormat::kLabCsv) parser.parse(as_text(header), result);
  parser.parse(as_text(text), result);
  const bool said = std::any_of(result.statements.begin(), result.statements.end(), [&](const auto& one) {
    return one.evidence == statement.evidence && one.action == statement.action &&
           one.source_record == statement.source_record && one.earlier_record == statement.earlier_record &&
           one.reason == statement.reason;
  });
  if (!said) return bundle_refused("the signed line says something else than the leaf's record", where);
  return {};
}

Result<CheckedAuthority> check_manifest(const Json& json, const shard::Statement& statement,
                                        const shard::ControlState& control, UnixSeconds received_at,
                                        const std::string& key_id, const std::string& where) {
  MINGMA_TRY(const Bytes document, bundle_bytes(json, "document", where));
  MINGMA_TRY(const Bytes base, bundle_bytes(json, "signature_base", where));
  MINGMA_TRY(const Bytes signature, bundle_bytes(json, "signature", where));
  const auto manifest = parse_manifest(as_text(document));
  if (!manifest.ok()) return bundle_refused("the manifest cannot be read", where);
  if (manifest->institution != statement.institution || manifest->created != statement.signed_at)
    return bundle_refused("the manifest is not the statement's", where);
  if (!check_covered_digest(base, document).ok())
    return bundle_refused("the signature does not cover the manifest", where);
  MINGMA_TRY(const crypto::VerifyingKey* key, find_key(control, statement, key_id, where));
  if (!key->verify(base, signature)) return bundle_refused("the institution's signature does not verify", where);
  const Json* line = json.find("line");
  if (line == nullptr) return CheckedAuthority{key_id, "manifest", true, {}};
  MINGMA_CHECK(check_line(*line, *manifest, statement, received_at, where));
  return CheckedAuthority{key_id, "line", true, {}};
}

}  // namespace

Result<CheckedApprovalHand> check_approval(const Json& json, const shard::Statement& statement,
                                           const shard::ControlState& control, const std::string& where) {
  shard::DocumentSignature signature;
  MINGMA_TRY(const std::string document, bundle_text(json, "document", where));
  MINGMA_TRY(signature.key_id, bundle_text(json, "key", where));
  MINGMA_TRY(signature.signature, bundle_bytes(json, "signature", where));
  MINGMA_TRY(const std::uint64_t hand, bundle_number(json, "hand", where));
  const auto approval = shard::parse_approval(document);
  if (!approval.ok()) return bundle_refused("no approval", where);
  const auto& named = approval->statements;
  if (approval->refuses || std::find(named.begin(), named.end(), shard::statement_id(statement)) == named.end())
    return bundle_refused("the approval is not of this statement", where);
  MINGMA_TRY(
      const std::string institution,
      check_officer(control, signature, shard::document_digest("approval", document), approval->signed_at, where));
  const shard::OfficerRole role = control.officer_key(signature.key_id, approval->signed_at).officer->role;
  const bool decides = role == shard::OfficerRole::kApproving || role == shard::OfficerRole::kOrdering;
  const bool may = hand == shard::kHandOrdered ? role == shard::OfficerRole::kOrdering
                   : hand == shard::kHandApproved
                       ? decides
                       : hand == shard::kHandExecuted && institution == statement.institution;
  if (!may) return bundle_refused("not a hand that this officer can give", where);
  return CheckedApprovalHand{signature.key_id, static_cast<std::uint8_t>(hand)};
}

Error bundle_refused(std::string message, std::string where) {
  return Error(errors::kBundleRefused, std::move(message), std::move(where));
}

Result<const Json*> bundle_member(const Json& json, std::string_view name, const std::string& where) {
  const Json* member = json.find(name);
  if (member == nullptr) return bundle_refused("is missing", where + "/" + std::string(name));
  return member;
}

Result<const Json::Array*> bundle_array(const Json& json, std::string_view name, const std::string& where) {
  MINGMA_TRY(const Json* member, bundle_member(json, name, where));
  if (!member->is_array()) return bundle_refused("is no array", where + "/" + std::string(name));
  return &member->array();
}

Result<std::string> bundle_text(const Json& json, std::string_view name, const std::string& where) {
  MINGMA_TRY(const Json* member, bundle_member(json, name, where));
  if (!member->is_string()) return bundle_refused("is no text", where + "/" + std::string(name));
  return member->string();
}

Result<Bytes> bundle_bytes(const Json& json, std::string_view name, const std::string& where) {
  MINGMA_TRY(const std::string text, bundle_text(json, name, where));
  auto bytes = base64_decode(text);
  if (!bytes.ok()) return bundle_refused("is no base64", where + "/" + std::string(name));
  return bytes;
}

Result<Digest> bundle_digest(const Json& json, std::string_view name, const std::string& where) {
  MINGMA_TRY(const Bytes bytes, bundle_bytes(json, name, where));
  if (bytes.size() != 32) return bundle_refused("is no digest", where + "/" + std::string(name));
  Digest digest;
  std::copy(bytes.begin(), bytes.end(), digest.bytes.begin());
  return digest;
}

Result<std::uint64_t> bundle_number(const Json& json, std::string_view name, const std::string& where) {
  MINGMA_TRY(const Json* member, bundle_member(json, name, where));
  if (!member->is_integer() || member->integer() < 0)
    return bundle_refused("is no number", where + "/" + std::string(name));
  return static_cast<std::uint64_t>(member->integer());
}

Result<UnixSeconds> bundle_instant(const Json& json, std::string_view name, const std::string& where) {
  MINGMA_TRY(const std::string text, bundle_text(json, name, where));
  auto instant = parse_instant(text);
  if (!instant.ok()) return bundle_refused("is no instant", where + "/" + std::string(name));
  return instant;
}

Result<CheckedAuthority> check_authority(const Json& json, const shard::Statement& statement,
                                         const shard::ControlState& control, UnixSeconds received_at,
                                         const std::string& where) {
  MINGMA_TRY(const std::string kind, bundle_text(json, "kind", where));
  if (kind == "session") {
    if (statement.institution != "self") return bundle_refused("an institution's statement has no signature", where);
    return CheckedAuthority{{}, "session", false, {}};
  }
  if (statement.institution == "self") return bundle_refused("a resident's declaration is signed by no key", where);
  MINGMA_TRY(const std::string key_id, bundle_text(json, "key", where));
  if (json.find("document") == nullptr) return CheckedAuthority{key_id, "destroyed", false, {}};
  if (kind == "document" || kind == "officer")
    return check_document(json, statement, control, key_id, kind == "officer", where);
  if (kind == "manifest") return check_manifest(json, statement, control, received_at, key_id, where);
  return bundle_refused("no such authority", where);
}

}  // namespace mingma::service
