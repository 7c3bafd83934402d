// Officers: enrolment, signing in with a passkey, what a document's challenge is.
#include <algorithm>
#include <boost/asio/awaitable.hpp>

#include "crypto/errors.h"
#include "http/co_try.h"
#include "http/cookie.h"
#include "http/errors.h"
#include "http/routes/context.h"
#include "service/json.h"
#include "service/officer_json.h"
#include "shard/case_document.h"
#include "shard/hold.h"
#include "shard/statement_document.h"

namespace mingma::http {
namespace {

using boost::asio::awaitable;

constexpr std::size_t kAssertionBodyBytesMax = 128u << 10;

Error wrong_member(std::string what, std::string_view name) {
  return {errors::kInvalidBody, std::move(what), "/" + std::string(name)};
}

Result<Json> read_object(const Request& request, std::initializer_list<std::string_view> known) {
  MINGMA_TRY(Json json, parse_body(request));
  if (!json.is_object()) return Error(errors::kInvalidBody, "an object is expected");
  for (const auto& [name, value] : json.object()) {
    if (std::find(known.begin(), known.end(), name) == known.end()) return wrong_member("no such member here", name);
  }
  return json;
}

Result<std::string> text(const Json& json, std::string_view name) {
  const Json* member = json.find(name);
  if (member == nullptr || !member->is_string()) return wrong_member("a text is expected", name);
  return member->string();
}

Result<Bytes> base64url(const Json& json, std::string_view name) {
  MINGMA_TRY(const std::string encoded, text(json, name));
  auto bytes = base64url_decode(encoded);
  if (!bytes.ok()) return wrong_member("base64url without padding is expected", name);
  return bytes;
}

Json credential_json(const service::OfficerKeyView& key) {
  return Json(Json::Object{{"type", "public-key"}, {"id", base64url_encode(key.credential)}});
}

// PublicKeyCredentialRequestOptions as parseRequestOptionsFromJSON() takes them.
Json request_options(const Digest& challenge, const std::string& rp_id, Json::Array credentials) {
  Json out;
  out.set("challenge", base64url_encode(challenge));
  out.set("rpId", rp_id);
  out.set("userVerification", "required");
  out.set("timeout", OfficerSessions::kChallengeSeconds * 1'000);
  if (!credentials.empty()) out.set("allowCredentials", std::move(credentials));
  return out;
}

Result<Response> challenge(const RouteContext& context, Request& request) {
  MINGMA_TRY(const Json body, read_object(request, {"officer"}));
  Json::Array credentials;
  if (body.find("officer") != nullptr) {
    MINGMA_TRY(const std::string id, text(body, "officer"));
    // Someone unknown gets a challenge all the same: this path does not tell who is an officer.
    if (const auto officer = context.api().find_officer(id); officer.ok()) {
      for (const service::OfficerKeyView& key : officer->keys) {
        if (key.in_force && key.kind == shard::OfficerKeyKind::kPasskey) credentials.push_back(credential_json(key));
      }
    }
  }
  const Digest fresh = context.officers().challenge(context.now());
  return json_response(request_options(fresh, context.webauthn_scope(request).rp_id, std::move(credentials)));
}

awaitable<Result<Response>> sign_in(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const Json body,
                read_object(request, {"credential", "authenticator_data", "client_data", "signature", "mode"}));
  service::OfficerSignIn wanted;
  MINGMA_CO_TRY(wanted.credential, base64url(body, "credential"));
  MINGMA_CO_TRY(wanted.assertion.authenticator_data, base64url(body, "authenticator_data"));
  MINGMA_CO_TRY(wanted.assertion.client_data, base64url(body, "client_data"));
  MINGMA_CO_TRY(wanted.assertion.signature, base64url(body, "signature"));
  bool wants_token = false;
  if (body.find("mode") != nullptr) {
    MINGMA_CO_TRY(const std::string mode, text(body, "mode"));
    if (mode != "token" && mode != "cookie") co_return wrong_member("'cookie' or 'token'", "mode");
    wants_token = mode == "token";
  }
  MINGMA_CO_TRY(const crypto::ClientData client, crypto::parse_client_data(wanted.assertion.client_data));
  if (!context.officers().use_challenge(client.challenge, context.now()))
    co_return Error(mingma::errors::kWebAuthnChallenge,
                    "this challenge was not given out here, was used before, or is too old; ask for another");
  wanted.challenge = client.challenge;
  MINGMA_CO_TRY(const service::OfficerCaller caller, co_await context.api().sign_in_officer(std::move(wanted)));
  const UnixSeconds now = context.now();
  const std::string token = context.officers().open(caller, now);
  Json answer = service::to_json(caller);
  answer.set("expires_at", now.plus(OfficerSessions::kSessionSeconds).to_string());
  if (wants_token) answer.set("session", token);
  Response response = json_response(answer, 201);
  if (!wants_token) {
    response.add_header("Set-Cookie",
                        write_set_cookie({.name = context.officer_cookie(request),
                                          .value = token,
                                          .max_age_seconds = static_cast<int>(OfficerSessions::kSessionSeconds),
                                          .secure = context.is_secure(request)}));
  }
  co_return response;
}

Result<Response> who_am_i(const RouteContext& context, Request& request) {
  MINGMA_TRY(const service::OfficerCaller caller, context.officer(request, false));
  return json_response(service::to_json(caller));
}

Result<Response> sign_out(const RouteContext& context, Request& request) {
  MINGMA_TRY(const std::string token, context.officer_token(request));
  context.officers().close(token);
  Response response(204);
  response.add_header(
      "Set-Cookie",
      write_set_cookie({.name = context.officer_cookie(request), .value = "", .secure = context.is_secure(request)}));
  return response;
}

// PublicKeyCredentialCreationOptions as parseCreationOptionsFromJSON() takes them.
Result<Response> registration_options(const RouteContext& context, Request& request) {
  MINGMA_TRY(const Json body, read_object(request, {"officer", "name"}));
  MINGMA_TRY(const std::string officer, text(body, "officer"));
  MINGMA_TRY(const std::string name, text(body, "name"));
  const crypto::WebAuthnScope scope = context.webauthn_scope(request);
  Json out;
  out.set("challenge", base64url_encode(shard::registration_challenge(officer)));
  out.set("rp", Json(Json::Object{{"id", scope.rp_id}, {"name", "Mingma 明码"}}));
  out.set("user",
          Json(Json::Object{{"id", base64url_encode(as_bytes(officer))}, {"name", officer}, {"displayName", name}}));
  Json::Array algorithms;
  for (const int algorithm : {-8, -7})
    algorithms.push_back(Json(Json::Object{{"type", "public-key"}, {"alg", algorithm}}));
  out.set("pubKeyCredParams", std::move(algorithms));
  out.set("authenticatorSelection", Json(Json::Object{{"userVerification", "required"}, {"residentKey", "preferred"}}));
  out.set("attestation", "direct");
  return json_response(out);
}

// What the browser answered -> the entry that goes into the officer's document under "keys".
Result<Response> registration_key(const RouteContext& context, Request& request) {
  MINGMA_TRY(const Json body, read_object(request, {"officer", "attestation", "client_data"}));
  MINGMA_TRY(const std::string officer, text(body, "officer"));
  crypto::WebAuthnRegistration registration;
  MINGMA_TRY(registration.attestation_object, base64url(body, "attestation"));
  MINGMA_TRY(registration.client_data, base64url(body, "client_data"));
  const crypto::WebAuthnScope scope = context.webauthn_scope(request);
  MINGMA_TRY(const crypto::RegisteredCredential registered,
             crypto::verify_registration(registration, scope, shard::registration_challenge(officer)));
  Json key;
  key.set("kind", "passkey");
  key.set("key", base64_encode(registered.credential.key.spki_der()));
  key.set("credential", base64url_encode(registered.credential.id));
  key.set("rp_id", scope.rp_id);
  key.set("origin", scope.origin);
  key.set("attestation", base64url_encode(registration.attestation_object));
  key.set("client_data", base64url_encode(registration.client_data));
  key.set("from", context.now().to_string());
  Json out;
  out.set("key_id", registered.credential.key.key_id());
  out.set("attestation", crypto::to_string(registered.attestation));
  out.set("attestation_format", registered.format);
  out.set("key", std::move(key));
  return json_response(out);
}

// The challenge of a document, after the server has read it as strictly as it will when it comes signed.
Result<Response> document_challenge(const RouteContext& context, Request& request) {
  MINGMA_TRY(const Json body, read_object(request, {"type", "document"}));
  MINGMA_TRY(const std::string type, text(body, "type"));
  MINGMA_TRY(const std::string document, text(body, "document"));
  if (type == "statement" || type == "correction") {
    MINGMA_TRY(const shard::StatementDocument parsed, shard::parse_statement_document(document));
    const bool correction = parsed.statement.action != shard::StatementAction::kAdd;
    if (correction != (type == "correction")) return wrong_member("the document says otherwise", "type");
  } else if (type == "officer") {
    MINGMA_CHECK(shard::parse_officer(document));
  } else if (type == "officer_revocation") {
    MINGMA_CHECK(shard::parse_officer_revocation(document));
  } else if (type == "approval") {
    MINGMA_CHECK(shard::parse_approval(document));
  } else if (type == shard::kCaseReply) {
    MINGMA_CHECK(shard::parse_case_reply(document));
  } else if (type == shard::kCaseDecision) {
    MINGMA_CHECK(shard::parse_case_decision(document));
  } else if (!shard::find_document_type(type)) {
    return wrong_member("no such type of document", "type");
  }
  const Digest digest = shard::document_digest(type, document);
  return json_response(request_options(digest, context.webauthn_scope(request).rp_id, {}));
}

Result<Response> list_officers(const RouteContext& context, Request& request) {
  MINGMA_TRY(const service::OfficerCaller caller, context.officer(request, false));
  MINGMA_TRY(const Parameters parameters, known_parameters(request, {"institution"}));
  const std::string* institution = find_parameter(parameters, "institution");
  MINGMA_TRY(const auto found, context.api().officers(institution == nullptr ? caller.institution : *institution));
  Json::Array items;
  for (const service::OfficerView& officer : found) items.push_back(service::to_json(officer));
  return json_response(Json(Json::Object{{"items", std::move(items)}}));
}

Result<Response> find_officer(const RouteContext& context, Request& request) {
  MINGMA_CHECK(context.officer(request, false));
  MINGMA_TRY(const service::OfficerView officer,
             context.api().find_officer(request.parameters[0] + "/" + request.parameters[1]));
  return json_response(service::to_json(officer));
}

awaitable<Result<Response>> publish(const RouteContext& context, Request& request, std::string_view type) {
  MINGMA_CO_TRY(service::SignedDocument document, service::parse_signed_document(request.body));
  if (document.type != type) co_return wrong_member("documents of this type go to another path", "type");
  MINGMA_CO_TRY(const service::Published published, co_await context.api().publish(std::move(document)));
  co_return json_response(service::to_json(published), published.existed ? 200 : 201);
}

awaitable<Result<Response>> list_holds(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(service::OfficerCaller caller, context.officer(request, false));
  MINGMA_CO_TRY(const Parameters parameters, known_parameters(request, {"institution"}));
  const std::string* wanted = find_parameter(parameters, "institution");
  std::string institution = wanted == nullptr ? std::string() : *wanted;
  MINGMA_CO_TRY(const auto holds, co_await context.api().holds(std::move(caller), std::move(institution)));
  Json::Array items;
  for (const service::HoldView& hold : holds) items.push_back(service::to_json(hold));
  co_return json_response(Json(Json::Object{{"items", std::move(items)}}));
}

awaitable<Result<Response>> preview_statements(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(service::OfficerCaller caller, context.officer(request, true));
  MINGMA_CO_TRY(const Json body, read_object(request, {"documents"}));
  const Json* list = body.find("documents");
  if (list == nullptr || !list->is_array()) co_return wrong_member("a list of documents is expected", "documents");
  std::vector<std::string> documents;
  for (const Json& one : list->array()) {
    if (!one.is_string()) co_return wrong_member("documents are given as texts", "documents");
    documents.push_back(one.string());
  }
  MINGMA_CO_TRY(const service::StatementPreviewView preview,
                co_await context.api().preview_statements(std::move(caller), std::move(documents)));
  Response response = json_response(service::to_json(preview));
  response.set_cache_control("private, no-store");
  co_return response;
}

awaitable<Result<Response>> approve(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(service::SignedDocument document, service::parse_signed_document(request.body));
  if (document.type != "approval") co_return wrong_member("documents of this type go to another path", "type");
  MINGMA_CO_TRY(const auto outcomes, co_await context.api().approve(std::move(document)));
  Json::Array items;
  for (const service::ApprovalView& one : outcomes) items.push_back(service::to_json(one));
  co_return json_response(Json(Json::Object{{"items", std::move(items)}}));
}

}  // namespace

void add_officer_routes(Router& router, const RouteDependencies& dependencies) {
  const auto context = std::make_shared<const RouteContext>(dependencies);
  router.add_plain(Method::kPost, "/v1/officer-session/challenge", json_body(), bound_plain(context, challenge));
  router.add(Method::kPost, "/v1/officer-session", json_body(kAssertionBodyBytesMax), bound(context, sign_in));
  router.add_plain(Method::kGet, "/v1/officer-session", json_only(), bound_plain(context, who_am_i));
  router.add_plain(Method::kPost, "/v1/officer-session/logout", {}, bound_plain(context, sign_out));
  router.add_plain(Method::kPost, "/v1/officer-registration", json_body(), bound_plain(context, registration_options));
  router.add_plain(Method::kPost, "/v1/officer-registration/key", json_body(kAssertionBodyBytesMax),
                   bound_plain(context, registration_key));
  router.add_plain(Method::kPost, "/v1/document-challenges", json_body(kDocumentBytesMax),
                   bound_plain(context, document_challenge));
  router.add_plain(Method::kGet, "/v1/officers", json_only(), bound_plain(context, list_officers));
  router.add_plain(Method::kGet, "/v1/officers/{institution}/{name}", json_only(), bound_plain(context, find_officer));
  router.add(Method::kGet, "/v1/holds", json_only(), bound(context, list_holds));
  router.add(Method::kPost, "/v1/statements/preview", json_body(kDocumentBytesMax), bound(context, preview_statements));
  router.add(Method::kPost, "/v1/approvals", json_body(kDocumentBytesMax), bound(context, approve));
  const auto document_route = [&](std::string_view path, std::string_view type) {
    router.add(Method::kPost, path, json_body(kDocumentBytesMax),
               [context, type](Request& request) { return publish(*context, request, type); });
  };
  document_route("/v1/officers", "officer");
  document_route("/v1/officer-revocations", "officer_revocation");
}

}  // namespace mingma::http
