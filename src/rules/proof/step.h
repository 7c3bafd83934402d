// Good news, as what it does to the facts: a negative, a release, an exclusion, a clearance, a correction.
//
// Each step is a relation between a resident's facts before and after one more statement (or one statement less),
// stated no later than "now". It holds for whatever the reducers can make of that statement, so that what is proved for
// the relation is proved for people; where facts alone do not determine the outcome (which older negative counts as the
// second) the relation allows every outcome. step_test.cpp checks each one against the reducers on random evidence.
// Threading: constants and pure functions.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "rules/proof/fact_domain.h"

namespace mingma::rules::proof {

struct Step {
  std::string_view name;        // "negative"
  std::string_view zh;          // "检测阴性"
  std::string_view en;          // "a negative test"
  std::vector<FactId> changed;  // no other fact differs
  Formula (*relation)(FormulaGraph& graph, const FactDomain& before, const FactDomain& after);
};

std::span<const Step> clearing_steps();

}  // namespace mingma::rules::proof
