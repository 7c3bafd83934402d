// Runs a CertLogic expression on JSON data: the reference that the compiled evaluator must agree with.
//
// An operand of the wrong type, a date that does not exist, an integer beyond 2^53 - 1 and a non-integral number are
// errors: kRuleWrongType, kRuleInvalidDate, kRuleIntegerRange, placed at the sub-expression (JSON pointer). What `and`
// and `if` do not run cannot fail. No message holds data.
//
// Threading: pure functions. Limits: a million evaluation steps (one per sub-expression run, list item compared and
// value copied into the result), results at most 64 deep; beyond: kRuleTooManySteps.
#pragma once

#include "base/json.h"
#include "rules/certlogic/expression.h"

namespace mingma::rules::certlogic {

inline constexpr std::uint32_t kStepsMax = 1'000'000;

// The value; date-times as "2021-06-01T00:00:00.000Z".
Result<Json> evaluate(const Expression& expression, const Json& data);

// Whether the value is truthy; a date-time is neither truthy nor falsy and so an error at the root.
Result<bool> is_truthy(const Expression& expression, const Json& data);

}  // namespace mingma::rules::certlogic
