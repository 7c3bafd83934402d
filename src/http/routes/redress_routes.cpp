// Cases and look-ups: the resident's own, and those of the staff who help, answer and review.
#include <boost/asio/awaitable.hpp>

#include "http/co_try.h"
#include "http/errors.h"
#include "http/routes/context.h"
#include "rules/json_reader.h"
#include "service/json.h"
#include "service/redress_json.h"
#include "shard/case_document.h"
#include "shard/errors.h"

namespace mingma::http {
namespace {

using boost::asio::awaitable;
using rules::JsonReader;

Result<shard::Ticket> ticket_in(const Request& request) {
  const auto ticket = shard::parse_ticket(request.parameters[0]);
  if (!ticket)
    return Error(mingma::errors::kShardUnknownCase, "no ticket number; its last digit checks the others", "ticket");
  return *ticket;
}

// {"text": "..."}; the member may be absent where nothing needs to be said.
Result<std::string> text_of_body(const Request& request, bool required) {
  if (request.body.empty() && !required) return std::string();
  MINGMA_TRY(const Json body, parse_body(request));
  JsonReader reader(body, "", errors::kInvalidBody);
  std::string text;
  if (required || body.find("text") != nullptr) text = reader.text("text");
  MINGMA_CHECK(reader.finish());
  if (text.size() > shard::kCaseMaterialBytesMax)
    return Error(errors::kInvalidBody, "at most 16 KiB are expected here", "/text");
  return text;
}

template <typename T>
Response items(const std::vector<T>& values) {
  Json::Array array;
  for (const T& value : values) array.push_back(service::to_json(value));
  return json_response(Json(Json::Object{{"items", std::move(array)}}));
}

// ---- the resident

awaitable<Result<Response>> my_cases(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const SignedIn caller, context.signed_in(request));
  MINGMA_CO_TRY(const auto cases, co_await context.redress().list_cases(caller.session.resident));
  co_return items(cases);
}

awaitable<Result<Response>> open_my_case(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const SignedIn caller, context.signed_in(request));
  MINGMA_CO_TRY(std::string text, text_of_body(request, false));
  service::OpenCase wanted{.resident = caller.session.resident, .material = std::move(text)};
  MINGMA_CO_TRY(const service::CaseView view, co_await context.redress().open_case(std::move(wanted)));
  Response response = json_response(service::to_json(view), 201);
  response.add_header("Location", "/v1/me/cases/" + shard::ticket_text(view.ticket));
  co_return response;
}

awaitable<Result<Response>> my_case(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const SignedIn caller, context.signed_in(request));
  MINGMA_CO_TRY(const shard::Ticket ticket, ticket_in(request));
  MINGMA_CO_TRY(const service::CaseView view,
                co_await context.redress().resident_case(caller.session.resident, ticket));
  co_return json_response(service::to_json(view));
}

awaitable<Result<Response>> step_my_case(const RouteContext& context, Request& request, shard::CaseStepKind kind) {
  MINGMA_CO_TRY(const SignedIn caller, context.signed_in(request));
  MINGMA_CO_TRY(const shard::Ticket ticket, ticket_in(request));
  MINGMA_CO_TRY(std::string text, text_of_body(request, kind == shard::CaseStepKind::kAdded));
  service::StepCase wanted{.ticket = ticket, .kind = kind, .material = std::move(text), .staff = {}};
  wanted.resident = caller.session.resident;
  MINGMA_CO_TRY(const service::CaseView view, co_await context.redress().step_case(std::move(wanted)));
  co_return json_response(service::to_json(view));
}

awaitable<Result<Response>> my_look_ups(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const SignedIn caller, context.signed_in(request));
  MINGMA_CO_TRY(const auto look_ups, co_await context.redress().look_ups_of(caller.session.resident));
  co_return items(look_ups);
}

// ---- staff

awaitable<Result<Response>> worklist(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(service::StaffCaller caller, context.staff(request, false));
  MINGMA_CO_TRY(const auto work, co_await context.redress().worklist(std::move(caller)));
  co_return items(work);
}

awaitable<Result<Response>> read_case(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(service::StaffCaller caller, context.staff(request, false));
  MINGMA_CO_TRY(const shard::Ticket ticket, ticket_in(request));
  MINGMA_CO_TRY(const service::CaseView view, co_await context.redress().read_case(std::move(caller), ticket));
  co_return json_response(service::to_json(view));
}

Result<service::Person> read_person(JsonReader& reader) {
  service::Person person;
  person.document_type = reader.text("document_type");
  person.document_number = reader.text("document_number");
  return person;
}

awaitable<Result<Response>> open_case(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(service::StaffCaller caller, context.staff(request, true));
  MINGMA_CO_TRY(const Json body, parse_body(request));
  JsonReader reader(body, "", errors::kInvalidBody);
  MINGMA_CO_TRY(const service::Person person, read_person(reader));
  const auto channel = shard::find_case_channel(reader.text("channel"));
  if (!channel || *channel == shard::CaseChannel::kResident || *channel == shard::CaseChannel::kGuardian)
    reader.fail("channel", "'community' or 'hotline' is expected here");
  const auto consent = shard::find_case_consent(reader.text("consent"));
  if (!consent || *consent == shard::CaseConsent::kOwn)
    reader.fail("consent", "'signed', 'spoken_in_person' or 'spoken_on_phone' is expected here");
  std::string text = body.find("text") == nullptr ? std::string() : reader.text("text");
  MINGMA_CO_CHECK(reader.finish());
  MINGMA_CO_TRY(const ResidentId resident, context.api().identify(person));
  service::OpenCase wanted{.resident = resident,
                           .material = std::move(text),
                           .channel = *channel,
                           .consent = *consent,
                           .staff = std::move(caller)};
  MINGMA_CO_TRY(const service::CaseView view, co_await context.redress().open_case(std::move(wanted)));
  Response response = json_response(service::to_json(view), 201);
  response.add_header("Location", "/v1/cases/" + shard::ticket_text(view.ticket));
  co_return response;
}

awaitable<Result<Response>> step_case(const RouteContext& context, Request& request, shard::CaseStepKind kind) {
  MINGMA_CO_TRY(service::StaffCaller caller, context.staff(request, true));
  MINGMA_CO_TRY(const shard::Ticket ticket, ticket_in(request));
  MINGMA_CO_TRY(std::string text, text_of_body(request, kind == shard::CaseStepKind::kAdded));
  service::StepCase wanted{
      .ticket = ticket, .kind = kind, .material = std::move(text), .staff = std::move(caller), .resident = {}};
  MINGMA_CO_TRY(const service::CaseView view, co_await context.redress().step_case(std::move(wanted)));
  co_return json_response(service::to_json(view));
}

awaitable<Result<Response>> submit(const RouteContext& context, const Request& request, std::string_view type) {
  MINGMA_CO_TRY(service::SignedDocument document, service::parse_signed_document(request.body));
  if (document.type != type)
    co_return Error(errors::kInvalidBody, "documents of this type go to another path", "/type");
  MINGMA_CO_TRY(const shard::Ticket ticket, co_await context.redress().submit_case_document(std::move(document)));
  co_return json_response(Json(Json::Object{{"ticket", shard::ticket_text(ticket)}}));
}

awaitable<Result<Response>> look_up(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(service::StaffCaller caller, context.staff(request, true));
  MINGMA_CO_TRY(const Json body, parse_body(request));
  JsonReader reader(body, "", errors::kInvalidBody);
  service::LookUpRequest wanted;
  if (body.find("document_number") != nullptr) {
    MINGMA_CO_TRY(wanted.person, read_person(reader));
  }
  const auto duty = shard::find_duty(reader.text("duty"));
  if (!duty) reader.fail("duty", "'case', 'caller', 'visit', 'mandate' or 'emergency' is expected here");
  if (duty) wanted.purpose.duty = *duty;
  if (body.find("ticket") != nullptr) {
    wanted.purpose.ticket = shard::parse_ticket(reader.text("ticket"));
    if (!wanted.purpose.ticket) reader.fail("ticket", "no ticket number; its last digit checks the others");
  }
  if (body.find("note") != nullptr) wanted.purpose.note = reader.text("note");
  MINGMA_CO_CHECK(reader.finish());
  MINGMA_CO_TRY(const service::LookedUp found,
                co_await context.redress().look_up(std::move(caller), std::move(wanted)));
  co_return json_response(service::to_json(found));
}

}  // namespace

void add_redress_routes(Router& router, const RouteDependencies& dependencies) {
  const auto context = std::make_shared<const RouteContext>(dependencies);
  const auto step = [&](const std::string& path, auto function, shard::CaseStepKind kind) {
    router.add(Method::kPost, path, json_body(),
               [context, function, kind](Request& request) { return function(*context, request, kind); });
  };
  router.add(Method::kGet, "/v1/me/cases", json_only(), bound(context, my_cases));
  router.add(Method::kPost, "/v1/me/cases", json_body(), bound(context, open_my_case));
  router.add(Method::kGet, "/v1/me/cases/{ticket}", json_only(), bound(context, my_case));
  step("/v1/me/cases/{ticket}/materials", step_my_case, shard::CaseStepKind::kAdded);
  step("/v1/me/cases/{ticket}/withdrawal", step_my_case, shard::CaseStepKind::kWithdrawn);
  router.add(Method::kGet, "/v1/me/lookups", json_only(), bound(context, my_look_ups));

  router.add(Method::kGet, "/v1/cases", json_only(), bound(context, worklist));
  router.add(Method::kPost, "/v1/cases", json_body(), bound(context, open_case));
  router.add(Method::kGet, "/v1/cases/{ticket}", json_only(), bound(context, read_case));
  step("/v1/cases/{ticket}/materials", step_case, shard::CaseStepKind::kAdded);
  step("/v1/cases/{ticket}/acceptance", step_case, shard::CaseStepKind::kAccepted);
  step("/v1/cases/{ticket}/notice", step_case, shard::CaseStepKind::kTold);
  step("/v1/cases/{ticket}/withdrawal", step_case, shard::CaseStepKind::kWithdrawn);
  router.add(Method::kPost, "/v1/case-replies", json_body(kDocumentBytesMax),
             [context](Request& request) { return submit(*context, request, shard::kCaseReply); });
  router.add(Method::kPost, "/v1/case-decisions", json_body(kDocumentBytesMax),
             [context](Request& request) { return submit(*context, request, shard::kCaseDecision); });
  router.add(Method::kPost, "/v1/lookups", json_body(), bound(context, look_up));
}

}  // namespace mingma::http
