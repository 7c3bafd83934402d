// The exchange with other provinces: whom we trust, what was given away, what comes in.
#include <boost/asio/awaitable.hpp>

#include "http/co_try.h"
#include "http/errors.h"
#include "http/routes/context.h"
#include "service/json.h"

namespace mingma::http {
namespace {

using boost::asio::awaitable;

constexpr std::int64_t kHourSeconds = 3'600;

Result<Response> card(const RouteContext& context, Request&) {
  MINGMA_TRY(const Json json, context.api().neighbours().card());
  Response response = json_response(json);
  response.set_cache_control("public, no-cache");
  return response;
}

awaitable<Result<Response>> order(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(service::SignedDocument document, service::parse_signed_document(request.body));
  MINGMA_CO_TRY(const service::ExportView ordered,
                co_await context.api().neighbours().order_export(std::move(document)));
  co_return json_response(service::to_json(ordered), 201);
}

// Everybody may see what was given away and not acknowledged: a number, a province, an hour.
awaitable<Result<Response>> exports(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const Parameters parameters, known_parameters(request, {"acknowledged"}));
  const std::string* wanted = find_parameter(parameters, "acknowledged");
  if (wanted != nullptr && *wanted != "false" && *wanted != "all")
    co_return Error(errors::kInvalidQuery, "'false' or 'all' is expected", "acknowledged");
  const bool unacknowledged_only = wanted != nullptr && *wanted == "false";
  MINGMA_CO_TRY(auto found, co_await context.api().neighbours().exports(unacknowledged_only));
  Json::Array items;
  for (service::ExportView& one : found) {
    one.at.value -= one.at.value % kHourSeconds;
    one.acknowledged_at.value -= one.acknowledged_at.value % kHourSeconds;
    items.push_back(service::to_json(one));
  }
  Response response = json_response(Json(Json::Object{{"items", std::move(items)}}));
  response.set_cache_control("public, no-cache");
  co_return response;
}

awaitable<Result<Response>> receive(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(service::SignedDocument envelope, service::parse_signed_document(request.body));
  MINGMA_CO_TRY(const service::SignedDocument answer, co_await context.api().neighbours().receive(std::move(envelope)));
  co_return Response::json(service::write_signed_document(answer));
}

awaitable<Result<Response>> trust(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(service::SignedDocument document, service::parse_signed_document(request.body));
  if (document.type != "trusted_province")
    co_return Error(errors::kInvalidBody, "documents of this type go to another path", "/type");
  MINGMA_CO_TRY(const service::Published published, co_await context.api().publish(std::move(document)));
  co_return json_response(service::to_json(published), published.existed ? 200 : 201);
}

Result<Response> list(const RouteContext& context, Request& request) {
  MINGMA_TRY(const Parameters parameters, known_parameters(request, {"in_force"}));
  const std::string* in_force = find_parameter(parameters, "in_force");
  if (in_force != nullptr && *in_force != "true" && *in_force != "false")
    return Error(errors::kInvalidQuery, "'true' or 'false' is expected", "in_force");
  MINGMA_TRY(const auto documents,
             context.api().list(service::PublicList::kNeighbours, in_force != nullptr && *in_force == "true"));
  Json::Array items;
  for (const service::PublicDocument& document : documents) items.push_back(service::to_json(document));
  Response response = json_response(Json(Json::Object{{"items", std::move(items)}}));
  response.set_cache_control("public, no-cache");
  return response;
}

}  // namespace

void add_neighbour_routes(Router& router, const RouteDependencies& dependencies) {
  const auto context = std::make_shared<const RouteContext>(dependencies);
  router.add_plain(Method::kGet, "/v1/neighbours", json_only(), bound_plain(context, list));
  router.add(Method::kPost, "/v1/neighbours", json_body(kDocumentBytesMax), bound(context, trust));
  router.add_plain(Method::kGet, "/v1/neighbours/card", json_only(), bound_plain(context, card));
  router.add(Method::kGet, "/v1/neighbours/exports", json_only(), bound(context, exports));
  router.add(Method::kPost, "/v1/neighbours/exports", json_body(kDocumentBytesMax), bound(context, order));
  router.add(Method::kPost, "/v1/neighbours/statements", json_body(kDocumentBytesMax), bound(context, receive));
}

}  // namespace mingma::http
