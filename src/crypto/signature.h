// Signing and verifying keys. The signature algorithm belongs to the key, never to the message: no algorithm confusion.
//
// Signatures: Ed25519 64 bytes (RFC 8032); ES256 64 bytes r||s (RFC 7518, COSE), not DER; PS256 as long as the modulus,
// RSASSA-PSS with SHA-256, MGF1-SHA-256 and a 32-byte salt.
// Threading: VerifyingKey is immutable and safe to share. A SigningKey belongs to one thread at a time; distinct
// objects work concurrently.
// Errors: errors::kInvalidKey. A signature that does not verify is `false`, whatever the reason.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "base/rng.h"

namespace mingma::crypto {

enum class SignatureAlgorithm : std::uint8_t {
  kEd25519 = 1,
  kEs256 = 2,  // ECDSA on P-256 with SHA-256
  kPs256 = 3,  // verifying only: foreign certificates use it, Mingma issues none
};

std::string_view to_string(SignatureAlgorithm algorithm);  // "Ed25519", "ES256", "PS256"

// First 8 bytes of SHA-256 of the key's SubjectPublicKeyInfo DER, as 16 lower-case hex digits.
using KeyId = std::string;

class VerifyingKey {
 public:
  static Result<VerifyingKey> from_ed25519(ByteView raw);  // 32 bytes
  static Result<VerifyingKey> from_p256(ByteView sec1);    // 65 bytes uncompressed or 33 compressed; on the curve
  // Ed25519, P-256, and RSA of 2048 to 4096 bits (taken as PS256). Nothing may follow the key.
  static Result<VerifyingKey> from_spki_der(ByteView der);
  static Result<VerifyingKey> from_pem(std::string_view pem);  // "PUBLIC KEY"

  SignatureAlgorithm algorithm() const;
  bool verify(ByteView message, ByteView signature) const;

  // Ed25519: 32 bytes. P-256: SEC1 uncompressed, 65 bytes. RSA: the SPKI DER.
  Bytes raw() const;
  const Bytes& spki_der() const;
  std::string to_pem() const;
  const KeyId& key_id() const;
  // Same key, same algorithm.
  bool operator==(const VerifyingKey& other) const;

 private:
  friend class SigningKey;
  friend class Certificate;
  struct Impl;
  explicit VerifyingKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

class SigningKey {
 public:
  // A fresh key from the system's randomness. Requires kEd25519 or kEs256.
  static SigningKey generate(SignatureAlgorithm algorithm);
  // A fresh key out of `rng`: for tests and the demonstration province, never for real keys unless `rng` is SystemRng.
  static SigningKey generate(SignatureAlgorithm algorithm, Rng& rng);
  static Result<SigningKey> from_ed25519_seed(ByteView seed);  // 32 bytes
  static Result<SigningKey> from_pem(std::string_view pem);    // PKCS#8 "PRIVATE KEY", unencrypted; Ed25519 or P-256

  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;
  ~SigningKey();

  SignatureAlgorithm algorithm() const;
  Bytes sign(ByteView message);
  const VerifyingKey& verifying_key() const;
  std::string to_pem() const;  // PKCS#8, unencrypted: write it to a file only its owner can read

 private:
  struct Impl;
  explicit SigningKey(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mingma::crypto
