#include "rules/proof/proof.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "rules/compiled.h"
#include "rules/decide.h"
#include "rules/errors.h"

namespace mingma::rules::proof {
namespace {

Policy parse(const std::string& text) {
  auto policy = parse_policy(text);
  EXPECT_TRUE(policy.ok()) << policy.error().to_string();
  return std::move(policy).value();
}

std::string read(const std::string& name) {
  std::ifstream in(std::string(MINGMA_SOURCE_DIR) + "/policies/" + name + ".json", std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Policy load(const std::string& name) { return parse(read(name)); }

// A policy whose rules have these colours, measures and conditions; ids R1, R2, ...
struct Written {
  std::string colour, measure, when, more;
};
Policy policy_of(const std::vector<Written>& rules) {
  Json document = *parse_json(read("henan-demo"));
  Json model = document.find("rules")->array().front();
  std::erase_if(model.object(), [](const Json::Member& member) { return member.first == "held_until_evidence"; });
  Json::Array out;
  for (const Written& written : rules) {
    Json rule = model;
    rule.set("id", "R" + std::to_string(out.size() + 1));
    rule.set("colour", written.colour);
    rule.set("measure", written.measure);
    rule.set("when", *parse_json(written.when));
    if (!written.more.empty()) rule.set(written.more, *parse_json(R"({"zh": "会过期", "en": "it lapses"})"));
    out.push_back(std::move(rule));
  }
  document.set("rules", std::move(out));
  return parse(document.to_string());
}

std::string within_days(const std::string& fact, int days) {
  return R"({"and": [{"var": "facts.)" + fact + R"("}, {"before": [{"plusTime": [{"var": "now"}, 0, "day"]}, )" +
         R"({"plusTime": [{"var": "facts.)" + fact + R"("}, )" + std::to_string(days) + R"(, "day"]}]}]})";
}

class Proof : public testing::Test {
 protected:
  void SetUp() override {
    if (!available()) GTEST_SKIP() << "skipped: built without Z3";
  }
  static Answer ask(Question question, const Policy& policy, const Policy* other = nullptr,
                    const Options& options = {}) {
    const auto answer = prove(question, policy, other, options);
    EXPECT_TRUE(answer.ok()) << answer.error().to_string();
    return answer.ok() ? *answer : Answer{.findings = {{}}};
  }
};

TEST_F(Proof, ALongerIsolationIsStricterAndThePersonIsInTheDayBetween) {
  const Policy city = policy_of({{"red", "home_isolation", within_days("entered_country_at", 8)}});
  const Policy province = policy_of({{"red", "home_isolation", within_days("entered_country_at", 7)}});
  EXPECT_EQ(ask(Question::kNeverStricter, province, &city).verdict, Verdict::kProved);
  const Answer answer = ask(Question::kNeverStricter, city, &province);
  ASSERT_EQ(answer.verdict, Verdict::kRefuted);
  const Counterexample& person = *answer.findings.front().person;
  EXPECT_EQ(person.worse, Worse::kLonger);
  EXPECT_EQ(person.first_rule, "R1");
  EXPECT_EQ(person.second_rule, "default");
  EXPECT_EQ(person.now.value - person.facts.instant(FactId::kEnteredCountryAt).value, 7 * kSecondsPerDay);
  FactRow only;
  only.set_instant(FactId::kEnteredCountryAt, person.facts.instant(FactId::kEnteredCountryAt));
  EXPECT_EQ(person.facts, only) << "one fact suffices";
  EXPECT_EQ(person.first, decide(city, person.facts, person.now));
  EXPECT_NE(person.story.zh.find("7天前"), std::string::npos) << person.story.zh;
  EXPECT_NE(person.story.en.find("7 days before"), std::string::npos) << person.story.en;
}

TEST_F(Proof, AHeavierMeasureUnderTheSameColourIsStricter) {
  const Policy city = policy_of({{"red", "central_isolation", within_days("left_high_at", 7)}});
  const Policy province = policy_of({{"red", "home_isolation", within_days("left_high_at", 7)}});
  const Answer answer = ask(Question::kNeverStricter, city, &province);
  ASSERT_EQ(answer.verdict, Verdict::kRefuted);
  EXPECT_EQ(answer.findings.front().person->worse, Worse::kMeasure);
  EXPECT_EQ(ask(Question::kNeverStricter, province, &city).verdict, Verdict::kProved);
}

TEST_F(Proof, AnExceptedRuleMayBeStricterAndEveryOtherStricterRuleIsNamed) {
  const Policy city = policy_of({{"red", "hospital", R"({"var": "facts.unexplained_fever"})"},
                                 {"yellow", "test_only", R"({"var": "facts.symptoms_reported"})"},
                                 {"green", "none", R"({"var": "facts.in_jurisdiction"})"}});
  const Policy province = policy_of({});
  Options options{.every_rule = true};
  Answer answer = ask(Question::kNeverStricter, city, &province, options);
  ASSERT_EQ(answer.findings.size(), 2U);
  EXPECT_EQ(answer.findings[0].rules.size(), 1U);
  EXPECT_NE(answer.findings[0].rules, answer.findings[1].rules);
  options.except_rules = {"R1"};
  answer = ask(Question::kNeverStricter, city, &province, options);
  ASSERT_EQ(answer.findings.size(), 1U);
  EXPECT_EQ(answer.findings[0].rules, std::vector<std::string>{"R2"});
  options.except_rules = {"R1", "R2"};
  EXPECT_EQ(ask(Question::kNeverStricter, city, &province, options).verdict, Verdict::kProved);
}

TEST_F(Proof, ARuleBehindAWiderOneIsNeverDecisiveAndAContradictionIsDead) {
  const Policy policy = policy_of({{"red", "hospital", within_days("entered_country_at", 8)},
                                   {"red", "hospital", within_days("entered_country_at", 7)},
                                   // A contact has a last exposure: the schema says so.
                                   {"red", "hospital", R"({"and": [{"===": [{"var": "facts.contact_level"}, "close"]},
                                                           {"!": [{"var": "facts.last_exposure_at"}]}]})"}});
  const Answer decisive = ask(Question::kNeverDecisive, policy);
  ASSERT_EQ(decisive.findings.size(), 3U);
  EXPECT_EQ(decisive.findings[0].verdict, Verdict::kProved);
  EXPECT_TRUE(decisive.findings[0].person.has_value());
  EXPECT_EQ(decisive.findings[1].verdict, Verdict::kRefuted);
  const Answer dead = ask(Question::kDeadRule, policy);
  EXPECT_EQ(dead.verdict, Verdict::kRefuted);
  EXPECT_EQ(dead.findings[1].verdict, Verdict::kProved);
  EXPECT_EQ(dead.findings[2].verdict, Verdict::kRefuted);
}

TEST_F(Proof, ALapsedTestWorsensByWaitingUnlessTheRuleDeclaresIt) {
  const std::string lapsed =
      R"({"and": [{"var": "facts.last_sampled_at"}, {"!": [)" + within_days("last_sampled_at", 3) + R"(]}]})";
  const Answer answer = ask(Question::kWaitingNeverWorsens, policy_of({{"yellow", "test_only", lapsed}}));
  ASSERT_EQ(answer.verdict, Verdict::kRefuted);
  const Counterexample& person = *answer.findings.front().person;
  EXPECT_EQ(person.first.colour, Colour::kGreen);
  EXPECT_EQ(person.second.colour, Colour::kYellow);
  EXPECT_LT(person.now, person.now_after);
  const Policy declared = policy_of({{"yellow", "test_only", lapsed, "worsens_by_waiting"}});
  EXPECT_EQ(ask(Question::kWaitingNeverWorsens, declared).verdict, Verdict::kProved);
}

TEST_F(Proof, AColourThatANegativeBringsIsFound) {
  const Policy policy = policy_of({{"yellow", "test_only", R"({"var": "facts.second_negative_sampled_at"})"}});
  const Answer answer = ask(Question::kClearingNeverWorsens, policy);
  ASSERT_EQ(answer.verdict, Verdict::kRefuted);
  EXPECT_EQ(answer.findings.front().person->step, "negative");
  EXPECT_EQ(ask(Question::kClearingNeverWorsens,
                policy_of({{"red", "hospital", R"({"and": [{"===": [{"var": "facts.case_status"}, "confirmed"]},
                                                 {"!": [{"var": "facts.case_released_at"}]}]})"}}))
                .verdict,
            Verdict::kProved);
}

TEST_F(Proof, RedForEverIsFoundUnlessTheRuleDeclaresIt) {
  const std::string close = R"({"===": [{"var": "facts.contact_level"}, "close"]})";
  EXPECT_EQ(
      ask(Question::kHorizonBounded, policy_of({{"red", "hospital", within_days("last_exposure_at", 7)}})).verdict,
      Verdict::kProved);
  const Answer answer = ask(Question::kHorizonBounded, policy_of({{"red", "hospital", close}}));
  ASSERT_EQ(answer.verdict, Verdict::kRefuted);
  EXPECT_EQ(answer.findings.front().rules, std::vector<std::string>{"R1"});
  EXPECT_EQ(ask(Question::kHorizonBounded, policy_of({{"red", "hospital", close, "held_until_evidence"}})).verdict,
            Verdict::kProved);
}

TEST_F(Proof, AnUnguardedAbsenceIsAnErrorSomebodyReaches) {
  const Policy policy = policy_of({{"red", "hospital", R"({"before": [{"plusTime": [{"var": "now"}, 0, "day"]},
                                    {"plusTime": [{"var": "facts.arrived_at"}, 7, "day"]}]})"}});
  const Answer answer = ask(Question::kErrorReachable, policy);
  ASSERT_EQ(answer.verdict, Verdict::kRefuted);
  EXPECT_EQ(answer.findings.front().person->facts, FactRow());
  EXPECT_EQ(ask(Question::kErrorReachable, load("henan-demo")).verdict, Verdict::kProved);
}

TEST_F(Proof, APolicyIsEquivalentToItselfAndTheDefaultIsAGap) {
  const Policy demo = load("henan-demo");
  EXPECT_EQ(ask(Question::kEquivalent, demo, &demo).verdict, Verdict::kProved);
  EXPECT_EQ(ask(Question::kGap, demo).verdict, Verdict::kRefuted);
  EXPECT_EQ(ask(Question::kGap, policy_of({{"green", "none", "true"}})).verdict, Verdict::kProved);
  EXPECT_EQ(ask(Question::kDisjoint, policy_of({{"red", "none", within_days("arrived_at", 3)},
                                                {"green", "none", R"({"!": [{"var": "facts.arrived_at"}]})"}}))
                .verdict,
            Verdict::kProved);
  EXPECT_EQ(ask(Question::kDisjoint, demo, nullptr, {.rule = "A1", .other_rule = "A4"}).verdict, Verdict::kRefuted);
}

TEST_F(Proof, TheAnswerIsTheSameEveryTimeAndTooLittleEffortIsNotProved) {
  const Policy demo = load("henan-demo"), national = load("national-20-measures");
  const Answer first = ask(Question::kNeverStricter, demo, &national);
  EXPECT_EQ(to_json(first).to_string(), to_json(ask(Question::kNeverStricter, demo, &national)).to_string());
  const Answer starved = ask(Question::kEquivalent, demo, &demo, {.effort_max = 1});
  EXPECT_TRUE(starved.verdict == Verdict::kNotProved || starved.effort <= 1) << starved.findings.front().reason;
}

TEST_F(Proof, QuestionsThatCannotBeAskedAreRefused) {
  const Policy demo = load("henan-demo"), spring = load("henan-2022-spring");
  const auto code = [&](Question question, const Policy* other, const Options& options) {
    const auto answer = prove(question, demo, other, options);
    return answer.ok() ? std::string() : std::string(answer.error().code());
  };
  const std::string refused(errors::kProofInvalidQuestion.code);
  EXPECT_EQ(code(Question::kNeverStricter, nullptr, {}), refused);
  EXPECT_EQ(code(Question::kGap, &spring, {}), refused);
  EXPECT_EQ(code(Question::kDeadRule, nullptr, {.rule = "Z9"}), refused);
  EXPECT_EQ(code(Question::kNeverStricter, &spring, {}), refused) << "never in force together";
  EXPECT_EQ(code(Question::kNeverStricter, &spring, {.set_dates_aside = true}), "");
}

TEST(ProofAbsent, WithoutASolverTheCodeSaysSo) {
  if (available()) GTEST_SKIP() << "skipped: built with Z3";
  const auto answer = prove(Question::kGap, load("henan-demo"), nullptr);
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code(), errors::kProofUnavailable.code);
}

}  // namespace
}  // namespace mingma::rules::proof
