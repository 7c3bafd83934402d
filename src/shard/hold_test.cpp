// Three hands, holds and brakes; and the audit against those who get around them.
#include "shard/hold.h"

#include <gtest/gtest.h>

#include "shard/audit.h"
#include "shard/test_cases.h"
#include "shard/test_holds.h"

namespace mingma::shard {
namespace {

using namespace testing;
using rules::Colour;
using rules::TestResult;

class Holds : public ::testing::Test {
 protected:
  Holds() {
    province_.found();
    must(province_.institution("cdc-2", InstitutionClass::kCdc));
    for (TestOfficer* officer : {&zhang_, &li_, &wang_, &chief_}) must(officer->enrolment(province_));
    for (std::uint32_t i = 1; i <= 30; ++i) province_.add_resident(i);
  }
  void must(SignedDocument document) {
    const CommandResult result = province_.publish(std::move(document));
    ASSERT_FALSE(result.error) << result.error->to_string();
  }
  void enforce(const Enforced& wanted) {
    must(enforced_policy(province_, "2.0.0", wanted));
    province_.data().settle(kStart);
  }
  Outcome submit(StatementsCommand command, UnixSeconds now = kStart) {
    const CommandResult result = province_.data().run(std::move(command), now);
    EXPECT_FALSE(result.error) << result.error->to_string();
    return result.error ? Outcome::kInvalid : result.statements.front().outcome;
  }
  std::string approve(TestOfficer& officer, const Statement& statement, UnixSeconds now = kStart,
                      bool refuses = false) {
    const CommandResult result = province_.data().run(approval(officer, {statement_id(statement)}, now, refuses), now);
    if (result.error) return std::string(result.error->code());
    return std::string(to_string(result.approvals.front().outcome));
  }
  const Hold* hold_of(const Statement& statement) {
    const HoldBook& holds = province_.data().machine().holds();
    const auto key = holds.find_statement(statement_id(statement));
    return key ? holds.find(*key) : nullptr;
  }
  AuditReport audit(const store::Reader& stored) { return audit_data(province_, stored); }
  static bool has(const AuditReport& report, std::string_view code) {
    return std::any_of(report.findings.begin(), report.findings.end(),
                       [&](const Finding& finding) { return finding.code == code; });
  }
  void expect_clean() {
    const AuditReport report = audit(province_.data().store());
    EXPECT_TRUE(report.clean()) << findings_text(report);
  }
  Statement finding(std::uint32_t number, std::string record, UnixSeconds at = kStart) {
    return province_.contact_finding(number, at, std::move(record), at);
  }
  Statement withdrawal(std::uint32_t number, std::string earlier, UnixSeconds at) {
    Statement out{.resident = province_.resident(number), .institution = "cdc-1", .action = StatementAction::kWithdraw};
    out.evidence = {.kind = rules::EvidenceKind::kContactFinding};
    out.source_record = "w-" + earlier;
    out.earlier_record = std::move(earlier);
    out.reason = "entered_in_error";
    out.signed_at = at;
    return out;
  }

  TestProvince province_;
  SeededRng rng_{21};
  TestOfficer zhang_{"cdc-1/zhang", "executing", OfficerKeyKind::kPasskey, rng_};
  TestOfficer li_{"cdc-1/li", "approving", OfficerKeyKind::kPasskey, rng_};
  TestOfficer wang_{"cdc-2/wang", "approving", OfficerKeyKind::kKey, rng_};
  TestOfficer chief_{"command-1/chief", "ordering", OfficerKeyKind::kPasskey, rng_};
};

TEST_F(Holds, AFindingWaitsForTheApprovingHandAndThenCounts) {
  enforce({});
  const Statement statement = finding(1, "c-1");
  EXPECT_EQ(submit(officer_statement(province_, statement, zhang_)), Outcome::kHeld);
  EXPECT_EQ(province_.colour(1), Colour::kGreen) << "held statements change no colour";
  ASSERT_NE(hold_of(statement), nullptr);
  EXPECT_EQ(hold_of(statement)->judgement.missing, kHandApproved);
  EXPECT_EQ(hold_of(statement)->judgement.reasons, kReasonHands);
  EXPECT_EQ(approve(zhang_, statement), "same_person");
  EXPECT_EQ(approve(li_, statement), "completed");
  EXPECT_EQ(province_.colour(1), Colour::kRed);
  EXPECT_EQ(hold_of(statement), nullptr);
  EXPECT_EQ(approve(wang_, statement), "unknown") << "it is held no longer";
  province_.data().reopen();
  EXPECT_EQ(province_.colour(1), Colour::kRed);
  expect_clean();
}

TEST_F(Holds, APreviewSaysWhatSigningWouldDoAndChangesNothing) {
  enforce({.brakes = {{"signer_worse_per_hour", 1}}});
  ASSERT_EQ(submit(officer_statement(province_, finding(1, "c-1"), zhang_, {&li_})), Outcome::kAccepted);
  StatementsCommand command{.authority = AuthorityKind::kOfficer, .institution = "cdc-1", .key_id = zhang_.key_id()};
  command.lines.push_back({withdrawal(1, "c-1", kStart), 0, {}});
  for (std::uint32_t i = 2; i <= 4; ++i) command.lines.push_back({finding(i, "c-" + std::to_string(i)), i, {}});
  command.lines.push_back({finding(99, "c-99"), 5, {}});
  const Digest before = *state_digest(province_.data().store());
  const auto preview = province_.data().machine().preview(command, kStart);
  ASSERT_TRUE(preview.ok()) << preview.error().to_string();
  EXPECT_EQ(preview->outcomes, (std::vector<Outcome>{Outcome::kAccepted, Outcome::kHeld, Outcome::kHeld, Outcome::kHeld,
                                                     Outcome::kUnknownResident}));
  EXPECT_EQ(preview->worse, 0u);
  EXPECT_EQ(preview->better, 1u);
  EXPECT_EQ(preview->worse_when_approved, 3u);
  EXPECT_EQ(preview->missing.at("approved"), 3u);
  EXPECT_EQ(preview->reasons.at("signer_brake"), 3u);
  EXPECT_EQ(*state_digest(province_.data().store()), before);
  for (std::uint32_t i = 2; i <= 4; ++i)
    EXPECT_EQ(submit(officer_statement(province_, finding(i, "c-" + std::to_string(i)), zhang_)), Outcome::kHeld);
  expect_clean();
}

TEST_F(Holds, AllHandsAtOnceCountAtOnce) {
  enforce({});
  EXPECT_EQ(submit(officer_statement(province_, finding(1, "c-1"), zhang_, {&li_})), Outcome::kAccepted);
  EXPECT_EQ(province_.colour(1), Colour::kRed);
  EXPECT_EQ(submit(province_.document(finding(2, "c-2"))), Outcome::kHeld) << "the institution's key is no hand";
  EXPECT_EQ(hold_of(finding(2, "c-2"))->judgement.missing, kHandApproved | kHandExecuted);
  EXPECT_EQ(approve(li_, finding(2, "c-2")), "noted");
  EXPECT_EQ(approve(zhang_, finding(2, "c-2")), "completed");
  EXPECT_EQ(province_.colour(2), Colour::kRed);
  expect_clean();
}

TEST_F(Holds, ALaboratorysNegativeNeedsOnlyItsOwnKey) {
  enforce({});
  EXPECT_EQ(submit(province_.document(province_.test_result(1, TestResult::kNegative, kStart, "s-1", kStart))),
            Outcome::kAccepted);
  EXPECT_EQ(province_.data().machine().holds().size(), 0u);
  expect_clean();
}

TEST_F(Holds, AnotherInstitutionApprovesWhereThePolicySaysSo) {
  enforce({.other_institution = {"A2"}});
  const Statement statement = finding(1, "c-1");
  EXPECT_EQ(submit(officer_statement(province_, statement, zhang_, {&li_})), Outcome::kHeld);
  EXPECT_EQ(hold_of(statement)->judgement.missing, kHandApproved | kHandOtherBody);
  EXPECT_EQ(approve(chief_, statement), "completed");
  EXPECT_EQ(province_.colour(1), Colour::kRed);
  EXPECT_EQ(submit(officer_statement(province_, finding(2, "c-2"), zhang_, {&wang_})), Outcome::kAccepted);
  expect_clean();
}

TEST_F(Holds, WhatNobodySignsLapsesByTheClock) {
  enforce({});
  const Statement statement = finding(1, "c-1");
  EXPECT_EQ(submit(officer_statement(province_, statement, zhang_)), Outcome::kHeld);
  EXPECT_EQ(province_.data().machine().next_due().value > 0, true);
  province_.data().settle(kStart.plus(24 * kHour - 1));
  EXPECT_NE(hold_of(statement), nullptr);
  EXPECT_TRUE(province_.data().machine().due(kStart.plus(24 * kHour)));
  province_.data().settle(kStart.plus(24 * kHour));
  EXPECT_EQ(hold_of(statement), nullptr);
  EXPECT_EQ(approve(li_, statement, kStart.plus(25 * kHour)), "unknown");
  EXPECT_EQ(province_.colour(1), Colour::kGreen);
  expect_clean();
}

TEST_F(Holds, ARefusedStatementNeverCounts) {
  enforce({});
  const Statement statement = finding(1, "c-1");
  submit(officer_statement(province_, statement, zhang_));
  EXPECT_EQ(approve(zhang_, statement, kStart, true), "not_entitled");
  EXPECT_EQ(approve(li_, statement, kStart, true), "refused");
  EXPECT_EQ(province_.colour(1), Colour::kGreen);
  expect_clean();
}

TEST_F(Holds, AHeldStatementCanBeWithdrawn) {
  enforce({});
  const Statement statement = finding(1, "c-1");
  submit(officer_statement(province_, statement, zhang_));
  EXPECT_EQ(submit(officer_statement(province_, withdrawal(1, "c-1", kStart.plus(1)), zhang_)), Outcome::kAccepted);
  EXPECT_EQ(hold_of(statement), nullptr);
  EXPECT_EQ(approve(li_, statement), "unknown");
  expect_clean();
}

TEST_F(Holds, ARevokedGrantMakesAnApprovalVoid) {
  enforce({});
  const Statement statement = finding(1, "c-1");
  submit(officer_statement(province_, statement, zhang_));
  must(province_.revocation("r-1", "g-cdc", kStart));
  EXPECT_EQ(approve(li_, statement), "not_authorised");
  EXPECT_EQ(province_.colour(1), Colour::kGreen);
  expect_clean();
}

TEST_F(Holds, ARevokedKeySignsAndApprovesNothing) {
  enforce({});
  const Statement statement = finding(1, "c-1");
  submit(officer_statement(province_, statement, zhang_));
  must(province_.sign_by(DocumentType::kOfficerRevocation,
                         officer_revocation("r-1", li_.id(), "", "cdc-1", kStart.plus(-kHour)), "cdc-1"));
  EXPECT_EQ(approve(li_, statement), "shard.unknown_key");
  EXPECT_EQ(province_.data().run(officer_statement(province_, finding(2, "c-2"), li_), kStart).error->code(),
            "shard.unknown_key");
  expect_clean();
}

TEST_F(Holds, ACounterThatGoesBackIsRefused) {
  enforce({});
  zhang_.passkey().counter = 70;
  submit(officer_statement(province_, finding(1, "c-1"), zhang_));
  zhang_.passkey().counter = 60;
  EXPECT_EQ(province_.data().run(officer_statement(province_, finding(2, "c-2"), zhang_), kStart).error->code(),
            "shard.counter_back");
}

TEST_F(Holds, TheSignersBrakeHoldsWhatIsOverTheLimitAndNothingBetter) {
  enforce({.hands = {"executed"}, .brakes = {{"signer_worse_per_hour", 3}}});
  for (std::uint32_t i = 1; i <= 3; ++i) {
    EXPECT_EQ(submit(officer_statement(province_, finding(i, "c-" + std::to_string(i)), zhang_)), Outcome::kAccepted);
  }
  EXPECT_EQ(submit(officer_statement(province_, finding(4, "c-4"), zhang_)), Outcome::kHeld);
  EXPECT_EQ(hold_of(finding(4, "c-4"))->judgement.reasons, kReasonSignerBrake);
  province_.data().reopen();
  EXPECT_EQ(submit(officer_statement(province_, finding(5, "c-5"), zhang_)), Outcome::kHeld) << "after a restart too";
  EXPECT_EQ(submit(officer_statement(province_, withdrawal(1, "c-1", kStart), zhang_)), Outcome::kAccepted);
  EXPECT_EQ(province_.colour(1), Colour::kGreen) << "a better colour never waits";
  EXPECT_EQ(approve(li_, finding(4, "c-4")), "same_institution");
  EXPECT_EQ(approve(wang_, finding(4, "c-4")), "completed");
  EXPECT_EQ(submit(officer_statement(province_, finding(6, "c-6"), zhang_), kStart.plus(kHour)), Outcome::kAccepted)
      << "the next hour";
  expect_clean();
}

TEST_F(Holds, TheDaysBrakeCountsTheHoursBefore) {
  enforce({.hands = {"executed"}, .brakes = {{"institution_worse_per_hour", 2}, {"institution_worse_per_day", 3}}});
  const auto at = [&](std::uint32_t number, UnixSeconds now) {
    return submit(officer_statement(province_, finding(number, "c-" + std::to_string(number), now), zhang_), now);
  };
  EXPECT_EQ(at(1, kStart), Outcome::kAccepted);
  EXPECT_EQ(at(2, kStart), Outcome::kAccepted);
  EXPECT_EQ(at(3, kStart), Outcome::kHeld);
  EXPECT_EQ(at(4, kStart.plus(2 * kHour)), Outcome::kAccepted);
  EXPECT_EQ(at(5, kStart.plus(3 * kHour)), Outcome::kHeld);
  EXPECT_EQ(at(6, kStart.plus(24 * kHour)), Outcome::kAccepted) << "a day later";
  province_.data().settle(kStart.plus(60 * kHour));
  expect_clean();
}

TEST_F(Holds, ABatchOverTheSizeNeedsAnotherBody) {
  enforce({.enforce_hands = false, .brakes = {{"batch_approval_above", 2}}});
  std::vector<Statement> statements;
  for (std::uint32_t i = 1; i <= 5; ++i) statements.push_back(finding(i, "c-" + std::to_string(i)));
  const CommandResult result = province_.data().run(province_.batch(statements, kStart), kStart);
  ASSERT_FALSE(result.error);
  int held = 0;
  for (const StatementResult& one : result.statements) held += one.outcome == Outcome::kHeld;
  EXPECT_EQ(held, 3);
  EXPECT_EQ(hold_of(statements[4])->judgement.reasons, kReasonBatchBrake);
  expect_clean();
}

TEST_F(Holds, ClearedOnceIsNotMadeRedAgainByTheSameInstitution) {
  enforce({.hands = {"executed"}});
  submit(officer_statement(province_, finding(1, "c-1"), zhang_));
  EXPECT_EQ(province_.colour(1), Colour::kRed);
  submit(officer_statement(province_, withdrawal(1, "c-1", kStart.plus(kHour)), zhang_), kStart.plus(kHour));
  EXPECT_EQ(province_.colour(1), Colour::kGreen);
  const UnixSeconds later = kStart.plus(2 * kHour);
  const Statement again = finding(1, "c-9", later);
  EXPECT_EQ(submit(officer_statement(province_, again, zhang_), later), Outcome::kHeld);
  EXPECT_EQ(hold_of(again)->judgement.reasons, kReasonFlipBack);
  EXPECT_EQ(province_.colour(1), Colour::kGreen);
  const UnixSeconds much_later = kStart.plus(15 * kDay);
  province_.data().settle(much_later);
  EXPECT_EQ(submit(officer_statement(province_, finding(1, "c-10", much_later), zhang_), much_later),
            Outcome::kAccepted);
  expect_clean();
}

TEST_F(Holds, WithoutEnforcementThePolicyOnlyStatesItsHands) {
  EXPECT_EQ(submit(officer_statement(province_, finding(1, "c-1"), zhang_)), Outcome::kAccepted);
  EXPECT_EQ(province_.colour(1), Colour::kRed);
  expect_clean();
}

TEST_F(Holds, OfficersOfAnotherInstitutionOrRoleEnterNothing) {
  EXPECT_EQ(province_.data().run(officer_statement(province_, finding(1, "c-1"), wang_), kStart).error->code(),
            "shard.not_authorised");
  TestOfficer hotline("cdc-1/hotline", "hotline", OfficerKeyKind::kKey, rng_);
  must(hotline.enrolment(province_));
  EXPECT_EQ(province_.data().run(officer_statement(province_, finding(1, "c-1"), hotline), kStart).error->code(),
            "shard.not_authorised");
}

class HoldFrauds : public Holds {
 protected:
  HoldFrauds() {
    enforce({.hands = {"executed", "approved"}});
    submit(officer_statement(province_, finding(1, "c-1"), zhang_));
    submit(officer_statement(province_, finding(2, "c-2"), zhang_));
    submit(officer_statement(province_, finding(3, "c-3"), zhang_, {&li_}));
    approve(li_, finding(1, "c-1"));
    approve(li_, finding(2, "c-2"), kStart, true);
    submit(officer_statement(province_, finding(4, "c-4"), zhang_));
    province_.data().settle(kStart.plus(2 * kDay));
  }
  template <typename Change>
  AuditReport planted(Change change) {
    return audit(*rewritten(province_.data().store(), [&](Event& event, Sequence) {
      for (Operation& operation : event.operations) change(operation);
    }));
  }
};

TEST_F(HoldFrauds, ThereIsNoneInAnHonestLog) { expect_clean(); }

TEST_F(HoldFrauds, AHeldStatementCountedAsEffectiveIsFound) {
  bool done = false;
  const AuditReport report = planted([&](Operation& operation) {
    auto* statements = std::get_if<StatementsOperation>(&operation);
    if (statements == nullptr || done || statements->entries.front().outcome != Outcome::kHeld) return;
    statements->entries.front().outcome = Outcome::kAccepted;
    statements->entries.front().judgement.missing = 0;
    statements->entries.front().judgement.reasons = 0;
    statements->entries.front().judgement.lapses = {};
    done = true;
  });
  EXPECT_TRUE(done);
  EXPECT_TRUE(has(report, "audit.not_held")) << findings_text(report);
}

TEST_F(HoldFrauds, AForgedApprovalIsFound) {
  const AuditReport report = planted([](Operation& operation) {
    if (auto* approved = std::get_if<ApprovalOperation>(&operation)) approved->signature.back() ^= 1;
  });
  EXPECT_TRUE(has(report, "audit.bad_approval")) << findings_text(report);
}

TEST_F(HoldFrauds, ARefusalTurnedIntoAnApprovalIsFound) {
  const AuditReport report = planted([](Operation& operation) {
    auto* approved = std::get_if<ApprovalOperation>(&operation);
    if (approved == nullptr || approved->entries.front().outcome != ApprovalOutcome::kRefused) return;
    approved->entries.front().outcome = ApprovalOutcome::kCompleted;
    approved->entries.front().hand = kHandApproved;
  });
  EXPECT_TRUE(has(report, "audit.bad_approval")) << findings_text(report);
}

TEST_F(HoldFrauds, AnApprovalOfSomethingElseIsFound) {
  const StatementId other = statement_id(finding(4, "c-4"));
  const ResidentId resident = province_.resident(4);
  const AuditReport report = planted([&](Operation& operation) {
    auto* approved = std::get_if<ApprovalOperation>(&operation);
    if (approved == nullptr) return;
    approved->entries.front().id = other;
    approved->entries.front().resident = resident;
  });
  EXPECT_FALSE(report.clean());
}

TEST_F(HoldFrauds, AMissingSignatureIsFound) {
  const AuditReport report = planted([](Operation& operation) {
    if (auto* statements = std::get_if<StatementsOperation>(&operation)) statements->sealed_authority.clear();
  });
  EXPECT_TRUE(has(report, "audit.bad_authority")) << findings_text(report);
}

TEST_F(HoldFrauds, ARewoundCounterIsFound) {
  const AuditReport report = planted([](Operation& operation) {
    auto* statements = std::get_if<StatementsOperation>(&operation);
    if (statements != nullptr && !statements->officers.empty()) statements->officers.front().counter = 1;
  });
  EXPECT_TRUE(has(report, "audit.counter_back")) << findings_text(report);
  EXPECT_TRUE(has(report, "audit.bad_authority")) << findings_text(report);
}

TEST_F(HoldFrauds, AnOfficerPutInAnothersPlaceIsFound) {
  const std::string other = li_.key_id();
  const AuditReport report = planted([&](Operation& operation) {
    auto* statements = std::get_if<StatementsOperation>(&operation);
    if (statements == nullptr || statements->authority != AuthorityKind::kOfficer) return;
    statements->key_id = other;
    statements->officers.front().key_id = other;
  });
  EXPECT_TRUE(has(report, "audit.bad_authority")) << findings_text(report);
}

TEST_F(HoldFrauds, ABrakeResetInTheTableIsFound) {
  store::Batch batch;
  ASSERT_TRUE(province_.data()
                  .store()
                  .scan(kBrakesTable, {},
                        [&](ByteView key, ByteView) -> Result<void> {
                          batch.erase(kBrakesTable, key);
                          return {};
                        })
                  .ok());
  ASSERT_TRUE(province_.data().store().write(batch, store::Durability::kSynced).ok());
  EXPECT_TRUE(has(audit(province_.data().store()), "audit.table_differs"));
}

TEST_F(HoldFrauds, AHoldErasedFromTheTableIsFound) {
  store::Batch batch;
  batch.erase(kHoldsTable, evidence_key(province_.resident(1), statement_id(finding(1, "c-1"))));
  ASSERT_TRUE(province_.data().store().write(batch, store::Durability::kSynced).ok());
  EXPECT_TRUE(has(audit(province_.data().store()), "audit.table_differs"));
}

TEST(HoldImages, AreReadAsTheyWereWritten) {
  const Hold hold{.id = {},
                  .institution = {3},
                  .kind = rules::EvidenceKind::kContactFinding,
                  .judgement = {true, false, kHandApproved, kReasonHands, 1, PolicyNumber{2}, kStart},
                  .since = kStart,
                  .given = {{kHandExecuted, "0123456789abcdef", kStart}}};
  Bytes image;
  encode_hold(hold, image);
  EXPECT_EQ(decode_hold(image).value(), hold);
  for (std::size_t size = 0; size < image.size(); ++size) EXPECT_FALSE(decode_hold(ByteView(image).first(size)).ok());
}

}  // namespace
}  // namespace mingma::shard
