#include "rules/evidence.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/rng.h"
#include "rules/errors.h"

namespace mingma::rules {
namespace {

Result<Evidence> read(std::string_view text) { return evidence_from_json(parse_json(text).value()); }

TEST(Evidence, EveryKindHasANameWordsAndItsOwnFields) {
  std::set<std::string_view> names;
  for (const EvidenceKindInfo& info : evidence_schema()) {
    EXPECT_TRUE(names.insert(info.name).second);
    EXPECT_FALSE(info.zh.empty() || info.en.empty() || info.at_name.empty()) << info.name;
    EXPECT_EQ(find_evidence_kind(info.name), &info);
    EXPECT_EQ(&evidence_kind_info(info.kind), &info);
  }
  EXPECT_EQ(names.size(), 18u);
  EXPECT_EQ(find_evidence_kind("location"), nullptr);
}

TEST(Evidence, ATestResultIsReadByItsFieldNames) {
  const auto test = read(
      R"({"kind":"test_result","sampled_at":"2022-06-13T08:00:00+08:00","result":"negative","method":"molecular","pooled":true})");
  ASSERT_TRUE(test.ok()) << test.error().to_string();
  EXPECT_EQ(test->at, UnixSeconds{1'655'078'400});
  EXPECT_EQ(test->level, static_cast<std::uint8_t>(TestResult::kNegative));
  EXPECT_EQ(test->flags, kFlagPooled);
  EXPECT_EQ(
      evidence_to_json(*test).to_string(),
      R"({"kind":"test_result","sampled_at":"2022-06-13T00:00:00Z","result":"negative","method":"molecular","pooled":true,"ct_at_limit":false})");
}

TEST(Evidence, WhatAKindDoesNotHaveIsRefusedWithItsPlace) {
  const auto where = [](std::string_view text) {
    const auto result = read(text);
    EXPECT_FALSE(result.ok()) << text;
    return result.ok() ? std::string("accepted") : result.error().where();
  };
  EXPECT_EQ(where(R"({"kind":"list_of_names"})"), "kind");
  EXPECT_EQ(where(R"({"kind":"case_release","released_at":"2022-06-13T00:00:00Z","reason":"other"})"), "reason");
  EXPECT_EQ(where(R"({"kind":"case_release"})"), "released_at");
  EXPECT_EQ(where(R"({"kind":"case_release","released_at":"2022-06-31T00:00:00Z"})"), "released_at");
  EXPECT_EQ(where(R"({"kind":"test_result","sampled_at":"2022-06-13T00:00:00Z","method":"molecular"})"), "result");
  EXPECT_EQ(where(R"({"kind":"stay","arrived_at":"2022-06-13T00:00:00Z"})"), "area");
  EXPECT_EQ(
      where(R"({"kind":"stay","arrived_at":"2022-06-13T00:00:00Z","left_at":"2022-06-12T00:00:00Z","area":"410102"})"),
      "left_at");
  EXPECT_EQ(where(R"({"kind":"testing_duty","listed_at":"2022-06-13T00:00:00Z"})"), "due_at");
  EXPECT_EQ(where(R"({"kind":"vaccination","given_at":"2022-06-13T00:00:00Z","dose":0})"), "dose");
  EXPECT_EQ(where(R"({"kind":"health_declaration","declared_at":"2022-06-13T00:00:00Z","symptoms":"no"})"), "symptoms");
}

Evidence random_evidence(SeededRng& rng) {
  Evidence e{.kind = static_cast<EvidenceKind>(rng.below(20)),
             .level = static_cast<std::uint8_t>(rng.below(8)),
             .detail = static_cast<std::uint8_t>(rng.below(4)),
             .flags = static_cast<std::uint8_t>(rng.below(4)),
             .at = {static_cast<std::int64_t>(rng.below(4'294'967'296))}};
  if (rng.below(2) == 0) e.until = e.at.plus(static_cast<std::int64_t>(rng.below(1'000'000)));
  if (rng.below(3) == 0) e.area = {410'102'001};
  return e;
}

TEST(Evidence, WhatIsAcceptedSurvivesJsonAndItsImageAndWhatIsNotIsRefusedByBoth) {
  SeededRng rng(9);
  int accepted = 0;
  for (int i = 0; i < 200'000; ++i) {
    const Evidence evidence = random_evidence(rng);
    std::array<std::uint8_t, kEvidenceImageBytes> image{};
    write_evidence(evidence, image);
    const auto from_image = read_evidence(image);
    if (!check_evidence(evidence).ok()) {
      EXPECT_TRUE(evidence.until.value > 0xFFFF'FFFF ||
                  !from_image.ok());  // beyond 32 bits an image says something else
      continue;
    }
    ++accepted;
    ASSERT_TRUE(from_image.ok());
    EXPECT_EQ(*from_image, evidence);
    const auto from_json = evidence_from_json(evidence_to_json(evidence));
    ASSERT_TRUE(from_json.ok()) << from_json.error().to_string();
    EXPECT_EQ(*from_json, evidence);
  }
  EXPECT_GT(accepted, 2'000);
}

TEST(Evidence, AnImageOfAnotherLengthOrALaterVersionIsRefused) {
  const Evidence evidence{.kind = EvidenceKind::kCaseRelease, .at = {1'655'078'400}};
  std::array<std::uint8_t, kEvidenceImageBytes> image{};
  write_evidence(evidence, image);
  EXPECT_FALSE(read_evidence(ByteView(image).first(19)).ok());
  image[19] = 1;
  EXPECT_FALSE(read_evidence(image).ok());
}

}  // namespace
}  // namespace mingma::rules
