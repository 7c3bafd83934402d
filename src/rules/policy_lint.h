// What is wrong, or looks wrong, with a policy that could be parsed. Errors must be mended before it is published.
//
// Codes (docs/rules.md explains each):
//   errors    those of rules/condition_lint.h, catch_all, catch_all_life, unreachable, untranslated
//   warnings  date_at_utc, never_true, measure_without_colour, colour_without_measure, brakes
//
// A rule is a catch-all when it is true of a resident about whom nothing is known and worsens the default colour, or
// when it reads control_reason "other". It is refused unless it names the published document that says who is meant and
// the policy ends within 14 days. Z3 is not used here: "unreachable" means seen at once (the same or a wider condition
// before it), not proved.
// Threading: pure functions.
#pragma once

#include <vector>

#include "rules/condition_lint.h"
#include "rules/policy.h"

namespace mingma::rules {

// In the order of the rules; empty: nothing found.
std::vector<LintFinding> lint_policy(const Policy& policy);

// Error kInvalidPolicy with the first finding of level error. Whoever publishes a policy asks this first.
Result<void> check_publishable(const Policy& policy);

std::string_view to_string(LintLevel level);  // "warning", "error"

}  // namespace mingma::rules
