#include "ledger/verifier.h"

#include <gtest/gtest.h>

#include "ledger/publisher.h"
#include "ledger/testing/model.h"
#include "ledger/tlog_proof.h"
#include "ledger/tree_view.h"

namespace mingma::ledger {
namespace {

class VerifierTest : public ::testing::Test {
 protected:
  VerifierTest() { policy_ = {"log.example/1", {publisher_.verifier()}, {}, 0}; }

  // Appends, publishes and puts the log's public files where the verifier fetches them.
  void grow(std::size_t count) {
    auto more = testing::random_entries(rng_, count);
    testing::append_all(ledger_, store_, more);
    entries_.insert(entries_.end(), more.begin(), more.end());
    const auto prepared = publisher_.prepare().value();
    publisher_.published(*prepared);
    MINGMA_ASSERT(
        export_log(ledger_, *publisher_.current(), [&](std::string_view path, ByteView bytes) -> Result<void> {
          web_.files.insert_or_assign(std::string(path), to_bytes(bytes));
          return {};
        }).ok());
  }

  SeededRng rng_{51};
  MemoryTileStore store_;
  Ledger ledger_ = Ledger::open(store_).value();
  crypto::SigningKey key_ = crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEd25519, rng_);
  CheckpointPublisher publisher_ = CheckpointPublisher::open(ledger_, "log.example/1", key_, std::nullopt).value();
  std::vector<Bytes> entries_;
  testing::Resources web_;
  LogPolicy policy_;
};

TEST_F(VerifierTest, AWholeLogIsWalkedEntryByEntry) {
  grow(1'000);
  std::vector<Bytes> seen;
  const auto report = verify_log(web_.fetch(), policy_, [&](LeafIndex index, ByteView entry) -> Result<void> {
    EXPECT_EQ(index.value, seen.size());
    seen.push_back(to_bytes(entry));
    return {};
  });
  ASSERT_TRUE(report.ok()) << report.error().to_string();
  EXPECT_EQ(report->entries, 1'000U);
  EXPECT_EQ(report->opened.checkpoint.head, ledger_.head());
  EXPECT_EQ(seen, entries_);
}

TEST_F(VerifierTest, AnEmptyLogIsWhole) {
  grow(0);
  EXPECT_TRUE(verify_log(web_.fetch(), policy_).ok());
}

TEST_F(VerifierTest, FollowsALogFromAnyCheckpointSeenBefore) {
  std::vector<TreeHead> heads{{{0}, empty_root()}};
  for (int round = 0; round < 25; ++round) {
    grow(round % 6 == 0 ? 256 - ledger_.size().value % 256 : 1 + rng_.below(500));
    heads.push_back(ledger_.head());
  }
  for (const TreeHead& head : heads) {
    std::uint64_t next = head.size.value;
    const auto report =
        verify_log_since(web_.fetch(), policy_, head, [&](LeafIndex index, ByteView entry) -> Result<void> {
          EXPECT_EQ(index.value, next++);
          EXPECT_TRUE(equal(entry, entries_[index.value]));
          return {};
        });
    ASSERT_TRUE(report.ok()) << head.size.value << ": " << report.error().to_string();
    EXPECT_EQ(next, ledger_.size().value);
    TreeHead forged = head;
    forged.root.bytes[5] ^= 1;
    EXPECT_TRUE(verify_log_since(web_.fetch(), policy_, forged).error().is(errors::kSplitView)) << head.size.value;
  }
  EXPECT_TRUE(verify_log_since(web_.fetch(), policy_, {{ledger_.size().value + 1}, ledger_.root()})
                  .error()
                  .is(errors::kSplitView));
}

TEST_F(VerifierTest, PartialTilesAreFoundInFullOnesWhenTheyAreGone) {
  grow(300);
  const TreeHead before = ledger_.head();
  const std::string old_checkpoint(*publisher_.current());
  grow(300);
  std::erase_if(web_.files, [](const auto& file) { return file.first.find(".p/44") != std::string::npos; });
  web_.files["checkpoint"] = to_bytes(as_bytes(old_checkpoint));
  const auto report = verify_log(web_.fetch(), policy_);
  ASSERT_TRUE(report.ok()) << report.error().to_string();
  EXPECT_EQ(report->opened.checkpoint.head, before);
}

TEST_F(VerifierTest, AnyChangedByteOrMissingFileIsFoundAndNamed) {
  grow(70'000);
  ASSERT_TRUE(verify_log(web_.fetch(), policy_).ok());
  // One file of each kind and level; the rest differ in nothing but their number.
  const auto paths = {"checkpoint",      "tile/0/000",     "tile/0/273.p/112", "tile/1/000",
                      "tile/1/001.p/17", "tile/2/000.p/1", "tile/entries/100", "tile/entries/273.p/112"};
  for (const std::string path : paths) {
    ASSERT_TRUE(web_.files.contains(path)) << path;
    auto changed = web_;
    Bytes& bytes = changed.files[path];
    bytes[rng_.below(bytes.size())] ^= static_cast<std::uint8_t>(1u << rng_.below(8));
    const auto report = verify_log(changed.fetch(), policy_);
    ASSERT_FALSE(report.ok()) << path;
    if (path != "checkpoint") {
      EXPECT_NE(report.error().to_string().find(path.substr(path.rfind('/'))), std::string::npos)
          << report.error().to_string();
    }
    changed.files.erase(path);
    EXPECT_FALSE(verify_log(changed.fetch(), policy_).ok()) << path;
  }
}

TEST_F(VerifierTest, AVisitorsErrorStopsTheWalk) {
  grow(10);
  int seen = 0;
  const auto report = verify_log(web_.fetch(), policy_, [&](LeafIndex, ByteView) -> Result<void> {
    if (++seen == 3) return Error(errors::kNoSuchLeaf, "enough");
    return {};
  });
  EXPECT_FALSE(report.ok());
  EXPECT_EQ(seen, 3);
}

TEST_F(VerifierTest, AProofFetchedFromPublicTilesVerifiesOffline) {
  grow(1'000);
  for (const std::uint64_t index : {0, 255, 256, 512, 999}) {
    const auto text = fetch_tlog_proof(web_.fetch(), policy_, {index});
    ASSERT_TRUE(text.ok()) << text.error().to_string();
    const auto proof = parse_tlog_proof(*text).value();
    EXPECT_EQ(proof.index.value, index);
    EXPECT_TRUE(verify_tlog_proof(proof, leaf_hash(entries_[index]), policy_).ok());
  }
  EXPECT_TRUE(fetch_tlog_proof(web_.fetch(), policy_, {1'000}).error().is(errors::kNoSuchLeaf));
}

// The log of 15 entries published with Tessera: another program wrote it.
class SmallLogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::data_folder() / "tlog/small-log";
    if (!std::filesystem::exists(folder_)) GTEST_SKIP() << "skipped: no conformance data";
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
      if (!entry.is_regular_file()) continue;
      web_.files[entry.path().lexically_relative(folder_).generic_string()] = testing::read_file(entry.path());
    }
    policy_ = {
        "example.com/log/testdata",
        {NoteVerifier::parse("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx").value()},
        {},
        0};
  }
  testing::Resources at(int size) {
    testing::Resources out = web_;
    out.files["checkpoint"] = web_.files.find("checkpoint." + std::to_string(size))->second;
    return out;
  }

  static constexpr int kSize = 15;
  std::filesystem::path folder_;
  testing::Resources web_;
  LogPolicy policy_;
};

TEST_F(SmallLogTest, EverySizeVerifiesFromBundlesAndTiles) {
  constexpr std::string_view kWords[] = {"one",  "two", "three",  "four",  "five",     "six",     "seven", "eit",
                                         "nain", "ten", "ileven", "twelf", "threeten", "fourten", "fivten"};
  for (int size = 0; size <= kSize; ++size) {
    auto web = at(size);
    std::size_t seen = 0;
    const auto report = verify_log(web.fetch(), policy_, [&](LeafIndex index, ByteView entry) -> Result<void> {
      EXPECT_EQ(as_text(entry), kWords[index.value]);
      ++seen;
      return {};
    });
    ASSERT_TRUE(report.ok()) << size << ": " << report.error().to_string();
    EXPECT_EQ(seen, static_cast<std::size_t>(size));
    FetchedTiles tiles(web.fetch());
    NodeCache cache;
    EXPECT_EQ(TreeView::open(tiles, cache, {seen})->root(), report->opened.checkpoint.head.root);
  }
}

TEST_F(SmallLogTest, EveryInclusionAndEveryConsistencyProofVerifies) {
  std::vector<TreeHead> heads;
  int inclusions = 0;
  int consistencies = 0;
  for (int size = 0; size <= kSize; ++size) {
    auto web = at(size);
    heads.push_back(verify_log(web.fetch(), policy_)->opened.checkpoint.head);
    FetchedTiles tiles(web.fetch());
    NodeCache cache;
    auto view = TreeView::open(tiles, cache, heads.back().size).value();
    for (std::uint64_t i = 0; i < heads.back().size.value; ++i) {
      const Digest leaf = view.leaf({i}).value();
      EXPECT_TRUE(
          verify_inclusion(view.inclusion_proof({i}).value(), {i}, heads.back().size, leaf, heads.back().root).ok());
      ++inclusions;
    }
    for (const TreeHead& earlier : heads) {
      EXPECT_TRUE(verify_consistency(view.consistency_proof(earlier.size).value(), earlier, heads.back()).ok());
      EXPECT_TRUE(verify_log_since(web.fetch(), policy_, earlier).ok());
      ++consistencies;
    }
  }
  EXPECT_EQ(inclusions, 120);
  EXPECT_EQ(consistencies, 136);
}

TEST_F(SmallLogTest, EverySingleFlippedBitIsFound) {
  int flips = 0;
  for (int size = 0; size <= kSize; ++size) {
    std::vector<std::string> paths{"checkpoint"};
    for (const TileName& tile : tiles_of({static_cast<std::uint64_t>(size)})) paths.push_back(tile.to_path());
    auto web = at(size);
    for (const auto& path : paths) {
      Bytes& bytes = web.files[path];
      for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        EXPECT_FALSE(verify_log(web.fetch(), policy_).ok()) << path << " bit " << bit << " size " << size;
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        ++flips;
      }
    }
  }
  EXPECT_GT(flips, 40'000);
}

TEST_F(SmallLogTest, MingmaWritesTheSameFilesForTheSameEntries) {
  MemoryTileStore store;
  auto ledger = Ledger::open(store).value();
  for (int size = 1; size <= kSize; ++size) {
    auto web = at(size);
    const TileName name{TileKind::kEntries, 0, 0, static_cast<std::uint16_t>(size)};
    const auto bundle = parse_bundle(web.files[name.to_path()], static_cast<std::size_t>(size)).value();
    testing::append_all(ledger, store, std::vector<Bytes>{to_bytes(bundle.back())});
    for (const TileName& tile : tiles_of({static_cast<std::uint64_t>(size)})) {
      EXPECT_EQ(ledger.read(tile).value(), web.files[tile.to_path()]) << tile.to_path();
    }
  }
}

}  // namespace
}  // namespace mingma::ledger
