// Guardians, dependants and paper codes: /v1/me/guardians, /v1/me/dependants, /v1/me/paper-codes, and what community
// institutions sign about them.
#include <boost/asio/awaitable.hpp>

#include "http/co_try.h"
#include "http/errors.h"
#include "http/routes/context.h"
#include "rules/json_reader.h"
#include "service/json.h"

namespace mingma::http {
namespace {

using boost::asio::awaitable;
using rules::JsonReader;

constexpr std::uint64_t kPageMax = 500;
constexpr std::int64_t kPaperDaysMax = 30;

Result<ResidentId> resident_of(const std::string& text) {
  auto id = ResidentId::parse(text);
  if (!id.ok()) return Error(errors::kNotFound, "no such resident is known to you");
  return *id;
}

Result<service::Person> read_person(const Json& json, std::string place) {
  JsonReader reader(json, std::move(place), errors::kInvalidBody);
  service::Person person;
  const auto optional_text = [&](std::string_view name) {
    const Json* member = reader.optional(name);
    if (member != nullptr && !member->is_string()) reader.fail(std::string(name), "a text is expected here");
    return member != nullptr && member->is_string() ? member->string() : std::string();
  };
  person.document_type = reader.text("document_type");
  person.document_number = reader.text("document_number");
  person.country = optional_text("country");
  person.name = optional_text("name");
  if (const std::string born = optional_text("birth_date"); !born.empty()) {
    const auto date = parse_date(born);
    if (date.ok()) {
      person.birth_date = *date;
    } else {
      reader.fail("birth_date", date.error().message());
    }
  }
  MINGMA_CHECK(reader.finish());
  return person;
}

template <typename T>
Response items(const std::vector<T>& values) {
  Json::Array array;
  for (const T& value : values) array.push_back(service::to_json(value));
  return json_response(Json(Json::Object{{"items", std::move(array)}}));
}

awaitable<Result<Response>> name_guardian(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const SignedIn caller, context.signed_in(request));
  MINGMA_CO_TRY(const Json body, parse_body(request));
  JsonReader reader(body, "", errors::kInvalidBody);
  const Json& self = reader.required("self");
  const Json& guardian = reader.required("guardian");
  service::NameGuardian wanted;
  wanted.dependant = caller.session.resident;
  wanted.relation = reader.text("relation");
  wanted.until = reader.parsed<UnixSeconds>("until", parse_instant);
  MINGMA_CO_CHECK(reader.finish());
  MINGMA_CO_TRY(wanted.self, read_person(self, "/self"));
  MINGMA_CO_TRY(wanted.guardian, read_person(guardian, "/guardian"));
  MINGMA_CO_TRY(const service::GuardianView begun, co_await context.api().family().name_guardian(std::move(wanted)));
  co_return json_response(service::to_json(begun), 201);
}

awaitable<Result<Response>> guardians(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const SignedIn caller, context.signed_in(request));
  MINGMA_CO_TRY(const auto known, co_await context.api().family().guardians(caller.session.resident));
  co_return items(known);
}

awaitable<Result<Response>> withdraw(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const SignedIn caller, context.signed_in(request));
  MINGMA_CO_TRY(const ResidentId guardian, resident_of(request.parameters[0]));
  const service::EndGuardianship wanted{caller.session.resident, guardian, true};
  MINGMA_CO_TRY(const service::GuardianshipDone done, co_await context.api().family().end_guardianship(wanted));
  co_return json_response(service::to_json(done));
}

awaitable<Result<Response>> give_up(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const SignedIn caller, context.signed_in(request));
  MINGMA_CO_TRY(const ResidentId dependant, resident_of(request.parameters[0]));
  const service::EndGuardianship wanted{dependant, caller.session.resident, false};
  MINGMA_CO_TRY(const service::GuardianshipDone done, co_await context.api().family().end_guardianship(wanted));
  co_return json_response(service::to_json(done));
}

awaitable<Result<Response>> dependants(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const SignedIn caller, context.signed_in(request));
  MINGMA_CO_TRY(const auto known, co_await context.api().family().dependants(caller.session.resident));
  co_return items(known);
}

awaitable<Result<Response>> dependant_code(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const SignedIn caller, context.signed_in(request));
  MINGMA_CO_TRY(const ResidentId dependant, resident_of(request.parameters[0]));
  MINGMA_CO_TRY(const Parameters parameters, known_parameters(request, {"device"}));
  const std::string* device = find_parameter(parameters, "device");
  std::string id = device == nullptr ? std::string() : *device;
  MINGMA_CO_TRY(const auto code,
                co_await context.api().family().dependant_code(dependant, caller.session.resident, std::move(id)));
  co_return cached_response(request, code, code->json, code->etag, kJsonType, "private, no-cache");
}

// The dependant, once the guardianship was found in force.
awaitable<Result<ResidentId>> dependant_of(const RouteContext& context, const Request& request) {
  MINGMA_CO_TRY(const SignedIn caller, context.signed_in(request));
  MINGMA_CO_TRY(const ResidentId dependant, resident_of(request.parameters[0]));
  MINGMA_CO_CHECK(co_await context.api().family().check_guardian(dependant, caller.session.resident));
  co_return dependant;
}

awaitable<Result<Response>> dependant_receipt(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const ResidentId dependant, co_await dependant_of(context, request));
  MINGMA_CO_TRY(const service::Receipt shown, co_await context.api().receipt(dependant));
  co_return json_response(service::to_json(shown));
}

awaitable<Result<Response>> dependant_history(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const ResidentId dependant, co_await dependant_of(context, request));
  MINGMA_CO_TRY(const Parameters parameters, known_parameters(request, {"offset", "limit"}));
  MINGMA_CO_TRY(const std::uint64_t offset, number_parameter(parameters, "offset", 0, 1'000'000));
  MINGMA_CO_TRY(const std::uint64_t limit, number_parameter(parameters, "limit", 50, kPageMax));
  const service::Page page{.offset = static_cast<std::uint32_t>(offset),
                           .count_max = static_cast<std::uint32_t>(limit)};
  MINGMA_CO_TRY(const service::History shown, co_await context.api().history(dependant, page));
  co_return json_response(service::to_json(shown));
}

// ---- paper codes: one's own, or a dependant's (then the path's first parameter is the dependant)

Result<service::PaperOwner> owner_of(const RouteContext& context, const Request& request, bool dependant) {
  MINGMA_TRY(const SignedIn caller, context.signed_in(request));
  service::PaperOwner owner;
  owner.resident = caller.session.resident;
  if (!dependant) return owner;
  MINGMA_TRY(owner.resident, resident_of(request.parameters[0]));
  owner.guardian = caller.session.resident;
  return owner;
}

awaitable<Result<Response>> issue_paper(const RouteContext& context, Request& request, bool dependant) {
  MINGMA_CO_TRY(const service::PaperOwner owner, owner_of(context, request, dependant));
  MINGMA_CO_TRY(const Json body, parse_body(request));
  JsonReader reader(body, "", errors::kInvalidBody);
  std::int64_t days = service::kPaperDaysDefault;
  if (const Json* wanted = reader.optional("days"); wanted != nullptr) {
    if (wanted->is_integer() && wanted->integer() >= 1 && wanted->integer() <= kPaperDaysMax) {
      days = wanted->integer();
    } else {
      reader.fail("days", "a whole number from 1 to 30 is expected here");
    }
  }
  MINGMA_CO_CHECK(reader.finish());
  MINGMA_CO_TRY(const service::PaperView paper, co_await context.api().family().issue_paper(owner, days));
  co_return json_response(service::to_json(paper), 201);
}

awaitable<Result<Response>> list_papers(const RouteContext& context, Request& request, bool dependant) {
  MINGMA_CO_TRY(const service::PaperOwner owner, owner_of(context, request, dependant));
  MINGMA_CO_TRY(const auto papers, co_await context.api().family().papers(owner));
  co_return items(papers);
}

awaitable<Result<Response>> show_paper(const RouteContext& context, Request& request, bool dependant) {
  MINGMA_CO_TRY(const service::PaperOwner owner, owner_of(context, request, dependant));
  std::string id = request.parameters[dependant ? 1 : 0];
  MINGMA_CO_TRY(const service::PaperView paper, co_await context.api().family().paper(owner, std::move(id)));
  co_return json_response(service::to_json(paper));
}

awaitable<Result<Response>> revoke_paper(const RouteContext& context, Request& request, bool dependant) {
  MINGMA_CO_TRY(const service::PaperOwner owner, owner_of(context, request, dependant));
  MINGMA_CO_TRY(const Parameters parameters, known_parameters(request, {"reason"}));
  const std::string* reason = find_parameter(parameters, "reason");
  std::string id = request.parameters[dependant ? 1 : 0];
  std::string why = reason == nullptr ? std::string("not_needed") : *reason;
  MINGMA_CO_TRY(const service::PaperView paper,
                co_await context.api().family().revoke_paper(owner, std::move(id), std::move(why)));
  co_return json_response(service::to_json(paper));
}

// ---- what community institutions sign

awaitable<Result<Response>> submit_guardianship(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(service::SignedDocument document, service::parse_signed_document(request.body));
  MINGMA_CO_TRY(const service::GuardianshipDone done,
                co_await context.api().family().submit_guardianship(std::move(document)));
  co_return json_response(service::to_json(done), 201);
}

awaitable<Result<Response>> submit_paper(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(service::SignedDocument document, service::parse_signed_document(request.body));
  MINGMA_CO_TRY(const service::PaperView paper, co_await context.api().family().submit_paper(std::move(document)));
  co_return json_response(service::to_json(paper), 201);
}

}  // namespace

void add_family_routes(Router& router, const RouteDependencies& dependencies) {
  const auto context = std::make_shared<const RouteContext>(dependencies);
  router.add(Method::kPost, "/v1/me/guardians", json_body(), bound(context, name_guardian));
  router.add(Method::kGet, "/v1/me/guardians", json_only(), bound(context, guardians));
  router.add(Method::kDelete, "/v1/me/guardians/{guardian}", json_only(), bound(context, withdraw));
  router.add(Method::kGet, "/v1/me/dependants", json_only(), bound(context, dependants));
  router.add(Method::kDelete, "/v1/me/dependants/{dependant}", json_only(), bound(context, give_up));
  router.add(Method::kGet, "/v1/me/dependants/{dependant}/code", json_only(), bound(context, dependant_code));
  router.add(Method::kGet, "/v1/me/dependants/{dependant}/receipt", json_only(), bound(context, dependant_receipt));
  router.add(Method::kGet, "/v1/me/dependants/{dependant}/history", json_only(), bound(context, dependant_history));
  const auto paper_routes = [&](const std::string& path, bool dependant) {
    const auto route = [&](Method method, const std::string& at, RouteOptions options, auto function) {
      router.add(method, at, std::move(options),
                 [context, function, dependant](Request& request) { return function(*context, request, dependant); });
    };
    route(Method::kPost, path, json_body(), issue_paper);
    route(Method::kGet, path, json_only(), list_papers);
    route(Method::kGet, path + "/{paper}", json_only(), show_paper);
    route(Method::kDelete, path + "/{paper}", json_only(), revoke_paper);
  };
  paper_routes("/v1/me/paper-codes", false);
  paper_routes("/v1/me/dependants/{dependant}/paper-codes", true);
  router.add(Method::kPost, "/v1/guardianships", json_body(kDocumentBytesMax), bound(context, submit_guardianship));
  router.add(Method::kPost, "/v1/paper-codes", json_body(kDocumentBytesMax), bound(context, submit_paper));
}

}  // namespace mingma::http
