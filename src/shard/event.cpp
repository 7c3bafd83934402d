#include "shard/event.h"

#include <array>
#include <numeric>

#include "crypto/digest.h"
#include "shard/image.h"

namespace mingma::shard {
namespace {

// Uniform numbers out of SHA-256(seed || counter u32 BE), eight 32-bit words each.
class SeedStream {
 public:
  explicit SeedStream(const Digest& seed) : seed_(seed) {}

  // Uniform in [0, bound); words of the incomplete last range are thrown away, so there is no bias.
  std::uint32_t below(std::uint32_t bound) {
    const std::uint32_t limit = 0xffff'ffffu - (0xffff'ffffu % bound + 1) % bound;
    for (;;) {
      const std::uint32_t word = next();
      if (word <= limit) return word % bound;
    }
  }

 private:
  std::uint32_t next() {
    if (used_ == 8) {
      std::array<std::uint8_t, 4> counter;
      put_big_endian(counter_++, counter.data());
      block_ = crypto::sha256_concat(seed_, counter);
      used_ = 0;
    }
    const std::uint8_t* at = block_.bytes.data() + 4 * used_++;
    return static_cast<std::uint32_t>(at[0]) << 24 | static_cast<std::uint32_t>(at[1]) << 16 |
           static_cast<std::uint32_t>(at[2]) << 8 | at[3];
  }

  Digest seed_;
  Digest block_{};
  std::uint32_t counter_ = 0;
  unsigned used_ = 8;
};

}  // namespace

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::kAccepted:
      return "accepted";
    case Outcome::kDuplicate:
      return "duplicate";
    case Outcome::kUnknownResident:
      return "unknown_resident";
    case Outcome::kNotAuthorised:
      return "not_authorised";
    case Outcome::kInvalid:
      return "invalid";
    case Outcome::kSuperseded:
      return "superseded";
    case Outcome::kNoEarlierRecord:
      return "no_earlier_record";
    case Outcome::kKeyDestroyed:
      return "key_destroyed";
    case Outcome::kWrongSigner:
      return "wrong_signer";
    case Outcome::kHeld:
      return "held";
  }
  return "unknown";
}

std::string_view to_string(ApprovalOutcome outcome) {
  constexpr std::array<std::string_view, 10> kNames{
      "",      "completed",    "noted",       "refused",          "unknown",
      "ended", "not_entitled", "same_person", "same_institution", "not_authorised"};
  return kNames[static_cast<std::size_t>(outcome)];
}

std::vector<std::uint32_t> leaf_permutation(const Digest& seed, std::uint32_t count) {
  std::vector<std::uint32_t> places(count);
  std::iota(places.begin(), places.end(), 0u);
  SeedStream stream(seed);
  for (std::uint32_t i = count; i > 1; --i) std::swap(places[i - 1], places[stream.below(i)]);
  return places;
}

}  // namespace mingma::shard
