// Proves that some lines of a submission part are under its signed `lines_root`, without the other lines.
//
// The root is the RFC 6962 tree hash over the line hashes as entries. A shard holds only its own residents' lines; the
// siblings stand for the rest. With all lines present there are no siblings. At most log2(count) siblings per gap.
// Pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace mingma::shard {

struct IndexedLine {
  std::uint32_t line = 0;  // position in the part, from 0
  Digest hash{};           // HMAC-SHA-256(salt, line bytes)
};

Digest lines_root(std::span<const Digest> line_hashes);  // of an empty part: SHA-256 of nothing
// `own` ascending without duplicates, all below line_hashes.size().
std::vector<Digest> prove_lines(std::span<const Digest> line_hashes, std::span<const std::uint32_t> own);
// The root that `own` (ascending, no duplicates) and the siblings give; kShardLineProof when they do not fit `count`.
Result<Digest> root_from_lines(std::uint64_t count, std::span<const IndexedLine> own, std::span<const Digest> siblings);

}  // namespace mingma::shard
