// Alarms, endings and figures through the whole province.
#include <sstream>

#include "code/credential.h"
#include "ledger/checkpoint.h"
#include "ledger/tile.h"
#include "service/audit.h"
#include "service/errors.h"
#include "service/figures.h"
#include "service/oversight.h"
#include "service/service_test_support.h"

namespace mingma::service {
namespace {

using testing::Disk;
using testing::kNow;
using testing::TestProvince;

class Alarms : public ::testing::Test {
 protected:
  Alarms() : province_(disk_), auditor_(crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEd25519)) {
    province_.publish(province_.sign_by_roots(
        "institution",
        R"({"type":"institution","id":"AUD-01","class":"auditor","name":{"zh":"审计","en":"AUD-01"},"phone":"0371-2",)"
        R"("division":"41","keys":[{"key":")" +
            base64_encode(auditor_.verifying_key().spki_der()) +
            R"(","from":"2022-01-01T00:00:00Z"}],"issued_at":"2022-11-01T00:00:00Z"})"));
    province_.settle();
  }
  // Contact findings about residents first..first+count-1, all of the same instant.
  void find_contacts(std::uint32_t first, std::uint32_t count) {
    for (std::uint32_t i = first; i < first + count; ++i) {
      const TestProvince::Someone someone = province_.register_someone(i);
      const std::string finding =
          TestProvince::contact_finding(someone, "CF-" + std::to_string(i), kNow.plus(-kSecondsPerDay));
      const auto outcome =
          province_.wait(province_.api().submit_statement(province_.sign_by(testing::kCdc, "statement", finding)));
      ASSERT_TRUE(outcome.ok()) << outcome.error().to_string();
    }
    settle();
  }
  void settle() {
    for (int i = 0; i < 3; ++i) province_.settle();
  }
  std::vector<NoticeView> list(shard::NoticeType type) {
    auto found = province_.wait(province_.api().notices(type, {}));
    EXPECT_TRUE(found.ok());
    return found.ok() ? *found : std::vector<NoticeView>{};
  }
  static std::string kind_of(const NoticeView& alarm) { return parse_json(alarm.text)->find("kind")->string(); }

  Disk disk_;
  TestProvince province_;
  crypto::SigningKey auditor_;
};

TEST_F(Alarms, IdenticalReasonsInBulkAreRaisedOnceWithALeafAndEndedByAnAuditor) {
  find_contacts(0, 35);
  std::vector<NoticeView> alarms = list(shard::NoticeType::kAlarm);
  ASSERT_EQ(alarms.size(), 1u);
  EXPECT_EQ(kind_of(alarms.front()), "identical_reasons");
  const auto proof = province_.wait(province_.api().inclusion_proof(kControlShard, alarms.front().leaf));
  EXPECT_TRUE(proof.ok());
  settle();
  EXPECT_EQ(list(shard::NoticeType::kAlarm).size(), 1u);

  SignedDocument ending{
      "alarm_ending",
      R"({"type":"alarm_ending","alarm":")" + alarms.front().id +
          R"(","ending":"explained","by":"AUD-01","text":{"zh":"同一航班","en":"one flight"},"at":")" +
          kNow.to_string() + R"("})",
      {}};
  const Digest digest = shard::document_digest("alarm_ending", ending.document);
  ending.signatures.push_back({auditor_.verifying_key().key_id(), auditor_.sign(digest)});
  const auto ended = province_.wait(province_.api().end_alarm(ending));
  ASSERT_TRUE(ended.ok()) << ended.error().to_string();
  alarms = list(shard::NoticeType::kAlarm);
  ASSERT_EQ(alarms.front().endings.size(), 1u);
  EXPECT_EQ(to_json(alarms.front()).find("endings")->array().front().find("content")->find("ending")->string(),
            "explained");
}

TEST_F(Alarms, ACodeWithoutItsLeafIsProofAndRaisesAnAlarm) {
  const TestProvince::Someone someone = province_.register_someone(3);
  settle();
  const auto shown = province_.wait(province_.api().show_code({someone.resident, CodeForm::kPhone, someone.device}));
  ASSERT_TRUE(shown.ok());
  const auto honest = province_.wait(province_.api().compare_code((*shown)->credential));
  ASSERT_TRUE(honest.ok()) << honest.error().to_string();
  EXPECT_TRUE(honest->fits) << honest->finding.en;

  // Whoever holds the code key signs red for a green leaf.
  const code::Credential credential = *code::read_credential((*shown)->credential);
  code::Claims claims = credential.claims;
  claims.colour = code::Colour::kRed;
  crypto::SigningKey key = *crypto::SigningKey::from_pem(disk_.pems.at("code"));
  const Bytes forged = *code::CredentialIssuer(key).issue(claims);
  const auto found = province_.wait(province_.api().compare_code(forged));
  ASSERT_TRUE(found.ok());
  EXPECT_FALSE(found->fits);
  settle();
  const std::vector<NoticeView> alarms = list(shard::NoticeType::kAlarm);
  ASSERT_EQ(alarms.size(), 1u);
  EXPECT_EQ(alarms.front().id, found->alarm);
  EXPECT_EQ(kind_of(alarms.front()), "leafless_code");

  crypto::SigningKey other = crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEs256);
  const auto stranger = province_.wait(province_.api().compare_code(*code::CredentialIssuer(other).issue(claims)));
  EXPECT_TRUE(stranger.error().is(errors::kSignatureRefused));
}

TEST_F(Alarms, ACheckpointThatTheLedgerDoesNotExtendRaisesAnAlarm) {
  province_.register_someone(3);
  settle();
  const Blob newest = *province_.wait(province_.api().ledger_file(kControlShard, "checkpoint"));
  const auto honest =
      province_.wait(province_.api().compare_checkpoint(kControlShard, std::string(as_text(*newest.bytes))));
  ASSERT_TRUE(honest.ok()) << honest.error().to_string();
  EXPECT_TRUE(honest->fits);
  const auto parsed = ledger::parse_checkpoint(ledger::parse_note(as_text(*newest.bytes))->text);
  crypto::SigningKey key = *crypto::SigningKey::from_pem(disk_.pems.at("checkpoint-0"));
  ledger::Checkpoint other = *parsed;
  other.head.root.bytes[0] ^= 1;
  const auto found =
      province_.wait(province_.api().compare_checkpoint(kControlShard, ledger::sign_checkpoint(other, key)));
  ASSERT_TRUE(found.ok()) << found.error().to_string();
  EXPECT_FALSE(found->fits);
  settle();
  ASSERT_EQ(list(shard::NoticeType::kAlarm).size(), 1u);
  EXPECT_EQ(kind_of(list(shard::NoticeType::kAlarm).front()), "split_view");
}

TEST_F(Alarms, FiguresOfADayAreWhatItsLeavesAddUpToAndTheAuditCountsThemAgain) {
  find_contacts(0, 12);
  EXPECT_TRUE(list(shard::NoticeType::kFigures).empty()) << "the day is not over";
  province_.clock().set(kNow.plus(kSecondsPerDay));
  settle();
  const std::vector<NoticeView> figures = list(shard::NoticeType::kFigures);
  ASSERT_EQ(figures.size(), 1u);
  const Json content = *parse_json(figures.front().text);
  EXPECT_EQ(content.find("day")->string(), "2022-11-20");
  std::int64_t leaves = 0;
  std::int64_t worse = 0;
  for (const std::uint16_t n : {1, 2}) {
    const ShardId id{n};
    for (std::uint64_t leaf = 0;; ++leaf) {
      const auto proof = province_.wait(province_.api().inclusion_proof(id, {leaf}));
      if (!proof.ok()) break;
      const Blob bundle =
          *province_.wait(province_.api().ledger_file(id, "tile/entries/000.p/" + std::to_string(proof->tree_size)));
      const auto entries = ledger::parse_bundle(*bundle.bytes, proof->tree_size);
      ASSERT_TRUE(entries.ok());
      const shard::Leaf decoded = *shard::decode_leaf((*entries)[leaf]);
      ++leaves;
      worse += decoded.kind == shard::LeafKind::kDecision && decoded.from < decoded.to;
    }
  }
  EXPECT_EQ(content.find("leaves")->integer(), leaves);
  EXPECT_EQ(content.find("totals")->find("decision_worse")->integer(), worse);
  province_.clock().set(kNow.plus(kSecondsPerDay + 60));
  settle();
  EXPECT_EQ(list(shard::NoticeType::kFigures).size(), 1u);
}

TEST(Figures, HideSmallCellsAndEnoughBesideThem) {
  DayFigures figures(*parse_date("2022-06-13"));
  const auto add = [&](const char* rule, int count) {
    shard::Leaf leaf{.kind = shard::LeafKind::kDecision, .rule = rule};
    leaf.to = rules::Colour::kRed;
    leaf.from = rules::Colour::kGreen;
    for (int i = 0; i < count; ++i) figures.add(leaf);
  };
  add("A1", 100);
  add("A2", 40);
  add("A3", 3);
  const Json text = *parse_json(figures.text(10));
  EXPECT_EQ(text.find("totals")->find("decision")->integer(), 143);
  std::map<std::string, bool> hidden;
  std::int64_t shown = 0;
  for (const Json& cell : text.find("cells")->array()) {
    hidden[cell.find("rule")->string()] = cell.find("suppressed") != nullptr;
    if (const Json* count = cell.find("count")) shown += count->integer();
  }
  // A3 alone could be had by subtraction, so the next smallest goes with it.
  EXPECT_EQ(hidden, (std::map<std::string, bool>{{"A1", false}, {"A2", true}, {"A3", true}}));
  EXPECT_EQ(143 - shown, 43);
}

}  // namespace
}  // namespace mingma::service
