// Chance comes in as an argument. Only `app` names the real source (crypto/random.h).
#pragma once

#include <cstdint>
#include <span>

namespace mingma {

class Rng {
 public:
  virtual ~Rng() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;
};

// Deterministic and not secret: SplitMix64. For simulation and tests; the seed is printed by whoever chooses it.
class SeededRng final : public Rng {
 public:
  explicit SeededRng(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  std::uint64_t below(std::uint64_t bound);  // uniform in [0, bound); bound > 0
  void fill(std::span<std::uint8_t> out) override;

 private:
  std::uint64_t state_;
};

}  // namespace mingma
