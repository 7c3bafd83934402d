#include "crypto/hpke.h"

#include <algorithm>

#include "crypto/digest.h"
#include "crypto/errors.h"
#include "crypto/openssl_internal.h"
#include "crypto/seal.h"

namespace mingma::crypto {
namespace {

constexpr std::uint8_t kKemSuite[] = {'K', 'E', 'M', 0x00, 0x20};
constexpr std::uint8_t kSuite[] = {'H', 'P', 'K', 'E', 0x00, 0x20, 0x00, 0x01, 0x00, 0x02};
constexpr std::string_view kVersion = "HPKE-v1";
constexpr std::size_t kNonceBytes = 12;

Digest labeled_extract(ByteView suite, ByteView salt, std::string_view label, ByteView key_material) {
  constexpr std::array<std::uint8_t, 32> kNoSalt{};
  return hmac_sha256(salt.empty() ? ByteView(kNoSalt) : salt,
                     {as_bytes(kVersion), suite, as_bytes(label), key_material});
}

// Of at most one block (32 bytes).
Digest labeled_expand(ByteView suite, const Digest& key, std::string_view label, ByteView info, std::uint8_t length) {
  const std::uint8_t size[] = {0, length};
  constexpr std::uint8_t kFirstBlock[] = {1};
  return hmac_sha256(key, {size, as_bytes(kVersion), suite, as_bytes(label), info, kFirstBlock});
}

Result<Digest> exchange(const Digest& secret, ByteView peer) {
  const PkeyPtr own(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, secret.bytes.data(), secret.bytes.size()));
  const PkeyPtr other(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, peer.data(), peer.size()));
  Digest shared;
  std::size_t size = shared.bytes.size();
  const PkeyCtxPtr context(own == nullptr ? nullptr : EVP_PKEY_CTX_new(own.get(), nullptr));
  // Deriving fails for the few points that give zero (RFC 7748, section 6.1).
  if (context == nullptr || other == nullptr || EVP_PKEY_derive_init(context.get()) != 1 ||
      EVP_PKEY_derive_set_peer(context.get(), other.get()) != 1 ||
      EVP_PKEY_derive(context.get(), shared.bytes.data(), &size) != 1) {
    ERR_clear_error();
    return Error(errors::kInvalidKey, "not a usable X25519 public key");
  }
  return shared;
}

struct Keys {
  Digest key;
  SealNonce nonce{};
};

Keys schedule(Digest shared, ByteView enc, ByteView recipient, ByteView info) {
  Bytes kem_context = to_bytes(enc);
  append(kem_context, recipient);
  Digest eae = labeled_extract(kKemSuite, {}, "eae_prk", shared);
  Digest secret = labeled_expand(kKemSuite, eae, "shared_secret", kem_context, 32);
  Bytes context{0};  // mode base
  append(context, labeled_extract(kSuite, {}, "psk_id_hash", {}));
  append(context, labeled_extract(kSuite, {}, "info_hash", info));
  Digest schedule_secret = labeled_extract(kSuite, secret, "secret", {});
  Keys keys{.key = labeled_expand(kSuite, schedule_secret, "key", context, 32)};
  const Digest nonce = labeled_expand(kSuite, schedule_secret, "base_nonce", context, kNonceBytes);
  std::copy_n(nonce.bytes.begin(), kNonceBytes, keys.nonce.begin());
  for (Digest* used : {&shared, &eae, &secret, &schedule_secret}) wipe(used->bytes);
  return keys;
}

}  // namespace

Digest x25519_public(const Digest& secret) {
  const PkeyPtr key(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, secret.bytes.data(), secret.bytes.size()));
  Digest out;
  std::size_t size = out.bytes.size();
  MINGMA_ASSERT(key != nullptr && EVP_PKEY_get_raw_public_key(key.get(), out.bytes.data(), &size) == 1);
  return out;
}

Result<Bytes> hpke_seal(const Digest& public_key, ByteView info, ByteView plain, Rng& rng) {
  Digest ephemeral;
  rng.fill(ephemeral.bytes);
  const Digest enc = x25519_public(ephemeral);
  auto shared = exchange(ephemeral, public_key);
  wipe(ephemeral.bytes);
  if (!shared.ok()) return std::move(shared).error();
  Keys keys = schedule(*shared, enc, public_key, info);
  const Bytes sealed = seal(keys.key, keys.nonce, {}, plain);
  wipe(keys.key.bytes);
  Bytes out = to_bytes(enc);
  append(out, ByteView(sealed).subspan(kNonceBytes));  // both sides derive the nonce
  return out;
}

Result<Bytes> hpke_open(const Digest& secret, ByteView info, ByteView sealed) {
  const Error broken(errors::kSealBroken, "what was sealed to our key does not open: another key, or changed bytes");
  if (sealed.size() < kHpkeOverheadBytes) return broken;
  const ByteView enc = sealed.first(32);
  auto shared = exchange(secret, enc);
  if (!shared.ok()) return broken;
  Keys keys = schedule(*shared, enc, x25519_public(secret), info);
  Bytes with_nonce(keys.nonce.begin(), keys.nonce.end());
  append(with_nonce, sealed.subspan(32));
  auto plain = open_sealed(keys.key, {}, with_nonce);
  wipe(keys.key.bytes);
  if (!plain.ok()) return broken;
  return plain;
}

}  // namespace mingma::crypto
