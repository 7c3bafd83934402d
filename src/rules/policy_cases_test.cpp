#include "rules/policy_cases.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "rules/policy_mutants.h"
#include "rules/policy_table.h"

namespace mingma::rules {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::filesystem::path> policy_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(MINGMA_SOURCE_DIR) / "policies")) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

TEST(PolicyCases, EveryGeneratedLinePassesAndTheTableIsTheSameEveryTime) {
  for (const auto& file : policy_files()) {
    const Policy policy = parse_policy(read(file)).value();
    const auto table = generate_policy_table(policy);
    ASSERT_TRUE(table.ok()) << file << table.error().to_string();
    EXPECT_EQ(generate_policy_table(policy)->text, table->text) << file;
    const auto tests = parse_policy_tests(table->text);
    ASSERT_TRUE(tests.ok()) << tests.error().to_string();
    const PolicyTestReport report = run_policy_tests(policy, *tests);
    EXPECT_TRUE(report.failures.empty()) << file;
    EXPECT_EQ(report.passed, table->lines);
  }
}

// The measure of a table: of the small mistakes that can be made in the policy, how many it notices. The generated
// tables must cover every rule and notice more than those written by hand.
TEST(PolicyCases, GeneratedTablesCoverEveryRuleAndNoticeMoreMistakesThanThoseWrittenByHand) {
  std::printf("%-26s %5s %9s %11s %9s | %9s | hand %10s\n", "policy", "lines", "rules", "limits", "pairs", "noticed",
              "noticed");
  std::size_t mutants = 0, noticed = 0, by_hand_noticed = 0;
  for (const auto& file : policy_files()) {
    const std::string document = read(file);
    const Policy policy = parse_policy(document).value();
    const GeneratedTable table = generate_policy_table(policy).value();
    const auto generated = parse_policy_tests(table.text).value();
    auto hand_file = file;
    const auto hand = parse_policy_tests(read(hand_file.replace_extension(".tests.txt"))).value();
    const MutationScore score = score_table(document, generated).value();
    const MutationScore by_hand = score_table(document, hand).value();
    std::printf("%-26s %5zu %4zu/%-4zu %5zu/%-5zu %4zu/%-4zu | %4zu/%-4zu | %3zu lines %4zu/%-4zu\n", policy.id.c_str(),
                table.lines, table.rules_covered, table.rules, table.limits_covered, table.limits, table.pairs_covered,
                table.pairs, score.noticed, score.mutants, hand.size(), by_hand.noticed, by_hand.mutants);
    for (const std::string& line : table.uncovered) std::printf("    not covered: %s\n", line.c_str());
    EXPECT_EQ(table.rules_covered, table.rules) << policy.id;
    EXPECT_GE(score.noticed, by_hand.noticed) << policy.id;
    mutants += score.mutants;
    noticed += score.noticed;
    by_hand_noticed += by_hand.noticed;
  }
  std::printf("all: %zu mutants, generated tables notice %zu, tables by hand %zu\n", mutants, noticed, by_hand_noticed);
  EXPECT_GT(noticed * 100, mutants * 90);
}

TEST(PolicyCases, ARuleThatNobodyCanReachIsNamed) {
  Json document = *parse_json(read(std::filesystem::path(MINGMA_SOURCE_DIR) / "policies" / "henan-demo.json"));
  Json::Array rules = document.find("rules")->array();
  Json dead = rules.front();
  dead.set("id", "X9");
  rules.insert(rules.begin() + 1, dead);
  document.set("rules", std::move(rules));
  const GeneratedTable table = generate_policy_table(parse_policy(document.to_string()).value()).value();
  EXPECT_EQ(table.rules_covered + 1, table.rules);
  ASSERT_FALSE(table.uncovered.empty());
  EXPECT_EQ(table.uncovered.front(), "rule X9: nobody found whom it decides");
  EXPECT_NE(table.text.find("# not covered: rule X9"), std::string::npos);
}

}  // namespace
}  // namespace mingma::rules
