#include "base/rng.h"

#include "base/assert.h"

namespace mingma {

std::uint64_t SeededRng::next() {
  state_ += 0x9E3779B97F4A7C15u;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

std::uint64_t SeededRng::below(std::uint64_t bound) {
  MINGMA_ASSERT(bound > 0);
  // 2^64 mod bound values at the low end would make the first results more frequent: draw again.
  const std::uint64_t excess = (0 - bound) % bound;
  std::uint64_t value = next();
  while (value < excess) value = next();
  return value % bound;
}

void SeededRng::fill(std::span<std::uint8_t> out) {
  std::size_t i = 0;
  while (i < out.size()) {
    std::uint64_t word = next();
    for (int k = 0; k < 8 && i < out.size(); ++k, word >>= 8) out[i++] = static_cast<std::uint8_t>(word);
  }
}

}  // namespace mingma
