#include "service/province.h"

#include "code/door.h"
#include "ledger/tlog_proof.h"
#include "service/errors.h"
#include "service/json.h"
#include "service/service_test_support.h"
#include "shard/record.h"

namespace mingma::service {
namespace {

using testing::Disk;
using testing::kNow;
using testing::TestProvince;

code::TrustPack open_pack(TestProvince& province, Disk& disk) {
  const Blob pack = *province.api().trust_pack();
  const crypto::SigningKey key = *crypto::SigningKey::from_pem(disk.pems.at("trust-pack"));
  return code::open_trust_pack(*pack.bytes, key.verifying_key(), std::nullopt)->pack;
}

ledger::LogPolicy policy_of(TestProvince& province, ShardId shard) {
  std::istringstream keys(province.api().ledger_keys());
  std::string line;
  for (unsigned i = 0; i <= shard.value; ++i) std::getline(keys, line);
  const ledger::NoteVerifier verifier = *ledger::NoteVerifier::parse(line);
  return {verifier.name(), {verifier}, {}, 0};
}

TEST(Province, ASignedStatementChangesTheColourAndEverythingAboutItCanBeChecked) {
  Disk disk;
  TestProvince province(disk);
  const TestProvince::Someone someone = province.register_someone(3);
  const auto before = province.wait(province.api().show_code({someone.resident, CodeForm::kPhone, someone.device}));
  ASSERT_TRUE(before.ok()) << before.error().to_string();
  EXPECT_EQ((*before)->colour, rules::Colour::kGreen);

  const std::string finding = TestProvince::contact_finding(someone, "CF-1", kNow.plus(-kSecondsPerDay));
  const auto outcome =
      province.wait(province.api().submit_statement(province.sign_by(testing::kCdc, "statement", finding)));
  ASSERT_TRUE(outcome.ok()) << outcome.error().to_string();
  EXPECT_EQ(outcome->outcome, StatementOutcomeCode::kAccepted) << outcome->code;

  // The code is red, and a door verifies it without a network.
  const auto after = province.wait(province.api().show_code({someone.resident, CodeForm::kPhone, someone.device}));
  ASSERT_TRUE(after.ok()) << after.error().to_string();
  EXPECT_EQ((*after)->colour, rules::Colour::kRed);
  const code::TrustPack pack = open_pack(province, disk);
  const std::string shown = code::show_on_phone((*after)->credential, kNow, province.phone());
  const code::DoorCheck door = code::check_at_door(shown, pack, kNow.plus(5));
  EXPECT_EQ(door.verdict, code::Verdict::kRed);
  EXPECT_EQ(door.claims->rule, "A4");
  EXPECT_EQ(code::check_at_door(shown, pack, kNow.plus(300)).verdict, code::Verdict::kScreenshotOrClockOff);

  // The receipt names who answers for it.
  province.settle();
  const auto receipt = province.wait(province.api().receipt(someone.resident));
  ASSERT_TRUE(receipt.ok()) << receipt.error().to_string();
  EXPECT_EQ(receipt->decision.rule_id, "A4");
  ASSERT_EQ(receipt->responsible.size(), 1u);
  EXPECT_EQ(receipt->responsible.front().id, testing::kCdc);
  EXPECT_EQ(receipt->responsible.front().phone, "0371-000000");
  ASSERT_FALSE(receipt->causes.empty());
  EXPECT_TRUE(receipt->causes.front().deciding);
  EXPECT_EQ(receipt->causes.front().source_record, "CF-1");
  EXPECT_FALSE(receipt->reason.zh.empty());

  // Its leaf is in the ledger under a signed checkpoint, and commits to the record.
  ASSERT_TRUE(receipt->leaf.has_value());
  const LeafOpening& leaf = *receipt->leaf;
  EXPECT_EQ(door.claims->leaf, leaf.leaf);
  const auto proof = ledger::parse_tlog_proof(leaf.proof);
  ASSERT_TRUE(proof.ok()) << leaf.proof;
  const auto verified =
      ledger::verify_tlog_proof(*proof, ledger::leaf_hash(leaf.leaf_bytes), policy_of(province, leaf.shard));
  EXPECT_TRUE(verified.ok()) << verified.error().to_string();
  const shard::Leaf decoded = *shard::decode_leaf(leaf.leaf_bytes);
  EXPECT_EQ(decoded.kind, shard::LeafKind::kDecision);
  EXPECT_EQ(decoded.to, rules::Colour::kRed);
  EXPECT_EQ(*decoded.commitment,
            crypto::hmac_sha256(leaf.commitment_key, {ByteView(leaf.opening), ByteView(leaf.record)}));

  // The chain has two versions, the second naming the first.
  const auto history = province.wait(province.api().history(someone.resident, {}));
  ASSERT_TRUE(history.ok());
  ASSERT_EQ(history->decisions.size(), 2u);
  EXPECT_EQ(history->decisions[0].previous_hash, history->decisions[1].record_hash);
  EXPECT_EQ(history->decisions[0].trigger, "statements");
  EXPECT_EQ(to_json(*receipt).find("rule")->string(), "A4");
}

TEST(Province, TimeAloneEndsARedCodeAtItsHorizon) {
  Disk disk;
  TestProvince province(disk);
  const TestProvince::Someone someone = province.register_someone(4);
  const std::string finding = TestProvince::contact_finding(someone, "CF-1", kNow.plus(-kSecondsPerDay));
  ASSERT_TRUE(
      province.wait(province.api().submit_statement(province.sign_by(testing::kCdc, "statement", finding))).ok());
  const auto red = province.wait(province.api().receipt(someone.resident));
  ASSERT_TRUE(red.ok());
  ASSERT_NE(red->decision.horizon, UnixSeconds{});
  province.clock().set(red->decision.horizon);
  province.settle();
  const auto later = province.wait(province.api().receipt(someone.resident));
  ASSERT_TRUE(later.ok());
  EXPECT_NE(later->decision.rule_id, red->decision.rule_id);
  EXPECT_EQ(later->decision.since, red->decision.horizon);
}

TEST(Province, ACodeIsSignedOnceAndThenHandedOutUntilItsRefresh) {
  Disk disk;
  TestProvince province(disk);
  const TestProvince::Someone someone = province.register_someone(5);
  const CodeRequest request{someone.resident, CodeForm::kPhone, someone.device};
  const auto first = *province.wait(province.api().show_code(request));
  EXPECT_EQ(first, *province.wait(province.api().show_code(request)));
  province.clock().set(first->refresh_after);
  EXPECT_NE(first->etag, (*province.wait(province.api().show_code(request)))->etag);
  ASSERT_TRUE(province.wait(province.api().family().issue_paper({someone.resident, {}}, 7)).ok());
  const auto paper = *province.wait(province.api().show_code({someone.resident, CodeForm::kPaper, {}}));
  EXPECT_EQ(code::check_at_door(paper->text, open_pack(province, disk), first->refresh_after).verdict,
            code::Verdict::kGreen);
}

TEST(Province, StrangersAndStrangePhonesSeeNoCode) {
  Disk disk;
  TestProvince province(disk);
  const TestProvince::Someone someone = province.register_someone(6);
  ResidentId stranger = someone.resident;
  stranger.bytes[15] ^= 1;
  EXPECT_EQ(province.wait(province.api().show_code({stranger, CodeForm::kPaper, {}})).error().code(),
            errors::kNotRegistered.code);
  const auto other_phone =
      province.wait(province.api().show_code({someone.resident, CodeForm::kPhone, std::string(32, 'a')}));
  EXPECT_EQ(other_phone.error().code(), errors::kUnknownDevice.code);
}

TEST(Province, RegisteringAgainChangesNothing) {
  Disk disk;
  TestProvince province(disk);
  const TestProvince::Someone someone = province.register_someone(7);
  const auto again =
      province.wait(province.api().register_resident({someone.person, province.county.resident(7).home}));
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->existed);
  EXPECT_EQ(again->resident, someone.resident);
  const auto outside = province.wait(province.api().register_resident({someone.person, *DivisionCode::parse("3301")}));
  EXPECT_FALSE(outside.ok());
}

TEST(Province, ADeclarationCountsOnce) {
  Disk disk;
  TestProvince province(disk);
  const TestProvince::Someone someone = province.register_someone(8);
  Declaration declaration;
  declaration.resident = someone.resident;
  declaration.evidence.kind = rules::EvidenceKind::kHealthDeclaration;
  declaration.evidence.at = kNow.plus(-60);
  declaration.evidence.flags = rules::kFlagSymptoms;
  declaration.reference = "app-1";
  const auto first = province.wait(province.api().declare(declaration));
  ASSERT_TRUE(first.ok()) << first.error().to_string();
  EXPECT_EQ(first->outcome, StatementOutcomeCode::kAccepted) << first->code;
  EXPECT_EQ(province.wait(province.api().declare(declaration))->outcome, StatementOutcomeCode::kDuplicate);
  EXPECT_EQ(province.wait(province.api().receipt(someone.resident))->decision.rule_id, "B7");
  declaration.evidence = {};
  declaration.evidence.kind = rules::EvidenceKind::kCaseReport;
  EXPECT_EQ(province.wait(province.api().declare(declaration)).error().code(), errors::kForbidden.code);
}

TEST(Province, NobodySignsWhatTheyWereNotGranted) {
  Disk disk;
  TestProvince province(disk);
  const TestProvince::Someone someone = province.register_someone(9);
  std::string finding = TestProvince::contact_finding(someone, "CF-1", kNow.plus(-60));
  finding.replace(finding.find("CDC-01"), 6, "LAB-01");
  const auto outcome =
      province.wait(province.api().submit_statement(province.sign_by(testing::kLab, "statement", finding)));
  ASSERT_TRUE(outcome.ok()) << outcome.error().to_string();
  EXPECT_EQ(outcome->outcome, StatementOutcomeCode::kRejected);
  EXPECT_EQ(outcome->code, "not_authorised");
  // Signed by another institution's key: refused as a whole.
  EXPECT_FALSE(
      province.wait(province.api().submit_statement(province.sign_by(testing::kCdc, "statement", finding))).ok());
  EXPECT_EQ(province.wait(province.api().receipt(someone.resident))->decision.colour, rules::Colour::kGreen);
}

TEST(Province, ARestartFindsEveryColourAndEveryKeyAgain) {
  Disk disk;
  TestProvince::Someone someone;
  std::vector<std::uint64_t> leaves;
  {
    TestProvince province(disk);
    someone = province.register_someone(10);
    const std::string finding = TestProvince::contact_finding(someone, "CF-1", kNow.plus(-60));
    ASSERT_TRUE(
        province.wait(province.api().submit_statement(province.sign_by(testing::kCdc, "statement", finding))).ok());
    province.settle();
    for (const ShardHealth& shard : province.api().health().shards) leaves.push_back(shard.leaves);
  }
  TestProvince again(disk, false);
  ASSERT_EQ(again.open_error(), "");
  const auto receipt = again.wait(again.api().receipt(someone.resident));
  ASSERT_TRUE(receipt.ok()) << receipt.error().to_string();
  EXPECT_EQ(receipt->decision.rule_id, "A4");
  EXPECT_EQ(receipt->causes.front().source_record, "CF-1");
  const auto shown = again.wait(again.api().show_code({someone.resident, CodeForm::kPhone, someone.device}));
  ASSERT_TRUE(shown.ok()) << shown.error().to_string();
  EXPECT_EQ((*shown)->colour, rules::Colour::kRed);
  std::vector<std::uint64_t> after;
  for (const ShardHealth& shard : again.api().health().shards) after.push_back(shard.leaves);
  EXPECT_EQ(after, leaves);
}

TEST(Province, TheWrongPseudonymKeyIsRefused) {
  Disk disk;
  { TestProvince province(disk); }
  disk.secrets.at("pseudonym").bytes[0] ^= 1;
  const TestProvince again(disk, false);
  EXPECT_NE(again.open_error().find("pseudonym"), std::string::npos) << again.open_error();
}

TEST(Province, DestroyingAKeyEndsTheRecordsAndLeavesTheLedger) {
  Disk disk;
  TestProvince province(disk);
  const TestProvince::Someone someone = province.register_someone(11);
  const std::string finding = TestProvince::contact_finding(someone, "CF-1", kNow.plus(-60));
  ASSERT_TRUE(
      province.wait(province.api().submit_statement(province.sign_by(testing::kCdc, "statement", finding))).ok());
  province.settle();
  const LeafOpening leaf = *province.wait(province.api().receipt(someone.resident))->leaf;
  ASSERT_TRUE(province.wait(province.api().destroy_resident_key(someone.resident)).ok());
  const auto receipt = province.wait(province.api().receipt(someone.resident));
  ASSERT_TRUE(receipt.ok()) << receipt.error().to_string();
  EXPECT_FALSE(receipt->leaf.has_value());
  EXPECT_TRUE(receipt->causes.front().source_record.empty());
  EXPECT_FALSE(province.wait(province.api().show_code({someone.resident, CodeForm::kPaper, {}})).ok());
  const auto proof = province.wait(province.api().inclusion_proof(leaf.shard, leaf.leaf));
  ASSERT_TRUE(proof.ok());
  EXPECT_EQ(proof->leaf_hash, ledger::leaf_hash(leaf.leaf_bytes));
}

TEST(Province, AShardWhoseWriteFailsStopsAndTheOthersServeOn) {
  Disk disk;
  std::map<std::string, testing::OwnedFaultyStore*> stores;
  ResidentId unlucky;
  disk.wrap = [&](const std::string& name, std::unique_ptr<store::Store> store) -> std::unique_ptr<store::Store> {
    auto wrapped = std::make_unique<testing::OwnedFaultyStore>(std::move(store));
    stores[name] = wrapped.get();  // the caller holds the disk's mutex
    return wrapped;
  };
  {
    TestProvince province(disk);
    // One resident on each shard.
    std::map<ShardId, TestProvince::Someone> someone;
    for (std::uint32_t i = 0; someone.size() < 2; ++i) {
      const TestProvince::Someone one = province.register_someone(i);
      someone[shard_of(one.resident, 2)] = one;
    }
    province.settle();
    stores.at("shard-1")->fail_after(0, store::Fault::kDoneThoughFailed);
    const auto& broken = someone.at(ShardId{1});
    const std::string finding = TestProvince::contact_finding(broken, "CF-1", kNow.plus(-60));
    EXPECT_FALSE(
        province.wait(province.api().submit_statement(province.sign_by(testing::kCdc, "statement", finding))).ok());
    EXPECT_EQ(province.wait(province.api().show_code({broken.resident, CodeForm::kPaper, {}})).error().code(),
              errors::kShardStopped.code);
    EXPECT_FALSE(province.api().health().ready);
    EXPECT_EQ(province.api().health().shards[1].state, ShardState::kStopped);
    EXPECT_FALSE(province.api().health().shards[1].reason.empty());
    EXPECT_TRUE(province.wait(province.api().receipt(someone.at(ShardId{2}).resident)).ok());
    unlucky = broken.resident;
  }
  // The write was done although it said that it failed: after a restart the statement counts.
  disk.wrap = {};
  TestProvince restarted(disk, false);
  ASSERT_EQ(restarted.open_error(), "");
  EXPECT_TRUE(restarted.api().health().ready);
  EXPECT_EQ(restarted.wait(restarted.api().receipt(unlucky))->decision.rule_id, "A4");
}

TEST(Province, PublicListsTellWhatIsInForce) {
  Disk disk;
  TestProvince province(disk);
  EXPECT_EQ(province.api().list(PublicList::kInstitutions, true)->size(), 3u);
  EXPECT_EQ(province.api().list(PublicList::kGrants, true)->size(), 2u);
  const auto policies = *province.api().list(PublicList::kPolicies, true);
  ASSERT_EQ(policies.size(), 1u);
  EXPECT_EQ(province.api().find_public(PublicList::kPolicies, hex_encode(policies.front().hash))->id,
            policies.front().id);
  province.clock().set(*parse_instant("2023-12-01T00:00:00Z"));
  EXPECT_TRUE(province.api().list(PublicList::kGrants, true)->empty());
  EXPECT_EQ(province.api().list(PublicList::kGrants, false)->size(), 2u);
}

TEST(Province, AnAreaOrderThatWasLiftedIsNoLongerInForce) {
  Disk disk;
  TestProvince province(disk);
  const auto order = [](const std::string& until) {
    return R"({"type":"area_order","number":"AO-1","issuer":"root","area":"410103","level":"high","lockdown":"none",)"
           R"("test_interval_hours":0,"from":"2022-11-20T00:00:00Z","until":")" +
           until + "\"}";
  };
  province.publish(province.sign_by_roots("area_order", order("2022-11-25T00:00:00Z")));
  EXPECT_EQ(province.api().list(PublicList::kAreaOrders, true)->size(), 1u);
  const UnixSeconds lifted = kNow.plus(kSecondsPerDay);
  province.clock().set(lifted);
  province.publish(province.sign_by_roots("area_order", order(lifted.to_string())));
  EXPECT_TRUE(province.api().list(PublicList::kAreaOrders, true)->empty());
  EXPECT_EQ(province.api().list(PublicList::kAreaOrders, false)->size(), 2u);
}

TEST(Province, StatisticsHideSmallCells) {
  Disk disk;
  TestProvince province(disk);
  for (std::uint32_t i = 0; i < 12; ++i) province.register_someone(i);
  const auto few = province.wait(province.api().statistics({}));
  ASSERT_TRUE(few.ok());
  ASSERT_FALSE(few->cells.empty());
  for (const StatisticsCell& cell : few->cells) EXPECT_EQ(cell.count, 12u) << cell.area;
  // The answer is kept for a minute, so two more residents do not show at once.
  province.register_someone(20);
  EXPECT_EQ(province.wait(province.api().statistics({}))->cells.front().count, 12u);
}

}  // namespace
}  // namespace mingma::service
