// How many requests a client may send: a token bucket per key, in bounded memory.
//
// The table is a fixed number of slots in sets of eight; a new key takes the slot that has been quiet longest, whose
// client is then remembered as having a full bucket. So an attacker with many addresses can make the limiter forget,
// never grow; the connection limits stand behind it.
// Threading: safe from any thread (one small lock per group of sets). Time comes in as an argument, in milliseconds.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/rng.h"

namespace mingma::http {

struct RateLimit {
  std::uint32_t per_second = 0;  // 0: no limit
  std::uint32_t burst = 0;       // how many may come at once
};

class RateLimiter {
 public:
  // `slots` is rounded up to a power of two. `rng` gives the hash key, so that nobody can aim at a slot.
  RateLimiter(const RateLimit& limit, std::size_t slots, Rng& rng);

  // Takes one token. 0: go on; otherwise the milliseconds until one is there.
  std::uint32_t take(ByteView key, std::uint64_t now_ms);

 private:
  static constexpr std::size_t kWays = 8;
  static constexpr std::size_t kLocks = 64;
  struct Slot {
    std::uint64_t key = 0;  // 0: empty
    std::uint64_t at_ms = 0;
    std::uint64_t millitokens = 0;
  };
  std::uint64_t hash(ByteView key) const;

  RateLimit limit_;
  std::uint64_t seed_ = 0;
  std::size_t sets_;
  std::vector<std::array<Slot, kWays>> slots_;
  std::unique_ptr<std::array<std::mutex, kLocks>> locks_;  // lock i guards the sets whose number is i modulo kLocks
};

}  // namespace mingma::http
