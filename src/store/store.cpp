#include "store/store.h"

namespace mingma::store {

void Batch::add(Kind kind, TableId table, ByteView key, ByteView value) {
  MINGMA_ASSERT(key.size() <= kKeyBytesMax && value.size() <= kValueBytesMax);
  MINGMA_ASSERT(!key.empty() || kind == Kind::kEraseRange);
  operations_.push_back(
      {arena_.size(), static_cast<std::uint32_t>(key.size()), static_cast<std::uint32_t>(value.size()), kind, table});
  mingma::append(arena_, key);
  mingma::append(arena_, value);
}

void Batch::put(TableId table, ByteView key, ByteView value) { add(Kind::kPut, table, key, value); }
void Batch::erase(TableId table, ByteView key) { add(Kind::kErase, table, key, {}); }
void Batch::erase_range(TableId table, ByteView from, ByteView to) { add(Kind::kEraseRange, table, from, to); }

void Batch::append(const Batch& more) {
  const std::uint64_t base = arena_.size();
  mingma::append(arena_, more.arena_);
  for (Operation op : more.operations_) {
    op.offset += base;
    operations_.push_back(op);
  }
}

void Batch::reserve(std::size_t operations, std::size_t bytes) {
  operations_.reserve(operations);
  arena_.reserve(bytes);
}

void Batch::clear() {
  arena_.clear();
  operations_.clear();
}

Result<std::optional<Bytes>> Reader::get(TableId table, ByteView key) const {
  Bytes out;
  MINGMA_TRY(const bool found, get_into(table, key, out));
  if (!found) return std::optional<Bytes>{};
  return std::optional<Bytes>{std::move(out)};
}

}  // namespace mingma::store
