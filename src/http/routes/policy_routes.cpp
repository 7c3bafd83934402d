// What policy authors ask before publishing: by an institution or its officers, answered for their eyes only.
#include <boost/asio/awaitable.hpp>

#include "http/co_try.h"
#include "http/errors.h"
#include "http/routes/context.h"
#include "rules/json_reader.h"
#include "rules/policy_lint.h"
#include "rules/policy_table.h"
#include "service/json.h"
#include "service/policy_proofs.h"

namespace mingma::http {
namespace {

using boost::asio::awaitable;
using rules::JsonReader;

// The names of rules in a list.
std::vector<std::string> rule_names(JsonReader& reader, std::string_view name) {
  std::vector<std::string> names;
  const Json* list = reader.optional(name);
  if (list == nullptr) return names;
  if (!list->is_array() || list->array().size() > rules::kRulesMax) {
    reader.fail(name, "a list of rules is expected here");
    return names;
  }
  for (const Json& rule : list->array()) {
    if (!rule.is_string()) reader.fail(name, "the id of a rule is expected here");
    if (rule.is_string()) names.push_back(rule.string());
  }
  return names;
}

bool flag(JsonReader& reader, std::string_view name) {
  const Json* value = reader.optional(name);
  if (value == nullptr) return false;
  if (!value->is_boolean()) reader.fail(name, "true or false is expected here");
  return value->is_boolean() && value->boolean();
}

Result<service::PolicyDiffRequest> diff_request(const Request& request) {
  MINGMA_TRY(const Json body, parse_body(request));
  JsonReader reader(body, "", errors::kInvalidBody);
  service::PolicyDiffRequest wanted;
  wanted.before = reader.text("before");
  wanted.after = reader.text("after");
  if (body.find("days") != nullptr) wanted.days = static_cast<int>(reader.integer("days", 0, rules::kDiffDaysMax));
  if (body.find("sample") != nullptr)
    wanted.sample = static_cast<std::uint32_t>(reader.integer("sample", 0, service::kDiffSampleMax));
  wanted.as_dated = flag(reader, "as_dated");
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
  MINGMA_CO_TRY(service::Caller caller, context.overseer(request));
  MINGMA_CO_TRY(service::PolicyDiffRequest wanted, diff_request(request));
  MINGMA_CO_TRY(const rules::DiffReport report,
                co_await context.api().diff_policies(std::move(wanted), std::move(caller)));
  Response response = json_response(rules::to_json(report));
  response.set_cache_control("private, no-store");
  co_return response;
}

Result<service::PolicyProofRequest> proof_request(const Request& request) {
  MINGMA_TRY(const Json body, parse_body(request));
  JsonReader reader(body, "", errors::kInvalidBody);
  service::PolicyProofRequest wanted;
  const auto question = rules::proof::find_question(reader.text("question"));
  if (!question) reader.fail("question", "no such question");
  if (question) wanted.question = *question;
  wanted.policy = reader.text("policy");
  if (reader.optional("other") != nullptr) wanted.other = reader.text("other");
  if (reader.optional("rule") != nullptr) wanted.options.rule = reader.text("rule");
  if (reader.optional("other_rule") != nullptr) wanted.options.other_rule = reader.text("other_rule");
  wanted.options.except_rules = rule_names(reader, "except_rules");
  wanted.options.every_rule = flag(reader, "every_rule");
  wanted.options.set_dates_aside = flag(reader, "set_dates_aside");
  MINGMA_CHECK(reader.finish());
  return wanted;
}

awaitable<Result<Response>> prove(const RouteContext& context, Request& request) {
  MINGMA_CO_TRY(service::Caller caller, context.overseer(request));
  MINGMA_CO_TRY(service::PolicyProofRequest wanted, proof_request(request));
  MINGMA_CO_TRY(const rules::proof::Answer answer,
                co_await context.api().prove_policies(std::move(wanted), std::move(caller)));
  Response response = json_response(rules::proof::to_json(answer));
  response.set_cache_control("private, no-store");
  co_return response;
}

Json to_json(const rules::PolicyTestReport& report) {
  Json::Array failures, untested;
  for (const rules::PolicyTestFailure& failure : report.failures)
    failures.push_back(Json(Json::Object{{"line", failure.line}, {"message", failure.message}}));
  for (const std::string& rule : report.rules_untested) untested.push_back(rule);
  Json out;
  out.set("passed", static_cast<std::int64_t>(report.passed));
  out.set("failures", std::move(failures));
  out.set("rules_untested", std::move(untested));
  return out;
}

// Lint and a test table, as `mingma policy lint` and `mingma policy test` say it.
Result<Response> check(const RouteContext& context, Request& request) {
  MINGMA_CHECK(context.officer(request, true));
  MINGMA_TRY(const Json body, parse_body(request));
  JsonReader reader(body, "", errors::kInvalidBody);
  const std::string document = reader.text("policy");
  const std::string tests = reader.optional("tests") != nullptr ? reader.text("tests") : std::string();
  MINGMA_CHECK(reader.finish());
  MINGMA_TRY(const rules::Policy policy, rules::parse_policy(document));
  Json::Array findings;
  for (const rules::LintFinding& finding : rules::lint_policy(policy)) {
    findings.push_back(Json(Json::Object{{"level", rules::to_string(finding.level)},
                                         {"code", finding.code},
                                         {"place", finding.place},
                                         {"message", finding.message}}));
  }
  Json out;
  out.set("findings", std::move(findings));
  if (!tests.empty()) {
    MINGMA_TRY(const auto table, rules::parse_policy_tests(tests));
    out.set("tests", to_json(rules::run_policy_tests(policy, table)));
  }
  return json_response(out);
}

Result<Response> refusal(const RouteContext& context, Request& request) {
  const auto bytes = hex_decode(request.parameters[0]);
  if (!bytes.ok() || bytes->size() != 32)
    return Error(errors::kInvalidQuery, "the hash of a policy in hex is expected", "hash");
  MINGMA_TRY(const Digest hash, Digest::from(*bytes));
  MINGMA_TRY(const auto found, context.api().find_refusal(hash));
  Response response = json_response(service::to_json(*found));
  response.set_cache_control("no-store");
  return response;
}

}  // namespace

void add_policy_routes(Router& router, const RouteDependencies& dependencies) {
  const auto context = std::make_shared<const RouteContext>(dependencies);
  router.add(Method::kPost, "/v1/policies/diff", json_body(kDocumentBytesMax), bound(context, diff));
  router.add(Method::kPost, "/v1/policies/prove", json_body(kDocumentBytesMax), bound(context, prove));
  router.add_plain(Method::kPost, "/v1/policies/check", json_body(kDocumentBytesMax), bound_plain(context, check));
  router.add_plain(Method::kGet, "/v1/policies/refusals/{hash}", json_only(), bound_plain(context, refusal));
}

}  // namespace mingma::http
