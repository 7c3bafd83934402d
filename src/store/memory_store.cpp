#include "store/memory_store.h"

#include <map>
#include <mutex>

#include "store/errors.h"

namespace mingma::store {
namespace {

struct Less {
  using is_transparent = void;
  static bool less(ByteView a, ByteView b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
  }
  bool operator()(const Bytes& a, const Bytes& b) const { return less(a, b); }
  bool operator()(const Bytes& a, ByteView b) const { return less(a, b); }
  bool operator()(ByteView a, const Bytes& b) const { return less(a, b); }
};
using Rows = std::map<Bytes, Bytes, Less>;
using SharedRows = std::shared_ptr<const Rows>;

class MemoryIterator final : public Iterator {
 public:
  explicit MemoryIterator(SharedRows rows) : rows_(std::move(rows)), at_(rows_->end()) {}

  void seek(ByteView key) override { at_ = rows_->lower_bound(key); }
  void seek_last() override { at_ = rows_->empty() ? rows_->end() : std::prev(rows_->end()); }
  void next() override {
    MINGMA_ASSERT(valid());
    ++at_;
  }
  bool valid() const override { return at_ != rows_->end(); }
  ByteView key() const override {
    MINGMA_ASSERT(valid());
    return at_->first;
  }
  ByteView value() const override {
    MINGMA_ASSERT(valid());
    return at_->second;
  }
  Result<void> status() const override { return {}; }

 private:
  SharedRows rows_;
  Rows::const_iterator at_;
};

Result<bool> copy_value(const Rows& rows, ByteView key, Bytes& out) {
  const auto found = rows.find(key);
  if (found == rows.end()) return false;
  out = found->second;
  return true;
}

class MemorySnapshot final : public Snapshot {
 public:
  explicit MemorySnapshot(std::vector<SharedRows> tables) : tables_(std::move(tables)) {}

  Result<bool> get_into(TableId table, ByteView key, Bytes& out) const override {
    return copy_value(*tables_.at(table.value), key, out);
  }
  Result<std::unique_ptr<Iterator>> iterate(TableId table) const override {
    return std::unique_ptr<Iterator>(std::make_unique<MemoryIterator>(tables_.at(table.value)));
  }

 private:
  std::vector<SharedRows> tables_;
};

// Copy on write: a table is copied before a write only while an iterator or snapshot still looks at it.
class MemoryStore final : public Store {
 public:
  explicit MemoryStore(std::size_t tables) {
    for (std::size_t i = 0; i < tables; ++i) tables_.push_back(std::make_shared<Rows>());
  }

  Result<bool> get_into(TableId table, ByteView key, Bytes& out) const override {
    const std::lock_guard lock(mutex_);
    return copy_value(*tables_.at(table.value), key, out);
  }

  Result<std::unique_ptr<Iterator>> iterate(TableId table) const override {
    const std::lock_guard lock(mutex_);
    return std::unique_ptr<Iterator>(std::make_unique<MemoryIterator>(tables_.at(table.value)));
  }

  Result<void> write(const Batch& batch, Durability) override {
    const std::lock_guard lock(mutex_);
    batch.for_each([&](Batch::Kind kind, TableId table, ByteView key, ByteView value) {
      apply(kind, writable(table), key, value);
    });
    return {};
  }

  Result<std::unique_ptr<Snapshot>> snapshot() const override {
    const std::lock_guard lock(mutex_);
    std::vector<SharedRows> tables(tables_.begin(), tables_.end());
    return std::unique_ptr<Snapshot>(std::make_unique<MemorySnapshot>(std::move(tables)));
  }

  Result<void> copy_to(const std::string&) override {
    return Error(errors::kStoreUnsupported, "a store in memory cannot be copied to a directory");
  }

  std::size_t table_count() const override { return tables_.size(); }

 private:
  Rows& writable(TableId table) {
    std::shared_ptr<Rows>& rows = tables_.at(table.value);
    if (rows.use_count() > 1) rows = std::make_shared<Rows>(*rows);
    return *rows;
  }

  static void apply(Batch::Kind kind, Rows& rows, ByteView key, ByteView value) {
    switch (kind) {
      case Batch::Kind::kPut: {
        const auto found = rows.lower_bound(key);
        if (found != rows.end() && equal(found->first, key)) {
          found->second.assign(value.begin(), value.end());
        } else {
          rows.emplace_hint(found, to_bytes(key), to_bytes(value));
        }
        return;
      }
      case Batch::Kind::kErase: {
        const auto found = rows.find(key);
        if (found != rows.end()) rows.erase(found);
        return;
      }
      case Batch::Kind::kEraseRange:
        if (Less::less(key, value)) rows.erase(rows.lower_bound(key), rows.lower_bound(value));
        return;
    }
  }

  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Rows>> tables_;
};

}  // namespace

std::unique_ptr<Store> make_memory_store(std::span<const TableSpec> tables) {
  MINGMA_ASSERT(tables.size() <= kTablesMax);
  return std::make_unique<MemoryStore>(tables.size());
}

}  // namespace mingma::store
