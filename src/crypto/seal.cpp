#include "crypto/seal.h"

#include <algorithm>

#include "crypto/errors.h"
#include "crypto/openssl_internal.h"

namespace mingma::crypto {
namespace {

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kPlainBytesMax = 64u << 20;

const EVP_CIPHER* aes_256_gcm() {
  // Looked up once: a look-up by name for each call costs more than sealing a short record.
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  MINGMA_ASSERT(cipher != nullptr);
  return cipher;
}

EVP_CIPHER_CTX* thread_context() {
  thread_local const CipherCtxPtr context(EVP_CIPHER_CTX_new());
  MINGMA_ASSERT(context != nullptr);
  return context.get();
}

// Leaves no key material behind in the thread's context.
struct ContextReset {
  EVP_CIPHER_CTX* context;
  ~ContextReset() { EVP_CIPHER_CTX_reset(context); }
};

}  // namespace

Bytes seal(const Digest& key, const SealNonce& nonce, ByteView context, ByteView plain) {
  MINGMA_ASSERT(plain.size() <= kPlainBytesMax && context.size() <= kPlainBytesMax);
  Bytes out(kNonceBytes + plain.size() + kTagBytes);
  std::ranges::copy(nonce, out.begin());
  EVP_CIPHER_CTX* const cipher = thread_context();
  const ContextReset reset{cipher};
  int written = 0;
  bool ok = EVP_EncryptInit_ex2(cipher, aes_256_gcm(), key.bytes.data(), nonce.data(), nullptr) == 1;
  if (!context.empty()) {
    ok = ok && EVP_EncryptUpdate(cipher, nullptr, &written, context.data(), static_cast<int>(context.size())) == 1;
  }
  std::uint8_t* const body = out.data() + kNonceBytes;
  if (!plain.empty())
    ok = ok && EVP_EncryptUpdate(cipher, body, &written, plain.data(), static_cast<int>(plain.size())) == 1;
  std::uint8_t* const tag = body + plain.size();
  ok = ok && EVP_EncryptFinal_ex(cipher, tag, &written) == 1;
  ok = ok && EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, kTagBytes, tag) == 1;
  MINGMA_ASSERT(ok);
  return out;
}

Bytes seal(const Digest& key, Rng& rng, ByteView context, ByteView plain) {
  SealNonce nonce;
  rng.fill(nonce);
  return seal(key, nonce, context, plain);
}

Result<Bytes> open_sealed(const Digest& key, ByteView context, ByteView sealed) {
  const Error broken(errors::kSealBroken, "a sealed record does not open: another key or place, or changed bytes");
  if (sealed.size() < kSealOverheadBytes || sealed.size() > kPlainBytesMax + kSealOverheadBytes) return broken;
  if (context.size() > kPlainBytesMax) return broken;
  const ByteView nonce = sealed.first(kNonceBytes);
  const ByteView body = sealed.subspan(kNonceBytes, sealed.size() - kSealOverheadBytes);
  Bytes tag = to_bytes(sealed.last(kTagBytes));
  Bytes plain(body.size());
  EVP_CIPHER_CTX* const cipher = thread_context();
  const ContextReset reset{cipher};
  int written = 0;
  bool ok = EVP_DecryptInit_ex2(cipher, aes_256_gcm(), key.bytes.data(), nonce.data(), nullptr) == 1;
  if (!context.empty()) {
    ok = ok && EVP_DecryptUpdate(cipher, nullptr, &written, context.data(), static_cast<int>(context.size())) == 1;
  }
  if (!body.empty())
    ok = ok && EVP_DecryptUpdate(cipher, plain.data(), &written, body.data(), static_cast<int>(body.size())) == 1;
  ok = ok && EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) == 1;
  std::uint8_t none = 0;
  ok = ok && EVP_DecryptFinal_ex(cipher, &none, &written) == 1;
  if (!ok) {
    ERR_clear_error();
    return broken;
  }
  return plain;
}

}  // namespace mingma::crypto
