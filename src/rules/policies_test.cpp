// Every policy in policies/ can be published, and its table of residents holds line by line.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "base/rng.h"
#include "rules/decide.h"
#include "rules/policy.h"
#include "rules/policy_lint.h"
#include "rules/policy_show.h"
#include "rules/policy_table.h"
#include "rules/reducers.h"

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

// Any evidence that the schema allows, around the life of the policies.
std::vector<Evidence> random_evidence(SeededRng& rng, UnixSeconds around) {
  std::vector<Evidence> out;
  for (std::uint64_t i = rng.below(12); i > 0;) {
    const EvidenceKindInfo& kind = evidence_schema()[rng.below(evidence_schema().size())];
    Evidence item{.kind = kind.kind};
    item.at = around.plus(static_cast<std::int64_t>(rng.below(40 * kSecondsPerDay)) - 30 * kSecondsPerDay);
    item.level = static_cast<std::uint8_t>(rng.below(8));
    item.detail = static_cast<std::uint8_t>(rng.below(4));
    item.flags = static_cast<std::uint8_t>(rng.below(4));
    item.area = {rng.below(2) == 0 ? 0U : 410'100'000U};
    if (rng.below(2) == 0) item.until = item.at.plus(static_cast<std::int64_t>(rng.below(5 * kSecondsPerDay)));
    if (!check_evidence(item).ok()) continue;
    out.push_back(item);
    --i;
  }
  return out;
}

TEST(Policies, NobodyIsUndeterminedWhateverTheEvidence) {
  constexpr std::uint64_t kSeed = 20'221'111;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  SeededRng rng(kSeed);
  for (const fs::path& file : policy_files()) {
    const auto policy = parse_policy(read_text(file));
    ASSERT_TRUE(policy.ok()) << file << ": " << policy.error().to_string();
    std::set<Colour> colours;
    for (int i = 0; i < 300; ++i) {
      const UnixSeconds now = policy->effective_from.plus(static_cast<std::int64_t>(rng.below(60 * kSecondsPerDay)));
      const std::vector<Evidence> evidence = random_evidence(rng, now);
      const FactRow row = reduce(evidence, {.home = {410'100'000}}, AreaTable());
      const Decision decision = decide(*policy, row, now);
      ASSERT_EQ(decision.status, DecisionStatus::kDecided) << file << ": " << facts_to_json(row).to_string();
      colours.insert(decision.colour);
    }
    EXPECT_EQ(colours.size(), file.stem() == "national-10-measures" ? 2U : 3U) << file;  // that one has no yellow
  }
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
