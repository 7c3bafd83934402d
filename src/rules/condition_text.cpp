#include "rules/condition_text.h"

#include <optional>

#include "rules/facts.h"

namespace mingma::rules {
namespace {

using certlogic::Expression;
using certlogic::Node;
using certlogic::NodeIndex;
using certlogic::Op;
using certlogic::TimeUnit;

std::string_view sign(Op op) {
  switch (op) {
    case Op::kLess:
    case Op::kBefore:
      return " < ";
    case Op::kGreater:
    case Op::kAfter:
      return " > ";
    case Op::kLessEqual:
    case Op::kNotAfter:
      return " ≤ ";
    default:
      return " ≥ ";
  }
}

// How tightly a phrase binds; a looser one inside a tighter one gets brackets.
enum class Binding : std::uint8_t { kChoice, kOr, kAnd, kTight };

struct Phrase {
  std::string text;
  Binding binding = Binding::kTight;
};

class Wording {
 public:
  Wording(const Expression& expression, Language language)
      : expression_(expression), chinese_(language == Language::kChinese) {}

  Phrase say(NodeIndex index, bool negated) const;

 private:
  const Node& node(NodeIndex index) const { return expression_.node(index); }
  std::string pick(std::string_view zh, std::string_view en) const { return std::string(chinese_ ? zh : en); }
  std::string bracket(const Phrase& phrase, Binding around) const {
    return phrase.binding < around ? "(" + phrase.text + ")" : phrase.text;
  }
  bool is_constant(NodeIndex index, bool value) const {
    return node(index).op == Op::kBoolean && (node(index).value != 0) == value;
  }
  const FactInfo* fact_of(NodeIndex index) const;
  std::string fact_name(const FactInfo& fact) const { return pick(fact.zh, fact.en); }
  std::string duration(std::int64_t amount, TimeUnit unit) const;

  bool is_said_by_another(NodeIndex first, std::uint32_t count, std::uint32_t guard) const;
  Phrase join(NodeIndex first, std::uint32_t count, bool negated) const;
  Phrase say_if(NodeIndex index, bool negated) const;
  Phrase say_var(NodeIndex index, bool negated) const;
  Phrase say_equal(NodeIndex index, bool negated) const;
  Phrase say_in(NodeIndex index, bool negated) const;
  Phrase say_comparison(NodeIndex index, bool negated) const;
  std::optional<std::string> say_elapsed(NodeIndex index, bool negated) const;
  std::string term(NodeIndex index) const;
  std::string value_name(const FactInfo* fact, NodeIndex index) const;

  const Expression& expression_;
  bool chinese_;
};

const FactInfo* Wording::fact_of(NodeIndex index) const {
  if (node(index).op != Op::kVar) return nullptr;
  const std::string& path = expression_.path(node(index)).text;
  return path.starts_with("facts.") ? find_fact(path.substr(6)) : nullptr;
}

std::string Wording::duration(std::int64_t amount, TimeUnit unit) const {
  static constexpr std::string_view kChineseUnits[] = {"年", "个月", "天", "小时"};
  const std::string number = std::to_string(amount);
  if (chinese_) return number + std::string(kChineseUnits[static_cast<std::size_t>(unit)]);
  return number + " " + std::string(certlogic::unit_name(unit)) + (amount == 1 ? "" : "s");
}

Phrase Wording::say(NodeIndex index, bool negated) const {
  const Node& self = node(index);
  switch (self.op) {
    case Op::kNot:
      return say(self.first, !negated);
    case Op::kAnd:
      return join(self.first, self.count, negated);
    case Op::kIf:
      return say_if(index, negated);
    case Op::kVar:
      return say_var(index, negated);
    case Op::kEqual:
      return say_equal(index, negated);
    case Op::kIn:
      return say_in(index, negated);
    case Op::kBoolean:
      return {(self.value != 0) != negated ? pick("任何人", "everybody") : pick("无人", "nobody")};
    default:
      break;
  }
  if (self.op >= Op::kLess && self.op <= Op::kNotBefore) return say_comparison(index, negated);
  return {(negated ? pick("非", "not ") : "") + term(index)};
}

// "x is there" says nothing beside "within 7 days of x": a guard that another operand makes needless.
bool Wording::is_said_by_another(NodeIndex first, std::uint32_t count, std::uint32_t guard) const {
  const FactInfo* fact = fact_of(first + guard);
  if (fact == nullptr || !fact->nullable) return false;
  for (std::uint32_t i = 0; i < count; ++i) {
    const Node& other = node(first + i);
    if (other.op < Op::kBefore || other.op > Op::kNotBefore) continue;
    for (std::uint32_t operand = 0; operand < other.count; ++operand) {
      const Node& term = node(other.first + operand);
      if (term.op == Op::kPlusTime && fact_of(term.first) == fact) return true;
    }
  }
  return false;
}

// All of the operands; negated, any of them negated, unless needless guards make "not (...)" the shorter way to say it.
Phrase Wording::join(NodeIndex first, std::uint32_t count, bool negated) const {
  bool guarded = false;
  for (std::uint32_t i = 0; i < count; ++i) guarded = guarded || is_said_by_another(first, count, i);
  if (negated && guarded) return {pick("非(", "not (") + join(first, count, false).text + ")"};
  const Binding binding = negated ? Binding::kOr : Binding::kAnd;
  Phrase out{"", binding};
  std::uint32_t said = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (is_said_by_another(first, count, i)) continue;
    if (said++ > 0) out.text += negated ? pick(" 或 ", " or ") : pick(" 且 ", " and ");
    out.text += bracket(say(first + i, negated), binding);
  }
  if (said == 1) out.binding = Binding::kTight;
  return out;
}

Phrase Wording::say_if(NodeIndex index, bool negated) const {
  const NodeIndex guard = node(index).first, then = guard + 1, otherwise = guard + 2;
  const auto both = [&](const Phrase& a, const Phrase& b, bool any) {
    const Binding binding = any ? Binding::kOr : Binding::kAnd;
    return Phrase{bracket(a, binding) + (any ? pick(" 或 ", " or ") : pick(" 且 ", " and ")) + bracket(b, binding),
                  binding};
  };
  if (is_constant(then, !negated)) return both(say(guard, false), say(otherwise, negated), true);
  if (is_constant(otherwise, negated)) return both(say(guard, false), say(then, negated), false);
  if (is_constant(then, negated)) return both(say(guard, true), say(otherwise, negated), false);
  if (is_constant(otherwise, !negated)) return both(say(guard, true), say(then, negated), true);
  return {pick("若", "if ") + say(guard, false).text + pick("则", " then ") + say(then, negated).text +
              pick(",否则", ", else ") + say(otherwise, negated).text,
          Binding::kChoice};
}

Phrase Wording::say_var(NodeIndex index, bool negated) const {
  const FactInfo* fact = fact_of(index);
  if (fact == nullptr) return {term(index)};
  if (fact->nullable)
    return {negated ? pick("无", "no ") + fact_name(*fact) : pick("有", "there is ") + fact_name(*fact)};
  if (fact->kind == FactKind::kBoolean) return {(negated ? pick("未", "not: ") : "") + fact_name(*fact)};
  return {fact_name(*fact) + (negated ? " = 0" : " > 0")};
}

std::string Wording::value_name(const FactInfo* fact, NodeIndex index) const {
  if (fact != nullptr && node(index).op == Op::kString) {
    if (const auto number = find_fact_value(*fact, expression_.string(node(index)))) {
      const FactValueInfo& info = fact->values[*number];
      return pick(info.zh, info.en);
    }
  }
  return term(index);
}

Phrase Wording::say_equal(NodeIndex index, bool negated) const {
  NodeIndex left = node(index).first, right = left + 1;
  if (fact_of(left) == nullptr && fact_of(right) != nullptr) std::swap(left, right);
  return {term(left) + (negated ? pick("不为", " is not ") : pick("为", " is ")) + value_name(fact_of(left), right)};
}

Phrase Wording::say_in(NodeIndex index, bool negated) const {
  const NodeIndex left = node(index).first, right = left + 1;
  std::string values;
  for (std::uint32_t i = 0; i < node(right).count; ++i) {
    if (i > 0) values += pick("、", i + 1 == node(right).count ? " or " : ", ");
    values += value_name(fact_of(left), node(right).first + i);
  }
  return {term(left) + (negated ? pick("不为", " is not ") : pick("为", " is ")) + values};
}

// The clock against a fact plus a duration: "within 7 days of ...".
std::optional<std::string> Wording::say_elapsed(NodeIndex index, bool negated) const {
  const Node& self = node(index);
  const NodeIndex left = self.first, right = left + 1;
  if (self.count != 2 || self.op < Op::kBefore || node(left).op != Op::kPlusTime || node(right).op != Op::kPlusTime)
    return std::nullopt;
  const bool clock_is_left = fact_of(node(left).first) == nullptr && node(left).value == 0;
  const bool clock_is_right = fact_of(node(right).first) == nullptr && node(right).value == 0;
  if (clock_is_left == clock_is_right) return std::nullopt;
  const NodeIndex moved = clock_is_left ? right : left;
  const FactInfo* fact = fact_of(node(moved).first);
  if (fact == nullptr || node(moved).value < 0) return std::nullopt;
  // Of the orders of the clock and the end of the span: before, up to and with, from, after.
  const bool to_the_left = self.op == Op::kBefore || self.op == Op::kNotAfter;
  const bool inside = (to_the_left == clock_is_left) != negated;
  const std::string name = fact_name(*fact);
  const std::int64_t amount = node(moved).value;
  const std::string span = duration(amount, node(moved).unit);
  if (amount == 0) return inside ? pick("未到", "before ") + name : pick("已到", "from ") + name + pick("", " on");
  return inside ? pick(name + "起" + span + "内", "within " + span + " of " + name)
                : pick(name + "已满" + span, span + " or more after " + name);
}

Phrase Wording::say_comparison(NodeIndex index, bool negated) const {
  if (std::optional<std::string> elapsed = say_elapsed(index, negated)) return {*std::move(elapsed)};
  const Node& self = node(index);
  if (self.count == 2 && self.op >= Op::kBefore) {
    const bool before = self.op == Op::kBefore || self.op == Op::kNotBefore;
    const bool denied = (self.op == Op::kNotBefore || self.op == Op::kNotAfter) != negated;
    const std::string relation = before ? denied ? pick("不早于", " is not before ") : pick("早于", " is before ")
                                 : denied ? pick("不晚于", " is not after ")
                                          : pick("晚于", " is after ");
    return {term(self.first) + relation + term(self.first + 1)};
  }
  std::string out = term(self.first);
  for (std::uint32_t i = 1; i < self.count; ++i) out += std::string(sign(self.op)) + term(self.first + i);
  if (!negated) return {out};
  return {pick("非(", "not (") + out + ")"};
}

std::string Wording::term(NodeIndex index) const {
  const Node& self = node(index);
  switch (self.op) {
    case Op::kVar:
      return fact_of(index) != nullptr ? fact_name(*fact_of(index)) : pick("现在", "now");
    case Op::kInteger:
      return std::to_string(self.value);
    case Op::kBoolean:
      return self.value != 0 ? pick("是", "yes") : pick("否", "no");
    case Op::kString:
      return "\"" + expression_.string(self) + "\"";
    case Op::kDate:
      return UnixSeconds{self.value / 1000}.to_local_string();
    case Op::kPlus:
      return term(self.first) + " + " + term(self.first + 1);
    case Op::kPlusTime:
      if (self.value == 0) return term(self.first);
      return term(self.first) + (self.value < 0 ? " - " : " + ") +
             duration(self.value < 0 ? -self.value : self.value, self.unit);
    default:
      return "(" + say(index, false).text + ")";
  }
}

}  // namespace

std::string condition_text(const Expression& condition, Language language) {
  return Wording(condition, language).say(0, false).text;
}

}  // namespace mingma::rules
