// The whole HTTP room on loopback over a FakeApi: sandbox provider, sessions, all routes.
#pragma once

#include "http/client.h"
#include "http/content_digest.h"
#include "http/message_signature.h"
#include "http/problem.h"
#include "http/routes.h"
#include "http/sandbox_provider.h"
#include "http/testing/fake_api.h"
#include "http/testing/fake_oversight.h"
#include "http/testing/fake_redress.h"
#include "http/testing/test_server.h"

namespace mingma::http::testing {

// A port that was free a moment ago: the provider's address must be known before the server listens.
inline std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(fd);
  return ntohs(address.sin_port);
}

class TestPlatform {
 public:
  static constexpr UnixSeconds kNow{1'660'000'000};

  TestPlatform()
      : port_(free_port()),
        origin_("http://127.0.0.1:" + std::to_string(port_)),
        clock_(kNow),
        rng_(11),
        login_rng_(12),
        provider_rng_(13),
        sessions_(rng_),
        officers_(rng_),
        replays_(1000),
        login_({.issuer = origin_ + "/oidc",
                .client_id = "mingma",
                .client_secret = {},
                .redirect_uri = origin_ + "/v1/session/callback"},
               clock_, login_rng_),
        provider_({.issuer = origin_ + "/oidc",
                   .client_id = "mingma",
                   .redirect_uri = origin_ + "/v1/session/callback",
                   .people = {{.document_type = "resident_id",
                               .country = {},
                               .document_number = "41010219900101001X",
                               .name = "张<三>",
                               .birth_date = {}}}},
                  clock_, provider_rng_),
        institution_key(crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEd25519)) {
    api.keys.emplace("lab-key", std::pair("LAB-1", institution_key.verifying_key()));
    const RouteDependencies dependencies{.api = api,
                                         .oversight = oversight,
                                         .redress = redress,
                                         .sessions = sessions_,
                                         .officers = officers_,
                                         .replays = replays_,
                                         .clock = clock_,
                                         .public_origin = {},
                                         .login = &login_};
    add_session_routes(router_, dependencies);
    add_resident_routes(router_, dependencies);
    add_family_routes(router_, dependencies);
    add_neighbour_routes(router_, dependencies);
    add_institution_routes(router_, dependencies);
    add_officer_routes(router_, dependencies);
    add_policy_routes(router_, dependencies);
    add_public_routes(router_, dependencies);
    add_oversight_routes(router_, dependencies);
    add_redress_routes(router_, dependencies);
    add_operator_routes(router_, dependencies, [this] { return server_->server().metrics_text({}); });
    provider_.add_routes(router_);
    ServerOptions options;
    options.port = port_;
    server_ = std::make_unique<TestServer>(router_, std::move(options), ServerHooks{}, kNow);
    client_ = std::make_unique<Client>(*parse_url(origin_));
  }

  const std::string& origin() const { return origin_; }
  ManualClock& clock() { return clock_; }
  Sessions& sessions() { return sessions_; }
  Router& router() { return router_; }

  ClientResponse send(ClientRequest request) {
    auto response = client_->send(request);
    if (!response.ok()) throw std::runtime_error(response.error().to_string());
    return *std::move(response);
  }
  ClientResponse get(std::string target, ClientHeaders headers = {}) {
    return send({.method = "GET", .target = std::move(target), .headers = std::move(headers)});
  }
  ClientResponse post(std::string target, std::string json, ClientHeaders headers = {}) {
    headers.emplace_back("Content-Type", "application/json");
    return send(
        {.method = "POST", .target = std::move(target), .headers = std::move(headers), .body = std::move(json)});
  }

  // A session opened behind the back of the login, for tests of other things.
  std::string session(const std::string& document_number = "41010219900101001X") {
    const service::Person person{.document_type = "resident_id",
                                 .country = {},
                                 .document_number = document_number,
                                 .name = "张三",
                                 .birth_date = {}};
    return sessions_.open(*api.identify(person), person, clock_.now());
  }
  ClientHeaders bearer(const std::string& token) const { return {{"Authorization", "Bearer " + token}}; }

  // Adds Content-Digest (when there is a body) and the institution's signature.
  ClientRequest sign(ClientRequest request, std::string nonce, std::string key_id = "lab-key") {
    std::vector<std::string> components{"@method", "@target-uri"};
    if (request.method != "GET") {
      request.headers.emplace_back("Content-Digest", write_content_digest(as_bytes(request.body)));
      components.emplace_back("content-digest");
    }
    std::vector<HeaderView> views;
    for (const auto& [name, value] : request.headers) views.push_back({name, value});
    const SignedMessage message{.method = request.method,
                                .scheme = "http",
                                .authority = std::string_view(origin_).substr(7),
                                .target = request.target,
                                .status = 0,
                                .headers = views};
    const SignatureRequest wanted{.components = components,
                                  .key_id = std::move(key_id),
                                  .nonce = std::move(nonce),
                                  .created = clock_.now(),
                                  .expires = {}};
    const SignatureFields fields = *sign_message(message, wanted, institution_key);
    request.headers.emplace_back("Signature-Input", fields.signature_input);
    request.headers.emplace_back("Signature", fields.signature);
    return request;
  }

 private:
  std::uint16_t port_;
  std::string origin_;
  ManualClock clock_;
  SeededRng rng_;
  SeededRng login_rng_;
  SeededRng provider_rng_;
  Sessions sessions_;
  OfficerSessions officers_;
  ReplayWindow replays_;
  RelyingParty login_;
  SandboxProvider provider_;
  Router router_;

 public:
  FakeApi api;
  FakeOversight oversight;
  FakeRedress redress;
  crypto::SigningKey institution_key;

 private:
  std::unique_ptr<TestServer> server_;
  std::unique_ptr<Client> client_;
};

// "401 http.not_signed_in", or just the status when the body is no problem.
inline std::string outcome(const ClientResponse& response) {
  const auto json = parse_json(response.body);
  const Json* code = json.ok() ? json->find("code") : nullptr;
  return std::to_string(response.status) + (code == nullptr || !code->is_string() ? "" : " " + code->string());
}

inline std::string where(const ClientResponse& response) {
  const auto json = parse_json(response.body);
  const Json* place = json.ok() ? json->find("where") : nullptr;
  return place == nullptr ? "" : place->string();
}

}  // namespace mingma::http::testing
