// Cases and look-ups through the use cases: one ticket, one decision, and every reader on record.
#include "service/redress.h"

#include "service/audit.h"
#include "service/errors.h"
#include "service/plain_answer.h"
#include "service/redress_json.h"
#include "service/service_test_support.h"
#include "shard/errors.h"

namespace mingma::service {
namespace {

using testing::Disk;
using testing::kCdc;
using testing::kCommunity;
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
  const auto work = province_.wait(province_.api().worklist(cdc, {})).value();
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

TEST_F(RedressTest, AGuardianOpensACaseAndAStrangerDoesNot) {
  std::uint32_t index = 40;
  const auto adult = [&] {
    while (china_date(kNow).days - province_.county.resident(index).person.birth_date->days < 20 * 366) ++index;
    return province_.register_someone(index++);
  };
  const TestProvince::Someone mother = adult(), daughter = adult(), stranger = adult();
  NameGuardian consent;
  consent.dependant = mother.resident;
  consent.self = mother.person;
  consent.guardian = daughter.person;
  consent.relation = "parent";
  consent.until = kNow.plus(30 * kSecondsPerDay);
  ASSERT_TRUE(province_.wait(province_.api().family().name_guardian(std::move(consent))).ok());
  const auto open_by = [&](const ResidentId& guardian) {
    OpenCase request{.resident = mother.resident, .material = "我母亲不在场", .channel = shard::CaseChannel::kGuardian};
    request.guardian = guardian;
    return province_.wait(province_.api().open_case(std::move(request)));
  };
  EXPECT_TRUE(open_by(stranger.resident).error().is(errors::kShardNotGuardian));
  const Result<CaseView> opened = open_by(daughter.resident);
  ASSERT_TRUE(opened.ok()) << opened.error().to_string();
  EXPECT_EQ(opened->channel, shard::CaseChannel::kGuardian);
  EXPECT_EQ(opened->opener.id, "self");
  EXPECT_EQ(opened->steps.at(0).actor, daughter.resident.to_string()) << "which guardian it was stands in the step";
}

TEST_F(RedressTest, StaffOpenACaseOverTheirOwnChannelWithTheConsentThatItHas) {
  const StaffCaller worker{std::string(kCommunity), "COMM-01/zhao", shard::StaffRole::kCommunity};
  const StaffCaller agent{std::string(kCommunity), "COMM-01/li", shard::StaffRole::kHotline};
  const auto open_by = [&](const StaffCaller& staff, shard::CaseChannel channel, shard::CaseConsent consent) {
    OpenCase request{.resident = someone_.resident, .material = "口述", .channel = channel, .consent = consent};
    request.staff = staff;
    return province_.wait(province_.api().open_case(std::move(request)));
  };
  using shard::CaseChannel;
  using shard::CaseConsent;
  EXPECT_TRUE(open_by(agent, CaseChannel::kCommunity, CaseConsent::kSigned).error().is(errors::kForbidden));
  EXPECT_TRUE(open_by(worker, CaseChannel::kHotline, CaseConsent::kSpokenOnPhone).error().is(errors::kForbidden));
  EXPECT_TRUE(open_by(worker, CaseChannel::kCommunity, CaseConsent::kSpokenOnPhone).error().is(errors::kBadRequest));
  const Result<CaseView> opened = open_by(worker, CaseChannel::kCommunity, CaseConsent::kSpokenInPerson);
  ASSERT_TRUE(opened.ok()) << opened.error().to_string();
  EXPECT_EQ(opened->consent, CaseConsent::kSpokenInPerson);
  EXPECT_EQ(opened->opener.id, kCommunity);
  EXPECT_EQ(opened->steps.at(0).actor, "COMM-01/zhao");
}

TEST_F(RedressTest, TheHolderReadsOutACodeAndStaffSeeTheColourAndNothingElse) {
  const StaffCaller clerk{std::string(kCommunity), "COMM-01/sun", shard::StaffRole::kCommunity};
  const auto ask = [&](const std::string& code) {
    LookUpRequest request{.resident = {}, .person = someone_.person, .purpose = {shard::Duty::kAuthorised, {}, code}};
    return province_.wait(province_.api().look_up(clerk, std::move(request)));
  };
  const shard::HolderCode code = province_.wait(province_.api().holder_code(someone_.resident)).value();
  ASSERT_EQ(code.digits.size(), 8u);
  std::string wrong = code.digits;
  wrong[3] = wrong[3] == '9' ? '0' : static_cast<char>(wrong[3] + 1);
  EXPECT_TRUE(ask(wrong).error().is(errors::kShardPurpose));
  EXPECT_TRUE(ask("").error().is(errors::kShardPurpose));
  const LookedUp seen = ask(code.digits.substr(0, 4) + "-" + code.digits.substr(4)).value();
  ASSERT_TRUE(seen.decision.has_value());
  EXPECT_EQ(seen.decision->colour, rules::Colour::kRed);
  EXPECT_FALSE(seen.receipt.has_value());
  EXPECT_TRUE(seen.cases.empty());
  EXPECT_EQ(seen.recorded.flags, 0);
  province_.clock().set(code.until);
  EXPECT_TRUE(ask(code.digits).error().is(errors::kShardPurpose)) << "its time is over";
  const auto mine = province_.wait(province_.api().look_ups_of(someone_.resident)).value();
  ASSERT_EQ(mine.size(), 1u);
  EXPECT_EQ(mine[0].duty, shard::Duty::kAuthorised);
}

TEST_F(RedressTest, TheHotlineReadsWhatTheReceiptSays) {
  const CaseView view = open();
  const StaffCaller hotline{std::string(kCommunity), "COMM-01/li", shard::StaffRole::kHotline};
  LookUpRequest request{.resident = {}, .person = {}, .purpose = {shard::Duty::kCase, view.ticket, {}}};
  const LookedUp found = province_.wait(province_.api().look_up(hotline, std::move(request))).value();
  const Receipt receipt = province_.wait(province_.api().receipt(someone_.resident)).value();
  const Bilingual answer = plain_answer(found);
  EXPECT_NE(answer.zh.find("红码"), std::string::npos) << answer.zh;
  EXPECT_NE(answer.zh.find(receipt.reason.zh), std::string::npos) << answer.zh;
  EXPECT_NE(answer.en.find(receipt.way_out.en), std::string::npos) << answer.en;
  EXPECT_NE(answer.zh.find(shard::ticket_text(view.ticket)), std::string::npos);
  EXPECT_EQ(answer.zh.find("。。"), std::string::npos) << answer.zh;
}

TEST(RedressAcrossRestarts, ADeadlineThatPassesWhileTheServerIsDownIsKeptWhenItIsBack) {
  Disk disk;
  shard::Ticket ticket{};
  ResidentId resident;
  UnixSeconds due{};
  {
    TestProvince province(disk);
    const TestProvince::Someone someone = province.register_someone(1);
    SignedDocument finding =
        province.sign_by(kCdc, "statement", TestProvince::contact_finding(someone, "c-1", kNow.plus(-kHour)));
    ASSERT_TRUE(province.wait(province.api().submit_statement(std::move(finding))).ok());
    OpenCase request{.resident = someone.resident};
    const CaseView view = province.wait(province.api().open_case(std::move(request))).value();
    ticket = view.ticket;
    resident = someone.resident;
    due = view.statements.at(0).answer_by;
  }
  TestProvince province(disk, false);
  province.clock().set(due.plus(3 * kHour));
  province.settle();
  const CaseView after = province.wait(province.api().resident_case(resident, ticket)).value();
  EXPECT_EQ(after.end, shard::CaseEnd::kSuspendedByDefault);
  EXPECT_EQ(after.decision.colour, rules::Colour::kGreen);
  crypto::SystemRng rng;
  const ProvinceAudit audit = audit_province(config_for(disk), rng, {}).value();
  EXPECT_TRUE(audit.clean());
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
