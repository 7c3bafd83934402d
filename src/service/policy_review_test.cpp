#include "service/policy_review.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "service/errors.h"
#include "service/service_test_support.h"

namespace mingma::service::testing {
namespace {

std::string source_file(const std::string& name) {
  const char* env = std::getenv("MINGMA_SOURCE_DIR");
  std::ifstream file(std::filesystem::path(env != nullptr ? env : MINGMA_SOURCE_DIR) / name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// Without the rule for contacts of the last five days.
std::string draft_without(const std::string& rule_id) {
  Json policy = *parse_json(source_file("policies/henan-demo.json"));
  policy.set("version", "9.0.0");
  Json::Array rules;
  for (const Json& rule : policy.find("rules")->array()) {
    if (rule.find("id")->string() != rule_id) rules.push_back(rule);
  }
  policy.set("rules", std::move(rules));
  return policy.to_string();
}

std::string command_document(const std::string& id, const std::string& klass, const std::string& division) {
  crypto::SigningKey key = crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEd25519);
  return R"({"type":"institution","id":")" + id + R"(","class":")" + klass +
         R"(","name":{"zh":"指挥部","en":"Command"},"phone":"0371-12345","division":")" + division +
         R"(","keys":[{"key":")" + base64_encode(key.verifying_key().spki_der()) +
         R"(","from":"2022-11-01T00:00:00Z"}],"issued_at":"2022-11-01T00:00:00Z"})";
}

class PolicyReviewTest : public ::testing::Test {
 protected:
  void SetUp() override {
    province_.publish(province_.sign_by_roots("institution", command_document("CMD-41", "command", "41")));
    province_.publish(province_.sign_by_roots("institution", command_document("CMD-4102", "command", "4102")));
    for (std::uint32_t i = 0; i < 30; ++i) people_.push_back(province_.register_someone(i));
    for (std::uint32_t i = 0; i < 3; ++i) {
      const std::string finding = TestProvince::contact_finding(people_[i], "case-" + std::to_string(i),
                                                                kNow.plus(-2 * kSecondsPerDay - 3'600));
      const auto outcome =
          province_.wait(province_.api().submit_statement(province_.sign_by(kCdc, "statement", finding)));
      ASSERT_TRUE(outcome.ok()) << outcome.error().to_string();
    }
    province_.settle();
    // Red by A4 for five days after exposure, then A8 for three.
    request_.before = "henan-demo@" + version();
    request_.after = draft_without("A4");
  }
  static std::string version() {
    return parse_json(source_file("policies/henan-demo.json"))->find("version")->string();
  }

  Disk disk_;
  TestProvince province_{disk_};
  std::vector<TestProvince::Someone> people_;
  PolicyDiffRequest request_;
};

TEST_F(PolicyReviewTest, ComparesEveryoneWhoLivesThereNowAndLater) {
  const auto report = province_.wait(province_.api().diff_policies(request_, {"CMD-41", {}}));
  ASSERT_TRUE(report.ok()) << report.error().to_string();
  EXPECT_EQ(report->residents, 30u);
  std::uint64_t changed = 0;
  for (const rules::DiffDay& day : report->days) changed += day.first;
  EXPECT_EQ(changed, 3u);
  ASSERT_EQ(report->rules.front().before.rule, "A4");
  EXPECT_EQ(report->rules.front().count, 3u);
  std::map<std::string, std::uint64_t> born, counted;
  for (std::size_t i = 0; i < 3; ++i) ++born[rules::BirthDecade::of(people_[i].person.birth_date).to_string()];
  for (const rules::DiffRow& row : report->ages) {
    if (row.day == 0) counted[row.born.to_string()] += row.count;
  }
  EXPECT_EQ(counted, born);
  ASSERT_EQ(report->sample.size(), 3u);
  const auto known = [&](const std::string& id) {
    return std::any_of(people_.begin(), people_.begin() + 3,
                       [&](const auto& someone) { return someone.resident.to_string() == id; });
  };
  for (const rules::DiffSample& one : report->sample) EXPECT_TRUE(known(one.resident)) << one.resident;
  EXPECT_EQ(report->days.back().same, 30u);
}

TEST_F(PolicyReviewTest, OnlyThoseWhoWriteOrWatchPoliciesMayAskAndOnlyOfTheirDivision) {
  for (const std::string institution : {"LAB-01", "CDC-01", "CMD-4102", "nobody-1"}) {
    const auto refused = province_.wait(province_.api().diff_policies(request_, {institution, {}}));
    ASSERT_FALSE(refused.ok()) << institution;
    EXPECT_TRUE(refused.error().is(errors::kForbidden)) << refused.error().to_string();
  }
}

TEST_F(PolicyReviewTest, ThePublicFormNamesNobodyAndHidesSmallCounts) {
  request_.audience = rules::DiffAudience::kPublic;
  const auto report = province_.wait(province_.api().diff_policies(request_, {"CMD-41", {}}));
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->sample.empty());
  EXPECT_TRUE(report->rules.empty());
  EXPECT_EQ(report->residents, 30u);
}

TEST_F(PolicyReviewTest, ACitysDraftConcernsThatCityOnly) {
  Json draft = *parse_json(request_.after);
  draft.set("jurisdiction", "4102");
  request_.after = draft.to_string();
  const auto report = province_.wait(province_.api().diff_policies(request_, {"CMD-41", {}}));
  ASSERT_TRUE(report.ok()) << report.error().to_string();
  EXPECT_EQ(report->residents + report->elsewhere, 30u);
  for (const rules::DiffRow& row : report->places) EXPECT_EQ(row.place, "4102");
}

TEST_F(PolicyReviewTest, StoresThatAreStoppedGiveTheSameCountsAsTheRunningShards) {
  const auto live = province_.wait(province_.api().diff_policies(request_, {"CMD-41", {}}));
  ASSERT_TRUE(live.ok());
  const ProvinceConfig config = config_for(disk_);
  const auto control = read_control_state(config);
  ASSERT_TRUE(control.ok()) << control.error().to_string();
  const auto review = PolicyReview::make(**control, request_, province_.clock().now());
  ASSERT_TRUE(review.ok());
  const auto stored = diff_stored(config, **review, 2, {});
  ASSERT_TRUE(stored.ok()) << stored.error().to_string();
  EXPECT_EQ(rules::to_json(*stored), rules::to_json(*live));
}

TEST_F(PolicyReviewTest, AnUnknownPolicyAndImpossibleLimitsAreRefused) {
  PolicyDiffRequest unknown = request_;
  unknown.before = "no-such@1.0.0";
  EXPECT_TRUE(province_.wait(province_.api().diff_policies(unknown, {"CMD-41", {}})).error().is(errors::kNoSuchThing));
  PolicyDiffRequest far = request_;
  far.days = 10'000;
  EXPECT_TRUE(province_.wait(province_.api().diff_policies(far, {"CMD-41", {}})).error().is(errors::kBadRequest));
}

}  // namespace
}  // namespace mingma::service::testing
