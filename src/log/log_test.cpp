#include <gtest/gtest.h>

#include <vector>

#include "log/errors.h"
#include "log/local_log.h"
#include "log/shard_log.h"
#include "store/memory_store.h"

namespace mingma::log {
namespace {

constexpr store::TableId kTable{0};
const std::vector<store::TableSpec> kTables{{"log", store::TableKind::kBlob}, {"state", store::TableKind::kPoint}};

class LocalLogTest : public testing::Test {
 protected:
  std::unique_ptr<ShardLog> open() { return std::move(open_local_log(*store_, kTable)).value(); }

  void write(ShardLog& log, std::string_view body) {
    store::Batch batch;
    const auto header = body.empty() ? log.claim(batch) : log.append(as_bytes(body), batch);
    ASSERT_TRUE(header.ok()) << header.error().to_string();
    ASSERT_TRUE(store_->write(batch, store::Durability::kSynced).ok());
    log.advance(*header);
  }
  static Result<std::string> bodies(const ShardLog& log, std::uint64_t from = 1) {
    std::string out;
    MINGMA_CHECK(log.read(Sequence{from}, [&](const Record& record) -> Result<void> {
      out += std::to_string(record.header.epoch.value) + ":" + std::string(as_text(record.body)) + " ";
      return {};
    }));
    return out;
  }
  // Replaces record `sequence` by what `change` makes of it; an empty result erases it.
  void tamper(std::uint64_t sequence, const std::function<Bytes(Bytes)>& change) {
    const std::array<std::uint8_t, 8> key{0, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(sequence)};
    const Bytes value = change(store_->get(kTable, key)->value());
    store::Batch batch;
    if (value.empty()) {
      batch.erase(kTable, key);
    } else {
      batch.put(kTable, key, value);
    }
    ASSERT_TRUE(store_->write(batch, store::Durability::kSynced).ok());
  }

  std::unique_ptr<store::Store> store_ = store::make_memory_store(kTables);
};

TEST_F(LocalLogTest, ReadsBackWhatWasAppendedInOrder) {
  const auto log = open();
  for (const char* body : {"", "a", "b", "c"}) write(*log, body);
  EXPECT_EQ(*bodies(*log), "1: 1:a 1:b 1:c ");
  EXPECT_EQ(*bodies(*log, 3), "1:b 1:c ");
  EXPECT_EQ(*bodies(*log, 5), "");
}

TEST_F(LocalLogTest, GoesOnWhereItStoppedUnderANewEpoch) {
  const auto first = open();
  write(*first, "");
  write(*first, "a");
  const auto second = open();
  EXPECT_EQ(second->end(), first->end());
  write(*second, "");
  write(*second, "b");
  EXPECT_EQ(*bodies(*second), "1: 1:a 2: 2:b ");
}

TEST_F(LocalLogTest, RefusesToAppendWithoutAClaimOrAfterAnotherOwnersClaim) {
  const auto first = open();
  store::Batch batch;
  EXPECT_TRUE(first->append(as_bytes("a"), batch).error().is(errors::kLogNotOwner));
  write(*first, "");
  const auto second = open();
  write(*second, "");
  EXPECT_TRUE(first->append(as_bytes("late"), batch).error().is(errors::kLogNotOwner));
  EXPECT_TRUE(batch.empty());
}

TEST_F(LocalLogTest, AnAppendWhoseBatchWasNeverWrittenLeavesNoTrace) {
  const auto log = open();
  write(*log, "");
  store::Batch lost;
  ASSERT_TRUE(log->append(as_bytes("lost"), lost).ok());
  write(*log, "kept");
  EXPECT_EQ(*bodies(*log), "1: 1:kept ");
}

TEST_F(LocalLogTest, FindsAnyRecordThatWasAlteredCutOutOrReordered) {
  const auto log = open();
  for (const char* body : {"", "a", "b", "c"}) write(*log, body);
  const auto expect_broken = [&] {
    const auto read = bodies(*open());
    ASSERT_FALSE(read.ok());
    EXPECT_TRUE(read.error().is(errors::kLogBrokenChain));
  };
  const Bytes kept = store_->get(kTable, Bytes{0, 0, 0, 0, 0, 0, 0, 3})->value();
  tamper(3, [](Bytes value) {
    value.back() ^= 1;
    return value;
  });
  expect_broken();
  tamper(3, [](Bytes value) {
    value[10] ^= 1;
    return value;
  });
  expect_broken();
  tamper(3, [](Bytes) { return Bytes{}; });
  expect_broken();
  tamper(4, [](Bytes) { return Bytes{}; });
  EXPECT_TRUE(bodies(*open()).ok()) << "a cut tail is whole in itself: only a checkpoint shows it";
}

TEST(ShardLogAccept, IgnoresStaleRecordsOfAnOlderEpoch) {
  ChainEnd end{Epoch{2}, Sequence{7}, Digest{{1}}};
  Record record;
  const Bytes body{1};
  record.body = body;
  record.header = {Epoch{1}, Sequence{8}, end.hash, record_hash(Epoch{1}, Sequence{8}, end.hash, body)};
  EXPECT_EQ(*accept(end, record), Acceptance::kStale);
  EXPECT_EQ(end.sequence, Sequence{7});
}

TEST(ShardLogAccept, RefusesAHigherEpochWithoutAClaimAndAClaimOfTheSameEpoch) {
  ChainEnd end{Epoch{2}, Sequence{7}, Digest{{1}}};
  Record record;
  const Bytes body{1};
  record.body = body;
  record.header = {Epoch{3}, Sequence{8}, end.hash, record_hash(Epoch{3}, Sequence{8}, end.hash, body)};
  EXPECT_FALSE(accept(end, record).ok());
  record.body = {};
  record.header = {Epoch{2}, Sequence{8}, end.hash, record_hash(Epoch{2}, Sequence{8}, end.hash, {})};
  EXPECT_FALSE(accept(end, record).ok());
  record.header = {Epoch{3}, Sequence{8}, end.hash, record_hash(Epoch{3}, Sequence{8}, end.hash, {})};
  EXPECT_EQ(*accept(end, record), Acceptance::kAccepted);
  EXPECT_EQ(end.epoch, Epoch{3});
}

}  // namespace
}  // namespace mingma::log
