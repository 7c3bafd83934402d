// Random 32-byte keys, each wrapped under the key of the month it was made in, which is wrapped under the
// key-encryption key.
//
// Destroying one key, or the key of a month, makes everything sealed under it unreadable for ever. Destruction erases
// the wrapped bytes from the table; the store drops them from its files at its next compaction, and a backup that is
// older holds them until it is rotated: keep backups of this table no longer than docs/data.md says.
//
// Format, table of the owner's choice: "p" || period u32 BE -> sealed period key, context "mingma/v1/period-key" ||
// period;
//   "k" || name -> period u32 BE || sealed key, context "mingma/v1/key" || name. period = year * 12 + month - 1 at
//   UTC+8.
// Threading: one owner. Reads go to the store; a created key counts from the write of the caller's batch on, but can be
//   opened at once. Names: 1 to 64 bytes.
// Errors: kKeyDestroyed when there is no such key (any more); store and seal errors as they are.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/rng.h"
#include "base/time.h"
#include "store/store.h"

namespace mingma::service {

using KeyPeriod = StrongInteger<struct KeyPeriodTag, std::uint32_t>;
KeyPeriod key_period(UnixSeconds instant);

class WrappedKeys final {
 public:
  WrappedKeys(const store::Store& store, store::TableId table, const Digest& key_encryption_key, Rng& rng)
      : store_(store), table_(table), key_encryption_key_(key_encryption_key), rng_(rng) {}
  WrappedKeys(const WrappedKeys&) = delete;
  WrappedKeys& operator=(const WrappedKeys&) = delete;
  ~WrappedKeys();

  // A new random key. Its name must not be in use.
  Result<Digest> create(ByteView name, UnixSeconds now, store::Batch& batch);
  Result<Digest> open(ByteView name);

  void destroy(ByteView name, store::Batch& batch);
  // Keys of 17-byte names with this first byte, made in that month.
  Result<void> destroy_of(ByteView first, KeyPeriod period, store::Batch& batch);
  Result<bool> has(ByteView name) const;
  Result<bool> has_of(ByteView first, KeyPeriod period) const;
  Result<bool> has_period(KeyPeriod period) const;
  // Every key made in that month.
  void destroy_period(KeyPeriod period, store::Batch& batch);

 private:
  Result<std::vector<Bytes>> rows_of(ByteView first, KeyPeriod period) const;
  Result<Digest> period_key(KeyPeriod period);
  Result<Digest> period_key_for_new(KeyPeriod period, store::Batch& batch);

  const store::Store& store_;
  store::TableId table_;
  Digest key_encryption_key_;
  Rng& rng_;
  std::map<KeyPeriod, Digest> periods_;  // opened ones
  Bytes scratch_;
};

}  // namespace mingma::service
