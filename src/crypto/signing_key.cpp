#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>

#include "crypto/digest.h"
#include "crypto/errors.h"
#include "crypto/random.h"
#include "crypto/verifying_key_impl.h"

namespace mingma::crypto {
namespace {

constexpr std::size_t kSeedBytes = 32;
constexpr std::size_t kEd25519SignatureBytes = 64;
constexpr std::size_t kDerSignatureBytesMax = 72;

Error refused(std::string message) {
  ERR_clear_error();
  return {errors::kInvalidKey, std::move(message)};
}

// The key pair of a scalar in [1, n-1]; null for any other scalar.
PkeyPtr p256_from_scalar(ByteView scalar) {
  static const GroupPtr group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  const BnPtr d(BN_bin2bn(scalar.data(), static_cast<int>(scalar.size()), nullptr));
  MINGMA_ASSERT(group && d);
  if (BN_is_zero(d.get()) || BN_cmp(d.get(), EC_GROUP_get0_order(group.get())) >= 0) return nullptr;
  const PointPtr point(EC_POINT_new(group.get()));
  std::array<std::uint8_t, 1 + 2 * kP256CoordinateBytes> sec1{};
  bool ok = point && EC_POINT_mul(group.get(), point.get(), d.get(), nullptr, nullptr, nullptr) == 1;
  ok = ok && EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, sec1.data(), sec1.size(),
                                nullptr) == sec1.size();
  OSSL_PARAM_BLD* const builder = OSSL_PARAM_BLD_new();
  ok = ok && OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1;
  ok = ok && OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, sec1.data(), sec1.size()) == 1;
  ok = ok && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, d.get()) == 1;
  OSSL_PARAM* const parameters = ok ? OSSL_PARAM_BLD_to_param(builder) : nullptr;
  const PkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  ok = parameters != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1 &&
       EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters) == 1;
  OSSL_PARAM_free(parameters);
  OSSL_PARAM_BLD_free(builder);
  MINGMA_ASSERT(ok);
  return PkeyPtr(key);
}

PkeyPtr ed25519_from_seed(ByteView seed) {
  return PkeyPtr(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
}

// r||s out of OpenSSL's own DER.
Bytes raw_signature(ByteView der) {
  const unsigned char* cursor = der.data();
  const EcdsaSigPtr parsed(d2i_ECDSA_SIG(nullptr, &cursor, static_cast<long>(der.size())));
  MINGMA_ASSERT(parsed != nullptr);
  Bytes out(2 * kP256CoordinateBytes);
  constexpr int kBytes = kP256CoordinateBytes;
  MINGMA_ASSERT(BN_bn2binpad(ECDSA_SIG_get0_r(parsed.get()), out.data(), kBytes) == kBytes);
  MINGMA_ASSERT(BN_bn2binpad(ECDSA_SIG_get0_s(parsed.get()), out.data() + kBytes, kBytes) == kBytes);
  return out;
}

}  // namespace

struct SigningKey::Impl {
  PkeyPtr key;
  PkeyCtxPtr es256;  // made ready once: setting it up costs as much as a tenth of a signature
  MdCtxPtr ed25519;
  VerifyingKey verifying;

  static Result<SigningKey> make(PkeyPtr key);
};

Result<SigningKey> SigningKey::Impl::make(PkeyPtr key) {
  EVP_PKEY_up_ref(key.get());
  MINGMA_TRY(auto shared, VerifyingKey::Impl::from(PkeyPtr(key.get())));
  if (shared->algorithm == SignatureAlgorithm::kPs256) return refused("RSA keys are for verifying only");
  // Verifiers get the public half only.
  const auto algorithm = shared->algorithm;
  auto verifying = algorithm == SignatureAlgorithm::kEd25519 ? VerifyingKey::from_ed25519(shared->raw)
                                                             : VerifyingKey::from_p256(shared->raw);
  if (!verifying.ok()) return std::move(verifying).error();
  PkeyCtxPtr es256;
  MdCtxPtr ed25519;
  if (algorithm == SignatureAlgorithm::kEs256) {
    es256.reset(EVP_PKEY_CTX_new(key.get(), nullptr));
    if (!es256 || EVP_PKEY_sign_init(es256.get()) != 1) return refused("a key that cannot sign");
  } else {
    ed25519.reset(EVP_MD_CTX_new());
  }
  return SigningKey(std::unique_ptr<Impl>(
      new Impl{std::move(key), std::move(es256), std::move(ed25519), std::move(verifying).value()}));
}

SigningKey::SigningKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

SigningKey SigningKey::generate(SignatureAlgorithm algorithm) {
  SystemRng rng;
  return generate(algorithm, rng);
}

SigningKey SigningKey::generate(SignatureAlgorithm algorithm, Rng& rng) {
  MINGMA_ASSERT(algorithm == SignatureAlgorithm::kEd25519 || algorithm == SignatureAlgorithm::kEs256);
  std::array<std::uint8_t, kSeedBytes> seed{};
  PkeyPtr key;
  // A P-256 scalar is out of range once in 2^32 draws.
  for (int attempt = 0; attempt < 64 && !key; ++attempt) {
    rng.fill(seed);
    key = algorithm == SignatureAlgorithm::kEd25519 ? ed25519_from_seed(seed) : p256_from_scalar(seed);
  }
  wipe(seed);
  MINGMA_ASSERT(key != nullptr);
  return Impl::make(std::move(key)).value();
}

Result<SigningKey> SigningKey::from_ed25519_seed(ByteView seed) {
  if (seed.size() != kSeedBytes) return refused("an Ed25519 seed has 32 bytes");
  PkeyPtr key = ed25519_from_seed(seed);
  if (!key) return refused("not an Ed25519 seed");
  return Impl::make(std::move(key));
}

Result<SigningKey> SigningKey::from_pem(std::string_view pem) {
  MINGMA_TRY(Bytes der, pem_body(pem, "PRIVATE KEY", errors::kInvalidKey));
  const unsigned char* cursor = der.data();
  const Pkcs8Ptr info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &cursor, static_cast<long>(der.size())));
  const bool whole = cursor == der.data() + der.size();
  PkeyPtr key(info && whole ? EVP_PKCS82PKEY(info.get()) : nullptr);
  wipe(der);
  if (!key) return refused("not a PKCS#8 private key");
  const int type = EVP_PKEY_get_base_id(key.get());
  if (type != EVP_PKEY_ED25519 && type != EVP_PKEY_EC) return refused("a signing key must be Ed25519 or P-256");
  // The public half written in the file may belong to another key; signing with such a pair gives the private one away.
  const PkeyCtxPtr check(EVP_PKEY_CTX_new(key.get(), nullptr));
  if (type == EVP_PKEY_EC && (!check || EVP_PKEY_check(check.get()) != 1))
    return refused("the two halves of the key do not fit");
  return Impl::make(std::move(key));
}

SignatureAlgorithm SigningKey::algorithm() const { return impl_->verifying.algorithm(); }

Bytes SigningKey::sign(ByteView message) {
  if (algorithm() == SignatureAlgorithm::kEd25519) {
    Bytes out(kEd25519SignatureBytes);
    std::size_t size = out.size();
    EVP_MD_CTX* const context = impl_->ed25519.get();
    EVP_MD_CTX_reset(context);
    MINGMA_ASSERT(EVP_DigestSignInit(context, nullptr, nullptr, nullptr, impl_->key.get()) == 1);
    MINGMA_ASSERT(EVP_DigestSign(context, out.data(), &size, message.data(), message.size()) == 1 &&
                  size == out.size());
    return out;
  }
  const Digest digest = sha256(message);
  std::array<std::uint8_t, kDerSignatureBytesMax> der{};
  std::size_t size = der.size();
  MINGMA_ASSERT(EVP_PKEY_sign(impl_->es256.get(), der.data(), &size, digest.bytes.data(), digest.bytes.size()) == 1);
  return raw_signature(ByteView(der).first(size));
}

const VerifyingKey& SigningKey::verifying_key() const { return impl_->verifying; }

std::string SigningKey::to_pem() const {
  const BioPtr bio(BIO_new(BIO_s_secmem()));
  MINGMA_ASSERT(bio &&
                PEM_write_bio_PKCS8PrivateKey(bio.get(), impl_->key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace mingma::crypto
