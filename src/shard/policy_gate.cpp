#include "shard/policy_gate.h"

#include <algorithm>
#include <set>

#include "rules/policy.h"
#include "shard/document.h"
#include "shard/errors.h"
#include "shard/json_members.h"

namespace mingma::shard {
namespace {

constexpr std::size_t kReasonBytesMax = 4'096;
constexpr std::int64_t kEffortMax = std::int64_t{1} << 53;
constexpr JsonLimits kLimits{.depth_max = 8, .bytes_max = kDocumentBytesMax};

Result<Json> parse(std::string_view bytes) {
  auto json = parse_json(bytes, kLimits);
  if (!json.ok()) return Error(errors::kShardInvalidDocument, json.error().message(), json.error().where());
  return json;
}

Result<void> read_type(JsonMembers& members, DocumentType type) {
  MINGMA_TRY(const std::string name, members.text("type"));
  if (name != to_string(type)) return members.fail("type", "not \"" + std::string(to_string(type)) + "\"");
  return {};
}

Result<Digest> read_digest(JsonMembers& members, std::string_view name) {
  MINGMA_TRY(const std::string text, members.text(name, 64));
  const auto bytes = hex_decode(text);
  if (!bytes.ok() || bytes->size() != 32 || hex_encode(*bytes) != text)
    return members.fail(name, "not 64 lower-case hex digits");
  return Digest::from(*bytes);
}

// Ids of rules, each once, ascending.
Result<std::vector<std::string>> read_rules(JsonMembers& members, std::string_view name, const Json::Array& array) {
  std::set<std::string> rules;
  for (const Json& rule : array) {
    if (!rule.is_string() || rule.string().empty() || rule.string().size() > 32)
      return members.fail(name, "not the id of a rule");
    if (!rules.insert(rule.string()).second) return members.fail(name, "a rule is named twice");
  }
  return std::vector<std::string>(rules.begin(), rules.end());
}

}  // namespace

Result<PolicyException> parse_policy_exception(std::string_view bytes) {
  MINGMA_TRY(const Json json, parse(bytes));
  MINGMA_TRY(JsonMembers members, JsonMembers::open(json));
  MINGMA_CHECK(read_type(members, DocumentType::kPolicyException));
  PolicyException exception;
  MINGMA_TRY(exception.id, members.text("id", 64));
  MINGMA_TRY(exception.policy, members.text("policy", 96));
  MINGMA_TRY(exception.policy_hash, read_digest(members, "policy_hash"));
  MINGMA_TRY(const Json::Array* rules, members.array("rules", rules::kRulesMax));
  MINGMA_TRY(exception.rules, read_rules(members, "rules", *rules));
  MINGMA_TRY(exception.from, members.instant("from"));
  MINGMA_TRY(exception.until, members.instant("until"));
  if (exception.until <= exception.from) return members.fail("until", "not later than from");
  MINGMA_TRY(exception.document_number, members.text("document_number"));
  MINGMA_TRY(const Json* reason, members.object("reason"));
  MINGMA_TRY(JsonMembers words, JsonMembers::open(*reason, "/reason"));
  MINGMA_TRY(exception.reason_zh, words.text("zh", kReasonBytesMax));
  MINGMA_TRY(exception.reason_en, words.text("en", kReasonBytesMax));
  MINGMA_CHECK(words.end());
  MINGMA_CHECK(members.end());
  return exception;
}

Result<ProofRecord> parse_proof_record(std::string_view bytes) {
  MINGMA_TRY(const Json json, parse(bytes));
  MINGMA_TRY(JsonMembers members, JsonMembers::open(json));
  MINGMA_CHECK(read_type(members, DocumentType::kProofRecord));
  ProofRecord record;
  MINGMA_TRY(record.question, members.text("question", 64));
  MINGMA_TRY(record.policy, read_digest(members, "policy"));
  MINGMA_TRY(record.other, read_digest(members, "other"));
  MINGMA_TRY(record.schema, read_digest(members, "schema"));
  const Json* except = members.take("except_rules");
  if (except == nullptr || !except->is_array() || except->array().size() > rules::kRulesMax)
    return members.fail("except_rules", "a list of rules is expected");
  MINGMA_TRY(record.except_rules, read_rules(members, "except_rules", except->array()));
  MINGMA_TRY(record.verdict, members.text("verdict", 64));
  MINGMA_TRY(record.solver, members.text("solver", 64));
  MINGMA_TRY(const std::int64_t effort, members.integer("effort", 0, kEffortMax));
  record.effort = static_cast<std::uint64_t>(effort);
  MINGMA_TRY(record.at, members.instant("at"));
  MINGMA_CHECK(members.end());
  return record;
}

std::string write_proof_record(const ProofRecord& record) {
  Json::Array except;
  for (const std::string& rule : record.except_rules) except.emplace_back(rule);
  return Json(Json::Object{{"type", to_string(DocumentType::kProofRecord)},
                           {"question", record.question},
                           {"policy", hex_encode(record.policy)},
                           {"other", hex_encode(record.other)},
                           {"schema", hex_encode(record.schema)},
                           {"except_rules", std::move(except)},
                           {"verdict", record.verdict},
                           {"solver", record.solver},
                           {"effort", static_cast<std::int64_t>(record.effort)},
                           {"at", record.at.to_string()}})
      .to_string();
}

std::string proof_record_id(const ProofRecord& record) {
  return record.question + ":" + hex_encode(record.policy).substr(0, 16) + ":" + hex_encode(record.other).substr(0, 16);
}

Result<void> PolicyGate::check(const PolicyException& exception) const {
  const bool taken =
      std::any_of(exceptions_.begin(), exceptions_.end(), [&](const auto& other) { return other->id == exception.id; });
  if (taken) return Error(errors::kShardConflict, "this exception id is taken", "/id");
  return {};
}

void PolicyGate::add(PolicyException exception) {
  exceptions_.push_back(std::make_shared<const PolicyException>(std::move(exception)));
}

void PolicyGate::add(ProofRecord record) {
  const std::pair key(record.policy, record.other);
  proofs_.emplace(key, std::make_shared<const ProofRecord>(std::move(record)));
}

std::vector<std::string> PolicyGate::excepted_rules(const Digest& policy, UnixSeconds from, UnixSeconds until) const {
  std::set<std::string> rules;
  for (const auto& exception : exceptions_) {
    if (exception->policy_hash == policy && exception->from <= from && until <= exception->until)
      rules.insert(exception->rules.begin(), exception->rules.end());
  }
  return {rules.begin(), rules.end()};
}

Result<void> PolicyGate::check_proved(const rules::Policy& policy, const rules::Policy& provincial,
                                      UnixSeconds from) const {
  const std::vector<std::string> excepted = excepted_rules(policy.hash, from, policy.effective_to);
  const auto [first, last] = proofs_.equal_range(std::pair(policy.hash, provincial.hash));
  for (auto at = first; at != last; ++at) {
    const ProofRecord& record = *at->second;
    if (record.question == kNeverStricterQuestion && record.verdict == kProvedVerdict &&
        std::includes(excepted.begin(), excepted.end(), record.except_rules.begin(), record.except_rules.end()))
      return {};
  }
  return Error(errors::kShardUnproved,
               "it is not proved never stricter than " + provincial.id + " " + provincial.version.to_string() +
                   " of the province",
               "/rules");
}

}  // namespace mingma::shard
