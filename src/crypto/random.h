// The system's randomness. Only `app` makes one; everyone else takes an Rng.
#pragma once

#include "base/rng.h"

namespace mingma::crypto {

// Cryptographically secure (OpenSSL's generator, seeded by the kernel). Safe to use from any thread.
// Stops the program if the system has no randomness: there is nothing safe to do without it.
class SystemRng final : public Rng {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

}  // namespace mingma::crypto
