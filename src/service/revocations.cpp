#include "service/revocations.h"

#include <algorithm>

namespace mingma::service {

void Revocations::set(ShardId shard, std::vector<code::RevokedPrefix> prefixes) {
  std::sort(prefixes.begin(), prefixes.end());
  const std::lock_guard lock(mutex_);
  std::vector<code::RevokedPrefix>& present = by_shard_[shard];
  if (present == prefixes) return;
  present = std::move(prefixes);
  ++generation_;
}

void Revocations::add(ShardId shard, code::RevokedPrefix prefix) {
  const std::lock_guard lock(mutex_);
  std::vector<code::RevokedPrefix>& present = by_shard_[shard];
  const auto place = std::lower_bound(present.begin(), present.end(), prefix);
  if (place != present.end() && *place == prefix) return;
  present.insert(place, prefix);
  ++generation_;
}

Revocations::List Revocations::current() const {
  const std::lock_guard lock(mutex_);
  List out;
  out.generation = generation_;
  std::size_t count = 0;
  for (const auto& [shard, prefixes] : by_shard_) count += prefixes.size();
  out.too_many = count > code::kPackRevokedMax;
  if (out.too_many) return out;
  out.prefixes.reserve(count);
  for (const auto& [shard, prefixes] : by_shard_)
    out.prefixes.insert(out.prefixes.end(), prefixes.begin(), prefixes.end());
  return out;
}

std::uint64_t Revocations::generation() const {
  const std::lock_guard lock(mutex_);
  return generation_;
}

std::size_t Revocations::size() const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const auto& [shard, prefixes] : by_shard_) count += prefixes.size();
  return count;
}

}  // namespace mingma::service
