// Officers: the persons who sign for an institution, and their keys. Control documents like the others (document.h).
//
// {"type":"officer","id":"cdc-1/zhang.wei","institution":"cdc-1","role":"executing","name":{"zh","en"},"phone":"..."?,
//  "keys":[{"kind":"key","key":"<base64 SPKI DER>","from":"...","until":"..."?},
//          {"kind":"passkey","key":"<base64 SPKI DER>","credential":"<base64url>","rp_id":"mingma.example",
//           "origin":"https://console.mingma.example","attestation":"<base64url attestationObject>",
//           "client_data":"<base64url clientDataJSON>","from":"...","until":"..."?}],
//  "issued_at":"..."}
// A later document with the same id and a later issued_at replaces the earlier; the institution never changes. A key
// that the later one leaves out has ended with it.
//
// Signed by a key in force of the institution, or by k of n roots, and besides by every key in it that the document
// before did not hold: who enrols a key shows that it is theirs. A passkey signs by an assertion over
// document_digest("officer", bytes), which asks for its user; its registration was made for
// registration_challenge(id). A key belongs to one officer and is nobody else's, no institution's and no root's, for
// ever: neither is one that was revoked enrolled again. Operators have no officers.
//
// {"type":"officer_revocation","id":"...","officer":"cdc-1/zhang.wei","key":"<key
// id>"?,"revoked_by":"cdc-1","from":"...",
//  "reason":"lost"}
// Signed by the institution or the roots. Without "key": all of the officer's keys, and the officer.
//
// How an officer's key signs a document: key file, the signature over the document's digest as institutions sign it;
// passkey, encode_assertion() of an assertion whose challenge is the digest.
// Threading: values. Limits: 16 keys an officer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/webauthn.h"
#include "shard/document.h"

namespace mingma::shard {

// Numbers are part of the stored format.
enum class OfficerRole : std::uint8_t {
  kExecuting = 1,  // enters statements
  kApproving = 2,  // approves what others entered
  kOrdering = 3,   // decides: orders statements, area orders, grants; approves too
  kHotline = 4,
  kAuditor = 5,
  kCase = 6,       // works on cases at an institution
  kCommunity = 7,  // helps residents in person
};
std::string_view to_string(OfficerRole role);  // "executing", "approving", "ordering", "hotline", "auditor", ...
std::optional<OfficerRole> find_officer_role(std::string_view name);

enum class OfficerKeyKind : std::uint8_t { kKey = 1, kPasskey = 2 };
std::string_view to_string(OfficerKeyKind kind);  // "key", "passkey"

struct OfficerKey {
  OfficerKeyKind kind = OfficerKeyKind::kKey;
  crypto::VerifyingKey key;
  UnixSeconds from{};
  UnixSeconds until{};  // exclusive; {0}: no end
  // Passkeys only.
  Bytes credential;
  crypto::WebAuthnScope scope;
  crypto::WebAuthnRegistration registration;
};

struct Officer {
  std::string id;  // "<institution>/<name>", at most 97 bytes
  InstitutionId institution;
  OfficerRole role = OfficerRole::kExecuting;
  std::string name_zh, name_en, phone;
  std::vector<OfficerKey> keys;
  UnixSeconds issued_at{};
};

struct OfficerRevocation {
  std::string id;
  std::string officer;
  std::string key;  // key id; empty: all of them
  std::string revoked_by;
  UnixSeconds from{};
  std::string reason;
};

Result<Officer> parse_officer(std::string_view bytes);
Result<OfficerRevocation> parse_officer_revocation(std::string_view bytes);

// What navigator.credentials.create() is called with when `officer` gets a new passkey.
Digest registration_challenge(std::string_view officer);
// The registration of a passkey is what the standard demands, and of this key.
Result<crypto::RegisteredCredential> check_registration(std::string_view officer, const OfficerKey& key);

// Is `signature` this key's over `digest`? A passkey's counter, 0 for a key file. kShardBadSignature, kWebAuthn...
Result<std::uint32_t> verify_officer_signature(const OfficerKey& key, const Digest& digest, ByteView signature);

}  // namespace mingma::shard
