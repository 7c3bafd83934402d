#include "rules/policy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/json.h"
#include "crypto/digest.h"
#include "rules/errors.h"
#include "rules/policy_lint.h"
#include "rules/policy_show.h"

namespace mingma::rules {
namespace {

std::string demo_text() {
  std::ifstream in(std::filesystem::path(MINGMA_SOURCE_DIR) / "policies/henan-demo.json", std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Json demo() {
  auto json = parse_json(demo_text());
  MINGMA_ASSERT(json.ok());
  return std::move(json).value();
}

Json& member(Json& json, std::string_view name) {
  for (auto& [key, value] : json.object()) {
    if (key == name) return value;
  }
  MINGMA_ASSERT(false);
  return json;
}

Json& rule(Json& policy, std::size_t index) { return member(policy, "rules").array()[index]; }

Json condition(std::string_view text) {
  auto json = parse_json(text);
  MINGMA_ASSERT(json.ok());
  return std::move(json).value();
}

// The error of parsing `policy`, which must fail.
Error refused(const Json& policy) {
  const auto parsed = parse_policy(policy.to_string());
  EXPECT_FALSE(parsed.ok());
  return parsed.ok() ? Error(errors::kInvalidPolicy, "") : parsed.error();
}

std::vector<LintFinding> lint(const Json& policy) {
  const auto parsed = parse_policy(policy.to_string());
  EXPECT_TRUE(parsed.ok()) << parsed.error().to_string();
  return parsed.ok() ? lint_policy(*parsed) : std::vector<LintFinding>();
}

// Lints the demo policy with its first condition replaced; the codes and places found.
std::vector<std::string> lint_condition_of(std::string_view when) {
  Json policy = demo();
  rule(policy, 0).set("when", condition(when));
  std::vector<std::string> out;
  for (const LintFinding& finding : lint(policy)) out.push_back(std::string(finding.code) + " " + finding.place);
  return out;
}

using Strings = std::vector<std::string>;

TEST(PolicyDocument, HashIsSha256OfTheExactBytes) {
  const std::string text = demo_text();
  const auto policy = parse_policy(text);
  ASSERT_TRUE(policy.ok());
  EXPECT_EQ(policy->hash, crypto::sha256(as_bytes(text)));
  EXPECT_NE(parse_policy(text + "\n")->hash, policy->hash);
}

TEST(PolicyDocument, ReadsEveryMember) {
  const auto policy = parse_policy(demo_text());
  ASSERT_TRUE(policy.ok());
  EXPECT_EQ(policy->jurisdiction.to_string(), "41");
  EXPECT_EQ(policy->version.to_string(), "1.0.0");
  EXPECT_EQ(policy->effective_from.to_local_string(), "2022-11-15 00:00:00");
  EXPECT_EQ(policy->rules.front().id, "A1");
  EXPECT_EQ(policy->rules.front().colour, Colour::kRed);
  EXPECT_EQ(policy->rules.front().measure, Measure::kHospital);
  EXPECT_EQ(policy->rules.front().hands, (Hands{.approved = true, .executed = true}));
  EXPECT_EQ(policy->brakes.signer_worse_per_hour, 100U);
  EXPECT_EQ(policy->cases.reply_hours, 48U);
  EXPECT_EQ(policy->retention.days(EvidenceKind::kCaseReport), 365U);
  EXPECT_EQ(policy->index_of("B1"), RuleIndex{9});
  EXPECT_EQ(policy->find_rule(kDefaultRule), nullptr);
}

TEST(PolicyDocument, HoldsFromItsFirstInstantToJustBeforeItsLast) {
  const auto policy = parse_policy(demo_text());
  ASSERT_TRUE(policy.ok());
  EXPECT_TRUE(policy->in_force(policy->effective_from));
  EXPECT_FALSE(policy->in_force(policy->effective_from.plus(-1)));
  EXPECT_FALSE(policy->in_force(policy->effective_to));
}

TEST(PolicyDocument, RefusesAMissingOrLateExpiry) {
  Json policy = demo();
  policy.set("effective_to", Json("2023-02-13T00:00:01+08:00"));
  EXPECT_EQ(refused(policy).where(), "/effective_to");
  policy.set("effective_to", Json());
  EXPECT_EQ(refused(policy).where(), "/effective_to");
  auto& members = policy.object();
  std::erase_if(members, [](const Json::Member& m) { return m.first == "effective_to"; });
  EXPECT_NE(refused(policy).message().find("\"effective_to\" is missing"), std::string::npos);
}

TEST(PolicyDocument, RefusesWithThePlaceOfWhatIsWrong) {
  const auto place = [](auto change) {
    Json policy = demo();
    change(policy);
    return refused(policy).where();
  };
  EXPECT_EQ(place([](Json& p) { p.set("colour_of_the_day", Json("red")); }), "/colour_of_the_day");
  EXPECT_EQ(place([](Json& p) { p.set("version", Json("1.0")); }), "/version");
  EXPECT_EQ(place([](Json& p) { p.set("version", Json("01.0.0")); }), "/version");
  EXPECT_EQ(place([](Json& p) { p.set("jurisdiction", Json("CN")); }), "/jurisdiction");
  EXPECT_EQ(place([](Json& p) { p.set("fact_schema_version", Json(2)); }), "/fact_schema_version");
  EXPECT_EQ(place([](Json& p) { member(p, "title").set("en", Json("")); }), "/title/en");
  EXPECT_EQ(place([](Json& p) { rule(p, 2).set("colour", Json("blue")); }), "/rules/2/colour");
  EXPECT_EQ(place([](Json& p) { rule(p, 2).set("measure", Json("lockdown")); }), "/rules/2/measure");
  EXPECT_EQ(place([](Json& p) { rule(p, 2).set("id", Json("A1")); }), "/rules/2/id");
  EXPECT_EQ(place([](Json& p) { rule(p, 2).set("hands", condition(R"(["executed","executed"])")); }),
            "/rules/2/hands/1");
  EXPECT_EQ(place([](Json& p) { rule(p, 2).set("person", Json("41")); }), "/rules/2/person");
  EXPECT_EQ(place([](Json& p) { member(p, "brakes").set("signer_worse_per_hour", Json(0)); }),
            "/brakes/signer_worse_per_hour");
  EXPECT_EQ(place([](Json& p) { member(p, "cases").set("decide_hours", Json(1)); }), "/cases/decide_hours");
  EXPECT_EQ(place([](Json& p) { member(p, "retention_days").set("stay", Json(0)); }), "/retention_days/stay");
  EXPECT_EQ(place([](Json& p) { member(p, "retention_days").set("rumour", Json(1)); }), "/retention_days/rumour");
}

TEST(PolicyDocument, RefusesConditionsThatAreNoneOrReadWhatIsNoFact) {
  const auto place = [](std::string_view when) {
    Json policy = demo();
    rule(policy, 1).set("when", condition(when));
    return refused(policy).where();
  };
  EXPECT_EQ(place(R"({"or":[true,false]})"), "/rules/1/when");
  EXPECT_EQ(place(R"({"and":[true,{"<":[1]}]})"), "/rules/1/when/and/1");
  EXPECT_EQ(place(R"({"and":[true,{"var":"facts.depositor"}]})"), "/rules/1/when/and/1");
  EXPECT_EQ(place(R"({"var":"facts"})"), "/rules/1/when");
  EXPECT_EQ(place(R"({"and":[true,{"===":[{"var":"now"},"2022"]}]})"), "/rules/1/when/and/1/===/0");
  EXPECT_EQ(place(R"({"reduce":[[1],true,true]})"), "/rules/1/when");
}

TEST(PolicyDocument, RefusesTextThatIsNoJsonWithLineAndColumn) {
  const auto policy = parse_policy("{\n \"id\": \"x\",\n}");
  ASSERT_FALSE(policy.ok());
  EXPECT_TRUE(policy.error().is(errors::kInvalidPolicy));
  EXPECT_EQ(policy.error().where(), "line 3, column 1");
}

TEST(PolicyLint, FindsNothingInTheDemoPolicy) {
  EXPECT_TRUE(lint(demo()).empty());
  EXPECT_TRUE(check_publishable(*parse_policy(demo_text())).ok());
}

TEST(PolicyLint, FindsAnAbsentFactThatIsComparedUnguarded) {
  const Strings found = lint_condition_of(
      R"({"before":[{"plusTime":[{"var":"now"},0,"day"]},{"plusTime":[{"var":"facts.arrived_at"},6,"day"]}]})");
  EXPECT_EQ(found, Strings{"unguarded_absence /rules/0/when/before/1/plusTime/0"});
}

TEST(PolicyLint, TakesAGuardInAnIfOrInAnotherFactThatImpliesIt) {
  EXPECT_EQ(
      lint_condition_of(
          R"({"if":[{"!":[{"var":"facts.arrived_at"}]},false,)"
          R"({"before":[{"plusTime":[{"var":"now"},0,"day"]},{"plusTime":[{"var":"facts.arrived_at"},3,"day"]}]}]})"),
      Strings{});
  EXPECT_EQ(
      lint_condition_of(
          R"({"and":[{"in":[{"var":"facts.contact_level"},["close","secondary"]]},)"
          R"({"before":[{"plusTime":[{"var":"now"},0,"day"]},{"plusTime":[{"var":"facts.last_exposure_at"},3,"day"]}]}]})"),
      Strings{});
}

TEST(PolicyLint, DoesNotTakeAGuardThatMayBeFalse) {
  EXPECT_EQ(
      lint_condition_of(
          R"({"and":[{"in":[{"var":"facts.contact_level"},["none","close"]]},)"
          R"({"before":[{"plusTime":[{"var":"now"},0,"day"]},{"plusTime":[{"var":"facts.last_exposure_at"},3,"day"]}]}]})"),
      Strings{"unguarded_absence /rules/0/when/and/1/before/1/plusTime/0"});
  EXPECT_EQ(
      lint_condition_of(
          R"({"if":[{"var":"facts.arrived_at"},false,)"
          R"({"before":[{"plusTime":[{"var":"now"},0,"day"]},{"plusTime":[{"var":"facts.arrived_at"},3,"day"]}]}]})"),
      Strings{"unguarded_absence /rules/0/when/if/2/before/1/plusTime/0"});
}

TEST(PolicyLint, FindsTypesThatDoNotFit) {
  EXPECT_EQ(lint_condition_of(R"({"===":[{"var":"facts.contact_level"},"closest"]})"),
            Strings{"unknown_value /rules/0/when/===/1"});
  EXPECT_EQ(lint_condition_of(R"({"in":[{"var":"facts.zone_now"},["high","red"]]})"),
            Strings{"unknown_value /rules/0/when/in/1/1"});
  EXPECT_EQ(lint_condition_of(R"({"===":[{"var":"facts.vaccine_doses"},"3"]})"), Strings{"never_equal /rules/0/when"});
  EXPECT_EQ(lint_condition_of(R"({"and":[{"var":"facts.contact_level"},{"var":"facts.bubble_member"}]})").front(),
            "always_truthy /rules/0/when/and/0");
  EXPECT_EQ(lint_condition_of(R"({">":[{"var":"facts.arrived_at"},1]})"), Strings{"wrong_type /rules/0/when/>/0"});
  EXPECT_EQ(lint_condition_of(R"({"===":[{"var":"facts.arrived_at"},{"var":"facts.left_high_at"}]})").front(),
            "wrong_type /rules/0/when");
  EXPECT_EQ(
      lint_condition_of(R"({"before":[{"plusTime":["2022-02-30",0,"day"]},{"plusTime":["2022-02-03",0,"day"]}]})"),
      Strings{"invalid_date /rules/0/when/before/0/plusTime/0"});
}

TEST(PolicyLint, WarnsOfADateThatBeginsAtEightInTheMorning) {
  const auto dose = [](std::string_view shift) {
    return lint_condition_of(R"({"and":[{"var":"facts.last_dose_on"},{"before":[{"plusTime":[{"var":"now"},0,"day"]},)"
                             R"({"plusTime":[{"var":"facts.last_dose_on"},)" +
                             std::string(shift) + "]}]}]}");
  };
  EXPECT_EQ(dose("14,\"day\""), Strings{"date_at_utc /rules/0/when/and/1/before/1"});
  EXPECT_EQ(dose("328,\"hour\""), Strings{});
}

TEST(PolicyLint, RefusesARuleThatColoursPeopleAboutWhomNothingIsKnown) {
  Json policy = demo();
  rule(policy, 0).set("when", condition(R"({"!":[{"var":"facts.fever_clinic_at"}]})"));
  auto found = lint(policy);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].code, "catch_all");
  rule(policy, 0).set("catch_all_document", Json("豫疫情防指〔2022〕9号"));
  found = lint(policy);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].code, "catch_all_life");
  policy.set("effective_to", Json("2022-11-29T00:00:00+08:00"));
  EXPECT_TRUE(lint(policy).empty());
}

TEST(PolicyLint, RefusesARuleThatOnlySaysOther) {
  Json policy = demo();
  rule(policy, 0).set("when", condition(R"({"===":[{"var":"facts.control_reason"},"other"]})"));
  const auto parsed = parse_policy(policy.to_string());
  ASSERT_TRUE(parsed.ok());
  const auto publishable = check_publishable(*parsed);
  ASSERT_FALSE(publishable.ok());
  EXPECT_EQ(publishable.error().where(), "/rules/0/when");
}

TEST(PolicyLint, FindsRulesThatAnEarlierOneHides) {
  Json policy = demo();
  rule(policy, 1).set("when", condition(R"({"===":[{"var":"facts.zone_now"},"high"]})"));
  const auto found = lint(policy);  // A6 asks for the same, later
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].code, "unreachable");
  EXPECT_EQ(found[0].place, "/rules/5");
}

TEST(PolicyLint, FindsTextsThatWereNotTranslated) {
  Json policy = demo();
  member(rule(policy, 3), "reason").set("zh", Json("close contact"));
  member(rule(policy, 4), "way_out").set("en", Json("满5天"));
  Strings places;
  for (const LintFinding& finding : lint(policy)) places.push_back(std::string(finding.code) + " " + finding.place);
  EXPECT_EQ(places, (Strings{"untranslated /rules/3/reason/zh", "untranslated /rules/4/way_out/en"}));
}

TEST(PolicyLint, WarnsOfColoursAndMeasuresThatDoNotGoTogether) {
  Json policy = demo();
  rule(policy, 0).set("measure", Json("none"));
  rule(policy, 17).set("measure", Json("home_isolation"));
  Strings codes;
  for (const LintFinding& finding : lint(policy)) codes.emplace_back(finding.code);
  EXPECT_EQ(codes, (Strings{"colour_without_measure", "measure_without_colour"}));
}

TEST(PolicyShow, DrawsOneRowPerRuleInBothLanguagesAndFormats) {
  const auto policy = parse_policy(demo_text());
  ASSERT_TRUE(policy.ok());
  const std::string markdown = show_policy(*policy, Language::kEnglish, TableFormat::kMarkdown);
  EXPECT_NE(markdown.find("| 4 | A4 | red | central isolation | close contact: 5 days central isolation |"),
            std::string::npos)
      << markdown;
  EXPECT_EQ(std::count(markdown.begin(), markdown.end(), '\n'),
            10 + 1 + 2 + static_cast<long>(policy->rules.size()) + 1 - 1);
  const std::string text = show_policy(*policy, Language::kChinese, TableFormat::kText);
  EXPECT_NE(text.find("4    A4    红码    集中隔离            密切接触者,5天集中隔离"), std::string::npos) << text;
  EXPECT_NE(text.find("北京时间"), std::string::npos);
}

}  // namespace
}  // namespace mingma::rules
