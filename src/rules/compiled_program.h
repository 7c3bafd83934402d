// A compiled policy as data, and its evaluation for one row. Internal to `rules`.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "rules/certlogic/expression.h"
#include "rules/compiled.h"
#include "rules/compiled_bits.h"
#include "rules/compiled_lower.h"
#include "rules/decide_clock.h"

namespace mingma::rules {

inline constexpr std::uint32_t kForever = 0xFFFF'FFFF;  // later than kClockMax

// A condition that is interpreted.
struct InterpretedCondition {
  certlogic::Expression when;
  ClockFlips flips;
};

struct PolicyProgram {
  struct Step {
    LoweredCondition condition;
    Outcome outcome;
  };
  Digest hash;
  UnixSeconds effective_from;
  UnixSeconds effective_to;
  BitGraph graph;
  std::vector<InterpretedCondition> interpreted;
  std::vector<Step> steps;
  Outcome otherwise;

  bool in_force(UnixSeconds now) const { return effective_from <= now && now < effective_to; }
  // effective_to as a horizon; kForever when it is beyond the clock.
  std::uint32_t end() const;
};

inline Outcome failed(Outcome outcome) {
  return {DecisionStatus::kUndetermined, Colour::kNone, Measure::kNone, outcome.rule};
}

// A value at an instant, and how long it holds: it is the same at least until `until` (kForever: always), and if
// `exact` it does change then.
struct HeldBit {
  bool value = false;
  bool exact = true;
  std::uint32_t until = kForever;
};

// A leaf on one row; `get` gives the stored value of a fact. Not for interpreted conditions, which need the whole row.
HeldBit held_leaf(const BitGraph& graph, const BitNode& node, const std::function<std::uint32_t(FactId)>& get,
                  UnixSeconds now);
HeldBit held_interpreted(const InterpretedCondition& condition, bool error, const FactRow& facts, UnixSeconds now);

// How long "a and b" holds. For "or" negate all three. `rising`: can change to true only, and once.
HeldBit held_and(HeldBit a, bool a_rising, HeldBit b, bool b_rising);

struct HeldOutcome {
  Outcome outcome;
  bool exact = true;
  std::uint32_t until = kForever;
};

// The outcome for one row, and a lower bound of its horizon.
HeldOutcome held_outcome(const PolicyProgram& program, const FactRow& facts, UnixSeconds now);
// The exact horizon of a row whose outcome at `now` holds at least until `until`; 0: none.
std::uint32_t exact_horizon(const PolicyProgram& program, const FactRow& facts, Outcome outcome, std::uint32_t until);

// Rows begin..end of the columns, in blocks.
void recolour_blocks(const PolicyProgram& program, const FactColumns& columns, std::size_t begin, std::size_t end,
                     UnixSeconds now, std::span<Outcome> outcomes, std::span<std::uint32_t> horizons);

}  // namespace mingma::rules
