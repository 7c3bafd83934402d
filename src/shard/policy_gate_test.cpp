#include "shard/policy_gate.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "shard/errors.h"
#include "shard/record.h"
#include "shard/test_province.h"

namespace mingma::shard {
namespace {

using namespace testing;

class Gate : public ::testing::Test {
 protected:
  void SetUp() override { province_.found(); }

  SignedDocument city(int days, UnixSeconds until = kStart.plus(80 * kDay)) {
    return province_.policy("1.0.0", days, kStart, until, "4101", "city-policy");
  }
  SignedDocument provincial() { return province_.policy("1.0.0"); }
  SignedDocument exception(const SignedDocument& policy, std::string_view id, UnixSeconds until, int signatures = 2) {
    const Json json(Json::Object{{"type", "policy_exception"},
                                 {"id", id},
                                 {"policy", "city-policy@1.0.0"},
                                 {"policy_hash", hex_encode(crypto::sha256(as_bytes(policy.bytes)))},
                                 {"rules", Json::Array{"A2"}},
                                 {"from", kStart.to_string()},
                                 {"until", until.to_string()},
                                 {"document_number", "test 2"},
                                 {"reason", Json::Object{{"zh", "院内感染"}, {"en", "an outbreak in a hospital"}}}});
    return province_.sign_by_roots(DocumentType::kPolicyException, json.to_string(), signatures);
  }
  void expect_refused(const CommandResult& result, const ErrorInfo& info) {
    ASSERT_TRUE(result.error.has_value());
    EXPECT_TRUE(result.error->is(info)) << result.error->to_string();
  }

  TestProvince province_;
};

TEST_F(Gate, ACitysPolicyNeedsTheRecordOfItsProofAgainstTheProvinces) {
  expect_refused(province_.publish(city(2)), errors::kShardUnproved);
  EXPECT_FALSE(province_.publish(province_.proof(city(2), provincial())).error);
  expect_refused(province_.publish(city(3)), errors::kShardUnproved);  // another document: another proof
  const CommandResult published = province_.publish(city(2));
  ASSERT_FALSE(published.error) << published.error->to_string();
  EXPECT_TRUE(province_.publish(city(2)).existed);
  EXPECT_FALSE(province_.publish(province_.policy("2.0.0", 3)).error) << "the province's own policy needs no proof";
}

TEST_F(Gate, RulesThatWereLeftOutOfAProofNeedASignedExceptionForTheWholeLife) {
  ASSERT_FALSE(province_.publish(province_.proof(city(9), provincial(), {"A2"})).error);
  expect_refused(province_.publish(city(9)), errors::kShardUnproved);
  expect_refused(province_.publish(exception(city(9), "X-1", kStart.plus(80 * kDay), 1)), errors::kShardNotAuthorised);
  ASSERT_FALSE(province_.publish(exception(city(9), "X-2", kStart.plus(79 * kDay))).error);
  expect_refused(province_.publish(city(9)), errors::kShardUnproved);  // the exception ends before the policy
  expect_refused(province_.publish(exception(city(9), "X-2", kStart.plus(80 * kDay))), errors::kShardConflict);
  ASSERT_FALSE(province_.publish(exception(city(8), "X-3", kStart.plus(80 * kDay))).error);
  expect_refused(province_.publish(city(9)), errors::kShardUnproved);  // of another policy
  ASSERT_FALSE(province_.publish(exception(city(9), "X-4", kStart.plus(80 * kDay))).error);
  EXPECT_FALSE(province_.publish(city(9)).error);
}

TEST_F(Gate, EveryProvincialPolicyThatWillGovernCountsAndNoOtherDoes) {
  // 2.0.0 takes over on day 10 and is never replaced; 3.0.0 is of another time.
  const SignedDocument second = province_.policy("2.0.0", 5, kStart.plus(10 * kDay), kStart.plus(80 * kDay));
  ASSERT_FALSE(province_.publish(second).error);
  ASSERT_FALSE(province_.publish(province_.proof(city(2), provincial())).error);
  expect_refused(province_.publish(city(2)), errors::kShardUnproved);
  ASSERT_FALSE(province_.publish(province_.proof(city(2), second)).error);
  EXPECT_FALSE(province_.publish(city(2)).error);
  // Published when 2.0.0 governs already: the first does not matter any more.
  const SignedDocument late = city(4);
  ASSERT_FALSE(province_.publish(province_.proof(late, second), kStart.plus(20 * kDay)).error);
  const CommandResult published = province_.publish(late, kStart.plus(20 * kDay));
  ASSERT_TRUE(published.error.has_value());
  EXPECT_TRUE(published.error->is(errors::kShardConflict))
      << "only the version is taken: " << published.error->to_string();
}

TEST_F(Gate, ACitysPolicyGivesWayToALaterProvincialOneUntilItIsProvedAgain) {
  ASSERT_FALSE(province_.publish(province_.proof(city(2), provincial())).error);
  ASSERT_FALSE(province_.publish(city(2)).error);
  const PolicyNumber number{1};
  const auto decides = [&](int day) {
    return province_.control()
        .machine()
        .control()
        .view_at(kStart.plus(day * kDay))
        ->policy_for(DivisionCode{410'100'000});
  };
  EXPECT_EQ(decides(9), number);
  EXPECT_EQ(decides(11), number);

  const SignedDocument milder = province_.policy("2.0.0", 1, kStart.plus(10 * kDay), kStart.plus(90 * kDay));
  ASSERT_FALSE(province_.publish(milder).error);
  EXPECT_EQ(decides(9), number) << "before the province's new rules begin";
  EXPECT_EQ(decides(10), PolicyNumber{2}) << "from their first instant on the province decides in the city too";
  EXPECT_TRUE(province_.control().machine().control().gives_way(number, kStart.plus(10 * kDay)));

  ASSERT_FALSE(province_.publish(exception(city(2), "X-1", kStart.plus(80 * kDay))).error);
  EXPECT_EQ(decides(10), PolicyNumber{2}) << "an exception alone proves nothing of the other rules";
  ASSERT_FALSE(province_.publish(province_.proof(city(2), milder, {"A2"})).error);
  EXPECT_EQ(decides(10), number);
  EXPECT_FALSE(province_.control().machine().control().gives_way(number, kStart.plus(10 * kDay)));
}

TEST_F(Gate, ACitysPolicyDoesNotOutliveTheProvinces) {
  const SignedDocument longer = city(2, kStart.plus(81 * kDay));
  ASSERT_FALSE(province_.publish(province_.proof(longer, provincial())).error);
  expect_refused(province_.publish(longer), errors::kShardNoProvincialPolicy);
}

TEST_F(Gate, RecordsSayWhatWasProvedOfAProvincialPolicyAndNothingElse) {
  const SignedDocument good = province_.proof(city(2), provincial());
  const auto changed = [&](std::string_view name, Json value) {
    Json json = *parse_json(good.bytes);
    json.set(name, std::move(value));
    return SignedDocument{DocumentType::kProofRecord, json.to_string(), {}};
  };
  expect_refused(province_.publish(changed("verdict", "refuted")), errors::kShardInvalidDocument);
  expect_refused(province_.publish(changed("question", "equivalent")), errors::kShardInvalidDocument);
  expect_refused(province_.publish(changed("other", std::string(64, '0'))), errors::kShardInvalidDocument);
  expect_refused(province_.publish(changed("except_rules", Json::Array{"A1", "A1"})), errors::kShardInvalidDocument);
  expect_refused(province_.publish(changed("policy", "AB")), errors::kShardInvalidDocument);
  expect_refused(province_.publish(changed("mood", "good")), errors::kShardInvalidDocument);
  expect_refused(province_.publish(province_.sign_by_roots(DocumentType::kProofRecord, good.bytes)),
                 errors::kShardInvalidDocument);
  const auto read = parse_proof_record(good.bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(write_proof_record(*read), good.bytes);
}

TEST_F(Gate, RecordsAndExceptionsAreLeavesAndOutliveARestart) {
  ASSERT_FALSE(province_.publish(province_.proof(city(9), provincial(), {"A2"})).error);
  ASSERT_FALSE(province_.publish(exception(city(9), "X-1", kStart.plus(80 * kDay))).error);
  province_.control().reopen();
  const ControlState& control = province_.control().machine().control();
  EXPECT_EQ(control.gate().exceptions().size(), 1u);
  EXPECT_EQ(control.gate().exceptions().front()->reason_zh, "院内感染");
  EXPECT_FALSE(province_.publish(city(9)).error);
}

}  // namespace
}  // namespace mingma::shard
