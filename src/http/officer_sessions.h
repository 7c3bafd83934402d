// Officers who are signed in with a passkey, and the challenges they sign to get there.
//
// A session is bound to the officer's key: the service is asked on every request whether the key is still in force.
// Only a hash of the token is kept. A challenge is used once, within its time. Not durable: a restart signs everyone
// out. Threading: safe from any thread; one small lock, never held during I/O. Limits: kChallengesMax and kSessionsMax;
// when full, the oldest makes room.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/rng.h"
#include "base/time.h"
#include "service/officer_api.h"

namespace mingma::http {

class OfficerSessions {
 public:
  static constexpr std::size_t kChallengesMax = 10'000;
  static constexpr std::size_t kSessionsMax = 100'000;
  static constexpr std::int64_t kChallengeSeconds = 120;
  static constexpr std::int64_t kSessionSeconds = 8 * 3'600;

  explicit OfficerSessions(Rng& rng) : rng_(rng) {}

  // 32 bytes: document_digest("officer_session", 32 random bytes), so that no sign-in is ever a signed document.
  Digest challenge(UnixSeconds now);
  bool use_challenge(ByteView challenge, UnixSeconds now);

  struct Open {
    service::OfficerCaller caller;
    UnixSeconds expires{};
  };
  std::string open(service::OfficerCaller caller, UnixSeconds now);  // the token
  std::optional<Open> find(std::string_view token, UnixSeconds now) const;
  void close(std::string_view token);

 private:
  mutable std::mutex mutex_;  // guards all of it
  Rng& rng_;
  std::map<Digest, UnixSeconds> challenges_;
  std::deque<Digest> challenges_by_age_;
  std::map<Digest, Open> sessions_;  // by hash of the token
  std::deque<Digest> sessions_by_age_;
};

}  // namespace mingma::http
