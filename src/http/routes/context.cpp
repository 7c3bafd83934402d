#include "http/routes/context.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "http/content_digest.h"
#include "http/cookie.h"
#include "http/errors.h"
#include "service/errors.h"

namespace mingma::http {
namespace {

constexpr std::string_view kBearer = "Bearer ";

bool is_safe(Method method) { return method == Method::kGet || method == Method::kHead || method == Method::kOptions; }

std::uint64_t steady_millis() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
          .count());
}

}  // namespace

bool RouteContext::is_secure(const Request& request) const {
  return request.over_tls || dependencies_.public_origin.starts_with("https://");
}

// The __Host- prefix makes browsers refuse the cookie from anyone but this very host over TLS.
std::string_view RouteContext::session_cookie(const Request& request) const {
  return is_secure(request) ? "__Host-mingma" : "mingma";
}
std::string_view RouteContext::login_cookie(const Request& request) const {
  return is_secure(request) ? "__Host-mingma-login" : "mingma-login";
}

std::string RouteContext::origin_of(const Request& request) const {
  if (!dependencies_.public_origin.empty()) return dependencies_.public_origin;
  return std::string(request.scheme()) + "://" + std::string(request.authority);
}

// SameSite=Lax keeps other sites' forms and scripts from sending the cookie; this keeps out what still gets through.
Result<void> RouteContext::check_same_site(const Request& request) const {
  if (is_safe(request.method)) return {};
  const std::string_view origin = request.header("origin");
  const std::string_view fetch_site = request.header("sec-fetch-site");
  const bool foreign = (!origin.empty() && origin != origin_of(request)) ||
                       (!fetch_site.empty() && fetch_site != "same-origin" && fetch_site != "none");
  if (foreign) return Error(errors::kCrossSite, "this request came from a page of another site");
  return {};
}

Result<SignedIn> RouteContext::signed_in(const Request& request) const {
  const std::string_view authorization = request.header("authorization");
  std::string_view token;
  if (authorization.size() > kBearer.size() && equal_ignoring_case(authorization.substr(0, kBearer.size()), kBearer)) {
    token = authorization.substr(kBearer.size());
  } else {
    token = find_cookie(request.header("cookie"), session_cookie(request));
    if (!token.empty()) MINGMA_CHECK(check_same_site(request));
  }
  const auto session = dependencies_.sessions.find(token, now());
  if (!session) return Error(errors::kNotSignedIn, "no session, or it has ended; sign in at /v1/session/login");
  return SignedIn{*session, std::string(token)};
}

Result<SignatureClaim> RouteContext::take_claim(const Request& request, bool has_body) const {
  SignedMessage message = SignedMessage::of(request);
  const std::string& origin = dependencies_.public_origin;
  if (const std::size_t slashes = origin.find("://"); slashes != std::string::npos) {
    message.scheme = std::string_view(origin).substr(0, slashes);
    message.authority = std::string_view(origin).substr(slashes + 3);
  }
  SignaturePolicy policy;
  policy.requires_digest = has_body;
  return take_signature(message, policy, now());
}

Result<void> RouteContext::use_claim(const SignatureClaim& claim, std::string_view institution) const {
  MINGMA_CHECK(dependencies_.replays.use(claim.key_id, claim.nonce, claim.expires, now()));
  if (dependencies_.per_institution != nullptr &&
      dependencies_.per_institution->take(as_bytes(institution), steady_millis()) > 0) {
    return Error(errors::kTooManyRequests, "this institution sends too many requests");
  }
  return {};
}

Result<service::Caller> RouteContext::signed_by(const Request& request, bool has_body,
                                                service::MessageSignature& claim) const {
  MINGMA_TRY(SignatureClaim taken, take_claim(request, has_body));
  claim.key_id = taken.key_id;
  claim.base = to_bytes(as_bytes(taken.base));
  claim.signature = taken.signature;
  MINGMA_TRY(service::Caller caller, dependencies_.api.authenticate(claim));
  MINGMA_CHECK(use_claim(taken, caller.institution));
  return caller;
}

std::string_view RouteContext::officer_cookie(const Request& request) const {
  return is_secure(request) ? "__Host-mingma-officer" : "mingma-officer";
}

Result<std::string> RouteContext::officer_token(const Request& request) const {
  const std::string_view authorization = request.header("authorization");
  std::string_view token;
  if (authorization.size() > kBearer.size() && equal_ignoring_case(authorization.substr(0, kBearer.size()), kBearer)) {
    token = authorization.substr(kBearer.size());
  } else {
    token = find_cookie(request.header("cookie"), officer_cookie(request));
    if (!token.empty()) MINGMA_CHECK(check_same_site(request));
  }
  if (!dependencies_.officers.find(token, now()))
    return Error(errors::kNotSignedIn, "no officer's session, or it has ended; sign in at /v1/officer-session");
  return std::string(token);
}

Result<service::OfficerCaller> RouteContext::officer(const Request& request, bool has_body) const {
  if (request.header("signature-input").empty()) {
    MINGMA_TRY(const std::string token, officer_token(request));
    const auto session = dependencies_.officers.find(token, now());
    if (!session) return Error(errors::kNotSignedIn, "the officer's session has ended");
    return dependencies_.api.check_officer(session->caller);
  }
  MINGMA_TRY(const SignatureClaim taken, take_claim(request, has_body));
  if (has_body) MINGMA_CHECK(check_content_digest(request.header("content-digest"), as_bytes(request.body)));
  const service::MessageSignature claim{taken.key_id, to_bytes(as_bytes(taken.base)), taken.signature};
  MINGMA_TRY(service::OfficerCaller caller, dependencies_.api.authenticate_officer(claim));
  MINGMA_CHECK(use_claim(taken, caller.institution));
  return caller;
}

Result<service::StaffCaller> RouteContext::staff(const Request& request, bool has_body) const {
  const Result<service::OfficerCaller> found = officer(request, has_body);
  if (found.ok()) {
    using shard::OfficerRole;
    using shard::StaffRole;
    // Officers who sign statements act in cases as their institution does.
    const StaffRole role = found->role == OfficerRole::kHotline     ? StaffRole::kHotline
                           : found->role == OfficerRole::kAuditor   ? StaffRole::kAuditor
                           : found->role == OfficerRole::kCase      ? StaffRole::kCase
                           : found->role == OfficerRole::kCommunity ? StaffRole::kCommunity
                                                                    : StaffRole::kInstitution;
    return service::StaffCaller{found->institution, found->officer, role};
  }
  if (request.header("signature-input").empty() || !found.error().is(mingma::errors::kUnknownKey)) return found.error();
  service::MessageSignature signature;
  MINGMA_TRY(const service::Caller caller, signed_by(request, has_body, signature));
  return service::StaffCaller{caller.institution, caller.key_id, shard::StaffRole::kInstitution};
}

Result<service::Caller> RouteContext::overseer(const Request& request) const {
  if (!request.header("signature-input").empty()) {
    service::MessageSignature signature;
    auto caller = signed_by(request, true, signature);
    if (caller.ok()) MINGMA_CHECK(check_content_digest(request.header("content-digest"), as_bytes(request.body)));
    if (caller.ok() || !caller.error().is(mingma::errors::kUnknownKey)) return caller;
  }
  MINGMA_TRY(const service::OfficerCaller asking, officer(request, true));
  if (asking.role != shard::OfficerRole::kAuditor && asking.role != shard::OfficerRole::kOrdering)
    return Error(mingma::errors::kForbidden, "auditors ask this, and officers who order");
  return service::Caller{asking.institution, asking.officer};
}

crypto::WebAuthnScope RouteContext::webauthn_scope(const Request& request) const {
  const std::string origin = origin_of(request);
  const std::size_t slashes = origin.find("://");
  const std::string host = slashes == std::string::npos ? origin : origin.substr(slashes + 3);
  return {host.substr(0, host.find(':')), origin};
}

RouteOptions json_body(std::size_t bytes_max) {
  return {.body = BodyMode::kWhole, .body_bytes_max = bytes_max, .consumes = {kJsonType}, .produces = kJsonType};
}

RouteOptions json_only() { return {.consumes = {}, .produces = kJsonType}; }

Result<Json> parse_body(const Request& request) {
  return parse_json(request.body, {.depth_max = 32, .bytes_max = kDocumentBytesMax});
}

Response json_response(const Json& json, int status) { return Response::json(json.to_string(), status); }

Response cached_response(const Request& request, std::shared_ptr<const void> owner, std::string_view bytes,
                         std::string_view etag, std::string_view type, std::string_view cache) {
  const std::string quoted = etag.starts_with('"') ? std::string(etag) : "\"" + std::string(etag) + "\"";
  const std::string_view wanted = request.header("if-none-match");
  const bool known = !etag.empty() && (wanted == "*" || wanted.find(quoted) != std::string_view::npos);
  Response response = known ? Response(304) : Response::shared(std::move(owner), bytes, type);
  if (!etag.empty()) response.add_header("ETag", quoted);
  response.set_cache_control(cache);
  return response;
}

Result<std::uint64_t> parse_number(std::string_view text, std::uint64_t max, std::string_view where) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool leading_zero = text.size() > 1 && text[0] == '0';
  if (text.empty() || leading_zero || error != std::errc() || end != text.data() + text.size() || value > max) {
    return Error(errors::kInvalidQuery, "a whole number from 0 to " + std::to_string(max) + " is expected",
                 std::string(where));
  }
  return value;
}

Result<std::uint64_t> number_parameter(const Parameters& parameters, std::string_view name, std::uint64_t absent,
                                       std::uint64_t max) {
  const std::string* text = find_parameter(parameters, name);
  return text == nullptr ? Result<std::uint64_t>(absent) : parse_number(*text, max, name);
}

Result<Parameters> known_parameters(const Request& request, std::initializer_list<std::string_view> known) {
  MINGMA_TRY(Parameters parameters, parse_parameters(request.query));
  for (const auto& [name, value] : parameters) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return Error(errors::kInvalidQuery, "this parameter is not known here", name);
    }
  }
  return parameters;
}

}  // namespace mingma::http
