// The machine as its owner sees it: signed evidence in, colours out.
#include "shard/machine.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "ledger/tree_view.h"
#include "shard/errors.h"
#include "shard/line_proof.h"
#include "shard/tables.h"
#include "shard/test_province.h"
#include "shard/view.h"
#include "store/memory_store.h"

namespace mingma::shard {
namespace {

using rules::Colour;
using rules::TestResult;
using testing::kDay;
using testing::kHour;
using testing::kStart;
using testing::TestProvince;

class Machine : public ::testing::Test {
 protected:
  Machine() { province_.found(); }

  Row row(std::uint32_t number) {
    const RowTable& rows = province_.data().machine().rows();
    return rows.get(rows.find(province_.resident(number)).value());
  }
  std::size_t statement_leaves() { return province_.data().machine().ledger().size().value; }
  void expect_refused(const CommandResult& result, const ErrorInfo& info) {
    ASSERT_TRUE(result.error.has_value());
    EXPECT_TRUE(result.error->is(info)) << result.error->to_string();
  }

  TestProvince province_;
};

TEST_F(Machine, ANewResidentIsDecidedAtOnceAndTheDecisionIsVersionOne) {
  const CommandResult result = province_.add_resident(1);
  ASSERT_FALSE(result.error);
  EXPECT_EQ(province_.colour(1), Colour::kGreen);
  EXPECT_EQ(row(1).version, 1u);
  const auto decisions = *list_decisions(province_.data().store(), province_.resident(1), 0, 10);
  ASSERT_EQ(decisions.size(), 1u);
  EXPECT_EQ(decisions[0].record.rule, "default");
  EXPECT_EQ(decisions[0].record.previous, Digest{});
  EXPECT_EQ(decisions[0].record.cause, DecisionCause::kRegister);
  EXPECT_TRUE(province_.add_resident(1).existed);
  EXPECT_EQ(row(1).version, 1u);
}

TEST_F(Machine, AContactFindingTurnsTheCodeRedUntilItsHorizon) {
  province_.add_resident(1);
  const Statement finding = province_.contact_finding(1, kStart, "case-7/3", kStart.plus(kHour));
  EXPECT_EQ(province_.submit(finding, kStart.plus(2 * kHour)), Outcome::kAccepted);
  EXPECT_EQ(province_.colour(1), Colour::kRed);
  EXPECT_EQ(row(1).decision.horizon, kStart.plus(7 * kDay));
  province_.data().settle(kStart.plus(7 * kDay).plus(-1));
  EXPECT_EQ(province_.colour(1), Colour::kRed);
  province_.data().settle(kStart.plus(7 * kDay));
  EXPECT_EQ(province_.colour(1), Colour::kGreen);
  const auto decisions = *list_decisions(province_.data().store(), province_.resident(1), 0, 10);
  ASSERT_EQ(decisions.size(), 3u);
  EXPECT_EQ(decisions[0].record.cause, DecisionCause::kTick);
  EXPECT_EQ(decisions[0].record.previous, decisions[1].record_hash);
  EXPECT_EQ(decisions[1].record.previous, decisions[2].record_hash);
  EXPECT_EQ(decisions[1].record.rule, "A2");
}

TEST_F(Machine, TheSameStatementAgainChangesNothing) {
  province_.add_resident(1);
  const Statement finding = province_.contact_finding(1, kStart, "case-7/3", kStart);
  EXPECT_EQ(province_.submit(finding, kStart), Outcome::kAccepted);
  const Row before = row(1);
  const std::size_t leaves = statement_leaves();
  EXPECT_EQ(province_.submit(finding, kStart.plus(kHour)), Outcome::kDuplicate);
  const Statement signed_again = province_.contact_finding(1, kStart, "case-7/3", kStart.plus(kHour));
  EXPECT_EQ(province_.submit(signed_again, kStart.plus(kHour)), Outcome::kDuplicate);
  EXPECT_EQ(row(1), before);
  EXPECT_EQ(statement_leaves(), leaves);
  const CommandResult twice =
      province_.data().run(province_.batch({province_.test_result(1, TestResult::kNegative, kStart, "s-1", kStart),
                                            province_.test_result(1, TestResult::kNegative, kStart, "s-1", kStart)},
                                           kStart),
                           kStart.plus(kHour));
  ASSERT_EQ(twice.statements.size(), 2u);
  EXPECT_EQ(twice.statements[0].outcome, Outcome::kAccepted);
  EXPECT_EQ(twice.statements[1].outcome, Outcome::kDuplicate);
}

TEST_F(Machine, SeveralStatementsOfOneResidentInOneBatchGiveOneVersion) {
  province_.add_resident(1);
  const CommandResult result =
      province_.data().run(province_.batch({province_.contact_finding(1, kStart, "a", kStart),
                                            province_.contact_finding(1, kStart.plus(kHour), "b", kStart.plus(kHour))},
                                           kStart.plus(kHour)),
                           kStart.plus(2 * kHour));
  ASSERT_FALSE(result.error) << result.error->to_string();
  EXPECT_EQ(row(1).version, 2u);
  EXPECT_EQ(row(1).decision.horizon, kStart.plus(kHour + 7 * kDay));
  EXPECT_EQ(list_evidence(province_.data().store(), province_.resident(1), nullptr)->size(), 2u);
}

TEST_F(Machine, AWithdrawalTakesTheColourBackAndTheOriginalCannotComeAgain) {
  province_.add_resident(1);
  const Statement finding = province_.contact_finding(1, kStart, "case-7/3", kStart);
  province_.submit(finding, kStart);
  Statement withdrawal{.resident = finding.resident, .institution = "cdc-1", .action = StatementAction::kWithdraw};
  withdrawal.evidence = {.kind = rules::EvidenceKind::kContactFinding};
  withdrawal.source_record = "correction-1";
  withdrawal.earlier_record = "case-7/3";
  withdrawal.reason = "entered_in_error";
  withdrawal.signed_at = kStart.plus(kHour);
  EXPECT_EQ(province_.submit(withdrawal, kStart.plus(kHour)), Outcome::kAccepted);
  EXPECT_EQ(province_.colour(1), Colour::kGreen);
  const auto evidence = *list_evidence(province_.data().store(), finding.resident, &province_.keys());
  ASSERT_EQ(evidence.size(), 2u);
  EXPECT_EQ(evidence[1].stored.status, EvidenceStatus::kWithdrawn);
  ASSERT_TRUE(evidence[1].statement.has_value());
  EXPECT_EQ(*evidence[1].statement, finding);

  Statement late = finding;
  late.evidence.at = kStart.plus(-kHour);
  EXPECT_EQ(province_.submit(late, kStart.plus(2 * kHour)), Outcome::kSuperseded);
  EXPECT_EQ(province_.colour(1), Colour::kGreen);
  withdrawal.source_record = "correction-2";
  withdrawal.earlier_record = "never-there";
  EXPECT_EQ(province_.submit(withdrawal, kStart.plus(2 * kHour)), Outcome::kNoEarlierRecord);
}

TEST_F(Machine, AReplacementCountsInsteadOfTheOriginal) {
  province_.add_resident(1);
  province_.submit(province_.contact_finding(1, kStart, "case-7/3", kStart), kStart);
  Statement replacement = province_.contact_finding(1, kStart.plus(-3 * kDay), "case-7/3", kStart.plus(kHour));
  replacement.action = StatementAction::kReplace;
  replacement.earlier_record = "case-7/3";
  replacement.reason = "amended";
  EXPECT_EQ(province_.submit(replacement, kStart.plus(kHour)), Outcome::kAccepted);
  EXPECT_EQ(row(1).decision.horizon, kStart.plus(4 * kDay));
}

TEST_F(Machine, AResultAmendedToAndFroEndsAsTheLastAmendmentSays) {
  province_.add_resident(1);
  province_.submit(province_.contact_finding(1, kStart, "c", kStart), kStart);
  for (int day = 1; day <= 4; ++day) {
    const UnixSeconds at = kStart.plus(day * kHour);
    Statement amended = province_.contact_finding(1, kStart.plus(day % 2 == 0 ? 0 : -3 * kDay), "c", at);
    amended.action = StatementAction::kReplace;
    amended.earlier_record = "c";
    amended.reason = "amended";
    EXPECT_EQ(province_.submit(amended, at), Outcome::kAccepted);
    EXPECT_EQ(row(1).decision.horizon, kStart.plus(day % 2 == 0 ? 7 * kDay : 4 * kDay));
  }
}

TEST_F(Machine, OnlyTheInstitutionThatSignedCanCorrect) {
  province_.publish(province_.institution("cdc-2", InstitutionClass::kCdc));
  province_.publish(province_.grant("g-cdc-2", "cdc-2", {"contact_finding"}, {"41"}));
  province_.add_resident(1);
  province_.submit(province_.contact_finding(1, kStart, "case-7/3", kStart), kStart);
  Statement withdrawal{.resident = province_.resident(1), .institution = "cdc-2", .action = StatementAction::kWithdraw};
  withdrawal.evidence = {.kind = rules::EvidenceKind::kContactFinding};
  withdrawal.source_record = "x";
  withdrawal.earlier_record = "case-7/3";
  withdrawal.reason = "appeal";
  withdrawal.signed_at = kStart;
  EXPECT_EQ(province_.submit(withdrawal, kStart), Outcome::kNoEarlierRecord);
  EXPECT_EQ(province_.colour(1), Colour::kRed);
}

TEST_F(Machine, AStatementCountsOnlyUnderAnUnbrokenChainOfGrants) {
  province_.add_resident(1);
  Statement entry{
      .resident = province_.resident(1), .institution = "cdc-1", .source_record = "e-1", .signed_at = kStart};
  entry.evidence = {.kind = rules::EvidenceKind::kBorderEntry, .at = kStart};
  EXPECT_EQ(province_.submit(entry, kStart), Outcome::kNotAuthorised) << "a CDC is no border post";
  EXPECT_EQ(province_.colour(1), Colour::kGreen);
  EXPECT_EQ(list_evidence(province_.data().store(), entry.resident, nullptr)->size(), 0u);

  province_.publish(province_.revocation("r-1", "g-cdc", kStart.plus(kDay)), kStart.plus(kHour));
  EXPECT_EQ(province_.submit(province_.contact_finding(1, kStart, "a", kStart.plus(2 * kHour)), kStart.plus(2 * kHour)),
            Outcome::kAccepted);
  EXPECT_EQ(province_.submit(province_.contact_finding(1, kStart, "b", kStart.plus(kDay)), kStart.plus(kDay)),
            Outcome::kNotAuthorised);
  EXPECT_EQ(province_.submit(province_.contact_finding(1, kStart, "c", kStart.plus(3 * kHour)), kStart.plus(kDay)),
            Outcome::kNotAuthorised)
      << "signed in time but counted after the revocation";
}

TEST_F(Machine, DelegatedGrantsEndWithTheGrantAboveThem) {
  province_.add_resident(1);
  province_.publish(province_.institution("city-cdc", InstitutionClass::kCdc, "4101"));
  expect_refused(province_.publish(province_.grant("d-0", "city-cdc", {"contact_finding"}, {"4101"}, kStart,
                                                   kStart.plus(kDay), false, "cdc-1")),
                 errors::kShardNotAuthorised);
  province_.publish(
      province_.grant("g-cdc-delegating", "cdc-1", {"contact_finding"}, {"41"}, kStart, kStart.plus(30 * kDay), true));
  expect_refused(province_.publish(province_.grant("d-1", "city-cdc", {"case_report"}, {"4101"}, kStart,
                                                   kStart.plus(kDay), false, "cdc-1")),
                 errors::kShardNotAuthorised);
  ASSERT_FALSE(province_
                   .publish(province_.grant("d-2", "city-cdc", {"contact_finding"}, {"4101"}, kStart,
                                            kStart.plus(30 * kDay), false, "cdc-1"))
                   .error);
  Statement finding = province_.contact_finding(1, kStart, "a", kStart);
  finding.institution = "city-cdc";
  EXPECT_EQ(province_.submit(finding, kStart), Outcome::kAccepted);
  province_.publish(province_.revocation("r-1", "g-cdc-delegating", kStart.plus(kHour)), kStart);
  finding.source_record = "b";
  finding.signed_at = kStart.plus(kHour);
  EXPECT_EQ(province_.submit(finding, kStart.plus(kHour)), Outcome::kNotAuthorised);
}

TEST_F(Machine, AnOperatorIsNeverGrantedAnythingAndNeverHeard) {
  expect_refused(province_.publish(province_.grant("g-op", "operator-1", {"test_result"}, {"41"})),
                 errors::kShardNotAuthorised);
  province_.add_resident(1);
  Statement result = province_.test_result(1, TestResult::kPositive, kStart, "s", kStart);
  result.institution = "operator-1";
  expect_refused(province_.data().run(province_.document(result), kStart), errors::kShardNotAuthorised);
}

TEST_F(Machine, ControlDocumentsNeedEnoughRootSignatures) {
  SignedDocument one = province_.institution("lab-2", InstitutionClass::kLaboratory);
  one.signatures.pop_back();
  expect_refused(province_.publish(one), errors::kShardNotAuthorised);
  SignedDocument twice = province_.institution("lab-3", InstitutionClass::kLaboratory);
  twice.signatures[1] = twice.signatures[0];
  expect_refused(province_.publish(twice), errors::kShardNotAuthorised);
  SignedDocument altered = province_.institution("lab-4", InstitutionClass::kLaboratory);
  altered.bytes.insert(altered.bytes.size() - 1, " ");
  expect_refused(province_.publish(altered), errors::kShardBadSignature);
  SignedDocument foreign = province_.institution("lab-5", InstitutionClass::kLaboratory);
  foreign.signatures[1].key_id = "0000000000000000";
  expect_refused(province_.publish(foreign), errors::kShardUnknownKey);
}

TEST_F(Machine, ADocumentPublishedAgainIsTheSameDocument) {
  const SignedDocument document = province_.institution("lab-2", InstitutionClass::kLaboratory);
  const CommandResult first = province_.publish(document);
  const CommandResult again = province_.publish(document);
  EXPECT_FALSE(first.existed);
  EXPECT_TRUE(again.existed);
  ASSERT_TRUE(first.leaf && again.leaf);
  EXPECT_EQ(*first.leaf, *again.leaf);
  EXPECT_EQ(province_.control().machine().control().find_document(*first.document)->leaf, *first.leaf);
}

TEST_F(Machine, AnAlteredManifestLineOrSignatureIsRefusedAsAWhole) {
  province_.add_resident(1);
  province_.add_resident(2);
  const auto make = [&] {
    return province_.batch({province_.test_result(1, TestResult::kNegative, kStart, "s-1", kStart),
                            province_.test_result(2, TestResult::kNegative, kStart, "s-2", kStart)},
                           kStart);
  };
  StatementsCommand line = make();
  line.lines[1].line_hash.bytes[0] ^= 1;
  expect_refused(province_.data().run(line, kStart), errors::kShardLineProof);
  StatementsCommand signature = make();
  signature.signature[5] ^= 1;
  expect_refused(province_.data().run(signature, kStart), errors::kShardBadSignature);
  StatementsCommand manifest = make();
  manifest.document.push_back(' ');
  expect_refused(province_.data().run(manifest, kStart), errors::kShardBadSignature);
  StatementsCommand key = make();
  key.key_id = "0000000000000000";
  expect_refused(province_.data().run(key, kStart), errors::kShardUnknownKey);
  EXPECT_EQ(statement_leaves(), 2u) << "only the two registrations";
}

TEST_F(Machine, AShardTakesItsOwnLinesOfAPartAndProvesThem) {
  province_.add_resident(1);
  province_.add_resident(2);
  StatementsCommand command = province_.batch({province_.test_result(1, TestResult::kNegative, kStart, "s-1", kStart),
                                               province_.test_result(77, TestResult::kNegative, kStart, "s-2", kStart),
                                               province_.test_result(2, TestResult::kNegative, kStart, "s-3", kStart)},
                                              kStart);
  const std::vector<Digest> hashes{command.lines[0].line_hash, command.lines[1].line_hash, command.lines[2].line_hash};
  command.lines.erase(command.lines.begin() + 1);
  command.siblings = prove_lines(hashes, std::vector<std::uint32_t>{0, 2});
  const CommandResult result = province_.data().run(command, kStart);
  ASSERT_FALSE(result.error) << result.error->to_string();
  const auto outcomes = *list_outcomes(province_.data().store(), command.submission, 0);
  ASSERT_EQ(outcomes.size(), 2u);
  EXPECT_EQ(outcomes[1].line, 2u);
  EXPECT_EQ(outcomes[1].outcome, Outcome::kAccepted);
}

TEST_F(Machine, AnotherManifestUnderTheSameSubmissionIdIsAConflict) {
  province_.add_resident(1);
  const StatementsCommand first =
      province_.batch({province_.test_result(1, TestResult::kNegative, kStart, "s-1", kStart)}, kStart);
  ASSERT_FALSE(province_.data().run(first, kStart).error);
  EXPECT_EQ(province_.data().run(first, kStart).statements[0].outcome, Outcome::kDuplicate);
  StatementsCommand second =
      province_.batch({province_.test_result(1, TestResult::kNegative, kStart, "s-2", kStart)}, kStart);
  second.submission = first.submission;
  StatementsCommand other_key = first;
  other_key.key_id = "0000000000000000";
  expect_refused(province_.data().run(other_key, kStart), errors::kShardConflict);
  expect_refused(province_.data().run(second, kStart), errors::kShardConflict);
}

TEST_F(Machine, PeopleNobodyRegisteredAreAnOutcomeNotAnError) {
  EXPECT_EQ(province_.submit(province_.contact_finding(9, kStart, "a", kStart), kStart), Outcome::kUnknownResident);
}

TEST_F(Machine, ASignedDocumentMustSayWhatTheStatementSays) {
  province_.add_resident(1);
  StatementsCommand command = province_.document(province_.contact_finding(1, kStart, "a", kStart));
  command.lines[0].statement.evidence.at = kStart.plus(-kHour);
  expect_refused(province_.data().run(command, kStart), errors::kShardConflict);
}

TEST_F(Machine, AResidentDeclaresOnlyWhatResidentsMayDeclare) {
  province_.add_resident(1);
  StatementsCommand command{.authority = AuthorityKind::kSession, .institution = "self"};
  Statement declared{
      .resident = province_.resident(1), .institution = "self", .source_record = "app-1", .signed_at = kStart};
  declared.evidence = {.kind = rules::EvidenceKind::kStay, .area = DivisionCode{410'200'000}, .at = kStart};
  command.lines.push_back({declared, 0, {}});
  EXPECT_EQ(province_.data().run(command, kStart).statements[0].outcome, Outcome::kAccepted);
  EXPECT_EQ(row(1).stay, DivisionCode{410'200'000});
  declared.evidence = {.kind = rules::EvidenceKind::kRiskClearance, .at = kStart};
  command.lines[0].statement = declared;
  EXPECT_EQ(province_.data().run(command, kStart).statements[0].outcome, Outcome::kWrongSigner);
}

TEST_F(Machine, AnAreaOrderTurnsItsResidentsYellowWhileItLasts) {
  province_.add_resident(1, kStart, "410102");
  province_.add_resident(2, kStart, "410202");
  ASSERT_FALSE(province_
                   .publish(province_.area_order("order-1", "410102", "high", kStart.plus(kDay), kStart.plus(3 * kDay)),
                            kStart.plus(kHour))
                   .error);
  province_.data().settle(kStart.plus(2 * kHour));
  EXPECT_EQ(province_.colour(1), Colour::kGreen) << "it has not begun";
  province_.data().settle(kStart.plus(kDay));
  EXPECT_EQ(province_.colour(1), Colour::kYellow);
  EXPECT_EQ(province_.colour(2), Colour::kGreen);
  province_.add_resident(3, kStart.plus(kDay), "410102");
  EXPECT_EQ(province_.colour(3), Colour::kYellow);
  province_.data().settle(kStart.plus(3 * kDay));
  EXPECT_EQ(province_.colour(1), Colour::kGreen);
  EXPECT_EQ(province_.colour(3), Colour::kGreen);
}

TEST_F(Machine, AreaOrdersComeFromTheRootsOrFromACommandForItsOwnDivision) {
  province_.publish(province_.institution("city-command", InstitutionClass::kCommand, "4101"));
  const UnixSeconds until = kStart.plus(kDay);
  EXPECT_FALSE(
      province_.publish(province_.area_order("o-1", "410102", "high", kStart, until, "none", "city-command")).error);
  expect_refused(
      province_.publish(province_.area_order("o-2", "410202", "high", kStart, until, "none", "city-command")),
      errors::kShardNotAuthorised);
  expect_refused(province_.publish(province_.area_order("o-3", "410102", "high", kStart, until, "none", "cdc-1")),
                 errors::kShardNotAuthorised);
}

TEST_F(Machine, EveryoneIsRecolouredWhenAPolicyBeginsAndWhenNoneIsLeft) {
  for (std::uint32_t i = 1; i <= 5; ++i) province_.add_resident(i);
  province_.submit(province_.contact_finding(1, kStart, "a", kStart), kStart);
  ASSERT_FALSE(province_.publish(province_.policy("2.0.0", 3, kStart.plus(kDay)), kStart).error);
  EXPECT_EQ(row(1).decision.horizon, kStart.plus(7 * kDay));
  province_.data().settle(kStart.plus(kDay));
  EXPECT_EQ(row(1).decision.horizon, kStart.plus(3 * kDay));
  EXPECT_EQ(row(2).version, 2u) << "another policy is another version, though the colour is the same";
  EXPECT_EQ(row(2).policy, PolicyNumber{1});
  province_.data().settle(kStart.plus(80 * kDay));
  EXPECT_EQ(province_.colour(1), Colour::kNone);
  EXPECT_EQ(row(2).decision.status, rules::DecisionStatus::kNoPolicy);
}

TEST_F(Machine, ACityWithItsOwnPolicyUsesIt) {
  province_.add_resident(1, kStart, "410102");
  province_.add_resident(2, kStart, "410202");
  province_.submit(province_.contact_finding(1, kStart, "a", kStart), kStart);
  province_.submit(province_.contact_finding(2, kStart, "a", kStart), kStart);
  const SignedDocument city = province_.policy("1.0.0", 2, kStart, kStart.plus(80 * kDay), "4101", "city-policy");
  ASSERT_FALSE(province_.publish(province_.proof(city, province_.policy("1.0.0")), kStart).error);
  ASSERT_FALSE(province_.publish(city, kStart).error);
  province_.data().settle(kStart);
  EXPECT_EQ(row(1).decision.horizon, kStart.plus(2 * kDay));
  EXPECT_EQ(row(2).decision.horizon, kStart.plus(7 * kDay));
}

TEST_F(Machine, RecolouringGoesOnInChunksAndWhoeverComesMeanwhileIsDecidedAtOnce) {
  const auto tables = shard_tables();
  const auto control = store::make_memory_store(tables);
  const auto data = store::make_memory_store(tables);
  TestProvince province(2, *control, *data, {.tick_decisions_max = 3});
  province.found();
  for (std::uint32_t i = 0; i < 10; ++i) province.add_resident(i);
  province.publish(province.policy("2.0.0", 3), kStart);
  const auto policy_of = [&](std::uint32_t number) {
    const RowTable& rows = province.data().machine().rows();
    return rows.policy(*rows.find(province.resident(number)));
  };
  EXPECT_TRUE(province.data().machine().recolouring().active);
  EXPECT_EQ(policy_of(0), PolicyNumber{0});
  province.submit(province.contact_finding(9, kStart, "a", kStart), kStart);
  EXPECT_EQ(policy_of(9), PolicyNumber{1});
  province.data().run(TickCommand{}, kStart);
  EXPECT_EQ(policy_of(2), PolicyNumber{1});
  EXPECT_EQ(policy_of(3), PolicyNumber{0});
  province.data().settle(kStart);
  EXPECT_EQ(policy_of(8), PolicyNumber{1});
  EXPECT_FALSE(province.data().machine().recolouring().active);
}

TEST_F(Machine, TheLeafOfADecisionOpensToItsRecord) {
  province_.add_resident(1);
  province_.submit(province_.contact_finding(1, kStart, "a", kStart), kStart);
  ledger::Ledger& ledger = province_.data().machine().ledger();
  const auto versions = *list_decisions(province_.data().store(), province_.resident(1), 0, 10);
  for (const DecisionVersion& version : versions) {
    const LeafOpening opening = *open_decision(version, province_.keys());
    const Bytes entry = *ledger.entry(version.stored.leaf);
    const Leaf leaf = *decode_leaf(entry);
    ASSERT_TRUE(leaf.commitment.has_value());
    EXPECT_EQ(*leaf.commitment, opening.commitment);
    EXPECT_EQ(*leaf.commitment, crypto::hmac_sha256(opening.commitment_key, {opening.opening, opening.record}));
    EXPECT_EQ(leaf.to, version.record.colour);
  }
  const auto evidence = *list_evidence(province_.data().store(), province_.resident(1), &province_.keys());
  const LeafOpening opening = *open_statement(province_.resident(1), evidence[0], province_.keys());
  const Bytes entry = *ledger.entry(evidence[0].stored.leaf);
  EXPECT_EQ(*decode_leaf(entry)->commitment, opening.commitment);
  EXPECT_EQ(decode_leaf(entry)->tag, make_blinded_tag(opening.opening, "cdc-1"));
}

TEST_F(Machine, SomeoneWhoseKeyIsDestroyedGetsNoNewStatementsButKeepsAChain) {
  province_.add_resident(1);
  province_.keys().destroy(province_.resident(1));
  EXPECT_EQ(province_.submit(province_.contact_finding(1, kStart, "a", kStart), kStart), Outcome::kKeyDestroyed);
  province_.publish(province_.policy("2.0.0", 3), kStart);
  province_.data().settle(kStart);
  EXPECT_EQ(row(1).version, 2u);
}

TEST_F(Machine, WithoutGenesisNothingIsTaken) {
  TestProvince empty(3);
  expect_refused(empty.add_resident(1), errors::kShardNoGenesis);
  empty.genesis();
  expect_refused(empty.publish(empty.institution("lab-1", InstitutionClass::kLaboratory)), errors::kShardNoGenesis);
}

TEST_F(Machine, DevicesAndPersonsAreKept) {
  province_.add_resident(1);
  Bytes key(65, 4);
  EXPECT_FALSE(province_.data().run(DeviceCommand{province_.resident(1), key}, kStart).error);
  EXPECT_FALSE(province_.data().run(DeviceCommand{province_.resident(1), key}, kStart).error);
  key[3] = 5;
  EXPECT_FALSE(province_.data().run(DeviceCommand{province_.resident(1), key}, kStart).error);
  EXPECT_EQ(list_devices(province_.data().store(), province_.resident(1))->size(), 2u);
  const auto devices = list_devices(province_.data().store(), province_.resident(1));
  for (const Bytes& device : *devices) {
    std::array<std::uint8_t, 16> id{};
    const Digest digest = crypto::sha256(device);
    std::copy_n(digest.bytes.begin(), id.size(), id.begin());
    EXPECT_EQ(*find_device(province_.data().store(), province_.resident(1), id), device);
    EXPECT_FALSE(find_device(province_.data().store(), province_.resident(5), id)->has_value());
  }
  EXPECT_TRUE(sealed_person(province_.data().store(), province_.resident(1))->has_value());
  expect_refused(province_.data().run(DeviceCommand{province_.resident(5), key}, kStart),
                 errors::kShardUnknownResident);
}

}  // namespace
}  // namespace mingma::shard
