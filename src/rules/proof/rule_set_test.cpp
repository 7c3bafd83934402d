#include "rules/proof/rule_set.h"

#include <gtest/gtest.h>

#include "rules/errors.h"

namespace mingma::rules::proof {
namespace {

RuleSet set_of(const std::string& name, const std::vector<std::string>& rules) {
  Json document;
  document.set("country", name);
  Json::Array items;
  for (const std::string& rule : rules) {
    Json item;
    item.set("Identifier", name + std::to_string(items.size() + 1));
    item.set("Logic", *parse_json(rule));
    items.push_back(std::move(item));
  }
  document.set("rules", std::move(items));
  return *parse_rule_set(document);
}

class ProofOfRuleSets : public testing::Test {
 protected:
  void SetUp() override {
    if (!available()) GTEST_SKIP() << "skipped: built without Z3";
  }
  static SetAnswer ask(Question question, const RuleSet& set, const RuleSet* other = nullptr,
                       const SetOptions& options = {}) {
    const auto answer = prove(question, set, other, options);
    EXPECT_TRUE(answer.ok()) << answer.error().to_string();
    return answer.ok() ? *answer : SetAnswer{.findings = {{}}};
  }
};

std::string not_older(int days) {
  return R"({"if": [{"var": "payload.t.0"}, {"not-after": [{"plusTime": [{"var": "external.validationClock"}, 0, "day"]},
         {"plusTime": [{"var": "payload.t.0.sc"}, )" +
         std::to_string(days) + R"(, "day"]}]}, true]})";
}

TEST_F(ProofOfRuleSets, AShorterLifeOfATestIsStricter) {
  const RuleSet two = set_of("A", {not_older(2)}), three = set_of("B", {not_older(3)});
  EXPECT_EQ(ask(Question::kNeverStricter, three, &two).verdict, Verdict::kProved);
  const SetAnswer answer = ask(Question::kNeverStricter, two, &three);
  ASSERT_EQ(answer.verdict, Verdict::kRefuted);
  EXPECT_EQ(answer.findings.front().example->refusing, std::vector<std::string>{"A1"});
}

TEST_F(ProofOfRuleSets, AWordTheOtherDoesNotListIsFound) {
  const std::string list = R"({"in": [{"var": "payload.v.0.mp"}, ["EU/1/20/1528", "EU/1/20/1507")";
  const RuleSet narrow = set_of("A", {list + "]]}"}), wide = set_of("B", {list + R"(, "CoronaVac"]]})"});
  const SetAnswer answer = ask(Question::kNeverStricter, narrow, &wide);
  ASSERT_EQ(answer.verdict, Verdict::kRefuted);
  EXPECT_NE(answer.findings.front().example->data.to_string().find("CoronaVac"), std::string::npos);
  EXPECT_EQ(ask(Question::kNeverStricter, wide, &narrow).verdict, Verdict::kProved);
}

TEST_F(ProofOfRuleSets, ListsAreCountedAndValueSetsMayBeKnown) {
  const std::string one = R"({"===": [{"reduce": [[{"var": "payload.r"}, {"var": "payload.t"}],
                              {"+": [{"var": "accumulator"}, {"if": [{"var": "current.0"}, 1, 0]}]}, 0]}, 1]})";
  const RuleSet counts = set_of("A", {one}),
                asks = set_of(
                    "B",
                    {R"({"if": [{"var": "payload.r.0"}, {"!": [{"var": "payload.t.0"}]}, {"var": "payload.t.0"}]})"});
  EXPECT_EQ(ask(Question::kEquivalent, counts, &asks).verdict, Verdict::kProved);
  const RuleSet test = set_of("C", {R"({"var": "payload.t.0"})"});
  const SetAnswer both = ask(Question::kNeverStricter, counts, &test);
  ASSERT_EQ(both.verdict, Verdict::kRefuted);
  EXPECT_NE(both.findings.front().example->data.to_string().find("\"r\""), std::string::npos)
      << "a test and a recovery";
  SetOptions options;
  options.assume = *parse_json(R"({"if": [{"var": "payload.t.0"}, {"var": "payload.t.0.tt"}, true]})");
  options.fixed = *parse_json(R"({"external": {"valueSets": {"types": ["PCR"]}}})");
  const RuleSet known = set_of(
      "A",
      {R"({"if": [{"var": "payload.t.0"}, {"in": [{"var": "payload.t.0.tt"}, {"var": "external.valueSets.types"}]}, true]})"});
  const RuleSet pcr =
      set_of("B", {R"({"if": [{"var": "payload.t.0"}, {"===": [{"var": "payload.t.0.tt"}, "PCR"]}, true]})"});
  EXPECT_EQ(ask(Question::kEquivalent, known, &pcr, options).verdict, Verdict::kProved);
  EXPECT_EQ(ask(Question::kEquivalent, known, &pcr).verdict, Verdict::kRefuted)
      << "unknown value sets may hold anything";
}

TEST_F(ProofOfRuleSets, ARuleThatRefusesNothingIsDead) {
  const RuleSet set =
      set_of("A", {not_older(2), not_older(3), R"({"!": [{"and": [{"var": "x"}, {"!": [{"var": "x"}]}]}]})"});
  const SetAnswer dead = ask(Question::kDeadRule, set);
  ASSERT_EQ(dead.findings.size(), 3U);
  EXPECT_EQ(dead.findings[1].verdict, Verdict::kProved);
  EXPECT_EQ(dead.findings[2].verdict, Verdict::kRefuted);
  EXPECT_EQ(ask(Question::kNeverDecisive, set).findings[1].verdict, Verdict::kRefuted) << "the first refuses more";
}

TEST_F(ProofOfRuleSets, WhatCannotBeEncodedIsNotProvedAndColoursAreNoQuestion) {
  const RuleSet set = set_of("A", {R"({"===": [{"extractFromUVCI": [{"var": "payload.v.0.ci"}, 1]}, "NL"]})"});
  const SetAnswer answer = ask(Question::kDeadRule, set);
  EXPECT_EQ(answer.verdict, Verdict::kNotProved);
  EXPECT_NE(answer.findings.front().reason.find("rules.proof_unsupported"), std::string::npos);
  const auto colours = prove(Question::kGap, set, nullptr);
  ASSERT_FALSE(colours.ok());
  EXPECT_EQ(colours.error().code(), errors::kProofInvalidQuestion.code);
}

}  // namespace
}  // namespace mingma::rules::proof
