// testdata/error_paths.json: types, dates, months, arity, depth. tests/certlogic-js/run.sh checks the same file against
// the npm package.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/json.h"
#include "rules/certlogic/expression.h"
#include "rules/certlogic/interpreter.h"
#include "rules/errors.h"

namespace mingma::rules::certlogic {
namespace {

Json load_cases() {
  std::ifstream in(std::filesystem::path(MINGMA_SOURCE_DIR) / "src/rules/certlogic/testdata/error_paths.json");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  auto json = parse_json(text, {.depth_max = 160});  // holds an expression just too deep
  if (!json) ADD_FAILURE() << json.error().to_string();
  return json ? std::move(json).value() : Json();
}

void check_refusal(const Json& test, const Result<Expression>& expression) {
  ASSERT_FALSE(expression.ok());
  EXPECT_TRUE(expression.error().is(errors::kRuleInvalidExpression));
  EXPECT_EQ(expression.error().where(), test.find("expect")->find("refused_at")->string());
  const std::vector<Issue> issues = validate(*test.find("expression"));
  ASSERT_FALSE(issues.empty());
  EXPECT_EQ(issues.front().place, expression.error().where());
}

void check_outcome(const Json& test, const Result<Expression>& expression) {
  ASSERT_TRUE(expression.ok()) << expression.error().to_string();
  EXPECT_TRUE(validate(*test.find("expression")).empty());
  const auto value = evaluate(*expression, *test.find("data"));
  const Json& expect = *test.find("expect");
  if (const Json* code = expect.find("error")) {
    ASSERT_FALSE(value.ok()) << value->to_string();
    EXPECT_EQ(value.error().code(), code->string()) << value.error().to_string();
    EXPECT_EQ(value.error().where(), expect.find("at")->string()) << value.error().to_string();
  } else {
    ASSERT_TRUE(value.ok()) << value.error().to_string();
    EXPECT_EQ(*value, *expect.find("value")) << value->to_string();
  }
}

TEST(CertLogicErrorPaths, EveryCaseGivesItsValueErrorOrRefusalAtItsPlace) {
  const Json cases = load_cases();
  const Json::Array& tests = cases.find("cases")->array();
  EXPECT_GE(tests.size(), 318U);
  for (const Json& test : tests) {
    SCOPED_TRACE(test.find("name")->string() + ": " + test.find("expression")->to_string());
    const auto expression = Expression::parse(*test.find("expression"));
    if (test.find("expect")->find("refused_at") != nullptr) {
      check_refusal(test, expression);
    } else {
      check_outcome(test, expression);
    }
  }
}

Expression parse_text(std::string_view text) {
  auto json = parse_json(text);
  MINGMA_ASSERT(json.ok());
  auto expression = Expression::parse(*json);
  MINGMA_ASSERT(expression.ok());
  return std::move(expression).value();
}

TEST(CertLogicExpression, ConstantDatesAreReadOnceWhenParsed) {
  const Expression folded =
      parse_text(R"({"after":[{"plusTime":["2021-01-31",1,"month"]},{"dccDateOfBirth":["1964"]}]})");
  ASSERT_EQ(folded.nodes().size(), 3U);
  EXPECT_EQ(folded.node(1).op, Op::kDate);
  EXPECT_EQ(folded.node(1).value, 1'614'729'600'000);
  EXPECT_EQ(folded.node(2).op, Op::kDate);
}

TEST(CertLogicExpression, PathsReadAreSortedUniqueAndLeaveOutLambdas) {
  const Expression expression = parse_text(
      R"({"and":[{"var":"b.c"},{"reduce":[{"var":"a"},{"+":[{"var":"current"},{"var":"accumulator"}]},{"var":"b.c"}]}]})");
  EXPECT_EQ(expression.paths_read(), (std::vector<std::string>{"a", "b.c"}));
}

TEST(CertLogicExpression, PathsAreCutIntoNamesAndIndices) {
  const Expression expression = parse_text(R"({"var":"payload.v.10.dn"})");
  const Path& path = expression.path(expression.root());
  ASSERT_EQ(path.fragments.size(), 4U);
  EXPECT_EQ(path.fragments[0].index, -1);
  EXPECT_EQ(path.fragments[2].index, 10);
  EXPECT_EQ(path.fragments[3].name, "dn");
}

TEST(CertLogicValidator, ReportsEveryIssueInTheOrderOfTheText) {
  const auto json = parse_json(R"({"and":[{"var":1},{"or":[1]},{"if":[null,{"<":[1]},2.5]}]})");
  ASSERT_TRUE(json.ok());
  std::vector<std::string> places;
  for (const Issue& issue : validate(*json)) places.push_back(issue.place);
  EXPECT_EQ(places, (std::vector<std::string>{"/and/0", "/and/1", "/and/2/if/0", "/and/2/if/1", "/and/2/if/2"}));
}

TEST(CertLogicValidator, RefusesMoreNodesThanTheLimit) {
  Json::Array rows;
  for (int i = 0; i < 11; ++i) rows.emplace_back(Json::Array(999, Json(1)));
  const auto expression = Expression::parse(Json(std::move(rows)));
  ASSERT_FALSE(expression.ok());
  EXPECT_EQ(expression.error().message(), "more than 10,000 nodes");
}

TEST(CertLogicInterpreter, StopsAfterAMillionSteps) {
  const Expression nested = parse_text(R"({"reduce":[{"var":"x"},{"reduce":[[1,1,1,1,1,1,1,1],{"+":[1,1]},0]},0]})");
  const auto value = evaluate(nested, Json(Json::Object{{"x", Json(Json::Array(100'000, Json(1)))}}));
  ASSERT_FALSE(value.ok());
  EXPECT_TRUE(value.error().is(errors::kRuleTooManySteps));
}

TEST(CertLogicInterpreter, RefusesAResultThatDoublesWithEveryItem) {
  const Expression doubling = parse_text(R"({"reduce":[{"var":"x"},[{"var":"accumulator"},{"var":"accumulator"}],1]})");
  const auto value = evaluate(doubling, Json(Json::Object{{"x", Json(Json::Array(60, Json(1)))}}));
  ASSERT_FALSE(value.ok());
  EXPECT_TRUE(value.error().is(errors::kRuleTooManySteps));
}

TEST(CertLogicInterpreter, TruthinessIsThatOfTheValue) {
  const Json data(Json::Object{{"x", Json("a")}});
  EXPECT_TRUE(*is_truthy(parse_text(R"({"var":"x"})"), data));
  EXPECT_FALSE(*is_truthy(parse_text(R"({"var":"y"})"), data));
  EXPECT_FALSE(is_truthy(parse_text(R"({"plusTime":["2021-01-01",0,"day"]})"), data).ok());
}

}  // namespace
}  // namespace mingma::rules::certlogic
