#include "shard/officer.h"

#include <algorithm>
#include <array>

#include "shard/document_reading.h"

namespace mingma::shard {
namespace {

constexpr std::array<std::string_view, 8> kRoles{"",        "executing", "approving", "ordering",
                                                 "hotline", "auditor",   "case",      "community"};
constexpr std::size_t kOfficerKeysMax = 16;
constexpr std::size_t kOfficerIdBytesMax = 97;

Result<std::string> read_officer_id(JsonMembers& members, std::string_view name) {
  MINGMA_TRY(std::string id, members.text(name, kOfficerIdBytesMax));
  const std::size_t slash = id.find('/');
  const auto plain = [](std::string_view part) {
    return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' || c == '-' ||
             c == '_';
    });
  };
  if (slash == std::string::npos || !plain(std::string_view(id).substr(0, slash)) ||
      !plain(std::string_view(id).substr(slash + 1)))
    return members.fail(name, "not <institution>/<name> of letters, digits, '.', '-' and '_'");
  return id;
}

Result<Bytes> read_base64url(JsonMembers& members, std::string_view name) {
  MINGMA_TRY(const std::string text, members.text(name, 2 * crypto::kWebAuthnBytesMax));
  auto bytes = base64url_decode(text);
  if (!bytes.ok()) return members.fail(name, "not base64url without padding");
  return bytes;
}

Result<void> read_passkey(JsonMembers& members, OfficerKey& key) {
  MINGMA_TRY(key.credential, read_base64url(members, "credential"));
  MINGMA_TRY(key.scope.rp_id, members.text("rp_id"));
  MINGMA_TRY(key.scope.origin, members.text("origin"));
  MINGMA_TRY(key.registration.attestation_object, read_base64url(members, "attestation"));
  MINGMA_TRY(key.registration.client_data, read_base64url(members, "client_data"));
  if (!crypto::scope_is_sound(key.scope)) return members.fail("origin", "not a secure page of the relying party");
  return {};
}

Result<void> read_officer_keys(JsonMembers& members, Officer& officer) {
  MINGMA_TRY(const Json::Array* keys, members.array("keys", kOfficerKeysMax));
  for (std::size_t i = 0; i < keys->size(); ++i) {
    MINGMA_TRY(JsonMembers item, JsonMembers::open((*keys)[i], "/keys/" + std::to_string(i)));
    MINGMA_TRY(const std::string kind, item.text("kind"));
    if (kind != "key" && kind != "passkey") return item.fail("kind", "neither key nor passkey");
    MINGMA_TRY(crypto::VerifyingKey public_key, read_key(item));
    OfficerKey key{.kind = kind == "key" ? OfficerKeyKind::kKey : OfficerKeyKind::kPasskey,
                   .key = std::move(public_key)};
    MINGMA_TRY(key.from, item.instant("from"));
    MINGMA_TRY(key.until, item.optional_instant("until"));
    if (key.until != UnixSeconds{} && key.until <= key.from) return item.fail("until", "not later than from");
    if (key.kind == OfficerKeyKind::kPasskey) MINGMA_CHECK(read_passkey(item, key));
    MINGMA_CHECK(item.end());
    for (const OfficerKey& other : officer.keys) {
      if (other.key == key.key) return item.fail("key", "this key is there already");
    }
    officer.keys.push_back(std::move(key));
  }
  return {};
}

}  // namespace

std::string_view to_string(OfficerRole role) { return kRoles[static_cast<std::size_t>(role)]; }

std::optional<OfficerRole> find_officer_role(std::string_view name) {
  const auto found = std::find(kRoles.begin() + 1, kRoles.end(), name);
  if (found == kRoles.end()) return std::nullopt;
  return static_cast<OfficerRole>(found - kRoles.begin());
}

std::string_view to_string(OfficerKeyKind kind) { return kind == OfficerKeyKind::kKey ? "key" : "passkey"; }

Result<Officer> parse_officer(std::string_view bytes) {
  MINGMA_TRY(const ParsedDocument parsed, parse_document(bytes));
  MINGMA_TRY(JsonMembers members, open_document(parsed, DocumentType::kOfficer));
  Officer officer;
  MINGMA_TRY(officer.id, read_officer_id(members, "id"));
  MINGMA_TRY(officer.institution, read_institution_id(members, "institution"));
  if (!officer.id.starts_with(officer.institution + "/"))
    return members.fail("id", "does not begin with the institution");
  MINGMA_TRY(const std::string role, members.text("role"));
  const auto found = find_officer_role(role);
  if (!found) return members.fail("role", "no such role");
  officer.role = *found;
  MINGMA_TRY(Names names, read_names(members, "name"));
  officer.name_zh = std::move(names.zh);
  officer.name_en = std::move(names.en);
  MINGMA_TRY(officer.phone, members.optional_text("phone", 64));
  MINGMA_CHECK(read_officer_keys(members, officer));
  MINGMA_TRY(officer.issued_at, members.instant("issued_at"));
  MINGMA_CHECK(members.end());
  return officer;
}

Result<OfficerRevocation> parse_officer_revocation(std::string_view bytes) {
  MINGMA_TRY(const ParsedDocument parsed, parse_document(bytes));
  MINGMA_TRY(JsonMembers members, open_document(parsed, DocumentType::kOfficerRevocation));
  OfficerRevocation revocation;
  MINGMA_TRY(revocation.id, read_id(members, "id"));
  MINGMA_TRY(revocation.officer, read_officer_id(members, "officer"));
  MINGMA_TRY(revocation.key, members.optional_text("key", 16));
  MINGMA_TRY(revocation.revoked_by, read_signer(members, "revoked_by"));
  MINGMA_TRY(revocation.from, members.instant("from"));
  MINGMA_TRY(revocation.reason, members.text("reason", 1'024));
  MINGMA_CHECK(members.end());
  return revocation;
}

Digest registration_challenge(std::string_view officer) { return document_digest("officer_registration", officer); }

Result<crypto::RegisteredCredential> check_registration(std::string_view officer, const OfficerKey& key) {
  MINGMA_TRY(auto registered,
             crypto::verify_registration(key.registration, key.scope, registration_challenge(officer)));
  if (!(registered.credential.key == key.key) || registered.credential.id != key.credential)
    return Error(errors::kShardInvalidDocument, "the registration is of another key or credential", "/keys");
  return registered;
}

Result<std::uint32_t> verify_officer_signature(const OfficerKey& key, const Digest& digest, ByteView signature) {
  if (key.kind == OfficerKeyKind::kKey) {
    if (!key.key.verify(digest, signature))
      return Error(errors::kShardBadSignature, "the officer's signature does not verify", key.key.key_id());
    return std::uint32_t{0};
  }
  MINGMA_TRY(const crypto::WebAuthnAssertion assertion, crypto::decode_assertion(signature));
  return crypto::verify_assertion(assertion, key.key, key.scope, digest);
}

}  // namespace mingma::shard
