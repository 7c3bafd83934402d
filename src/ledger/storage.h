// Where a log rests. The room that owns a disk implements these over its tables; the ledger only names keys.
//
// What is stored, all keys binary and ordered so that the 256 tiles and bundles of one segment (65,536 leaves) lie
// together:
//   "b" || bundle index (8 bytes, big-endian)              a full entry bundle
//   "h" || level (1 byte) || tile index (8 bytes)          a full hash tile
//   "f" || index of its first leaf (8 bytes)               a fragment: entries of the last, unfinished bundle
//   "m"                                                    tree size (8 bytes) || where each fragment begins in its
//   bundle (1 byte each)
// Nothing else: unfinished hash tiles are a function of these and are rebuilt at start, so an append of one leaf writes
// the leaf, two small keys and no more. Format: docs/formats/ledger.md.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace mingma::ledger {

class TileStore {
 public:
  virtual ~TileStore() = default;
  // The value last made durable under this key. An error means the store failed, not that the key is absent.
  virtual Result<std::optional<Bytes>> get(std::string_view key) const = 0;
};

// Puts of one atomic write, collected by the caller together with whatever else must become durable with them.
class TileBatch {
 public:
  virtual ~TileBatch() = default;
  virtual void put(std::string_view key, ByteView value) = 0;
  virtual void erase(std::string_view key) = 0;
};

// In memory, for tests and benchmarks: every put is at once "durable".
class MemoryTileStore final : public TileStore, public TileBatch {
 public:
  Result<std::optional<Bytes>> get(std::string_view key) const override;
  void put(std::string_view key, ByteView value) override;
  void erase(std::string_view key) override;

  std::map<std::string, Bytes, std::less<>>& values() { return values_; }

 private:
  std::map<std::string, Bytes, std::less<>> values_;
};

// A batch kept aside, to be given to a MemoryTileStore (or dropped) later.
class MemoryTileBatch final : public TileBatch {
 public:
  void put(std::string_view key, ByteView value) override;
  void erase(std::string_view key) override;
  void write_to(TileBatch& target) const;
  std::size_t bytes() const { return bytes_; }  // keys and values put

 private:
  std::vector<std::pair<std::string, std::optional<Bytes>>> changes_;
  std::size_t bytes_ = 0;
};

}  // namespace mingma::ledger
