#include "ledger/hash.h"

#include <bit>

#include "crypto/digest.h"

namespace mingma::ledger {
namespace {

constexpr std::uint8_t kLeafPrefix = 0x00;
constexpr std::uint8_t kNodePrefix = 0x01;

}  // namespace

Digest leaf_hash(ByteView entry) { return crypto::sha256_concat(ByteView(&kLeafPrefix, 1), entry); }

Digest node_hash(const Digest& left, const Digest& right) {
  std::array<std::uint8_t, 65> bytes;
  bytes[0] = kNodePrefix;
  std::copy(left.bytes.begin(), left.bytes.end(), bytes.begin() + 1);
  std::copy(right.bytes.begin(), right.bytes.end(), bytes.begin() + 33);
  return crypto::sha256(bytes);
}

Digest empty_root() { return crypto::sha256({}); }

// Row by row, an odd last node moving up unchanged: the same tree as the recursive definition, because a complete left
// subtree pairs evenly and only the right edge is ever odd.
Digest merkle_root(std::span<const Digest> leaf_hashes) {
  if (leaf_hashes.empty()) return empty_root();
  std::vector<Digest> row(leaf_hashes.begin(), leaf_hashes.end());
  while (row.size() > 1) {
    const std::size_t pairs = row.size() / 2;
    for (std::size_t i = 0; i < pairs; ++i) row[i] = node_hash(row[2 * i], row[2 * i + 1]);
    if (row.size() % 2 == 1) row[pairs] = row.back();
    row.resize((row.size() + 1) / 2);
  }
  return row.front();
}

CompactTree::CompactTree(TreeSize size, std::vector<Digest> nodes) : size_(size), nodes_(std::move(nodes)) {
  MINGMA_ASSERT(nodes_.size() == static_cast<std::size_t>(std::popcount(size_.value)));
}

void CompactTree::append(const Digest& leaf) {
  Digest node = leaf;
  for (std::uint64_t rest = size_.value; (rest & 1) != 0; rest >>= 1) {
    node = node_hash(nodes_.back(), node);
    nodes_.pop_back();
  }
  nodes_.push_back(node);
  ++size_.value;
}

Digest CompactTree::root() const {
  if (nodes_.empty()) return empty_root();
  Digest root = nodes_.back();
  for (std::size_t i = nodes_.size() - 1; i > 0; --i) root = node_hash(nodes_[i - 1], root);
  return root;
}

}  // namespace mingma::ledger
