// Test tables made from a policy: a small set of residents covering every rule, both sides of every threshold, and
// every pair of adjacent rules of which both can be true at once.
//
// The generator searches, it does not prove: from the values that the conditions compare facts with it climbs to
// somebody whom a rule decides, then moves one fact across each limit until the outcome changes. Only residents that
// evidence could produce are taken (rules/facts.h, implications). Every line says what the evaluators say today,
// horizons included, and both evaluators must agree on it: the table freezes behaviour, an epidemiologist reads whether
// it is meant. What was not found is listed, never left out silently; a rule among it may be dead (docs/rules.md).
//
// Deterministic: the same policy bytes give the same table. Threading: pure functions. Cost: about a second per policy
// of 25 rules.
#pragma once

#include <string>
#include <vector>

#include "rules/policy.h"

namespace mingma::rules {

struct GeneratedTable {
  std::string text;  // rules/policy_table.h
  std::size_t lines = 0;
  std::size_t rules = 0;  // and how many of them decide about somebody in the table
  std::size_t rules_covered = 0;
  std::size_t limits = 0;  // comparisons of a fact with a constant, the clock or another fact
  std::size_t limits_covered = 0;
  std::size_t pairs = 0;  // of adjacent rules
  std::size_t pairs_covered = 0;
  std::vector<std::string> uncovered;  // one line each
};

// kInvalidPolicyTest when the table is larger than tables may be.
Result<GeneratedTable> generate_policy_table(const Policy& policy);

}  // namespace mingma::rules
