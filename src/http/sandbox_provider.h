// An OpenID Connect provider for demonstrations: anyone may be anyone. Mounted only under --demo.
//
// It speaks the same protocol as a real one (discovery, JWKS, authorization code with PKCE S256, ES256 ID tokens), so
// the relying party has no second way. Its signing key is fresh with every start.
// Threading: safe from any thread. Ownership: clock, rng and the provider outlive the router.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/rng.h"
#include "base/time.h"
#include "crypto/signature.h"
#include "http/router.h"
#include "service/types.h"

namespace mingma::http {

struct SandboxOptions {
  std::string issuer;  // "http://127.0.0.1:8080/oidc"; its path must be /oidc
  std::string client_id;
  std::string redirect_uri;
  std::vector<service::Person> people;  // offered on the page; any other may be typed in
};

class SandboxProvider {
 public:
  SandboxProvider(SandboxOptions options, const Clock& clock, Rng& rng);

  // GET /oidc/.well-known/openid-configuration, GET /oidc/jwks, GET and POST /oidc/authorize, POST /oidc/token
  void add_routes(Router& router);

 private:
  struct Grant {
    std::string challenge;
    std::string nonce;
    service::Person person;
    UnixSeconds expires{};
  };
  Result<Response> page(Request& request);
  Result<Response> authorize(Request& request);
  Result<Response> token(Request& request);

  SandboxOptions options_;
  const Clock& clock_;
  std::mutex mutex_;  // guards what follows
  Rng& rng_;
  crypto::SigningKey key_;
  std::string jwks_;
  std::map<std::string, Grant> grants_;  // by code
  std::deque<std::string> by_age_;
};

}  // namespace mingma::http
