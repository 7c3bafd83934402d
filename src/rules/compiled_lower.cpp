#include "rules/compiled_lower.h"

#include <algorithm>
#include <vector>

#include "rules/certlogic/date_time.h"

namespace mingma::rules {
namespace {

using certlogic::Expression;
using certlogic::Node;
using certlogic::NodeIndex;
using certlogic::Op;

constexpr std::int64_t kExactMax = std::int64_t{1} << 52;  // sums with a fact stay within CertLogic's integers
constexpr std::size_t kCasesMax = 64;

// What an expression evaluates to on some rows, as far as is known without looking at them.
struct Symbol {
  enum class Kind : std::uint8_t {
    kNull,
    kBits,     // a boolean: `bits`
    kInteger,  // `number`, or the fact plus `number`
    kText,     // a constant text
    kName,     // the text of an enumeration fact
    kTime,     // the text of an instant or date fact, or of the clock
    kDate,     // a date-time
    kList,     // the items are looked at where the list is used; empty or not
    kError,
  } kind = Kind::kNull;
  BitIndex bits = kFalseBit;
  std::optional<FactId> fact;
  std::int64_t number = 0;
  std::string_view text;
  DateTerm date;
};
using Kind = Symbol::Kind;

// Cases exclude each other and together cover every row. The bits of a boolean are false outside its guard.
struct Case {
  BitIndex guard = kTrueBit;
  Symbol symbol;
};
using Cases = std::vector<Case>;

struct CannotLower {};  // thrown and caught in this file only: the way out of a deep walk

class Lowering {
 public:
  Lowering(const Expression& expression, BitGraph& graph) : e_(expression), g_(graph) {}

  LoweredCondition root() { return truth(cases(0)); }

 private:
  Cases cases(NodeIndex index);
  Cases cases_of_var(const Node& node);
  Cases cases_of_and(const Node& node);
  Cases cases_of_if(const Node& node);
  Cases cases_of_equal(const Node& node);
  Cases cases_of_in(const Node& node);
  Cases cases_of_plus(const Node& node);
  Cases cases_of_plus_time(const Node& node);
  Cases cases_of_comparison(const Node& node);

  LoweredCondition truth(const Cases& cases);
  BitIndex truthy(const Symbol& symbol);
  Cases boolean(BitIndex truthy, BitIndex error);
  void push(Cases& cases, BitIndex guard, const Symbol& symbol);

  BitIndex equal(const Symbol& a, const Symbol& b);
  BitIndex equal_fact_constant(FactId fact, std::int64_t value);
  BitIndex equal_names(FactId a, FactId b);
  BitIndex less(const Symbol& a, const Symbol& b, bool or_equal);
  BitIndex less_integer(const Symbol& a, const Symbol& b, bool or_equal);
  void check_range(const DateTerm& term);

  // The product of the cases of two operands, in which errors are already taken out.
  template <typename Combine>
  Cases pairwise(NodeIndex left, NodeIndex right, Combine&& combine);

  const Expression& e_;
  BitGraph& g_;
};

Symbol error() { return {.kind = Kind::kError}; }
Symbol bits(BitIndex index) { return {.kind = Kind::kBits, .bits = index}; }

// Cases that are the same boolean or the same error are one.
void Lowering::push(Cases& cases, BitIndex guard, const Symbol& symbol) {
  if (guard == kFalseBit) return;
  if (g_.full() || cases.size() > kCasesMax) throw CannotLower{};
  for (Case& known : cases) {
    if (known.symbol.kind != symbol.kind) continue;
    if (symbol.kind == Kind::kError || symbol.kind == Kind::kNull) {
      known.guard = g_.either(known.guard, guard);
      return;
    }
    if (symbol.kind == Kind::kBits) {
      known.guard = g_.either(known.guard, guard);
      known.symbol.bits = g_.either(known.symbol.bits, g_.both(guard, symbol.bits));
      return;
    }
  }
  cases.push_back({guard, symbol});
  if (symbol.kind == Kind::kBits) cases.back().symbol.bits = g_.both(guard, symbol.bits);
}

Cases Lowering::boolean(BitIndex truthy, BitIndex error_bits) {
  Cases out;
  push(out, error_bits, error());
  push(out, g_.negate(error_bits), bits(truthy));
  return out;
}

BitIndex Lowering::truthy(const Symbol& s) {
  switch (s.kind) {
    case Kind::kNull:
      return kFalseBit;
    case Kind::kBits:
      return s.bits;
    case Kind::kInteger:
      return s.fact ? g_.negate(equal_fact_constant(*s.fact, -s.number)) : s.number != 0 ? kTrueBit : kFalseBit;
    case Kind::kText:
      return s.text.empty() ? kFalseBit : kTrueBit;
    case Kind::kName:
    case Kind::kTime:
      return kTrueBit;
    case Kind::kList:
      return s.number != 0 ? kTrueBit : kFalseBit;
    case Kind::kDate:
    case Kind::kError:
      break;
  }
  throw CannotLower{};  // callers turn these into errors first
}

LoweredCondition Lowering::truth(const Cases& cases) {
  LoweredCondition out;
  for (const Case& c : cases) {
    if (c.symbol.kind == Kind::kError || c.symbol.kind == Kind::kDate) {
      out.error = g_.either(out.error, c.guard);
    } else if (c.symbol.kind == Kind::kBits) {
      out.truthy = g_.either(out.truthy, c.symbol.bits);
    } else {
      out.truthy = g_.either(out.truthy, g_.both(c.guard, truthy(c.symbol)));
    }
  }
  return out;
}

Cases Lowering::cases(NodeIndex index) {
  const Node& node = e_.node(index);
  switch (node.op) {
    case Op::kBoolean:
      return {{kTrueBit, bits(node.value != 0 ? kTrueBit : kFalseBit)}};
    case Op::kInteger:
      return {{kTrueBit, {.kind = Kind::kInteger, .number = node.value}}};
    case Op::kString:
      return {{kTrueBit, {.kind = Kind::kText, .text = e_.string(node)}}};
    case Op::kDate:
      return {{kTrueBit, {.kind = Kind::kDate, .date = {.milliseconds = node.value}}}};
    case Op::kVar:
      return cases_of_var(node);
    case Op::kIf:
      return cases_of_if(node);
    case Op::kAnd:
      return cases_of_and(node);
    case Op::kNot: {
      const LoweredCondition operand = truth(cases(node.first));
      return boolean(g_.negate(g_.either(operand.truthy, operand.error)), operand.error);
    }
    case Op::kArray: {
      BitIndex failed = kFalseBit;
      for (std::uint32_t i = 0; i < node.count; ++i) {
        for (const Case& c : cases(node.first + i)) {
          if (c.symbol.kind == Kind::kError) failed = g_.either(failed, c.guard);
        }
      }
      Cases out;
      push(out, failed, error());
      push(out, g_.negate(failed), {.kind = Kind::kList, .number = node.count});
      return out;
    }
    case Op::kEqual:
      return cases_of_equal(node);
    case Op::kIn:
      return cases_of_in(node);
    case Op::kPlus:
      return cases_of_plus(node);
    case Op::kPlusTime:
      return cases_of_plus_time(node);
    case Op::kReduce:
    case Op::kExtractFromUvci:
    case Op::kDateOfBirth:
      throw CannotLower{};
    default:
      return cases_of_comparison(node);
  }
}

Cases Lowering::cases_of_var(const Node& node) {
  if (e_.path(node).text == "now") return {{kTrueBit, {.kind = Kind::kTime}}};
  const FactInfo* fact = find_fact_path(e_.path(node));
  if (fact == nullptr) throw CannotLower{};
  switch (fact->kind) {
    case FactKind::kBoolean:
      return {{kTrueBit, bits(g_.present(fact->id))}};
    case FactKind::kInteger:
      return {{kTrueBit, {.kind = Kind::kInteger, .fact = fact->id}}};
    case FactKind::kEnumeration:
      return {{kTrueBit, {.kind = Kind::kName, .fact = fact->id}}};
    case FactKind::kInstant:
    case FactKind::kDate:
      break;
  }
  const BitIndex present = g_.present(fact->id);
  return {{present, {.kind = Kind::kTime, .fact = fact->id}}, {g_.negate(present), {}}};
}

Cases Lowering::cases_of_if(const Node& node) {
  const LoweredCondition guard = truth(cases(node.first));
  const BitIndex otherwise = g_.negate(g_.either(guard.truthy, guard.error));
  Cases out;
  push(out, guard.error, error());
  for (const Case& c : cases(node.first + 1)) push(out, g_.both(guard.truthy, c.guard), c.symbol);
  for (const Case& c : cases(node.first + 2)) push(out, g_.both(otherwise, c.guard), c.symbol);
  return out;
}

// The first falsy operand is the value, else the last one.
Cases Lowering::cases_of_and(const Node& node) {
  Cases out;
  BitIndex live = kTrueBit;
  for (std::uint32_t i = 0; i < node.count && live != kFalseBit; ++i) {
    BitIndex next = kFalseBit;
    for (const Case& c : cases(node.first + i)) {
      const BitIndex guard = g_.both(live, c.guard);
      if (c.symbol.kind == Kind::kError || c.symbol.kind == Kind::kDate) {
        push(out, guard, error());
        continue;
      }
      const BitIndex holds = g_.both(guard, truthy(c.symbol));
      const bool is_boolean = c.symbol.kind == Kind::kBits;
      push(out, g_.both(guard, g_.negate(truthy(c.symbol))), is_boolean ? bits(kFalseBit) : c.symbol);
      if (i + 1 == node.count) push(out, holds, is_boolean ? bits(kTrueBit) : c.symbol);
      next = g_.either(next, holds);
    }
    live = next;
  }
  return out;
}

template <typename Combine>
Cases Lowering::pairwise(NodeIndex left, NodeIndex right, Combine&& combine) {
  Cases out;
  const Cases rights = cases(right);
  for (const Case& a : cases(left)) {
    for (const Case& b : rights) {
      const BitIndex guard = g_.both(a.guard, b.guard);
      if (guard == kFalseBit) continue;
      const bool failed = a.symbol.kind == Kind::kError || b.symbol.kind == Kind::kError;
      push(out, guard, failed ? error() : combine(a.symbol, b.symbol));
    }
  }
  return out;
}

bool comparable(const Symbol& s) { return s.kind != Kind::kDate && s.kind != Kind::kList && s.kind != Kind::kError; }

Cases Lowering::cases_of_equal(const Node& node) {
  return pairwise(node.first, node.first + 1, [&](const Symbol& a, const Symbol& b) {
    return comparable(a) && comparable(b) ? bits(equal(a, b)) : error();
  });
}

Cases Lowering::cases_of_in(const Node& node) {
  const Node& list = e_.node(node.first + 1);
  if (list.op != Op::kArray) {  // facts are no lists: an error, unless an operand is one already
    for (const Case& c : cases(node.first + 1)) {
      if (c.symbol.kind == Kind::kList) throw CannotLower{};
    }
    return {{kTrueBit, error()}};
  }
  BitIndex failed = kFalseBit;
  BitIndex found = kFalseBit;
  const Cases items = cases(node.first);
  for (const Case& c : items) {
    if (!comparable(c.symbol)) failed = g_.either(failed, c.guard);
  }
  for (std::uint32_t i = 0; i < list.count; ++i) {
    for (const Case& other : cases(list.first + i)) {
      if (other.symbol.kind == Kind::kError) failed = g_.either(failed, other.guard);
      if (!comparable(other.symbol)) continue;  // dates and lists are equal to nothing
      for (const Case& c : items) {
        if (comparable(c.symbol))
          found = g_.either(found, g_.both(g_.both(c.guard, other.guard), equal(c.symbol, other.symbol)));
      }
    }
  }
  return boolean(g_.both(found, g_.negate(failed)), failed);
}

Cases Lowering::cases_of_plus(const Node& node) {
  return pairwise(node.first, node.first + 1, [&](const Symbol& a, const Symbol& b) {
    if (a.kind != Kind::kInteger || b.kind != Kind::kInteger) return error();
    if (a.fact && b.fact) throw CannotLower{};
    Symbol sum{.kind = Kind::kInteger, .fact = a.fact ? a.fact : b.fact, .number = a.number + b.number};
    if (sum.number > kExactMax || sum.number < -kExactMax) throw CannotLower{};
    return sum;
  });
}

// A term must be in CertLogic's range for every value of the fact or the clock: the range has no holes, so its ends
// tell.
void Lowering::check_range(const DateTerm& term) {
  const std::int64_t last = term.kind == DateTerm::Kind::kFact
                                ? std::int64_t{column_max(term.fact)} * column_scale(term.fact)
                                : kClockMax.value;
  for (const std::int64_t seconds : {std::int64_t{0}, last}) {
    if (!certlogic::add_time({seconds * 1'000}, term.shift.amount, term.shift.unit)) throw CannotLower{};
  }
}

Cases Lowering::cases_of_plus_time(const Node& node) {
  Cases out;
  for (const Case& c : cases(node.first)) {
    Symbol date{.kind = Kind::kDate};
    const TimeShift shift{node.value, node.unit};
    if (c.symbol.kind == Kind::kTime) {
      date.date = {.kind = c.symbol.fact ? DateTerm::Kind::kFact : DateTerm::Kind::kClock,
                   .fact = c.symbol.fact.value_or(FactId{}),
                   .shift = shift};
      check_range(date.date);
    } else if (c.symbol.kind == Kind::kText) {
      const auto start = certlogic::parse_partial_or_date_time(c.symbol.text);
      const auto moved = start ? certlogic::add_time(*start, node.value, node.unit) : std::nullopt;
      if (moved) date.date.milliseconds = moved->milliseconds;
      if (!moved) date = error();
    } else {
      date = error();  // no name of an enumeration is a date
    }
    push(out, c.guard, date);
  }
  return out;
}

Cases Lowering::cases_of_comparison(const Node& node) {
  const Kind wanted = node.op >= Op::kBefore ? Kind::kDate : Kind::kInteger;
  const bool swapped =
      node.op == Op::kGreater || node.op == Op::kGreaterEqual || node.op == Op::kAfter || node.op == Op::kNotBefore;
  const bool or_equal = node.op == Op::kLessEqual || node.op == Op::kGreaterEqual || node.op == Op::kNotAfter ||
                        node.op == Op::kNotBefore;
  BitIndex failed = kFalseBit;
  BitIndex holds = kTrueBit;
  std::vector<Cases> operands;
  for (std::uint32_t i = 0; i < node.count; ++i) {
    operands.push_back(cases(node.first + i));
    for (const Case& c : operands.back()) {
      if (c.symbol.kind != wanted) failed = g_.either(failed, c.guard);
    }
  }
  for (std::uint32_t i = 0; i + 1 < node.count; ++i) {
    BitIndex step = kFalseBit;
    for (const Case& a : operands[i]) {
      for (const Case& b : operands[i + 1]) {
        const BitIndex guard = g_.both(a.guard, b.guard);
        if (guard == kFalseBit || a.symbol.kind != wanted || b.symbol.kind != wanted) continue;
        step = g_.either(
            step, g_.both(guard, swapped ? less(b.symbol, a.symbol, or_equal) : less(a.symbol, b.symbol, or_equal)));
      }
    }
    holds = g_.both(holds, step);
  }
  return boolean(g_.both(holds, g_.negate(failed)), failed);
}

BitIndex Lowering::equal_fact_constant(FactId fact, std::int64_t value) {
  if (value < 0 || value > column_max(fact)) return kFalseBit;
  return g_.range(fact, static_cast<std::uint32_t>(value), static_cast<std::uint32_t>(value));
}

BitIndex Lowering::equal_names(FactId a, FactId b) {
  BitIndex found = kFalseBit;
  for (std::size_t i = 0; i < fact_info(a).values.size(); ++i) {
    const auto same = find_fact_value(fact_info(b), fact_info(a).values[i].name);
    if (same)
      found = g_.either(found,
                        g_.both(equal_fact_constant(a, static_cast<std::int64_t>(i)), equal_fact_constant(b, *same)));
  }
  return found;
}

// Both comparable.
BitIndex Lowering::equal(const Symbol& a, const Symbol& b) {
  const auto is_text = [](const Symbol& s) {
    return s.kind == Kind::kText || s.kind == Kind::kName || s.kind == Kind::kTime;
  };
  if (a.kind == Kind::kTime || b.kind == Kind::kTime) {
    // A name is never the text of an instant. Whether a constant text is would depend on how instants are written.
    if (a.kind == Kind::kName || b.kind == Kind::kName || !is_text(a) || !is_text(b)) return kFalseBit;
    throw CannotLower{};
  }
  if (is_text(a) && is_text(b)) {
    if (a.kind == Kind::kText && b.kind == Kind::kText) return a.text == b.text ? kTrueBit : kFalseBit;
    if (a.kind == Kind::kName && b.kind == Kind::kName) return equal_names(*a.fact, *b.fact);
    const Symbol& name = a.kind == Kind::kName ? a : b;
    const auto value = find_fact_value(fact_info(*name.fact), (a.kind == Kind::kName ? b : a).text);
    return value ? equal_fact_constant(*name.fact, *value) : kFalseBit;
  }
  if (a.kind != b.kind) return kFalseBit;
  switch (a.kind) {
    case Kind::kNull:
      return kTrueBit;
    case Kind::kBits:
      return g_.either(g_.both(a.bits, b.bits), g_.both(g_.negate(a.bits), g_.negate(b.bits)));
    case Kind::kInteger:
      return g_.both(less_integer(a, b, true), less_integer(b, a, true));
    default:
      throw CannotLower{};
  }
}

BitIndex Lowering::less(const Symbol& a, const Symbol& b, bool or_equal) {
  return a.kind == Kind::kInteger ? less_integer(a, b, or_equal) : lower_date_order(g_, a.date, b.date, or_equal);
}

// a < b is a <= b - 1.
BitIndex Lowering::less_integer(const Symbol& a, const Symbol& b, bool or_equal) {
  const std::int64_t slack = or_equal ? 0 : 1;
  if (!a.fact && !b.fact) return a.number + slack <= b.number ? kTrueBit : kFalseBit;
  if (a.fact && b.fact) {
    if (*a.fact == *b.fact) return a.number + slack <= b.number ? kTrueBit : kFalseBit;
    return g_.pair(*a.fact, a.number - b.number + slack - 1, *b.fact);
  }
  if (a.fact) {  // fact <= high
    const std::int64_t high = b.number - a.number - slack;
    return high < 0
               ? kFalseBit
               : g_.range(*a.fact, 0, static_cast<std::uint32_t>(std::min<std::int64_t>(high, column_max(*a.fact))));
  }
  const std::int64_t low = a.number - b.number + slack;  // low <= fact
  if (low > column_max(*b.fact)) return kFalseBit;
  return g_.range(*b.fact, static_cast<std::uint32_t>(std::max<std::int64_t>(low, 0)), column_max(*b.fact));
}

}  // namespace

std::optional<LoweredCondition> lower_condition(const Expression& expression, BitGraph& graph) {
  try {
    return Lowering(expression, graph).root();
  } catch (const CannotLower&) {
    return std::nullopt;
  }
}

}  // namespace mingma::rules
