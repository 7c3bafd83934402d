// What the handlers of all routes share: who is asking, reading JSON, writing answers. Internal to the http room.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "http/message_signature.h"
#include "http/routes.h"
#include "http/target.h"

namespace mingma::http {

inline constexpr std::size_t kBodyJsonBytesMax = 64u << 10;
inline constexpr std::size_t kDocumentBytesMax = 2u << 20;  // signed documents, manifests

struct SignedIn {
  Session session;
  std::string token;
};

class RouteContext {
 public:
  explicit RouteContext(const RouteDependencies& dependencies) : dependencies_(dependencies) {}

  service::Api& api() const { return dependencies_.api; }
  service::Redress& redress() const { return dependencies_.redress; }
  service::Oversight& oversight() const { return dependencies_.oversight; }
  OfficerSessions& officers() const { return dependencies_.officers; }
  Sessions& sessions() const { return dependencies_.sessions; }
  RelyingParty* login() const { return dependencies_.login; }
  std::size_t part_bytes_max() const { return dependencies_.part_bytes_max; }
  UnixSeconds now() const { return dependencies_.clock.now(); }

  // True when residents' browsers come over TLS, at this server or at a proxy before it.
  bool is_secure(const Request& request) const;
  std::string_view session_cookie(const Request& request) const;
  std::string_view login_cookie(const Request& request) const;

  // The resident of the request's session. A cookie counts only for requests of our own pages.
  Result<SignedIn> signed_in(const Request& request) const;

  // The officer who asks: by session (bearer token or cookie), or by a message signature with an enrolled key file.
  // Their key is in force at this moment.
  Result<service::OfficerCaller> officer(const Request& request, bool has_body) const;
  Result<std::string> officer_token(const Request& request) const;  // of a session that is open
  std::string_view officer_cookie(const Request& request) const;
  // This site as passkeys know it.
  crypto::WebAuthnScope webauthn_scope(const Request& request) const;

  // Who asks about persons or policies before anything is decided: an institution by its key, or one of its auditors or
  // ordering officers by session or key file.
  Result<service::Caller> overseer(const Request& request) const;

  // Verifies form, digest cover, signature, single use and rate. `claim` receives what was signed.
  Result<service::Caller> signed_by(const Request& request, bool has_body, service::MessageSignature& claim) const;

  // Whoever acts for an institution.
  Result<service::StaffCaller> staff(const Request& request, bool has_body) const;

 private:
  std::string origin_of(const Request& request) const;
  Result<SignatureClaim> take_claim(const Request& request, bool has_body) const;
  Result<void> use_claim(const SignatureClaim& claim, std::string_view institution) const;
  Result<void> check_same_site(const Request& request) const;

  RouteDependencies dependencies_;
};

using SharedContext = std::shared_ptr<const RouteContext>;

// Handlers are free functions of the context and the request.
template <typename Function>
Handler bound(SharedContext context, Function function) {
  return [context = std::move(context), function](Request& request) { return function(*context, request); };
}
template <typename Function>
PlainHandler bound_plain(SharedContext context, Function function) {
  return [context = std::move(context), function](Request& request) { return function(*context, request); };
}

RouteOptions json_body(std::size_t bytes_max = kBodyJsonBytesMax);
RouteOptions json_only();  // no body in, JSON out

Result<Json> parse_body(const Request& request);
Response json_response(const Json& json, int status = 200);
// 304 when the client has it already. `owner` keeps `bytes` alive; `type` and `cache` are static text.
Response cached_response(const Request& request, std::shared_ptr<const void> owner, std::string_view bytes,
                         std::string_view etag, std::string_view type, std::string_view cache);

// A query parameter as a number; `absent` when it is not there.
Result<std::uint64_t> number_parameter(const Parameters& parameters, std::string_view name, std::uint64_t absent,
                                       std::uint64_t max);
// Parses the query and refuses parameters that are not in `known`.
Result<Parameters> known_parameters(const Request& request, std::initializer_list<std::string_view> known);
Result<std::uint64_t> parse_number(std::string_view text, std::uint64_t max, std::string_view where);

}  // namespace mingma::http
