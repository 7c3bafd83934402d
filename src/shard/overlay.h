// TableOverlay: one small table as an event changes it. Reads see the store and, above it, the event's own changes.
// Internal to the room. Threading: one thread, within one plan or apply. Borrows the reader.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "base/bytes.h"
#include "base/error.h"
#include "store/store.h"

namespace mingma::shard {

class TableOverlay {
 public:
  TableOverlay(const store::Reader& reader, store::TableId table) : reader_(reader), table_(table) {}

  Result<std::optional<Bytes>> get(ByteView key) const;
  // Every entry whose key begins with `prefix`, in key order.
  Result<void> scan(ByteView prefix, const std::function<Result<void>(ByteView key, ByteView value)>& visit) const;
  void put(Bytes key, Bytes value) { changes_[std::move(key)] = std::move(value); }
  void erase(Bytes key) { changes_[std::move(key)] = std::nullopt; }
  // The event's changes, in key order.
  void write(store::Batch& batch) const;

 private:
  const store::Reader& reader_;
  store::TableId table_;
  std::map<Bytes, std::optional<Bytes>> changes_;  // nothing: erased
};

}  // namespace mingma::shard
