#include "crypto/webauthn.h"

#include <algorithm>

#include "base/cbor.h"
#include "base/json.h"
#include "crypto/digest.h"
#include "crypto/errors.h"

namespace mingma::crypto {
namespace {

constexpr std::size_t kFixedBytes = 32 + 1 + 4;  // RP id hash, flags, counter
constexpr std::uint8_t kAttestedData = 0x40;
constexpr std::uint8_t kExtensionData = 0x80;
constexpr std::size_t kCredentialIdBytesMax = 1023;
constexpr std::size_t kCoordinateBytes = 32;
constexpr std::int64_t kCoseEs256 = -7;
constexpr std::int64_t kCoseEdDsa = -8;
constexpr JsonLimits kClientDataLimits{.depth_max = 8, .bytes_max = kWebAuthnBytesMax};

Error malformed(std::string what, std::string where = {}) {
  return {errors::kWebAuthnMalformed, std::move(what), std::move(where)};
}

// Foreign CBOR: any error of the reader is one of form.
template <typename T>
Result<T> read(Result<T> result, std::string_view where) {
  if (!result.ok()) return malformed(result.error().to_string(), std::string(where));
  return result;
}

struct CoseKey {
  std::int64_t type = 0, algorithm = 0, curve = 0;
  Bytes x, y;
};

Result<VerifyingKey> to_key(const CoseKey& cose) {
  Result<VerifyingKey> key = malformed("neither an ES256 nor an Ed25519 key; offer algorithms -7 and -8", "key");
  if (cose.type == 2 && cose.algorithm == kCoseEs256 && cose.curve == 1 && cose.x.size() == kCoordinateBytes &&
      cose.y.size() == kCoordinateBytes) {
    Bytes point(1, 0x04);
    append(point, cose.x);
    append(point, cose.y);
    key = VerifyingKey::from_p256(point);
  } else if (cose.type == 1 && cose.algorithm == kCoseEdDsa && cose.curve == 6 && cose.y.empty()) {
    key = VerifyingKey::from_ed25519(cose.x);
  }
  if (!key.ok() && !key.error().is(errors::kWebAuthnMalformed)) return malformed(key.error().message(), "key");
  return key;
}

Result<VerifyingKey> read_cose_key(CborReader& in) {
  CoseKey cose;
  const auto take = [&](std::int64_t key) -> Result<void> {
    if (key == 1 || key == 3 || key == -1) {
      MINGMA_TRY(const std::int64_t value, in.integer());
      (key == 1 ? cose.type : key == 3 ? cose.algorithm : cose.curve) = value;
      return {};
    }
    if (key == -2 || key == -3) {
      MINGMA_TRY(const ByteView value, in.bytes());
      (key == -2 ? cose.x : cose.y) = to_bytes(value);
      return {};
    }
    return malformed("a member that a public key does not have", "key");
  };
  if (auto map = in.integer_map(take); !map.ok()) return malformed(map.error().to_string(), "key");
  return to_key(cose);
}

std::uint32_t big_endian_32(ByteView bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | bytes[3];
}

struct AttestationObject {
  std::string format;
  Bytes authenticator_data;
  Bytes statement;  // CBOR map
};

Result<AttestationObject> parse_attestation_object(ByteView bytes) {
  if (bytes.size() > kWebAuthnBytesMax) return malformed("over 16 KiB", "attestation_object");
  CborReader in(bytes, CborMode::kLenient);
  AttestationObject out;
  MINGMA_TRY(const std::uint64_t count, read(in.map(), "attestation_object"));
  for (std::uint64_t i = 0; i < count; ++i) {
    MINGMA_TRY(const std::string_view name, read(in.text(), "attestation_object"));
    if (name == "fmt" && out.format.empty()) {
      MINGMA_TRY(const std::string_view format, read(in.text(), "fmt"));
      out.format = format;
    } else if (name == "authData" && out.authenticator_data.empty()) {
      MINGMA_TRY(const ByteView data, read(in.bytes(), "authData"));
      out.authenticator_data = to_bytes(data);
    } else if (name == "attStmt" && out.statement.empty()) {
      if (in.peek() != CborType::kMap) return malformed("not a map", "attStmt");
      MINGMA_TRY(const ByteView statement, read(in.item(), "attStmt"));
      out.statement = to_bytes(statement);
    } else {
      return malformed("a member that is unknown, or there twice", "attestation_object");
    }
  }
  if (auto end = in.end(); !end.ok()) return malformed(end.error().to_string(), "attestation_object");
  if (out.format.empty() || out.authenticator_data.empty() || out.statement.empty())
    return malformed("fmt, authData and attStmt must be there", "attestation_object");
  return out;
}

struct PackedStatement {
  std::int64_t algorithm = 0;
  Bytes signature;
  bool has_chain = false;
};

Result<PackedStatement> parse_packed(ByteView statement) {
  CborReader in(statement, CborMode::kLenient);
  PackedStatement out;
  MINGMA_TRY(const std::uint64_t count, read(in.map(), "attStmt"));
  for (std::uint64_t i = 0; i < count; ++i) {
    MINGMA_TRY(const std::string_view name, read(in.text(), "attStmt"));
    if (name == "alg") {
      MINGMA_TRY(out.algorithm, read(in.integer(), "attStmt/alg"));
    } else if (name == "sig") {
      MINGMA_TRY(const ByteView signature, read(in.bytes(), "attStmt/sig"));
      out.signature = to_bytes(signature);
    } else {
      out.has_chain = out.has_chain || name == "x5c";
      MINGMA_CHECK(read(in.item(), "attStmt"));
    }
  }
  return out;
}

// Signed: authenticator data || SHA-256(client data).
Bytes signed_bytes(ByteView authenticator_data, ByteView client_data) {
  Bytes out = to_bytes(authenticator_data);
  append(out, sha256(client_data));
  return out;
}

bool verifies(const VerifyingKey& key, ByteView message, ByteView signature) {
  if (key.algorithm() != SignatureAlgorithm::kEs256) return key.verify(message, signature);
  const auto raw = es256_from_der(signature);
  return raw.ok() && key.verify(message, *raw);
}

Result<Attestation> check_attestation(const AttestationObject& object, const VerifyingKey& key, ByteView client_data) {
  if (object.format == "none") {
    if (object.statement.size() != 1) return Error(errors::kWebAuthnAttestation, "\"none\" comes with a statement");
    return Attestation::kNone;
  }
  if (object.format != "packed") return Attestation::kNotVerified;
  MINGMA_TRY(const PackedStatement packed, parse_packed(object.statement));
  if (packed.has_chain) return Attestation::kNotVerified;
  const std::int64_t own = key.algorithm() == SignatureAlgorithm::kEs256 ? kCoseEs256 : kCoseEdDsa;
  if (packed.algorithm != own || !verifies(key, signed_bytes(object.authenticator_data, client_data), packed.signature))
    return Error(errors::kWebAuthnAttestation, "the self attestation does not verify");
  return Attestation::kSelf;
}

// What a registration and an assertion have in common.
Result<void> check_ceremony(std::string_view type, const ClientData& client, const AuthenticatorData& data,
                            const WebAuthnScope& scope, ByteView challenge) {
  if (client.type != type)
    return Error(errors::kWebAuthnType, "the client data is not of a " + std::string(type), "/type");
  if (!equal_constant_time(client.challenge, challenge))
    return Error(errors::kWebAuthnChallenge, "signed for another challenge: another document, or one used before");
  if (client.origin != scope.origin || client.cross_origin)
    return Error(errors::kWebAuthnOrigin, "signed on another page than the one this passkey was enrolled for");
  if (data.rp_id_hash != sha256(as_bytes(scope.rp_id)))
    return Error(errors::kWebAuthnRelyingParty, "signed for another relying party");
  if ((data.flags & kUserPresent) == 0) return Error(errors::kWebAuthnUserAbsent, "nobody touched the authenticator");
  if ((data.flags & kUserVerified) == 0)
    return Error(errors::kWebAuthnUserNotVerified, "the authenticator did not ask who it was: PIN or biometry needed");
  return {};
}

}  // namespace

bool scope_is_sound(const WebAuthnScope& scope) {
  std::string_view rest = scope.origin;
  const bool secure = rest.starts_with("https://");
  if (!secure && !rest.starts_with("http://")) return false;
  rest.remove_prefix(secure ? 8 : 7);
  const std::string_view host = rest.substr(0, rest.find(':'));
  if (rest.find_first_of("/?#@") != std::string_view::npos || scope.rp_id.empty() || host.empty()) return false;
  if (!secure && host != "localhost" && !host.ends_with(".localhost")) return false;
  return host == scope.rp_id || (host.size() > scope.rp_id.size() && host.ends_with(scope.rp_id) &&
                                 host[host.size() - scope.rp_id.size() - 1] == '.');
}

std::string_view to_string(Attestation attestation) {
  switch (attestation) {
    case Attestation::kNone:
      return "none";
    case Attestation::kSelf:
      return "self";
    case Attestation::kNotVerified:
      return "not_verified";
  }
  return "unknown";
}

Result<AuthenticatorData> parse_authenticator_data(ByteView bytes) {
  constexpr std::string_view kWhere = "authenticator_data";
  if (bytes.size() < kFixedBytes || bytes.size() > kWebAuthnBytesMax)
    return malformed("37 bytes to 16 KiB", std::string(kWhere));
  AuthenticatorData out;
  MINGMA_TRY(out.rp_id_hash, Digest::from(bytes.first(32)));
  out.flags = bytes[32];
  out.counter = big_endian_32(bytes.subspan(33, 4));
  ByteView rest = bytes.subspan(kFixedBytes);
  if ((out.flags & kAttestedData) != 0) {
    if (rest.size() < 18) return malformed("the attested credential is cut short", std::string(kWhere));
    std::array<std::uint8_t, 16> aaguid{};
    std::copy_n(rest.begin(), aaguid.size(), aaguid.begin());
    const std::size_t id_bytes = std::size_t{rest[16]} << 8 | rest[17];
    rest = rest.subspan(18);
    if (id_bytes == 0 || id_bytes > kCredentialIdBytesMax || rest.size() < id_bytes)
      return malformed("a credential id has 1 to 1023 bytes", std::string(kWhere));
    Bytes id = to_bytes(rest.first(id_bytes));
    CborReader in(rest.subspan(id_bytes), CborMode::kLenient);
    MINGMA_TRY(VerifyingKey key, read_cose_key(in));
    rest = rest.subspan(id_bytes + in.offset());
    out.credential = AttestedCredential{aaguid, std::move(id), std::move(key)};
  }
  if ((out.flags & kExtensionData) != 0) {
    CborReader in(rest, CborMode::kLenient);
    if (in.peek() != CborType::kMap) return malformed("extensions are no map", std::string(kWhere));
    MINGMA_CHECK(read(in.item(), kWhere));
    rest = rest.subspan(in.offset());
  }
  if (!rest.empty()) return malformed("bytes follow its end", std::string(kWhere));
  return out;
}

Result<ClientData> parse_client_data(ByteView json) {
  if (json.size() > kWebAuthnBytesMax) return malformed("over 16 KiB", "client_data");
  const auto parsed = parse_json(as_text(json), kClientDataLimits);
  if (!parsed.ok() || !parsed->is_object()) return malformed("not a JSON object", "client_data");
  const auto text = [&](std::string_view name) -> Result<std::string> {
    const Json* member = parsed->find(name);
    if (member == nullptr || !member->is_string())
      return malformed("missing, or not a text", "client_data/" + std::string(name));
    return member->string();
  };
  ClientData out;
  MINGMA_TRY(out.type, text("type"));
  MINGMA_TRY(out.origin, text("origin"));
  MINGMA_TRY(const std::string challenge, text("challenge"));
  MINGMA_TRY(out.challenge, read(base64url_decode(challenge), "client_data/challenge"));
  if (const Json* cross = parsed->find("crossOrigin"); cross != nullptr) {
    if (!cross->is_boolean()) return malformed("neither true nor false", "client_data/crossOrigin");
    out.cross_origin = cross->boolean();
  }
  return out;
}

Result<Bytes> es256_from_der(ByteView der) {
  const Error wrong = malformed("not an ECDSA signature in DER", "signature");
  if (der.size() < 8 || der.size() > 72 || der[0] != 0x30 || der[1] != der.size() - 2) return wrong;
  Bytes out(2 * kCoordinateBytes);
  ByteView rest = der.subspan(2);
  for (int half = 0; half < 2; ++half) {
    if (rest.size() < 3 || rest[0] != 0x02 || rest[1] == 0 || std::size_t{rest[1]} + 2 > rest.size()) return wrong;
    ByteView number = rest.subspan(2, rest[1]);
    rest = rest.subspan(2 + std::size_t{rest[1]});
    if ((number[0] & 0x80) != 0) return wrong;  // negative
    if (number[0] == 0) {
      if (number.size() == 1 || (number[1] & 0x80) == 0) return wrong;  // zero, or not the shortest spelling
      number = number.subspan(1);
    }
    if (number.size() > kCoordinateBytes) return wrong;
    std::copy(number.begin(), number.end(),
              out.begin() + static_cast<std::ptrdiff_t>((half + 1) * kCoordinateBytes - number.size()));
  }
  if (!rest.empty()) return wrong;
  return out;
}

Result<RegisteredCredential> verify_registration(const WebAuthnRegistration& registration, const WebAuthnScope& scope,
                                                 ByteView challenge) {
  MINGMA_TRY(const ClientData client, parse_client_data(registration.client_data));
  MINGMA_TRY(const AttestationObject object, parse_attestation_object(registration.attestation_object));
  MINGMA_TRY(AuthenticatorData data, parse_authenticator_data(object.authenticator_data));
  MINGMA_CHECK(check_ceremony("webauthn.create", client, data, scope, challenge));
  if (!data.credential) return malformed("no credential in it", "authenticator_data");
  MINGMA_TRY(const Attestation attestation, check_attestation(object, data.credential->key, registration.client_data));
  return RegisteredCredential{*std::move(data.credential), data.counter, data.flags, attestation, object.format};
}

Bytes encode_assertion(const WebAuthnAssertion& assertion) {
  CborWriter out;
  out.array(3).bytes(assertion.authenticator_data).bytes(assertion.client_data).bytes(assertion.signature);
  return out.take();
}

Result<WebAuthnAssertion> decode_assertion(ByteView bytes) {
  CborReader in(bytes);
  WebAuthnAssertion out;
  MINGMA_TRY(const std::uint64_t fields, read(in.array(), "assertion"));
  if (fields != 3) return malformed("not [authenticatorData, clientDataJSON, signature]", "assertion");
  for (Bytes* field : {&out.authenticator_data, &out.client_data, &out.signature}) {
    MINGMA_TRY(const ByteView value, read(in.bytes(), "assertion"));
    if (value.size() > kWebAuthnBytesMax) return malformed("over 16 KiB", "assertion");
    *field = to_bytes(value);
  }
  if (auto end = in.end(); !end.ok()) return malformed(end.error().to_string(), "assertion");
  return out;
}

Result<std::uint32_t> verify_assertion(const WebAuthnAssertion& assertion, const VerifyingKey& key,
                                       const WebAuthnScope& scope, ByteView challenge) {
  MINGMA_TRY(const ClientData client, parse_client_data(assertion.client_data));
  MINGMA_TRY(const AuthenticatorData data, parse_authenticator_data(assertion.authenticator_data));
  MINGMA_CHECK(check_ceremony("webauthn.get", client, data, scope, challenge));
  if (!verifies(key, signed_bytes(assertion.authenticator_data, assertion.client_data), assertion.signature))
    return Error(errors::kWebAuthnSignature, "the passkey's signature does not verify");
  return data.counter;
}

}  // namespace mingma::crypto
