// Cases and look-ups through the use cases: one ticket, one decision, and every reader on record.
#include "service/redress.h"

#include "service/audit.h"
#include "service/errors.h"
#include "service/redress_json.h"
#include "service/service_test_support.h"
#include "shard/errors.h"

namespace mingma::service {
namespace {

using testing::Disk;
using testing::kCdc;
using testing::kNow;
using testing::TestProvince;

constexpr std::int64_t kHour = 3'600;

class RedressTest : public ::testing::Test {
 protected:
  RedressTest() : province_(disk_), someone_(province_.register_someone(1)) {
    SignedDocument finding =
        province_.sign_by(kCdc, "statement", TestProvince::contact_finding(someone_, "c-1", kNow.plus(-kHour)));
    EXPECT_TRUE(province_.wait(province_.api().submit_statement(std::move(finding))).ok());
  }
  CaseView open() {
    OpenCase request{.resident = someone_.resident, .material = "我没有去过那里 / I was not there"};
    return province_.wait(province_.api().open_case(std::move(request))).value();
  }

  Disk disk_;
  TestProvince province_;
  TestProvince::Someone someone_;
};

TEST_F(RedressTest, TheCasePageAndTheReceiptReadTheSameDecision) {
  const CaseView view = open();
  const Receipt receipt = province_.wait(province_.api().receipt(someone_.resident)).value();
  EXPECT_EQ(view.decision.version, receipt.decision.version);
  EXPECT_EQ(view.decision.colour, rules::Colour::kRed);
  EXPECT_EQ(view.decision.leaf, receipt.decision.leaf);
  ASSERT_EQ(view.statements.size(), 1u);
  EXPECT_EQ(view.statements[0].source_record, "c-1");
  EXPECT_EQ(view.statements[0].institution.id, kCdc);
  EXPECT_EQ(view.steps.at(0).text, "我没有去过那里 / I was not there");
  EXPECT_EQ(view.actions, (std::vector<std::string>{"add", "withdraw"}));
  EXPECT_EQ(open().ticket, view.ticket) << "the same decision has one ticket";
  const auto mine = province_.wait(province_.api().list_cases(someone_.resident)).value();
  ASSERT_EQ(mine.size(), 1u);
  EXPECT_FALSE(to_json(mine[0]).to_string().empty());
  const TestProvince::Someone other = province_.register_someone(2);
  EXPECT_TRUE(
      province_.wait(province_.api().resident_case(other.resident, view.ticket)).error().is(errors::kShardUnknownCase));
}

TEST_F(RedressTest, TheInstitutionSeesWhatWaitsForItAndSilenceSuspendsTheStatement) {
  const CaseView view = open();
  const StaffCaller cdc{std::string(kCdc), "key", shard::StaffRole::kInstitution};
  const auto work = province_.wait(province_.api().worklist(cdc)).value();
  ASSERT_EQ(work.size(), 1u);
  EXPECT_EQ(work[0].ticket, view.ticket);
  EXPECT_EQ(work[0].actions, std::vector<std::string>{"reply"});
  ASSERT_EQ(work[0].asked.size(), 1u);
  EXPECT_EQ(work[0].asked[0].source_record, "c-1");
  const std::int64_t left = work[0].remaining_seconds;
  EXPECT_GT(left, 0);
  const CaseView theirs = province_.wait(province_.api().read_case(cdc, view.ticket)).value();
  EXPECT_EQ(theirs.decision.version, 0u) << "what the resident's colour is now is not the institution's business";
  EXPECT_TRUE(theirs.steps.empty());

  province_.clock().set(kNow.plus(left));
  province_.settle();
  const CaseView after = province_.wait(province_.api().resident_case(someone_.resident, view.ticket)).value();
  EXPECT_EQ(after.end, shard::CaseEnd::kSuspendedByDefault);
  EXPECT_EQ(after.decision.colour, rules::Colour::kGreen);
  EXPECT_EQ(after.statements[0].status, "suspended");
}

TEST_F(RedressTest, EveryLookUpIsOnTheResidentsPage) {
  const CaseView view = open();
  const StaffCaller hotline{std::string(kCdc), "CDC-01/wang", shard::StaffRole::kHotline};
  LookUpRequest request{.resident = {}, .person = someone_.person, .purpose = {shard::Duty::kCaller, {}, "来电"}};
  const LookedUp seen = province_.wait(province_.api().look_up(hotline, std::move(request))).value();
  EXPECT_EQ(seen.name, someone_.person.name);
  ASSERT_TRUE(seen.receipt.has_value());
  EXPECT_FALSE(seen.receipt->leaf.has_value()) << "the secrets of the proof are the resident's own";
  EXPECT_EQ(seen.cases.size(), 1u);
  LookUpRequest curious{.resident = someone_.resident, .person = {}, .purpose = {shard::Duty::kMandate, {}, "?"}};
  EXPECT_TRUE(province_.wait(province_.api().look_up(hotline, std::move(curious))).error().is(errors::kShardPurpose));
  const auto mine = province_.wait(province_.api().look_ups_of(someone_.resident)).value();
  ASSERT_EQ(mine.size(), 1u);
  EXPECT_EQ(mine[0].actor, "CDC-01/wang");
  EXPECT_EQ(mine[0].note, "来电");
  EXPECT_NE(mine[0].flags & shard::kLookUpNoCase, 0);
}

TEST_F(RedressTest, RetentionEndsEvidenceDestroysKeysAndRunsAgainWithoutEffect) {
  EXPECT_TRUE(province_.wait(province_.api().due_for_destruction()).value().empty());
  province_.clock().set(kNow.plus(std::int64_t{500} * 24 * kHour));
  province_.settle();
  const RetentionDone done = province_.wait(province_.api().run_retention({})).value();
  EXPECT_EQ(done.expired, 1u);
  EXPECT_FALSE(done.destroyed.empty());
  const RetentionDone again = province_.wait(province_.api().run_retention({})).value();
  EXPECT_EQ(again.expired, 0u);
  EXPECT_TRUE(again.destroyed.empty());
  const Receipt receipt = province_.wait(province_.api().receipt(someone_.resident)).value();
  EXPECT_EQ(receipt.decision.colour, rules::Colour::kNone);
}

}  // namespace
}  // namespace mingma::service
