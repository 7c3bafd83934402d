// The keys of one shard's personal records: resident keys and submission keys, found fast, made and destroyed.
//
// A new key is handed out at once and written with the caller's next batch: take_pending() before the write, written()
// after. Destruction takes effect in memory at once and on disk with the batch; from then on every read says destroyed.
// Threading: belongs to the shard's executor. Memory: at most `cached_max` derived residents, about 0.7 KiB each.
// Tables: kKeysTable of the shard's store (wrapped_keys.h); names are resident (16 bytes) and "s" || submission (17
// bytes),
//   "b" || month u32 BE || kind of evidence (6 bytes).
#pragma once

#include <map>

#include "base/rng.h"
#include "service/lru.h"
#include "service/wrapped_keys.h"
#include "shard/keys.h"
#include "shard/retention.h"

namespace mingma::service {

class KeyVault final : public shard::KeySource {
 public:
  KeyVault(const store::Store& store, const Digest& key_encryption_key, Rng& rng, std::size_t cached_max);

  Result<shard::ResidentKeys> resident_keys(const ResidentId& resident) const override;
  Result<Digest> submission_key(const shard::SubmissionId& submission) const override;
  Result<Digest> body_secret(shard::KeyMonth month, rules::EvidenceKind kind) const override;

  // Makes the key unless there is one. A destroyed resident key is made anew only by registering again.
  Result<void> ensure_resident(const ResidentId& resident, UnixSeconds now);
  Result<void> ensure_submission(const shard::SubmissionId& submission, UnixSeconds now);

  void destroy_resident(const ResidentId& resident, store::Batch& batch);
  void destroy_period(KeyPeriod period, store::Batch& batch);
  // The secrets of every kind for the month of `at`, unless they are there.
  Result<void> ensure_bodies(UnixSeconds at);
  // By retention (shard/retention.h).
  Result<bool> has(const shard::KeysToDestroy& keys) const;
  Result<void> destroy(const shard::KeysToDestroy& keys, store::Batch& batch);

  // Moves the puts of new keys into `batch`; call written() when it is durable.
  void take_pending(store::Batch& batch);
  void written();

 private:
  Result<Digest> open(ByteView name) const;
  Result<void> ensure(ByteView name, UnixSeconds now);

  mutable WrappedKeys keys_;
  mutable Lru<ResidentId, shard::ResidentKeys, std::hash<ResidentId>> derived_;
  mutable std::map<Bytes, Digest> bodies_;  // opened ones, by name
  shard::KeyMonth ensured_{};
  std::map<Bytes, Digest> fresh_;      // made, still in pending_
  std::map<Bytes, Digest> in_flight_;  // in the batch being written
  store::Batch pending_;
};

}  // namespace mingma::service
