#include "rules/proof/fact_domain.h"

#include <algorithm>
#include <limits>

#include "rules/decide_clock.h"
#include "rules/errors.h"

namespace mingma::rules::proof {
namespace {

constexpr std::int64_t kInstantMax = std::numeric_limits<std::uint32_t>::max();
constexpr std::int64_t kSpacedWindowSeconds = 72 * 3'600;  // docs/facts.md, spaced_negatives_3d
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

Formula FactDomain::implication(const FactImplication& implication) const {
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

std::vector<FactDomain::Law> FactDomain::all_laws() const {
  using enum FactId;
  std::vector<Law> laws;
  for (const FactImplication& known : fact_implications())
    laws.push_back({{known.fact, known.other}, implication(known)});
  const auto at_least = [&](FactId id, std::int64_t number) { return graph_.at_most(Linear::of(number), value(id)); };
  // Both there, and the first not before the second.
  const auto since = [&](FactId event, FactId start) {
    return graph_.all({present(event), present(start), graph_.at_most(value(start), value(event))});
  };
  const auto since_arrival = [&](FactId event) {
    return graph_.both(present(event),
                       graph_.implies(present(kArrivedAt), graph_.at_most(value(kArrivedAt), value(event))));
  };
  const auto within_window = [&](FactId event) {
    const Linear start = value(kLastNegativeSampledAt).plus(-kSpacedWindowSeconds);
    return graph_.both(since_arrival(event), graph_.at_most(start, value(event)));
  };
  laws.push_back({{kTestSinceArrival, kLastSampledAt, kArrivedAt},
                  graph_.same(present(kTestSinceArrival), since(kLastSampledAt, kArrivedAt))});
  laws.push_back({{kNegativesSinceControl, kLastNegativeSampledAt, kControlStartedAt},
                  graph_.same(present(kNegativesSinceControl), since(kLastNegativeSampledAt, kControlStartedAt))});
  laws.push_back({{kSpacedNegatives3d, kLastNegativeSampledAt, kArrivedAt},
                  graph_.same(present(kSpacedNegatives3d), since_arrival(kLastNegativeSampledAt))});
  for (const auto& [id, number] : {std::pair(kSecondNegativeSampledAt, 2), std::pair(kThirdNegativeSampledAt, 3)}) {
    laws.push_back({{kSpacedNegatives3d, id, kLastNegativeSampledAt, kArrivedAt},
                    graph_.both(graph_.implies(at_least(kSpacedNegatives3d, number), since_arrival(id)),
                                graph_.implies(within_window(id), at_least(kSpacedNegatives3d, number)))});
  }
  laws.push_back({{kRiskCleared, kContactLevel}, graph_.implies(present(kRiskCleared), !present(kContactLevel))});
  return laws;
}

Formula FactDomain::laws() const {
  std::vector<Formula> all;
  for (const Law& law : all_laws()) all.push_back(law.holds);
  return graph_.all(std::move(all));
}

std::vector<Formula> FactDomain::laws(const std::vector<Formula>& formulas) const {
  std::array<bool, kFacts> used{};
  for (const FactId id : facts_mentioned(graph_.mentioned(formulas))) used[index(id)] = true;
  // A law about a fact that is used brings in the other facts it speaks of; one about unused facts alone is kept by
  // leaving them absent.
  std::vector<Law> pending = all_laws();
  std::vector<Formula> out;
  for (bool grew = true; grew;) {
    grew = false;
    std::erase_if(pending, [&](const Law& law) {
      if (std::none_of(law.facts.begin(), law.facts.end(), [&](FactId id) { return used[index(id)]; })) return false;
      out.push_back(law.holds);
      for (const FactId id : law.facts) used[index(id)] = true;
      return grew = true;
    });
  }
  return out;
}

std::vector<FactId> FactDomain::facts_mentioned(const std::vector<bool>& mentioned) const {
  std::vector<FactId> out;
  for (const FactInfo& info : fact_schema()) {
    const auto is = [&](VariableId variable) { return variable < mentioned.size() && mentioned[variable]; };
    if (is(facts_[index(info.id)]) || (info.nullable && is(there_[index(info.id)]))) out.push_back(info.id);
  }
  return out;
}

Formula FactDomain::in_the_past(std::span<const FactId> facts) const {
  std::vector<Formula> all;
  for (const FactId id : facts) {
    const FactInfo& info = fact_info(id);
    if (!info.nullable || id == FactId::kTestDueAt) continue;
    const std::int64_t unit = info.kind == FactKind::kDate ? kSecondsPerDay : 1;
    all.push_back(graph_.implies(present(id), graph_.at_most(Linear::of(0).plus(value(id), unit), now())));
  }
  return graph_.all(std::move(all));
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

bool RowLaws::keeps(const FactRow& row) const {
  Assignment values(graph_.variables().size());
  domain_.assign(row, {0}, values);
  return graph_.evaluate(laws_, values);
}

}  // namespace mingma::rules::proof
