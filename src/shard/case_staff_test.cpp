// Who may act in a case, what a holder's code opens, and what happens when the evidence is gone.
#include <algorithm>

#include "shard/audit.h"
#include "shard/case_view.h"
#include "shard/errors.h"
#include "shard/finish.h"
#include "shard/test_cases.h"
#include "shard/test_officers.h"

namespace mingma::shard {
namespace {

using rules::Colour;
using testing::audit_data;
using testing::case_decision;
using testing::case_reply;
using testing::findings_text;
using testing::kDay;
using testing::kHour;
using testing::kStart;
using testing::rewritten;
using testing::TestOfficer;
using testing::TestProvince;

class CaseStaff : public ::testing::Test {
 protected:
  CaseStaff() {
    province_.found();
    EXPECT_FALSE(province_.publish(province_.institution("community-1", InstitutionClass::kCommunity)).error);
    for (std::uint32_t i = 1; i <= 3; ++i) province_.add_resident(i);
    finding_ = province_.contact_finding(1, kStart, "c-1", kStart);
    EXPECT_EQ(province_.submit(finding_, kStart), Outcome::kAccepted);
    ticket_ = *run(OpenCaseCommand{.resident = province_.resident(1)}, kStart.plus(kHour)).ticket;
  }
  CommandResult run(Command command, UnixSeconds now) { return province_.data().run(std::move(command), now); }
  static std::string code(const CommandResult& result) {
    return result.error ? std::string(result.error->code()) : std::string("accepted");
  }
  // An officer who is known to every shard.
  std::unique_ptr<TestOfficer> enrol(const std::string& id, const std::string& role, OfficerKeyKind kind) {
    auto officer = std::make_unique<TestOfficer>(id, role, kind, province_.rng());
    EXPECT_FALSE(province_.publish(officer->enrolment(province_)).error);
    return officer;
  }
  // What the institution would sign, signed by this officer instead.
  CaseContent signed_by(TestOfficer& officer, CaseContent content) {
    content.key_id = officer.key_id();
    content.signature = officer.sign(document_digest(content.type, content.text));
    return content;
  }
  AuditReport audit(const store::Reader& stored) { return audit_data(province_, stored); }

  TestProvince province_;
  Statement finding_;
  Ticket ticket_{};
};

TEST_F(CaseStaff, OnlyAnOfficerWhoActsForTheInstitutionSignsItsReplyAndOnlyOnce) {
  const auto hotline = enrol("cdc-1/agent", "hotline", OfficerKeyKind::kKey);
  const auto stranger = enrol("community-1/zhao", "executing", OfficerKeyKind::kKey);
  const auto clerk = enrol("cdc-1/wang", "executing", OfficerKeyKind::kPasskey);
  const UnixSeconds now = kStart.plus(2 * kHour);
  const CaseContent reply = case_reply(province_, ticket_, finding_, CaseAnswer::kSubstantiated, now);
  EXPECT_EQ(code(run(CaseDocumentCommand{signed_by(*hotline, reply)}, now)), "shard.unknown_key");
  EXPECT_EQ(code(run(CaseDocumentCommand{signed_by(*stranger, reply)}, now)), "shard.unknown_key");
  CaseContent altered = signed_by(*clerk, reply);
  altered.text.replace(altered.text.find("page 3"), 6, "page 4");
  EXPECT_NE(code(run(CaseDocumentCommand{altered}, now)), "accepted");
  EXPECT_EQ(code(run(CaseDocumentCommand{signed_by(*clerk, reply)}, now)), "accepted");
  EXPECT_EQ(code(run(CaseDocumentCommand{signed_by(*clerk, reply)}, now)), "shard.case_step") << "a second reply";
  const CaseContent other = case_reply(province_, ticket_, finding_, CaseAnswer::kNotSubstantiated, now);
  EXPECT_EQ(code(run(CaseDocumentCommand{signed_by(*clerk, other)}, now)), "shard.case_step") << "a change of mind";
  const auto steps = list_case_steps(province_.data().store(), *read_case(province_.data().store(), ticket_).value(),
                                     &province_.keys());
  ASSERT_EQ(steps->size(), 2u);
  EXPECT_EQ(steps->at(1).content->key_id, clerk->key_id());
  const AuditReport report = audit(province_.data().store());
  EXPECT_TRUE(report.clean()) << findings_text(report);
}

TEST_F(CaseStaff, TheCaseGoesOnWhenTheEvidenceItContestsIsPastItsDays) {
  // Substantiated in time, never decided; its days pass, and its key is destroyed.
  const UnixSeconds soon = kStart.plus(2 * kHour);
  ASSERT_EQ(
      code(run(CaseDocumentCommand{case_reply(province_, ticket_, finding_, CaseAnswer::kSubstantiated, soon)}, soon)),
      "accepted");
  const UnixSeconds later = kStart.plus(100 * kDay);
  for (std::int64_t day = 1; day <= 100; ++day) province_.data().settle(kStart.plus(day * kDay));
  EXPECT_EQ(run(ExpireCommand{}, later).expired, 1u);
  const KeysToDestroy keys{KeyScope::kBodies, key_month(kStart), rules::EvidenceKind::kContactFinding};
  ASSERT_EQ(code(run(DestroyKeysCommand{keys}, later)), "accepted");
  province_.keys().destroy(keys);
  EXPECT_EQ(code(run(CaseDocumentCommand{case_reply(province_, ticket_, finding_, CaseAnswer::kSubstantiated, later)},
                     later)),
            "shard.case_step");
  EXPECT_EQ(
      code(run(CaseDocumentCommand{case_decision(province_, ticket_, "corrected", {statement_id(finding_)}, later)},
               later)),
      "accepted");
  EXPECT_NE(province_.colour(1), Colour::kRed);
  const auto evidence = list_evidence(province_.data().store(), province_.resident(1), &province_.keys()).value();
  ASSERT_EQ(evidence.size(), 1u);
  EXPECT_EQ(evidence[0].stored.status, EvidenceStatus::kExpired) << "what is past its days stays so";
  const AuditReport report = audit(province_.data().store());
  EXPECT_TRUE(report.clean()) << findings_text(report);
}

TEST_F(CaseStaff, AHoldersCodeIsGoodForItsMinutesAndAForgedOneIsFound) {
  const UnixSeconds now = kStart.plus(kHour);
  const ResidentKeys keys = province_.keys().resident_keys(province_.resident(1)).value();
  const HolderCode known = holder_code(keys, now);
  const auto look = [&](UnixSeconds at, std::string note) {
    return run(LookUpCommand{province_.resident(1),
                             "community-1",
                             "community-1/zhao",
                             StaffRole::kCommunity,
                             Duty::kAuthorised,
                             {},
                             std::move(note)},
               at);
  };
  EXPECT_EQ(code(look(now, known.digits)), "accepted");
  EXPECT_EQ(look(known.until.plus(-1), known.digits).look_up_flags, 0) << "with the holder's will nothing is unusual";
  EXPECT_EQ(code(look(known.until, known.digits)), "shard.purpose");
  EXPECT_EQ(code(look(now, "")), "shard.purpose");
  EXPECT_EQ(code(look(now, known.digits + "0")), "shard.purpose");
  EXPECT_EQ(code(look(now, "12x45678")), "shard.purpose");
  EXPECT_FALSE(holder_code_fits(province_.keys().resident_keys(province_.resident(2)).value(), now, known.digits))
      << "each holder has their own";
  EXPECT_TRUE(audit(province_.data().store()).clean());
  const auto forged = rewritten(province_.data().store(), [&](Event& event, Sequence sequence) {
    for (Operation& operation : event.operations) {
      auto* op = std::get_if<LookUpOperation>(&operation);
      if (op == nullptr || op->duty != Duty::kAuthorised) continue;
      const std::string made_up = "00000000";
      op->content = look_up_note_tag(keys, as_bytes(made_up));
      op->sealed = crypto::seal(keys.seal, province_.rng(), look_up_key(op->resident, sequence, 0), as_bytes(made_up));
    }
  });
  const AuditReport report = audit(*forged);
  EXPECT_TRUE(std::any_of(report.findings.begin(), report.findings.end(), [](const Finding& finding) {
    return finding.code == "audit.wrong_look_up" && finding.text.starts_with("the holder's code");
  })) << findings_text(report);
}

TEST_F(CaseStaff, AGuardianMustBeOneInForce) {
  const auto open_by = [&](std::string guardian, UnixSeconds now) {
    return run(
        OpenCaseCommand{
            .resident = province_.resident(1), .channel = CaseChannel::kGuardian, .actor = std::move(guardian)},
        now);
  };
  EXPECT_EQ(code(open_by("", kStart.plus(2 * kHour))), "shard.not_guardian");
  EXPECT_EQ(code(open_by(province_.resident(2).to_string(), kStart.plus(2 * kHour))), "shard.not_guardian");
}

TEST_F(CaseStaff, TheOutcomeOfAStepStandsInItsPublicLeafAndNothingElseOfIt) {
  const auto outcome = [](CaseStepKind kind, CaseAnswer answer, CaseEnd end) {
    CaseStep step{.kind = kind, .answer = answer};
    step.end = end;
    return case_outcome(step);
  };
  EXPECT_EQ(outcome(CaseStepKind::kDefaulted, CaseAnswer::kDefaulted, CaseEnd::kOpen), "defaulted");
  EXPECT_EQ(outcome(CaseStepKind::kReplied, CaseAnswer::kNotSubstantiated, CaseEnd::kOpen), "not_substantiated");
  EXPECT_EQ(outcome(CaseStepKind::kDecided, CaseAnswer::kWaiting, CaseEnd::kUpheld), "upheld");
  EXPECT_EQ(outcome(CaseStepKind::kAdded, CaseAnswer::kWaiting, CaseEnd::kOpen), "");
}

}  // namespace
}  // namespace mingma::shard
