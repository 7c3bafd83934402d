#include "store/rocksdb_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/perf_level.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>
#include <rocksdb/write_buffer_manager.h>

#include <algorithm>
#include <atomic>

#include "store/errors.h"

namespace mingma::store {

struct RocksDbMemory {
  std::shared_ptr<rocksdb::Cache> cache;
  std::shared_ptr<rocksdb::WriteBufferManager> memtables;
};

std::shared_ptr<RocksDbMemory> share_rocksdb_memory(std::size_t block_cache_bytes, std::size_t memtables_bytes) {
  return std::make_shared<RocksDbMemory>(RocksDbMemory{rocksdb::NewLRUCache(block_cache_bytes),
                                                       std::make_shared<rocksdb::WriteBufferManager>(memtables_bytes)});
}

namespace {

using Handles = std::vector<rocksdb::ColumnFamilyHandle*>;

rocksdb::Slice slice(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
ByteView view(const rocksdb::Slice& bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

Error failed(const rocksdb::Status& status, std::string_view doing) {
  return Error(errors::kStoreIoFailed,
               std::string(doing) + ": " + status.ToString() + "; open the store again and look at its disk");
}

// RocksDB counts every comparison of keys for its perf_context, which nobody here reads, through a thread-local that
// costs as much as the comparison. The level is the thread's own.
void count_nothing() {
  thread_local const bool done = (rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable), true);
  static_cast<void>(done);
}

class RocksIterator final : public Iterator {
 public:
  explicit RocksIterator(std::unique_ptr<rocksdb::Iterator> inner) : inner_(std::move(inner)) {}

  void seek(ByteView key) override {
    if (key.empty()) {
      inner_->SeekToFirst();
    } else {
      inner_->Seek(slice(key));
    }
  }
  void seek_last() override { inner_->SeekToLast(); }
  void next() override {
    MINGMA_ASSERT(valid());
    inner_->Next();
  }
  bool valid() const override { return inner_->Valid(); }
  ByteView key() const override {
    MINGMA_ASSERT(valid());
    return view(inner_->key());
  }
  ByteView value() const override {
    MINGMA_ASSERT(valid());
    return view(inner_->value());
  }
  Result<void> status() const override {
    const rocksdb::Status status = inner_->status();
    if (!status.ok()) return failed(status, "reading a table");
    return {};
  }

 private:
  std::unique_ptr<rocksdb::Iterator> inner_;
};

Result<bool> get_value(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* handle, const rocksdb::ReadOptions& options,
                       ByteView key, Bytes& out) {
  count_nothing();
  rocksdb::PinnableSlice value;
  const rocksdb::Status status = db.Get(options, handle, slice(key), &value);
  if (status.IsNotFound()) return false;
  if (!status.ok()) return failed(status, "reading a value");
  const ByteView bytes = view(value);
  out.assign(bytes.begin(), bytes.end());
  return true;
}

Result<std::unique_ptr<Iterator>> make_iterator(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* handle,
                                                rocksdb::ReadOptions options) {
  count_nothing();
  options.readahead_size = 0;  // RocksDB reads ahead by itself once a scan looks sequential
  return std::unique_ptr<Iterator>(
      std::make_unique<RocksIterator>(std::unique_ptr<rocksdb::Iterator>(db.NewIterator(options, handle))));
}

class RocksSnapshot final : public Snapshot {
 public:
  RocksSnapshot(rocksdb::DB& db, const Handles& handles) : db_(db), handles_(handles), snapshot_(db.GetSnapshot()) {}
  ~RocksSnapshot() override { db_.ReleaseSnapshot(snapshot_); }
  RocksSnapshot(const RocksSnapshot&) = delete;
  RocksSnapshot& operator=(const RocksSnapshot&) = delete;

  Result<bool> get_into(TableId table, ByteView key, Bytes& out) const override {
    return get_value(db_, handles_.at(table.value), options(), key, out);
  }
  Result<std::unique_ptr<Iterator>> iterate(TableId table) const override {
    return make_iterator(db_, handles_.at(table.value), options());
  }

 private:
  rocksdb::ReadOptions options() const {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot_;
    return options;
  }

  rocksdb::DB& db_;
  const Handles& handles_;
  const rocksdb::Snapshot* snapshot_;
};

class RocksStore final : public Store {
 public:
  RocksStore(std::unique_ptr<rocksdb::DB> db, Handles handles) : db_(std::move(db)), handles_(std::move(handles)) {}
  ~RocksStore() override {
    // After a failed write the log alone says what happened: it is left to be replayed.
    if (!failed_) db_->Flush(rocksdb::FlushOptions(), handles_);
    for (rocksdb::ColumnFamilyHandle* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
    db_->Close();
  }
  RocksStore(const RocksStore&) = delete;
  RocksStore& operator=(const RocksStore&) = delete;

  Result<bool> get_into(TableId table, ByteView key, Bytes& out) const override {
    return get_value(*db_, handles_.at(table.value), {}, key, out);
  }

  Result<std::unique_ptr<Iterator>> iterate(TableId table) const override {
    return make_iterator(*db_, handles_.at(table.value), {});
  }

  Result<void> write(const Batch& batch, Durability durability) override {
    if (failed_)
      return Error(errors::kStoreIoFailed, "an earlier write failed and its outcome is unknown; open the store again");
    count_nothing();
    rocksdb::WriteBatch write(batch.bytes() + batch.size() * 16);
    rocksdb::Status status;
    for (const Change& change : ordered(batch)) {
      if (status.ok()) status = add(write, change);
    }
    rocksdb::WriteOptions options;
    options.sync = durability == Durability::kSynced;
    if (status.ok()) status = db_->Write(options, &write);
    if (!status.ok()) {
      failed_ = true;
      return failed(status, "writing a batch");
    }
    return {};
  }

  Result<std::unique_ptr<Snapshot>> snapshot() const override {
    return std::unique_ptr<Snapshot>(std::make_unique<RocksSnapshot>(*db_, handles_));
  }

  Result<void> copy_to(const std::string& directory) override {
    rocksdb::Checkpoint* raw = nullptr;
    rocksdb::Status status = rocksdb::Checkpoint::Create(db_.get(), &raw);
    const std::unique_ptr<rocksdb::Checkpoint> checkpoint(raw);
    if (status.ok()) status = checkpoint->CreateCheckpoint(directory);
    if (!status.ok()) return failed(status, "copying the store");
    return {};
  }

  std::size_t table_count() const override { return handles_.size(); }

 private:
  struct Change {
    Batch::Kind kind;
    TableId table;
    ByteView key;
    ByteView value;
  };

  // By table and key: the memtable's skip list takes a run of rising keys in half the time. Equal keys keep their
  // order, so the last one still wins; a batch that erases a range is left as it is.
  static std::vector<Change> ordered(const Batch& batch) {
    std::vector<Change> changes;
    changes.reserve(batch.size());
    bool sortable = true;
    batch.for_each([&](Batch::Kind kind, TableId table, ByteView key, ByteView value) {
      changes.push_back({kind, table, key, value});
      sortable = sortable && kind != Batch::Kind::kEraseRange;
    });
    if (!sortable) return changes;
    std::stable_sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) {
      return a.table != b.table ? a.table < b.table : slice(a.key).compare(slice(b.key)) < 0;
    });
    return changes;
  }

  rocksdb::Status add(rocksdb::WriteBatch& write, const Change& change) {
    rocksdb::ColumnFamilyHandle* handle = handles_.at(change.table.value);
    switch (change.kind) {
      case Batch::Kind::kPut:
        return write.Put(handle, slice(change.key), slice(change.value));
      case Batch::Kind::kErase:
        return write.Delete(handle, slice(change.key));
      case Batch::Kind::kEraseRange:
        break;
    }
    if (slice(change.key).compare(slice(change.value)) >= 0) return rocksdb::Status::OK();
    return write.DeleteRange(handle, slice(change.key), slice(change.value));
  }

  std::unique_ptr<rocksdb::DB> db_;
  Handles handles_;
  std::atomic<bool> failed_ = false;
};

rocksdb::ColumnFamilyOptions table_options(TableKind kind, const RocksDbOptions& options,
                                           const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions out;
  out.write_buffer_size = options.memtable_bytes;
  out.max_write_buffer_number = 4;
  out.level_compaction_dynamic_level_bytes = true;
  out.compression = rocksdb::kNoCompression;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.block_size = 16 << 10;
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  const std::vector<rocksdb::CompressionType> supported = rocksdb::GetSupportedCompressions();
  const bool lz4 = std::find(supported.begin(), supported.end(), rocksdb::kLZ4Compression) != supported.end();
  if (kind == TableKind::kPoint) {
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    // Most look-ups ask for what is not there (is this statement a duplicate?): spare them the memtable's skip list
    // too.
    out.memtable_prefix_bloom_size_ratio = 0.05;
    out.memtable_whole_key_filtering = true;
  }
  if (kind != TableKind::kBlob && lz4) out.compression = rocksdb::kLZ4Compression;
  if (kind == TableKind::kBlob) {
    out.enable_blob_files = true;  // megabyte values are written once and not moved again by compaction
    out.min_blob_size = 4 << 10;
    out.enable_blob_garbage_collection = true;
  }
  out.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return out;
}

rocksdb::DBOptions database_options(const RocksDbOptions& options) {
  rocksdb::DBOptions out;
  out.create_if_missing = options.create_if_missing;
  out.create_missing_column_families = true;
  out.max_background_jobs = 2;
  out.bytes_per_sync = 1 << 20;
  out.max_total_wal_size = kWriteAheadLogBytesMax;
  if (options.memory) out.write_buffer_manager = options.memory->memtables;
  out.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  out.avoid_flush_during_recovery = false;
  out.keep_log_file_num = 4;
  out.info_log_level = rocksdb::WARN_LEVEL;
  out.max_open_files = 512;
  return out;
}

}  // namespace

Result<std::unique_ptr<Store>> open_rocksdb_store(const std::string& directory, std::span<const TableSpec> tables,
                                                  const RocksDbOptions& options) {
  MINGMA_ASSERT(!tables.empty() && tables.size() <= kTablesMax);
  const std::shared_ptr<rocksdb::Cache> cache =
      options.memory ? options.memory->cache : rocksdb::NewLRUCache(options.block_cache_bytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  families.emplace_back(rocksdb::kDefaultColumnFamilyName, table_options(TableKind::kPoint, options, cache));
  for (const TableSpec& table : tables) families.emplace_back(table.name, table_options(table.kind, options, cache));

  Handles handles;
  rocksdb::DB* raw = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(database_options(options), directory, families, &handles, &raw);
  if (!status.ok()) {
    return Error(errors::kStoreCannotOpen, "cannot open " + directory + ": " + status.ToString());
  }
  std::unique_ptr<rocksdb::DB> db(raw);
  db->DestroyColumnFamilyHandle(handles.front());  // RocksDB insists on a default table; nothing is kept there
  handles.erase(handles.begin());
  return std::unique_ptr<Store>(std::make_unique<RocksStore>(std::move(db), std::move(handles)));
}

}  // namespace mingma::store
