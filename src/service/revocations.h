// Which sheets of paper no door may accept any more: those revoked, and those whose colour is no longer the resident's.
//
// Each shard gives its own; the trust pack carries all of them (code/trust_pack.h) until they expire. When they are
// more than a pack can hold, no paper is accepted at all until they are fewer: failing closed, and said by a metric. A
// revocation is here at once, a changed colour within kRevocationSeconds. Threading: any thread.
#pragma once

#include <map>
#include <mutex>
#include <vector>

#include "base/ids.h"
#include "code/trust_pack.h"

namespace mingma::service {

inline constexpr std::int64_t kRevocationSeconds = 60;

class Revocations final {
 public:
  struct List {
    std::vector<code::RevokedPrefix> prefixes;
    bool too_many = false;         // then `prefixes` is empty
    std::uint64_t generation = 0;  // changes when the list does
  };

  // All of one shard's.
  void set(ShardId shard, std::vector<code::RevokedPrefix> prefixes);
  void add(ShardId shard, code::RevokedPrefix prefix);
  List current() const;
  std::uint64_t generation() const;
  std::size_t size() const;

 private:
  mutable std::mutex mutex_;
  std::map<ShardId, std::vector<code::RevokedPrefix>> by_shard_;  // guarded by mutex_; each sorted
  std::uint64_t generation_ = 1;                                  // guarded by mutex_
};

}  // namespace mingma::service
