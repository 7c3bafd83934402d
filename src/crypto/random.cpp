#include "crypto/random.h"

#include <openssl/rand.h>

#include "base/assert.h"

namespace mingma::crypto {

void SystemRng::fill(std::span<std::uint8_t> out) {
  MINGMA_ASSERT(RAND_bytes_ex(nullptr, out.data(), out.size(), 256) == 1);
}

}  // namespace mingma::crypto
