#include "http/relying_party.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>

#include "crypto/digest.h"
#include "http/co_try.h"
#include "http/errors.h"
#include "http/internal/async_client.h"
#include "http/sessions.h"
#include "http/target.h"

namespace mingma::http {
namespace {

using boost::asio::awaitable;

constexpr std::int64_t kDiscoverySeconds = 600;
constexpr std::int64_t kKeysSecondsMin =
    30;  // between two fetches of keys, so that bad tokens cannot make us ask all the time
constexpr std::int64_t kSkewSeconds = 60;
constexpr std::size_t kClaimBytesMax = 200;

Error provider_failed(std::string what) {
  return {errors::kProviderFailed, "the identity provider " + std::move(what)};
}
Error login_failed(std::string_view what) { return {errors::kLoginFailed, std::string(what)}; }

std::string text_member(const Json& json, std::string_view name) {
  const Json* member = json.find(name);
  return member != nullptr && member->is_string() ? member->string() : std::string();
}

std::string hash_text(std::string_view text) { return hex_encode(crypto::sha256(as_bytes(text))); }

bool names_audience(const Json& claims, const std::string& client_id) {
  const Json* audience = claims.find("aud");
  if (audience == nullptr) return false;
  if (audience->is_string()) return audience->string() == client_id;
  if (!audience->is_array() || audience->array().empty()) return false;
  const auto& list = audience->array();
  const bool named = std::any_of(list.begin(), list.end(), [&](const Json& each) { return each == Json(client_id); });
  return named && (list.size() == 1 || text_member(claims, "azp") == client_id);
}

}  // namespace

bool is_local_path(std::string_view path) {
  if (!path.starts_with('/') || path.size() > 1024) return false;
  if (path.size() > 1 && (path[1] == '/' || path[1] == '\\')) return false;
  return parse_target(path).ok();
}

RelyingParty::RelyingParty(RelyingPartyOptions options, const Clock& clock, Rng& rng)
    : options_(std::move(options)), clock_(clock), rng_(rng) {}

awaitable<Result<Json>> RelyingParty::fetch_json(Url url, ClientRequest request) {
  request.target = url.target;
  request.headers.emplace_back("Accept", "application/json");
  internal::AsyncClient client(co_await boost::asio::this_coro::executor, std::move(url), options_.client);
  auto response = co_await client.send(request);
  if (!response.ok()) co_return provider_failed("does not answer: " + response.error().message());
  auto json = parse_json(response->body, {.depth_max = 16, .bytes_max = options_.client.response_bytes_max});
  if (response->status == 400 || response->status == 401)
    co_return login_failed("the identity provider refused the sign-in");
  if (response->status != 200 || !json.ok())
    co_return provider_failed("answered status " + std::to_string(response->status));
  co_return std::move(json).value();
}

awaitable<Result<RelyingParty::Provider>> RelyingParty::provider(bool fresh_keys) {
  const UnixSeconds now = clock_.now();
  {
    const std::lock_guard guard(mutex_);
    const std::int64_t age = provider_ ? now.value - provider_->fetched.value : kDiscoverySeconds;
    if (provider_ && age < (fresh_keys ? kKeysSecondsMin : kDiscoverySeconds)) co_return *provider_;
  }
  MINGMA_CO_TRY(const Url discovery, parse_url(options_.issuer + "/.well-known/openid-configuration"));
  // A variable, not ClientRequest{} in place: g++ 12 destroys aggregate temporaries of a co_await expression twice.
  const ClientRequest get;
  MINGMA_CO_TRY(const Json document, co_await fetch_json(discovery, get));
  if (text_member(document, "issuer") != options_.issuer)
    co_return provider_failed("names another issuer than expected");
  Provider found;
  found.authorization_endpoint = text_member(document, "authorization_endpoint");
  const auto authorization = parse_url(found.authorization_endpoint);
  auto token = parse_url(text_member(document, "token_endpoint"));
  auto keys_at = parse_url(text_member(document, "jwks_uri"));
  if (!authorization.ok() || !token.ok() || !keys_at.ok()) co_return provider_failed("names no usable endpoints");
  if (discovery.scheme == "https" &&
      (authorization->scheme != "https" || token->scheme != "https" || keys_at->scheme != "https")) {
    co_return provider_failed("mixes http into https");
  }
  found.token_endpoint = *std::move(token);
  found.jwks_uri = *std::move(keys_at);
  MINGMA_CO_TRY(const Json keys, co_await fetch_json(found.jwks_uri, get));
  MINGMA_CO_TRY(found.keys, parse_jwks(keys.to_string()));
  found.fetched = now;
  const std::lock_guard guard(mutex_);
  provider_ = found;
  co_return found;
}

awaitable<Result<LoginBegun>> RelyingParty::begin(std::string return_to, bool wants_token) {
  if (!is_local_path(return_to))
    co_return Error(errors::kInvalidQuery, "the way back must be a path on this site", "return_to");
  MINGMA_CO_TRY(const Provider found, co_await provider(false));
  const UnixSeconds now = clock_.now();
  const std::lock_guard guard(mutex_);
  while (!by_age_.empty() && by_age_.front().first <= now) {
    pending_.erase(by_age_.front().second);
    by_age_.pop_front();
  }
  if (by_age_.size() >= options_.logins_max)
    co_return Error(errors::kBusy, "too many sign-ins at once; try again shortly");
  const std::string state = random_token(rng_);
  LoginBegun begun;
  begun.browser_secret = random_token(rng_);
  Pending pending{.nonce = random_token(rng_),
                  .verifier = random_token(rng_),
                  .browser_hash = hash_text(begun.browser_secret),
                  .return_to = std::move(return_to),
                  .wants_token = wants_token,
                  .expires = now.plus(options_.login_seconds_max)};
  const std::string challenge = base64url_encode(crypto::sha256(as_bytes(pending.verifier)));
  begun.location = found.authorization_endpoint;
  begun.location += begun.location.find('?') == std::string::npos ? "?" : "&";
  begun.location += "response_type=code&client_id=" + percent_encode(options_.client_id) +
                    "&redirect_uri=" + percent_encode(options_.redirect_uri) +
                    "&scope=" + percent_encode(options_.scope) + "&state=" + state + "&nonce=" + pending.nonce +
                    "&code_challenge=" + challenge + "&code_challenge_method=S256";
  by_age_.emplace_back(pending.expires, hash_text(state));
  pending_.emplace(hash_text(state), std::move(pending));
  co_return begun;
}

// A state works once: even a failed attempt uses it up.
Result<RelyingParty::Pending> RelyingParty::take_pending(const std::string& state, const std::string& browser_secret) {
  const std::lock_guard guard(mutex_);
  const auto found = pending_.find(hash_text(state));
  if (found == pending_.end())
    return Error(errors::kLoginExpired, "this sign-in is unknown, over or used; sign in again");
  Pending pending = std::move(found->second);
  pending_.erase(found);
  if (pending.expires <= clock_.now()) return Error(errors::kLoginExpired, "this sign-in took too long; sign in again");
  if (hash_text(browser_secret) != pending.browser_hash)
    return login_failed("the sign-in was begun in another browser");
  return pending;
}

awaitable<Result<Json>> RelyingParty::claims_of(std::string id_token) {
  MINGMA_CO_TRY(const Provider known, co_await provider(false));
  auto claims = verify_jwt(id_token, known.keys);
  if (claims.ok()) co_return claims;
  // The provider may have changed its keys.
  MINGMA_CO_TRY(const Provider fresh, co_await provider(true));
  co_return verify_jwt(id_token, fresh.keys);
}

Result<service::Person> RelyingParty::check_claims(const Json& claims, const std::string& nonce) const {
  const std::int64_t now = clock_.now().value;
  const Json* expires = claims.find("exp");
  const Json* issued = claims.find("iat");
  const auto refuse = [](std::string_view what) {
    return Error(errors::kInvalidToken, "the ID token " + std::string(what));
  };
  if (text_member(claims, "iss") != options_.issuer) return refuse("is of another issuer");
  if (!names_audience(claims, options_.client_id)) return refuse("is meant for somebody else");
  if (expires == nullptr || !expires->is_integer() || expires->integer() <= now - kSkewSeconds)
    return refuse("has expired");
  if (issued == nullptr || !issued->is_integer() || issued->integer() > now + kSkewSeconds)
    return refuse("is from the future");
  if (text_member(claims, "nonce") != nonce) return refuse("belongs to another sign-in");
  if (text_member(claims, "sub").empty()) return refuse("names nobody");

  service::Person person;
  person.document_type = text_member(claims, "document_type");
  person.document_number = text_member(claims, "document_number");
  person.country = text_member(claims, "document_country");
  person.name = text_member(claims, "name");
  if (person.document_type.empty() || person.document_number.empty() || person.name.empty() ||
      person.document_number.size() > kClaimBytesMax || person.name.size() > kClaimBytesMax) {
    return login_failed("the identity provider did not say who this is");
  }
  if (const std::string birth = text_member(claims, "birthdate"); !birth.empty()) {
    auto date = parse_date(birth);
    if (!date.ok()) return login_failed("the identity provider gave an impossible date of birth");
    person.birth_date = *date;
  }
  return person;
}

awaitable<Result<LoginFinished>> RelyingParty::finish(std::string code, std::string state, std::string browser_secret) {
  MINGMA_CO_TRY(Pending pending, take_pending(state, browser_secret));
  MINGMA_CO_TRY(const Provider found, co_await provider(false));
  ClientRequest request{.method = "POST", .headers = {{"Content-Type", "application/x-www-form-urlencoded"}}};
  request.body = "grant_type=authorization_code&code=" + percent_encode(code) +
                 "&redirect_uri=" + percent_encode(options_.redirect_uri) +
                 "&client_id=" + percent_encode(options_.client_id) + "&code_verifier=" + pending.verifier;
  if (!options_.client_secret.empty()) {
    const std::string credentials = percent_encode(options_.client_id) + ":" + percent_encode(options_.client_secret);
    request.headers.emplace_back("Authorization", "Basic " + base64_encode(as_bytes(credentials)));
  }
  MINGMA_CO_TRY(const Json answer, co_await fetch_json(found.token_endpoint, std::move(request)));
  const std::string id_token = text_member(answer, "id_token");
  if (id_token.empty()) co_return provider_failed("gave no ID token");
  MINGMA_CO_TRY(const Json claims, co_await claims_of(id_token));
  LoginFinished finished;
  MINGMA_CO_TRY(finished.person, check_claims(claims, pending.nonce));
  finished.return_to = std::move(pending.return_to);
  finished.wants_token = pending.wants_token;
  co_return finished;
}

}  // namespace mingma::http
