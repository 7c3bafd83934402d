// What a signed-in resident does: register, phones, code, receipt, history, declarations.
#include <boost/asio/awaitable.hpp>

#include "http/co_try.h"
#include "http/errors.h"
#include "http/routes/context.h"
#include "rules/json_reader.h"
#include "service/errors.h"
#include "service/json.h"
#include "service/redress_json.h"

namespace mingma::http {
namespace {

using boost::asio::awaitable;
using rules::JsonReader;

constexpr std::uint64_t kPageMax = 500;
constexpr std::uint64_t kVersionMax = 0xffff'ffff;
constexpr std::size_t kReferenceBytesMax = 64;

awaitable<Result<Response>> register_resident(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const SignedIn caller, context.signed_in(request));
  MINGMA_CO_TRY(const Json body, parse_body(request));
  JsonReader reader(body, "", errors::kInvalidBody);
  const auto home = DivisionCode::parse(reader.text("home"));
  if (!home.ok()) reader.fail("home", home.error().message());
  MINGMA_CO_CHECK(reader.finish());
  auto person = context.sessions().person(caller.token, context.now());
  if (!person)
    co_return Error(errors::kNotSignedIn, "this session has registered already; sign in again to change anything");
  service::RegisterRequest wanted{.person = *std::move(person), .home = *home};
  MINGMA_CO_TRY(const service::Registered registered, co_await context.api().register_resident(std::move(wanted)));
  context.sessions().forget_person(caller.token);
  co_return json_response(service::to_json(registered), registered.existed ? 200 : 201);
}

awaitable<Result<Response>> enrol_device(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const SignedIn caller, context.signed_in(request));
  MINGMA_CO_TRY(const Json body, parse_body(request));
  JsonReader reader(body, "", errors::kInvalidBody);
  auto key = base64_decode(reader.text("public_key"));
  if (!key.ok()) reader.fail("public_key", "base64 of a SEC1 P-256 point is expected here");
  MINGMA_CO_CHECK(reader.finish());
  service::EnrolDeviceRequest wanted{.resident = caller.session.resident, .public_key = *std::move(key)};
  MINGMA_CO_TRY(const service::EnrolledDevice device, co_await context.api().enrol_device(std::move(wanted)));
  co_return json_response(service::to_json(device), device.existed ? 200 : 201);
}

Result<service::CodeForm> parse_form(std::string_view text, std::string_view where) {
  if (text == "phone") return service::CodeForm::kPhone;
  if (text == "paper") return service::CodeForm::kPaper;
  return Error(errors::kInvalidQuery, "the form is 'phone' or 'paper'", std::string(where));
}

// The busiest route: one look-up, and the answer is shared between all who ask until the credential changes.
awaitable<Result<Response>> respond_with_code(const RouteContext& context, const Request& request,
                                              service::CodeRequest wanted) {
  MINGMA_CO_TRY(const auto code, co_await context.api().show_code(std::move(wanted)));
  co_return cached_response(request, code, code->json, code->etag, kJsonType, "private, no-cache");
}

awaitable<Result<Response>> show_code(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const SignedIn caller, context.signed_in(request));
  MINGMA_CO_TRY(const Parameters parameters, known_parameters(request, {"form", "device"}));
  service::CodeRequest wanted{.resident = caller.session.resident, .form = service::CodeForm::kPhone, .device = {}};
  if (const std::string* form = find_parameter(parameters, "form")) {
    MINGMA_CO_TRY(wanted.form, parse_form(*form, "form"));
  }
  if (const std::string* device = find_parameter(parameters, "device")) wanted.device = *device;
  MINGMA_CO_TRY(Response response, co_await respond_with_code(context, request, std::move(wanted)));
  co_return response;
}

awaitable<Result<Response>> make_code(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const SignedIn caller, context.signed_in(request));
  MINGMA_CO_TRY(const Json body, parse_body(request));
  JsonReader reader(body, "", errors::kInvalidBody);
  service::CodeRequest wanted{.resident = caller.session.resident, .form = service::CodeForm::kPhone, .device = {}};
  const auto form = parse_form(reader.text("form"), "/form");
  if (!form.ok()) reader.fail("form", form.error().message());
  if (form.ok()) wanted.form = *form;
  if (form.ok() && *form == service::CodeForm::kPhone) wanted.device = reader.text("device");
  MINGMA_CO_CHECK(reader.finish());
  if (wanted.form == service::CodeForm::kPaper) {
    const auto present = co_await context.api().show_code(wanted);
    if (!present.ok() && present.error().is(mingma::errors::kNoSuchThing)) {
      service::PaperOwner owner;
      owner.resident = wanted.resident;
      MINGMA_CO_CHECK(co_await context.api().family().issue_paper(std::move(owner), service::kPaperDaysDefault));
    }
  }
  MINGMA_CO_TRY(Response response, co_await respond_with_code(context, request, std::move(wanted)));
  co_return response;
}

awaitable<Result<Response>> receipt(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const SignedIn caller, context.signed_in(request));
  MINGMA_CO_TRY(const service::Receipt shown, co_await context.api().receipt(caller.session.resident));
  Json json = service::to_json(shown);
  // Open appeals against it, with what happens next and by when.
  MINGMA_CO_TRY(const auto cases, co_await context.redress().list_cases(caller.session.resident));
  Json::Array open;
  for (const service::CaseView& one : cases) {
    if (one.end == shard::CaseEnd::kOpen) open.push_back(service::summary_json(one));
  }
  json.set("cases", std::move(open));
  co_return json_response(json);
}

awaitable<Result<Response>> decision_proof(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const SignedIn caller, context.signed_in(request));
  MINGMA_CO_TRY(const std::uint64_t version, parse_number(request.parameters[0], kVersionMax, "version"));
  MINGMA_CO_TRY(const service::LeafOpening opening,
                co_await context.api().decision_proof(caller.session.resident, static_cast<std::uint32_t>(version)));
  co_return json_response(service::to_json(opening));
}

awaitable<Result<Response>> history(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const SignedIn caller, context.signed_in(request));
  MINGMA_CO_TRY(const Parameters parameters, known_parameters(request, {"offset", "limit"}));
  MINGMA_CO_TRY(const std::uint64_t offset, number_parameter(parameters, "offset", 0, 1'000'000));
  MINGMA_CO_TRY(const std::uint64_t limit, number_parameter(parameters, "limit", 50, kPageMax));
  const service::Page page{.offset = static_cast<std::uint32_t>(offset),
                           .count_max = static_cast<std::uint32_t>(limit)};
  MINGMA_CO_TRY(const service::History shown, co_await context.api().history(caller.session.resident, page));
  co_return json_response(service::to_json(shown));
}

awaitable<Result<Response>> declare(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const SignedIn caller, context.signed_in(request));
  MINGMA_CO_TRY(const Json body, parse_body(request));
  JsonReader reader(body, "", errors::kInvalidBody);
  const Json& evidence_json = reader.required("evidence");
  const std::string& reference = reader.text("reference");
  if (reference.size() > kReferenceBytesMax) reader.fail("reference", "at most 64 bytes are expected here");
  if (reader.ok() && !evidence_json.is_object()) reader.fail("evidence", "an object is expected here");
  MINGMA_CO_CHECK(reader.finish());
  auto evidence = rules::evidence_from_json(evidence_json);
  if (!evidence.ok()) co_return evidence.error().within("/evidence");
  if (!rules::evidence_kind_info(evidence->kind).resident_may_sign) {
    co_return Error(errors::kInvalidBody, "residents declare their health and their stays only", "/evidence/kind");
  }
  service::Declaration declaration{.resident = caller.session.resident, .evidence = *evidence, .reference = reference};
  MINGMA_CO_TRY(const service::StatementOutcome outcome, co_await context.api().declare(std::move(declaration)));
  co_return json_response(service::to_json(outcome));
}

awaitable<Result<Response>> present_certificate(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const SignedIn caller, context.signed_in(request));
  MINGMA_CO_TRY(const Json body, parse_body(request));
  JsonReader reader(body, "", errors::kInvalidBody);
  const std::string& text = reader.text("certificate");
  MINGMA_CO_CHECK(reader.finish());
  auto person = context.sessions().person(caller.token, context.now());
  if (!person)
    co_return Error(errors::kNotSignedIn,
                    "this session no longer knows your name; sign in again to show a certificate");
  service::PresentedCertificate wanted{.resident = caller.session.resident, .person = *std::move(person), .text = text};
  MINGMA_CO_TRY(const service::StatementOutcome outcome, co_await context.api().present_certificate(std::move(wanted)));
  co_return json_response(service::to_json(outcome));
}

}  // namespace

void add_resident_routes(Router& router, const RouteDependencies& dependencies) {
  const auto context = std::make_shared<const RouteContext>(dependencies);
  router.add(Method::kPost, "/v1/residents", json_body(), bound(context, register_resident));
  router.add(Method::kPost, "/v1/me/devices", json_body(), bound(context, enrol_device));
  router.add(Method::kGet, "/v1/me/code", json_only(), bound(context, show_code));
  router.add(Method::kPost, "/v1/me/code", json_body(), bound(context, make_code));
  router.add(Method::kGet, "/v1/me/receipt", json_only(), bound(context, receipt));
  router.add(Method::kGet, "/v1/me/history", json_only(), bound(context, history));
  router.add(Method::kGet, "/v1/me/decisions/{version}", json_only(), bound(context, decision_proof));
  router.add(Method::kPost, "/v1/me/declarations", json_body(), bound(context, declare));
  router.add(Method::kPost, "/v1/me/certificates", json_body(), bound(context, present_certificate));
}

}  // namespace mingma::http
