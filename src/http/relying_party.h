// Signing residents in through an OpenID Connect provider: authorization code with PKCE (S256), state and nonce.
//
// The provider is found by its discovery document. What it must say about a person, as claims of the ID token:
//   sub, document_type ("resident_id" or "passport"), document_number, name, birthdate (optional), document_country
//   (passports).
// A login is bound to the browser that began it by a secret in its own cookie, so that nobody can be signed in as
// somebody else by a link.
//
// Threading: safe from any thread; each call runs on the caller's executor. Discovery and keys are cached.
// Errors: kProviderFailed (unreachable, or says nonsense), kLoginExpired, kLoginFailed, kInvalidToken, kInvalidQuery,
// kBusy. Source: OpenID Connect Core 1.0 and Discovery 1.0, RFC 6749, RFC 7636, RFC 9207.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/rng.h"
#include "base/time.h"
#include "http/client.h"
#include "http/jwt.h"
#include "service/types.h"

namespace mingma::http {

struct RelyingPartyOptions {
  std::string issuer;  // exactly as in the provider's tokens: "https://id.example.gov.cn"
  std::string client_id;
  std::string client_secret;  // empty: a public client
  std::string redirect_uri;   // "https://code.example/v1/session/callback"
  std::string scope = "openid profile";
  ClientOptions client{
      .connect_timeout_ms = 5'000, .inactivity_timeout_ms = 5'000, .response_bytes_max = 256u << 10, .ca_file = {}};
  std::size_t logins_max = 100'000;  // begun and not finished
  std::int64_t login_seconds_max = 600;
};

struct LoginBegun {
  std::string location;        // where to send the browser
  std::string browser_secret;  // for the login cookie
};

struct LoginFinished {
  service::Person person;
  std::string return_to;     // a local path
  bool wants_token = false;  // a program signs in: it gets the session token instead of a cookie
};

class RelyingParty {
 public:
  RelyingParty(RelyingPartyOptions options, const Clock& clock, Rng& rng);

  // `return_to` must be a local path: "/me?x=1".
  boost::asio::awaitable<Result<LoginBegun>> begin(std::string return_to, bool wants_token);
  boost::asio::awaitable<Result<LoginFinished>> finish(std::string code, std::string state, std::string browser_secret);
  const RelyingPartyOptions& options() const { return options_; }

 private:
  struct Provider {
    std::string authorization_endpoint;
    Url token_endpoint;
    Url jwks_uri;
    std::vector<JsonWebKey> keys;
    UnixSeconds fetched{};
  };
  struct Pending {
    std::string nonce;
    std::string verifier;
    std::string browser_hash;
    std::string return_to;
    bool wants_token = false;
    UnixSeconds expires{};
  };
  boost::asio::awaitable<Result<Provider>> provider(bool fresh_keys);
  boost::asio::awaitable<Result<Json>> fetch_json(Url url, ClientRequest request);
  boost::asio::awaitable<Result<Json>> claims_of(std::string id_token);
  Result<Pending> take_pending(const std::string& state, const std::string& browser_secret);
  Result<service::Person> check_claims(const Json& claims, const std::string& nonce) const;

  RelyingPartyOptions options_;
  const Clock& clock_;
  std::mutex mutex_;  // guards what follows; never held while waiting
  Rng& rng_;
  std::optional<Provider> provider_;
  std::map<std::string, Pending> pending_;  // by hash of the state
  std::deque<std::pair<UnixSeconds, std::string>> by_age_;
};

// True for "/x" but not "//x" or "/\x": a redirect there stays on this site.
bool is_local_path(std::string_view path);

}  // namespace mingma::http
