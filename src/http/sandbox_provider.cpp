#include "http/sandbox_provider.h"

#include "crypto/digest.h"
#include "http/errors.h"
#include "http/jwt.h"
#include "http/sessions.h"
#include "http/target.h"

namespace mingma::http {
namespace {

constexpr std::int64_t kGrantSeconds = 60;
constexpr std::int64_t kTokenSeconds = 300;
constexpr std::size_t kGrantsMax = 10'000;
constexpr std::string_view kFormType = "application/x-www-form-urlencoded";
// Parameters of the authorization request that go through the page as hidden fields.
constexpr std::array<std::string_view, 7> kCarried{"response_type", "client_id",      "redirect_uri",         "state",
                                                   "nonce",         "code_challenge", "code_challenge_method"};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out.push_back(c);
    }
  }
  return out;
}

std::string value_of(const Parameters& parameters, std::string_view name) {
  const std::string* value = find_parameter(parameters, name);
  return value == nullptr ? std::string() : *value;
}

Response oauth_error(std::string_view error) {
  return Response::json(Json(Json::Object{{"error", error}}).to_string(), 400);
}

Result<Parameters> authorization_request(std::string_view text, const SandboxOptions& options) {
  MINGMA_TRY(Parameters parameters, parse_parameters(text));
  const auto refuse = [](std::string_view name) {
    return Error(errors::kInvalidQuery, "not as registered or not supported", std::string(name));
  };
  if (value_of(parameters, "client_id") != options.client_id) return refuse("client_id");
  if (value_of(parameters, "redirect_uri") != options.redirect_uri) return refuse("redirect_uri");
  if (value_of(parameters, "response_type") != "code") return refuse("response_type");
  if (value_of(parameters, "code_challenge_method") != "S256") return refuse("code_challenge_method");
  if (value_of(parameters, "code_challenge").size() != 43) return refuse("code_challenge");
  return parameters;
}

std::string input(std::string_view label, std::string_view name, std::string_view value) {
  return "<p><label>" + std::string(label) + "<br><input name=\"" + std::string(name) + "\" value=\"" +
         std::string(value) + "\"></label></p>\n";
}

std::string hidden(std::string_view name, std::string_view value) {
  return "<input type=\"hidden\" name=\"" + std::string(name) + "\" value=\"" + escaped(value) + "\">\n";
}

}  // namespace

SandboxProvider::SandboxProvider(SandboxOptions options, const Clock& clock, Rng& rng)
    : options_(std::move(options)),
      clock_(clock),
      rng_(rng),
      key_(crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEs256, rng)),
      jwks_(write_jwks(key_.verifying_key().key_id(), key_.verifying_key())) {}

void SandboxProvider::add_routes(Router& router) {
  const RouteOptions form{.body = BodyMode::kWhole, .body_bytes_max = 16u << 10, .consumes = {kFormType}};
  router.add_plain(Method::kGet, "/oidc/.well-known/openid-configuration", {}, [this](Request&) -> Result<Response> {
    const std::string& issuer = options_.issuer;
    return Response::json(Json(Json::Object{{"issuer", issuer},
                                            {"authorization_endpoint", issuer + "/authorize"},
                                            {"token_endpoint", issuer + "/token"},
                                            {"jwks_uri", issuer + "/jwks"},
                                            {"response_types_supported", Json::Array{Json("code")}},
                                            {"subject_types_supported", Json::Array{Json("public")}},
                                            {"code_challenge_methods_supported", Json::Array{Json("S256")}},
                                            {"id_token_signing_alg_values_supported", Json::Array{Json("ES256")}}})
                              .to_string());
  });
  router.add_plain(Method::kGet, "/oidc/jwks", {},
                   [this](Request&) -> Result<Response> { return Response::json(jwks_); });
  router.add_plain(Method::kGet, "/oidc/authorize", {}, [this](Request& request) { return page(request); });
  router.add_plain(Method::kPost, "/oidc/authorize", form, [this](Request& request) { return authorize(request); });
  router.add_plain(Method::kPost, "/oidc/token", form, [this](Request& request) { return token(request); });
}

Result<Response> SandboxProvider::page(Request& request) {
  MINGMA_TRY(const Parameters parameters, authorization_request(request.query, options_));
  std::string carried;
  for (const std::string_view name : kCarried) carried += hidden(name, value_of(parameters, name));
  const std::string form = "<form method=\"post\" action=\"/oidc/authorize\">\n" + carried;
  std::string html =
      "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>演示身份登录 · Demo "
      "sign-in</title>"
      "<style>body{font:16px sans-serif;max-width:28rem;margin:2rem auto;padding:0 1rem}"
      "button{font-size:1rem;padding:.6rem;margin:.2rem 0;width:100%}input{font-size:1rem;width:100%}</style></head>\n"
      "<body><h1>演示身份登录</h1><p>这是演示用的身份提供方，任何人都可以以任何身份登录。<br>"
      "A sandbox identity provider: anyone may sign in as anyone.</p>\n";
  for (const service::Person& person : options_.people) {
    html += form + hidden("document_type", person.document_type) + hidden("document_number", person.document_number) +
            hidden("document_country", person.country) + hidden("name", person.name) +
            hidden("birthdate", person.birth_date ? person.birth_date->to_string() : "") + "<button>" +
            escaped(person.name) + " " + escaped(person.document_number) + "</button></form>\n";
  }
  html += "<h2>其他身份 · Someone else</h2>\n" + form + hidden("document_type", "resident_id") +
          input("姓名 · Name", "name", "") + input("身份证号 · ID number", "document_number", "") +
          input("出生日期 · Date of birth (YYYY-MM-DD)", "birthdate", "") +
          "<button>登录 · Sign in</button></form></body></html>\n";
  Response response = Response::text(std::move(html));
  response.set_type(kHtmlType);
  response.add_header(
      "Content-Security-Policy",
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
  return response;
}

Result<Response> SandboxProvider::authorize(Request& request) {
  MINGMA_TRY(const Parameters parameters, authorization_request(request.body, options_));
  Grant grant{.challenge = value_of(parameters, "code_challenge"),
              .nonce = value_of(parameters, "nonce"),
              .person = {},
              .expires = clock_.now().plus(kGrantSeconds)};
  grant.person.document_type = value_of(parameters, "document_type");
  grant.person.country = value_of(parameters, "document_country");
  grant.person.document_number = value_of(parameters, "document_number");
  grant.person.name = value_of(parameters, "name");
  if (grant.person.document_number.empty() || grant.person.name.empty()) {
    return Error(errors::kInvalidBody, "name and document number are required", "document_number");
  }
  if (const std::string birth = value_of(parameters, "birthdate"); !birth.empty()) {
    MINGMA_TRY(grant.person.birth_date, parse_date(birth));
  }
  const std::lock_guard guard(mutex_);
  const std::string code = random_token(rng_);
  grants_.emplace(code, std::move(grant));
  by_age_.push_back(code);
  if (by_age_.size() > kGrantsMax) {
    grants_.erase(by_age_.front());
    by_age_.pop_front();
  }
  return Response::redirect(options_.redirect_uri + "?code=" + code + "&state=" +
                            percent_encode(value_of(parameters, "state")) + "&iss=" + percent_encode(options_.issuer));
}

Result<Response> SandboxProvider::token(Request& request) {
  MINGMA_TRY(const Parameters parameters, parse_parameters(request.body));
  if (value_of(parameters, "grant_type") != "authorization_code") return oauth_error("unsupported_grant_type");
  if (value_of(parameters, "client_id") != options_.client_id) return oauth_error("invalid_client");
  const std::lock_guard guard(mutex_);
  const auto found = grants_.find(value_of(parameters, "code"));
  if (found == grants_.end()) return oauth_error("invalid_grant");
  const Grant grant = std::move(found->second);
  grants_.erase(found);
  const UnixSeconds now = clock_.now();
  const std::string challenge = base64url_encode(crypto::sha256(as_bytes(value_of(parameters, "code_verifier"))));
  if (grant.expires <= now || value_of(parameters, "redirect_uri") != options_.redirect_uri ||
      challenge != grant.challenge) {
    return oauth_error("invalid_grant");
  }
  const service::Person& person = grant.person;
  Json claims{Json::Object{
      {"iss", options_.issuer}, {"aud", options_.client_id}, {"iat", now.value}, {"exp", now.value + kTokenSeconds}}};
  claims.set("sub", hex_encode(crypto::sha256(as_bytes(person.document_type + "/" + person.document_number))));
  if (!grant.nonce.empty()) claims.set("nonce", grant.nonce);
  claims.set("document_type", person.document_type);
  claims.set("document_number", person.document_number);
  if (!person.country.empty()) claims.set("document_country", person.country);
  claims.set("name", person.name);
  if (person.birth_date) claims.set("birthdate", person.birth_date->to_string());
  Json answer{
      Json::Object{{"token_type", "Bearer"}, {"access_token", random_token(rng_)}, {"expires_in", kTokenSeconds}}};
  answer.set("id_token", sign_jwt(claims, key_.verifying_key().key_id(), key_));
  return Response::json(answer.to_string());
}

}  // namespace mingma::http
