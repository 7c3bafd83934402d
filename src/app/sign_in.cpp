#include "app/sign_in.h"

#include <vector>

#include "app/errors.h"
#include "base/json.h"
#include "http/client.h"
#include "http/target.h"

namespace mingma::app {
namespace {

Result<std::string> redirect_of(const http::ClientResponse& response) {
  if (response.status != 303 && response.status != 302) {
    if (response.status >= 400) return refusal(response);
    return Error(errors::kServerFailed, "the server did not lead on to the identity provider");
  }
  MINGMA_TRY(const http::Url url, http::parse_url(response.header("location")));
  return url.target;
}

std::string cookie_of(const http::ClientResponse& response) {
  const std::string_view field = response.header("set-cookie");
  return std::string(field.substr(0, field.find(';')));
}

}  // namespace

Result<std::string> sign_in(Connection& connection, const DemoIdentity& identity) {
  http::ClientRequest login;
  login.target = "/v1/session/login?mode=token";
  MINGMA_TRY(const http::ClientResponse begun, connection.send(std::move(login)));
  MINGMA_TRY(const std::string authorize, redirect_of(begun));
  const std::size_t query = authorize.find('?');
  if (query == std::string::npos || authorize.substr(0, query) != "/oidc/authorize") {
    return Error(errors::kServerFailed,
                 "this server's residents sign in elsewhere; give --session with a token from there");
  }
  http::ClientRequest form;
  form.method = "POST";
  form.target = "/oidc/authorize";
  form.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  form.body = authorize.substr(query + 1) +
              "&document_type=resident_id&document_number=" + http::percent_encode(identity.document_number) +
              "&name=" + http::percent_encode(identity.name);
  MINGMA_TRY(const http::ClientResponse granted, connection.send(std::move(form)));
  http::ClientRequest callback;
  MINGMA_TRY(callback.target, redirect_of(granted));
  callback.headers.emplace_back("Cookie", cookie_of(begun));
  MINGMA_TRY(const http::ClientResponse signed_in, connection.call(std::move(callback)));
  MINGMA_TRY(const Json answer, parse_json(signed_in.body));
  const Json* token = answer.find("session");
  if (token == nullptr || !token->is_string()) return Error(errors::kServerFailed, "the server gave no session");
  return token->string();
}

}  // namespace mingma::app
