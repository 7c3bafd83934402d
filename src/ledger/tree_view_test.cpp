#include "ledger/tree_view.h"

#include <gtest/gtest.h>

#include "ledger/testing/model.h"

namespace mingma::ledger {
namespace {

TEST(TreeViewTest, EverySizeUpToThreeHundredGivesTheModelsProofs) {
  SeededRng rng(31);
  const auto entries = testing::random_entries(rng, 300);
  const auto hashes = testing::leaf_hashes(entries);
  MemoryTileStore store;
  auto ledger = Ledger::open(store).value();
  testing::append_all(ledger, store, entries);
  NodeCache cache;
  for (std::size_t size = 0; size <= entries.size(); ++size) {
    const auto leaves = std::span(hashes).first(size);
    auto view = TreeView::open(ledger, cache, {size});
    ASSERT_TRUE(view.ok());
    const Digest root = testing::model_root(leaves);
    ASSERT_EQ(view->root(), root);
    EXPECT_EQ(view->compact().root(), root);
    // All leaves and pairs for small trees, a sample for larger ones: the model is quadratic.
    const std::size_t step = size < 40 ? 1 : 37;
    for (std::size_t i = 0; i < size; i += step) {
      const auto path = view->inclusion_proof({i});
      ASSERT_TRUE(path.ok());
      ASSERT_EQ(*path, testing::model_path(i, leaves)) << i << " of " << size;
    }
    for (std::size_t earlier = 1; earlier <= size; earlier += step) {
      ASSERT_EQ(view->consistency_proof({earlier}).value(), testing::model_subproof(earlier, leaves, true))
          << earlier << " to " << size;
    }
    EXPECT_TRUE(view->consistency_proof({0})->empty());
    EXPECT_TRUE(view->inclusion_proof({size}).error().is(errors::kNoSuchLeaf));
    EXPECT_TRUE(view->consistency_proof({size + 1}).error().is(errors::kNoSuchLeaf));
  }
}

TEST(TreeViewTest, ProofsAcrossSeveralTileLevelsVerify) {
  const std::uint64_t seed = 32;
  SCOPED_TRACE(seed);
  SeededRng rng(seed);
  const auto entries = testing::random_entries(rng, 140'000, 6);
  MemoryTileStore store;
  auto ledger = Ledger::open(store).value();
  testing::append_all(ledger, store, entries);
  NodeCache cache;
  for (const std::uint64_t size : {std::uint64_t{140'000}, std::uint64_t{131'072}, std::uint64_t{65'536},
                                   std::uint64_t{65'537}, rng.below(140'000)}) {
    auto view = TreeView::open(ledger, cache, {size}).value();
    for (int i = 0; i < 300; ++i) {
      const LeafIndex index{rng.below(size)};
      const auto path = view.inclusion_proof(index).value();
      ASSERT_TRUE(verify_inclusion(path, index, {size}, leaf_hash(entries[index.value]), view.root()).ok())
          << index.value << " of " << size;
      const TreeSize earlier{rng.below(size)};
      const auto old = TreeView::open(ledger, cache, earlier).value();
      ASSERT_TRUE(verify_consistency(view.consistency_proof(earlier).value(), old.head(), view.head()).ok())
          << earlier.value << " to " << size;
      EXPECT_EQ(view.leaf(index).value(), leaf_hash(entries[index.value]));
    }
  }
}

TEST(TreeViewTest, ACacheFilledAtOneSizeServesLaterOnes) {
  SeededRng rng(33);
  const auto entries = testing::random_entries(rng, 3'000);
  const auto hashes = testing::leaf_hashes(entries);
  MemoryTileStore store;
  auto ledger = Ledger::open(store).value();
  NodeCache cache;
  std::size_t size = 0;
  while (size < entries.size()) {
    const std::size_t count = std::min<std::size_t>(1 + rng.below(400), entries.size() - size);
    testing::append_all(ledger, store, std::span(entries).subspan(size, count));
    size += count;
    auto view = TreeView::open(ledger, cache, {size}).value();
    ASSERT_EQ(view.root(), merkle_root(std::span(hashes).first(size)));
    for (int i = 0; i < 20; ++i) {
      const LeafIndex index{rng.below(size)};
      ASSERT_TRUE(
          verify_inclusion(view.inclusion_proof(index).value(), index, {size}, hashes[index.value], view.root()).ok());
    }
  }
}

TEST(TreeViewTest, AChangedTileLeadsToProofsThatDoNotVerify) {
  SeededRng rng(34);
  const auto entries = testing::random_entries(rng, 600);
  MemoryTileStore store;
  auto ledger = Ledger::open(store).value();
  testing::append_all(ledger, store, entries);
  const Digest root = ledger.root();
  for (auto& [key, value] : store.values()) {
    if (key.starts_with('h')) value[rng.below(value.size())] ^= 1;
  }
  NodeCache cache;
  auto view = TreeView::open(ledger, cache, {600}).value();
  int refused = 0;
  for (std::uint64_t i = 0; i < 600; ++i) {
    refused +=
        verify_inclusion(view.inclusion_proof({i}).value(), {i}, {600}, leaf_hash(entries[i]), root).ok() ? 0 : 1;
  }
  EXPECT_GT(refused, 500);
}

}  // namespace
}  // namespace mingma::ledger
