// The trust pack that doors fetch: built from the directory and the revoked paper codes, signed, kept until it is an
// hour old, a policy was published or a sheet was revoked (at most one new pack a second; a large one, of over 10,000
// revocations, at most one a minute).
//
// Sequence numbers are the Unix second of issue, so that a pack of a restarted process is never older than the last
// one. Threading: any thread.
#pragma once

#include <mutex>

#include "crypto/signature.h"
#include "service/directory.h"
#include "service/revocations.h"
#include "service/types.h"

namespace mingma::service {

inline constexpr std::int64_t kPackRefreshSeconds = 3'600;
inline constexpr std::size_t kPackLargeEntries = 10'000;
inline constexpr std::int64_t kPackLargeSeconds = 60;
inline constexpr std::int64_t kPackLifeSeconds = 7 * kSecondsPerDay;

class TrustPacks final {
 public:
  // `issuer`: claim iss of the province's credentials; `code_key`: their verifying key.
  TrustPacks(const Directory& directory, const Revocations& revocations, crypto::SigningKey pack_key,
             crypto::VerifyingKey code_key, std::string issuer, UnixSeconds code_key_since, const Clock& clock)
      : directory_(directory),
        revocations_(revocations),
        pack_key_(std::move(pack_key)),
        code_key_(std::move(code_key)),
        issuer_(std::move(issuer)),
        code_key_since_(code_key_since),
        clock_(clock) {}

  Result<Blob> current();
  const crypto::VerifyingKey& pack_key() const { return pack_key_.verifying_key(); }

 private:
  const Directory& directory_;
  const Revocations& revocations_;
  crypto::SigningKey pack_key_;  // guarded by mutex_
  crypto::VerifyingKey code_key_;
  std::string issuer_;
  UnixSeconds code_key_since_;
  const Clock& clock_;
  std::mutex mutex_;
  Blob current_;                      // guarded by mutex_
  UnixSeconds issued_at_{};           // guarded by mutex_
  std::size_t policies_ = 0;          // guarded by mutex_
  std::uint64_t revocations_in_ = 0;  // generation; guarded by mutex_
};

}  // namespace mingma::service
