#include <cstdint>

#include "base/assert.h"
#include "crypto/inflate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kBytesMax = 10'000;
  const mingma::ByteView input(data, size);
  const auto inflated = mingma::crypto::zlib_inflate(input, kBytesMax);
  if (!inflated.ok()) return 0;
  MINGMA_ASSERT(inflated->size() <= kBytesMax);
  MINGMA_ASSERT(mingma::crypto::zlib_inflate(mingma::crypto::zlib_deflate(*inflated), kBytesMax).value() == *inflated);
  return 0;
}
