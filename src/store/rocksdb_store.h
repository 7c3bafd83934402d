// The durable store: one RocksDB instance per directory, one column family per table, one write-ahead log for all.
//
// Destroying the store writes its memtables to files, so that the next opening replays nothing; after a crash it
// replays at most kWriteAheadLogBytesMax of write-ahead log. Threading, limits and errors as Store. RocksDB's own
// background threads flush and compact; a background error is reported by the next write, after which the store refuses
// writes until it is opened again. Source: RocksDB 7.8.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "store/store.h"

namespace mingma::store {

inline constexpr std::size_t kWriteAheadLogBytesMax = 256u << 20;

// What the stores of one process share: a block cache, and one bound on all their memtables together.
struct RocksDbMemory;
std::shared_ptr<RocksDbMemory> share_rocksdb_memory(std::size_t block_cache_bytes, std::size_t memtables_bytes);

struct RocksDbOptions {
  std::size_t memtable_bytes = 64u << 20;      // per table, before it is flushed
  std::size_t block_cache_bytes = 64u << 20;   // shared by all tables of this store; unless `memory` is given
  std::shared_ptr<RocksDbMemory> memory = {};  // shared with other stores
  bool create_if_missing = true;
};

// Opens or creates `directory`. Tables present on disk but not in `tables` are refused; new ones are created.
Result<std::unique_ptr<Store>> open_rocksdb_store(const std::string& directory, std::span<const TableSpec> tables,
                                                  const RocksDbOptions& options = {});

}  // namespace mingma::store
