#include "rules/proof/policy_formulas.h"

#include <string>

namespace mingma::rules::proof {
namespace {

constexpr Colour kWorseColours[] = {Colour::kYellow, Colour::kRed};
constexpr Measure kMeasures[] = {Measure::kTestOnly, Measure::kHomeMonitoring, Measure::kHomeIsolation,
                                 Measure::kCentralIsolation, Measure::kHospital};

}  // namespace

Result<PolicyFormulas> PolicyFormulas::of(FormulaGraph& graph, Words& words, FactDomain& domain, const Policy& policy) {
  PolicyFormulas out(graph, policy);
  Encoder encoder(graph, words, domain);
  Formula open = kTrue;  // no earlier rule was true or an error
  std::vector<Formula> failures;
  for (std::size_t i = 0; i < policy.rules.size(); ++i) {
    const auto truth = encoder.truth(policy.rules[i].when);
    if (!truth.ok()) return truth.error().within("/rules/" + std::to_string(i) + "/when");
    out.holds_.push_back(truth->holds);
    out.errors_.push_back(truth->error);
    out.decides_.push_back(graph.both(open, truth->holds));
    out.fails_.push_back(graph.both(open, truth->error));
    failures.push_back(out.fails_.back());
    open = graph.all({open, !truth->holds, !truth->error});
  }
  out.default_decides_ = open;
  out.undetermined_ = graph.any(std::move(failures));
  return out;
}

Formula PolicyFormulas::colour_at_least(Colour colour) const {
  const Formula by_rule = decided_by([&](const Rule& rule) { return rule.colour >= colour; });
  return policy_->default_colour >= colour ? graph_->either(by_rule, default_decides_) : by_rule;
}

Formula PolicyFormulas::measure_at_least(Measure measure) const {
  return decided_by([&](const Rule& rule) { return rule.measure >= measure; });
}

Formula worse(FormulaGraph& graph, const PolicyFormulas& a, const PolicyFormulas& b) {
  std::vector<Formula> any{graph.both(a.undetermined(), !b.undetermined())};
  for (const Colour colour : kWorseColours)
    any.push_back(graph.both(a.colour_at_least(colour), !b.colour_at_least(colour)));
  for (const Measure measure : kMeasures)
    any.push_back(graph.both(a.measure_at_least(measure), !b.measure_at_least(measure)));
  return graph.any(std::move(any));
}

Formula different(FormulaGraph& graph, const PolicyFormulas& a, const PolicyFormulas& b) {
  return graph.either(worse(graph, a, b), worse(graph, b, a));
}

}  // namespace mingma::rules::proof
