// Counting for the brakes over several data shards: exactly N pass, whatever restarts between; the audit of both sides.
#include "shard/brake_count.h"

#include <gtest/gtest.h>

#include "shard/audit.h"
#include "shard/test_cases.h"
#include "shard/test_holds.h"

namespace mingma::shard {
namespace {

using namespace testing;

constexpr int kLimit = 7;

class CountedBrakes : public ::testing::Test {
 protected:
  CountedBrakes() {
    province_.found();
    Enforced wanted{.enforce_hands = false};
    wanted.brakes = {{"institution_worse_per_hour", kLimit}, {"institution_worse_per_day", 2 * kLimit}};
    EXPECT_FALSE(province_.publish(enforced_policy(province_, "2.0.0", wanted)).error);
    for (std::uint32_t i = 0; i < 60; ++i) {
      const RegisterCommand command{province_.resident(i), DivisionCode::parse("410102").value(), {}};
      province_.data(shard_of(i)).run(command, kStart);
      province_.data(shard_of(i)).settle(kStart);
    }
  }
  static std::uint16_t shard_of(std::uint32_t number) { return static_cast<std::uint16_t>(1 + number % 3); }
  Outcome say(std::uint32_t number, UnixSeconds now) {
    const Statement statement = province_.contact_finding(number, now, "c-" + std::to_string(number), now);
    const CommandResult result = province_.run_counted(province_.document(statement), now, shard_of(number));
    EXPECT_FALSE(result.error);
    return result.statements.front().outcome;
  }
  AuditReport audit(std::uint16_t shard, const store::Reader& stored, const store::Reader& control) {
    const auto scratch = empty_store();
    const AuditOptions options{.shard = ShardId{shard}};
    return (shard == 0 ? audit_shard(options, stored, nullptr, nullptr, *scratch)
                       : audit_shard(options, stored, &control, &province_.keys(), *scratch))
        .value();
  }
  static bool has(const AuditReport& report, std::string_view code) {
    return std::any_of(report.findings.begin(), report.findings.end(),
                       [&](const Finding& finding) { return finding.code == code; });
  }
  void expect_clean() {
    const store::Reader& control = province_.control().store();
    for (std::uint16_t shard = 0; shard <= 3; ++shard) {
      const AuditReport report = audit(shard, shard == 0 ? control : province_.data(shard).store(), control);
      for (const Finding& finding : report.findings) ADD_FAILURE() << shard << ": " << finding.code << finding.text;
    }
  }

  TestProvince province_{4, 3};
};

TEST_F(CountedBrakes, ExactlyTheLimitPassesOverAllShardsWhateverRestartsBetween) {
  std::uint32_t next = 0;
  for (int hour = 1; hour <= 2; ++hour) {
    const UnixSeconds now = kStart.plus(hour * kHour);
    for (int i = 0; i < kLimit; ++i) {
      EXPECT_EQ(say(next++, now.plus(i)), Outcome::kAccepted) << "number " << i + 1 << " of hour " << hour;
      province_.control().reopen();
      for (std::uint16_t shard = 1; shard <= 3; ++shard) province_.data(shard).reopen();
    }
    for (int i = 0; i < 3; ++i)  // one in each shard
      EXPECT_EQ(say(next++, now.plus(kLimit + i)), Outcome::kHeld)
          << "number " << kLimit + 1 + i << " of hour " << hour;
  }
  EXPECT_EQ(say(next++, kStart.plus(3 * kHour)), Outcome::kHeld) << "the day's limit";
  EXPECT_EQ(say(next++, kStart.plus(26 * kHour)), Outcome::kAccepted) << "another day";
  expect_clean();
}

// All residents in one shard: nothing is lost because the others had a share.
TEST_F(CountedBrakes, OneShardMayUseTheWholeLimit) {
  for (std::uint32_t i = 0; i < kLimit; ++i) EXPECT_EQ(say(3 * i, kStart.plus(kHour)), Outcome::kAccepted);
  EXPECT_EQ(say(1, kStart.plus(kHour)), Outcome::kHeld);
}

TEST_F(CountedBrakes, WhatMakesNobodyWorseNeverAsks) {
  const Statement result = province_.test_result(0, rules::TestResult::kNegative, kStart, "s-1", kStart);
  const CommandResult sent = province_.data(1).run(province_.document(result), kStart);
  EXPECT_FALSE(sent.error);
  ASSERT_EQ(say(0, kStart.plus(kHour)), Outcome::kAccepted);
  Statement withdrawal = province_.contact_finding(0, kStart, "w-0", kStart.plus(kHour));
  withdrawal.action = StatementAction::kWithdraw;
  withdrawal.evidence = {.kind = rules::EvidenceKind::kContactFinding};
  withdrawal.earlier_record = "c-0";
  withdrawal.reason = "entered_in_error";
  const CommandResult better = province_.data(1).run(province_.document(withdrawal), kStart.plus(kHour));
  ASSERT_FALSE(better.error) << "a better colour never waits";
  EXPECT_EQ(better.statements.front().outcome, Outcome::kAccepted);
}

TEST_F(CountedBrakes, WhatWasNotAskedInTimeIsHeld) {
  const UnixSeconds now = kStart.plus(kHour);
  StatementsCommand command = province_.document(province_.contact_finding(0, now, "c-0", now));
  const CommandResult asks = province_.data(1).run(command, now);
  ASSERT_TRUE(asks.error.has_value());
  EXPECT_EQ(asks.error->code(), "shard.uncounted");
  ASSERT_EQ(asks.asks.size(), 1u);
  EXPECT_EQ(asks.asks.front().signer, province_.find("cdc-1").key->verifying_key().key_id());
  command.counted = true;
  EXPECT_EQ(province_.data(1).run(command, now).statements.front().outcome, Outcome::kHeld);
  EXPECT_EQ(province_.data(1).machine().holds().all().begin()->second.judgement.reasons, kReasonUncounted);
  expect_clean();
}

TEST_F(CountedBrakes, FraudsWithTheCountAreFoundAndNamed) {
  const UnixSeconds now = kStart.plus(kHour);
  for (std::uint32_t i = 0; i <= kLimit; ++i) say(i, now);
  const store::Reader& control = province_.control().store();
  // The control shard says "go on" where the limit was reached.
  const auto rewound = rewritten(
      control,
      [](Event& event, Sequence) {
        for (Operation& operation : event.operations) {
          auto* count = std::get_if<CountOperation>(&operation);
          if (count != nullptr) count->answers.front().reasons = 0;
        }
      },
      kControlShard);
  EXPECT_TRUE(has(audit(0, *rewound, control), "audit.wrong_count"));
  // A data shard does not wait for the answer.
  const std::uint16_t last = shard_of(kLimit);
  const auto let_through = rewritten(
      province_.data(last).store(),
      [&](Event& event, Sequence) {
        for (Operation& operation : event.operations) {
          auto* statements = std::get_if<StatementsOperation>(&operation);
          if (statements == nullptr || statements->entries.front().outcome != Outcome::kHeld) continue;
          statements->entries.front().outcome = Outcome::kAccepted;
          statements->entries.front().judgement.missing = 0;
        }
      },
      ShardId{last});
  EXPECT_TRUE(has(audit(last, *let_through, control), "audit.not_held"));
}

}  // namespace
}  // namespace mingma::shard
