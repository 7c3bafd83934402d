// The reference evaluator: a policy, one resident's facts and an instant give a decision. It runs the CertLogic
// interpreter on the JSON form of the facts, rule by rule, and is what rules/compiled.h must always agree with. Shards
// use the compiled one.
//
// The first rule that is true decides. A rule that is an error before any rule was true makes the decision
// undetermined, with that rule. No rule true: the default colour with measure none, rule kDefaultRule. Outside
// [effective_from, effective_to) the status is kNoPolicy, colour none.
//
// The horizon is exact: the first instant t > now at which the outcome (status, colour, measure, rule) differs, the
// begin and end of the policy included; kNoHorizon if there is none up to 2106. Only instants at which some comparison
// with the clock flips are tried (rules/decide_clock.h states the bound), each by a full evaluation.
//
// Threading: pure functions.
// Cost: some microseconds per rule and instant tried.
#pragma once

#include "rules/decision.h"
#include "rules/facts.h"
#include "rules/policy.h"

namespace mingma::rules {

// Requires: now in [kClockMin, kClockMax] and a policy from parse_policy, whose conditions use the clock as allowed.
Decision decide(const Policy& policy, const FactRow& facts, UnixSeconds now);

// Where the deciding rule failed: the error of a decision that is undetermined, placed inside the policy
// ("/rules/2/when/and/0"). Requires: decide() of the same arguments is undetermined.
Error undetermined_reason(const Policy& policy, const FactRow& facts, UnixSeconds now);

}  // namespace mingma::rules
