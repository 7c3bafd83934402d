#include "shard/line_proof.h"

#include <algorithm>
#include <bit>

#include "crypto/digest.h"
#include "shard/errors.h"

namespace mingma::shard {
namespace {

constexpr std::array<std::uint8_t, 1> kLeafPrefix{0};
constexpr std::array<std::uint8_t, 1> kNodePrefix{1};

Digest leaf_hash(const Digest& entry) { return crypto::sha256_concat({kLeafPrefix, entry}); }
Digest node_hash(const Digest& left, const Digest& right) { return crypto::sha256_concat({kNodePrefix, left, right}); }
// The largest power of two below `count`; count >= 2.
std::uint64_t split(std::uint64_t count) { return std::bit_floor(count - 1); }

void collect_siblings(std::span<const Digest> hashes, std::uint64_t first, std::span<const std::uint32_t> own,
                      std::vector<Digest>& out) {
  if (own.empty()) {
    out.push_back(lines_root(hashes));
    return;
  }
  if (own.size() == hashes.size()) return;
  const std::uint64_t left = split(hashes.size());
  const auto middle = std::lower_bound(own.begin(), own.end(), first + left);
  const std::size_t own_left = static_cast<std::size_t>(middle - own.begin());
  collect_siblings(hashes.first(left), first, own.first(own_left), out);
  collect_siblings(hashes.subspan(left), first + left, own.subspan(own_left), out);
}

struct RootBuilder {
  std::span<const Digest> siblings;
  bool short_of_siblings = false;

  Digest root(std::uint64_t first, std::uint64_t count, std::span<const IndexedLine> own) {
    if (own.empty()) {
      if (siblings.empty()) {
        short_of_siblings = true;
        return {};
      }
      const Digest sibling = siblings.front();
      siblings = siblings.subspan(1);
      return sibling;
    }
    if (count == 1) return leaf_hash(own.front().hash);
    const std::uint64_t left = split(count);
    const auto middle = std::lower_bound(own.begin(), own.end(), first + left,
                                         [](const IndexedLine& line, std::uint64_t at) { return line.line < at; });
    const std::size_t own_left = static_cast<std::size_t>(middle - own.begin());
    const Digest left_root = root(first, left, own.first(own_left));
    return node_hash(left_root, root(first + left, count - left, own.subspan(own_left)));
  }
};

}  // namespace

Digest lines_root(std::span<const Digest> line_hashes) {
  if (line_hashes.empty()) return crypto::sha256({});
  if (line_hashes.size() == 1) return leaf_hash(line_hashes.front());
  const std::uint64_t left = split(line_hashes.size());
  return node_hash(lines_root(line_hashes.first(left)), lines_root(line_hashes.subspan(left)));
}

std::vector<Digest> prove_lines(std::span<const Digest> line_hashes, std::span<const std::uint32_t> own) {
  std::vector<Digest> out;
  if (!line_hashes.empty()) collect_siblings(line_hashes, 0, own, out);
  return out;
}

Result<Digest> root_from_lines(std::uint64_t count, std::span<const IndexedLine> own,
                               std::span<const Digest> siblings) {
  const Error wrong(errors::kShardLineProof, "the lines and their proof do not fit the size of the part");
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (own[i].line >= count || (i > 0 && own[i].line <= own[i - 1].line)) return wrong;
  }
  if (count == 0) return siblings.empty() ? Result<Digest>(lines_root({})) : Result<Digest>(wrong);
  RootBuilder builder{siblings};
  const Digest root = builder.root(0, count, own);
  if (builder.short_of_siblings || !builder.siblings.empty()) return wrong;
  return root;
}

}  // namespace mingma::shard
