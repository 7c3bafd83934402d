// Remembers which signatures were used until they expire by themselves, in bounded memory.
//
// When it is full it refuses (kBusy) rather than forgets: forgetting would let an old message in again. Ask only after
// the signature has verified, so that strangers cannot fill it.
// Threading: safe from any thread. Memory: about 100 bytes for each of at most `entries_max` uses.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string_view>
#include <unordered_set>

#include "base/bytes.h"
#include "base/error.h"
#include "base/time.h"

namespace mingma::http {

class ReplayWindow {
 public:
  explicit ReplayWindow(std::size_t entries_max) : entries_max_(entries_max) {}

  // kSignatureReplayed if this nonce of this key was used before and has not expired since. `expires` is the last
  // second at which the message is acceptable anyway.
  Result<void> use(std::string_view key_id, std::string_view nonce, UnixSeconds expires, UnixSeconds now);
  std::size_t size() const;

 private:
  struct Hash {
    std::size_t operator()(const Digest& digest) const;
  };
  mutable std::mutex mutex_;
  std::size_t entries_max_;
  std::size_t size_ = 0;
  std::map<UnixSeconds, std::unordered_set<Digest, Hash>> by_expiry_;  // guarded by mutex_
};

}  // namespace mingma::http
