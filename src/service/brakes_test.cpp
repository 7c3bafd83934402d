// Brakes over the shards of a running province: the Nth passes and the N+1st is held, across a restart.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/json.h"
#include "service/service_test_support.h"

namespace mingma::service {
namespace {

using testing::Disk;
using testing::kNow;
using testing::TestProvince;

constexpr int kLimit = 5;

std::string braked_policy() {
  std::ifstream file(std::string(MINGMA_SOURCE_DIR) + "/policies/henan-demo.json");
  std::stringstream text;
  text << file.rdbuf();
  Json policy = parse_json(text.str()).value();
  policy.set("version", "1.0.1");
  Json brakes = *policy.find("brakes");
  brakes.set("institution_worse_per_hour", kLimit);
  brakes.set("signer_worse_per_hour", kLimit);
  policy.set("brakes", std::move(brakes));
  policy.set("enforcement",
             Json(Json::Object{{"hands", false}, {"brakes", true}, {"approved_by_other_institution", Json::Array{}}}));
  return policy.to_string();
}

StatementOutcomeCode say(TestProvince& province, std::uint32_t index) {
  const TestProvince::Someone someone = province.register_someone(index);
  const std::string finding =
      TestProvince::contact_finding(someone, "CF-" + std::to_string(index), province.clock().now().plus(-60));
  const auto outcome =
      province.wait(province.api().submit_statement(province.sign_by(testing::kCdc, "statement", finding)));
  EXPECT_TRUE(outcome.ok()) << outcome.error().to_string();
  return outcome->outcome;
}

TEST(Brakes, ExactlyTheLimitPassesOverAllShardsAndARestart) {
  Disk disk;
  std::uint32_t next = 0;
  {
    TestProvince province(disk);
    province.publish(province.sign_by_roots("policy", braked_policy()));
    province.settle();
    for (; next < kLimit - 1; ++next) EXPECT_EQ(say(province, next), StatementOutcomeCode::kAccepted) << next;
  }
  TestProvince province(disk, false);
  EXPECT_EQ(say(province, next++), StatementOutcomeCode::kAccepted) << "the last of the limit";
  for (int i = 0; i < 4; ++i) EXPECT_EQ(say(province, next++), StatementOutcomeCode::kHeld) << "one over";
}

}  // namespace
}  // namespace mingma::service
