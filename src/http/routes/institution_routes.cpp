// What institutions send: submissions under a signed manifest, and signed documents.
#include <boost/asio/awaitable.hpp>

#include "http/co_try.h"
#include "http/content_digest.h"
#include "http/errors.h"
#include "http/routes/context.h"
#include "service/json.h"

namespace mingma::http {
namespace {

using boost::asio::awaitable;

constexpr std::uint64_t kPartsMax = 9'999;
constexpr int kUnprocessedRetrySeconds = 1;

awaitable<Result<Response>> create_submission(const RouteContext& context, Request& request) {
  service::MessageSignature signature;
  MINGMA_CO_TRY(const service::Caller caller, context.signed_by(request, true, signature));
  // The service keeps manifest and signature as evidence: the digest that binds them must be the one it can check.
  MINGMA_CO_TRY(const ContentDigest digest, parse_content_digest(request.header("content-digest")));
  if (!digest.sha256) co_return Error(errors::kDigestMissing, "the manifest's Content-Digest must name sha-256");
  MINGMA_CO_CHECK(check_content_digest(request.header("content-digest"), as_bytes(request.body)));
  service::CreateSubmission wanted{.manifest = to_bytes(as_bytes(request.body)), .signature = std::move(signature)};
  MINGMA_CO_TRY(const service::SubmissionStatus status, co_await context.api().create_submission(std::move(wanted)));
  Response response = json_response(service::to_json(status), 201);
  response.add_header("Location", "/v1/submissions/" + percent_encode(status.id));
  co_return response;
}

awaitable<Result<Response>> submission_status(const RouteContext& context, Request& request) {
  service::MessageSignature signature;
  MINGMA_CO_TRY(service::Caller caller, context.signed_by(request, false, signature));
  MINGMA_CO_TRY(const service::SubmissionStatus status,
                co_await context.api().submission_status(request.parameters[0], std::move(caller)));
  co_return json_response(service::to_json(status));
}

awaitable<Result<Response>> put_part(const RouteContext& context, Request& request) {
  service::MessageSignature signature;
  MINGMA_CO_TRY(service::Caller caller, context.signed_by(request, true, signature));
  MINGMA_CO_TRY(ContentDigest digest, parse_content_digest(request.header("content-digest")));
  MINGMA_CO_TRY(const std::uint64_t part, parse_number(request.parameters[1], kPartsMax, "part"));
  MINGMA_CO_TRY(const auto upload, co_await context.api().upload_part(
                                       request.parameters[0], static_cast<std::uint32_t>(part), std::move(caller)));
  ContentHash hash(std::move(digest));
  for (;;) {
    MINGMA_CO_TRY(const ByteView piece, co_await request.body_stream->read());
    if (piece.empty()) break;
    hash.update(piece);
    MINGMA_CO_CHECK(upload->write(piece));
  }
  MINGMA_CO_CHECK(hash.finish());
  MINGMA_CO_TRY(const service::PartStatus status, co_await upload->finish());
  co_return json_response(service::to_json(status));
}

// Pages of outcomes, asked for as the client takes them. Ends at the last line, or at the last one processed so far.
class Outcomes final : public BodySource {
 public:
  Outcomes(service::Api& api, std::string id, std::uint32_t part, service::Caller caller, service::OutcomePage first)
      : api_(api), id_(std::move(id)), part_(part), caller_(std::move(caller)), page_(std::move(first)) {}

  awaitable<Result<std::string>> next() override {
    if (first_) {
      first_ = false;
      co_return std::exchange(page_.ndjson, {});
    }
    if (page_.end) co_return std::string();
    MINGMA_CO_TRY(page_, co_await api_.part_outcomes(id_, part_, caller_, page_.next_line));
    co_return std::exchange(page_.ndjson, {});
  }

 private:
  service::Api& api_;
  std::string id_;
  std::uint32_t part_;
  service::Caller caller_;
  service::OutcomePage page_;
  bool first_ = true;
};

awaitable<Result<Response>> part_outcomes(const RouteContext& context, Request& request) {
  service::MessageSignature signature;
  MINGMA_CO_TRY(service::Caller caller, context.signed_by(request, false, signature));
  MINGMA_CO_TRY(const Parameters parameters, known_parameters(request, {"line"}));
  MINGMA_CO_TRY(const std::uint64_t line, number_parameter(parameters, "line", 0, 1'000'000'000));
  MINGMA_CO_TRY(const std::uint64_t number, parse_number(request.parameters[1], kPartsMax, "part"));
  const auto part = static_cast<std::uint32_t>(number);
  MINGMA_CO_TRY(service::OutcomePage page,
                co_await context.api().part_outcomes(request.parameters[0], part, caller, line));
  if (page.ndjson.empty() && !page.end) {
    Response response(202);
    response.add_header("Retry-After", std::to_string(kUnprocessedRetrySeconds));
    co_return response;
  }
  co_return Response::stream(
      std::make_unique<Outcomes>(context.api(), request.parameters[0], part, std::move(caller), std::move(page)),
      kNdjsonType);
}

// The type in the envelope must be one of the route's.
Result<service::SignedDocument> document_of(const Request& request, std::initializer_list<std::string_view> types) {
  MINGMA_TRY(service::SignedDocument document, service::parse_signed_document(request.body));
  for (const std::string_view type : types) {
    if (document.type == type) return document;
  }
  return Error(errors::kInvalidBody, "documents of this type go to another path", "/type");
}

awaitable<Result<Response>> submit(const RouteContext& context, const Request& request, std::string_view type) {
  MINGMA_CO_TRY(service::SignedDocument document, document_of(request, {type}));
  MINGMA_CO_TRY(const service::StatementOutcome outcome, co_await context.api().submit_statement(std::move(document)));
  co_return json_response(service::to_json(outcome));
}

awaitable<Result<Response>> publish(const RouteContext& context, const Request& request, std::string_view type) {
  MINGMA_CO_TRY(service::SignedDocument document, document_of(request, {type}));
  MINGMA_CO_TRY(const service::Published published, co_await context.api().publish(std::move(document)));
  co_return json_response(service::to_json(published), published.existed ? 200 : 201);
}

}  // namespace

void add_institution_routes(Router& router, const RouteDependencies& dependencies) {
  const auto context = std::make_shared<const RouteContext>(dependencies);
  router.add(Method::kPost, "/v1/submissions", json_body(kDocumentBytesMax), bound(context, create_submission));
  router.add(Method::kGet, "/v1/submissions/{id}", json_only(), bound(context, submission_status));
  router.add(
      Method::kPut, "/v1/submissions/{id}/parts/{part}",
      {.body = BodyMode::kStream, .body_bytes_max = dependencies.part_bytes_max, .consumes = {}, .produces = kJsonType},
      bound(context, put_part));
  router.add(Method::kGet, "/v1/submissions/{id}/parts/{part}/outcomes", {.consumes = {}, .produces = kNdjsonType},
             bound(context, part_outcomes));
  const auto document_route = [&](std::string_view path, std::string_view type, auto function) {
    router.add(Method::kPost, path, json_body(kDocumentBytesMax),
               [context, type, function](Request& request) { return function(*context, request, type); });
  };
  document_route("/v1/statements", "statement", submit);
  document_route("/v1/corrections", "correction", submit);
  document_route("/v1/area-orders", "area_order", publish);
  document_route("/v1/policies", "policy", publish);
  document_route("/v1/policy-exceptions", "policy_exception", publish);
  document_route("/v1/grants", "grant", publish);
  document_route("/v1/revocations", "revocation", publish);
  document_route("/v1/institutions", "institution", publish);
}

}  // namespace mingma::http
