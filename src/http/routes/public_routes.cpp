// What everybody may read: documents in force, statistics, the trust pack, the ledgers. And the operator's probes.
#include <boost/asio/awaitable.hpp>

#include "http/co_try.h"
#include "http/errors.h"
#include "http/routes/context.h"
#include "service/json.h"

namespace mingma::http {
namespace {

using boost::asio::awaitable;
using service::PublicList;

constexpr std::string_view kForEver = "public, max-age=31536000, immutable";
constexpr std::string_view kAskAgain = "public, no-cache";
constexpr std::uint64_t kShardMax = 65'535;
constexpr std::uint64_t kLeafMax = std::uint64_t{1} << 62;

Result<Response> list(const RouteContext& context, Request& request, PublicList which) {
  MINGMA_TRY(const Parameters parameters, known_parameters(request, {"in_force"}));
  const std::string* in_force = find_parameter(parameters, "in_force");
  if (in_force != nullptr && *in_force != "true" && *in_force != "false") {
    return Error(errors::kInvalidQuery, "'true' or 'false' is expected", "in_force");
  }
  MINGMA_TRY(const auto documents, context.api().list(which, in_force != nullptr && *in_force == "true"));
  Json::Array items;
  items.reserve(documents.size());
  for (const service::PublicDocument& document : documents) items.push_back(service::to_json(document));
  Response response = json_response(Json(Json::Object{{"items", std::move(items)}}));
  response.set_cache_control(kAskAgain);
  return response;
}

// "Who may change a code here?": GET /v1/grants with a place.
Result<Response> who_may(const RouteContext& context, const Request& request) {
  MINGMA_TRY(const Parameters parameters, known_parameters(request, {"division", "kind", "at"}));
  service::PowerRequest wanted;
  auto division = DivisionCode::parse(*find_parameter(parameters, "division"));
  if (!division.ok()) return Error(errors::kInvalidQuery, division.error().message(), "division");
  wanted.division = *division;
  if (const std::string* name = find_parameter(parameters, "kind")) {
    const rules::EvidenceKindInfo* kind = rules::find_evidence_kind(*name);
    if (kind == nullptr) return Error(errors::kInvalidQuery, "no such kind of statement", "kind");
    wanted.kind = kind->kind;
  }
  if (const std::string* text = find_parameter(parameters, "at")) {
    const auto at = parse_instant(*text);
    if (!at.ok()) return Error(errors::kInvalidQuery, at.error().message(), "at");
    wanted.at = *at;
  }
  MINGMA_TRY(const service::Power power, context.oversight().who_may(wanted));
  Response response = json_response(service::to_json(power));
  response.set_cache_control(kAskAgain);
  return response;
}

Result<Response> grants(const RouteContext& context, Request& request) {
  MINGMA_TRY(const Parameters parameters, parse_parameters(request.query));
  if (find_parameter(parameters, "division") != nullptr) return who_may(context, request);
  return list(context, request, PublicList::kGrants);
}

Result<Response> find(const RouteContext& context, Request& request, PublicList which) {
  MINGMA_TRY(const service::PublicDocument document, context.api().find_public(which, request.parameters[0]));
  Response response = json_response(service::to_json(document));
  response.set_cache_control(kAskAgain);
  return response;
}

awaitable<Result<Response>> statistics(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const Parameters parameters, known_parameters(request, {"area"}));
  service::StatisticsRequest wanted;
  if (const std::string* area = find_parameter(parameters, "area")) {
    auto code = DivisionCode::parse(*area);
    if (!code.ok()) co_return Error(errors::kInvalidQuery, code.error().message(), "area");
    wanted.area = *code;
  }
  MINGMA_CO_TRY(const service::Statistics counted, co_await context.api().statistics(wanted));
  Response response = json_response(service::to_json(counted));
  response.set_cache_control(kAskAgain);
  co_return response;
}

Response blob_response(const Request& request, const service::Blob& blob, std::string_view type,
                       std::string_view cache) {
  return cached_response(request, blob.bytes, as_text(*blob.bytes), blob.etag, type, cache);
}

Result<Response> trust_pack(const RouteContext& context, Request& request) {
  MINGMA_TRY(const service::Blob pack, context.api().trust_pack());
  return blob_response(request, pack, kBytesType, kAskAgain);
}

Result<ShardId> shard_of(const Request& request) {
  MINGMA_TRY(const std::uint64_t shard, parse_number(request.parameters[0], kShardMax, "shard"));
  return ShardId{static_cast<std::uint16_t>(shard)};
}

awaitable<Result<Response>> ledger_file(const RouteContext& context, const Request& request, std::string path) {
  MINGMA_CO_TRY(const ShardId shard, shard_of(request));
  const bool checkpoint = path == "checkpoint";
  MINGMA_CO_TRY(const service::Blob blob, co_await context.api().ledger_file(shard, std::move(path)));
  const bool for_ever = blob.expires_at == UnixSeconds{} && !checkpoint;
  co_return blob_response(request, blob, checkpoint ? kTextType : kBytesType, for_ever ? kForEver : kAskAgain);
}

awaitable<Result<Response>> checkpoint(const RouteContext& context, Request& request) {
  return ledger_file(context, request, "checkpoint");
}
awaitable<Result<Response>> tile(const RouteContext& context, Request& request) {
  return ledger_file(context, request, "tile/" + request.parameters[1]);
}

awaitable<Result<Response>> inclusion(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const ShardId shard, shard_of(request));
  MINGMA_CO_TRY(const Parameters parameters, known_parameters(request, {"leaf"}));
  const std::string* leaf = find_parameter(parameters, "leaf");
  MINGMA_CO_TRY(const std::uint64_t index,
                parse_number(leaf == nullptr ? std::string_view{} : *leaf, kLeafMax, "leaf"));
  MINGMA_CO_TRY(const service::InclusionProof proof, co_await context.api().inclusion_proof(shard, LeafIndex{index}));
  co_return json_response(service::to_json(proof));
}

awaitable<Result<Response>> consistency(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(const ShardId shard, shard_of(request));
  MINGMA_CO_TRY(const Parameters parameters, known_parameters(request, {"first", "second"}));
  const std::string* first = find_parameter(parameters, "first");
  const std::string* second = find_parameter(parameters, "second");
  MINGMA_CO_TRY(const std::uint64_t from,
                parse_number(first == nullptr ? std::string_view{} : *first, kLeafMax, "first"));
  MINGMA_CO_TRY(const std::uint64_t to,
                parse_number(second == nullptr ? std::string_view{} : *second, kLeafMax, "second"));
  if (from > to) co_return Error(errors::kInvalidQuery, "the first size must not be over the second", "first");
  MINGMA_CO_TRY(const service::ConsistencyProof proof, co_await context.api().consistency_proof(shard, from, to));
  co_return json_response(service::to_json(proof));
}

Result<Response> ledger_keys(const RouteContext& context, Request&) {
  Response response = Response::text(context.api().ledger_keys());
  response.set_cache_control(kAskAgain);
  return response;
}

Result<Response> province(const RouteContext& context, Request&) {
  Response response = json_response(service::to_json(context.api().province()));
  response.set_cache_control(kAskAgain);
  return response;
}

Result<Response> alive(const RouteContext&, Request&) { return Response::json("{\"status\":\"alive\"}"); }

Result<Response> ready(const RouteContext& context, Request&) {
  const service::Health health = context.api().health();
  return json_response(service::to_json(health), health.ready ? 200 : 503);
}

}  // namespace

void add_public_routes(Router& router, const RouteDependencies& dependencies) {
  const auto context = std::make_shared<const RouteContext>(dependencies);
  const auto documents = [&](const std::string& path, PublicList which) {
    router.add_plain(Method::kGet, path, json_only(),
                     [context, which](Request& request) { return list(*context, request, which); });
    router.add_plain(Method::kGet, path + "/{id}", json_only(),
                     [context, which](Request& request) { return find(*context, request, which); });
  };
  documents("/v1/institutions", PublicList::kInstitutions);
  router.add_plain(Method::kGet, "/v1/grants", json_only(), bound_plain(context, grants));
  router.add_plain(Method::kGet, "/v1/grants/{id}", json_only(),
                   [context](Request& request) { return find(*context, request, PublicList::kGrants); });
  documents("/v1/policies", PublicList::kPolicies);
  documents("/v1/area-orders", PublicList::kAreaOrders);
  documents("/v1/policy-exceptions", PublicList::kPolicyExceptions);
  documents("/v1/proofs", PublicList::kProofs);
  router.add(Method::kGet, "/v1/statistics", json_only(), bound(context, statistics));
  router.add_plain(Method::kGet, "/v1/trust-pack", {.consumes = {}, .produces = kBytesType},
                   bound_plain(context, trust_pack));
  router.add_plain(Method::kGet, "/v1/province", json_only(), bound_plain(context, province));
  router.add_plain(Method::kGet, "/v1/ledger/keys", {}, bound_plain(context, ledger_keys));
  router.add(Method::kGet, "/v1/ledger/{shard}/inclusion", json_only(), bound(context, inclusion));
  router.add(Method::kGet, "/v1/ledger/{shard}/consistency", json_only(), bound(context, consistency));
  router.add(Method::kGet, "/ledger/{shard}/checkpoint", {}, bound(context, checkpoint));
  router.add(Method::kGet, "/ledger/{shard}/tile/{path...}", {}, bound(context, tile));
}

void add_operator_routes(Router& router, const RouteDependencies& dependencies, std::function<std::string()> metrics) {
  const auto context = std::make_shared<const RouteContext>(dependencies);
  router.add_plain(Method::kGet, "/healthz", {.consumes = {}, .rate_limited = false}, bound_plain(context, alive));
  router.add_plain(Method::kGet, "/readyz", {.consumes = {}, .rate_limited = false}, bound_plain(context, ready));
  router.add_plain(Method::kGet, "/metrics", {.consumes = {}, .rate_limited = false},
                   [metrics = std::move(metrics)](Request&) -> Result<Response> { return Response::text(metrics()); });
}

}  // namespace mingma::http
