// Conditions as a graph of two-valued nodes over fact columns and the clock: what a policy is compiled to. Internal to
// `rules`.
//
// A CertLogic condition becomes two nodes: where it is true and where it is an error. Leaves test one column against a
// range, or compare a fact plus a duration with the clock; everything else is not, and, or. Equal nodes are made once,
// and contradictions (present and absent at once) are folded away, so that most conditions turn out to have no
// reachable error at all.
//
// Each node knows its trend: how often it can still change as time passes. From that and the instants at which leaves
// flip, an evaluator can tell how long a node keeps its value, and whether it really changes then ("exact"). Threading:
// immutable once built. Limits: kBitNodesMax nodes; a condition that would need more is interpreted row by row.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "rules/certlogic/date_time.h"
#include "rules/decide_clock.h"
#include "rules/facts.h"

namespace mingma::rules {

inline constexpr std::size_t kBitNodesMax = 20'000;

using BitIndex = std::uint32_t;
inline constexpr BitIndex kFalseBit = 0;
inline constexpr BitIndex kTrueBit = 1;

enum class BitOp : std::uint8_t {
  kFalse,
  kTrue,
  kRange,         // low <= fact <= high, on the stored value
  kBefore,        // fact present, and now < fact + seconds
  kCalendar,      // fact present, and now < fact + months + seconds
  kClockAtLeast,  // now >= seconds, the same for every row
  kPair,          // fact + seconds < other, times in seconds, numbers as they are; presence is tested beside it
  kCompare,       // comparison(index): any two date-times, months included; row by row
  kInterpreted,   // condition(index) is true
  kInterpretedError,
  kNot,
  kAnd,
  kOr,
};

// How a value can change from some instant on: not at all, once to false, once to true, or any number of times.
enum class Trend : std::uint8_t { kStill, kFalling, kRising, kMixed };

struct BitNode {
  BitOp op = BitOp::kFalse;
  Trend trend = Trend::kStill;
  FactId fact{};
  FactId other{};
  BitIndex left = 0;  // kNot, kAnd, kOr; comparison or condition number
  BitIndex right = 0;
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  std::int64_t seconds = 0;
  std::int64_t months = 0;
  std::uint32_t cost = 0;  // rough work per row; cheap operands are tried first

  bool operator==(const BitNode&) const = default;
};

// One side of a date-time comparison.
struct DateTerm {
  enum class Kind : std::uint8_t { kConstant, kClock, kFact } kind = Kind::kConstant;
  FactId fact{};
  TimeShift shift{};
  std::int64_t milliseconds = 0;  // kConstant

  bool operator==(const DateTerm&) const = default;
  // Requires a term that CertLogic can evaluate: the fact present, the result in range.
  certlogic::DateTime value(std::uint32_t raw, UnixSeconds now) const;
};

// left < right, or left <= right.
struct DateComparison {
  DateTerm left;
  DateTerm right;
  bool or_equal = false;

  bool operator==(const DateComparison&) const = default;
};

class BitGraph {
 public:
  BitGraph();

  const BitNode& node(BitIndex index) const { return nodes_[index]; }
  std::size_t size() const { return nodes_.size(); }
  const DateComparison& comparison(std::uint32_t index) const { return comparisons_[index]; }
  bool full() const { return nodes_.size() > kBitNodesMax; }

  BitIndex range(FactId fact, std::uint32_t low, std::uint32_t high);
  BitIndex present(FactId fact);
  BitIndex before(FactId fact, std::int64_t seconds);
  BitIndex calendar(FactId fact, std::int64_t months, std::int64_t seconds);
  BitIndex clock_at_least(std::int64_t seconds);
  BitIndex pair(FactId fact, std::int64_t seconds, FactId other);
  BitIndex compare(const DateComparison& comparison);
  BitIndex interpreted(std::uint32_t condition, bool error);

  BitIndex negate(BitIndex a);
  BitIndex both(BitIndex a, BitIndex b);
  BitIndex either(BitIndex a, BitIndex b);

 private:
  BitIndex add(BitNode node);
  void append_conjuncts(BitIndex index, std::vector<BitIndex>& out) const;
  void append_disjuncts(BitIndex index, std::vector<BitIndex>& out) const;
  bool contradict(BitIndex a, BitIndex b) const;
  bool implies(BitIndex a, BitIndex b) const;
  BitIndex given(BitIndex part, BitIndex known);
  BitIndex conjunction(std::vector<BitIndex> parts);

  std::vector<BitNode> nodes_;
  std::vector<DateComparison> comparisons_;
  std::unordered_multimap<std::uint64_t, BitIndex> known_;
};

// The greatest stored value of a fact's column, and how many seconds one unit of it is (1 for what is no time).
std::uint32_t column_max(FactId fact);
std::int64_t column_scale(FactId fact);

}  // namespace mingma::rules
