// What auditors ask about a person's code, signed by their institution's key: who did it, who did not.
#include <algorithm>
#include <boost/asio/awaitable.hpp>

#include "http/co_try.h"
#include "http/errors.h"
#include "http/routes/context.h"
#include "service/errors.h"

namespace mingma::http {
namespace {

using boost::asio::awaitable;

Result<std::string> text(const Json& body, std::string_view name, bool required) {
  const Json* member = body.find(name);
  if (member == nullptr && !required) return std::string();
  if (member == nullptr || !member->is_string())
    return Error(errors::kInvalidBody, "a text is expected", "/" + std::string(name));
  return member->string();
}

Result<service::Person> parse_person(const Json& json) {
  service::Person person;
  for (const auto& [name, value] : json.is_object() ? json.object() : Json::Object{}) {
    if (!value.is_string()) return Error(errors::kInvalidBody, "a text is expected", "/person/" + name);
    if (name == "document_type") {
      person.document_type = value.string();
    } else if (name == "country") {
      person.country = value.string();
    } else if (name == "document_number") {
      person.document_number = value.string();
    } else {
      return Error(errors::kInvalidBody, "no such member", "/person/" + name);
    }
  }
  if (person.document_number.empty())
    return Error(errors::kInvalidBody, "document_type and document_number are expected", "/person");
  return person;
}

Result<service::DossierRequest> parse_request(const Request& request, bool negative) {
  MINGMA_TRY(const Json body, parse_body(request));
  if (!body.is_object()) return Error(errors::kInvalidBody, "an object is expected", "/");
  for (const auto& [name, value] : body.object()) {
    const bool known = name == "person" || name == "resident" || name == "version" || name == "purpose" ||
                       (negative && (name == "institution" || name == "chain_only"));
    if (!known) return Error(errors::kInvalidBody, "no such member", "/" + name);
  }
  service::DossierRequest wanted;
  MINGMA_TRY(wanted.purpose, text(body, "purpose", true));
  if (const Json* person = body.find("person")) {
    MINGMA_TRY(wanted.person, parse_person(*person));
  }
  if (body.find("resident") != nullptr) {
    MINGMA_TRY(const std::string resident, text(body, "resident", true));
    const auto id = ResidentId::parse(resident);
    if (!id.ok()) return Error(errors::kInvalidBody, id.error().message(), "/resident");
    wanted.resident = *id;
  }
  if (const Json* version = body.find("version")) {
    if (!version->is_integer() || version->integer() < 0 || version->integer() > 0xffff'ffff)
      return Error(errors::kInvalidBody, "a version counts from 1; 0 is the newest", "/version");
    wanted.version = static_cast<std::uint32_t>(version->integer());
  }
  if (!negative) return wanted;
  MINGMA_TRY(wanted.accused, text(body, "institution", true));
  if (const Json* only = body.find("chain_only")) {
    if (!only->is_boolean()) return Error(errors::kInvalidBody, "true or false is expected", "/chain_only");
    wanted.chain_only = only->boolean();
  }
  return wanted;
}

awaitable<Result<Response>> who(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(service::Caller caller, context.overseer(request));
  MINGMA_CO_TRY(service::DossierRequest wanted, parse_request(request, false));
  wanted.caller = std::move(caller);
  MINGMA_CO_TRY(std::string bundle, co_await context.oversight().who(std::move(wanted)));
  co_return Response::json(std::move(bundle));
}

awaitable<Result<Response>> negative(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(service::Caller caller, context.overseer(request));
  MINGMA_CO_TRY(service::DossierRequest wanted, parse_request(request, true));
  wanted.caller = std::move(caller);
  MINGMA_CO_TRY(std::string bundle, co_await context.oversight().negative(std::move(wanted)));
  co_return Response::json(std::move(bundle));
}

constexpr std::uint64_t kLeafMax = std::uint64_t{1} << 62;

Result<std::optional<LeafIndex>> after(const Parameters& parameters) {
  const std::string* text = find_parameter(parameters, "after");
  if (text == nullptr) return std::optional<LeafIndex>{};
  MINGMA_TRY(const std::uint64_t leaf, parse_number(*text, kLeafMax, "after"));
  return std::optional<LeafIndex>(LeafIndex{leaf});
}

awaitable<Result<Response>> list_notices(const RouteContext& context, Request& request, shard::NoticeType type) {
  MINGMA_CO_TRY(const Parameters parameters, known_parameters(request, {"after"}));
  MINGMA_CO_TRY(const std::optional<LeafIndex> behind, after(parameters));
  MINGMA_CO_TRY(const std::vector<service::NoticeView> notices, co_await context.oversight().notices(type, behind));
  Json::Array items;
  for (const service::NoticeView& notice : notices) items.push_back(service::to_json(notice));
  Response response = json_response(Json(Json::Object{{"items", std::move(items)}}));
  response.set_cache_control("public, no-cache");
  co_return response;
}

awaitable<Result<Response>> alarms(const RouteContext& context, Request& request) {
  return list_notices(context, request, shard::NoticeType::kAlarm);
}
awaitable<Result<Response>> figures(const RouteContext& context, Request& request) {
  return list_notices(context, request, shard::NoticeType::kFigures);
}

Result<Json> object_with(const Request& request, std::initializer_list<std::string_view> names) {
  MINGMA_TRY(const Json body, parse_body(request));
  if (!body.is_object()) return Error(errors::kInvalidBody, "an object is expected", "/");
  for (const auto& [name, value] : body.object()) {
    if (std::find(names.begin(), names.end(), name) == names.end())
      return Error(errors::kInvalidBody, "no such member", "/" + name);
  }
  return body;
}

awaitable<Result<Response>> compare_code(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const Json body, object_with(request, {"credential"}));
  MINGMA_CO_TRY(const std::string encoded, text(body, "credential", true));
  const auto credential = base64url_decode(encoded);
  if (!credential.ok()) co_return Error(errors::kInvalidBody, "base64url is expected", "/credential");
  MINGMA_CO_TRY(const service::Comparison found, co_await context.oversight().compare_code(*credential));
  co_return json_response(service::to_json(found));
}

awaitable<Result<Response>> compare_checkpoint(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const Json body, object_with(request, {"shard", "checkpoint"}));
  MINGMA_CO_TRY(std::string note, text(body, "checkpoint", true));
  const Json* shard = body.find("shard");
  if (shard == nullptr || !shard->is_integer() || shard->integer() < 0 || shard->integer() > 65'535)
    co_return Error(errors::kInvalidBody, "the number of a shard is expected", "/shard");
  const ShardId id{static_cast<std::uint16_t>(shard->integer())};
  MINGMA_CO_TRY(const service::Comparison found, co_await context.oversight().compare_checkpoint(id, std::move(note)));
  co_return json_response(service::to_json(found));
}

awaitable<Result<Response>> end_alarm(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(service::SignedDocument ending, service::parse_signed_document(request.body));
  MINGMA_CO_TRY(const service::NoticeView ended, co_await context.oversight().end_alarm(std::move(ending)));
  co_return json_response(service::to_json(ended), 201);
}

}  // namespace

void add_oversight_routes(Router& router, const RouteDependencies& dependencies) {
  const auto context = std::make_shared<const RouteContext>(dependencies);
  router.add(Method::kPost, "/v1/oversight/who", json_body(), bound(context, who));
  router.add(Method::kPost, "/v1/oversight/negative", json_body(), bound(context, negative));
  router.add(Method::kGet, "/v1/alarms", json_only(), bound(context, alarms));
  router.add(Method::kGet, "/v1/figures", json_only(), bound(context, figures));
  router.add(Method::kPost, "/v1/alarms/endings", json_body(), bound(context, end_alarm));
  router.add(Method::kPost, "/v1/compare/code", json_body(), bound(context, compare_code));
  router.add(Method::kPost, "/v1/compare/checkpoint", json_body(), bound(context, compare_checkpoint));
}

}  // namespace mingma::http
