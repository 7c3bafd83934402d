#include "rules/decide.h"

#include <algorithm>
#include <string>
#include <vector>

#include "rules/certlogic/interpreter.h"
#include "rules/decide_clock.h"

namespace mingma::rules {
namespace {

// Everything but the horizon.
Decision outcome(const Policy& policy, Json& data, UnixSeconds now) {
  if (!policy.in_force(now)) return {};
  data.set("now", now.to_string());
  for (std::size_t i = 0; i < policy.rules.size(); ++i) {
    const Rule& rule = policy.rules[i];
    const auto index = static_cast<RuleIndex>(i);
    const Result<bool> holds = certlogic::is_truthy(rule.when, data);
    if (!holds.ok()) return {.status = DecisionStatus::kUndetermined, .rule = index};
    if (*holds)
      return {.status = DecisionStatus::kDecided, .colour = rule.colour, .measure = rule.measure, .rule = index};
  }
  return {.status = DecisionStatus::kDecided, .colour = policy.default_colour};
}

// Instants after `now` at which anything could change, ascending.
std::vector<UnixSeconds> candidates(const Policy& policy, const FactRow& facts, UnixSeconds now) {
  std::vector<UnixSeconds> instants;
  for (const Rule& rule : policy.rules) {
    const auto flips = ClockFlips::of(rule.when);
    MINGMA_ASSERT(flips.ok());
    flips->append(facts, now, instants);
  }
  for (const UnixSeconds edge : {policy.effective_from, policy.effective_to}) {
    if (edge > now && edge <= kClockMax) instants.push_back(edge);
  }
  std::sort(instants.begin(), instants.end());
  instants.erase(std::unique(instants.begin(), instants.end()), instants.end());
  return instants;
}

}  // namespace

Decision decide(const Policy& policy, const FactRow& facts, UnixSeconds now) {
  MINGMA_ASSERT(now >= kClockMin && now <= kClockMax);
  Json data = to_rule_data(facts, now);
  Decision decision = outcome(policy, data, now);
  for (const UnixSeconds instant : candidates(policy, facts, now)) {
    if (outcome(policy, data, instant).same_outcome(decision)) continue;
    decision.horizon = instant;
    break;
  }
  return decision;
}

Error undetermined_reason(const Policy& policy, const FactRow& facts, UnixSeconds now) {
  Json data = to_rule_data(facts, now);
  const Decision decision = outcome(policy, data, now);
  MINGMA_ASSERT(decision.status == DecisionStatus::kUndetermined);
  data.set("now", now.to_string());
  return certlogic::is_truthy(policy.rules[decision.rule].when, data)
      .error()
      .within("/rules/" + std::to_string(decision.rule) + "/when");
}

}  // namespace mingma::rules
