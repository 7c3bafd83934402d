// Corrections that are held, and statements that meet them: each was found by the random histories
// (province_history_test.cpp).
#include <gtest/gtest.h>

#include "shard/test_holds.h"

namespace mingma::shard {
namespace {

using namespace testing;
using rules::Colour;

class HeldCorrections : public ::testing::Test {
 protected:
  HeldCorrections() {
    province_.found();
    for (TestOfficer* officer : {&head_, &finder_}) must(officer->enrolment(province_));
    for (std::uint32_t i = 1; i <= 4; ++i) province_.add_resident(i);
  }
  void must(SignedDocument document) { ASSERT_EQ(code(province_.publish(std::move(document))), ""); }
  static std::string code(const CommandResult& result) { return result.error ? result.error->to_string() : ""; }
  void enforce() {
    must(enforced_policy(province_, "2.0.0", {}));
    province_.data().settle(kStart);
  }
  Statement clearance(std::uint32_t number, std::string record) {
    Statement out{.resident = province_.resident(number),
                  .institution = "cdc-1",
                  .source_record = std::move(record),
                  .signed_at = kStart};
    out.evidence = {.kind = rules::EvidenceKind::kRiskClearance, .at = kStart};
    return out;
  }
  static Statement correction(Statement of, StatementAction action, std::string earlier) {
    of.action = action;
    if (action == StatementAction::kWithdraw) of.evidence = {.kind = of.evidence.kind};
    of.source_record = "w-" + earlier;
    of.earlier_record = std::move(earlier);
    of.reason = "amended";
    return of;
  }
  Outcome submit(StatementsCommand command, UnixSeconds now) {
    return province_.data().run(std::move(command), now).statements.front().outcome;
  }

  TestProvince province_;
  SeededRng rng_{22};
  TestOfficer head_{"cdc-1/head", "approving", OfficerKeyKind::kKey, rng_};
  TestOfficer finder_{"cdc-1/finder", "executing", OfficerKeyKind::kKey, rng_};
};

TEST_F(HeldCorrections, AWithdrawalThatMakesSomebodyWorseTakesEffectWhenItIsApproved) {
  province_.submit(province_.contact_finding(1, kStart.plus(-kDay), "c-1", kStart), kStart);
  province_.submit(clearance(1, "k-1"), kStart);
  ASSERT_EQ(province_.colour(1), Colour::kGreen);
  enforce();
  const Statement withdrawal = correction(clearance(1, ""), StatementAction::kWithdraw, "k-1");
  EXPECT_EQ(submit(officer_statement(province_, withdrawal, finder_), kStart.plus(kHour)), Outcome::kHeld);
  EXPECT_EQ(province_.colour(1), Colour::kGreen);
  province_.data().run(approval(head_, {statement_id(withdrawal)}, kStart.plus(kHour)), kStart.plus(kHour));
  EXPECT_EQ(province_.colour(1), Colour::kRed) << "the clearance no longer counts";
}

TEST_F(HeldCorrections, ACorrectionThatNeverCountedSupersedesNothing) {
  enforce();
  // Somebody was corrected before: only then is it asked what came after its correction.
  province_.submit(province_.test_result(2, rules::TestResult::kNegative, kStart, "s-1", kStart), kStart);
  province_.submit(correction(province_.test_result(2, rules::TestResult::kNegative, kStart, "", kStart),
                              StatementAction::kWithdraw, "s-1"),
                   kStart);
  const Statement replacement =
      correction(province_.contact_finding(2, kStart, "", kStart), StatementAction::kReplace, "c-1");
  const UnixSeconds later = kStart.plus(kHour);
  EXPECT_EQ(submit(officer_statement(province_, replacement, finder_), later), Outcome::kHeld);
  province_.data().settle(kStart.plus(30 * kHour));
  Statement original = province_.contact_finding(2, kStart.plus(-60 * kDay), "c-1", kStart);
  EXPECT_EQ(submit(officer_statement(province_, original, finder_), kStart.plus(31 * kHour)), Outcome::kAccepted)
      << "the correction lapsed";
}

TEST_F(HeldCorrections, WhereSomebodyIsCountsAtOnceWithinOneBatch) {
  must(province_.institution("cdc-2", InstitutionClass::kCdc));
  must(province_.grant("g-2", "cdc-2", {"contact_finding"}, {"4102"}));
  Statement stay{
      .resident = province_.resident(3), .institution = "cdc-1", .source_record = "y-1", .signed_at = kStart};
  stay.evidence = {
      .kind = rules::EvidenceKind::kStay, .area = DivisionCode::parse("410202").value(), .at = kStart.plus(-kDay)};
  Statement finding = province_.contact_finding(3, kStart, "c-1", kStart);
  finding.institution = "cdc-2";
  const std::vector<Command> together{province_.document(stay), province_.document(finding)};
  const auto results = province_.data().run(together, kStart);
  EXPECT_EQ(results[0].statements.front().outcome, Outcome::kAccepted);
  EXPECT_EQ(results[1].statements.front().outcome, Outcome::kAccepted) << "its area is where the resident is now";
}

}  // namespace
}  // namespace mingma::shard
