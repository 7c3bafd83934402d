#include "service/trust_packs.h"

#include <algorithm>

#include "code/trust_pack.h"
#include "crypto/digest.h"
#include "rules/policy.h"

namespace mingma::service {
namespace {

// Longer than any credential that the key signs now can live.
constexpr std::int64_t kCodeKeyLifeSeconds = 2 * 366 * kSecondsPerDay;

}  // namespace

Result<Blob> TrustPacks::current() {
  const auto control = directory_.current();
  const UnixSeconds now = clock_.now();
  const std::lock_guard lock(mutex_);
  const bool stale = revocations_.generation() != revocations_in_;
  const bool large = revocations_.size() > kPackLargeEntries;
  const bool soon = now < issued_at_.plus(large ? kPackLargeSeconds : 0);
  if (current_.bytes && now < issued_at_.plus(kPackRefreshSeconds) && control->policy_count() == policies_ &&
      (!stale || soon))
    return current_;
  Revocations::List revoked = revocations_.current();
  code::TrustPack pack;
  pack.issued_at = current_.bytes ? std::max(now, issued_at_.plus(1)) : now;
  pack.sequence = static_cast<std::uint64_t>(pack.issued_at.value);
  pack.expires_at = pack.issued_at.plus(kPackLifeSeconds);
  pack.issuers.push_back(
      {code_key_, issuer_, true, !revoked.too_many, code_key_since_, pack.issued_at.plus(kCodeKeyLifeSeconds)});
  pack.revoked = std::move(revoked.prefixes);
  const std::size_t count = control->policy_count();
  const std::size_t first = count > code::kPackPoliciesMax ? count - code::kPackPoliciesMax : 0;
  for (std::size_t i = first; i < count; ++i) {
    const rules::Policy& policy = control->policy({static_cast<std::uint16_t>(i)});
    pack.policies.push_back({policy.hash, policy.id, policy.version.to_string(), policy.title.zh, policy.title.en});
  }
  auto bytes = std::make_shared<const Bytes>(code::sign_trust_pack(pack, pack_key_));
  issued_at_ = pack.issued_at;
  policies_ = count;
  revocations_in_ = revoked.generation;
  current_ = {bytes, hex_encode(crypto::sha256(*bytes)).substr(0, 32), pack.issued_at.plus(kPackRefreshSeconds)};
  return current_;
}

}  // namespace mingma::service
