#include "http/rate_limiter.h"

#include <algorithm>
#include <bit>

namespace mingma::http {

RateLimiter::RateLimiter(const RateLimit& limit, std::size_t slots, Rng& rng)
    : limit_(limit),
      sets_(std::bit_ceil(std::max<std::size_t>(slots / kWays, 1))),
      slots_(limit.per_second == 0 ? 0 : sets_),
      locks_(std::make_unique<std::array<std::mutex, kLocks>>()) {
  std::array<std::uint8_t, 8> seed{};
  rng.fill(seed);
  for (const std::uint8_t byte : seed) seed_ = seed_ << 8 | byte;
}

// A keyed multiply-and-mix (the finaliser of SplitMix64 after every 8 bytes): enough to spread keys that are chosen
// without knowing the seed. A collision shares a bucket, nothing worse.
std::uint64_t RateLimiter::hash(ByteView key) const {
  std::uint64_t state = seed_ ^ key.size();
  for (std::size_t i = 0; i < key.size(); i += 8) {
    std::uint64_t word = 0;
    for (std::size_t j = i; j < std::min(i + 8, key.size()); ++j) word = word << 8 | key[j];
    state += word + 0x9e3779b97f4a7c15u;
    state = (state ^ state >> 30) * 0xbf58476d1ce4e5b9u;
    state = (state ^ state >> 27) * 0x94d049bb133111ebu;
    state ^= state >> 31;
  }
  return state == 0 ? 1 : state;
}

std::uint32_t RateLimiter::take(ByteView key, std::uint64_t now_ms) {
  if (limit_.per_second == 0) return 0;
  const std::uint64_t id = hash(key);
  const std::size_t set_number = id & (sets_ - 1);
  const std::uint64_t full = std::uint64_t{std::max(limit_.burst, 1u)} * 1000;

  const std::lock_guard guard((*locks_)[set_number % kLocks]);
  auto& set = slots_[set_number];
  auto slot = std::find_if(set.begin(), set.end(), [id](const Slot& each) { return each.key == id; });
  if (slot == set.end()) {
    slot = std::min_element(set.begin(), set.end(), [](const Slot& a, const Slot& b) { return a.at_ms < b.at_ms; });
    *slot = {id, now_ms, full};
  }
  if (now_ms > slot->at_ms) {
    // per_second tokens a second are per_second millitokens a millisecond.
    const std::uint64_t gained = std::min(now_ms - slot->at_ms, full) * limit_.per_second;
    slot->millitokens = std::min(full, slot->millitokens + gained);
    slot->at_ms = now_ms;
  }
  if (slot->millitokens >= 1000) {
    slot->millitokens -= 1000;
    return 0;
  }
  return static_cast<std::uint32_t>((1000 - slot->millitokens + limit_.per_second - 1) / limit_.per_second);
}

}  // namespace mingma::http
