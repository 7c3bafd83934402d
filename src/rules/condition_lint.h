// What can be seen wrong in one rule's condition from the fact schema alone: types, values that no fact can have, and
// absent facts that are compared without asking first, which would leave the resident undetermined.
//
// Guards are followed through `and`, `if`, `!` and comparisons, and through the schema's implications: after
// "contact_level is close" last_exposure_at is known to be there. Sound for what the reducers can produce: a condition
// without findings of level error is never undetermined (sums beyond 2^53 - 1 apart).
// Threading: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/certlogic/expression.h"

namespace mingma::rules {

enum class LintLevel : std::uint8_t { kWarning, kError };

struct LintFinding {
  LintLevel level = LintLevel::kError;
  std::string_view code;  // "unguarded_absence"; docs/rules.md lists them
  std::string place;      // JSON pointer into the policy (or, here, into the condition)
  std::string message;
};

// `condition` reads facts of the schema and the clock only (parse_policy saw to it).
std::vector<LintFinding> lint_condition(const certlogic::Expression& condition);

}  // namespace mingma::rules
