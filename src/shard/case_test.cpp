// Cases and look-ups: who is asked, what the clock does, who may end it, and what the audit finds.
#include "shard/case.h"

#include "shard/audit.h"
#include "shard/errors.h"
#include "shard/test_cases.h"
#include "shard/view.h"

namespace mingma::shard {
namespace {

using rules::Colour;
using rules::TestResult;
using testing::audit_data;
using testing::case_decision;
using testing::case_reply;
using testing::findings_text;
using testing::kDay;
using testing::kHour;
using testing::kStart;
using testing::rewritten;
using testing::TestProvince;

class Cases : public ::testing::Test {
 protected:
  Cases() {
    province_.found();
    EXPECT_FALSE(province_.publish(province_.institution("community-1", InstitutionClass::kCommunity)).error);
    EXPECT_FALSE(province_.publish(province_.institution("hotline-2", InstitutionClass::kCommunity, "4102")).error);
    for (std::uint32_t i = 1; i <= 5; ++i) province_.add_resident(i);
    finding_ = province_.contact_finding(1, kStart, "c-1", kStart);
    EXPECT_EQ(province_.submit(finding_, kStart), Outcome::kAccepted);
    EXPECT_EQ(province_.submit(province_.test_result(1, TestResult::kNegative, kStart, "s-1", kStart), kStart),
              Outcome::kAccepted);
    EXPECT_EQ(province_.colour(1), Colour::kRed);
  }

  CommandResult run(Command command, UnixSeconds now) { return province_.data().run(std::move(command), now); }
  CommandResult open(UnixSeconds now, std::uint32_t number = 1) {
    return run(OpenCaseCommand{.resident = province_.resident(number), .material = "I was in Xinyang."}, now);
  }
  CommandResult send(CaseContent document, UnixSeconds now) {
    return run(CaseDocumentCommand{std::move(document)}, now);
  }
  CommandResult act(Ticket ticket, CaseStepKind kind, InstitutionId institution, UnixSeconds now) {
    return run(CaseStepCommand{.ticket = ticket, .kind = kind, .institution = std::move(institution)}, now);
  }
  Case read(Ticket ticket) {
    return decode_case(*province_.data().store().get(kCasesTable, case_key(ticket)).value()).value();
  }
  CaseAnswer answer(Ticket ticket) { return read(ticket).statements.at(0).answer; }
  static std::string code(const CommandResult& result) {
    return result.error ? std::string(result.error->code()) : std::string("accepted");
  }
  AuditReport audit(const store::Reader& stored, AuditOptions options = {.shard = ShardId{1}}) {
    return audit_data(province_, stored, std::move(options));
  }
  AuditReport audit() { return audit(province_.data().store()); }
  static bool has(const AuditReport& report, std::string_view wanted) {
    for (const Finding& finding : report.findings) {
      if (finding.code == wanted) return true;
    }
    return false;
  }

  TestProvince province_;
  Statement finding_;
};

TEST(Ticket, EveryDigitHeardWrongIsNoticed) {
  const Ticket ticket = make_ticket(ShardId{3}, 4'711);
  const std::string text = ticket_text(ticket);
  EXPECT_EQ(parse_ticket(text), ticket);
  EXPECT_EQ(ticket_shard(ticket), ShardId{3});
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '-') continue;
    for (char digit = '0'; digit <= '9'; ++digit) {
      std::string wrong = text;
      wrong[i] = digit;
      EXPECT_EQ(parse_ticket(wrong).has_value(), digit == text[i]) << wrong;
    }
  }
  EXPECT_FALSE(parse_ticket("").has_value());
  EXPECT_FALSE(parse_ticket("12").has_value());
  EXPECT_FALSE(parse_ticket("0004-824-0671-and-more").has_value());
  EXPECT_FALSE(parse_ticket("99999999999999999999999999").has_value());
}

TEST_F(Cases, OpeningNamesWhatDecidesAndNobodyElse) {
  const CommandResult opened = open(kStart.plus(kHour));
  ASSERT_FALSE(opened.error) << opened.error->to_string();
  ASSERT_TRUE(opened.ticket && opened.leaf);
  const Case subject = read(*opened.ticket);
  ASSERT_EQ(subject.statements.size(), 1u) << "a negative test decides nothing against its holder";
  EXPECT_EQ(subject.statements[0].id, statement_id(finding_));
  EXPECT_EQ(subject.deadline(CaseDeadline::kSubstantiate), kStart.plus(13 * kHour));
  EXPECT_EQ(province_.data().machine().next_due(), kStart.plus(3 * kHour)) << "the clock knows of it";
  EXPECT_EQ(province_.colour(1), Colour::kRed) << "contesting changes no colour";
  EXPECT_TRUE(audit().clean()) << findings_text(audit());
}

TEST_F(Cases, TheSameDecisionHasOneTicketWhoeverContestsIt) {
  const Ticket ticket = *open(kStart.plus(kHour)).ticket;
  const CommandResult again = run(OpenCaseCommand{.resident = province_.resident(1),
                                                  .channel = CaseChannel::kCommunity,
                                                  .consent = CaseConsent::kSpokenInPerson,
                                                  .institution = "community-1",
                                                  .actor = "community-1/li"},
                                  kStart.plus(kHour));
  EXPECT_EQ(again.ticket, ticket);
  EXPECT_TRUE(again.existed);
  EXPECT_EQ(code(run(OpenCaseCommand{.resident = province_.resident(2),
                                     .channel = CaseChannel::kCommunity,
                                     .institution = "community-1"},
                     kStart.plus(kHour))),
            "shard.case_step")
      << "how the resident agreed must be recorded";
  EXPECT_EQ(code(run(OpenCaseCommand{.resident = province_.resident(2),
                                     .channel = CaseChannel::kHotline,
                                     .consent = CaseConsent::kSpokenOnPhone,
                                     .institution = "operator-1"},
                     kStart.plus(kHour))),
            "shard.not_authorised");
}

TEST_F(Cases, WhatNobodySubstantiatesIsSuspendedAtTheDeadlineByTheShardsOwnClock) {
  const Ticket ticket = *open(kStart.plus(kHour)).ticket;
  province_.data().settle(kStart.plus(13 * kHour - 1));
  EXPECT_EQ(province_.colour(1), Colour::kRed);
  EXPECT_EQ(answer(ticket), CaseAnswer::kWaiting);
  province_.data().settle(kStart.plus(13 * kHour));
  EXPECT_EQ(province_.colour(1), Colour::kGreen);
  const Case subject = read(ticket);
  EXPECT_EQ(subject.end, CaseEnd::kSuspendedByDefault);
  EXPECT_EQ(subject.statements[0].answer, CaseAnswer::kDefaulted);
  EXPECT_TRUE(subject.has_missed(CaseDeadline::kAccept));
  const auto version = list_decisions(province_.data().store(), province_.resident(1), 0, 1).value().front();
  EXPECT_EQ(version.record.cause, DecisionCause::kCase);
  const auto report = audit();
  EXPECT_TRUE(report.clean()) << findings_text(report);
  EXPECT_EQ(report.case_steps, 3u);

  // The same statement sent again says nothing new.
  EXPECT_EQ(province_.submit(finding_, kStart.plus(14 * kHour)), Outcome::kDuplicate);
  EXPECT_EQ(province_.colour(1), Colour::kGreen);
}

TEST_F(Cases, ASubstantiatedStatementCountsUntilAnotherBodyDecidesAndThenWhatItDecides) {
  const Ticket ticket = *open(kStart.plus(kHour)).ticket;
  const UnixSeconds later = kStart.plus(2 * kHour);
  EXPECT_EQ(code(send(case_decision(province_, ticket, "upheld", {}, later), later)), "shard.case_step")
      << "the institution has not been heard";
  ASSERT_EQ(code(send(case_reply(province_, ticket, finding_, CaseAnswer::kSubstantiated, later), later)), "accepted");
  EXPECT_EQ(code(send(case_reply(province_, ticket, finding_, CaseAnswer::kNotSubstantiated, later), later)),
            "shard.case_step")
      << "who has answered has answered";
  province_.data().settle(kStart.plus(20 * kHour));
  EXPECT_EQ(province_.colour(1), Colour::kRed);
  const UnixSeconds end = kStart.plus(21 * kHour);
  EXPECT_EQ(code(send(case_decision(province_, ticket, "corrected", {}, end), end)), "shard.case_step");
  EXPECT_EQ(code(send(case_decision(province_, ticket, "upheld", {}, end, "lab-1"), end)), "shard.not_authorised");
  EXPECT_EQ(code(send(case_decision(province_, ticket, "upheld", {}, end, "cdc-1"), end)), "shard.not_authorised");
  ASSERT_EQ(code(send(case_decision(province_, ticket, "upheld", {}, end), end)), "accepted");
  EXPECT_EQ(read(ticket).end, CaseEnd::kUpheld);
  EXPECT_EQ(read(ticket).told_at, end);
  EXPECT_EQ(province_.data().machine().rows().size(), 5u);

  // Contested again, the institution need not show it again, and a reviewer can overrule it.
  const Ticket second = *open(end).ticket;
  EXPECT_NE(second, ticket);
  EXPECT_EQ(answer(second), CaseAnswer::kSubstantiated);
  ASSERT_EQ(code(send(case_decision(province_, second, "corrected", {statement_id(finding_)}, end), end)), "accepted");
  EXPECT_EQ(province_.colour(1), Colour::kGreen);
  EXPECT_TRUE(audit().clean()) << findings_text(audit());
}

TEST_F(Cases, AReplyMustSayWhatTheStatementSays) {
  const Ticket ticket = *open(kStart.plus(kHour)).ticket;
  const UnixSeconds later = kStart.plus(2 * kHour);
  Statement other = finding_;
  other.source_record = "c-2";
  CaseContent reply = case_reply(province_, ticket, other, CaseAnswer::kSubstantiated, later);
  const std::string wrong = hex_encode(statement_id(other));
  reply.text.replace(reply.text.find(wrong), wrong.size(), hex_encode(statement_id(finding_)));
  reply.signature = province_.find("cdc-1").key->sign(document_digest(reply.type, reply.text));
  EXPECT_EQ(code(send(reply, later)), "shard.not_substantiated") << "another record number";
  reply = case_reply(province_, ticket, finding_, CaseAnswer::kSubstantiated, later);
  reply.signature = province_.find("lab-1").key->sign(document_digest(reply.type, reply.text));
  EXPECT_EQ(code(send(reply, later)), "shard.bad_signature");
  reply.key_id = province_.find("lab-1").key->verifying_key().key_id();
  EXPECT_EQ(code(send(reply, later)), "shard.unknown_key");
  EXPECT_EQ(
      code(send(case_reply(province_, {ticket.value + 1'024}, finding_, CaseAnswer::kSubstantiated, later), later)),
      "shard.unknown_case");
  EXPECT_EQ(answer(ticket), CaseAnswer::kWaiting);
}

TEST_F(Cases, AnInstitutionThatCannotShowItsRecordEndsTheMatter) {
  const Ticket ticket = *open(kStart.plus(kHour)).ticket;
  const UnixSeconds later = kStart.plus(2 * kHour);
  ASSERT_EQ(code(send(case_reply(province_, ticket, finding_, CaseAnswer::kNotSubstantiated, later), later)),
            "accepted");
  EXPECT_EQ(province_.colour(1), Colour::kGreen);
  EXPECT_EQ(read(ticket).end, CaseEnd::kCorrected);
}

TEST_F(Cases, AReplyAfterTheDeadlineChangesNothingUntilAnotherBodyReinstatesTheStatement) {
  const Ticket ticket = *open(kStart.plus(kHour)).ticket;
  // In one batch with the tick that is due: the deadline comes first.
  const UnixSeconds late = kStart.plus(13 * kHour);
  ASSERT_EQ(code(send(case_reply(province_, ticket, finding_, CaseAnswer::kSubstantiated, late), late)), "accepted");
  EXPECT_EQ(answer(ticket), CaseAnswer::kLate);
  EXPECT_EQ(read(ticket).end, CaseEnd::kSuspendedByDefault);
  EXPECT_EQ(province_.colour(1), Colour::kGreen);
  const std::vector<StatementId> ids{statement_id(finding_)};
  EXPECT_EQ(code(send(case_decision(province_, ticket, "reinstated", ids, late, "cdc-1"), late)),
            "shard.not_authorised");
  ASSERT_EQ(code(send(case_decision(province_, ticket, "reinstated", ids, late), late)), "accepted");
  EXPECT_EQ(province_.colour(1), Colour::kRed);
  EXPECT_EQ(code(send(case_decision(province_, ticket, "reinstated", ids, late), late)), "shard.case_step");
  EXPECT_TRUE(audit().clean()) << findings_text(audit());
}

TEST_F(Cases, ACorrectionIsAnAnswer) {
  const Ticket ticket = *open(kStart.plus(kHour)).ticket;
  const UnixSeconds later = kStart.plus(2 * kHour);
  EXPECT_EQ(code(send(case_reply(province_, ticket, finding_, CaseAnswer::kCorrected, later), later)),
            "shard.case_step")
      << "the statement counts still";
  Statement withdrawal{.resident = province_.resident(1),
                       .institution = "cdc-1",
                       .action = StatementAction::kWithdraw,
                       .evidence = {.kind = rules::EvidenceKind::kContactFinding},
                       .source_record = "w-1",
                       .earlier_record = "c-1",
                       .reason = "appeal",
                       .signed_at = later};
  ASSERT_EQ(province_.submit(withdrawal, later), Outcome::kAccepted);
  EXPECT_EQ(province_.colour(1), Colour::kGreen);
  EXPECT_TRUE(read(ticket).open());
  province_.data().settle(kStart.plus(13 * kHour));
  EXPECT_EQ(answer(ticket), CaseAnswer::kCorrected) << "the clock sees that there is nothing left to substantiate";
  EXPECT_EQ(read(ticket).end, CaseEnd::kCorrected);
  EXPECT_TRUE(audit().clean()) << findings_text(audit());
}

TEST_F(Cases, StaffWhoMissADeadlineAreRecordedAndTheCaseStaysOpen) {
  const Ticket ticket = *run(OpenCaseCommand{.resident = province_.resident(1),
                                             .channel = CaseChannel::kHotline,
                                             .consent = CaseConsent::kSpokenOnPhone,
                                             .institution = "community-1"},
                             kStart.plus(kHour))
                             .ticket;
  const UnixSeconds later = kStart.plus(2 * kHour);
  ASSERT_EQ(code(act(ticket, CaseStepKind::kAccepted, "command-1", later)), "accepted");
  ASSERT_EQ(code(send(case_reply(province_, ticket, finding_, CaseAnswer::kSubstantiated, later), later)), "accepted");
  province_.data().settle(kStart.plus(30 * kHour));
  EXPECT_FALSE(read(ticket).has_missed(CaseDeadline::kAccept));
  EXPECT_TRUE(read(ticket).has_missed(CaseDeadline::kDecide));
  EXPECT_TRUE(read(ticket).open());
  const UnixSeconds end = kStart.plus(31 * kHour);
  ASSERT_EQ(code(send(case_decision(province_, ticket, "upheld", {}, end), end)), "accepted");
  EXPECT_EQ(read(ticket).told_at, UnixSeconds{}) << "a caller without a phone page must be told";
  EXPECT_EQ(code(act(ticket, CaseStepKind::kTold, "hotline-2", end)), "shard.not_authorised") << "another city";
  ASSERT_EQ(code(act(ticket, CaseStepKind::kTold, "community-1", end)), "accepted");
  EXPECT_EQ(province_.data().machine().next_due() > kStart.plus(2 * kDay), true);
  EXPECT_TRUE(audit().clean()) << findings_text(audit());
}

TEST_F(Cases, TheClockGoesOnWhenTheResidentsKeyIsDestroyed) {
  const Ticket ticket = *open(kStart.plus(kHour)).ticket;
  province_.keys().destroy(province_.resident(1));
  province_.data().settle(kStart.plus(13 * kHour));
  EXPECT_EQ(read(ticket).end, CaseEnd::kSuspendedByDefault);
  const AuditReport report = audit();
  EXPECT_TRUE(report.clean()) << findings_text(report);
  EXPECT_GT(report.unopened, 0u);
}

TEST_F(Cases, ALookUpHasAPurposeAndWhatIsUnusualIsFlagged) {
  const Ticket ticket = *open(kStart.plus(kHour)).ticket;
  const auto look = [&](std::uint32_t number, InstitutionId institution, StaffRole role, Duty duty, Ticket with = {},
                        std::string note = {}) {
    return run(
        LookUpCommand{province_.resident(number), std::move(institution), "someone", role, duty, with, std::move(note)},
        kStart.plus(2 * kHour));
  };
  EXPECT_EQ(look(1, "command-1", StaffRole::kCase, Duty::kCase, ticket).look_up_flags, 0);
  EXPECT_EQ(look(1, "community-1", StaffRole::kHotline, Duty::kCaller).look_up_flags, kLookUpNoCase);
  EXPECT_EQ(look(1, "hotline-2", StaffRole::kHotline, Duty::kCaller).look_up_flags, kLookUpNoCase | kLookUpOutsideArea);
  EXPECT_EQ(code(look(2, "command-1", StaffRole::kCase, Duty::kCase, ticket)), "shard.unknown_case");
  EXPECT_EQ(code(look(1, "command-1", StaffRole::kCase, Duty::kCaller)), "shard.purpose");
  EXPECT_EQ(code(look(1, "command-1", StaffRole::kAuditor, Duty::kMandate)), "shard.purpose") << "names no document";
  EXPECT_FALSE(look(1, "command-1", StaffRole::kAuditor, Duty::kMandate, {}, "no. 17").error);
  CommandResult last;
  for (std::uint32_t i = 0; i < kLookUpsUsualPerDay; ++i)
    last = look(2, "community-1", StaffRole::kHotline, Duty::kCaller);
  EXPECT_EQ(last.look_up_flags, kLookUpNoCase | kLookUpMany);
  const AuditReport report = audit();
  EXPECT_TRUE(report.clean()) << findings_text(report);
  EXPECT_EQ(report.look_ups, 4u + kLookUpsUsualPerDay);
}

// ---- frauds

template <typename T>
T* find_operation(Event& event) {
  for (Operation& operation : event.operations) {
    if (T* found = std::get_if<T>(&operation)) return found;
  }
  return nullptr;
}

TEST_F(Cases, AMovedDeadlineIsFound) {
  open(kStart.plus(kHour));
  province_.data().settle(kStart.plus(13 * kHour));
  const auto forged = rewritten(province_.data().store(), [](Event& event, Sequence) {
    if (auto* op = find_operation<CaseOpenOperation>(event)) op->deadlines[1] = op->deadlines[1].plus(kDay);
  });
  EXPECT_TRUE(has(audit(*forged), "audit.moved_deadline")) << findings_text(audit(*forged));
  // The clock held back: the step that suspends is left out, with all that follows from it.
  const auto held = rewritten(province_.data().store(), [](Event& event, Sequence) {
    std::erase_if(event.operations, [](const Operation& op) {
      const auto* step = std::get_if<CaseStepOperation>(&op);
      return step != nullptr && step->step.kind == CaseStepKind::kDefaulted;
    });
    if (event.leaves.size() == 2) event.leaves.clear(), event.decisions.clear();
  });
  EXPECT_FALSE(audit(*held).clean());
}

TEST_F(Cases, AForgedReplyIsFound) {
  const Ticket ticket = *open(kStart.plus(kHour)).ticket;
  const UnixSeconds later = kStart.plus(2 * kHour);
  ASSERT_EQ(code(send(case_reply(province_, ticket, finding_, CaseAnswer::kNotSubstantiated, later), later)),
            "accepted");
  const auto keys = province_.keys().resident_keys(province_.resident(1)).value();
  const auto forged = rewritten(province_.data().store(), [&](Event& event, Sequence) {
    auto* op = find_operation<CaseStepOperation>(event);
    if (op == nullptr || op->step.kind != CaseStepKind::kReplied) return;
    CaseContent content = case_reply(province_, ticket, finding_, CaseAnswer::kNotSubstantiated, later);
    content.signature[5] ^= 1;
    const Bytes plain = encode_case_content(content);
    op->content = case_content_tag(keys, plain);
    op->sealed = crypto::seal(keys.seal, province_.rng(), case_step_key(ticket, 2), plain);
  });
  EXPECT_TRUE(has(audit(*forged), "audit.forged_case_document")) << findings_text(audit(*forged));
  const auto exchanged = rewritten(province_.data().store(), [&](Event& event, Sequence) {
    auto* op = find_operation<CaseStepOperation>(event);
    if (op != nullptr && op->step.kind == CaseStepKind::kReplied) op->sealed[20] ^= 1;
  });
  EXPECT_TRUE(has(audit(*exchanged), "audit.altered_case")) << findings_text(audit(*exchanged));
}

TEST_F(Cases, ASuspendedStatementThatCountsIsFound) {
  open(kStart.plus(kHour));
  province_.data().settle(kStart.plus(13 * kHour));
  const auto forged = rewritten(province_.data().store(), [](Event& event, Sequence) {
    for (DecisionEntry& entry : event.decisions) {
      if (!entry.record.empty() && entry.decision.colour == Colour::kGreen && event.time == kStart.plus(13 * kHour))
        entry.decision.colour = Colour::kRed;
    }
  });
  EXPECT_TRUE(has(audit(*forged), "audit.unexplained_decision")) << findings_text(audit(*forged));
  // Straight in the table.
  const auto touched = rewritten(province_.data().store(), [](Event&, Sequence) {});
  const auto key = evidence_key(province_.resident(1), statement_id(finding_));
  StoredEvidence stored = decode_stored_evidence(*touched->get(kEvidenceTable, key).value()).value();
  EXPECT_EQ(stored.status, EvidenceStatus::kSuspended);
  stored.status = EvidenceStatus::kEffective;
  Bytes image;
  encode_stored_evidence(stored, image);
  store::Batch batch;
  batch.put(kEvidenceTable, key, image);
  ASSERT_TRUE(touched->write(batch, store::Durability::kSynced).ok());
  EXPECT_TRUE(has(audit(*touched), "audit.table_differs"));
}

TEST_F(Cases, ADeletedLookUpIsFoundByTheCheckpointAndInTheTable) {
  run(
      LookUpCommand{
          province_.resident(1), "community-1", "someone", StaffRole::kHotline, Duty::kCaller, {}, "neighbour"},
      kStart.plus(kHour));
  AuditOptions options{.shard = ShardId{1}};
  options.checkpoints.push_back(province_.data().machine().ledger().head());
  EXPECT_TRUE(audit(province_.data().store(), options).clean());
  const auto forged = rewritten(province_.data().store(), [](Event& event, Sequence) {
    if (find_operation<LookUpOperation>(event) == nullptr) return;
    event.operations.clear();
    event.leaves.clear();
  });
  EXPECT_TRUE(has(audit(*forged, options), "audit.checkpoint_differs")) << findings_text(audit(*forged, options));
  const auto hidden = rewritten(province_.data().store(), [](Event& event, Sequence) {
    if (auto* op = find_operation<LookUpOperation>(event)) op->flags = 0;
  });
  EXPECT_TRUE(has(audit(*hidden), "audit.wrong_look_up"));
  const auto touched = rewritten(province_.data().store(), [](Event&, Sequence) {});
  store::Batch batch;
  ASSERT_TRUE(touched
                  ->scan(kLookUpsTable, as_bytes("r"),
                         [&](ByteView key, ByteView) -> Result<void> {
                           batch.erase(kLookUpsTable, key);
                           return {};
                         })
                  .ok());
  ASSERT_TRUE(touched->write(batch, store::Durability::kSynced).ok());
  EXPECT_TRUE(has(audit(*touched), "audit.table_differs"));
}

}  // namespace
}  // namespace mingma::shard
