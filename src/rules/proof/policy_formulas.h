// A policy's decision as formulas: which rule decides, which fails, what colour and measure follow.
// Threading: as the graph.
#pragma once

#include <vector>

#include "rules/policy.h"
#include "rules/proof/fact_domain.h"

namespace mingma::rules::proof {

class PolicyFormulas {
 public:
  // Error kProofUnsupported with the place in the policy ("/rules/2/when/and/0").
  static Result<PolicyFormulas> of(FormulaGraph& graph, Words& words, FactDomain& domain, const Policy& policy);

  Formula holds(std::size_t rule) const { return holds_[rule]; }      // its condition is true
  Formula error(std::size_t rule) const { return errors_[rule]; }     // its condition is an error
  Formula decides(std::size_t rule) const { return decides_[rule]; }  // and no earlier rule is true or an error
  Formula default_decides() const { return default_decides_; }
  Formula undetermined() const { return undetermined_; }
  Formula undetermined_by(std::size_t rule) const { return fails_[rule]; }

  // Decided with at least this colour or measure.
  Formula colour_at_least(Colour colour) const;
  Formula measure_at_least(Measure measure) const;
  // Any of the rules that `wanted` picks decides.
  template <typename Wanted>
  Formula decided_by(Wanted&& wanted) const {
    std::vector<Formula> any;
    for (std::size_t i = 0; i < decides_.size(); ++i) {
      if (wanted(policy_->rules[i])) any.push_back(decides_[i]);
    }
    return graph_->any(std::move(any));
  }

 private:
  PolicyFormulas(FormulaGraph& graph, const Policy& policy) : graph_(&graph), policy_(&policy) {}

  FormulaGraph* graph_;
  const Policy* policy_;
  std::vector<Formula> holds_, errors_, decides_, fails_;
  Formula default_decides_, undetermined_;
};

// The first decision is worse than the second (proof.h: worse()).
Formula worse(FormulaGraph& graph, const PolicyFormulas& a, const PolicyFormulas& b);
// They differ in colour, measure or in being decided at all.
Formula different(FormulaGraph& graph, const PolicyFormulas& a, const PolicyFormulas& b);

}  // namespace mingma::rules::proof
