#include "ledger/tile.h"

#include <gtest/gtest.h>

#include "ledger/errors.h"

namespace mingma::ledger {
namespace {

TEST(TilePathTest, GivesTheExamplesOfTheSpecification) {
  EXPECT_EQ((TileName{TileKind::kHashes, 3, 1234067, 256}.to_path()), "tile/3/x001/x234/067");
  EXPECT_EQ((TileName{TileKind::kEntries, 0, 0, 256}.to_path()), "tile/entries/000");
  EXPECT_EQ((TileName{TileKind::kHashes, 1, 1, 17}.to_path()), "tile/1/001.p/17");
  EXPECT_EQ((TileName{TileKind::kEntries, 0, 273, 112}.to_path()), "tile/entries/273.p/112");
}

TEST(TilePathTest, EveryNameReadsBack) {
  for (const std::uint64_t index :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{999}, std::uint64_t{1000}, std::uint64_t{1'000'000},
        std::uint64_t{123'456'789'012}, (std::uint64_t{1} << 56) - 1}) {
    for (const std::uint16_t width : {1, 255, 256}) {
      for (const TileName& name :
           {TileName{TileKind::kHashes, 63, index, width}, TileName{TileKind::kEntries, 0, index, width}}) {
        const auto parsed = parse_tile_path(name.to_path());
        ASSERT_TRUE(parsed.ok()) << name.to_path();
        EXPECT_EQ(*parsed, name);
      }
    }
  }
}

TEST(TilePathTest, RefusesEveryOtherSpelling) {
  for (const char* path : {"",
                           "tile",
                           "tile/",
                           "tile/0",
                           "tile/0/",
                           "tile/0/0",
                           "tile/0/00",
                           "tile/0/0000",
                           "tile/0/x000/001",
                           "tile/0/x001",
                           "tile/0/x001/",
                           "tile/0/001/002",
                           "tile/0/X001/002",
                           "tile/00/001",
                           "tile/64/001",
                           "tile/-1/001",
                           "tile/+1/001",
                           "tile/0/001.p/0",
                           "tile/0/001.p/256",
                           "tile/0/001.p/01",
                           "tile/0/001.p/",
                           "tile/0/001.p",
                           "tile/0/001.q/1",
                           "tile/0/001 ",
                           "/tile/0/001",
                           "tile/0/-01",
                           "tile/entry/001",
                           "tile/entries/0x1",
                           "tile/0/x001/x002/x003/x004/x005/x006/007",
                           "tile/0/x999/x999/x999/x999/x999/999",
                           "tile/0/001.p/1/"}) {
    const auto parsed = parse_tile_path(path);
    ASSERT_FALSE(parsed.ok()) << path;
    EXPECT_TRUE(parsed.error().is(errors::kInvalidTilePath));
  }
}

TEST(TilesOfTest, SeventyThousandLeavesAreTheTilesTheSpecificationNames) {
  int full[3] = {};
  int full_bundles = 0;
  std::vector<std::string> partial;
  for (const TileName& tile : tiles_of({70'000})) {
    if (!tile.full()) {
      partial.push_back(tile.to_path());
    } else if (tile.kind == TileKind::kEntries) {
      ++full_bundles;
    } else {
      ++full[tile.level];
    }
  }
  EXPECT_EQ(full[0], 273);
  EXPECT_EQ(full[1], 1);
  EXPECT_EQ(full[2], 0);
  EXPECT_EQ(full_bundles, 273);
  EXPECT_EQ(partial, (std::vector<std::string>{"tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1",
                                               "tile/entries/273.p/112"}));
}

TEST(TilesOfTest, AFullLevelHasNoEmptyTileBesideIt) {
  std::vector<std::string> paths;
  for (const TileName& tile : tiles_of({256})) paths.push_back(tile.to_path());
  EXPECT_EQ(paths, (std::vector<std::string>{"tile/0/000", "tile/1/000.p/1", "tile/entries/000"}));
  EXPECT_TRUE(tiles_of({0}).empty());
  EXPECT_FALSE(tile_at({TileKind::kHashes, 0, 1, 256}, {256}).ok());
  EXPECT_FALSE(tile_at({TileKind::kHashes, 0, (std::uint64_t{1} << 56) - 1, 256}, {256}).ok());
  EXPECT_EQ(tile_at({TileKind::kHashes, 0, 1, 256}, {257})->width, 1);
}

TEST(BundleTest, EntriesReadBackEmptyAndLongestOnesToo) {
  Bytes bundle;
  const Bytes longest(kEntryBytesMax, 7);
  append_entry(bundle, {});
  append_entry(bundle, longest);
  append_entry(bundle, as_bytes("abc"));
  const auto entries = parse_bundle(bundle, 3);
  ASSERT_TRUE(entries.ok());
  EXPECT_TRUE((*entries)[0].empty());
  EXPECT_TRUE(equal((*entries)[1], longest));
  EXPECT_EQ(as_text((*entries)[2]), "abc");
  EXPECT_EQ(hex_encode(ByteView(bundle).last(5)), "0003616263");
}

TEST(BundleTest, ACutBundleOrAnotherCountIsRefused) {
  Bytes bundle;
  append_entry(bundle, as_bytes("one"));
  append_entry(bundle, as_bytes("two"));
  EXPECT_FALSE(parse_bundle(bundle, 1).ok());
  EXPECT_FALSE(parse_bundle(bundle, 3).ok());
  for (std::size_t n = 0; n < bundle.size(); ++n) EXPECT_FALSE(parse_bundle(ByteView(bundle).first(n), 2).ok()) << n;
  EXPECT_FALSE(parse_hash_tile(Bytes(63), 2).ok());
  EXPECT_FALSE(parse_hash_tile(Bytes(96), 2).ok());
  EXPECT_TRUE(parse_hash_tile(Bytes(64), 2).ok());
}

}  // namespace
}  // namespace mingma::ledger
