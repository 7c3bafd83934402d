#include "http/officer_sessions.h"

#include <array>

#include "crypto/digest.h"
#include "http/sessions.h"
#include "shard/document.h"

namespace mingma::http {
namespace {

// Room for one more. A key that is gone already makes none, so go on.
template <typename Value>
void make_room(std::map<Digest, Value>& entries, std::deque<Digest>& by_age, std::size_t max) {
  while (entries.size() >= max || by_age.size() >= 2 * max) {
    entries.erase(by_age.front());
    by_age.pop_front();
  }
}

}  // namespace

Digest OfficerSessions::challenge(UnixSeconds now) {
  std::array<std::uint8_t, 32> random{};
  const std::lock_guard lock(mutex_);
  rng_.fill(random);
  const Digest challenge = shard::document_digest("officer_session", as_text(random));
  make_room(challenges_, challenges_by_age_, kChallengesMax);
  challenges_[challenge] = now.plus(kChallengeSeconds);
  challenges_by_age_.push_back(challenge);
  return challenge;
}

bool OfficerSessions::use_challenge(ByteView challenge, UnixSeconds now) {
  const auto digest = Digest::from(challenge);
  if (!digest.ok()) return false;
  const std::lock_guard lock(mutex_);
  const auto found = challenges_.find(*digest);
  if (found == challenges_.end()) return false;
  const bool good = now < found->second;
  challenges_.erase(found);
  return good;
}

std::string OfficerSessions::open(service::OfficerCaller caller, UnixSeconds now) {
  const std::lock_guard lock(mutex_);
  std::string token = random_token(rng_);
  const Digest key = crypto::sha256(as_bytes(token));
  make_room(sessions_, sessions_by_age_, kSessionsMax);
  sessions_[key] = {std::move(caller), now.plus(kSessionSeconds)};
  sessions_by_age_.push_back(key);
  return token;
}

std::optional<OfficerSessions::Open> OfficerSessions::find(std::string_view token, UnixSeconds now) const {
  const Digest key = crypto::sha256(as_bytes(token));
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(key);
  if (found == sessions_.end() || found->second.expires <= now) return std::nullopt;
  return found->second;
}

void OfficerSessions::close(std::string_view token) {
  const Digest key = crypto::sha256(as_bytes(token));
  const std::lock_guard lock(mutex_);
  sessions_.erase(key);
}

}  // namespace mingma::http
