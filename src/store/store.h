// Store: ordered tables of bytes with atomic batches. The only durable thing a shard has.
//
// A store has a fixed list of tables, named at open; a TableId is an index into that list. Keys are ordered bytewise.
// One Batch is one atomic write across all tables: after a crash either all of it is there or none.
// Implementations: MemoryStore (memory_store.h), RocksDB (rocksdb_store.h). One contract test runs both.
//
// Threading: every method of Store and Snapshot may be called from any thread at any time; an Iterator belongs to one
// thread. Durability: write(kSynced) returns after the bytes and everything written before them survive power loss.
// Errors: store.failed means the state of the last write is unknown (done or not done). The owner must stop writing,
//   say so, and find out by opening the store again. After a failed synced write every further write fails as well.
// Limits: key 1 to 1,024 bytes, value up to 64 MiB, 32 tables.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/ids.h"

namespace mingma::store {

using TableId = StrongInteger<struct TableIdTag, std::uint8_t>;

inline constexpr std::size_t kKeyBytesMax = 1'024;
inline constexpr std::size_t kValueBytesMax = 64u << 20;
inline constexpr std::size_t kTablesMax = 32;

// What a table holds decides how it is kept; it never changes what the interface does.
enum class TableKind : std::uint8_t {
  kPoint,     // small values fetched by exact key: bloom filter, cached
  kSequence,  // written in key order and scanned: no filter
  kBlob,      // large values that do not compress (tiles, sealed events): kept apart from the keys, not compressed
};

struct TableSpec {
  std::string name;  // stable; a store keeps tables by name
  TableKind kind = TableKind::kPoint;
};

// Operations in the order given; a later one on the same key wins. A value: copyable, reusable after clear().
class Batch {
 public:
  enum class Kind : std::uint8_t { kPut, kErase, kEraseRange };

  void put(TableId table, ByteView key, ByteView value);
  void erase(TableId table, ByteView key);  // absent keys are fine
  // Erases every key k with from <= k < to.
  void erase_range(TableId table, ByteView from, ByteView to);
  void append(const Batch& more);
  void clear();                                             // keeps the capacity
  void reserve(std::size_t operations, std::size_t bytes);  // makes room; only a matter of speed

  std::size_t size() const { return operations_.size(); }
  std::size_t bytes() const { return arena_.size(); }
  bool empty() const { return operations_.empty(); }

  // visit(Kind, TableId, ByteView key, ByteView value): value is empty for kErase, the end of the range for
  // kEraseRange.
  template <typename Visitor>
  void for_each(Visitor&& visit) const {
    for (const Operation& op : operations_) {
      const std::uint8_t* begin = arena_.data() + op.offset;
      visit(op.kind, op.table, ByteView{begin, op.key_bytes}, ByteView{begin + op.key_bytes, op.value_bytes});
    }
  }

 private:
  struct Operation {
    std::uint64_t offset;
    std::uint32_t key_bytes;
    std::uint32_t value_bytes;
    Kind kind;
    TableId table;
  };
  void add(Kind kind, TableId table, ByteView key, ByteView value);

  Bytes arena_;
  std::vector<Operation> operations_;
};

// Walks one table in ascending key order over the state at its creation. Starts before the first key: seek first.
// Views of key() and value() live until the next call on the iterator.
class Iterator {
 public:
  virtual ~Iterator() = default;
  virtual void seek(ByteView key) = 0;      // to the first key >= `key`; an empty key is the first of all
  virtual void seek_last() = 0;             // to the last key
  virtual void next() = 0;                  // requires valid()
  virtual bool valid() const = 0;           // false at the end and after an error
  virtual ByteView key() const = 0;         // requires valid()
  virtual ByteView value() const = 0;       // requires valid()
  virtual Result<void> status() const = 0;  // look at it when valid() turns false
};

class Reader {
 public:
  virtual ~Reader() = default;
  // Replaces `out` by the value and returns true, or returns false if there is none. Reuses the capacity of `out`.
  virtual Result<bool> get_into(TableId table, ByteView key, Bytes& out) const = 0;
  virtual Result<std::unique_ptr<Iterator>> iterate(TableId table) const = 0;

  Result<std::optional<Bytes>> get(TableId table, ByteView key) const;
  // Calls visit(key, value) -> Result<void> for each key that begins with `prefix`, in order; stops at the first error.
  template <typename Visitor>
  Result<void> scan(TableId table, ByteView prefix, Visitor&& visit) const;
};

// A frozen view. Must not outlive its store.
class Snapshot : public Reader {};

enum class Durability : std::uint8_t {
  kBuffered,  // survives a crash of the process, perhaps not of the machine
  kSynced,
};

class Store : public Reader {
 public:
  virtual Result<void> write(const Batch& batch, Durability durability) = 0;
  virtual Result<std::unique_ptr<Snapshot>> snapshot() const = 0;
  // Writes a complete, openable copy of the present state to `directory`, which must not exist. MemoryStore refuses.
  virtual Result<void> copy_to(const std::string& directory) = 0;
  virtual std::size_t table_count() const = 0;
};

template <typename Visitor>
Result<void> Reader::scan(TableId table, ByteView prefix, Visitor&& visit) const {
  MINGMA_TRY(const auto iterator, iterate(table));
  for (iterator->seek(prefix); iterator->valid(); iterator->next()) {
    const ByteView key = iterator->key();
    if (key.size() < prefix.size() || !equal(key.first(prefix.size()), prefix)) return {};
    MINGMA_CHECK(visit(key, iterator->value()));
  }
  return iterator->status();
}

}  // namespace mingma::store
