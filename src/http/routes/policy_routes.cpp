// What policy authors ask before publishing: signed by an institution (RFC 9421), answered for its eyes only.
#include <boost/asio/awaitable.hpp>

#include "http/co_try.h"
#include "http/content_digest.h"
#include "http/errors.h"
#include "http/routes/context.h"
#include "rules/json_reader.h"
#include "service/json.h"

namespace mingma::http {
namespace {

using boost::asio::awaitable;
using rules::JsonReader;

Result<service::PolicyDiffRequest> diff_request(const Request& request) {
  MINGMA_TRY(const Json body, parse_body(request));
  JsonReader reader(body, "", errors::kInvalidBody);
  service::PolicyDiffRequest wanted;
  wanted.before = reader.text("before");
  wanted.after = reader.text("after");
  if (body.find("days") != nullptr) wanted.days = static_cast<int>(reader.integer("days", 0, rules::kDiffDaysMax));
  if (body.find("sample") != nullptr)
    wanted.sample = static_cast<std::uint32_t>(reader.integer("sample", 0, service::kDiffSampleMax));
  if (const Json* as_dated = reader.optional("as_dated")) {
    if (!as_dated->is_boolean()) reader.fail("as_dated", "true or false is expected here");
    if (as_dated->is_boolean()) wanted.as_dated = as_dated->boolean();
  }
  if (body.find("audience") != nullptr) {
    const std::string& audience = reader.text("audience");
    if (audience == "public") wanted.audience = rules::DiffAudience::kPublic;
    if (audience != "public" && audience != "authorised")
      reader.fail("audience", "'authorised' or 'public' is expected here");
  }
  MINGMA_CHECK(reader.finish());
  return wanted;
}

awaitable<Result<Response>> diff(const RouteContext& context, Request& request) {
  service::MessageSignature signature;
  MINGMA_CO_TRY(service::Caller caller, context.signed_by(request, true, signature));
  MINGMA_CO_CHECK(check_content_digest(request.header("content-digest"), as_bytes(request.body)));
  MINGMA_CO_TRY(service::PolicyDiffRequest wanted, diff_request(request));
  MINGMA_CO_TRY(const rules::DiffReport report,
                co_await context.api().diff_policies(std::move(wanted), std::move(caller)));
  Response response = json_response(rules::to_json(report));
  response.set_cache_control("private, no-store");
  co_return response;
}

}  // namespace

void add_policy_routes(Router& router, const RouteDependencies& dependencies) {
  const auto context = std::make_shared<const RouteContext>(dependencies);
  router.add(Method::kPost, "/v1/policies/diff", json_body(kDocumentBytesMax), bound(context, diff));
}

}  // namespace mingma::http
