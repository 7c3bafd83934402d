#include "rules/proof/fact_domain.h"

#include <algorithm>
#include <limits>

#include "rules/decide_clock.h"
#include "rules/errors.h"

namespace mingma::rules::proof {
namespace {

constexpr std::int64_t kInstantMax = std::numeric_limits<std::uint32_t>::max();
constexpr std::int64_t kDayMax = std::numeric_limits<std::uint16_t>::max();

std::size_t index(FactId id) { return static_cast<std::size_t>(id); }

}  // namespace

void FactDomain::add_fact(const FactInfo& info, const std::string& suffix) {
  const std::int64_t max = info.kind == FactKind::kInstant ? kInstantMax
                           : info.kind == FactKind::kDate  ? kDayMax
                                                           : info.value_max;
  const std::string name = std::string(info.name) + suffix;
  facts_[index(info.id)] = graph_.variable(name, info.nullable ? 1 : 0, max);
  if (info.nullable) there_[index(info.id)] = graph_.variable(name + " is there", 0, 1);
}

FactDomain::FactDomain(FormulaGraph& graph, UnixSeconds from, UnixSeconds to) : graph_(graph) {
  for (const FactInfo& info : fact_schema()) add_fact(info, "");
  clock_ = graph.variable("now", from.value, to.value);
}

FactDomain::FactDomain(const FactDomain& before, std::span<const FactId> changed) : FactDomain(before) {
  for (const FactId id : changed) add_fact(fact_info(id), " afterwards");
}

FactDomain::FactDomain(const FactDomain& resident, UnixSeconds from, UnixSeconds to)
    : graph_(resident.graph_), facts_(resident.facts_), there_(resident.there_) {
  clock_ = graph_.variable("now", from.value, to.value);
}

Formula FactDomain::present(FactId id) const {
  return graph_.boolean(fact_info(id).nullable ? there_[index(id)] : facts_[index(id)]);
}

Formula FactDomain::constraint(const FactImplication& implication) const {
  const Linear fact = value(implication.fact), other = value(implication.other);
  Formula holds = present(implication.other);
  switch (implication.kind) {
    case ImplicationKind::kPresent:
      break;
    case ImplicationKind::kAtLeast:
      holds = graph_.at_most(Linear::of(implication.value), other);
      break;
    case ImplicationKind::kAtMost:
      holds = graph_.at_most(other, Linear::of(implication.value));
      break;
    case ImplicationKind::kNotEarlier:
      holds = graph_.both(holds, graph_.at_most(fact.plus(implication.value), other));
      break;
    case ImplicationKind::kNotLater:
      holds = graph_.both(holds, graph_.at_most(other.plus(implication.value), fact));
      break;
  }
  return graph_.implies(present(implication.fact), holds);
}

std::vector<Formula> FactDomain::constraints() const {
  std::vector<Formula> out;
  for (const FactImplication& implication : fact_implications()) out.push_back(constraint(implication));
  return out;
}

std::vector<Formula> FactDomain::constraints(const std::vector<Formula>& formulas) const {
  const std::vector<bool> mentioned = graph_.mentioned(formulas);
  std::array<bool, kFacts> used{};
  for (const FactInfo& info : fact_schema()) {
    used[index(info.id)] = mentioned[facts_[index(info.id)]] || (info.nullable && mentioned[there_[index(info.id)]]);
  }
  // A fact that is used may demand another; what only unused facts demand is kept by leaving those absent.
  std::vector<const FactImplication*> pending;
  for (const FactImplication& implication : fact_implications()) pending.push_back(&implication);
  std::vector<Formula> out;
  for (bool grew = true; grew;) {
    grew = false;
    std::erase_if(pending, [&](const FactImplication* implication) {
      if (!used[index(implication->fact)]) return false;
      out.push_back(constraint(*implication));
      grew = grew || !used[index(implication->other)];
      used[index(implication->other)] = true;
      return true;
    });
  }
  return out;
}

FactRow FactDomain::row(const Assignment& values) const {
  FactRow row;
  for (const FactInfo& info : fact_schema()) {
    if (info.nullable && values[there_[index(info.id)]] == 0) continue;
    row.set(info.id, static_cast<std::uint32_t>(values[fact(info.id)]));
  }
  return row;
}

void FactDomain::assign(const FactRow& row, UnixSeconds now, Assignment& values) const {
  for (const FactInfo& info : fact_schema()) {
    const std::int64_t value = row.get(info.id);
    if (info.nullable) values[there_[index(info.id)]] = value != 0 ? 1 : 0;
    values[fact(info.id)] = info.nullable ? std::max<std::int64_t>(value, 1) : value;
  }
  values[clock_] = now.value;
}

Result<Symbolic> FactDomain::read(const certlogic::Path& path) {
  if (path.text == "now") {
    Alternative value{.kind = SymbolicKind::kInstant};
    value.number = now();
    return Symbolic{{value}};
  }
  const FactInfo* info = find_fact_path(path);
  if (info == nullptr) return Error(errors::kProofUnsupported, "\"" + path.text + "\" is no fact");
  const Linear number = value(info->id);
  Symbolic out;
  switch (info->kind) {
    case FactKind::kInstant:
    case FactKind::kDate: {
      Alternative there{.when = present(info->id),
                        .kind = info->kind == FactKind::kInstant ? SymbolicKind::kInstant : SymbolicKind::kDay};
      there.number = number;
      out.alternatives = {there, {.when = !present(info->id)}};
      break;
    }
    case FactKind::kEnumeration:
      for (std::size_t i = 0; i < info->values.size(); ++i) {
        Alternative word{.when = graph_.equal(number, Linear::of(static_cast<std::int64_t>(i))),
                         .kind = SymbolicKind::kWord};
        word.word = info->values[i].name;
        out.alternatives.push_back(std::move(word));
      }
      break;
    case FactKind::kInteger: {
      Alternative integer{.kind = SymbolicKind::kInteger};
      integer.number = number;
      out.alternatives = {integer};
      break;
    }
    case FactKind::kBoolean: {
      Alternative boolean{.kind = SymbolicKind::kBoolean};
      boolean.truth = present(info->id);
      out.alternatives = {boolean};
      break;
    }
  }
  return out;
}

bool keeps_implications(const FactRow& row) {
  for (const FactImplication& implication : fact_implications()) {
    if (!row.present(implication.fact)) continue;
    const std::uint64_t fact = row.get(implication.fact), other = row.get(implication.other);
    bool holds = row.present(implication.other);
    if (implication.kind == ImplicationKind::kAtLeast) holds = other >= implication.value;
    if (implication.kind == ImplicationKind::kAtMost) holds = other <= implication.value;
    if (implication.kind == ImplicationKind::kNotEarlier) holds = holds && other >= fact + implication.value;
    if (implication.kind == ImplicationKind::kNotLater) holds = holds && other + implication.value <= fact;
    if (!holds) return false;
  }
  return true;
}

}  // namespace mingma::rules::proof
