#include "rules/proof/solver.h"

#include <z3++.h>

#include <map>
#include <optional>
#include <unordered_map>

#include "base/assert.h"
#include "rules/certlogic/date_time.h"

namespace mingma::rules::proof {
namespace {

constexpr std::int64_t kSmallDomain = 4'096;

z3::expr number(z3::context& context, std::int64_t value) { return context.int_val(value); }

std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace

struct Solver::Impl {
  // One variable as Z3 sees it: thresholds when it is small and compared with constants, an integer otherwise.
  struct Translated {
    std::map<std::int64_t, z3::expr> thresholds;  // k -> "x <= k"
    std::optional<z3::expr> integer;
  };

  Impl(FormulaGraph& formulas, std::uint32_t effort_max) : graph(formulas), solver(context, "QF_LIA") {
    z3::params parameters(context);
    parameters.set("random_seed", 0u);
    parameters.set("rlimit", effort_max);
    solver.set(parameters);
  }

  Translated& translated(VariableId variable) {
    while (variables.size() <= variable) variables.emplace_back();
    return variables[variable];
  }
  const Variable& info(VariableId variable) const { return graph.variables()[variable]; }

  Check check(z3::expr_vector& literals) {
    model.reset();
    z3::check_result result = z3::unknown;
    try {
      result = solver.check(literals);
      if (result == z3::unknown) reason = solver.reason_unknown();
      if (result == z3::sat) model = solver.get_model();
    } catch (const z3::exception& failure) {
      reason = failure.msg();
    }
    const z3::stats statistics = solver.statistics();
    for (unsigned i = 0; i < statistics.size(); ++i) {
      if (statistics.key(i) == "rlimit count") effort = statistics.uint_value(i);
    }
    return result == z3::sat ? Check::kSatisfiable : result == z3::unsat ? Check::kUnsatisfiable : Check::kUnknown;
  }

  z3::expr integer(VariableId variable) {
    if (const auto& known = translated(variable).integer) return *known;
    const Variable& self = info(variable);
    const z3::expr x = context.int_const(("v" + std::to_string(variable)).c_str());
    translated(variable).integer = x;
    solver.add(x >= number(context, self.min) && x <= number(context, self.max));
    for (const auto& [bound, literal] : translated(variable).thresholds)
      solver.add(literal == (x <= number(context, bound)));
    if (self.months != 0) define_shift(self, x);
    return x;
  }

  // Every day of a month moves by the same number of days: one choice per run of months, found by halving.
  void define_shift(const Variable& self, const z3::expr& x) {
    const Variable& source = info(self.source);
    const std::int64_t unit = self.source_milliseconds, day = 86'400'000;
    std::vector<std::pair<std::int64_t, std::int64_t>> runs;  // first value of the source, shift
    std::int64_t at = source.min;
    while (at <= source.max) {
      const std::int64_t shift = calendar_shift_days(at * unit, self.months);
      if (runs.empty() || runs.back().second != shift) runs.emplace_back(at, shift);
      // The first day of the next month: 28 to 31 days on, so go by days from the 28th.
      std::int64_t days = floor_divide(at * unit, day);
      const auto month = certlogic::to_string(certlogic::DateTime{days * day}).substr(0, 7);
      days += 1;
      while (certlogic::to_string(certlogic::DateTime{days * day}).substr(0, 7) == month) ++days;
      at = -floor_divide(-days * day, unit);
    }
    const z3::expr from = integer(self.source);
    const auto choose = [&](const auto& again, std::size_t begin, std::size_t end) -> z3::expr {
      if (end - begin == 1) return number(context, runs[begin].second);
      const std::size_t middle = (begin + end) / 2;
      return z3::ite(from < number(context, runs[middle].first), again(again, begin, middle),
                     again(again, middle, end));
    };
    solver.add(x == choose(choose, 0, runs.size()));
  }

  z3::expr threshold(VariableId variable, std::int64_t bound) {
    Translated& self = translated(variable);
    if (const auto known = self.thresholds.find(bound); known != self.thresholds.end()) return known->second;
    const std::string name = "v" + std::to_string(variable) + "<=" + std::to_string(bound);
    const z3::expr literal = context.bool_const(name.c_str());
    const auto [at, added] = self.thresholds.emplace(bound, literal);
    if (at != self.thresholds.begin()) solver.add(z3::implies(std::prev(at)->second, literal));
    if (std::next(at) != self.thresholds.end()) solver.add(z3::implies(literal, std::next(at)->second));
    if (self.integer) solver.add(literal == (*self.integer <= number(context, bound)));
    return literal;
  }

  z3::expr atom(const FormulaGraph::Node& node) {
    const auto [first, coefficient] = node.terms.front();
    if (node.terms.size() == 1) {
      const Variable& self = info(first);
      if (self.months == 0 && self.max - self.min < kSmallDomain) return threshold(first, node.bound);
    }
    z3::expr sum = number(context, 0);
    bool empty = true;
    for (const auto& [variable, times] : node.terms) {
      const z3::expr x = integer(variable);
      const z3::expr term = times == 1 ? x : number(context, times) * x;
      sum = empty ? term : sum + term;
      empty = false;
    }
    return sum <= number(context, node.bound);
  }

  z3::expr translate(Formula formula) {
    // Children precede their parents in the graph, so the pending stack is as deep as the formula.
    std::vector<std::uint32_t> pending{formula.node()};
    while (!pending.empty()) {
      const std::uint32_t index = pending.back();
      if (nodes.contains(index)) {
        pending.pop_back();
        continue;
      }
      const FormulaGraph::Node& node = graph.node(index);
      bool ready = true;
      for (const Formula child : node.children) {
        if (nodes.contains(child.node())) continue;
        pending.push_back(child.node());
        ready = false;
      }
      if (!ready) continue;
      pending.pop_back();
      nodes.emplace(index, translate_node(node));
    }
    const z3::expr& positive = nodes.at(formula.node());
    return formula.negated() ? !positive : positive;
  }

  z3::expr translate_node(const FormulaGraph::Node& node) {
    if (node.kind == FormulaGraph::NodeKind::kConstant) return context.bool_val(true);
    if (node.kind == FormulaGraph::NodeKind::kAtom) return atom(node);
    z3::expr_vector operands(context);
    for (const Formula child : node.children) {
      const z3::expr& positive = nodes.at(child.node());
      operands.push_back(child.negated() ? !positive : positive);
    }
    return z3::mk_and(operands);
  }

  // Z3 takes literals only as assumptions: a name for anything else.
  z3::expr assumption(Formula formula) {
    const z3::expr translated_formula = translate(formula);
    if (const auto known = names.find(formula.code()); known != names.end()) return known->second;
    const z3::expr name = context.bool_const(("a" + std::to_string(formula.code())).c_str());
    solver.add(name == translated_formula);
    names.emplace(formula.code(), name);
    return name;
  }

  FormulaGraph& graph;
  z3::context context;
  z3::solver solver;
  std::vector<Translated> variables;
  std::unordered_map<std::uint32_t, z3::expr> nodes;
  std::unordered_map<std::uint32_t, z3::expr> names;
  std::optional<z3::model> model;
  std::string reason;
  std::uint64_t effort = 0;
};

bool Solver::available() { return true; }

std::string Solver::version() {
  unsigned major = 0, minor = 0, build = 0, revision = 0;
  Z3_get_version(&major, &minor, &build, &revision);
  return "Z3 " + std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(build);
}

Solver::Solver(FormulaGraph& graph, std::uint32_t effort_max) : impl_(std::make_unique<Impl>(graph, effort_max)) {}
Solver::~Solver() = default;

void Solver::add(Formula formula) { impl_->solver.add(impl_->translate(formula)); }

Check Solver::check(const std::vector<Formula>& assumptions) {
  z3::expr_vector literals(impl_->context);
  for (const Formula formula : assumptions) literals.push_back(impl_->assumption(formula));
  return impl_->check(literals);
}

Check Solver::check_few(const std::vector<Formula>& assumptions, const std::vector<Formula>& counted, unsigned most) {
  z3::expr_vector literals(impl_->context), few(impl_->context);
  for (const Formula formula : assumptions) literals.push_back(impl_->assumption(formula));
  for (const Formula formula : counted) few.push_back(impl_->assumption(formula));
  impl_->solver.push();  // nothing is translated inside, so nothing but the count is lost again
  impl_->solver.add(z3::atmost(few, most));
  const Check result = impl_->check(literals);
  impl_->solver.pop();
  return result;
}

Assignment Solver::model() {
  MINGMA_ASSERT(impl_->model.has_value());
  const z3::model& model = *impl_->model;
  Assignment values;
  const std::vector<Variable>& variables = impl_->graph.variables();
  for (VariableId i = 0; i < variables.size(); ++i) {
    std::int64_t value = variables[i].min;
    if (i < impl_->variables.size()) {
      const Impl::Translated& known = impl_->variables[i];
      if (known.integer) {
        const z3::expr chosen = model.eval(*known.integer, true);
        MINGMA_ASSERT(chosen.is_numeral_i64(value));
      } else {
        // The least value above every threshold that it is not below.
        for (const auto& [bound, literal] : known.thresholds) {
          if (model.eval(literal, true).is_true()) break;
          value = bound + 1;
        }
      }
    }
    values.push_back(value);
  }
  impl_->graph.complete(values);
  return values;
}

bool Solver::evaluate(Formula formula, const Assignment& values) {
  const z3::expr translated = impl_->translate(formula);
  z3::expr_vector from(impl_->context), to(impl_->context);
  for (VariableId i = 0; i < impl_->variables.size(); ++i) {
    const Impl::Translated& known = impl_->variables[i];
    if (known.integer) {
      from.push_back(*known.integer);
      to.push_back(number(impl_->context, values[i]));
    }
    for (const auto& [bound, literal] : known.thresholds) {
      from.push_back(literal);
      to.push_back(impl_->context.bool_val(values[i] <= bound));
    }
  }
  z3::expr all = translated;
  const z3::expr result = all.substitute(from, to).simplify();
  MINGMA_ASSERT(result.is_true() || result.is_false());
  return result.is_true();
}

std::string Solver::reason() const { return impl_->reason; }
std::uint64_t Solver::effort() const { return impl_->effort; }

}  // namespace mingma::rules::proof
