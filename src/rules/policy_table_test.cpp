#include "rules/policy_table.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "rules/errors.h"

namespace mingma::rules {
namespace {

Policy demo() {
  std::ifstream in(std::filesystem::path(MINGMA_SOURCE_DIR) / "policies/henan-demo.json", std::ios::binary);
  auto policy = parse_policy(std::string{std::istreambuf_iterator<char>(in), {}});
  MINGMA_ASSERT(policy.ok());
  return std::move(policy).value();
}

constexpr std::string_view kNow = "now 2022-12-01 08:00\n";

// The one test in `line`.
PolicyTest read(std::string_view line) {
  const auto tests = parse_policy_tests(std::string(kNow) + std::string(line));
  EXPECT_TRUE(tests.ok()) << tests.error().to_string();
  EXPECT_EQ(tests->size(), 1U);
  return tests->front();
}

std::string refusal(std::string_view line) {
  const auto tests = parse_policy_tests(std::string(kNow) + std::string(line));
  EXPECT_FALSE(tests.ok()) << line;
  return tests.ok() ? "" : tests.error().to_string();
}

std::string failure(std::string_view line) {
  const PolicyTest test = read(line);
  const PolicyTestReport report = run_policy_tests(demo(), {&test, 1});
  return report.failures.empty() ? "" : report.failures.front().message;
}

TEST(PolicyTable, ReadsFactsOfEveryKind) {
  const PolicyTest test = read(
      "contact_level = close; last_exposure_at = 36 hours ago; bubble_member; risk_cleared = no; vaccine_doses = 3; "
      "last_dose_on = 2022-11-01 | red by A4 for 3 days | page 4");
  const UnixSeconds now = test.now;
  EXPECT_EQ(now.to_string(), "2022-12-01T00:00:00Z");
  EXPECT_EQ(test.facts.get(FactId::kContactLevel), 3U);
  EXPECT_EQ(test.facts.instant(FactId::kLastExposureAt), now.plus(-36 * 3'600));
  EXPECT_EQ(test.facts.get(FactId::kBubbleMember), 1U);
  EXPECT_EQ(test.facts.get(FactId::kVaccineDoses), 3U);
  EXPECT_EQ(test.colour, Colour::kRed);
  EXPECT_EQ(test.rule, "A4");
  EXPECT_EQ(test.horizon, now.plus(3 * kSecondsPerDay));
  EXPECT_EQ(test.source, "page 4");
}

TEST(PolicyTable, ReadsTimesAsPeopleInChinaWriteThem) {
  EXPECT_EQ(
      read("entered_country_at = 2022-11-30 | red by A5 | x").facts.instant(FactId::kEnteredCountryAt).to_string(),
      "2022-11-29T16:00:00Z");
  EXPECT_EQ(read("entered_country_at = 2022-11-30 09:30 | red by A5 | x")
                .facts.instant(FactId::kEnteredCountryAt)
                .to_string(),
            "2022-11-30T01:30:00Z");
  EXPECT_EQ(read("test_due_at = in 2 hours | green by default | x").facts.instant(FactId::kTestDueAt).to_string(),
            "2022-12-01T02:00:00Z");
  EXPECT_EQ(read("nothing known | green by default for ever | x").horizon, kNoHorizon);
  EXPECT_EQ(read("nothing known | green by default until 2022-12-02 08:00 | x").horizon->to_string(),
            "2022-12-02T00:00:00Z");
}

TEST(PolicyTable, FillsInPlacesThatNest) {
  const PolicyTest test = read("left_high_at = 2 days ago | red by A7 | x");
  EXPECT_EQ(test.facts.instant(FactId::kLeftRiskCountyAt), test.now.plus(-2 * kSecondsPerDay));
  EXPECT_EQ(test.facts.instant(FactId::kLeftRiskCityAt), test.now.plus(-2 * kSecondsPerDay));
}

TEST(PolicyTable, RefusesWithTheLineAndWhatToWrite) {
  EXPECT_EQ(refusal("fever = yes | red by A1 | x"),
            "rules.invalid_policy_test at line 2: \"fever\" is no fact; docs/facts.md lists them");
  EXPECT_NE(refusal("contact_level = near | red by A1 | x").find("it is one of none, general, secondary, close"),
            std::string::npos);
  EXPECT_NE(refusal("contact_level | red by A1 | x").find("needs a value"), std::string::npos);
  EXPECT_NE(refusal("zone_now = high; zone_now = low | red by A1 | x").find("given twice"), std::string::npos);
  EXPECT_NE(refusal("vaccine_doses = 21 | red by A1 | x").find("a number up to 20"), std::string::npos);
  EXPECT_NE(refusal("arrived_at = yesterday | red by A1 | x").find("is no time"), std::string::npos);
  EXPECT_NE(refusal("arrived_at = 3 weeks ago | red by A1 | x").find("is no time"), std::string::npos);
  EXPECT_NE(refusal("nothing known | red A1 | x").find("the expectation reads"), std::string::npos);
  EXPECT_NE(refusal("nothing known | blue by A1 | x").find("green, yellow or red"), std::string::npos);
  EXPECT_NE(refusal("nothing known | red by A1 for a while | x").find("says no duration"), std::string::npos);
  EXPECT_NE(refusal("nothing known | green by default").find("facts | expectation | source"), std::string::npos);
  EXPECT_NE(parse_policy_tests("nothing known | green by default | x")
                .error()
                .to_string()
                .find("line 1: say when it is first"),
            std::string::npos);
}

TEST(PolicyTable, RefusesAResidentWhomNoEvidenceCouldMake) {
  EXPECT_NE(refusal("contact_level = close | red by A4 | x").find("contact_level goes with a fitting last_exposure_at"),
            std::string::npos);
  EXPECT_NE(refusal("left_high_at = 1 day ago; left_risk_county_at = 3 days ago | red by A7 | x")
                .find("no resident is like this"),
            std::string::npos);
}

TEST(PolicyTable, SaysWhatWasExpectedAndWhatCame) {
  EXPECT_EQ(failure("zone_now = high | red by A6 | x"), "");
  EXPECT_EQ(failure("zone_now = high | yellow by B1 | x"), "expected yellow by B1, got red by A6");
  EXPECT_EQ(failure("zone_now = high | red by Z9 | x"), "the policy has no rule Z9");
  EXPECT_EQ(failure("nothing known | red by A1 | x"), "expected red by A1, got green by default");
  EXPECT_EQ(failure("left_high_at = 2 days ago | red by A7 for 4 days | x"),
            "red by A7 as expected, but until 2022-12-06 08:00:00, not until 2022-12-05 08:00:00");
  EXPECT_EQ(failure("left_high_at = 2 days ago | red by A7 for ever | x"),
            "red by A7 as expected, but until 2022-12-06 08:00:00, not for ever");
}

TEST(PolicyTable, NamesRulesThatNoLineExpects) {
  const auto tests = parse_policy_tests(
      "now 2022-12-01 08:00\nzone_now = high | red by A6 | x\n# a comment\n\nnow 2023-03-01\nzone_now = high | no "
      "policy | x\n");
  ASSERT_TRUE(tests.ok()) << tests.error().to_string();
  const PolicyTestReport report = run_policy_tests(demo(), *tests);
  EXPECT_EQ(report.passed, 2U);
  EXPECT_EQ(report.rules_untested.size(), demo().rules.size() - 1);
  EXPECT_EQ(tests->back().line, 6);
}

}  // namespace
}  // namespace mingma::rules
