// The end: statements past their days are no facts, their keys are destroyed, and the audit is clean and says so.
#include "shard/retention.h"

#include "shard/audit.h"
#include "shard/case_view.h"
#include "shard/test_cases.h"
#include "shard/view.h"

namespace mingma::shard {
namespace {

using rules::Colour;
using testing::audit_data;
using testing::findings_text;
using testing::kDay;
using testing::kHour;
using testing::kStart;
using testing::rewritten;
using testing::TestProvince;

class RetentionTest : public ::testing::Test {
 protected:
  RetentionTest() {
    province_.found();
    for (std::uint32_t i = 1; i <= 3; ++i) province_.add_resident(i);
    Statement report = province_.contact_finding(1, kStart, "k-1", kStart);
    report.institution = "hospital-1";
    report.evidence = {.kind = rules::EvidenceKind::kCaseReport,
                       .level = static_cast<std::uint8_t>(rules::CaseStatus::kConfirmed),
                       .at = kStart};
    EXPECT_EQ(province_.submit(report, kStart), Outcome::kAccepted);
    EXPECT_EQ(province_.submit(province_.contact_finding(2, kStart, "c-2", kStart), kStart), Outcome::kAccepted);
  }
  CommandResult expire(UnixSeconds now, RowNumber first = {}) {
    return province_.data().run(ExpireCommand{first}, now);
  }
  CommandResult destroy(KeysToDestroy keys, UnixSeconds now) {
    CommandResult result = province_.data().run(DestroyKeysCommand{keys}, now);
    if (!result.error) province_.keys().destroy(keys);
    return result;
  }
  AuditReport audit(const store::Reader& stored) { return audit_data(province_, stored); }

  TestProvince province_;
};

TEST_F(RetentionTest, AStatementPastItsDaysIsNoFactAndItsBodyIsGone) {
  EXPECT_EQ(expire(kStart.plus(60 * kDay - 1)).expired, 0u);
  EXPECT_EQ(province_.colour(1), Colour::kRed) << "a confirmed case that nobody released";
  const CommandResult done = expire(kStart.plus(60 * kDay));
  EXPECT_EQ(done.expired, 2u);
  EXPECT_TRUE(done.leaf.has_value());
  EXPECT_FALSE(done.next_row.has_value());
  EXPECT_EQ(province_.colour(1), Colour::kGreen);
  const auto evidence = list_evidence(province_.data().store(), province_.resident(1), &province_.keys()).value();
  ASSERT_EQ(evidence.size(), 1u);
  EXPECT_EQ(evidence[0].stored.status, EvidenceStatus::kExpired);
  EXPECT_TRUE(evidence[0].stored.sealed.empty());
  EXPECT_FALSE(evidence[0].statement.has_value());
  EXPECT_EQ(list_decisions(province_.data().store(), province_.resident(1), 0, 1).value()[0].record.cause,
            DecisionCause::kRetention);
  EXPECT_EQ(expire(kStart.plus(61 * kDay)).expired, 0u) << "done once, done";
  const AuditReport report = audit(province_.data().store());
  EXPECT_TRUE(report.clean()) << findings_text(report);
  EXPECT_EQ(report.expired, 2u);
}

TEST_F(RetentionTest, KeysEndWhenNothingNeedsThemAndTheAuditStaysCleanAndSaysWhatIsGone) {
  const KeyMonth june = key_month(kStart);
  EXPECT_EQ(month_text(june), "2022-06");
  EXPECT_EQ(month_end(june).to_string(), "2022-06-30T16:00:00Z");
  const KeysToDestroy bodies{KeyScope::kBodies, june, rules::EvidenceKind::kCaseReport};
  const KeysToDestroy people{KeyScope::kResidents, june, {}};
  const UnixSeconds over = month_end(june).plus(60 * kDay);
  EXPECT_EQ(std::string(destroy(bodies, over.plus(-1)).error->code()), "shard.too_early");
  expire(over);
  ASSERT_FALSE(destroy(bodies, over).error);
  AuditReport report = audit(province_.data().store());
  EXPECT_TRUE(report.clean()) << findings_text(report);
  EXPECT_EQ(report.unopened, 2u) << "one body, and the signed document it came in";
  EXPECT_EQ(report.destroyed, std::vector<std::string>{"bodies of case_report received in 2022-06"});

  // The policy ends after 80 days; the longest retention later everything may go.
  const UnixSeconds last = kStart.plus((80 + 60) * kDay);
  EXPECT_TRUE(destroy(people, last.plus(-1)).error.has_value());
  province_.data().settle(last);
  EXPECT_EQ(province_.colour(1), Colour::kNone);
  const auto all = destroyable(province_.data().machine().control(), june, last);
  EXPECT_TRUE(std::find(all.begin(), all.end(), people) != all.end());
  ASSERT_FALSE(destroy(people, last).error);
  for (std::uint32_t i = 1; i <= 3; ++i) province_.keys().destroy(province_.resident(i));
  report = audit(province_.data().store());
  EXPECT_TRUE(report.clean()) << findings_text(report);
  const auto replayed = rewritten(province_.data().store(), [](Event&, Sequence) {});
  EXPECT_EQ(state_digest(*replayed).value(), state_digest(province_.data().store()).value());
}

TEST_F(RetentionTest, EndingAStatementBeforeItsTimeIsFound) {
  expire(kStart.plus(60 * kDay));
  const auto early = rewritten(province_.data().store(), [](Event& event, Sequence) {
    if (!event.operations.empty() && std::holds_alternative<ExpireOperation>(event.operations.front()))
      event.time = kStart.plus(kHour);
  });
  const AuditReport report = audit(*early);
  EXPECT_TRUE(std::any_of(report.findings.begin(), report.findings.end(), [](const Finding& finding) {
    return finding.code == "audit.early_retention";
  })) << findings_text(report);
}

}  // namespace
}  // namespace mingma::shard
