// Shared by the ledger's tests: the slow, obvious tree that the fast one must agree with, and the data folder.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/rng.h"
#include "ledger/errors.h"
#include "ledger/ledger.h"
#include "ledger/proof.h"
#include "ledger/tile_source.h"

namespace mingma::ledger::testing {

// RFC 6962, 2.1, word for word: recursive, no caching, no tiles.
inline std::size_t split_point(std::size_t n) {
  std::size_t k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

inline Digest model_root(std::span<const Digest> d) {
  if (d.empty()) return empty_root();
  if (d.size() == 1) return d[0];
  const std::size_t k = split_point(d.size());
  return node_hash(model_root(d.first(k)), model_root(d.subspan(k)));
}

inline ProofPath model_path(std::size_t m, std::span<const Digest> d) {
  if (d.size() == 1) return {};
  const std::size_t k = split_point(d.size());
  ProofPath path = m < k ? model_path(m, d.first(k)) : model_path(m - k, d.subspan(k));
  path.push_back(model_root(m < k ? d.subspan(k) : d.first(k)));
  return path;
}

inline ProofPath model_subproof(std::size_t m, std::span<const Digest> d, bool whole) {
  if (m == d.size()) return whole ? ProofPath{} : ProofPath{model_root(d)};
  const std::size_t k = split_point(d.size());
  ProofPath path = m <= k ? model_subproof(m, d.first(k), whole) : model_subproof(m - k, d.subspan(k), false);
  path.push_back(model_root(m <= k ? d.subspan(k) : d.first(k)));
  return path;
}

inline std::vector<Bytes> random_entries(SeededRng& rng, std::size_t count, std::size_t bytes_max = 40) {
  std::vector<Bytes> out(count);
  for (auto& entry : out) {
    entry.resize(rng.below(bytes_max + 1));
    rng.fill(entry);
  }
  return out;
}

inline std::vector<Digest> leaf_hashes(std::span<const Bytes> entries) {
  std::vector<Digest> out;
  for (const auto& entry : entries) out.push_back(leaf_hash(entry));
  return out;
}

// Appends durably, all entries in one batch.
inline void append_all(Ledger& ledger, MemoryTileStore& store, std::span<const Bytes> entries) {
  if (entries.empty()) return;
  auto staged = ledger.stage();
  MINGMA_ASSERT(staged.append(entries, store).ok());
  ledger.commit(std::move(staged));
}

inline std::filesystem::path data_folder() {
  const char* chosen = std::getenv("MINGMA_DATA");
  return chosen != nullptr ? std::filesystem::path(chosen)
                           : std::filesystem::path(MINGMA_SOURCE_DIR) / "../shared/data";
}

inline Bytes read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

// Public resources of a log in memory.
struct Resources {
  std::map<std::string, Bytes, std::less<>> files;

  FetchResource fetch() {
    return [this](std::string_view path) -> Result<Bytes> {
      const auto found = files.find(path);
      if (found == files.end()) return Error(errors::kNoSuchTile, "no such resource", std::string(path));
      return found->second;
    };
  }
};

}  // namespace mingma::ledger::testing
