// Small mistakes made in a policy on purpose: how many of them does a test table notice?
//
// A mutant is the policy with one change in one rule: a number one more or less, an operator exchanged for its
// neighbour (before for not-after, < for <=), an operand of an `and` or `in` left out, a `!` left out, a word exchanged
// for the next one, the colour changed, the rule left out, or two neighbours in each other's place. Mutants that are no
// valid policy are left out. One that no table can notice, because it means the same, counts as not noticed. Threading:
// pure functions.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "rules/policy.h"
#include "rules/policy_table.h"

namespace mingma::rules {

struct PolicyMutant {
  std::string what;  // "A4: 5 becomes 6"
  Policy policy;
};

// Of the policy in this document, in a fixed order.
Result<std::vector<PolicyMutant>> make_mutants(std::string_view document);

struct MutationScore {
  std::size_t mutants = 0;
  std::size_t noticed = 0;
  std::vector<std::string> unnoticed;
};
// A mutant is noticed when a line of the table fails on it.
Result<MutationScore> score_table(std::string_view document, std::span<const PolicyTest> tests);

}  // namespace mingma::rules
