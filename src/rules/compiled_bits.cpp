#include "rules/compiled_bits.h"

#include <algorithm>

namespace mingma::rules {
namespace {

constexpr std::size_t kConjunctsMax = 64;  // beyond, an "and" is built as it stands

std::uint64_t hash_of(const BitNode& n) {
  std::uint64_t h = 0xCBF2'9CE4'8422'2325;
  for (const std::uint64_t part :
       {static_cast<std::uint64_t>(n.op), static_cast<std::uint64_t>(n.fact), static_cast<std::uint64_t>(n.other),
        std::uint64_t{n.left}, std::uint64_t{n.right}, std::uint64_t{n.low}, std::uint64_t{n.high},
        static_cast<std::uint64_t>(n.seconds), static_cast<std::uint64_t>(n.months)}) {
    h = (h ^ part) * 0x100'0000'01B3;
  }
  return h;
}

Trend opposite(Trend trend) {
  if (trend == Trend::kFalling) return Trend::kRising;
  return trend == Trend::kRising ? Trend::kFalling : trend;
}

Trend combined(Trend a, Trend b) {
  if (a == Trend::kStill) return b;
  if (b == Trend::kStill || a == b) return a;
  return Trend::kMixed;
}

}  // namespace

std::uint32_t column_max(FactId fact) {
  switch (fact_info(fact).kind) {
    case FactKind::kInstant:
      return 0xFFFF'FFFF;
    case FactKind::kDate:
      return 0xFFFF;
    default:
      return fact_info(fact).value_max;
  }
}

std::int64_t column_scale(FactId fact) { return fact_info(fact).kind == FactKind::kDate ? kSecondsPerDay : 1; }

certlogic::DateTime DateTerm::value(std::uint32_t raw, UnixSeconds now) const {
  if (kind == Kind::kConstant) return {milliseconds};
  const std::int64_t start = kind == Kind::kClock ? now.value : static_cast<std::int64_t>(raw) * column_scale(fact);
  const auto moved = certlogic::add_time({start * 1'000}, shift.amount, shift.unit);
  MINGMA_ASSERT(moved.has_value());
  return *moved;
}

BitGraph::BitGraph() {
  add({.op = BitOp::kFalse});
  add({.op = BitOp::kTrue});
}

BitIndex BitGraph::add(BitNode node) {
  const std::uint64_t hash = hash_of(node);
  const auto [first, last] = known_.equal_range(hash);
  for (auto it = first; it != last; ++it) {
    if (nodes_[it->second] == node) return it->second;
  }
  nodes_.push_back(node);
  known_.emplace(hash, static_cast<BitIndex>(nodes_.size() - 1));
  return static_cast<BitIndex>(nodes_.size() - 1);
}

BitIndex BitGraph::range(FactId fact, std::uint32_t low, std::uint32_t high) {
  high = std::min(high, column_max(fact));
  if (low > high) return kFalseBit;
  if (low == 0 && high == column_max(fact)) return kTrueBit;
  return add({.op = BitOp::kRange,
              .fact = fact,
              .low = low,
              .high = high,
              .cost = static_cast<std::uint32_t>(fact_info(fact).width_bytes())});
}

BitIndex BitGraph::present(FactId fact) { return range(fact, 1, column_max(fact)); }

BitIndex BitGraph::before(FactId fact, std::int64_t seconds) {
  return add({.op = BitOp::kBefore, .trend = Trend::kFalling, .fact = fact, .seconds = seconds, .cost = 8});
}

BitIndex BitGraph::calendar(FactId fact, std::int64_t months, std::int64_t seconds) {
  return add({.op = BitOp::kCalendar,
              .trend = Trend::kFalling,
              .fact = fact,
              .seconds = seconds,
              .months = months,
              .cost = 100});
}

BitIndex BitGraph::clock_at_least(std::int64_t seconds) {
  return add({.op = BitOp::kClockAtLeast, .trend = Trend::kRising, .seconds = seconds, .cost = 1});
}

BitIndex BitGraph::pair(FactId fact, std::int64_t seconds, FactId other) {
  return add({.op = BitOp::kPair, .fact = fact, .other = other, .seconds = seconds, .cost = 16});
}

BitIndex BitGraph::compare(const DateComparison& comparison) {
  const auto found = std::find(comparisons_.begin(), comparisons_.end(), comparison);
  const auto index = static_cast<BitIndex>(found - comparisons_.begin());
  if (found == comparisons_.end()) comparisons_.push_back(comparison);
  const bool clock = comparison.left.kind == DateTerm::Kind::kClock || comparison.right.kind == DateTerm::Kind::kClock;
  return add({.op = BitOp::kCompare, .trend = clock ? Trend::kMixed : Trend::kStill, .left = index, .cost = 200});
}

BitIndex BitGraph::interpreted(std::uint32_t condition, bool error) {
  return add({.op = error ? BitOp::kInterpretedError : BitOp::kInterpreted,
              .trend = Trend::kMixed,
              .left = condition,
              .cost = 10'000});
}

BitIndex BitGraph::negate(BitIndex a) {
  const BitNode& n = nodes_[a];
  if (a == kFalseBit) return kTrueBit;
  if (a == kTrueBit) return kFalseBit;
  if (n.op == BitOp::kNot) return n.left;
  if (n.op == BitOp::kRange && n.low == 0) return range(n.fact, n.high + 1, column_max(n.fact));
  if (n.op == BitOp::kRange && n.high == column_max(n.fact)) return range(n.fact, 0, n.low - 1);
  return add({.op = BitOp::kNot, .trend = opposite(n.trend), .left = a, .cost = n.cost});
}

void BitGraph::append_conjuncts(BitIndex index, std::vector<BitIndex>& out) const {
  const BitNode& n = nodes_[index];
  if (n.op != BitOp::kAnd || out.size() > kConjunctsMax) {
    out.push_back(index);
    return;
  }
  append_conjuncts(n.left, out);
  append_conjuncts(n.right, out);
}

// Both cannot be true at once, as far as two leaves show.
bool BitGraph::contradict(BitIndex a, BitIndex b) const {
  const BitNode& x = nodes_[a];
  const BitNode& y = nodes_[b];
  if ((x.op == BitOp::kNot && x.left == b) || (y.op == BitOp::kNot && y.left == a)) return true;
  if (x.op == BitOp::kRange && y.op == BitOp::kRange) return x.fact == y.fact && (x.high < y.low || y.high < x.low);
  const auto absent = [](const BitNode& n) { return n.op == BitOp::kRange && n.high == 0; };
  const auto needs = [](const BitNode& n, FactId fact) {
    return ((n.op == BitOp::kBefore || n.op == BitOp::kCalendar) && n.fact == fact);
  };
  return (absent(x) && needs(y, x.fact)) || (absent(y) && needs(x, y.fact));
}

// Wherever a is true b is, as far as two leaves show.
bool BitGraph::implies(BitIndex a, BitIndex b) const {
  if (a == b) return true;
  const BitNode& x = nodes_[a];
  const BitNode& y = nodes_[b];
  if (y.op != BitOp::kRange) return false;
  if (x.op == BitOp::kRange) return x.fact == y.fact && x.low >= y.low && x.high <= y.high;
  if (x.op == BitOp::kBefore || x.op == BitOp::kCalendar)
    return x.fact == y.fact && y.low <= 1 && y.high == column_max(y.fact);
  return false;
}

void BitGraph::append_disjuncts(BitIndex index, std::vector<BitIndex>& out) const {
  const BitNode& n = nodes_[index];
  if (n.op != BitOp::kOr || out.size() > kConjunctsMax) {
    out.push_back(index);
    return;
  }
  append_disjuncts(n.left, out);
  append_disjuncts(n.right, out);
}

// `part` where `known` is true: not(x and y) is not(y) where x holds, and (x or y) is y where x cannot hold.
BitIndex BitGraph::given(BitIndex part, BitIndex known) {
  const BitNode n = nodes_[part];
  std::vector<BitIndex> inner;
  if (n.op == BitOp::kNot && nodes_[n.left].op == BitOp::kAnd) {
    append_conjuncts(n.left, inner);
    std::erase_if(inner, [&](BitIndex x) { return implies(known, x); });
    return inner.empty() ? kFalseBit : negate(conjunction(std::move(inner)));
  }
  if (n.op == BitOp::kOr) {
    append_disjuncts(part, inner);
    const std::size_t before = inner.size();
    std::erase_if(inner, [&](BitIndex x) { return contradict(known, x); });
    if (inner.size() == before) return part;
    BitIndex result = kFalseBit;
    for (const BitIndex x : inner) result = either(result, x);
    return result;
  }
  return part;
}

// Left to right, the cheapest first; of two that say the same one goes.
BitIndex BitGraph::conjunction(std::vector<BitIndex> parts) {
  std::sort(parts.begin(), parts.end(),
            [&](BitIndex x, BitIndex y) { return std::pair(nodes_[x].cost, x) < std::pair(nodes_[y].cost, y); });
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  BitIndex result = kTrueBit;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool implied = std::any_of(parts.begin(), parts.end(),
                                     [&](BitIndex other) { return other != parts[i] && implies(other, parts[i]); });
    if (implied) continue;
    const BitNode& x = nodes_[result];
    const BitNode& y = nodes_[parts[i]];
    if (result == kTrueBit) {
      result = parts[i];
    } else {
      result = add({.op = BitOp::kAnd,
                    .trend = combined(x.trend, y.trend),
                    .left = result,
                    .right = parts[i],
                    .cost = x.cost + y.cost});
    }
  }
  return result;
}

BitIndex BitGraph::both(BitIndex a, BitIndex b) {
  if (a == kFalseBit || b == kFalseBit) return kFalseBit;
  if (a == kTrueBit || a == b) return b;
  if (b == kTrueBit) return a;
  std::vector<BitIndex> parts;
  append_conjuncts(a, parts);
  append_conjuncts(b, parts);
  if (parts.size() > kConjunctsMax) {
    return add({.op = BitOp::kAnd,
                .trend = combined(nodes_[a].trend, nodes_[b].trend),
                .left = a,
                .right = b,
                .cost = nodes_[a].cost + nodes_[b].cost});
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (std::size_t k = 0; k < parts.size(); ++k) {
      if (i == k) continue;
      if (contradict(parts[i], parts[k])) return kFalseBit;
      const BitNode x = nodes_[parts[i]];
      const BitNode y = nodes_[parts[k]];
      if (x.op == BitOp::kRange && y.op == BitOp::kRange && x.fact == y.fact) {
        parts[i] = parts[k] = range(x.fact, std::max(x.low, y.low), std::min(x.high, y.high));
        continue;
      }
      const BitIndex simpler = given(parts[k], parts[i]);
      if (simpler == parts[k]) continue;
      parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(k));
      BitIndex rest = simpler;
      for (const BitIndex part : parts) rest = both(rest, part);
      return rest;
    }
  }
  return conjunction(std::move(parts));
}

BitIndex BitGraph::either(BitIndex a, BitIndex b) {
  if (a == kTrueBit || b == kTrueBit) return kTrueBit;
  if (a == kFalseBit || a == b) return b;
  if (b == kFalseBit) return a;
  // Where a is false already, the parts of b that follow from that say nothing new.
  for (int side = 0; side < 2; ++side, std::swap(a, b)) {
    std::vector<BitIndex> known;
    std::vector<BitIndex> parts;
    append_disjuncts(a, known);
    append_conjuncts(b, parts);
    if (known.size() > kConjunctsMax || parts.size() > kConjunctsMax) continue;
    const std::size_t before = parts.size();
    std::erase_if(parts, [&](BitIndex part) {
      const BitIndex opposite_part = negate(part);
      return std::any_of(known.begin(), known.end(), [&](BitIndex k) { return implies(opposite_part, k); });
    });
    if (parts.empty()) return kTrueBit;
    if (parts.size() != before) return either(a, conjunction(std::move(parts)));
    if (std::any_of(known.begin(), known.end(), [&](BitIndex k) { return implies(b, k); })) return a;
  }
  const BitNode x = nodes_[a];
  const BitNode y = nodes_[b];
  if (x.op == BitOp::kRange && y.op == BitOp::kRange && x.fact == y.fact) {  // neighbours become one
    if ((x.high < y.low && x.high + 1 == y.low) || (y.high < x.low && y.high + 1 == x.low))
      return range(x.fact, std::min(x.low, y.low), std::max(x.high, y.high));
  }
  const bool a_first = std::pair(x.cost, a) < std::pair(y.cost, b);
  return add({.op = BitOp::kOr,
              .trend = combined(x.trend, y.trend),
              .left = a_first ? a : b,
              .right = a_first ? b : a,
              .cost = x.cost + y.cost});
}

}  // namespace mingma::rules
