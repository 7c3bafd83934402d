// An authenticator in software: makes real registrations and assertions, and every false one that a test needs.
#pragma once

#include <string>

#include "base/cbor.h"
#include "crypto/digest.h"
#include "crypto/webauthn.h"

namespace mingma::crypto::testing {

inline Bytes es256_to_der(ByteView raw) {
  Bytes body;
  for (int half = 0; half < 2; ++half) {
    ByteView number = raw.subspan(static_cast<std::size_t>(half) * 32, 32);
    while (number.size() > 1 && number[0] == 0) number = number.subspan(1);
    const bool pad = (number[0] & 0x80) != 0;
    body.push_back(0x02);
    body.push_back(static_cast<std::uint8_t>(number.size() + (pad ? 1 : 0)));
    if (pad) body.push_back(0);
    append(body, number);
  }
  Bytes out{0x30, static_cast<std::uint8_t>(body.size())};
  append(out, body);
  return out;
}

class SoftAuthenticator {
 public:
  SoftAuthenticator(SignatureAlgorithm algorithm, WebAuthnScope scope, Rng& rng)
      : scope_(std::move(scope)), key_(SigningKey::generate(algorithm, rng)), id_(16) {
    rng.fill(id_);
  }

  // What tests bend.
  std::uint8_t flags = kUserPresent | kUserVerified;
  std::uint32_t counter = 0;  // risen by one before each assertion, unless it stands still
  bool counts = true;
  std::string origin_shown;  // empty: the scope's
  std::string rp_id_shown;   // empty: the scope's

  WebAuthnRegistration create(ByteView challenge, bool self_attestation = false) {
    WebAuthnRegistration out;
    out.client_data = client_data("webauthn.create", challenge);
    Bytes data = head(static_cast<std::uint8_t>(flags | 0x40));
    data.insert(data.end(), 16, 0);
    data.push_back(0);
    data.push_back(static_cast<std::uint8_t>(id_.size()));
    append(data, id_);
    append(data, cose_key());
    CborWriter object;
    object.map(3).text("fmt").text(self_attestation ? "packed" : "none").text("attStmt");
    if (self_attestation) {
      const std::int64_t algorithm = key_.algorithm() == SignatureAlgorithm::kEs256 ? -7 : -8;
      object.map(2).text("alg").integer(algorithm).text("sig").bytes(sign(data, out.client_data));
    } else {
      object.map(0);
    }
    object.text("authData").bytes(data);
    out.attestation_object = object.take();
    return out;
  }

  WebAuthnAssertion get(ByteView challenge) {
    if (counts) ++counter;
    WebAuthnAssertion out;
    out.client_data = client_data("webauthn.get", challenge);
    out.authenticator_data = head(flags);
    out.signature = sign(out.authenticator_data, out.client_data);
    return out;
  }

  const VerifyingKey& key() const { return key_.verifying_key(); }
  const Bytes& id() const { return id_; }
  const WebAuthnScope& scope() const { return scope_; }

 private:
  Bytes client_data(std::string_view type, ByteView challenge) const {
    const std::string text = "{\"type\":\"" + std::string(type) + "\",\"challenge\":\"" + base64url_encode(challenge) +
                             "\",\"origin\":\"" + (origin_shown.empty() ? scope_.origin : origin_shown) +
                             "\",\"crossOrigin\":false}";
    return to_bytes(as_bytes(text));
  }
  Bytes head(std::uint8_t all_flags) const {
    const Digest hash = sha256(as_bytes(rp_id_shown.empty() ? scope_.rp_id : rp_id_shown));
    Bytes out(hash.bytes.begin(), hash.bytes.end());
    out.push_back(all_flags);
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(counter >> shift));
    return out;
  }
  Bytes cose_key() const {
    const Bytes raw = key_.verifying_key().raw();
    CborWriter out;
    if (key_.algorithm() == SignatureAlgorithm::kEs256) {
      out.map(5).integer(1).integer(2).integer(3).integer(-7).integer(-1).integer(1);
      out.integer(-2).bytes(ByteView(raw).subspan(1, 32)).integer(-3).bytes(ByteView(raw).subspan(33, 32));
    } else {
      out.map(4).integer(1).integer(1).integer(3).integer(-8).integer(-1).integer(6).integer(-2).bytes(raw);
    }
    return out.take();
  }
  Bytes sign(ByteView data, ByteView client) {
    Bytes message = to_bytes(data);
    append(message, sha256(client));
    const Bytes raw = key_.sign(message);
    return key_.algorithm() == SignatureAlgorithm::kEs256 ? es256_to_der(raw) : raw;
  }

  WebAuthnScope scope_;
  SigningKey key_;
  Bytes id_;
};

}  // namespace mingma::crypto::testing
