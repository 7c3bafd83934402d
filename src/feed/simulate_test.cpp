#include "feed/simulate.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/json.h"
#include "feed/feed.h"

namespace mingma::feed {
namespace {

std::uint64_t fnv1a(std::string_view text, std::uint64_t hash = 0xcbf2'9ce4'8422'2325ULL) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100'0000'01b3ULL;
  return hash;
}

SimulationSettings small(std::uint64_t seed = 7) {
  SimulationSettings settings;
  settings.seed = seed;
  settings.residents = 6'000;
  return settings;
}

// Everything the county says in ten days.
std::uint64_t digest(const SimulatedCounty& county) {
  std::uint64_t hash = fnv1a("");
  std::string text;
  for (std::uint32_t i = 0; i < county.settings().residents; ++i) {
    text.clear();
    county.append_roster_csv(i, text);
    county.append_roster_json(i, text);
    for (std::uint32_t night = 0; night < 3; ++night) county.append_test_line(i, night, text);
    hash = fnv1a(text, hash);
  }
  for (std::uint32_t night = 0; night < 20; ++night) {
    county.for_each_finding(night,
                            [&](const SimulatedFinding& finding) { hash = fnv1a(county.finding_json(finding), hash); });
    for (const SimulatedAreaOrder& order : county.area_orders(night)) hash = fnv1a(county.area_order_json(order), hash);
  }
  return hash;
}

TEST(Simulation, TheSameSeedGivesTheSameBytes) {
  EXPECT_EQ(digest(SimulatedCounty(small())), digest(SimulatedCounty(small())));
  EXPECT_NE(digest(SimulatedCounty(small())), digest(SimulatedCounty(small(8))));
  EXPECT_EQ(digest(SimulatedCounty(small())), 12'074'439'536'972'579'096ULL);  // on every machine, for ever
}

TEST(Simulation, DocumentNumbersAreValidFictitiousAndUnique) {
  SimulationSettings settings = small();
  settings.residents = 200'000;
  const SimulatedCounty county(settings);
  std::set<std::string> seen;
  for (std::uint32_t i = 0; i < settings.residents; ++i) {
    const SimulatedResident resident = county.resident(i);
    const auto parsed = parse_resident_id(resident.person.number);
    ASSERT_TRUE(parsed.ok()) << i;
    EXPECT_EQ(parsed->birth_date, resident.person.birth_date);
    ASSERT_TRUE(resident.person.number.starts_with("4199"));
    ASSERT_TRUE(settings.county.contains(resident.home));
    ASSERT_TRUE(seen.insert(resident.person.number).second) << i;
  }
}

TEST(Simulation, EveryTestLineIsReadBackAsItsEvidence) {
  const SimulatedCounty county(small());
  FeedParser parser(FeedFormat::kFhirNdjson, {county.settings().first_evening.plus(30 * kSecondsPerDay)});
  LineResult result;
  std::string line;
  std::map<int, int> by_result;
  std::uint32_t absent = 0;
  for (std::uint32_t night = 0; night < 9; night += 4) {
    for (std::uint32_t i = 0; i < county.settings().residents; ++i) {
      line.clear();
      rules::Evidence expected;
      const bool tested = county.test(i, night, expected);
      ASSERT_EQ(county.append_test_line(i, night, line), tested);
      if (!tested) {
        ++absent;
        continue;
      }
      ASSERT_EQ(line.back(), '\n');
      parser.parse(std::string_view(line).substr(0, line.size() - 1), result);
      ASSERT_EQ(result.outcome, Outcome::kStatements) << line << result.place;
      const FeedStatement& statement = result.statements.at(0);
      ASSERT_EQ(statement.evidence, expected) << line;
      ASSERT_EQ(statement.person, county.resident(i).person);
      ASSERT_EQ(statement.action, shard::StatementAction::kAdd);
      std::string number;
      county.append_specimen_number(i, night, number);
      ASSERT_EQ(statement.source_record, number);
      ++by_result[expected.level];
    }
  }
  EXPECT_NEAR(absent, 18'000 * 0.03, 120);
  EXPECT_GT(by_result[static_cast<int>(rules::TestResult::kPositive)], 5);
  EXPECT_LT(by_result[static_cast<int>(rules::TestResult::kPositive)], 200);
}

TEST(Simulation, TheEpidemicIsInItsClustersAndInHouseholds) {
  SimulationSettings settings = small();
  settings.residents = 120'000;
  const SimulatedCounty county(settings);
  std::map<std::uint32_t, int> ill;
  int in_households = 0;
  int all = 0;
  for (std::uint32_t i = 0; i < settings.residents; ++i) {
    if (county.onset_night(i) < 0) continue;
    ++ill[county.home_of(i).value];
    ++all;
    for (std::uint32_t other = i / 3 * 3; other < i / 3 * 3 + 3; ++other)
      in_households += other != i && county.onset_night(other) >= 0 ? 1 : 0;
  }
  int outbreaks = 0;
  for (const auto& [township, count] : ill) outbreaks += count > 40 ? 1 : 0;
  EXPECT_EQ(outbreaks, 2);
  EXPECT_GT(in_households, all / 2);
}

TEST(Simulation, FindingsFitTheirSchemaAndFollowTheCases) {
  const SimulatedCounty county(small());
  std::map<rules::EvidenceKind, int> kinds;
  std::set<std::string> isolated;
  std::set<std::string> released;
  for (std::uint32_t night = 0; night < 25; ++night) {
    county.for_each_finding(night, [&](const SimulatedFinding& finding) {
      ASSERT_TRUE(rules::check_evidence(finding.evidence).ok()) << county.finding_json(finding);
      ASSERT_LE(finding.source_record.size(), kSourceRecordBytesMax);
      ASSERT_LE(finding.evidence.at, finding.signed_at);
      ++kinds[finding.evidence.kind];
      const std::string number = finding.source_record.substr(0, finding.source_record.size() - 4);
      if (finding.evidence.kind == rules::EvidenceKind::kControlOrder) isolated.insert(number);
      if (finding.evidence.kind == rules::EvidenceKind::kControlRelease) released.insert(number);
      const auto json = parse_json(county.finding_json(finding));
      ASSERT_TRUE(json.ok());
      EXPECT_EQ(*rules::evidence_from_json(*json->find("evidence")), finding.evidence);
    });
  }
  EXPECT_FALSE(isolated.empty());
  EXPECT_EQ(isolated, released);
  EXPECT_EQ(kinds[rules::EvidenceKind::kCaseReport], kinds[rules::EvidenceKind::kCaseRelease]);
  EXPECT_GT(kinds[rules::EvidenceKind::kArrival], kinds[rules::EvidenceKind::kBorderEntry]);
  EXPECT_GT(kinds[rules::EvidenceKind::kContactFinding], kinds[rules::EvidenceKind::kCaseReport]);
}

TEST(Simulation, AreaOrdersNameTheOutbreaks) {
  const SimulatedCounty county(small());
  EXPECT_EQ(county.area_orders(0).size(), 1u);
  EXPECT_EQ(county.area_orders(1).size(), county.settings().clusters);
  EXPECT_TRUE(county.area_orders(2).empty());
  EXPECT_EQ(
      county.area_order_json(county.area_orders(0)[0]),
      R"({"type":"area_order","number":"SIM-ORDER-COUNTY","issuer":"SIM-COMMAND","area":"410103","level":"low","lockdown":"none",)"
      R"("test_interval_hours":48,"from":"2022-11-12T00:00:00Z","until":"2022-11-26T00:00:00Z"})");
}

}  // namespace
}  // namespace mingma::feed
