#include "rules/decide.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "rules/compiled_random.h"
#include "rules/decide_clock.h"

namespace mingma::rules {
namespace {

Policy policy_of(std::initializer_list<std::string_view> conditions) {
  Policy policy;
  policy.effective_from = kRandomEpoch.plus(-10 * kSecondsPerDay);
  policy.effective_to = kRandomEpoch.plus(80 * kSecondsPerDay);
  for (const std::string_view condition : conditions) {
    policy.rules.push_back({.id = "R" + std::to_string(policy.rules.size()),
                            .colour = Colour::kRed,
                            .measure = Measure::kHomeIsolation,
                            .when = certlogic::Expression::parse(parse_json(condition).value()).value()});
  }
  return policy;
}

constexpr std::string_view kWithin7Days = R"({"and":[{"var":"facts.left_high_at"},
  {"before":[{"plusTime":[{"var":"now"},0,"day"]},{"plusTime":[{"var":"facts.left_high_at"},7,"day"]}]}]})";
constexpr std::string_view kFrom3To5Days = R"({"and":[{"var":"facts.left_high_at"},
  {"not-before":[{"plusTime":[{"var":"now"},0,"day"]},{"plusTime":[{"var":"facts.left_high_at"},3,"day"]}]},
  {"before":[{"plusTime":[{"var":"now"},0,"day"]},{"plusTime":[{"var":"facts.left_high_at"},5,"day"]}]}]})";

FactRow left_high(UnixSeconds at) {
  FactRow row;
  row.set_instant(FactId::kLeftHighAt, at);
  return row;
}

TEST(Decide, TheFirstRuleThatIsTrueDecides) {
  const Policy policy = policy_of({kFrom3To5Days, kWithin7Days});
  EXPECT_EQ(decide(policy, left_high(kRandomEpoch.plus(-kSecondsPerDay)), kRandomEpoch).rule, 1);
  EXPECT_EQ(decide(policy, left_high(kRandomEpoch.plus(-4 * kSecondsPerDay)), kRandomEpoch).rule, 0);
  const Decision none = decide(policy, FactRow{}, kRandomEpoch);
  EXPECT_EQ(none.rule, kDefaultRule);
  EXPECT_EQ(none.colour, Colour::kGreen);
  EXPECT_EQ(none.measure, Measure::kNone);
}

TEST(Decide, SevenDaysEndToTheSecond) {
  const Policy policy = policy_of({kWithin7Days});
  const UnixSeconds left = kRandomEpoch.plus(-7 * kSecondsPerDay + 1);
  EXPECT_EQ(decide(policy, left_high(left), kRandomEpoch).colour, Colour::kRed);
  EXPECT_EQ(decide(policy, left_high(left), kRandomEpoch).horizon, kRandomEpoch.plus(1));
  EXPECT_EQ(decide(policy, left_high(left), kRandomEpoch.plus(1)).colour, Colour::kGreen);
}

TEST(Decide, TheHorizonPassesInstantsAtWhichNothingChanges) {
  // After 3 days the first rule takes over, at 5 the second again, at 7 the default.
  const Policy policy = policy_of({kFrom3To5Days, kWithin7Days});
  const FactRow row = left_high(kRandomEpoch);
  EXPECT_EQ(decide(policy, row, kRandomEpoch).horizon, kRandomEpoch.plus(3 * kSecondsPerDay));
  EXPECT_EQ(decide(policy, row, kRandomEpoch.plus(3 * kSecondsPerDay)).horizon, kRandomEpoch.plus(5 * kSecondsPerDay));
  EXPECT_EQ(decide(policy, row, kRandomEpoch.plus(6 * kSecondsPerDay)).horizon, kRandomEpoch.plus(7 * kSecondsPerDay));
  EXPECT_EQ(decide(policy, row, kRandomEpoch.plus(8 * kSecondsPerDay)).horizon, policy.effective_to);
}

TEST(Decide, OutsideItsLifeAPolicyGivesNoColour) {
  const Policy policy = policy_of({kWithin7Days});
  const Decision before = decide(policy, FactRow{}, policy.effective_from.plus(-1));
  EXPECT_EQ(before.status, DecisionStatus::kNoPolicy);
  EXPECT_EQ(before.colour, Colour::kNone);
  EXPECT_EQ(before.horizon, policy.effective_from);
  const Decision after = decide(policy, FactRow{}, policy.effective_to);
  EXPECT_EQ(after.status, DecisionStatus::kNoPolicy);
  EXPECT_EQ(after.horizon, kNoHorizon);
}

TEST(Decide, ARuleThatFailsMakesTheDecisionUndeterminedWithItsPlace) {
  const Policy policy = policy_of(
      {kFrom3To5Days,
       R"({"before":[{"plusTime":[{"var":"now"},0,"day"]},{"plusTime":[{"var":"facts.arrived_at"},7,"day"]}]})"});
  const Decision decision = decide(policy, FactRow{}, kRandomEpoch);
  EXPECT_EQ(decision.status, DecisionStatus::kUndetermined);
  EXPECT_EQ(decision.colour, Colour::kNone);
  EXPECT_EQ(decision.rule, 1);
  EXPECT_TRUE(undetermined_reason(policy, FactRow{}, kRandomEpoch).where().starts_with("/rules/1/when/before/1"))
      << undetermined_reason(policy, FactRow{}, kRandomEpoch).where();
}

TEST(Decide, AnErrorAfterATrueRuleIsNeverReached) {
  const Policy policy = policy_of(
      {kWithin7Days,
       R"({"before":[{"plusTime":[{"var":"now"},0,"day"]},{"plusTime":[{"var":"facts.arrived_at"},7,"day"]}]})"});
  EXPECT_EQ(decide(policy, left_high(kRandomEpoch), kRandomEpoch).status, DecisionStatus::kDecided);
}

// Searches the horizon without knowing where comparisons flip: random instants, then bisection around every change
// found.
TEST(Decide, NoInstantBeforeTheHorizonDiffersAndTheHorizonDoes) {
  const char* text = std::getenv("MINGMA_SEED");
  const std::uint64_t seed = text == nullptr ? 1'111 : std::strtoull(text, nullptr, 10);
  std::printf("seed %llu (set MINGMA_SEED to repeat)\n", static_cast<unsigned long long>(seed));
  RandomRules random(seed);
  int with_horizon = 0;
  for (int i = 0; i < 1'500; ++i) {
    const Policy policy = random.policy();
    const FactRow row = random.row();
    const UnixSeconds now = random.now();
    const Decision decision = decide(policy, row, now);
    const UnixSeconds end = decision.horizon == kNoHorizon ? now.plus(200 * kSecondsPerDay) : decision.horizon;
    if (decision.horizon != kNoHorizon) {
      ++with_horizon;
      ASSERT_GT(decision.horizon, now);
      ASSERT_FALSE(decide(policy, row, decision.horizon).same_outcome(decision))
          << "nothing changes at the horizon, policy " << i;
      ASSERT_TRUE(decide(policy, row, decision.horizon.plus(-1)).same_outcome(decision))
          << "it changed before, policy " << i;
    }
    const auto span = static_cast<std::uint64_t>(end.value - now.value);
    for (int probe = 0; probe < 20; ++probe) {
      UnixSeconds instant = now.plus(static_cast<std::int64_t>(random.below(span)));
      if (random.chance(50)) instant.value -= instant.value % 3'600;  // comparisons meet on whole hours
      if (instant < now) continue;
      ASSERT_TRUE(decide(policy, row, instant).same_outcome(decision))
          << "changed at " << instant.to_string() << ", policy " << i;
    }
  }
  EXPECT_GT(with_horizon, 500);
}

std::string refusal(std::string_view condition) {
  const auto flips = ClockFlips::of(certlogic::Expression::parse(parse_json(condition).value()).value());
  return flips.ok() ? "" : flips.error().where() + ": " + flips.error().message();
}

TEST(ClockFlips, TheClockMayOnlyBeMovedAndComparedWithWhatStandsStill) {
  EXPECT_EQ(refusal(kWithin7Days), "");
  EXPECT_NE(refusal(R"({"===":[{"var":"now"},"2022-11-11T00:00:00Z"]})"), "");
  EXPECT_NE(refusal(R"({"extractFromUVCI":[{"var":"now"},0]})"), "");
  EXPECT_NE(refusal(R"({"before":[{"plusTime":[{"var":"now"},1,"month"]},{"plusTime":[{"var":"now"},30,"day"]}]})"),
            "");
  EXPECT_EQ(refusal(R"({"before":[{"plusTime":[{"var":"now"},24,"hour"]},{"plusTime":[{"var":"now"},2,"day"]}]})"), "");
  EXPECT_NE(refusal(R"({"before":[{"plusTime":[{"var":"now"},300,"year"]},{"plusTime":["2022-11-11",0,"day"]}]})"), "");
}

// now + 1 month is not monotone: 31 January and 3 February (of a common year) both give 3 March.
TEST(ClockFlips, MonthsOfTheClockFlipAtEveryInstantThatBruteForceFinds) {
  RandomRules random(5);
  for (int i = 0; i < 300; ++i) {
    const TimeShift shift{static_cast<std::int64_t>(random.below(9)) - 4,
                          random.chance(80) ? certlogic::TimeUnit::kMonth : certlogic::TimeUnit::kYear};
    const UnixSeconds middle = UnixSeconds{1'580'000'000}.plus(static_cast<std::int64_t>(random.below(120'000'000)));
    const certlogic::DateTime fixed{middle.value / 3'600 * 3'600'000};
    const UnixSeconds after{certlogic::add_time(fixed, -shift.amount, shift.unit)->milliseconds / 1'000 -
                            20 * kSecondsPerDay};
    std::vector<UnixSeconds> flips;
    append_flips(shift, fixed, after, flips);
    std::sort(flips.begin(), flips.end());
    const auto order = [&](UnixSeconds t) {
      return certlogic::add_time({t.value * 1'000}, shift.amount, shift.unit).value() <=> fixed;
    };
    // On whole hours, and one second after: where the order changes, a flip is listed in between.
    UnixSeconds previous{after.value / 3'600 * 3'600 + 3'600};
    for (std::int64_t step = 1; step < 40 * 24 * 2; ++step) {
      const UnixSeconds t = previous.plus(step % 2 == 1 ? 1 : 3'599);
      if (order(t) != order(previous)) {
        const auto flip = std::upper_bound(flips.begin(), flips.end(), previous);
        ASSERT_TRUE(flip != flips.end() && *flip <= t) << t.to_string() << " " << shift.amount;
      }
      previous = t;
    }
  }
}

}  // namespace
}  // namespace mingma::rules
