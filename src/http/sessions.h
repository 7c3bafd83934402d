// Who is signed in: a bounded table of sessions on the server; the client holds 256 random bits.
//
// Only a hash of the token is kept, so a look into memory gives nobody's session away. A session ends after its
// lifetime, whatever happens; when the table is full the oldest makes room. Not durable: a restart signs everyone out.
// Threading: safe from any thread; small locks, none held during I/O.
#pragma once

#include <array>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/rng.h"
#include "base/time.h"
#include "service/types.h"

namespace mingma::http {

struct SessionLimits {
  std::size_t sessions_max = 1'000'000;
  std::int64_t lifetime_seconds = 12 * 3'600;
};

struct Session {
  ResidentId resident;
  UnixSeconds expires{};
};

class Sessions {
 public:
  // `rng` must be cryptographically secure outside tests. It is used under a lock.
  explicit Sessions(Rng& rng, SessionLimits limits = {});

  // The token: 43 characters of base64url. `person` is kept until registration needs it, at most as long as the
  // session.
  std::string open(const ResidentId& resident, service::Person person, UnixSeconds now);
  std::optional<Session> find(std::string_view token, UnixSeconds now) const;
  // The person as the identity provider proved it; nothing after forget_person().
  std::optional<service::Person> person(std::string_view token, UnixSeconds now) const;
  void forget_person(std::string_view token);
  void close(std::string_view token);
  std::size_t size() const;

 private:
  static constexpr std::size_t kStripes = 32;
  struct Entry {
    Session session;
    std::optional<service::Person> person;
  };
  struct Hash {
    std::size_t operator()(const Digest& digest) const;
  };
  struct Stripe {
    mutable std::mutex mutex;
    std::unordered_map<Digest, Entry, Hash> by_token;   // guarded by mutex
    std::deque<std::pair<UnixSeconds, Digest>> by_age;  // oldest first; may name sessions already closed
  };
  const Stripe& stripe_of(const Digest& key) const { return stripes_[key.bytes[8] % kStripes]; }
  Stripe& stripe_of(const Digest& key) { return stripes_[key.bytes[8] % kStripes]; }

  std::mutex rng_mutex_;
  Rng& rng_;
  SessionLimits limits_;
  std::array<Stripe, kStripes> stripes_;
};

// 256 random bits as 43 characters of base64url.
std::string random_token(Rng& rng);

}  // namespace mingma::http
