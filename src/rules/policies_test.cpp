// Every policy in policies/ can be published, and its table of residents holds line by line.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "rules/policy.h"
#include "rules/policy_lint.h"
#include "rules/policy_show.h"
#include "rules/policy_table.h"

namespace mingma::rules {
namespace {

namespace fs = std::filesystem;

std::string read_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<fs::path> policy_files() {
  std::set<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(MINGMA_SOURCE_DIR) / "policies")) {
    if (entry.path().extension() == ".json") files.insert(entry.path());
  }
  return {files.begin(), files.end()};
}

TEST(Policies, EveryPolicyIsPublishableAndSpeaksBothLanguages) {
  EXPECT_GE(policy_files().size(), 9U);
  for (const fs::path& file : policy_files()) {
    const auto policy = parse_policy(read_text(file));
    ASSERT_TRUE(policy.ok()) << file << ": " << policy.error().to_string();
    EXPECT_EQ(policy->id, file.stem().string());
    for (const LintFinding& finding : lint_policy(*policy)) {
      ADD_FAILURE() << file << finding.place << ": " << finding.code << ": " << finding.message;
    }
  }
}

TEST(Policies, EveryTableHoldsAndExpectsEachRuleAtLeastOnce) {
  std::size_t lines = 0;
  for (const fs::path& file : policy_files()) {
    const auto policy = parse_policy(read_text(file));
    ASSERT_TRUE(policy.ok()) << file << ": " << policy.error().to_string();
    const fs::path table = fs::path(file).replace_extension(".tests.txt");
    const auto tests = parse_policy_tests(read_text(table));
    ASSERT_TRUE(tests.ok()) << table << ": " << tests.error().to_string();
    const PolicyTestReport report = run_policy_tests(*policy, *tests);
    for (const PolicyTestFailure& failure : report.failures) {
      ADD_FAILURE() << table << " line " << failure.line << ": " << failure.message;
    }
    for (const std::string& rule : report.rules_untested) ADD_FAILURE() << table << ": no line expects rule " << rule;
    EXPECT_GE(tests->size(), policy->rules.size() + 1) << table;
    lines += report.passed;
  }
  EXPECT_GE(lines, 150U);
}

TEST(Policies, TheDemoPolicyUsesAllColoursAndTime) {
  const auto policy = parse_policy(read_text(fs::path(MINGMA_SOURCE_DIR) / "policies/henan-demo.json"));
  ASSERT_TRUE(policy.ok()) << policy.error().to_string();
  std::set<Colour> colours{policy->default_colour};
  for (const Rule& rule : policy->rules) colours.insert(rule.colour);
  EXPECT_EQ(colours.size(), 3U);
  EXPECT_GE(policy->rules.size(), 8U);
}

}  // namespace
}  // namespace mingma::rules
