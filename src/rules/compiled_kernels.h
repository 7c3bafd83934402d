// The inner loops of the compiled evaluator: kLanes rows at a time, written so that the compiler vectorises them, built
// once for AVX-512, once for AVX2 and once for any processor; the loader picks. Internal to `rules`.
//
// A mask has 0xFF where a value is true and 0 where not. `until` is how long each lane's value holds (kForever:
// always). All pointers are to kLanes elements; inputs may be aligned or not, outputs do not overlap inputs.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mingma::rules::kernels {

inline constexpr std::size_t kLanes = 1024;

struct Summary {
  bool any = false;     // some lane is true
  bool all = false;     // every lane is true
  bool finite = false;  // some lane holds for a limited time only
};

Summary range_lanes(const std::uint8_t* x, std::uint8_t low, std::uint8_t high, std::uint8_t* mask);
Summary range_lanes(const std::uint16_t* x, std::uint16_t low, std::uint16_t high, std::uint8_t* mask);
Summary range_lanes(const std::uint32_t* x, std::uint32_t low, std::uint32_t high, std::uint8_t* mask);

// True where x >= low; such a lane holds until x + add (modulo 2^32) if x <= cap, else for ever.
Summary before_lanes(const std::uint32_t* x, std::uint32_t low, std::uint32_t cap, std::uint32_t add,
                     std::uint8_t* mask, std::uint32_t* until);

// True where x + add < y.
Summary pair_lanes(const std::uint8_t* x, const std::uint8_t* y, std::int64_t add, std::uint8_t* mask);
Summary pair_lanes(const std::uint32_t* x, const std::uint32_t* y, std::int64_t add, std::uint8_t* mask);

Summary not_lanes(const std::uint8_t* a, std::uint8_t* mask);

// "and" of masks; with flip = 0xFF "or", by negating operands and result.
Summary and_lanes(const std::uint8_t* a, const std::uint8_t* b, std::uint8_t flip, std::uint8_t* mask);
// The same when only `a` depends on the clock.
Summary and_lanes(const std::uint8_t* a, const std::uint32_t* a_until, const std::uint8_t* b, std::uint8_t flip,
                  std::uint8_t* mask, std::uint32_t* until);

struct ClockOperand {
  const std::uint8_t* mask;
  const std::uint32_t* until;
  bool rising;  // after the flip: can change to true only, and once
};
// The same when both do. `inexact` is set in lanes that may keep their value beyond `until` (held_and in
// compiled_program.h).
Summary and_lanes(const ClockOperand& a, const ClockOperand& b, std::uint8_t flip, std::uint8_t* mask,
                  std::uint32_t* until, std::uint8_t* inexact);

// into |= from
void or_into(const std::uint8_t* from, std::uint8_t* into);
// into |= from where selected
void or_selected(const std::uint8_t* from, const std::uint8_t* selected, std::uint8_t* into);
// horizon = min(horizon, until) where selected
void hold_lanes(const std::uint32_t* until, const std::uint8_t* selected, std::uint32_t* horizon);
// Where undecided and true: sets the code and is decided. Returns whether any lane is still undecided.
bool decide_lanes(const std::uint8_t* mask, std::uint32_t code, std::uint8_t* undecided, std::uint32_t* codes);

}  // namespace mingma::rules::kernels
