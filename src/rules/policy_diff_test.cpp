#include "rules/policy_diff.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "rules/compiled_random.h"
#include "rules/decide.h"
#include "rules/policy_diff_report.h"
#include "rules/synthetic_rows.h"

namespace mingma::rules {
namespace {

std::uint64_t seed_from_environment(std::uint64_t otherwise) {
  const char* text = std::getenv("MINGMA_SEED");
  const std::uint64_t seed = text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
  std::printf("seed %llu (set MINGMA_SEED to repeat)\n", static_cast<unsigned long long>(seed));
  return seed;
}

Policy load(const std::string& name) {
  std::ifstream file(std::filesystem::path(MINGMA_SOURCE_DIR) / "policies" / (name + ".json"));
  std::stringstream text;
  text << file.rdbuf();
  return parse_policy(text.str()).value();
}

const std::vector<DivisionCode> kPlaces{{410'100'000}, {410'200'000}, {410'300'000}};

std::string cell_text(int day, const std::string& group, const Outcome& before, const Outcome& after) {
  const auto side = [](const Outcome& o) {
    return std::string(to_string(o.status)) + "/" + std::string(to_string(o.colour)) + "/" +
           std::string(to_string(o.measure)) + "/" + std::to_string(o.rule);
  };
  return std::to_string(day) + " " + group + " " + side(before) + " > " + side(after);
}

// What the tally means, as plainly as it can be said: every row on every day by the reference evaluator.
std::map<std::string, std::uint64_t> plain_cells(const Policy& before, const Policy& after, const FactColumns& columns,
                                                 const std::vector<DiffGroup>& groups, UnixSeconds now, int days) {
  const auto outcome = [](const Policy& policy, const FactRow& row, UnixSeconds at) {
    const Decision decision = decide(policy, row, at);
    return Outcome{decision.status, decision.colour, decision.measure, decision.rule};
  };
  std::map<std::string, std::uint64_t> cells;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (groups[i].place == kNotCompared) continue;
    for (int day = 0; day <= days; ++day) {
      const UnixSeconds at = now.plus(day * kSecondsPerDay);
      const Outcome from = outcome(before, columns.get(i), at), to = outcome(after, columns.get(i), at);
      ++cells[cell_text(day, std::to_string(groups[i].place), from, to)];
      ++cells[cell_text(day, groups[i].born.to_string(), from, to)];
    }
  }
  return cells;
}

std::map<std::string, std::uint64_t> cells_of(const DiffTally& tally) {
  std::map<std::string, std::uint64_t> cells;
  for (const DiffCell& cell : tally.cells())
    cells[cell_text(cell.day, std::to_string(cell.place), cell.before, cell.after)] = cell.count;
  for (const DiffAgeCell& cell : tally.age_cells())
    cells[cell_text(cell.day, cell.born.to_string(), cell.before, cell.after)] = cell.count;
  return cells;
}

TEST(PolicyDiff, CountsWhatTheReferenceEvaluatorSaysOfEveryResidentOnEveryDay) {
  RandomRules random(seed_from_environment(20'221'201));
  for (int round = 0; round < 30; ++round) {
    const Policy before = random.policy();
    const Policy after = random.policy();
    FactColumns columns;
    std::vector<DiffGroup> groups;
    for (int i = 0; i < 60; ++i) {
      columns.append(random.row());
      groups.push_back({random.chance(10) ? kNotCompared : static_cast<std::uint16_t>(random.below(3)),
                        {static_cast<std::uint8_t>(random.below(BirthDecade::kCount))}});
    }
    const DiffOptions options{.now = random.now(), .days = 3, .as_dated = true};
    const auto plan = DiffPlan::make(before, after, options);
    ASSERT_TRUE(plan.ok());
    DiffTally tally(*plan, kPlaces.size());
    tally.add(columns, 0, columns.size(), groups);
    EXPECT_EQ(cells_of(tally), plain_cells(before, after, columns, groups, options.now, options.days));
  }
}

TEST(PolicyDiff, PartsOfThePopulationMergeToTheSameCountsAndSample) {
  const Policy before = load("henan-demo");
  const Policy after = load("national-20-measures");
  const UnixSeconds now = before.effective_from.plus(30 * kSecondsPerDay);
  const FactColumns columns = synthetic_rows(20'000, now);
  std::vector<DiffGroup> groups;
  for (std::size_t i = 0; i < columns.size(); ++i)
    groups.push_back({static_cast<std::uint16_t>(i % 3), {static_cast<std::uint8_t>(i % BirthDecade::kCount)}});
  const auto plan = DiffPlan::make(before, after, {.now = now});
  ASSERT_TRUE(plan.ok());
  DiffTally whole(*plan, kPlaces.size());
  whole.add(columns, 0, columns.size(), groups);
  DiffTally left(*plan, kPlaces.size());
  DiffTally right(*plan, kPlaces.size());
  right.add(columns, 9'001, columns.size(), std::span(groups).subspan(9'001));
  left.add(columns, 0, 5'000, std::span(groups).first(5'000));
  left.add(columns, 5'000, 9'001, std::span(groups).subspan(5'000, 4'001));
  right.merge(left);
  EXPECT_EQ(cells_of(whole), cells_of(right));
  EXPECT_EQ(whole.first_changes(), right.first_changes());
  EXPECT_EQ(whole.compared(), right.compared());
  ASSERT_EQ(whole.sample().size(), right.sample().size());
  for (std::size_t i = 0; i < whole.sample().size(); ++i) EXPECT_EQ(whole.sample()[i].row, right.sample()[i].row);
  EXPECT_GT(whole.sample().size(), 5U);
}

TEST(PolicyDiff, APolicyAgainstItselfChangesNobody) {
  const Policy policy = load("henan-demo");
  const UnixSeconds now = policy.effective_from;
  const FactColumns columns = synthetic_rows(5'000, now);
  const std::vector<DiffGroup> groups(columns.size(), DiffGroup{0, {}});
  const auto plan = DiffPlan::make(policy, policy, {.now = now});
  DiffTally tally(*plan, 1);
  tally.add(columns, 0, columns.size(), groups);
  const DiffReport report = make_report(policy, policy, *plan, tally, kPlaces, DiffAudience::kAuthorised);
  EXPECT_TRUE(report.colours.empty());
  ASSERT_EQ(report.days.size(), 15U);
  for (const DiffDay& day : report.days) EXPECT_EQ(day.same, columns.size());
}

// A resident sampled 47 hours ago is green today and yellow tomorrow only under the stricter policy.
TEST(PolicyDiff, AChangeThatComesWithAHorizonIsCountedOnTheDayItComes) {
  const Policy before = load("henan-demo");
  Policy after = before;
  std::erase_if(after.rules, [](const Rule& rule) { return rule.id == "A8"; });
  FactColumns columns;
  FactRow row;
  const UnixSeconds now = before.effective_from;
  row.set(FactId::kContactLevel, *find_fact_value(fact_info(FactId::kContactLevel), "close"));
  row.set_instant(FactId::kLastExposureAt, now.plus(-3 * kSecondsPerDay - 60));
  columns.append(row);
  const std::vector<DiffGroup> groups(1, DiffGroup{0, {}});
  const auto plan = DiffPlan::make(before, after, {.now = now});
  DiffTally tally(*plan, 1);
  tally.add(columns, 0, 1, groups);
  const DiffReport report = make_report(before, after, *plan, tally, kPlaces, DiffAudience::kAuthorised);
  std::string days;
  for (const DiffDay& day : report.days) days += day.better == 1 ? 'b' : day.same == 1 ? '.' : '?';
  EXPECT_EQ(days, "..bbb..........");
  EXPECT_EQ(report.days[2].first, 1U);
  ASSERT_EQ(report.rules.size(), 3U);
  EXPECT_EQ(report.rules.front().before.rule, "A8");
  EXPECT_EQ(report.rules.front().after.rule, "default");
  const std::vector<DiffSampleRow> sample = tally.sample();
  ASSERT_EQ(sample.size(), 1U);
  EXPECT_EQ(sample.front().day, 2);
}

TEST(PolicyDiff, APublicReportHasNoSampleNoAgesAndOnlySumsOfRoundedCounts) {
  const Policy before = load("henan-demo");
  const Policy after = load("national-20-measures");
  const UnixSeconds now = before.effective_from.plus(30 * kSecondsPerDay);
  const FactColumns columns = synthetic_rows(30'000, now);
  std::vector<DiffGroup> groups;
  for (std::size_t i = 0; i < columns.size(); ++i)
    groups.push_back({static_cast<std::uint16_t>(i % 3), {static_cast<std::uint8_t>(i % BirthDecade::kCount)}});
  const auto plan = DiffPlan::make(before, after, {.now = now});
  DiffTally tally(*plan, kPlaces.size());
  tally.add(columns, 0, columns.size(), groups);
  const DiffReport exact = make_report(before, after, *plan, tally, kPlaces, DiffAudience::kAuthorised);
  const DiffReport rounded = make_report(before, after, *plan, tally, kPlaces, DiffAudience::kPublic);
  std::map<int, std::uint64_t> by_colour, by_rule, by_place;
  for (const DiffRow& row : rounded.colours) by_colour[row.day] += row.count;
  for (const DiffRow& row : rounded.rules) by_rule[row.day] += row.count;
  for (const DiffRow& row : rounded.places) by_place[row.day] += row.count;
  EXPECT_EQ(by_colour, by_rule);
  EXPECT_EQ(by_colour, by_place);
  for (const DiffRow& row : rounded.rules) EXPECT_EQ(row.count % kPublicDiffUnit, 0U);
  EXPECT_LT(rounded.rules.size(), exact.rules.size());
  for (const char* own : {"sample", "ages"}) {
    EXPECT_EQ(to_json(rounded).find(own), nullptr);
    EXPECT_NE(to_json(exact).find(own), nullptr);
  }
  std::map<int, std::uint64_t> exact_rules, exact_ages;
  for (const DiffRow& row : exact.rules) exact_rules[row.day] += row.count;
  for (const DiffRow& row : exact.ages) exact_ages[row.day] += row.count;
  EXPECT_EQ(exact_ages, exact_rules);
}

TEST(PolicyDiff, TheReportReadsInChineseAndEnglish) {
  const Policy before = load("henan-demo");
  const Policy after = load("national-20-measures");
  const UnixSeconds now = before.effective_from.plus(30 * kSecondsPerDay);
  const FactColumns columns = synthetic_rows(5'000, now);
  const std::vector<DiffGroup> groups(columns.size(), DiffGroup{1, BirthDecade::parse("1960s").value()});
  const auto plan = DiffPlan::make(before, after, {.now = now, .days = 2});
  DiffTally tally(*plan, kPlaces.size());
  tally.add(columns, 0, columns.size(), groups);
  DiffReport report = make_report(before, after, *plan, tally, kPlaces, DiffAudience::kAuthorised);
  for (const DiffSampleRow& row : choose_sample(tally.sample(), 4))
    report.sample.push_back(sample_of(before, after, row, kPlaces));
  EXPECT_EQ(report.sample.size(), 4U);
  const std::string english = show_diff(report, Language::kEnglish);
  const std::string chinese = show_diff(report, Language::kChinese);
  EXPECT_NE(english.find("people  5,000"), std::string::npos) << english;
  EXPECT_NE(english.find("1960s (52-62)"), std::string::npos) << english;
  EXPECT_NE(chinese.find("1960年代 (52-62)"), std::string::npos) << chinese;
  EXPECT_NE(chinese.find("码色变化"), std::string::npos) << chinese;
  const Json json = to_json(report);
  EXPECT_EQ(json.find("days")->array().size(), 3U);
  EXPECT_EQ(json.find("ages")->array().front().find("born")->string(), "1960s");
  const auto back = diff_report_from_json(json);
  ASSERT_TRUE(back.ok()) << back.error().to_string();
  EXPECT_EQ(show_diff(*back, Language::kEnglish), english);
  EXPECT_EQ(to_json(*back), json);
}

}  // namespace
}  // namespace mingma::rules
