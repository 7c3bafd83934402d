// A city's policy is published only if the province's is never looser, or with the province's signature.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "crypto/digest.h"
#include "rules/decide.h"
#include "rules/errors.h"
#include "service/errors.h"
#include "service/policy_proofs.h"
#include "service/policy_review.h"
#include "service/service_test_support.h"
#include "shard/errors.h"

namespace mingma::service::testing {
namespace {

Json demo_policy() {
  const char* env = std::getenv("MINGMA_SOURCE_DIR");
  std::ifstream file(std::filesystem::path(env != nullptr ? env : MINGMA_SOURCE_DIR) / "policies/henan-demo.json");
  std::stringstream text;
  text << file.rdbuf();
  return *parse_json(text.str());
}

// The province's own rules for one city, with one change.
std::string city_policy(const std::string& version, const std::function<void(Json& rule)>& change) {
  Json policy = demo_policy();
  policy.set("id", "kaifeng");
  policy.set("version", version);
  policy.set("jurisdiction", "4102");
  Json::Array rules = policy.find("rules")->array();
  for (Json& rule : rules) change(rule);
  policy.set("rules", std::move(rules));
  return policy.to_string();
}

std::string stricter_policy() {
  return city_policy("1.0.0", [](Json& rule) {
    if (rule.find("id")->string() == "B7") rule.set("colour", "red");
  });
}

std::string exception_document(const std::string& policy, const std::string& until) {
  return R"({"type":"policy_exception","id":"X-2022-1","policy":"kaifeng@1.0.0","policy_hash":")" +
         hex_encode(crypto::sha256(as_bytes(policy))) + R"(","rules":["B7"],"from":"2022-11-01T00:00:00Z","until":")" +
         until +
         R"(","document_number":"豫防指〔2022〕9号","reason":{"zh":"发热门诊暴发","en":"an outbreak at fever clinics"}})";
}

class PolicyPublishing : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!rules::proof::available()) GTEST_SKIP() << "built without a solver";
  }
  Result<Published> publish(const std::string& type, const std::string& document) {
    return province_.wait(province_.api().publish(province_.sign_by_roots(type, document)));
  }
  Disk disk_;
  TestProvince province_{disk_};
};

TEST(PolicyPublishingWithoutASolver, IsRefusedAndSaysSo) {
  if (rules::proof::available()) GTEST_SKIP() << "this build has a solver";
  Disk disk;
  TestProvince province(disk);
  const auto refused =
      province.wait(province.api().publish(province.sign_by_roots("policy", city_policy("1.0.0", [](Json&) {}))));
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(refused.error().is(errors::kProofUnavailable)) << refused.error().to_string();
}

TEST_F(PolicyPublishing, ACityThatIsNoStricterIsPublishedTogetherWithTheRecordOfItsProof) {
  const auto published = publish("policy", city_policy("1.0.0", [](Json& rule) {
                                   if (rule.find("id")->string() == "B8") rule.set("colour", "green");
                                 }));
  ASSERT_TRUE(published.ok()) << published.error().to_string();
  const auto records = province_.api().list(PublicList::kProofs, false);
  ASSERT_EQ(records->size(), 1u);
  const auto record = shard::parse_proof_record(records->front().signed_document.document);
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(record->policy, published->document_hash);
  EXPECT_EQ(record->verdict, "proved");
  EXPECT_EQ(record->solver, rules::proof::solver_version());
  EXPECT_EQ(record->schema, rules::proof::schema_hash());
  EXPECT_TRUE(record->except_rules.empty());
}

TEST_F(PolicyPublishing, ACityThatIsStricterIsRefusedWithSomebodyWhoWouldSufferAndPublishedWithTheProvincesSignature) {
  const std::string document = stricter_policy();
  const auto refused = publish("policy", document);
  ASSERT_FALSE(refused.ok());
  ASSERT_TRUE(refused.error().is(errors::kStricterThanProvince)) << refused.error().to_string();
  EXPECT_NE(refused.error().message().find("B7"), std::string::npos) << refused.error().message();
  EXPECT_TRUE(province_.api().list(PublicList::kProofs, false)->empty());

  const auto refusal = province_.api().find_refusal(crypto::sha256(as_bytes(document)));
  ASSERT_TRUE(refusal.ok()) << refusal.error().to_string();
  const auto& finding = (*refusal)->answer.findings.front();
  ASSERT_TRUE(finding.person.has_value());
  EXPECT_FALSE(finding.person->story.zh.empty());
  EXPECT_FALSE(finding.person->story.en.empty());
  const rules::Policy city = rules::parse_policy(document).value();
  EXPECT_EQ(rules::decide(city, finding.person->facts, finding.person->now).colour, rules::Colour::kRed);
  EXPECT_EQ(finding.person->second.colour, rules::Colour::kYellow);

  ASSERT_TRUE(publish("policy_exception", exception_document(document, "2023-06-01T00:00:00Z")).ok());
  const auto published = publish("policy", document);
  ASSERT_TRUE(published.ok()) << published.error().to_string();
  const auto record =
      shard::parse_proof_record(province_.api().list(PublicList::kProofs, false)->front().signed_document.document);
  EXPECT_EQ(record->except_rules, std::vector<std::string>{"B7"});
  const auto exceptions = province_.api().list(PublicList::kPolicyExceptions, true);
  ASSERT_EQ(exceptions->size(), 1u);
  EXPECT_EQ(exceptions->front().id, "X-2022-1");
}

TEST_F(PolicyPublishing, TheAuditChecksThatTheRecordIsThereAndWithASolverThatItIsTrue) {
  const std::string document = stricter_policy();
  ASSERT_TRUE(publish("policy_exception", exception_document(document, "2023-06-01T00:00:00Z")).ok());
  ASSERT_TRUE(publish("policy", document).ok());
  province_.settle();
  const auto control = read_control_state(config_for(disk_));
  ASSERT_TRUE(control.ok());
  const auto holds = reprove(**control);
  ASSERT_TRUE(holds.ok()) << holds.error().to_string();
  EXPECT_EQ(holds->records, 1u);
  EXPECT_TRUE(holds->findings.empty()) << holds->findings.front();

  shard::ControlState forged = (*control)->clone();
  auto record =
      shard::parse_proof_record(province_.api().list(PublicList::kProofs, false)->front().signed_document.document);
  record->except_rules.clear();
  ASSERT_TRUE(forged.add({{shard::DocumentType::kProofRecord, shard::write_proof_record(*record), {}}}).ok());
  const auto found = reprove(forged);
  ASSERT_EQ(found->findings.size(), 1u);
  EXPECT_NE(found->findings.front().find("is wrong: rules B7"), std::string::npos) << found->findings.front();
}

// The province loosens its rules. One city is no stricter than the new ones either and is proved again without being
// asked; the other is, and gives way until the province signs an exception.
TEST_F(PolicyPublishing, WhenTheProvincePublishesAnewCitiesAreProvedAgainOrGiveWay) {
  const auto milder = [](Json& rule) {
    if (rule.find("id")->string() == "B7") rule.set("colour", "green");
  };
  const std::string same = city_policy("1.0.0", [](Json&) {});
  ASSERT_TRUE(publish("policy", same).ok());
  Json province = *parse_json(city_policy("2.0.0", milder));
  province.set("id", "henan-demo");
  province.set("jurisdiction", "41");
  const auto published = publish("policy", province.to_string());
  ASSERT_TRUE(published.ok()) << published.error().to_string();
  EXPECT_EQ(province_.api().list(PublicList::kProofs, false)->size(), 1u) << "the city is stricter now: no new record";
  const auto in_force = [&] {
    std::vector<std::string> names;
    const auto policies = province_.api().list(PublicList::kPolicies, true);
    for (const PublicDocument& policy : *policies) names.push_back(policy.id);
    return names;
  };
  const auto has = [&](const std::string& name) {
    const auto names = in_force();
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  EXPECT_FALSE(has("kaifeng@1.0.0"));
  const auto refusal = province_.api().find_refusal(crypto::sha256(as_bytes(same)));
  ASSERT_TRUE(refusal.ok()) << "the person for whom the city is stricter is shown to whoever asks";
  EXPECT_EQ((*refusal)->answer.findings.front().person->first_rule, "B7");

  const auto mild_city = publish("policy", city_policy("2.0.0", milder));
  ASSERT_TRUE(mild_city.ok()) << mild_city.error().to_string();
  EXPECT_TRUE(has("kaifeng@2.0.0"));

  ASSERT_TRUE(publish("policy_exception", exception_document(same, "2023-06-01T00:00:00Z")).ok());
  EXPECT_TRUE(has("kaifeng@1.0.0")) << "with the exception's record it counts again";

  province.set("version", "3.0.0");
  ASSERT_TRUE(publish("policy", province.to_string()).ok());
  EXPECT_TRUE(has("kaifeng@2.0.0")) << "proved again by the platform itself";
  EXPECT_TRUE(has("kaifeng@1.0.0")) << "its exception still covers it";
}

TEST_F(PolicyPublishing, NobodyOutsideWritesProofRecords) {
  const auto refused = publish("proof_record", "{}");
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(refused.error().is(errors::kForbidden)) << refused.error().to_string();
}

TEST_F(PolicyPublishing, AnAuthorMayAskBeforePublishing) {
  PolicyProofRequest request;
  request.policy = stricter_policy();
  request.other = "henan-demo@" + demo_policy().find("version")->string();
  EXPECT_TRUE(province_.wait(province_.api().prove_policies(request, {"LAB-01", {}})).error().is(errors::kForbidden));
}

}  // namespace
}  // namespace mingma::service::testing
