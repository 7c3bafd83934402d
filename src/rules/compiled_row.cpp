#include <algorithm>

#include "rules/certlogic/interpreter.h"
#include "rules/compiled_program.h"

namespace mingma::rules {
namespace {

std::uint32_t as_horizon(std::int64_t seconds) {
  return seconds > kClockMax.value ? kForever : static_cast<std::uint32_t>(seconds);
}

std::uint32_t earliest(const std::vector<UnixSeconds>& instants) {
  const auto found = std::min_element(instants.begin(), instants.end());
  return found == instants.end() ? kForever : as_horizon(found->value);
}

// now < end: true until then.
HeldBit held_before(std::int64_t end, UnixSeconds now) {
  return now.value < end ? HeldBit{true, true, as_horizon(end)} : HeldBit{false};
}

HeldBit held_calendar(const BitNode& node, std::uint32_t raw, UnixSeconds now) {
  if (raw == 0) return {false};
  const auto moved =
      certlogic::add_time({raw * column_scale(node.fact) * 1'000}, node.months, certlogic::TimeUnit::kMonth);
  MINGMA_ASSERT(moved.has_value());
  return held_before(moved->milliseconds / 1'000 + node.seconds, now);
}

HeldBit held_compare(const DateComparison& c, std::uint32_t left, std::uint32_t right, UnixSeconds now) {
  const auto absent = [](const DateTerm& term, std::uint32_t raw) {
    return term.kind == DateTerm::Kind::kFact && raw == 0;
  };
  if (absent(c.left, left) || absent(c.right, right)) return {false};
  const auto a = c.left.value(left, now);
  const auto b = c.right.value(right, now);
  std::vector<UnixSeconds> flips;
  if (c.left.kind == DateTerm::Kind::kClock) append_flips(c.left.shift, b, now, flips);
  if (c.right.kind == DateTerm::Kind::kClock) append_flips(c.right.shift, a, now, flips);
  return {c.or_equal ? a <= b : a < b, flips.empty(), earliest(flips)};
}

HeldBit negated(HeldBit bit) { return {!bit.value, bit.exact, bit.until}; }

// Evaluates nodes of one row, each once.
class RowEvaluation {
 public:
  RowEvaluation(const PolicyProgram& program, const FactRow& facts, UnixSeconds now)
      : program_(program), facts_(facts), now_(now), known_(program.graph.size()), bits_(program.graph.size()) {}

  HeldBit bit(BitIndex index) {
    if (!known_[index]) {
      bits_[index] = evaluate(program_.graph.node(index));
      known_[index] = true;
    }
    return bits_[index];
  }

 private:
  HeldBit evaluate(const BitNode& n) {
    switch (n.op) {
      case BitOp::kInterpreted:
      case BitOp::kInterpretedError:
        return held_interpreted(program_.interpreted[n.left], n.op == BitOp::kInterpretedError, facts_, now_);
      case BitOp::kNot:
        return negated(bit(n.left));
      case BitOp::kAnd:
        return conjunction(n, false);
      case BitOp::kOr:
        return conjunction(n, true);
      default:
        return held_leaf(
            program_.graph, n, [&](FactId fact) { return facts_.get(fact); }, now_);
    }
  }

  // "or" is the negation of "and" of the negations.
  HeldBit conjunction(const BitNode& n, bool is_or) {
    const auto flip = [&](HeldBit b) { return is_or ? negated(b) : b; };
    const Trend wanted = is_or ? Trend::kFalling : Trend::kRising;
    const HeldBit left = flip(bit(n.left));
    if (!left.value && left.until == kForever) return flip(left);
    const HeldBit right = flip(bit(n.right));
    return flip(held_and(left, program_.graph.node(n.left).trend == wanted, right,
                         program_.graph.node(n.right).trend == wanted));
  }

  const PolicyProgram& program_;
  const FactRow& facts_;
  UnixSeconds now_;
  std::vector<bool> known_;
  std::vector<HeldBit> bits_;
};

}  // namespace

std::uint32_t PolicyProgram::end() const { return as_horizon(effective_to.value); }

HeldBit held_and(HeldBit a, bool a_rising, HeldBit b, bool b_rising) {
  if (a.value && b.value)
    return {true, a.until == b.until ? a.exact && b.exact : (a.until < b.until ? a.exact : b.exact),
            std::min(a.until, b.until)};
  if (a.value != b.value) {
    // The false one must turn while the true one still holds.
    const HeldBit& one = a.value ? b : a;
    const HeldBit& other = a.value ? a : b;
    return {false, one.exact && other.exact && (one.until == kForever || other.until > one.until), one.until};
  }
  // Both must have turned by the later instant, and the earlier one must not have turned back.
  const std::uint32_t until = std::max(a.until, b.until);
  const bool stays = a.until == b.until || (a.until < b.until ? a_rising : b_rising);
  return {false, until == kForever || (stays && a.exact && b.exact), until};
}

HeldBit held_leaf(const BitGraph& graph, const BitNode& n, const std::function<std::uint32_t(FactId)>& get,
                  UnixSeconds now) {
  switch (n.op) {
    case BitOp::kFalse:
      return {false};
    case BitOp::kTrue:
      return {true};
    case BitOp::kRange:
      return {n.low <= get(n.fact) && get(n.fact) <= n.high};
    case BitOp::kBefore:
      return get(n.fact) == 0 ? HeldBit{false} : held_before(get(n.fact) * column_scale(n.fact) + n.seconds, now);
    case BitOp::kCalendar:
      return held_calendar(n, get(n.fact), now);
    case BitOp::kClockAtLeast:
      return now.value >= n.seconds ? HeldBit{true} : HeldBit{false, true, as_horizon(n.seconds)};
    case BitOp::kPair:
      return {get(n.fact) * column_scale(n.fact) + n.seconds < get(n.other) * column_scale(n.other)};
    case BitOp::kCompare: {
      const DateComparison& c = graph.comparison(n.left);
      return held_compare(c, get(c.left.fact), get(c.right.fact), now);
    }
    default:
      break;
  }
  MINGMA_ASSERT(false);
  return {};
}

HeldBit held_interpreted(const InterpretedCondition& condition, bool error, const FactRow& facts, UnixSeconds now) {
  const auto holds = certlogic::is_truthy(condition.when, to_rule_data(facts, now));
  std::vector<UnixSeconds> flips;
  condition.flips.append(facts, now, flips);
  return {error ? !holds.ok() : holds.ok() && *holds, flips.empty(), earliest(flips)};
}

HeldOutcome held_outcome(const PolicyProgram& program, const FactRow& facts, UnixSeconds now) {
  if (!program.in_force(now))
    return {{}, true, now < program.effective_from ? as_horizon(program.effective_from.value) : kForever};
  RowEvaluation row(program, facts, now);
  HeldOutcome held{program.otherwise, true, program.end()};
  const auto note = [&](HeldBit bit) {
    held.until = std::min(held.until, bit.until);
    held.exact = held.exact && bit.exact;
  };
  for (const PolicyProgram::Step& step : program.steps) {
    const HeldBit truthy = row.bit(step.condition.truthy);
    const HeldBit error = row.bit(step.condition.error);
    note(truthy);
    note(error);
    if (!truthy.value && !error.value) continue;
    held.outcome = truthy.value ? step.outcome : failed(step.outcome);
    break;
  }
  return held;
}

std::uint32_t exact_horizon(const PolicyProgram& program, const FactRow& facts, Outcome outcome, std::uint32_t until) {
  while (until != kForever) {
    const HeldOutcome held = held_outcome(program, facts, UnixSeconds{until});
    if (held.outcome != outcome) return until;
    until = held.until;
  }
  return 0;
}

}  // namespace mingma::rules
