#include "rules/compiled.h"

#include "rules/compiled_program.h"

namespace mingma::rules {

Result<CompiledPolicy> CompiledPolicy::compile(const Policy& policy) {
  auto program = std::make_shared<PolicyProgram>();
  program->hash = policy.hash;
  program->effective_from = policy.effective_from;
  program->effective_to = policy.effective_to;
  program->otherwise = {DecisionStatus::kDecided, policy.default_colour, Measure::kNone, kDefaultRule};
  for (std::size_t i = 0; i < policy.rules.size(); ++i) {
    const Rule& rule = policy.rules[i];
    auto flips = ClockFlips::of(rule.when);
    if (!flips.ok()) return flips.error().within("/rules/" + std::to_string(i) + "/when");
    auto condition = lower_condition(rule.when, program->graph);
    if (!condition) {
      const auto index = static_cast<std::uint32_t>(program->interpreted.size());
      condition = {program->graph.interpreted(index, false), program->graph.interpreted(index, true)};
      program->interpreted.push_back({rule.when, std::move(flips).value()});
    }
    program->steps.push_back(
        {*condition, {DecisionStatus::kDecided, rule.colour, rule.measure, static_cast<RuleIndex>(i)}});
  }
  return CompiledPolicy(std::move(program));
}

const Digest& CompiledPolicy::policy_hash() const { return program_->hash; }
std::size_t CompiledPolicy::interpreted_rules() const { return program_->interpreted.size(); }

Decision CompiledPolicy::decide(const FactRow& facts, UnixSeconds now) const {
  MINGMA_ASSERT(now >= kClockMin && now <= kClockMax);
  const HeldOutcome held = held_outcome(*program_, facts, now);
  if (!held.exact) return held.outcome.with_horizon(exact_horizon(*program_, facts, held.outcome, held.until));
  return held.outcome.with_horizon(held.until == kForever ? 0 : held.until);
}

void CompiledPolicy::recolour(const FactColumns& columns, std::size_t begin, std::size_t end, UnixSeconds now,
                              std::span<Outcome> outcomes, std::span<std::uint32_t> horizons) const {
  MINGMA_ASSERT(now >= kClockMin && now <= kClockMax);
  MINGMA_ASSERT(begin <= end && end <= columns.size());
  MINGMA_ASSERT(outcomes.size() == end - begin && horizons.size() == end - begin);
  recolour_blocks(*program_, columns, begin, end, now, outcomes, horizons);
}

}  // namespace mingma::rules
