// The low-level SHA256_* calls are deprecated in OpenSSL 3 in favour of EVP, but EVP allocates and dispatches through a
// provider for every input: three times the cost of hashing one tree node. Same code underneath.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/digest.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cstring>

namespace mingma::crypto {
namespace {

static_assert(sizeof(SHA256_CTX) == 112);

constexpr std::size_t kBlockBytes = 64;

SHA256_CTX* context(std::array<std::uint8_t, 112>& state) { return reinterpret_cast<SHA256_CTX*>(state.data()); }

}  // namespace

Sha256::Sha256() { SHA256_Init(context(state_)); }

Sha256& Sha256::update(ByteView data) {
  SHA256_Update(context(state_), data.data(), data.size());
  return *this;
}

Digest Sha256::finish() {
  Digest out;
  SHA256_Final(out.bytes.data(), context(state_));
  SHA256_Init(context(state_));
  return out;
}

Digest sha256(ByteView data) {
  Digest out;
  SHA256_CTX state;
  SHA256_Init(&state);
  SHA256_Update(&state, data.data(), data.size());
  SHA256_Final(out.bytes.data(), &state);
  return out;
}

Digest sha256_concat(ByteView a, ByteView b) { return sha256_concat({a, b}); }

Digest sha256_concat(std::initializer_list<ByteView> parts) {
  Digest out;
  SHA256_CTX state;
  SHA256_Init(&state);
  for (const ByteView part : parts) SHA256_Update(&state, part.data(), part.size());
  SHA256_Final(out.bytes.data(), &state);
  return out;
}

HmacKey::HmacKey(ByteView key) {
  std::array<std::uint8_t, kBlockBytes> block{};
  if (key.size() > kBlockBytes) {
    const Digest hashed = sha256(key);
    std::ranges::copy(hashed.bytes, block.begin());
  } else {
    std::ranges::copy(key, block.begin());
  }
  for (auto& byte : block) byte ^= 0x36;
  inner_.update(block);
  for (auto& byte : block) byte ^= 0x36 ^ 0x5c;
  outer_.update(block);
  wipe(block);
}

HmacKey::~HmacKey() {
  OPENSSL_cleanse(&inner_, sizeof inner_);
  OPENSSL_cleanse(&outer_, sizeof outer_);
}

Digest HmacKey::mac(ByteView data) const { return mac({data}); }

Digest HmacKey::mac(std::initializer_list<ByteView> parts) const {
  Sha256 inner = inner_;
  for (const ByteView part : parts) inner.update(part);
  return finish(inner);
}

Digest HmacKey::finish(Sha256 inner) const {
  const Digest inside = inner.finish();
  Sha256 outer = outer_;
  return outer.update(inside).finish();
}

Digest hmac_sha256(ByteView key, ByteView data) { return HmacKey(key).mac({data}); }

Digest hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) { return HmacKey(key).mac(parts); }

Bytes hkdf_sha256(ByteView key, ByteView salt, ByteView info, std::size_t length) {
  MINGMA_ASSERT(length <= 255 * sizeof(Digest));
  const HmacKey expand(hmac_sha256(salt, key));
  Bytes out;
  out.reserve(length + sizeof(Digest));
  Digest previous;
  for (std::uint8_t counter = 1; out.size() < length; ++counter) {
    const ByteView before = counter == 1 ? ByteView{} : ByteView(previous);
    previous = expand.mac({before, info, ByteView(&counter, 1)});
    append(out, previous);
  }
  out.resize(length);
  return out;
}

Digest hkdf_sha256_key(ByteView key, ByteView salt, ByteView info) {
  constexpr std::uint8_t kFirst = 1;
  return hmac_sha256(hmac_sha256(salt, key), {info, ByteView(&kFirst, 1)});
}

void wipe(std::span<std::uint8_t> secret) { OPENSSL_cleanse(secret.data(), secret.size()); }

}  // namespace mingma::crypto
