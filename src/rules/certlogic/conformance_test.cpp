// The official CertLogic suites and the published country rules, read in place.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include "base/json.h"
#include "base/time.h"
#include "rules/certlogic/expression.h"
#include "rules/certlogic/interpreter.h"
#include "rules/errors.h"

namespace mingma::rules::certlogic {
namespace {

namespace fs = std::filesystem;

fs::path data_folder() {
  const char* set = std::getenv("MINGMA_DATA");
  return set != nullptr ? fs::path(set) : fs::path(MINGMA_SOURCE_DIR) / "../shared/data";
}

std::string read_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Json read_json(const fs::path& path) {
  Result<Json> json = parse_json(read_text(path));
  if (!json) ADD_FAILURE() << path << ": " << json.error().to_string();
  return json ? std::move(json).value() : Json();
}

std::vector<fs::path> json_files(const fs::path& folder) {
  std::set<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") files.insert(entry.path());
  }
  return {files.begin(), files.end()};
}

class Conformance : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(data_folder() / "certlogic")) GTEST_SKIP() << "skipped: no conformance data";
  }
};

std::string directive_of(const Json& json) {
  const Json* directive = json.find("directive");
  return directive == nullptr ? "" : directive->string();
}

TEST_F(Conformance, EveryActiveAssertionOfTheOfficialSuiteHolds) {
  int active = 0, skipped = 0, passed = 0;
  for (const fs::path& file : json_files(data_folder() / "certlogic/testSuite")) {
    const Json suite = read_json(file);
    for (const Json& test : suite.find("cases")->array()) {
      for (const Json& assertion : test.find("assertions")->array()) {
        const std::set<std::string> directives{directive_of(suite), directive_of(test), directive_of(assertion)};
        ASSERT_FALSE(directives.contains("only")) << file;
        if (directives.contains("skip")) {
          ++skipped;
          continue;
        }
        ++active;
        const Json* own = assertion.find("certLogicExpression");
        const Json& json = own != nullptr ? *own : *test.find("certLogicExpression");
        const auto expression = Expression::parse(json);
        ASSERT_TRUE(expression.ok()) << file << json.to_string() << expression.error().to_string();
        const Json* data = assertion.find("data");
        const auto value = evaluate(*expression, *data);
        const bool good = value.ok() && *value == *assertion.find("expected");
        EXPECT_TRUE(good) << file << ": " << json.to_string() << " on " << data->to_string() << " gives "
                          << (value.ok() ? value->to_string() : value.error().to_string());
        passed += good ? 1 : 0;
      }
    }
  }
  EXPECT_EQ(active, 193);
  EXPECT_EQ(passed, 193);
  EXPECT_EQ(skipped, 14);
}

TEST_F(Conformance, ValidatorGivesExactlyTheIssuesOfTheValidationSuite) {
  int expressions = 0, with_issues = 0;
  for (const fs::path& file : json_files(data_folder() / "certlogic/validation-testSuite")) {
    const Json suite = read_json(file);
    for (const Json& test : suite.find("cases")->array()) {
      const Json& json = *test.find("certLogicExpression");
      const Json* listed = test.find("issues");
      const Json::Array expected = listed == nullptr ? Json::Array{} : listed->array();
      const std::vector<Issue> issues = validate(json);
      ASSERT_EQ(issues.size(), expected.size()) << json.to_string();
      for (std::size_t i = 0; i < issues.size(); ++i) EXPECT_EQ(*issues[i].expression, *expected[i].find("expr"));
      ++expressions;
      with_issues += expected.empty() ? 0 : 1;
    }
  }
  EXPECT_EQ(expressions, 14);
  EXPECT_EQ(with_issues, 5);
}

// The rules of one country file: parsed expressions by identifier, and what the validator refused.
struct CountryRules {
  std::map<std::string, std::pair<const Json*, Expression>> rules;
  std::map<std::string, Error> refused;
};

CountryRules parse_rules(const Json& file) {
  CountryRules out;
  const Json::Array& rules = file.find("rules")->array();
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const std::string& id = rules[i].find("Identifier")->string();
    auto expression = Expression::parse(*rules[i].find("Logic"));
    if (expression) {
      out.rules.emplace(id, std::pair(&rules[i], std::move(expression).value()));
    } else {
      out.refused.emplace(id, expression.error().within("/rules/" + std::to_string(i) + "/Logic"));
    }
  }
  return out;
}

// AffectedFields must name the paths read below "payload.".
bool affected_fields_fit(const Json& rule, const Expression& expression) {
  std::set<std::string> read, named;
  for (const std::string& path : expression.paths_read()) {
    if (path.starts_with("payload.")) read.insert(path.substr(8));
  }
  for (const Json& field : rule.find("AffectedFields")->array()) named.insert(field.string());
  return read == named;
}

Json certificate_data(const Json& test, const Json& value_sets) {
  Json data, external;
  if (const Json* payload = test.find("payload")) data.set("payload", *payload);
  if (const Json* key = test.find("valueSets"); key->is_string())
    external.set("valueSets", *value_sets.find(key->string()));
  if (const Json* clock = test.find("validationClock")) external.set("validationClock", *clock);
  data.set("external", external.is_null() ? Json(Json::Object{}) : external);
  return data;
}

TEST_F(Conformance, EveryTestOfThePublishedCountryRulesHolds) {
  const Json value_sets = read_json(data_folder() / "eu-rules/valuesets.json");
  int rules = 0, refused = 0, tests = 0, passed = 0, clocks = 0;
  for (const fs::path& path : json_files(data_folder() / "eu-rules")) {
    if (path.filename() == "valuesets.json") continue;
    const Json file = read_json(path);
    const CountryRules country = parse_rules(file);
    rules += static_cast<int>(country.rules.size() + country.refused.size());
    refused += static_cast<int>(country.refused.size());
    for (const auto& [id, rule] : country.rules) EXPECT_TRUE(affected_fields_fit(*rule.first, rule.second)) << id;
    for (const Json& test : file.find("tests")->array()) {
      ++tests;
      const auto& [rule, expression] = country.rules.at(test.find("ruleId")->string());
      if (const Json* clock = test.find("validationClock")) {
        const auto at = parse_instant(clock->string());
        const auto from = parse_instant(rule->find("ValidFrom")->string());
        const auto to = parse_instant(rule->find("ValidTo")->string());
        ASSERT_TRUE(at.ok() && from.ok() && to.ok()) << clock->string();
        EXPECT_TRUE(*from <= *at && *at < *to) << test.find("name")->string();
        ++clocks;
      }
      const auto value = evaluate(expression, certificate_data(test, value_sets));
      const bool good = value.ok() && *value == *test.find("expected");
      EXPECT_TRUE(good) << path << " " << test.find("ruleId")->string() << " " << test.find("name")->string() << ": "
                        << (value.ok() ? value->to_string() : value.error().to_string());
      passed += good ? 1 : 0;
    }
  }
  EXPECT_EQ(rules, 151);
  EXPECT_EQ(refused, 1);
  EXPECT_EQ(tests, 1012);
  EXPECT_EQ(passed, 1012);
  EXPECT_EQ(clocks, 1012 - 675);
}

TEST_F(Conformance, AnIfWithFourOperandsIsRefusedWithItsPlace) {
  const CountryRules malta = parse_rules(read_json(data_folder() / "eu-rules/MT.json"));
  ASSERT_EQ(malta.refused.size(), 1U);
  const auto& [id, error] = *malta.refused.begin();
  EXPECT_EQ(id, "VR-MT-0005");
  EXPECT_TRUE(error.is(errors::kRuleInvalidExpression));
  EXPECT_NE(error.message().find("\"if\" takes 3 operands, but it has 4"), std::string::npos) << error.to_string();
  EXPECT_EQ(error.where(), "/rules/6/Logic");
}

TEST_F(Conformance, ARuleFileThatIsNoJsonIsRefusedWithLineAndColumn) {
  const auto json = parse_json(read_text(data_folder() / "eu-rules/malformed/TR-MT-0001.txt"));
  ASSERT_FALSE(json.ok());
  EXPECT_NE(json.error().to_string().find("line 31"), std::string::npos) << json.error().to_string();
  EXPECT_NE(json.error().to_string().find("column 9"), std::string::npos) << json.error().to_string();
}

TEST_F(Conformance, EveryRuleOfTheGatewayIsValidAndWrongAffectedFieldsAreReported) {
  int rules = 0, refused = 0;
  std::set<std::string> differing;
  for (const fs::path& path : json_files(data_folder() / "gateway-rules")) {
    const Json file = read_json(path);
    const CountryRules country = parse_rules(file);
    for (const auto& [id, error] : country.refused) ADD_FAILURE() << id << ": " << error.to_string();
    refused += static_cast<int>(country.refused.size());
    // An identifier may occur in several versions, so the file is walked again.
    for (const Json& rule : file.find("rules")->array()) {
      ++rules;
      const auto expression = Expression::parse(*rule.find("Logic"));
      if (expression && !affected_fields_fit(rule, *expression)) differing.insert(rule.find("Identifier")->string());
    }
  }
  EXPECT_EQ(rules, 156);
  EXPECT_EQ(refused, 0);
  EXPECT_EQ(differing, (std::set<std::string>{"GR-AT-0000", "TR-CY-0006", "TR-CY-0007", "TR-FR-0003", "VR-LU-0004"}));
}

}  // namespace
}  // namespace mingma::rules::certlogic
