#include "rules/compiled.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "rules/certlogic/interpreter.h"
#include "rules/compiled_random.h"
#include "rules/decide.h"

namespace mingma::rules {
namespace {

std::uint64_t seed_from_environment(std::uint64_t otherwise) {
  const char* text = std::getenv("MINGMA_SEED");
  const std::uint64_t seed = text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
  std::printf("seed %llu (set MINGMA_SEED to repeat)\n", static_cast<unsigned long long>(seed));
  return seed;
}

// What the rules mean, as plainly as it can be said.
Outcome plain_outcome(const Policy& policy, Json& data, UnixSeconds now) {
  if (!policy.in_force(now)) return {};
  data.set("now", now.to_string());
  for (std::size_t i = 0; i < policy.rules.size(); ++i) {
    const auto holds = certlogic::is_truthy(policy.rules[i].when, data);
    const auto index = static_cast<RuleIndex>(i);
    if (!holds.ok()) return {DecisionStatus::kUndetermined, Colour::kNone, Measure::kNone, index};
    if (*holds) return {DecisionStatus::kDecided, policy.rules[i].colour, policy.rules[i].measure, index};
  }
  return {DecisionStatus::kDecided, policy.default_colour, Measure::kNone, kDefaultRule};
}

struct Recoloured {
  std::vector<Outcome> outcomes;
  std::vector<std::uint32_t> horizons;
};

Recoloured recolour_all(const CompiledPolicy& compiled, const FactColumns& columns, UnixSeconds now) {
  Recoloured out{std::vector<Outcome>(columns.size()), std::vector<std::uint32_t>(columns.size())};
  compiled.recolour(columns, 0, columns.size(), now, out.outcomes, out.horizons);
  return out;
}

std::string describe(const Policy& policy, const FactRow& row, UnixSeconds now) {
  std::string text = "now " + now.to_string() + " policy " + policy.effective_from.to_string() + " to " +
                     policy.effective_to.to_string() + " facts";
  const Json facts = facts_to_json(row);
  for (const auto& [name, value] : facts.object()) {
    if (row.present(find_fact(name)->id)) text += " " + name + "=" + value.to_string();
  }
  return text;
}

struct Tally {
  std::size_t triples = 0, rules = 0, interpreted = 0, undetermined = 0, coloured = 0, horizons = 0, references = 0;
};

// One policy, `rows` residents, `times` instants: everything must agree.
void compare(RandomRules& random, const Policy& policy, std::size_t rows, std::size_t times,
             std::size_t reference_every, Tally& tally) {
  const auto compiled = CompiledPolicy::compile(policy);
  ASSERT_TRUE(compiled.ok());
  tally.rules += policy.rules.size();
  tally.interpreted += compiled->interpreted_rules();
  FactColumns columns;
  std::vector<Json> data;
  for (std::size_t i = 0; i < rows; ++i) {
    columns.append(random.row());
    data.push_back(to_rule_data(columns.get(i), kRandomEpoch));
  }
  for (std::size_t time = 0; time < times; ++time) {
    const UnixSeconds now = random.now();
    const Recoloured got = recolour_all(*compiled, columns, now);
    for (std::size_t i = 0; i < rows; ++i) {
      const FactRow row = columns.get(i);
      const Outcome expected = plain_outcome(policy, data[i], now);
      ASSERT_EQ(got.outcomes[i], expected) << describe(policy, row, now);
      const Decision one = compiled->decide(row, now);
      ASSERT_EQ(one, got.outcomes[i].with_horizon(got.horizons[i])) << describe(policy, row, now);
      if (tally.triples % reference_every == 0) {
        ASSERT_EQ(decide(policy, row, now), one)
            << describe(policy, row, now) << "\nhorizon " << one.horizon.to_string();
        ++tally.references;
      }
      ++tally.triples;
      tally.undetermined += expected.status == DecisionStatus::kUndetermined ? 1 : 0;
      tally.coloured += expected.colour >= Colour::kYellow ? 1 : 0;
      tally.horizons += got.horizons[i] != 0 ? 1 : 0;
    }
  }
}

std::vector<Policy> example_policies() {
  std::vector<Policy> policies;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(MINGMA_SOURCE_DIR) / "policies")) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream file(entry.path());
    std::stringstream text;
    text << file.rdbuf();
    auto policy = parse_policy(text.str());
    EXPECT_TRUE(policy.ok()) << entry.path() << (policy.ok() ? "" : policy.error().to_string());
    if (policy.ok()) policies.push_back(std::move(policy).value());
  }
  return policies;
}

// A million triples unless MINGMA_TRIPLES says otherwise.
std::size_t triples_wanted() {
  const char* text = std::getenv("MINGMA_TRIPLES");
  return text == nullptr ? 1'000'000 : std::strtoull(text, nullptr, 10);
}

TEST(Compiled, AgreesWithTheInterpreterOnRandomPoliciesResidentsAndTimes) {
  RandomRules random(seed_from_environment(20'221'111));
  Tally tally;
  while (tally.triples < triples_wanted()) {
    ASSERT_NO_FATAL_FAILURE(compare(random, random.policy(), 50, 4, 10, tally));
    if (HasFatalFailure()) return;
  }
  std::printf(
      "%zu triples, %zu with the reference horizon; %zu of %zu rules interpreted; %zu undetermined, %zu yellow or red, "
      "%zu with a horizon\n",
      tally.triples, tally.references, tally.interpreted, tally.rules, tally.undetermined, tally.coloured,
      tally.horizons);
  EXPECT_LT(tally.interpreted * 5, tally.rules) << "too few rules are compiled for this to test the compiler";
  EXPECT_GT(tally.undetermined, tally.triples / 100);
  EXPECT_GT(tally.coloured, tally.triples / 100);
}

TEST(Compiled, AgreesWithTheInterpreterOnTheExamplePolicies) {
  RandomRules random(seed_from_environment(41));
  const std::vector<Policy> policies = example_policies();
  ASSERT_FALSE(policies.empty());
  Tally tally;
  for (Policy policy : policies) {
    policy.effective_from = kRandomEpoch.plus(-40 * kSecondsPerDay);
    policy.effective_to = kRandomEpoch.plus(50 * kSecondsPerDay);
    ASSERT_NO_FATAL_FAILURE(compare(random, policy, 500, 10, 20, tally));
  }
  EXPECT_EQ(tally.interpreted, 0u) << "a policy that is meant to run on a province has a rule that is not compiled";
  EXPECT_EQ(tally.undetermined, 0u);
  EXPECT_GT(tally.coloured, 0u);
}

Policy one_rule(std::string_view condition) {
  Policy policy;
  policy.effective_from = kRandomEpoch.plus(-10 * kSecondsPerDay);
  policy.effective_to = kRandomEpoch.plus(80 * kSecondsPerDay);
  policy.rules.push_back({.id = "A1",
                          .colour = Colour::kRed,
                          .measure = Measure::kHomeIsolation,
                          .when = certlogic::Expression::parse(parse_json(condition).value()).value()});
  return policy;
}

constexpr std::string_view kCloseContact =
    R"({"and":[{"===":[{"var":"facts.contact_level"},"close"]},{"var":"facts.last_exposure_at"},
  {"before":[{"plusTime":[{"var":"now"},0,"day"]},{"plusTime":[{"var":"facts.last_exposure_at"},7,"day"]}]}]})";

TEST(Compiled, RangesThatBeginAndEndInsideABlockDecideTheSameRows) {
  RandomRules random(7);
  const auto compiled = CompiledPolicy::compile(random.policy()).value();
  FactColumns columns;
  for (int i = 0; i < 5'000; ++i) columns.append(random.row());
  const Recoloured all = recolour_all(compiled, columns, kRandomEpoch);
  for (const auto& [begin, end] :
       {std::pair(0, 0), std::pair(1, 2), std::pair(1'000, 1'100), std::pair(1'023, 4'097), std::pair(4'990, 5'000)}) {
    const auto size = static_cast<std::size_t>(end - begin);
    std::vector<Outcome> outcomes(size);
    std::vector<std::uint32_t> horizons(size);
    compiled.recolour(columns, static_cast<std::size_t>(begin), static_cast<std::size_t>(end), kRandomEpoch, outcomes,
                      horizons);
    EXPECT_TRUE(std::equal(outcomes.begin(), outcomes.end(), all.outcomes.begin() + begin));
    EXPECT_TRUE(std::equal(horizons.begin(), horizons.end(), all.horizons.begin() + begin));
  }
}

TEST(Compiled, AGuardedConditionHasNoReachableErrorAndAnUnguardedOneIsUndetermined) {
  const auto guarded = CompiledPolicy::compile(one_rule(kCloseContact)).value();
  const auto unguarded =
      CompiledPolicy::compile(
          one_rule(
              R"({"before":[{"plusTime":[{"var":"now"},0,"day"]},{"plusTime":[{"var":"facts.last_exposure_at"},7,"day"]}]})"))
          .value();
  EXPECT_EQ(guarded.decide(FactRow{}, kRandomEpoch).status, DecisionStatus::kDecided);
  const Decision failed = unguarded.decide(FactRow{}, kRandomEpoch);
  EXPECT_EQ(failed.status, DecisionStatus::kUndetermined);
  EXPECT_EQ(failed.colour, Colour::kNone);
  EXPECT_EQ(failed.rule, 0);
}

TEST(Compiled, InstantsAtTheEndOfTheirRangeNeverWrapAround) {
  const auto compiled = CompiledPolicy::compile(one_rule(kCloseContact)).value();
  FactRow row;
  row.set(FactId::kContactLevel, 3);
  row.set(FactId::kLastExposureAt, 0xFFFF'FFFF);
  FactColumns columns;
  columns.append(row);
  const Recoloured got = recolour_all(compiled, columns, kRandomEpoch);
  EXPECT_EQ(got.outcomes[0].colour, Colour::kRed);
  EXPECT_EQ(got.outcomes[0].with_horizon(got.horizons[0]), compiled.decide(row, kRandomEpoch));
  EXPECT_EQ(compiled.decide(row, kRandomEpoch).horizon, one_rule(kCloseContact).effective_to);
}

TEST(Compiled, APolicyThatMisusesTheClockIsRefusedWithItsPlace) {
  const auto refused = CompiledPolicy::compile(one_rule(R"({"===":[{"var":"now"},"2022-11-11T00:00:00Z"]})"));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().where(), "/rules/0/when/===/0");
}

}  // namespace
}  // namespace mingma::rules
