// Signing in and out: /v1/session...
#include <boost/asio/awaitable.hpp>

#include "http/co_try.h"
#include "http/cookie.h"
#include "http/errors.h"
#include "http/routes/context.h"

namespace mingma::http {
namespace {

using boost::asio::awaitable;

constexpr int kLoginCookieSeconds = 600;
constexpr std::string_view kAfterLogin = "/";

Error no_login() { return {errors::kNotFound, "nobody can sign in here: no identity provider is configured"}; }

awaitable<Result<Response>> login(const RouteContext& context, Request& request) {
  if (context.login() == nullptr) co_return no_login();
  MINGMA_CO_TRY(const Parameters parameters, known_parameters(request, {"return_to", "mode"}));
  const std::string* return_to = find_parameter(parameters, "return_to");
  const std::string* mode = find_parameter(parameters, "mode");
  if (mode != nullptr && *mode != "cookie" && *mode != "token") {
    co_return Error(errors::kInvalidQuery, "the mode is 'cookie' or 'token'", "mode");
  }
  const bool wants_token = mode != nullptr && *mode == "token";
  std::string way_back = return_to == nullptr ? std::string(kAfterLogin) : *return_to;
  MINGMA_CO_TRY(const LoginBegun begun, co_await context.login()->begin(std::move(way_back), wants_token));
  Response response = Response::redirect(begun.location);
  response.add_header("Set-Cookie", write_set_cookie({.name = context.login_cookie(request),
                                                      .value = begun.browser_secret,
                                                      .max_age_seconds = kLoginCookieSeconds,
                                                      .secure = context.is_secure(request)}));
  co_return response;
}

awaitable<Result<Response>> callback(const RouteContext& context, Request& request) {
  if (context.login() == nullptr) co_return no_login();
  MINGMA_CO_TRY(const Parameters parameters, parse_parameters(request.query));
  const std::string* state = find_parameter(parameters, "state");
  const std::string* code = find_parameter(parameters, "code");
  const std::string* issuer = find_parameter(parameters, "iss");
  if (state == nullptr)
    co_return Error(errors::kInvalidQuery, "the identity provider must send back the state", "state");
  if (find_parameter(parameters, "error") != nullptr)
    co_return Error(errors::kLoginFailed, "the sign-in was cancelled or refused");
  if (code == nullptr) co_return Error(errors::kInvalidQuery, "the identity provider must send a code", "code");
  if (issuer != nullptr && *issuer != context.login()->options().issuer) {
    co_return Error(errors::kLoginFailed, "the answer came from another identity provider");
  }
  const std::string secret(find_cookie(request.header("cookie"), context.login_cookie(request)));
  MINGMA_CO_TRY(LoginFinished finished, co_await context.login()->finish(*code, *state, secret));
  MINGMA_CO_TRY(const ResidentId resident, context.api().identify(finished.person));
  const UnixSeconds now = context.now();
  const std::string token = context.sessions().open(resident, std::move(finished.person), now);
  const UnixSeconds expires = context.sessions().find(token, now)->expires;
  const bool secure = context.is_secure(request);
  Response response;
  if (finished.wants_token) {
    response = json_response(Json(Json::Object{{"session", token}, {"expires_at", expires.to_string()}}));
  } else {
    response = Response::redirect(finished.return_to);
    response.add_header("Set-Cookie", write_set_cookie({.name = context.session_cookie(request),
                                                        .value = token,
                                                        .max_age_seconds = static_cast<int>(expires.value - now.value),
                                                        .secure = secure}));
  }
  response.add_header("Set-Cookie",
                      write_set_cookie({.name = context.login_cookie(request), .value = "", .secure = secure}));
  co_return response;
}

Result<Response> logout(const RouteContext& context, Request& request) {
  MINGMA_TRY(const SignedIn caller, context.signed_in(request));
  context.sessions().close(caller.token);
  Response response(204);
  response.add_header(
      "Set-Cookie",
      write_set_cookie({.name = context.session_cookie(request), .value = "", .secure = context.is_secure(request)}));
  return response;
}

Result<Response> show(const RouteContext& context, Request& request) {
  MINGMA_TRY(const SignedIn caller, context.signed_in(request));
  return json_response(Json(Json::Object{{"expires_at", caller.session.expires.to_string()}}));
}

}  // namespace

void add_session_routes(Router& router, const RouteDependencies& dependencies) {
  const auto context = std::make_shared<const RouteContext>(dependencies);
  router.add(Method::kGet, "/v1/session/login", {}, bound(context, login));
  router.add(Method::kGet, "/v1/session/callback", {}, bound(context, callback));
  router.add_plain(Method::kPost, "/v1/session/logout", {}, bound_plain(context, logout));
  router.add_plain(Method::kGet, "/v1/session", json_only(), bound_plain(context, show));
}

}  // namespace mingma::http
