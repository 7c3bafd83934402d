#include "rules/compiled_kernels.h"

#include <algorithm>

// The sanitizers' start-up code runs after the loader picks a clone, so instrumented builds have one version only.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__) && \
    !defined(__SANITIZE_ADDRESS__)
#define MINGMA_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MINGMA_CLONES
#endif
#define MINGMA_INLINE __attribute__((always_inline)) inline

namespace mingma::rules::kernels {
namespace {

constexpr std::uint32_t kForever = 0xFFFF'FFFF;

struct Reduction {
  std::uint8_t any = 0;
  std::uint8_t all = 0xFF;
  std::uint32_t until = kForever;
  Summary summary() const { return {any != 0, all != 0, until != kForever}; }
};

MINGMA_INLINE std::uint8_t as_mask(bool value) { return value ? 0xFF : 0; }

template <typename T>
MINGMA_INLINE Summary range_body(const T* __restrict x, T low, T high, std::uint8_t* __restrict mask) {
  Reduction r;
  const T width = static_cast<T>(high - low);
  for (std::size_t i = 0; i < kLanes; ++i) mask[i] = as_mask(static_cast<T>(x[i] - low) <= width);
  for (std::size_t i = 0; i < kLanes; ++i) {
    r.any |= mask[i];
    r.all &= mask[i];
  }
  return r.summary();
}

template <typename T, typename Wide>
MINGMA_INLINE Summary pair_body(const T* __restrict x, const T* __restrict y, Wide add, std::uint8_t* __restrict mask) {
  Reduction r;
  for (std::size_t i = 0; i < kLanes; ++i) mask[i] = as_mask(static_cast<Wide>(x[i]) + add < static_cast<Wide>(y[i]));
  for (std::size_t i = 0; i < kLanes; ++i) {
    r.any |= mask[i];
    r.all &= mask[i];
  }
  return r.summary();
}

}  // namespace

MINGMA_CLONES Summary range_lanes(const std::uint8_t* x, std::uint8_t low, std::uint8_t high, std::uint8_t* mask) {
  return range_body(x, low, high, mask);
}
MINGMA_CLONES Summary range_lanes(const std::uint16_t* x, std::uint16_t low, std::uint16_t high, std::uint8_t* mask) {
  return range_body(x, low, high, mask);
}
MINGMA_CLONES Summary range_lanes(const std::uint32_t* x, std::uint32_t low, std::uint32_t high, std::uint8_t* mask) {
  return range_body(x, low, high, mask);
}

MINGMA_CLONES Summary before_lanes(const std::uint32_t* __restrict x, std::uint32_t low, std::uint32_t cap,
                                   std::uint32_t add, std::uint8_t* __restrict mask, std::uint32_t* __restrict until) {
  Reduction r;
  for (std::size_t i = 0; i < kLanes; ++i) mask[i] = as_mask(x[i] >= low);
  for (std::size_t i = 0; i < kLanes; ++i) {
    until[i] = ((x[i] >= low) & (x[i] <= cap)) ? x[i] + add : kForever;
    r.until &= until[i];
  }
  for (std::size_t i = 0; i < kLanes; ++i) {
    r.any |= mask[i];
    r.all &= mask[i];
  }
  return r.summary();
}

MINGMA_CLONES Summary pair_lanes(const std::uint8_t* x, const std::uint8_t* y, std::int64_t add, std::uint8_t* mask) {
  return pair_body(x, y, static_cast<std::int32_t>(std::clamp<std::int64_t>(add, -1'000, 1'000)), mask);
}
MINGMA_CLONES Summary pair_lanes(const std::uint32_t* x, const std::uint32_t* y, std::int64_t add, std::uint8_t* mask) {
  return pair_body(x, y, add, mask);
}

MINGMA_CLONES Summary not_lanes(const std::uint8_t* __restrict a, std::uint8_t* __restrict mask) {
  Reduction r;
  for (std::size_t i = 0; i < kLanes; ++i) {
    mask[i] = static_cast<std::uint8_t>(~a[i]);
    r.any |= mask[i];
    r.all &= mask[i];
  }
  return r.summary();
}

MINGMA_CLONES Summary and_lanes(const std::uint8_t* __restrict a, const std::uint8_t* __restrict b, std::uint8_t flip,
                                std::uint8_t* __restrict mask) {
  Reduction r;
  for (std::size_t i = 0; i < kLanes; ++i) {
    mask[i] = static_cast<std::uint8_t>(((a[i] ^ flip) & (b[i] ^ flip)) ^ flip);
    r.any |= mask[i];
    r.all &= mask[i];
  }
  return r.summary();
}

MINGMA_CLONES Summary and_lanes(const std::uint8_t* __restrict a, const std::uint32_t* __restrict a_until,
                                const std::uint8_t* __restrict b, std::uint8_t flip, std::uint8_t* __restrict mask,
                                std::uint32_t* __restrict until) {
  Reduction r;
  for (std::size_t i = 0; i < kLanes; ++i) {
    mask[i] = static_cast<std::uint8_t>(((a[i] ^ flip) & (b[i] ^ flip)) ^ flip);
    r.any |= mask[i];
    r.all &= mask[i];
  }
  for (std::size_t i = 0; i < kLanes; ++i) {
    until[i] = b[i] != flip ? a_until[i] : kForever;
    r.until &= until[i];
  }
  return r.summary();
}

MINGMA_CLONES Summary and_lanes(const ClockOperand& left, const ClockOperand& right, std::uint8_t flip,
                                std::uint8_t* __restrict mask, std::uint32_t* __restrict until,
                                std::uint8_t* __restrict inexact) {
  const std::uint8_t* __restrict a = left.mask;
  const std::uint8_t* __restrict b = right.mask;
  const std::uint32_t* __restrict a_until = left.until;
  const std::uint32_t* __restrict b_until = right.until;
  const bool a_turns_back = !left.rising;
  const bool b_turns_back = !right.rising;
  Reduction r;
  for (std::size_t i = 0; i < kLanes; ++i) {
    mask[i] = static_cast<std::uint8_t>(((a[i] ^ flip) & (b[i] ^ flip)) ^ flip);
    r.any |= mask[i];
    r.all &= mask[i];
  }
  for (std::size_t i = 0; i < kLanes; ++i) {
    const bool va = a[i] != flip;
    const bool vb = b[i] != flip;
    const std::uint32_t ua = a_until[i];
    const std::uint32_t ub = b_until[i];
    const std::uint32_t low = ua < ub ? ua : ub;
    const std::uint32_t high = ua < ub ? ub : ua;
    const std::uint32_t held = va ? (vb ? low : ub) : (vb ? ua : high);
    const bool one_false = (va & !vb & (ua <= ub)) | (!va & vb & (ub <= ua));
    const bool none_true = !va & !vb & (((ua < ub) & a_turns_back) | ((ub < ua) & b_turns_back));
    until[i] = held;
    inexact[i] = as_mask((one_false | none_true) & (held != kForever));
    r.until &= held;
  }
  return r.summary();
}

MINGMA_CLONES void or_into(const std::uint8_t* __restrict from, std::uint8_t* __restrict into) {
  for (std::size_t i = 0; i < kLanes; ++i) into[i] |= from[i];
}

MINGMA_CLONES void or_selected(const std::uint8_t* __restrict from, const std::uint8_t* __restrict selected,
                               std::uint8_t* __restrict into) {
  for (std::size_t i = 0; i < kLanes; ++i) into[i] |= from[i] & selected[i];
}

MINGMA_CLONES void hold_lanes(const std::uint32_t* __restrict until, const std::uint8_t* __restrict selected,
                              std::uint32_t* __restrict horizon) {
  for (std::size_t i = 0; i < kLanes; ++i) {
    const std::uint32_t held = selected[i] != 0 ? until[i] : kForever;
    horizon[i] = held < horizon[i] ? held : horizon[i];
  }
}

MINGMA_CLONES bool decide_lanes(const std::uint8_t* __restrict mask, std::uint32_t code,
                                std::uint8_t* __restrict undecided, std::uint32_t* __restrict codes) {
  std::uint8_t left = 0;
  for (std::size_t i = 0; i < kLanes; ++i) codes[i] = (mask[i] & undecided[i]) != 0 ? code : codes[i];
  for (std::size_t i = 0; i < kLanes; ++i) {
    undecided[i] = static_cast<std::uint8_t>(undecided[i] & ~mask[i]);
    left |= undecided[i];
  }
  return left != 0;
}

}  // namespace mingma::rules::kernels
