#include "shard/overlay.h"

namespace mingma::shard {

Result<std::optional<Bytes>> TableOverlay::get(ByteView key) const {
  const auto changed = changes_.find(to_bytes(key));
  if (changed != changes_.end()) return changed->second;
  return reader_.get(table_, key);
}

Result<void> TableOverlay::scan(ByteView prefix,
                                const std::function<Result<void>(ByteView key, ByteView value)>& visit) const {
  const auto begins = [&](const Bytes& key) {
    return key.size() >= prefix.size() && equal(ByteView(key).first(prefix.size()), prefix);
  };
  auto changed = changes_.lower_bound(to_bytes(prefix));
  // Changes up to `key` come first; one with the same key stands in its place.
  const auto visit_changes = [&](const Bytes* key, bool& replaced) -> Result<void> {
    for (; changed != changes_.end() && begins(changed->first); ++changed) {
      if (key != nullptr && *key < changed->first) return {};
      if (key != nullptr && *key == changed->first) replaced = true;
      if (changed->second) MINGMA_CHECK(visit(changed->first, *changed->second));
      if (replaced) {
        ++changed;
        return {};
      }
    }
    return {};
  };
  MINGMA_CHECK(reader_.scan(table_, prefix, [&](ByteView key, ByteView value) -> Result<void> {
    const Bytes own = to_bytes(key);
    bool replaced = false;
    MINGMA_CHECK(visit_changes(&own, replaced));
    return replaced ? Result<void>{} : visit(key, value);
  }));
  bool replaced = false;
  return visit_changes(nullptr, replaced);
}

void TableOverlay::write(store::Batch& batch) const {
  for (const auto& [key, value] : changes_) {
    if (value) {
      batch.put(table_, key, *value);
    } else {
      batch.erase(table_, key);
    }
  }
}

}  // namespace mingma::shard
