#include "shard/notice.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "shard/audit.h"
#include "shard/errors.h"
#include "shard/tables.h"
#include "shard/test_province.h"
#include "store/memory_store.h"

namespace mingma::shard {
namespace {

using testing::kHour;
using testing::kStart;
using testing::TestProvince;

class Notices : public ::testing::Test {
 protected:
  Notices() {
    province_.found();
    province_.publish(province_.institution("aud-1", InstitutionClass::kAuditor));
  }
  CommandResult publish(const Notice& notice, UnixSeconds at = kStart) {
    return province_.control().run(NoticeCommand{notice}, at);
  }
  Notice ending(const NoticeId& alarm, std::string_view by, std::string_view word = "explained") {
    Json document;
    document.set("type", "alarm_ending");
    document.set("alarm", hex_encode(alarm));
    document.set("ending", word);
    document.set("by", by);
    document.set("text", Json::Object{{"zh", "养老院聚集性疫情"}, {"en", "an outbreak in a nursing home"}});
    document.set("at", kStart.plus(kHour).to_string());
    const std::string bytes = document.to_string();
    crypto::SigningKey& key = *province_.find(by).key;
    Json envelope;
    envelope.set("type", "alarm_ending");
    envelope.set("document", bytes);
    envelope.set("signatures", Json::Array{Json::Object{
                                   {"key", key.verifying_key().key_id()},
                                   {"signature", base64_encode(key.sign(document_digest("alarm_ending", bytes)))}}});
    return make_ending_notice(envelope.to_string());
  }
  const Alarm alarm_{AlarmKind::kMassAssignmentSigner, "cdc-1", "key", {}, {}, kStart, kStart.plus(kHour)};
  TestProvince province_;
};

TEST_F(Notices, AnAlarmIsPublishedOnceWithALeafThatNamesItsText) {
  const Notice notice = make_notice(alarm_);
  const CommandResult first = publish(notice);
  ASSERT_FALSE(first.error.has_value()) << first.error->to_string();
  ASSERT_TRUE(first.leaf.has_value());
  const CommandResult again = publish(notice, kStart.plus(60));
  EXPECT_TRUE(again.existed);
  EXPECT_EQ(again.leaf, first.leaf);
  const auto stored = list_notices(province_.control().store(), NoticeType::kAlarm);
  ASSERT_TRUE(stored.ok());
  ASSERT_EQ(stored->size(), 1u);
  EXPECT_EQ(stored->front().notice, notice);
  const Bytes entry = province_.control().machine().ledger().entry(*first.leaf).value();
  const Leaf leaf = decode_leaf(entry).value();
  EXPECT_EQ(leaf.kind, LeafKind::kAlarm);
  EXPECT_EQ(*leaf.document, crypto::sha256(as_bytes(notice.text)));
  // Data shards follow past it.
  province_.follow(kStart.plus(120));
  EXPECT_EQ(province_.data().machine().followed(), province_.control().machine().position());
}

TEST_F(Notices, FiguresOfADayAreNeverPublishedInAnotherForm) {
  Notice notice{NoticeType::kFigures, {1}, R"({"type":"figures","day":"2022-06-28","leaves":3})"};
  EXPECT_FALSE(publish(notice).error.has_value());
  notice.text = R"({"type":"figures","day":"2022-06-28","leaves":4})";
  ASSERT_TRUE(publish(notice).error.has_value());
  EXPECT_TRUE(publish(notice).error->is(errors::kShardConflict));
  notice = {NoticeType::kFigures, {2}, R"({"type":"alarm"})"};
  EXPECT_TRUE(publish(notice).error.has_value());
}

TEST_F(Notices, AnEndingIsSignedByAnAuditorAboutAnAlarmThatWasRaised) {
  const NoticeId id = alarm_id(alarm_);
  EXPECT_TRUE(publish(ending(id, "aud-1")).error.has_value()) << "no such alarm yet";
  publish(make_notice(alarm_));
  EXPECT_FALSE(publish(ending(id, "aud-1"), kStart.plus(2 * kHour)).error.has_value());
  EXPECT_TRUE(publish(ending(id, "cdc-1")).error->is(errors::kShardNotAuthorised)) << "not by whom it is about";
  EXPECT_TRUE(publish(ending(id, "aud-1", "forgotten")).error.has_value());
  Notice forged = ending(id, "aud-1");
  forged.text.replace(forged.text.find("nursing"), 7, "another");
  forged = make_ending_notice(forged.text);
  EXPECT_TRUE(publish(forged).error->is(errors::kShardBadSignature));
}

TEST_F(Notices, TheAuditDerivesThemAgain) {
  publish(make_notice(alarm_));
  publish(ending(alarm_id(alarm_), "aud-1"), kStart.plus(2 * kHour));
  const auto tables = shard_tables();
  const auto scratch = store::make_memory_store(tables);
  const auto report = audit_shard({.shard = kControlShard}, province_.control().store(), nullptr, nullptr, *scratch);
  ASSERT_TRUE(report.ok());
  for (const Finding& finding : report->findings)
    ADD_FAILURE() << finding.code << " " << finding.where << " " << finding.text;
}

}  // namespace
}  // namespace mingma::shard
