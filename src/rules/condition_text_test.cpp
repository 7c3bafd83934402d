#include "rules/condition_text.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace mingma::rules {
namespace {

std::string text_of(std::string_view json, Language language) {
  const auto parsed = parse_json(json);
  EXPECT_TRUE(parsed.ok()) << json;
  const auto expression = certlogic::Expression::parse(*parsed);
  EXPECT_TRUE(expression.ok()) << expression.error().to_string();
  return condition_text(*expression, language);
}

constexpr std::string_view kWithin =
    R"({"and":[{"===":[{"var":"facts.contact_level"},"close"]},{"var":"facts.last_exposure_at"},)"
    R"({"before":[{"plusTime":[{"var":"now"},0,"day"]},{"plusTime":[{"var":"facts.last_exposure_at"},5,"day"]}]}]})";

TEST(ConditionText, SaysElapsedTimeAndLeavesOutTheGuardBesideIt) {
  EXPECT_EQ(text_of(kWithin, Language::kChinese), "接触者类别为密切接触者 且 末次暴露时间起5天内");
}

TEST(ConditionText, KeepsAGuardThatSaysSomething) {
  const std::string text = text_of(
      R"({"and":[{"var":"facts.fever_clinic_at"},{"!":[{"var":"facts.fever_clinic_cleared"}]}]})", Language::kChinese);
  EXPECT_EQ(text, "有最近发热门诊就诊时间 且 未发热门诊已排除");
}

TEST(ConditionText, SaysTheNegationOfAGuardedComparisonAsAWhole) {
  const std::string text = text_of("{\"!\":[" + std::string(kWithin) + "]}", Language::kChinese);
  EXPECT_EQ(text, "非(接触者类别为密切接触者 且 末次暴露时间起5天内)");
}

TEST(ConditionText, TurnsTheOperandsOfADoubleNegationRound) {
  const std::string text = text_of(
      R"({"not-before":[{"plusTime":[{"var":"facts.last_exposure_at"},7,"day"]},{"plusTime":[{"var":"now"},0,"day"]}]})",
      Language::kChinese);
  EXPECT_EQ(text, "末次暴露时间起7天内");
}

TEST(ConditionText, SaysChoicesAsOrWithBracketsWhereTheyAreNeeded) {
  const std::string text = text_of(
      R"({"and":[{"if":[{"===":[{"var":"facts.zone_now"},"high"]},true,{"var":"facts.bubble_member"}]},{">":[{"var":"facts.vaccine_doses"},2]}]})",
      Language::kChinese);
  EXPECT_EQ(text, "(现所在地风险等级为高风险区 或 闭环管理区内人员) 且 疫苗接种剂次 > 2");
}

TEST(ConditionText, ListsTheValuesOfAnEnumeration) {
  const std::string text =
      text_of(R"({"!":[{"in":[{"var":"facts.zone_now"},["medium","high"]]}]})", Language::kEnglish);
  EXPECT_EQ(text, "risk level of the present place is not medium-risk area or high-risk area");
}

TEST(ConditionText, ComparesTwoFactsInWords) {
  const std::string text = text_of(
      R"({"!":[{"after":[{"plusTime":[{"var":"facts.last_negative_sampled_at"},0,"day"]},{"plusTime":[{"var":"facts.overlap_at"},1,"day"]}]}]})",
      Language::kChinese);
  EXPECT_EQ(text, "最近阴性采样时间不晚于最近一次暴露时间 + 1天");
}

}  // namespace
}  // namespace mingma::rules
