#include "ledger/ledger.h"

#include <gtest/gtest.h>

#include "ledger/testing/model.h"

namespace mingma::ledger {
namespace {

// Every tile the ledger serves, at its size and at an earlier one, against hashes computed from the entries alone.
void expect_serves(Ledger& ledger, std::span<const Bytes> entries, TreeSize size) {
  const auto hashes = testing::leaf_hashes(entries.first(size.value));
  for (const TileName& name : tiles_of(size)) {
    const auto bytes = ledger.read(name);
    ASSERT_TRUE(bytes.ok()) << name.to_path() << " " << bytes.error().to_string();
    if (name.kind == TileKind::kEntries) {
      Bytes expected;
      for (std::size_t i = 0; i < name.width; ++i) append_entry(expected, entries[name.index * kTileWidth + i]);
      ASSERT_EQ(*bytes, expected) << name.to_path();
      continue;
    }
    const auto served = parse_hash_tile(*bytes, name.width).value();
    const std::size_t leaves = std::size_t{1} << (kTileHeight * name.level);
    for (std::size_t i = 0; i < name.width; ++i) {
      const std::size_t begin = (name.index * kTileWidth + i) * leaves;
      ASSERT_EQ(served[i], merkle_root(std::span(hashes).subspan(begin, leaves))) << name.to_path();
    }
  }
}

TEST(LedgerTest, AnEmptyLedgerHasTheEmptyRootAndNoTiles) {
  MemoryTileStore store;
  auto ledger = Ledger::open(store).value();
  EXPECT_EQ(ledger.size().value, 0U);
  EXPECT_EQ(ledger.root(), empty_root());
  EXPECT_TRUE(ledger.read({TileKind::kHashes, 0, 0, 1}).error().is(errors::kNoSuchTile));
  EXPECT_TRUE(ledger.entry({0}).error().is(errors::kNoSuchLeaf));
}

TEST(LedgerTest, BatchesOfEverySizeGiveTheModelsRootAndTilesAndReopenToTheSame) {
  for (const std::uint64_t seed : {21, 22, 23, 24}) {
    SCOPED_TRACE(seed);
    SeededRng rng(seed);
    const auto entries = testing::random_entries(rng, 1'500);
    const auto hashes = testing::leaf_hashes(entries);
    MemoryTileStore store;
    auto ledger = Ledger::open(store).value();
    std::size_t size = 0;
    while (size < entries.size()) {
      const std::size_t count =
          std::min<std::size_t>(1 + rng.below(rng.below(4) == 0 ? 700 : 20), entries.size() - size);
      auto staged = ledger.stage();
      const auto first = staged.append(std::span(entries).subspan(size, count), store);
      ASSERT_TRUE(first.ok());
      EXPECT_EQ(first->value, size);
      size += count;
      EXPECT_EQ(staged.root(), testing::model_root(std::span(hashes).first(size)));
      ledger.commit(std::move(staged));
      EXPECT_EQ(ledger.size().value, size);
      if (rng.below(5) == 0) ledger = Ledger::open(store).value();
      ASSERT_EQ(ledger.root(), testing::model_root(std::span(hashes).first(size))) << size;
    }
    expect_serves(ledger, entries, {size});
    expect_serves(ledger, entries, {rng.below(size)});
    for (int i = 0; i < 50; ++i) {
      const std::uint64_t index = rng.below(size);
      EXPECT_EQ(ledger.entry({index}).value(), entries[index]);
    }
  }
}

TEST(LedgerTest, AThirdLevelGrowsOverSixtyFiveThousandLeaves) {
  SeededRng rng(25);
  const auto entries = testing::random_entries(rng, 66'000, 8);
  MemoryTileStore store;
  auto ledger = Ledger::open(store).value();
  for (std::size_t at = 0; at < entries.size(); at += 11'000)
    testing::append_all(ledger, store, std::span(entries).subspan(at, 11'000));
  const auto hashes = testing::leaf_hashes(entries);
  EXPECT_EQ(ledger.root(), merkle_root(hashes));
  auto again = Ledger::open(store).value();
  EXPECT_EQ(again.root(), ledger.root());
  expect_serves(again, entries, {66'000});
  expect_serves(again, entries, {65'536});
}

TEST(LedgerTest, AStageThatIsDroppedLeavesNoTrace) {
  SeededRng rng(26);
  const auto entries = testing::random_entries(rng, 600);
  MemoryTileStore store;
  auto ledger = Ledger::open(store).value();
  testing::append_all(ledger, store, std::span(entries).first(300));
  const auto before = store.values();
  {
    MemoryTileBatch batch;
    auto staged = ledger.stage();
    ASSERT_TRUE(staged.append(std::span(entries).subspan(300), batch).ok());
    EXPECT_EQ(staged.size().value, 600U);
  }
  EXPECT_EQ(ledger.size().value, 300U);
  EXPECT_EQ(store.values(), before);
  testing::append_all(ledger, store, std::span(entries).subspan(300));
  EXPECT_EQ(ledger.root(), merkle_root(testing::leaf_hashes(entries)));
}

TEST(LedgerTest, SeveralEventsInOneStageAreOneBatch) {
  SeededRng rng(27);
  const auto entries = testing::random_entries(rng, 1'000);
  MemoryTileStore store;
  auto ledger = Ledger::open(store).value();
  MemoryTileBatch batch;
  auto staged = ledger.stage();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(staged.append(std::span(entries).subspan(i, 1), batch)->value, i);
  }
  batch.write_to(store);
  ledger.commit(std::move(staged));
  auto again = Ledger::open(store).value();
  EXPECT_EQ(again.root(), merkle_root(testing::leaf_hashes(entries)));
  expect_serves(again, entries, {1'000});
}

TEST(LedgerTest, WritingOneLeafCostsLittleMoreThanTheLeaf) {
  SeededRng rng(28);
  MemoryTileStore store;
  auto ledger = Ledger::open(store).value();
  std::size_t extra_total = 0;
  for (int i = 0; i < 1'024; ++i) {
    const std::vector<Bytes> leaf{Bytes(150, static_cast<std::uint8_t>(i))};
    MemoryTileBatch batch;
    auto staged = ledger.stage();
    ASSERT_TRUE(staged.append(leaf, batch).ok());
    batch.write_to(store);
    ledger.commit(std::move(staged));
    const std::size_t extra = batch.bytes() - leaf[0].size();
    if (ledger.size().value % kTileWidth != 0) {
      EXPECT_LT(extra, 300U) << i;
    }
    extra_total += extra;
  }
  EXPECT_LT(extra_total / 1'024, 400U) << "per leaf, full tiles and bundles included";
  for (const auto& [key, value] : store.values())
    EXPECT_FALSE(key.starts_with('f')) << "fragments of full bundles are gone";
}

TEST(LedgerTest, AnEntryTooLongForABundleIsRefusedAndNothingIsWritten) {
  MemoryTileStore store;
  auto ledger = Ledger::open(store).value();
  auto staged = ledger.stage();
  const std::vector<Bytes> entries{Bytes(10), Bytes(kEntryBytesMax + 1)};
  const auto refused = staged.append(entries, store);
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(refused.error().is(errors::kEntryTooLarge));
  EXPECT_TRUE(store.values().empty());
  const std::vector<Bytes> longest{Bytes(kEntryBytesMax)};
  EXPECT_TRUE(staged.append(longest, store).ok());
}

TEST(LedgerTest, OpeningFindsMissingAndDamagedTailRecords) {
  SeededRng rng(29);
  const auto entries = testing::random_entries(rng, 300);
  MemoryTileStore good;
  auto ledger = Ledger::open(good).value();
  testing::append_all(ledger, good, std::span(entries).first(280));
  testing::append_all(ledger, good, std::span(entries).subspan(280));
  for (const auto& [key, value] : good.values()) {
    if (key.starts_with('b')) continue;  // full bundles are not needed to open; the verifier reads them
    MemoryTileStore damaged = good;
    if (key != "m") {
      damaged.erase(key);
      const auto missing = Ledger::open(damaged);
      ASSERT_FALSE(missing.ok());
      EXPECT_TRUE(missing.error().is(errors::kLedgerBroken));
    }
    Bytes cut = value;
    cut.pop_back();
    damaged.put(key, cut);
    EXPECT_FALSE(Ledger::open(damaged).ok());
  }
}

}  // namespace
}  // namespace mingma::ledger
