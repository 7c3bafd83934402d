// Private to the crypto room: what a VerifyingKey holds.
#pragma once

#include "crypto/openssl_internal.h"
#include "crypto/signature.h"

namespace mingma::crypto {

inline constexpr std::size_t kP256CoordinateBytes = 32;

struct VerifyingKey::Impl {
  PkeyPtr key;
  SignatureAlgorithm algorithm{};
  Bytes raw;
  Bytes spki;
  KeyId id;

  // Takes over `key`, checks its type and size, and derives the rest.
  static Result<std::shared_ptr<const Impl>> from(PkeyPtr key);
};

}  // namespace mingma::crypto
