#include "ledger/hash.h"

#include <gtest/gtest.h>

#include "ledger/testing/model.h"

namespace mingma::ledger {
namespace {

TEST(MerkleHashTest, GivesThePublishedHashesOfRfc6962) {
  EXPECT_EQ(hex_encode(empty_root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex_encode(leaf_hash({})), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  EXPECT_EQ(hex_encode(leaf_hash(as_bytes("L123456"))),
            "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56");
}

TEST(MerkleHashTest, RootAndCompactTreeAgreeWithTheDefinitionAtEverySize) {
  SeededRng rng(1);
  const auto hashes = testing::leaf_hashes(testing::random_entries(rng, 300));
  CompactTree tree;
  for (std::size_t size = 0; size <= hashes.size(); ++size) {
    const Digest expected = testing::model_root(std::span(hashes).first(size));
    EXPECT_EQ(merkle_root(std::span(hashes).first(size)), expected) << size;
    EXPECT_EQ(tree.root(), expected) << size;
    EXPECT_EQ(tree.size().value, size);
    EXPECT_EQ(CompactTree(tree.size(), tree.nodes()).root(), expected);
    if (size < hashes.size()) tree.append(hashes[size]);
  }
}

}  // namespace
}  // namespace mingma::ledger
