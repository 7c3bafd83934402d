#include "rules/condition_lint.h"

#include <algorithm>
#include <bitset>
#include <optional>

#include "base/assert.h"
#include "rules/facts.h"

namespace mingma::rules {
namespace {

using certlogic::Expression;
using certlogic::Node;
using certlogic::NodeIndex;
using certlogic::Op;

using Present = std::bitset<kFacts>;  // facts known to be there: an instant that is not absent, anything else not 0

// What a sub-expression can give, as a set.
using Kinds = std::uint8_t;
constexpr Kinds kNull = 1;
constexpr Kinds kBoolean = 2;
constexpr Kinds kInteger = 4;
constexpr Kinds kDateTime = 8;
constexpr Kinds kInstantText = 16;  // the clock, or a fact that is an instant or a date
constexpr Kinds kWord = 32;         // an enumeration's value
constexpr Kinds kText = 64;         // any other text
constexpr Kinds kList = 128;

struct Type {
  Kinds kinds = 0;
  const FactInfo* fact = nullptr;  // when the expression is that fact itself
  bool any(Kinds wanted) const { return (kinds & wanted) != 0; }
  bool only(Kinds wanted) const { return (kinds & ~wanted) == 0; }
};

constexpr std::int64_t kAmountMax = 100'000;  // of any unit: years stay inside what a date-time can be

std::size_t bit(FactId id) { return static_cast<std::size_t>(id); }

void close_under_implications(Present& present) {
  for (bool grew = true; grew;) {
    grew = false;
    for (const FactImplication& implication : fact_implications()) {
      if (implication.kind == ImplicationKind::kAtMost) continue;
      if (implication.kind == ImplicationKind::kAtLeast && implication.value == 0) continue;
      if (!present[bit(implication.fact)] || present[bit(implication.other)]) continue;
      present.set(bit(implication.other));
      grew = true;
    }
  }
}

class ConditionLinter {
 public:
  explicit ConditionLinter(const Expression& expression) : expression_(expression) {}

  std::vector<LintFinding> run() {
    check_truth(0, walk(0, Present()));
    return std::move(findings_);
  }

 private:
  const Node& node(NodeIndex index) const { return expression_.node(index); }
  void report(LintLevel level, std::string_view code, NodeIndex index, std::string message) {
    findings_.push_back({level, code, expression_.place(index), std::move(message)});
  }
  void error(std::string_view code, NodeIndex index, std::string message) {
    report(LintLevel::kError, code, index, std::move(message));
  }

  const FactInfo* fact_of(NodeIndex index) const;
  std::optional<bool> constant_truth(NodeIndex index) const;

  // What is known to be present once the sub-expression turned out truthy or falsy.
  void assume(NodeIndex index, bool truth, Present& present) const;
  void assume_if(NodeIndex index, bool truth, Present& present) const;
  void assume_compared(NodeIndex index, bool truth, Present& present) const;
  bool is_zero_literal(NodeIndex index) const;

  Type walk(NodeIndex index, const Present& present);
  Type walk_var(NodeIndex index, const Present& present) const;
  Type walk_and(NodeIndex index, const Present& present);
  Type walk_if(NodeIndex index, const Present& present);
  Type walk_comparison(NodeIndex index, const Present& present);
  Type walk_plus(NodeIndex index, const Present& present);
  Type walk_plus_time(NodeIndex index, const Present& present);
  Type walk_equal(NodeIndex index, const Present& present);
  Type walk_in(NodeIndex index, const Present& present);

  void check_truth(NodeIndex index, const Type& type);
  void check_kind(NodeIndex index, const Type& type, Kinds wanted, const char* name);
  void check_value(NodeIndex index, const Type& type, NodeIndex value);

  const Expression& expression_;
  std::vector<LintFinding> findings_;
};

const FactInfo* ConditionLinter::fact_of(NodeIndex index) const {
  if (node(index).op != Op::kVar) return nullptr;
  const std::string& path = expression_.path(node(index)).text;
  return path.starts_with("facts.") ? find_fact(path.substr(6)) : nullptr;
}

std::optional<bool> ConditionLinter::constant_truth(NodeIndex index) const {
  const Node& self = node(index);
  if (self.op == Op::kBoolean || self.op == Op::kInteger) return self.value != 0;
  if (self.op == Op::kString) return !expression_.string(self).empty();
  return std::nullopt;
}

// "none", 0 or false: what a fact has when nothing is known.
bool ConditionLinter::is_zero_literal(NodeIndex index) const {
  const Node& self = node(index);
  if (self.op == Op::kString) return expression_.string(self) == "none";
  return (self.op == Op::kBoolean || self.op == Op::kInteger) && self.value == 0;
}

void ConditionLinter::assume(NodeIndex index, bool truth, Present& present) const {
  const Node& self = node(index);
  switch (self.op) {
    case Op::kVar:
      if (const FactInfo* fact = fact_of(index); fact != nullptr && truth && fact->kind != FactKind::kEnumeration) {
        present.set(bit(fact->id));
      }
      break;
    case Op::kNot:
      assume(self.first, !truth, present);
      break;
    case Op::kAnd:
      for (std::uint32_t i = 0; truth && i < self.count; ++i) assume(self.first + i, true, present);
      break;
    case Op::kIf:
      assume_if(index, truth, present);
      break;
    case Op::kEqual:
    case Op::kIn:
    case Op::kGreater:
    case Op::kGreaterEqual:
    case Op::kLess:
    case Op::kLessEqual:
      assume_compared(index, truth, present);
      break;
    default:
      break;
  }
  close_under_implications(present);
}

// if(g, a, b) is truthy by way of g and a when b is falsy whatever happens, and so on.
void ConditionLinter::assume_if(NodeIndex index, bool truth, Present& present) const {
  const NodeIndex guard = node(index).first;
  for (const bool taken : {true, false}) {
    const std::optional<bool> other = constant_truth(guard + (taken ? 2 : 1));
    if (!other || *other == truth) continue;
    assume(guard, taken, present);
    assume(guard + (taken ? 1 : 2), truth, present);
  }
}

void ConditionLinter::assume_compared(NodeIndex index, bool truth, Present& present) const {
  const Node& self = node(index);
  const NodeIndex left = self.first, right = self.first + 1;
  const auto is_integer = [&](NodeIndex at) { return node(at).op == Op::kInteger; };
  const auto learn = [&](NodeIndex at) {
    if (const FactInfo* fact = fact_of(at)) present.set(bit(fact->id));
  };
  if (self.op == Op::kEqual) {
    for (const auto& [fact, value] : {std::pair(left, right), std::pair(right, left)}) {
      if (!constant_truth(value)) continue;
      if (truth != is_zero_literal(value)) learn(fact);  // is something, or is not nothing
    }
  } else if (self.op == Op::kIn && node(right).op == Op::kArray) {
    const Node& list = node(right);
    bool constant = true, has_zero = false;
    for (std::uint32_t i = 0; i < list.count; ++i) {
      constant = constant && constant_truth(list.first + i).has_value();
      has_zero = has_zero || is_zero_literal(list.first + i);
    }
    if (constant && truth != has_zero) learn(left);
  } else if (truth && self.count == 2) {
    const bool or_equal = self.op == Op::kGreaterEqual || self.op == Op::kLessEqual;
    const bool fact_is_left = self.op == Op::kGreater || self.op == Op::kGreaterEqual;
    const NodeIndex fact = fact_is_left ? left : right;
    const NodeIndex value = fact_is_left ? right : left;
    if (is_integer(value) && node(value).value >= (or_equal ? 1 : 0)) learn(fact);
  }
}

Type ConditionLinter::walk(NodeIndex index, const Present& present) {
  const Node& self = node(index);
  switch (self.op) {
    case Op::kBoolean:
      return {kBoolean};
    case Op::kInteger:
      return {kInteger};
    case Op::kString:
      return {kText};
    case Op::kDate:
      return {kDateTime};
    case Op::kVar:
      return walk_var(index, present);
    case Op::kAnd:
      return walk_and(index, present);
    case Op::kIf:
      return walk_if(index, present);
    case Op::kNot:
      check_truth(self.first, walk(self.first, present));
      return {kBoolean};
    case Op::kEqual:
      return walk_equal(index, present);
    case Op::kIn:
      return walk_in(index, present);
    case Op::kPlus:
      return walk_plus(index, present);
    case Op::kPlusTime:
      return walk_plus_time(index, present);
    case Op::kArray:
      for (std::uint32_t i = 0; i < self.count; ++i) walk(self.first + i, present);
      return {kList};
    case Op::kDateOfBirth:
    case Op::kExtractFromUvci:
      error("wrong_type", index, "no fact is a date of birth or a certificate identifier");
      return {kNull};
    case Op::kReduce:
      error("wrong_type", index, "no fact is a list");
      return {kNull};
    default:
      return walk_comparison(index, present);
  }
}

Type ConditionLinter::walk_var(NodeIndex index, const Present& present) const {
  const FactInfo* fact = fact_of(index);
  if (fact == nullptr) return {kInstantText};  // the clock
  switch (fact->kind) {
    case FactKind::kInstant:
    case FactKind::kDate:
      return {static_cast<Kinds>(kInstantText | (present[bit(fact->id)] ? 0 : kNull)), fact};
    case FactKind::kEnumeration:
      return {kWord, fact};
    case FactKind::kInteger:
      return {kInteger, fact};
    case FactKind::kBoolean:
      return {kBoolean, fact};
  }
  MINGMA_ASSERT(false);
  return {};
}

Type ConditionLinter::walk_and(NodeIndex index, const Present& present) {
  const Node& self = node(index);
  Present known = present;
  Type type;
  for (std::uint32_t i = 0; i < self.count; ++i) {
    const Type operand = walk(self.first + i, known);
    check_truth(self.first + i, operand);
    assume(self.first + i, true, known);
    type.kinds |= operand.kinds;
  }
  return type;
}

Type ConditionLinter::walk_if(NodeIndex index, const Present& present) {
  const NodeIndex guard = node(index).first;
  check_truth(guard, walk(guard, present));
  Type type;
  for (const bool taken : {true, false}) {
    Present known = present;
    assume(guard, taken, known);
    type.kinds |= walk(guard + (taken ? 1 : 2), known).kinds;
  }
  return type;
}

Type ConditionLinter::walk_comparison(NodeIndex index, const Present& present) {
  const Node& self = node(index);
  const bool dates = self.op >= Op::kBefore && self.op <= Op::kNotBefore;
  for (std::uint32_t i = 0; i < self.count; ++i) {
    check_kind(self.first + i, walk(self.first + i, present), dates ? kDateTime : kInteger,
               dates ? "a date-time (use plusTime)" : "an integer");
  }
  return {kBoolean};
}

Type ConditionLinter::walk_plus(NodeIndex index, const Present& present) {
  const Node& self = node(index);
  for (std::uint32_t i = 0; i < 2; ++i)
    check_kind(self.first + i, walk(self.first + i, present), kInteger, "an integer");
  return {kInteger};
}

Type ConditionLinter::walk_plus_time(NodeIndex index, const Present& present) {
  const Node& self = node(index);
  const Type operand = walk(self.first, present);
  if (node(self.first).op == Op::kString) {
    error("invalid_date", self.first, "no such date");  // a date that exists was folded
  } else if (operand.only(kInstantText | kNull) && operand.any(kNull) && operand.any(kInstantText)) {
    const std::string name = operand.fact != nullptr ? std::string(operand.fact->name) : "this fact";
    error("unguarded_absence", self.first,
          name + " can be absent, and then the resident is undetermined; put {\"var\": \"facts." + name +
              "\"} before it in an \"and\"");
  } else {
    check_kind(self.first, operand, kInstantText, "an instant or a date");
  }
  if (self.value > kAmountMax || self.value < -kAmountMax) error("out_of_range", index, "no policy looks this far");
  // A date is 00:00 UTC to CertLogic, 08:00 in China; its civil day begins 8 hours earlier.
  const bool from_midnight = self.unit == certlogic::TimeUnit::kHour && (self.value % 24 + 24) % 24 == 16;
  if (operand.fact != nullptr && operand.fact->kind == FactKind::kDate && !from_midnight) {
    report(LintLevel::kWarning, "date_at_utc", index,
           "a date counts from 00:00 UTC, that is 08:00 in China; write n days after its midnight as n x 24 - 8 hours");
  }
  return {kDateTime};
}

Type ConditionLinter::walk_equal(NodeIndex index, const Present& present) {
  const NodeIndex left = node(index).first, right = left + 1;
  const Type a = walk(left, present), b = walk(right, present);
  check_value(index, a, right);
  check_value(index, b, left);
  if (a.any(kInstantText) || b.any(kInstantText)) {
    error("wrong_type", index, "instants are compared with before, after, not-before and not-after");
  } else if (const auto words = [](const Type& t) { return t.any(kWord | kText) ? t.kinds | kWord | kText : t.kinds; };
             (words(a) & words(b)) == 0) {
    error("never_equal", index, "the two sides are of different types and never equal");
  }
  return {kBoolean};
}

Type ConditionLinter::walk_in(NodeIndex index, const Present& present) {
  const NodeIndex left = node(index).first, right = left + 1;
  const Type item = walk(left, present);
  walk(right, present);
  if (node(right).op != Op::kArray) {
    error("wrong_type", right, "the right side of \"in\" must be a list");
    return {kBoolean};
  }
  if (item.any(kInstantText))
    error("wrong_type", left, "instants are compared with before, after, not-before and not-after");
  for (std::uint32_t i = 0; i < node(right).count; ++i) check_value(index, item, node(right).first + i);
  return {kBoolean};
}

// An enumeration compared with something that is none of its values is a misspelling.
void ConditionLinter::check_value(NodeIndex index, const Type& type, NodeIndex value) {
  if (type.fact == nullptr || type.fact->kind != FactKind::kEnumeration) return;
  if (node(value).op != Op::kString) {
    if (node(value).op == Op::kInteger || node(value).op == Op::kBoolean) {
      error("never_equal", index, std::string(type.fact->name) + " is a word, not a number");
    }
    return;
  }
  const std::string& word = expression_.string(node(value));
  if (find_fact_value(*type.fact, word)) return;
  std::string known;
  for (const FactValueInfo& info : type.fact->values) known += (known.empty() ? "" : ", ") + std::string(info.name);
  error("unknown_value", value, std::string(type.fact->name) + " is never \"" + word + "\"; it is one of " + known);
}

void ConditionLinter::check_truth(NodeIndex index, const Type& type) {
  if (type.any(kDateTime)) error("wrong_type", index, "a date-time is neither true nor false; compare it");
  if (type.any(kWord)) {
    error("always_truthy", index,
          "an enumeration is a word and so always true, also when it is \"none\"; compare it with its values");
  }
}

void ConditionLinter::check_kind(NodeIndex index, const Type& type, Kinds wanted, const char* name) {
  if (!type.only(wanted)) error("wrong_type", index, std::string(name) + " is needed here");
}

}  // namespace

std::vector<LintFinding> lint_condition(const Expression& condition) { return ConditionLinter(condition).run(); }

}  // namespace mingma::rules
