// Cases and look-ups: the resident's own, and those of the staff who help, answer and review.
#include <boost/asio/awaitable.hpp>

#include "http/co_try.h"
#include "http/errors.h"
#include "http/routes/context.h"
#include "rules/json_reader.h"
#include "service/json.h"
#include "service/plain_answer.h"
#include "service/redress_json.h"
#include "shard/case_document.h"
#include "shard/errors.h"

namespace mingma::http {
namespace {

using boost::asio::awaitable;
using rules::JsonReader;

constexpr std::size_t kTextBodyBytesMax = 256u << 10;  // 16 KiB of text, even if every character comes escaped

Result<shard::Ticket> ticket_in(const Request& request, bool dependant = false) {
  const auto ticket = shard::parse_ticket(request.parameters[dependant ? 1 : 0]);
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

// {}: there is nothing to say.
Result<void> empty_body(const Request& request) {
  MINGMA_TRY(const Json body, parse_body(request));
  JsonReader reader(body, "", errors::kInvalidBody);
  return reader.finish();
}

template <typename T>
Response items(const std::vector<T>& values) {
  Json::Array array;
  for (const T& value : values) array.push_back(service::to_json(value));
  return json_response(Json(Json::Object{{"items", std::move(array)}}));
}

// ---- the resident, or a guardian for a dependant (then the path's first parameter is the dependant)

struct Subject {
  ResidentId resident;
  std::optional<ResidentId> guardian;
};

awaitable<Result<Subject>> subject_of(const RouteContext& context, const Request& request, bool dependant) {
  MINGMA_CO_TRY(const SignedIn caller, context.signed_in(request));
  Subject subject{caller.session.resident, {}};
  if (!dependant) co_return subject;
  const Result<ResidentId> named = ResidentId::parse(request.parameters[0]);
  if (!named.ok()) co_return Error(errors::kNotFound, "no such resident is known to you");
  MINGMA_CO_CHECK(co_await context.api().family().check_guardian(*named, caller.session.resident));
  subject.guardian = caller.session.resident;
  subject.resident = *named;
  co_return subject;
}

awaitable<Result<Response>> my_cases(const RouteContext& context, Request& request, bool dependant) {
  MINGMA_CO_TRY(const Subject subject, co_await subject_of(context, request, dependant));
  MINGMA_CO_TRY(const auto cases, co_await context.redress().list_cases(subject.resident));
  co_return items(cases);
}

awaitable<Result<Response>> open_my_case(const RouteContext& context, Request& request, bool dependant) {
  MINGMA_CO_TRY(const Subject subject, co_await subject_of(context, request, dependant));
  MINGMA_CO_TRY(std::string text, text_of_body(request, false));
  service::OpenCase wanted{.resident = subject.resident, .material = std::move(text), .staff = {}, .guardian = {}};
  wanted.guardian = subject.guardian;
  if (subject.guardian) wanted.channel = shard::CaseChannel::kGuardian;
  MINGMA_CO_TRY(const service::CaseView view, co_await context.redress().open_case(std::move(wanted)));
  Response response = json_response(service::to_json(view), 201);
  response.add_header("Location", std::string(request.path) + "/" + shard::ticket_text(view.ticket));
  co_return response;
}

awaitable<Result<Response>> my_case(const RouteContext& context, Request& request, bool dependant) {
  MINGMA_CO_TRY(const Subject subject, co_await subject_of(context, request, dependant));
  MINGMA_CO_TRY(const shard::Ticket ticket, ticket_in(request, dependant));
  MINGMA_CO_TRY(const service::CaseView view, co_await context.redress().resident_case(subject.resident, ticket));
  co_return json_response(service::to_json(view));
}

awaitable<Result<Response>> step_my_case(const RouteContext& context, Request& request, shard::CaseStepKind kind,
                                         bool dependant) {
  MINGMA_CO_TRY(const Subject subject, co_await subject_of(context, request, dependant));
  MINGMA_CO_TRY(const shard::Ticket ticket, ticket_in(request, dependant));
  MINGMA_CO_TRY(std::string text, text_of_body(request, kind == shard::CaseStepKind::kAdded));
  service::StepCase wanted{.ticket = ticket, .kind = kind, .material = std::move(text), .staff = {}, .resident = {}};
  wanted.resident = subject.resident;
  MINGMA_CO_TRY(const service::CaseView view, co_await context.redress().step_case(std::move(wanted)));
  co_return json_response(service::to_json(view));
}

awaitable<Result<Response>> my_look_ups(const RouteContext& context, Request& request, bool dependant) {
  MINGMA_CO_TRY(const Subject subject, co_await subject_of(context, request, dependant));
  MINGMA_CO_TRY(const auto look_ups, co_await context.redress().look_ups_of(subject.resident));
  co_return items(look_ups);
}

awaitable<Result<Response>> authorise(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const SignedIn caller, context.signed_in(request));
  MINGMA_CO_CHECK(empty_body(request));
  MINGMA_CO_TRY(const shard::HolderCode code, co_await context.redress().holder_code(caller.session.resident));
  co_return json_response(service::to_json(code), 201);
}

// ---- staff

awaitable<Result<Response>> worklist(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(service::StaffCaller caller, context.staff(request, false));
  MINGMA_CO_TRY(const Parameters parameters, known_parameters(request, {"action"}));
  const std::string* wanted = find_parameter(parameters, "action");
  std::string action = wanted == nullptr ? std::string() : *wanted;
  MINGMA_CO_TRY(const auto work, co_await context.redress().worklist(std::move(caller), std::move(action)));
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
  if (const Json* country = reader.optional("country")) {
    if (country->is_string())
      person.country = country->string();
    else
      reader.fail("country", "a text is expected here");
  }
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
  if (body.find("authorisation") != nullptr) {
    if (duty != shard::Duty::kAuthorised || !wanted.purpose.note.empty())
      reader.fail("authorisation", "it is for the duty 'authorised', without a note");
    wanted.purpose.note = reader.text("authorisation");
  }
  MINGMA_CO_CHECK(reader.finish());
  MINGMA_CO_TRY(const service::LookedUp found,
                co_await context.redress().look_up(std::move(caller), std::move(wanted)));
  co_return json_response(service::to_json(found));
}

// The hotline: a ticket, or the number of the caller's document, becomes sentences to read aloud.
awaitable<Result<Response>> hotline_answer(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(service::StaffCaller caller, context.staff(request, true));
  MINGMA_CO_TRY(const Json body, parse_body(request));
  JsonReader reader(body, "", errors::kInvalidBody);
  service::LookUpRequest wanted;
  if (body.find("ticket") != nullptr) {
    wanted.purpose.ticket = shard::parse_ticket(reader.text("ticket"));
    if (!wanted.purpose.ticket) reader.fail("ticket", "no ticket number; its last digit checks the others");
  } else {
    wanted.purpose.duty = shard::Duty::kCaller;
    MINGMA_CO_TRY(wanted.person, read_person(reader));
  }
  MINGMA_CO_CHECK(reader.finish());
  const auto ticket = wanted.purpose.ticket;
  MINGMA_CO_TRY(service::LookedUp found, co_await context.redress().look_up(std::move(caller), std::move(wanted)));
  if (ticket) std::erase_if(found.cases, [&](const service::CaseView& one) { return one.ticket != *ticket; });
  Json answer = service::to_json(found);
  const service::Bilingual words = service::plain_answer(found);
  answer.set("answer", Json(Json::Object{{"zh", words.zh}, {"en", words.en}}));
  if (ticket) answer.set("ticket", shard::ticket_text(*ticket));
  co_return json_response(answer);
}

}  // namespace

void add_redress_routes(Router& router, const RouteDependencies& dependencies) {
  const auto context = std::make_shared<const RouteContext>(dependencies);
  const auto step = [&](const std::string& path, auto function, shard::CaseStepKind kind) {
    router.add(Method::kPost, path, json_body(kTextBodyBytesMax),
               [context, function, kind](Request& request) { return function(*context, request, kind); });
  };
  for (const bool dependant : {false, true}) {
    const std::string me = dependant ? "/v1/me/dependants/{dependant}" : "/v1/me";
    const auto route = [&](Method method, const std::string& path, RouteOptions options, auto function) {
      router.add(method, path, std::move(options),
                 [context, function, dependant](Request& request) { return function(*context, request, dependant); });
    };
    const auto own_step = [&](const std::string& path, shard::CaseStepKind kind) {
      router.add(Method::kPost, path, json_body(kTextBodyBytesMax), [context, kind, dependant](Request& request) {
        return step_my_case(*context, request, kind, dependant);
      });
    };
    route(Method::kGet, me + "/cases", json_only(), my_cases);
    route(Method::kPost, me + "/cases", json_body(kTextBodyBytesMax), open_my_case);
    route(Method::kGet, me + "/cases/{ticket}", json_only(), my_case);
    own_step(me + "/cases/{ticket}/materials", shard::CaseStepKind::kAdded);
    own_step(me + "/cases/{ticket}/withdrawal", shard::CaseStepKind::kWithdrawn);
    route(Method::kGet, me + "/lookups", json_only(), my_look_ups);
  }
  router.add(Method::kPost, "/v1/me/authorisations", json_body(), bound(context, authorise));

  router.add(Method::kGet, "/v1/cases", json_only(), bound(context, worklist));
  router.add(Method::kPost, "/v1/cases", json_body(kTextBodyBytesMax), bound(context, open_case));
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
  router.add(Method::kPost, "/v1/hotline-answers", json_body(), bound(context, hotline_answer));
}

}  // namespace mingma::http
