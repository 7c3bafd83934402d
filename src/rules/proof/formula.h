// Formulas of the prover: boolean structure over linear integer atoms, shared, folded and never longer than needed.
//
// The encoder (symbolic.h) writes them, solver.h hands them to Z3, and evaluate() computes them on given values without
// any solver, which is how the tests compare the encoder with the evaluator. Quantifier-free; every variable is an
// integer between two bounds, a boolean is one between 0 and 1.
//
// A Formula is an index into its FormulaGraph with the sign in the lowest bit: negation costs nothing. Equal formulas
// are the same index (hash-consing), and what follows from the variables' bounds alone is folded to true or false.
// Threading: a graph belongs to one thread. Limits: none of its own; the encoder's inputs are bounded.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace mingma::rules::proof {

using VariableId = std::uint32_t;

// a_1 x_1 + ... + a_n x_n + constant, variables ascending, no coefficient zero.
struct Linear {
  std::vector<std::pair<VariableId, std::int64_t>> terms;
  std::int64_t constant = 0;

  static Linear of(std::int64_t constant) { return {{}, constant}; }
  static Linear variable(VariableId id, std::int64_t coefficient = 1) { return {{{id, coefficient}}, 0}; }
  Linear plus(const Linear& other, std::int64_t times = 1) const;
  Linear plus(std::int64_t more) const {
    Linear sum = *this;
    sum.constant += more;
    return sum;
  }
  bool is_constant() const { return terms.empty(); }
  bool operator==(const Linear&) const = default;
};

class Formula {
 public:
  constexpr Formula() = default;  // true
  constexpr Formula operator!() const { return Formula(code_ ^ 1); }
  constexpr std::uint32_t node() const { return code_ >> 1; }
  constexpr bool negated() const { return (code_ & 1) != 0; }
  constexpr bool is_true() const { return code_ == 0; }
  constexpr bool is_false() const { return code_ == 1; }
  constexpr std::uint32_t code() const { return code_; }
  constexpr bool operator==(const Formula&) const = default;
  constexpr auto operator<=>(const Formula&) const = default;

 private:
  friend class FormulaGraph;
  constexpr explicit Formula(std::uint32_t code) : code_(code) {}
  std::uint32_t code_ = 0;
};
inline constexpr Formula kTrue{};
inline constexpr Formula kFalse = !Formula{};

struct Variable {
  std::string name;
  std::int64_t min = 0;
  std::int64_t max = 1;
  // A variable that another one determines: the days by which `months` calendar months move the day that `source`
  // (in units of `source_milliseconds`) lies in, with the overflow of ECMAScript's Date. 0 months: a free variable.
  std::int64_t months = 0;
  VariableId source = 0;
  std::int64_t source_milliseconds = 0;
};

// Days by which adding `months` moves any instant of that day. Requires a result within what a date-time can be.
std::int64_t calendar_shift_days(std::int64_t milliseconds, std::int64_t months);

using Assignment = std::vector<std::int64_t>;  // index = VariableId

class FormulaGraph {
 public:
  enum class NodeKind : std::uint8_t { kConstant, kAtom, kAnd };
  // kAtom: terms <= bound, the first coefficient positive, coefficients without common divisor.
  struct Node {
    NodeKind kind = NodeKind::kConstant;
    std::int64_t bound = 0;
    std::vector<std::pair<VariableId, std::int64_t>> terms;
    std::vector<Formula> children;  // ascending
  };

  FormulaGraph();

  VariableId variable(std::string name, std::int64_t min, std::int64_t max);
  // Requires min <= max; the same (source, unit, months) gives the same variable.
  VariableId calendar_shift(VariableId source, std::int64_t source_milliseconds, std::int64_t months);
  const std::vector<Variable>& variables() const { return variables_; }
  const Node& node(std::uint32_t index) const { return nodes_[index]; }
  std::size_t size() const { return nodes_.size(); }

  Formula at_most(const Linear& left, const Linear& right);  // left <= right
  Formula less(const Linear& left, const Linear& right) { return at_most(left.plus(1), right); }
  Formula equal(const Linear& left, const Linear& right);
  Formula boolean(VariableId variable) { return !at_most(Linear::variable(variable), Linear::of(0)); }  // variable >= 1
  Formula both(Formula a, Formula b) { return all({a, b}); }
  Formula either(Formula a, Formula b) { return !all({!a, !b}); }
  Formula all(std::vector<Formula> operands);
  Formula any(std::vector<Formula> operands);
  Formula implies(Formula a, Formula b) { return either(!a, b); }
  Formula same(Formula a, Formula b) { return both(implies(a, b), implies(b, a)); }
  Formula choose(Formula guard, Formula then, Formula otherwise) {
    return both(implies(guard, then), implies(!guard, otherwise));
  }

  // The least and greatest value within the variables' bounds.
  std::pair<std::int64_t, std::int64_t> range(const Linear& linear) const;
  std::int64_t evaluate(const Linear& linear, const Assignment& values) const;
  // Values of determined variables are computed from their source; requires an entry for every variable.
  void complete(Assignment& values) const;
  bool evaluate(Formula formula, const Assignment& values) const;
  // All at once, each shared part computed once.
  std::vector<bool> evaluate(const std::vector<Formula>& formulas, const Assignment& values) const;
  // Which variables the formulas mention, directly or as the source of another; index = VariableId.
  std::vector<bool> mentioned(const std::vector<Formula>& formulas) const;

 private:
  Formula intern(Node node);

  std::vector<Variable> variables_;
  std::vector<Node> nodes_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> interned_;
};

}  // namespace mingma::rules::proof
