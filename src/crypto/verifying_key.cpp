#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>

#include "crypto/digest.h"
#include "crypto/errors.h"
#include "crypto/verifying_key_impl.h"

namespace mingma::crypto {
namespace {

constexpr std::size_t kEd25519KeyBytes = 32;
constexpr std::size_t kEd25519SignatureBytes = 64;
constexpr std::size_t kEs256SignatureBytes = 2 * kP256CoordinateBytes;
constexpr std::size_t kPs256SaltBytes = 32;
constexpr int kRsaBitsMin = 2048;
constexpr int kRsaBitsMax = 4096;

// SubjectPublicKeyInfo up to the key's bytes. Written by us so that one key has one spelling and one KeyId, whatever
// point form or curve parameters it came with.
constexpr std::array<std::uint8_t, 12> kEd25519SpkiPrefix{0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                                          0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
constexpr std::array<std::uint8_t, 26> kP256SpkiPrefix{0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                                       0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                                       0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};

Error refused(std::string message) {
  ERR_clear_error();
  return {errors::kInvalidKey, std::move(message)};
}

Bytes joined(ByteView prefix, ByteView rest) {
  Bytes out = to_bytes(prefix);
  append(out, rest);
  return out;
}

// Uncompressed SEC1 of a P-256 key; empty when it is on another curve.
Bytes p256_point(const EVP_PKEY* key) {
  std::array<char, 64> group{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key, group.data(), group.size(), &size) != 1) return {};
  if (std::string_view(group.data(), size) != "prime256v1") return {};
  Bytes out(1, 0x04);
  for (const char* name : {OSSL_PKEY_PARAM_EC_PUB_X, OSSL_PKEY_PARAM_EC_PUB_Y}) {
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &number) != 1) return {};
    const BnPtr owner(number);
    std::array<std::uint8_t, kP256CoordinateBytes> bytes{};
    if (BN_bn2binpad(number, bytes.data(), bytes.size()) != static_cast<int>(bytes.size())) return {};
    append(out, bytes);
  }
  return out;
}

// DER SEQUENCE { INTEGER r, INTEGER s } out of r||s, in a fixed buffer.
struct DerSignature {
  std::array<std::uint8_t, 72> bytes{};
  std::size_t size = 0;
};

void put_integer(DerSignature& out, ByteView number) {
  while (number.size() > 1 && number[0] == 0) number = number.subspan(1);
  const bool pad = (number[0] & 0x80) != 0;
  out.bytes[out.size++] = 0x02;
  out.bytes[out.size++] = static_cast<std::uint8_t>(number.size() + (pad ? 1 : 0));
  if (pad) out.bytes[out.size++] = 0;
  std::ranges::copy(number, out.bytes.begin() + static_cast<std::ptrdiff_t>(out.size));
  out.size += number.size();
}

DerSignature der_signature(ByteView raw) {
  DerSignature out;
  out.bytes[0] = 0x30;
  out.size = 2;
  put_integer(out, raw.first(kP256CoordinateBytes));
  put_integer(out, raw.last(kP256CoordinateBytes));
  out.bytes[1] = static_cast<std::uint8_t>(out.size - 2);
  return out;
}

bool verify_ed25519(EVP_PKEY* key, ByteView message, ByteView signature) {
  if (signature.size() != kEd25519SignatureBytes) return false;
  const MdCtxPtr context(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
}

bool verify_es256(EVP_PKEY* key, ByteView message, ByteView signature) {
  if (signature.size() != kEs256SignatureBytes) return false;
  const DerSignature der = der_signature(signature);
  const Digest digest = sha256(message);
  const PkeyCtxPtr context(EVP_PKEY_CTX_new(key, nullptr));
  return context && EVP_PKEY_verify_init(context.get()) == 1 &&
         EVP_PKEY_verify(context.get(), der.bytes.data(), der.size, digest.bytes.data(), digest.bytes.size()) == 1;
}

bool verify_ps256(EVP_PKEY* key, ByteView message, ByteView signature) {
  const Digest digest = sha256(message);
  const PkeyCtxPtr context(EVP_PKEY_CTX_new(key, nullptr));
  return context && EVP_PKEY_verify_init(context.get()) == 1 &&
         EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), EVP_sha256()) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), kPs256SaltBytes) == 1 &&
         EVP_PKEY_verify(context.get(), signature.data(), signature.size(), digest.bytes.data(), digest.bytes.size()) ==
             1;
}

PkeyPtr p256_from_point(ByteView sec1) {
  const PkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  char group[] = "prime256v1";
  Bytes point = to_bytes(sec1);
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
      OSSL_PARAM_construct_end(),
  };
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1) return nullptr;
  if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1) return nullptr;
  return PkeyPtr(key);
}

}  // namespace

Result<std::shared_ptr<const VerifyingKey::Impl>> VerifyingKey::Impl::from(PkeyPtr key) {
  auto impl = std::make_shared<Impl>();
  const int type = EVP_PKEY_get_base_id(key.get());
  if (type == EVP_PKEY_ED25519) {
    impl->algorithm = SignatureAlgorithm::kEd25519;
    impl->raw.resize(kEd25519KeyBytes);
    std::size_t size = impl->raw.size();
    if (EVP_PKEY_get_raw_public_key(key.get(), impl->raw.data(), &size) != 1) return refused("not an Ed25519 key");
    impl->spki = joined(kEd25519SpkiPrefix, impl->raw);
  } else if (type == EVP_PKEY_EC) {
    impl->algorithm = SignatureAlgorithm::kEs256;
    impl->raw = p256_point(key.get());
    if (impl->raw.empty()) return refused("an elliptic-curve key that is not on P-256");
    impl->spki = joined(kP256SpkiPrefix, impl->raw);
  } else if (type == EVP_PKEY_RSA || type == EVP_PKEY_RSA_PSS) {
    impl->algorithm = SignatureAlgorithm::kPs256;
    const int bits = EVP_PKEY_get_bits(key.get());
    if (bits < kRsaBitsMin || bits > kRsaBitsMax) return refused("an RSA key must have 2048 to 4096 bits");
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key.get(), &der);
    if (size <= 0) return refused("an RSA key that cannot be written");
    impl->spki.assign(der, der + size);
    OPENSSL_free(der);
    impl->raw = impl->spki;
  } else {
    return refused("a key must be Ed25519, P-256 or RSA");
  }
  impl->id = hex_encode(ByteView(sha256(impl->spki).bytes).first(8));
  impl->key = std::move(key);
  return std::shared_ptr<const Impl>(std::move(impl));
}

std::string_view to_string(SignatureAlgorithm algorithm) {
  switch (algorithm) {
    case SignatureAlgorithm::kEd25519:
      return "Ed25519";
    case SignatureAlgorithm::kEs256:
      return "ES256";
    case SignatureAlgorithm::kPs256:
      return "PS256";
  }
  return "unknown";
}

Result<VerifyingKey> VerifyingKey::from_ed25519(ByteView raw) {
  if (raw.size() != kEd25519KeyBytes) return refused("an Ed25519 public key has 32 bytes");
  PkeyPtr key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw.data(), raw.size()));
  if (!key) return refused("not an Ed25519 public key");
  MINGMA_TRY(auto impl, Impl::from(std::move(key)));
  return VerifyingKey(std::move(impl));
}

Result<VerifyingKey> VerifyingKey::from_p256(ByteView sec1) {
  const bool uncompressed = sec1.size() == 1 + 2 * kP256CoordinateBytes && sec1[0] == 0x04;
  const bool compressed = sec1.size() == 1 + kP256CoordinateBytes && (sec1[0] == 0x02 || sec1[0] == 0x03);
  if (!uncompressed && !compressed) return refused("a P-256 public key is 65 or 33 bytes of SEC1");
  PkeyPtr key = p256_from_point(sec1);
  if (!key) return refused("no point of P-256");
  MINGMA_TRY(auto impl, Impl::from(std::move(key)));
  return VerifyingKey(std::move(impl));
}

Result<VerifyingKey> VerifyingKey::from_spki_der(ByteView der) {
  if (der.size() > kKeyFileBytesMax) return refused("a public key of more than 64 KiB");
  const unsigned char* cursor = der.data();
  PkeyPtr key(d2i_PUBKEY(nullptr, &cursor, static_cast<long>(der.size())));
  if (!key || cursor != der.data() + der.size()) return refused("not a SubjectPublicKeyInfo");
  MINGMA_TRY(auto impl, Impl::from(std::move(key)));
  // A key that arrived with explicit curve parameters is rebuilt on the named curve, where the point is checked.
  if (impl->algorithm == SignatureAlgorithm::kEs256) return from_p256(impl->raw);
  return VerifyingKey(std::move(impl));
}

Result<VerifyingKey> VerifyingKey::from_pem(std::string_view pem) {
  MINGMA_TRY(const Bytes der, pem_body(pem, "PUBLIC KEY", errors::kInvalidKey));
  return from_spki_der(der);
}

SignatureAlgorithm VerifyingKey::algorithm() const { return impl_->algorithm; }

bool VerifyingKey::verify(ByteView message, ByteView signature) const {
  bool good = false;
  switch (impl_->algorithm) {
    case SignatureAlgorithm::kEd25519:
      good = verify_ed25519(impl_->key.get(), message, signature);
      break;
    case SignatureAlgorithm::kEs256:
      good = verify_es256(impl_->key.get(), message, signature);
      break;
    case SignatureAlgorithm::kPs256:
      good = verify_ps256(impl_->key.get(), message, signature);
      break;
  }
  if (!good) ERR_clear_error();
  return good;
}

Bytes VerifyingKey::raw() const { return impl_->raw; }
const Bytes& VerifyingKey::spki_der() const { return impl_->spki; }
std::string VerifyingKey::to_pem() const { return pem_text(impl_->spki, "PUBLIC KEY"); }
const KeyId& VerifyingKey::key_id() const { return impl_->id; }
bool VerifyingKey::operator==(const VerifyingKey& other) const { return impl_->spki == other.impl_->spki; }

}  // namespace mingma::crypto
