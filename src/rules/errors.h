// Error codes of the rules room. Explained in docs/errors.md.
#pragma once

#include "base/error.h"

namespace mingma::errors {

// CertLogic: what the validator refuses, and what can go wrong in a valid expression on some data.
inline constexpr ErrorInfo kRuleInvalidExpression{"rules.invalid_expression", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kRuleWrongType{"rules.wrong_type", 422,
                                          Retry::kAfterFix};  // an operand of a type the operation does not take
inline constexpr ErrorInfo kRuleInvalidDate{"rules.invalid_date", 422,
                                            Retry::kAfterFix};  // no such date, or no allowed form of one
inline constexpr ErrorInfo kRuleIntegerRange{"rules.integer_range", 422, Retry::kAfterFix};  // beyond 2^53 - 1
inline constexpr ErrorInfo kRuleTooManySteps{"rules.too_many_steps", 422,
                                             Retry::kAfterFix};  // evaluation over its limit

// Policies.
inline constexpr ErrorInfo kInvalidPolicy{"rules.invalid_policy", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kInvalidPolicyTest{"rules.invalid_policy_test", 400,
                                              Retry::kAfterFix};  // a test table that cannot be read

// Proofs (rules/proof).
inline constexpr ErrorInfo kProofUnavailable{"rules.proof_unavailable", 501, Retry::kNo};  // built without Z3
inline constexpr ErrorInfo kProofInvalidQuestion{"rules.proof_invalid_question", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kProofUnsupported{"rules.proof_unsupported", 422,
                                             Retry::kNo};  // a condition that cannot be encoded: not proved
inline constexpr ErrorInfo kProofReplayDisagrees{"rules.proof_replay_disagrees", 500,
                                                 Retry::kNo};  // a bug: solver and evaluator differ

// Evidence, facts and area orders.
inline constexpr ErrorInfo kInvalidEvidence{"rules.invalid_evidence", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kInvalidFacts{"rules.invalid_facts", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kInvalidAreaOrder{"rules.invalid_area_order", 400, Retry::kAfterFix};

}  // namespace mingma::errors
