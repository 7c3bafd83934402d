// Officers for tests: with a key file or with a passkey in software, and the documents about them.
#pragma once

#include <memory>
#include <string>

#include "base/json.h"
#include "crypto/testing/soft_authenticator.h"
#include "shard/officer.h"
#include "shard/test_province.h"

namespace mingma::shard::testing {

inline const crypto::WebAuthnScope kConsole{"mingma.example", "https://console.mingma.example"};

class TestOfficer {
 public:
  TestOfficer(std::string id, std::string role, OfficerKeyKind kind, Rng& rng)
      : id_(std::move(id)), role_(std::move(role)), kind_(kind) {
    if (kind == OfficerKeyKind::kKey) {
      file_ =
          std::make_unique<crypto::SigningKey>(crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEd25519, rng));
    } else {
      passkey_ =
          std::make_unique<crypto::testing::SoftAuthenticator>(crypto::SignatureAlgorithm::kEs256, kConsole, rng);
    }
  }

  const std::string& id() const { return id_; }
  std::string institution() const { return id_.substr(0, id_.find('/')); }
  const crypto::KeyId& key_id() const { return public_key().key_id(); }
  const crypto::VerifyingKey& public_key() const { return file_ ? file_->verifying_key() : passkey_->key(); }
  crypto::testing::SoftAuthenticator& passkey() { return *passkey_; }

  Json key_json(UnixSeconds from = kStart.plus(-kDay)) {
    Json key;
    key.set("kind", to_string(kind_));
    key.set("key", base64_encode(public_key().spki_der()));
    if (passkey_) {
      if (registration_.client_data.empty()) registration_ = passkey_->create(registration_challenge(id_));
      key.set("credential", base64url_encode(passkey_->id()));
      key.set("rp_id", passkey_->scope().rp_id);
      key.set("origin", passkey_->scope().origin);
      key.set("attestation", base64url_encode(registration_.attestation_object));
      key.set("client_data", base64url_encode(registration_.client_data));
    }
    key.set("from", from.to_string());
    return key;
  }
  std::string document(UnixSeconds issued, Json::Array keys) const {
    Json json;
    json.set("type", "officer");
    json.set("id", id_);
    json.set("institution", institution());
    json.set("role", role_);
    json.set("name", Json(Json::Object{{"zh", "某某"}, {"en", "Somebody"}}));
    json.set("keys", std::move(keys));
    json.set("issued_at", issued.to_string());
    return json.to_string();
  }
  Bytes sign(const Digest& digest) {
    return file_ ? file_->sign(digest) : crypto::encode_assertion(passkey_->get(digest));
  }
  void sign(SignedDocument& document) {
    document.signatures.push_back({key_id(), sign(document_digest(to_string(document.type), document.bytes))});
  }
  // Signed by the institution and by the officer's own key.
  SignedDocument enrolment(TestProvince& province, UnixSeconds issued = kStart) {
    SignedDocument out =
        province.sign_by(DocumentType::kOfficer, document(issued, Json::Array{key_json()}), institution());
    sign(out);
    return out;
  }

 private:
  std::string id_;
  std::string role_;
  OfficerKeyKind kind_;
  std::unique_ptr<crypto::SigningKey> file_;
  std::unique_ptr<crypto::testing::SoftAuthenticator> passkey_;
  crypto::WebAuthnRegistration registration_;
};

inline std::string officer_revocation(std::string_view id, std::string_view officer, std::string_view key,
                                      std::string_view by, UnixSeconds from) {
  Json json;
  json.set("type", "officer_revocation");
  json.set("id", id);
  json.set("officer", officer);
  if (!key.empty()) json.set("key", key);
  json.set("revoked_by", by);
  json.set("from", from.to_string());
  json.set("reason", "lost");
  return json.to_string();
}

}  // namespace mingma::shard::testing
