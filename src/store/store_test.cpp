// The contract of store.h, run on every implementation; and what only one of them promises.
#include "store/store.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <map>

#include "base/rng.h"
#include "store/errors.h"
#include "store/faulty_store.h"
#include "store/memory_store.h"
#include "store/rocksdb_store.h"

namespace mingma::store {
namespace {

const std::vector<TableSpec> kTables{
    {"points", TableKind::kPoint}, {"sequence", TableKind::kSequence}, {"blobs", TableKind::kBlob}};
constexpr TableId kPoints{0};
constexpr TableId kSequence{1};
constexpr TableId kBlobs{2};

std::string scratch_directory() {
  std::string name = (std::filesystem::temp_directory_path() / "mingma-store-XXXXXX").string();
  MINGMA_ASSERT(mkdtemp(name.data()) != nullptr);
  return name;
}

class Directory {
 public:
  Directory() : path_(scratch_directory()) {}
  ~Directory() { std::filesystem::remove_all(path_); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

enum class Which { kMemory, kRocksDb };

class StoreContract : public testing::TestWithParam<Which> {
 protected:
  StoreContract() {
    if (GetParam() == Which::kMemory) {
      store_ = make_memory_store(kTables);
    } else {
      auto opened = open_rocksdb_store(directory_ / "db", kTables, {.memtable_bytes = 1u << 20});
      EXPECT_TRUE(opened.ok());
      store_ = std::move(opened).value();
    }
  }

  void put(TableId table, std::string_view key, std::string_view value) {
    Batch batch;
    batch.put(table, as_bytes(key), as_bytes(value));
    ASSERT_TRUE(store_->write(batch, Durability::kSynced).ok());
  }
  static std::string get(const Reader& reader, TableId table, std::string_view key) {
    const auto value = reader.get(table, as_bytes(key));
    EXPECT_TRUE(value.ok());
    return value->has_value() ? std::string(as_text(**value)) : "(absent)";
  }
  static std::string keys(const Reader& reader, TableId table, std::string_view prefix = "") {
    std::string out;
    EXPECT_TRUE(reader
                    .scan(table, as_bytes(prefix),
                          [&](ByteView key, ByteView value) -> Result<void> {
                            out += std::string(as_text(key)) + "=" + std::string(as_text(value)) + " ";
                            return {};
                          })
                    .ok());
    return out;
  }

  Directory directory_;
  std::unique_ptr<Store> store_;
};

TEST_P(StoreContract, ReadsWhatWasWrittenAndNothingElse) {
  put(kPoints, "a", "1");
  put(kSequence, "a", "2");
  EXPECT_EQ(get(*store_, kPoints, "a"), "1");
  EXPECT_EQ(get(*store_, kSequence, "a"), "2");
  EXPECT_EQ(get(*store_, kBlobs, "a"), "(absent)");
  EXPECT_EQ(get(*store_, kPoints, "aa"), "(absent)");
}

TEST_P(StoreContract, LastOperationOnAKeyInABatchWins) {
  put(kPoints, "c", "old");
  Batch batch;
  batch.put(kPoints, as_bytes("a"), as_bytes("1"));
  batch.put(kPoints, as_bytes("a"), as_bytes("2"));
  batch.put(kPoints, as_bytes("b"), as_bytes("1"));
  batch.erase(kPoints, as_bytes("b"));
  batch.erase(kPoints, as_bytes("c"));
  batch.put(kPoints, as_bytes("c"), as_bytes(""));
  batch.erase(kPoints, as_bytes("never there"));
  ASSERT_TRUE(store_->write(batch, Durability::kBuffered).ok());
  EXPECT_EQ(keys(*store_, kPoints), "a=2 c= ");
}

TEST_P(StoreContract, IteratesInByteOrderFromAnyKey) {
  for (const char* key : {"b", "a", "ab", "c", "\xff"}) put(kSequence, key, key);
  EXPECT_EQ(keys(*store_, kSequence), "a=a ab=ab b=b c=c \xff=\xff ");
  EXPECT_EQ(keys(*store_, kSequence, "a"), "a=a ab=ab ");
  const auto iterator = std::move(store_->iterate(kSequence)).value();
  iterator->seek(as_bytes("aa"));
  ASSERT_TRUE(iterator->valid());
  EXPECT_EQ(as_text(iterator->key()), "ab");
  iterator->seek_last();
  ASSERT_TRUE(iterator->valid());
  EXPECT_EQ(as_text(iterator->key()), "\xff");
  iterator->next();
  EXPECT_FALSE(iterator->valid());
  EXPECT_TRUE(iterator->status().ok());
}

TEST_P(StoreContract, EraseRangeTakesTheFirstAndLeavesTheEnd) {
  for (const char* key : {"a", "b", "c", "d"}) put(kSequence, key, key);
  Batch batch;
  batch.erase_range(kSequence, as_bytes("b"), as_bytes("d"));
  batch.erase_range(kSequence, as_bytes("z"), as_bytes("a"));  // an empty range
  ASSERT_TRUE(store_->write(batch, Durability::kSynced).ok());
  EXPECT_EQ(keys(*store_, kSequence), "a=a d=d ");
}

TEST_P(StoreContract, SnapshotsAndIteratorsDoNotSeeLaterWrites) {
  put(kPoints, "a", "1");
  const auto snapshot = std::move(store_->snapshot()).value();
  const auto iterator = std::move(store_->iterate(kPoints)).value();
  put(kPoints, "a", "2");
  put(kPoints, "b", "2");
  EXPECT_EQ(get(*snapshot, kPoints, "a"), "1");
  EXPECT_EQ(keys(*snapshot, kPoints), "a=1 ");
  iterator->seek({});
  ASSERT_TRUE(iterator->valid());
  EXPECT_EQ(as_text(iterator->value()), "1");
  iterator->next();
  EXPECT_FALSE(iterator->valid());
  EXPECT_EQ(get(*store_, kPoints, "a"), "2");
}

TEST_P(StoreContract, KeepsLargeValuesWhole) {
  SeededRng rng(7);
  Bytes large(3u << 20);
  rng.fill(large);
  Batch batch;
  batch.put(kBlobs, as_bytes("large"), large);
  ASSERT_TRUE(store_->write(batch, Durability::kSynced).ok());
  Bytes out;
  const auto found = store_->get_into(kBlobs, as_bytes("large"), out);
  ASSERT_TRUE(found.ok() && *found);
  EXPECT_EQ(out, large);
}

TEST_P(StoreContract, AgreesWithAMapUnderRandomBatches) {
  const std::uint64_t seed = 20'220'613;
  SCOPED_TRACE(seed);
  SeededRng rng(seed);
  std::map<std::string, std::string> model;
  for (int round = 0; round < 200; ++round) {
    Batch batch;
    for (std::uint64_t i = rng.below(20); i > 0; --i) {
      const std::string key(1 + rng.below(2), static_cast<char>('a' + rng.below(26)));
      if (rng.below(3) == 0) {
        batch.erase(kPoints, as_bytes(key));
        model.erase(key);
      } else {
        const std::string value = std::to_string(rng.next());
        batch.put(kPoints, as_bytes(key), as_bytes(value));
        model[key] = value;
      }
    }
    ASSERT_TRUE(store_->write(batch, Durability::kBuffered).ok());
  }
  std::string expected;
  for (const auto& [key, value] : model) expected += key + "=" + value + " ";
  EXPECT_EQ(keys(*store_, kPoints), expected);
}

INSTANTIATE_TEST_SUITE_P(All, StoreContract, testing::Values(Which::kMemory, Which::kRocksDb),
                         [](const auto& tested) { return tested.param == Which::kMemory ? "Memory" : "RocksDb"; });

TEST(RocksDbStore, KeepsEverythingOverCloseAndOpen) {
  const Directory directory;
  {
    auto store = std::move(open_rocksdb_store(directory / "db", kTables)).value();
    Batch batch;
    batch.put(kPoints, as_bytes("a"), as_bytes("1"));
    batch.put(kBlobs, as_bytes("b"), Bytes(100'000, 7));
    ASSERT_TRUE(store->write(batch, Durability::kSynced).ok());
  }
  auto store = std::move(open_rocksdb_store(directory / "db", kTables, {.create_if_missing = false})).value();
  EXPECT_TRUE(store->get(kPoints, as_bytes("a"))->has_value());
  EXPECT_EQ(store->get(kBlobs, as_bytes("b"))->value().size(), 100'000u);
}

TEST(RocksDbStore, ACopyOpensAndHoldsTheStateOfThatMoment) {
  const Directory directory;
  auto store = std::move(open_rocksdb_store(directory / "db", kTables)).value();
  Batch batch;
  batch.put(kPoints, as_bytes("a"), as_bytes("1"));
  ASSERT_TRUE(store->write(batch, Durability::kSynced).ok());
  ASSERT_TRUE(store->copy_to(directory / "copy").ok());
  batch.put(kPoints, as_bytes("b"), as_bytes("2"));
  ASSERT_TRUE(store->write(batch, Durability::kSynced).ok());
  const auto copy = std::move(open_rocksdb_store(directory / "copy", kTables, {.create_if_missing = false})).value();
  EXPECT_TRUE(copy->get(kPoints, as_bytes("a"))->has_value());
  EXPECT_FALSE(copy->get(kPoints, as_bytes("b"))->has_value());
}

TEST(RocksDbStore, RefusesADirectoryThatIsMissingLockedOrNoDirectory) {
  const Directory directory;
  const auto missing = open_rocksdb_store(directory / "none", kTables, {.create_if_missing = false});
  ASSERT_FALSE(missing.ok());
  EXPECT_TRUE(missing.error().is(errors::kStoreCannotOpen));
  const auto store = std::move(open_rocksdb_store(directory / "db", kTables)).value();
  EXPECT_FALSE(open_rocksdb_store(directory / "db", kTables).ok());
}

TEST(MemoryStore, RefusesToBeCopied) {
  EXPECT_TRUE(make_memory_store(kTables)->copy_to("anywhere").error().is(errors::kStoreUnsupported));
}

TEST(FaultyStore, FailsEitherWayAndThenForGood) {
  for (const Fault fault : {Fault::kNotDone, Fault::kDoneThoughFailed}) {
    const auto inner = make_memory_store(kTables);
    FaultyStore store(*inner);
    store.fail_write(1, fault);
    Batch batch;
    batch.put(kPoints, as_bytes("a"), as_bytes("1"));
    EXPECT_TRUE(store.write(batch, Durability::kSynced).ok());
    batch.put(kPoints, as_bytes("b"), as_bytes("1"));
    EXPECT_FALSE(store.write(batch, Durability::kSynced).ok());
    batch.put(kPoints, as_bytes("c"), as_bytes("1"));
    EXPECT_FALSE(store.write(batch, Durability::kSynced).ok());
    EXPECT_TRUE(store.get(kPoints, as_bytes("a"))->has_value());
    EXPECT_EQ(store.get(kPoints, as_bytes("b"))->has_value(), fault == Fault::kDoneThoughFailed);
    EXPECT_FALSE(store.get(kPoints, as_bytes("c"))->has_value());
  }
}

}  // namespace
}  // namespace mingma::store
