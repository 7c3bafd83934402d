// The durable store: one RocksDB instance per directory, one column family per table, one write-ahead log for all.
//
// Threading, limits and errors as Store. RocksDB's own background threads flush and compact; a background error is
// reported by the next write, after which the store refuses writes until it is opened again.
// Source: RocksDB 7.8.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "store/store.h"

namespace mingma::store {

struct RocksDbOptions {
  std::size_t memtable_bytes = 64u << 20;     // per table, before it is flushed
  std::size_t block_cache_bytes = 64u << 20;  // shared by all tables of this store
  bool create_if_missing = true;
};

// Opens or creates `directory`. Tables present on disk but not in `tables` are refused; new ones are created.
Result<std::unique_ptr<Store>> open_rocksdb_store(const std::string& directory, std::span<const TableSpec> tables,
                                                  const RocksDbOptions& options = {});

}  // namespace mingma::store
