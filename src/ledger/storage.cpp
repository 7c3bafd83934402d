#include "ledger/storage.h"

namespace mingma::ledger {

Result<std::optional<Bytes>> MemoryTileStore::get(std::string_view key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) return std::optional<Bytes>{};
  return std::optional<Bytes>(found->second);
}

void MemoryTileStore::put(std::string_view key, ByteView value) {
  values_.insert_or_assign(std::string(key), to_bytes(value));
}

void MemoryTileStore::erase(std::string_view key) {
  const auto found = values_.find(key);
  if (found != values_.end()) values_.erase(found);
}

void MemoryTileBatch::put(std::string_view key, ByteView value) {
  bytes_ += key.size() + value.size();
  changes_.emplace_back(std::string(key), to_bytes(value));
}

void MemoryTileBatch::erase(std::string_view key) { changes_.emplace_back(std::string(key), std::nullopt); }

void MemoryTileBatch::write_to(TileBatch& target) const {
  for (const auto& [key, value] : changes_) {
    if (value) {
      target.put(key, *value);
    } else {
      target.erase(key);
    }
  }
}

}  // namespace mingma::ledger
