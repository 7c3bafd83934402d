#include <algorithm>

#include "rules/compiled_lower.h"

namespace mingma::rules {
namespace {

std::int64_t floor_seconds(std::int64_t milliseconds) {
  return milliseconds / 1'000 - (milliseconds % 1'000 < 0 ? 1 : 0);
}

// Whole seconds on one side: x < c is x <= ceil(c) - 1, x <= c is x <= floor(c), c < x is x >= floor(c) + 1, c <= x is
// x >= ceil(c).
BitIndex date_against_constant(BitGraph& graph, const DateTerm& a, const DateTerm& b, bool or_equal) {
  const bool constant_left = a.kind == DateTerm::Kind::kConstant;
  const DateTerm& moving = constant_left ? b : a;
  const std::int64_t bound = (constant_left ? a : b).milliseconds - *moving.shift.fixed_milliseconds();
  const std::int64_t floor = floor_seconds(bound);
  const std::int64_t ceiling = -floor_seconds(-bound);
  const std::int64_t last = or_equal ? floor : ceiling - 1;   // moving <= last
  const std::int64_t first = or_equal ? ceiling : floor + 1;  // first <= moving
  if (moving.kind == DateTerm::Kind::kClock)
    return constant_left ? graph.clock_at_least(first) : graph.negate(graph.clock_at_least(last + 1));
  const std::int64_t scale = column_scale(moving.fact);
  const std::int64_t max = column_max(moving.fact);
  if (constant_left) {
    const std::int64_t low = first <= 0 ? 1 : std::max<std::int64_t>(1, (first + scale - 1) / scale);
    return low > max ? kFalseBit
                     : graph.range(moving.fact, static_cast<std::uint32_t>(low), static_cast<std::uint32_t>(max));
  }
  if (last < scale) return kFalseBit;
  return graph.range(moving.fact, 1, static_cast<std::uint32_t>(std::min(max, last / scale)));
}

// now < fact + k, or not (now < fact + k): one of the two always says it.
BitIndex date_against_clock(BitGraph& graph, const DateTerm& a, const DateTerm& b, bool or_equal) {
  const bool clock_left = a.kind == DateTerm::Kind::kClock;
  const DateTerm& clock = clock_left ? a : b;
  const DateTerm& fact = clock_left ? b : a;
  const auto fact_shift = fact.shift.fixed_milliseconds();
  // clock < fact: now < fact + d; clock <= fact: now < fact + d + 1; fact < clock: not (now < fact + d + 1); fact <=
  // clock: not (now < fact + d).
  const std::int64_t seconds =
      (fact_shift.value_or(0) - *clock.shift.fixed_milliseconds()) / 1'000 + (clock_left == or_equal ? 1 : 0);
  const std::int64_t months = fact.shift.amount * (fact.shift.unit == certlogic::TimeUnit::kYear ? 12 : 1);
  const BitIndex before = fact_shift ? graph.before(fact.fact, seconds) : graph.calendar(fact.fact, months, seconds);
  return clock_left ? before : graph.both(graph.present(fact.fact), graph.negate(before));
}

}  // namespace

BitIndex lower_date_order(BitGraph& graph, const DateTerm& a, const DateTerm& b, bool or_equal) {
  using TermKind = DateTerm::Kind;
  const bool fixed_a = a.shift.fixed_milliseconds().has_value();
  const bool fixed_b = b.shift.fixed_milliseconds().has_value();
  if (a.kind == TermKind::kConstant && b.kind == TermKind::kConstant) {
    return (or_equal ? a.milliseconds <= b.milliseconds : a.milliseconds < b.milliseconds) ? kTrueBit : kFalseBit;
  }
  const bool one_constant = a.kind == TermKind::kConstant || b.kind == TermKind::kConstant;
  if (one_constant && fixed_a && fixed_b) return date_against_constant(graph, a, b, or_equal);
  const bool same_fact = a.kind == TermKind::kFact && b.kind == TermKind::kFact && a.fact == b.fact;
  const bool both_clock = a.kind == TermKind::kClock && b.kind == TermKind::kClock;
  if ((same_fact || both_clock) && fixed_a && fixed_b) {
    const std::int64_t slack = or_equal ? 0 : 1;
    return *a.shift.fixed_milliseconds() + slack <= *b.shift.fixed_milliseconds() ? kTrueBit : kFalseBit;
  }
  if (a.kind == TermKind::kFact && b.kind == TermKind::kFact && fixed_a && fixed_b) {
    const std::int64_t seconds = (*a.shift.fixed_milliseconds() - *b.shift.fixed_milliseconds()) / 1'000;
    return graph.pair(a.fact, or_equal ? seconds - 1 : seconds, b.fact);
  }
  const bool clock_fixed = (a.kind == TermKind::kClock && fixed_a) || (b.kind == TermKind::kClock && fixed_b);
  const bool one_fact = (a.kind == TermKind::kFact) != (b.kind == TermKind::kFact);
  if (clock_fixed && one_fact) return date_against_clock(graph, a, b, or_equal);
  return graph.compare({a, b, or_equal});
}

}  // namespace mingma::rules
