#include "rules/proof/formula.h"

#include <algorithm>
#include <numeric>

#include "base/assert.h"
#include "rules/certlogic/date_time.h"

namespace mingma::rules::proof {
namespace {

constexpr std::int64_t kMillisecondsPerDay = 86'400'000;

std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash ^= value + 0x9E37'79B9'7F4A'7C15ULL + (hash << 6) + (hash >> 2);
  return hash * 0xFF51'AFD7'ED55'8CCDULL;
}

std::uint64_t hash_of(const FormulaGraph::Node& node) {
  std::uint64_t hash = static_cast<std::uint64_t>(node.kind);
  hash = mix(hash, static_cast<std::uint64_t>(node.bound));
  for (const auto& [variable, coefficient] : node.terms)
    hash = mix(mix(hash, variable), static_cast<std::uint64_t>(coefficient));
  for (const Formula child : node.children) hash = mix(hash, child.code());
  return hash;
}

bool equal_nodes(const FormulaGraph::Node& a, const FormulaGraph::Node& b) {
  return a.kind == b.kind && a.bound == b.bound && a.terms == b.terms && a.children == b.children;
}

}  // namespace

std::int64_t calendar_shift_days(std::int64_t milliseconds, std::int64_t months) {
  const std::int64_t midnight = floor_divide(milliseconds, kMillisecondsPerDay) * kMillisecondsPerDay;
  const auto moved = certlogic::add_time({midnight}, months, certlogic::TimeUnit::kMonth);
  MINGMA_ASSERT(moved.has_value());
  return (moved->milliseconds - midnight) / kMillisecondsPerDay;
}

Linear Linear::plus(const Linear& other, std::int64_t times) const {
  Linear sum;
  sum.constant = constant + times * other.constant;
  auto a = terms.begin();
  auto b = other.terms.begin();
  while (a != terms.end() || b != other.terms.end()) {
    if (b == other.terms.end() || (a != terms.end() && a->first < b->first)) {
      sum.terms.push_back(*a++);
    } else if (a == terms.end() || b->first < a->first) {
      sum.terms.emplace_back(b->first, times * b->second);
      ++b;
    } else {
      const std::int64_t coefficient = a->second + times * b->second;
      if (coefficient != 0) sum.terms.emplace_back(a->first, coefficient);
      ++a;
      ++b;
    }
  }
  return sum;
}

FormulaGraph::FormulaGraph() { nodes_.emplace_back(); }

VariableId FormulaGraph::variable(std::string name, std::int64_t min, std::int64_t max) {
  MINGMA_ASSERT(min <= max);
  variables_.push_back({std::move(name), min, max});
  return static_cast<VariableId>(variables_.size() - 1);
}

VariableId FormulaGraph::calendar_shift(VariableId source, std::int64_t source_milliseconds, std::int64_t months) {
  MINGMA_ASSERT(months != 0);
  for (VariableId i = 0; i < variables_.size(); ++i) {
    const Variable& known = variables_[i];
    if (known.months == months && known.source == source && known.source_milliseconds == source_milliseconds) return i;
  }
  const Variable& from = variables_[source];
  // A month moves a day by 28 to 31 days.
  const auto [low, high] = std::minmax({28 * months, 31 * months});
  variables_.push_back({from.name + (months < 0 ? "" : "+") + std::to_string(months) + "months", low, high, months,
                        source, source_milliseconds});
  return static_cast<VariableId>(variables_.size() - 1);
}

Formula FormulaGraph::intern(Node node) {
  const std::uint64_t hash = hash_of(node);
  const auto [begin, end] = interned_.equal_range(hash);
  for (auto it = begin; it != end; ++it) {
    if (equal_nodes(nodes_[it->second], node)) return Formula(it->second << 1);
  }
  const auto index = static_cast<std::uint32_t>(nodes_.size());
  nodes_.push_back(std::move(node));
  interned_.emplace(hash, index);
  return Formula(index << 1);
}

std::pair<std::int64_t, std::int64_t> FormulaGraph::range(const Linear& linear) const {
  std::int64_t low = linear.constant, high = linear.constant;
  for (const auto& [variable, coefficient] : linear.terms) {
    const auto [a, b] = std::minmax({coefficient * variables_[variable].min, coefficient * variables_[variable].max});
    low += a;
    high += b;
  }
  return {low, high};
}

Formula FormulaGraph::at_most(const Linear& left, const Linear& right) {
  const Linear difference = left.plus(right, -1);  // <= 0
  const auto [low, high] = range(difference);
  if (high <= 0) return kTrue;
  if (low > 0) return kFalse;
  std::int64_t divisor = 0;
  for (const auto& [variable, coefficient] : difference.terms) divisor = std::gcd(divisor, coefficient);
  Node atom{.kind = NodeKind::kAtom};
  atom.terms = difference.terms;
  const bool flip = atom.terms.front().second < 0;
  for (auto& [variable, coefficient] : atom.terms) coefficient /= flip ? -divisor : divisor;
  // terms <= floor(-constant / divisor), or, turned round, terms >= ceil(constant / divisor).
  if (!flip) {
    atom.bound = floor_divide(-difference.constant, divisor);
    return intern(std::move(atom));
  }
  atom.bound = -floor_divide(-difference.constant, divisor) - 1;
  return !intern(std::move(atom));
}

Formula FormulaGraph::equal(const Linear& left, const Linear& right) {
  return both(at_most(left, right), at_most(right, left));
}

Formula FormulaGraph::all(std::vector<Formula> operands) {
  std::vector<Formula> flat;
  flat.reserve(operands.size());
  for (const Formula operand : operands) {
    if (operand.is_false()) return kFalse;
    if (operand.is_true()) continue;
    const Node& inner = nodes_[operand.node()];
    if (inner.kind == NodeKind::kAnd && !operand.negated() && inner.children.size() <= 8) {
      flat.insert(flat.end(), inner.children.begin(), inner.children.end());
    } else {
      flat.push_back(operand);
    }
  }
  std::sort(flat.begin(), flat.end());
  flat.erase(std::unique(flat.begin(), flat.end()), flat.end());
  for (std::size_t i = 0; i + 1 < flat.size(); ++i) {
    if (flat[i] == !flat[i + 1]) return kFalse;  // neighbours: they differ in the lowest bit
  }
  if (flat.empty()) return kTrue;
  if (flat.size() == 1) return flat.front();
  Node node{.kind = NodeKind::kAnd};
  node.children = std::move(flat);
  return intern(std::move(node));
}

Formula FormulaGraph::any(std::vector<Formula> operands) {
  for (Formula& operand : operands) operand = !operand;
  return !all(std::move(operands));
}

std::int64_t FormulaGraph::evaluate(const Linear& linear, const Assignment& values) const {
  std::int64_t sum = linear.constant;
  for (const auto& [variable, coefficient] : linear.terms) sum += coefficient * values[variable];
  return sum;
}

void FormulaGraph::complete(Assignment& values) const {
  MINGMA_ASSERT(values.size() == variables_.size());
  for (std::size_t i = 0; i < variables_.size(); ++i) {
    const Variable& variable = variables_[i];
    if (variable.months == 0) continue;
    values[i] = calendar_shift_days(values[variable.source] * variable.source_milliseconds, variable.months);
  }
}

bool FormulaGraph::evaluate(Formula formula, const Assignment& values) const {
  return evaluate(std::vector<Formula>{formula}, values).front();
}

std::vector<bool> FormulaGraph::evaluate(const std::vector<Formula>& formulas, const Assignment& values) const {
  // Children precede their parents, so one pass over the nodes that are needed suffices.
  std::vector<std::uint8_t> needed(nodes_.size()), truth(nodes_.size());
  for (const Formula formula : formulas) needed[formula.node()] = 1;
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    if (needed[i] == 0) continue;
    for (const Formula child : nodes_[i].children) needed[child.node()] = 1;
  }
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (needed[i] == 0) continue;
    const Node& node = nodes_[i];
    bool holds = true;
    if (node.kind == NodeKind::kAtom) {
      std::int64_t sum = 0;
      for (const auto& [variable, coefficient] : node.terms) sum += coefficient * values[variable];
      holds = sum <= node.bound;
    } else {
      holds = std::all_of(node.children.begin(), node.children.end(),
                          [&](Formula child) { return (truth[child.node()] != 0) != child.negated(); });
    }
    truth[i] = holds ? 1 : 0;
  }
  std::vector<bool> out;
  out.reserve(formulas.size());
  for (const Formula formula : formulas) out.push_back((truth[formula.node()] != 0) != formula.negated());
  return out;
}

std::vector<bool> FormulaGraph::mentioned(const std::vector<Formula>& formulas) const {
  std::vector<bool> needed(nodes_.size()), out(variables_.size());
  for (const Formula formula : formulas) needed[formula.node()] = true;
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    if (!needed[i]) continue;
    for (const Formula child : nodes_[i].children) needed[child.node()] = true;
    for (const auto& [variable, coefficient] : nodes_[i].terms) {
      out[variable] = true;
      if (variables_[variable].months != 0) out[variables_[variable].source] = true;
    }
  }
  return out;
}

}  // namespace mingma::rules::proof
