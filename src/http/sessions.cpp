#include "http/sessions.h"

#include <algorithm>
#include <cstring>

#include "crypto/digest.h"

namespace mingma::http {
namespace {

constexpr std::size_t kTokenTextBytes = 43;

Digest key_of(std::string_view token) { return crypto::sha256(as_bytes(token)); }

}  // namespace

std::string random_token(Rng& rng) {
  std::array<std::uint8_t, 32> bytes{};
  rng.fill(bytes);
  return base64url_encode(bytes);
}

std::size_t Sessions::Hash::operator()(const Digest& digest) const {
  std::size_t value = 0;
  std::memcpy(&value, digest.bytes.data(), sizeof value);
  return value;
}

Sessions::Sessions(Rng& rng, SessionLimits limits) : rng_(rng), limits_(limits) {}

std::string Sessions::open(const ResidentId& resident, service::Person person, UnixSeconds now) {
  std::string token;
  {
    const std::lock_guard guard(rng_mutex_);
    token = random_token(rng_);
  }
  const Digest key = key_of(token);
  Stripe& stripe = stripe_of(key);
  const std::size_t stripe_max = std::max<std::size_t>(limits_.sessions_max / kStripes, 1);
  const std::lock_guard guard(stripe.mutex);
  while (!stripe.by_age.empty() && (stripe.by_age.front().first <= now || stripe.by_age.size() >= stripe_max)) {
    stripe.by_token.erase(stripe.by_age.front().second);
    stripe.by_age.pop_front();
  }
  const UnixSeconds expires = now.plus(limits_.lifetime_seconds);
  stripe.by_token.emplace(key, Entry{{resident, expires}, std::move(person)});
  stripe.by_age.emplace_back(expires, key);
  return token;
}

std::optional<Session> Sessions::find(std::string_view token, UnixSeconds now) const {
  if (token.size() != kTokenTextBytes) return std::nullopt;
  const Digest key = key_of(token);
  const Stripe& stripe = stripe_of(key);
  const std::lock_guard guard(stripe.mutex);
  const auto found = stripe.by_token.find(key);
  if (found == stripe.by_token.end() || found->second.session.expires <= now) return std::nullopt;
  return found->second.session;
}

std::optional<service::Person> Sessions::person(std::string_view token, UnixSeconds now) const {
  if (token.size() != kTokenTextBytes) return std::nullopt;
  const Digest key = key_of(token);
  const Stripe& stripe = stripe_of(key);
  const std::lock_guard guard(stripe.mutex);
  const auto found = stripe.by_token.find(key);
  if (found == stripe.by_token.end() || found->second.session.expires <= now) return std::nullopt;
  return found->second.person;
}

void Sessions::forget_person(std::string_view token) {
  const Digest key = key_of(token);
  Stripe& stripe = stripe_of(key);
  const std::lock_guard guard(stripe.mutex);
  if (const auto found = stripe.by_token.find(key); found != stripe.by_token.end()) found->second.person.reset();
}

void Sessions::close(std::string_view token) {
  const Digest key = key_of(token);
  Stripe& stripe = stripe_of(key);
  const std::lock_guard guard(stripe.mutex);
  stripe.by_token.erase(key);
}

std::size_t Sessions::size() const {
  std::size_t count = 0;
  for (const Stripe& stripe : stripes_) {
    const std::lock_guard guard(stripe.mutex);
    count += stripe.by_token.size();
  }
  return count;
}

}  // namespace mingma::http
