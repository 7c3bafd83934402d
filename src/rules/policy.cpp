#include "rules/policy.h"

#include <algorithm>
#include <charconv>

#include "base/json.h"
#include "crypto/digest.h"
#include "rules/decide_clock.h"
#include "rules/errors.h"
#include "rules/facts.h"
#include "rules/json_reader.h"

namespace mingma::rules {
namespace {

constexpr std::uint32_t kLimitMax = 1'000'000'000;
constexpr std::uint32_t kHoursMax = 24 * 90;
constexpr std::uint32_t kRetentionDaysMax = 3'650;

Error invalid(std::string message, std::string place = {}) {
  return Error(errors::kInvalidPolicy, std::move(message), std::move(place));
}

bool is_identifier(std::string_view text, std::size_t size_max) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  return !text.empty() && text.size() <= size_max && std::all_of(text.begin(), text.end(), allowed);
}

Result<PolicyVersion> parse_version(std::string_view text) {
  PolicyVersion version;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::uint32_t* part : {&version.major, &version.minor, &version.patch}) {
    const auto [next, error] = std::from_chars(at, end, *part);
    const bool last = part == &version.patch;
    if (error != std::errc() || (last ? next != end : next == end || *next != '.') || (*at == '0' && next - at > 1)) {
      return invalid("a version is three numbers: 1.0.0");
    }
    at = last ? next : next + 1;
  }
  return version;
}

LocalText read_local(JsonReader& in, std::string_view name) {
  LocalText text;
  const Json& json = in.required(name);
  if (!in.ok()) return text;
  JsonReader inner(json, in.place_of(name), errors::kInvalidPolicy);
  text.zh = inner.text("zh");
  text.en = inner.text("en");
  if (auto done = inner.finish(); !done) in.fail(std::move(done).error());
  return text;
}

Hands read_hands(JsonReader& in) {
  Hands hands;
  const Json::Array& names = in.array("hands");
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string name = names[i].is_string() ? names[i].string() : "";
    bool* hand = name == "ordered"    ? &hands.ordered
                 : name == "approved" ? &hands.approved
                 : name == "executed" ? &hands.executed
                                      : nullptr;
    if (hand == nullptr || *hand) {
      in.fail("hands/" + std::to_string(i), "a hand is ordered, approved or executed, each at most once");
      break;
    }
    *hand = true;
  }
  return hands;
}

// The condition may read the clock and facts of the schema, nothing else.
Result<certlogic::Expression> read_condition(const Json& json) {
  MINGMA_TRY(certlogic::Expression expression, certlogic::Expression::parse(json));
  for (certlogic::NodeIndex i = 0; i < expression.nodes().size(); ++i) {
    const certlogic::Node& node = expression.node(i);
    if (node.op == certlogic::Op::kReduce)
      return invalid("facts are no lists, \"reduce\" has nothing to do here", expression.place(i));
    if (node.op != certlogic::Op::kVar) continue;
    const std::string& path = expression.path(node).text;
    if (path == "now" || (path.starts_with("facts.") && find_fact(path.substr(6)) != nullptr)) continue;
    return invalid(
        "\"" + path + "\" is neither \"now\" nor a fact of schema version " + std::to_string(kFactSchemaVersion),
        expression.place(i));
  }
  MINGMA_CHECK(ClockFlips::of(expression));
  return expression;
}

Result<Rule> read_rule(const Json& json, const std::string& place) {
  JsonReader in(json, place, errors::kInvalidPolicy);
  const std::string id = in.text("id");
  if (in.ok() && !is_identifier(id, 32)) in.fail("id", "an id has at most 32 letters, digits, '.', '-' or '_'");
  const Colour colour = in.parsed("colour", parse_colour);
  const Measure measure = in.parsed("measure", parse_measure);
  const Json& when = in.required("when");
  const LocalText title = read_local(in, "title");
  const LocalText reason = read_local(in, "reason");
  const LocalText way_out = read_local(in, "way_out");
  const LocalText control_mode = read_local(in, "control_mode");
  const std::string legal_basis = in.text("legal_basis");
  const Hands hands = read_hands(in);
  std::optional<std::string> catch_all;
  if (in.optional("catch_all_document") != nullptr) catch_all = in.text("catch_all_document");
  std::optional<LocalText> worsens_by_waiting, held_until_evidence;
  if (in.optional("worsens_by_waiting") != nullptr) worsens_by_waiting = read_local(in, "worsens_by_waiting");
  if (in.optional("held_until_evidence") != nullptr) held_until_evidence = read_local(in, "held_until_evidence");
  MINGMA_CHECK(in.finish());
  auto condition = read_condition(when);
  if (!condition) return invalid(condition.error().message(), place + "/when" + condition.error().where());
  return Rule{id,
              colour,
              measure,
              std::move(condition).value(),
              title,
              reason,
              way_out,
              control_mode,
              legal_basis,
              hands,
              catch_all,
              worsens_by_waiting,
              held_until_evidence};
}

Result<std::vector<Rule>> read_rules(const Json::Array& items) {
  if (items.size() > static_cast<std::size_t>(kRulesMax)) return invalid("more than 250 rules", "/rules");
  std::vector<Rule> rules;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string place = "/rules/" + std::to_string(i);
    MINGMA_TRY(Rule rule, read_rule(items[i], place));
    const auto same_id = [&](const Rule& other) { return other.id == rule.id; };
    if (std::any_of(rules.begin(), rules.end(), same_id))
      return invalid("this id stands at an earlier rule too", place + "/id");
    rules.push_back(std::move(rule));
  }
  return rules;
}

Brakes read_brakes(JsonReader& in) {
  const auto limit = [&](std::string_view name) { return static_cast<std::uint32_t>(in.integer(name, 1, kLimitMax)); };
  Brakes brakes;
  brakes.signer_worse_per_hour = limit("signer_worse_per_hour");
  brakes.signer_worse_per_day = limit("signer_worse_per_day");
  brakes.institution_worse_per_hour = limit("institution_worse_per_hour");
  brakes.institution_worse_per_day = limit("institution_worse_per_day");
  brakes.batch_approval_above = limit("batch_approval_above");
  brakes.no_flip_back_days = limit("no_flip_back_days");
  brakes.area_order_population_max = limit("area_order_population_max");
  brakes.area_order_days_max = limit("area_order_days_max");
  brakes.hold_lapses_after_hours = limit("hold_lapses_after_hours");
  return brakes;
}

bool read_boolean(JsonReader& in, std::string_view name) {
  const Json& json = in.required(name);
  if (!in.ok()) return false;
  if (!json.is_boolean()) in.fail(name, "true or false is expected here");
  return json.is_boolean() && json.boolean();
}

Enforcement read_enforcement(JsonReader& in) {
  Enforcement enforcement;
  enforcement.hands = read_boolean(in, "hands");
  enforcement.brakes = read_boolean(in, "brakes");
  const Json::Array& rules = in.array("approved_by_other_institution");
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (rules[i].is_string()) {
      enforcement.approved_by_other_institution.push_back(rules[i].string());
    } else {
      in.fail("approved_by_other_institution/" + std::to_string(i), "the id of a rule is expected here");
    }
  }
  return enforcement;
}

CaseDeadlines read_cases(JsonReader& in) {
  std::uint32_t least = 1;
  const auto step = [&](std::string_view name) {
    return least = static_cast<std::uint32_t>(in.integer(name, least, kHoursMax));
  };
  CaseDeadlines cases;
  cases.accept_hours = step("accept_hours");
  cases.substantiate_hours = step("substantiate_hours");
  cases.decide_hours = step("decide_hours");
  cases.reply_hours = step("reply_hours");
  return cases;
}

Retention read_retention(JsonReader& in) {
  Retention retention;
  for (const EvidenceKindInfo& kind : evidence_schema()) {
    retention.set(kind.kind, static_cast<std::uint32_t>(in.integer(kind.name, 1, kRetentionDaysMax)));
  }
  return retention;
}

// Reads a member that is itself an object.
template <typename T>
T read_inner(JsonReader& in, std::string_view name, T (*read)(JsonReader&)) {
  const Json& json = in.required(name);
  if (!in.ok()) return T{};
  JsonReader inner(json, in.place_of(name), errors::kInvalidPolicy);
  T value = read(inner);
  if (auto done = inner.finish(); !done) in.fail(std::move(done).error());
  return value;
}

std::vector<std::string> read_sources(JsonReader& in) {
  std::vector<std::string> sources;
  if (in.optional("sources") == nullptr) return sources;
  const Json::Array& items = in.array("sources");
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].is_string()) {
      sources.push_back(items[i].string());
    } else {
      in.fail("sources/" + std::to_string(i), "a text is expected here");
    }
  }
  return sources;
}

void check_life(const Policy& policy, JsonReader& in) {
  if (!in.ok()) return;
  const std::int64_t seconds = policy.effective_to.value - policy.effective_from.value;
  if (seconds <= 0) return in.fail("effective_to", "the policy ends before it begins");
  if (seconds > kPolicyDaysMax * kSecondsPerDay)
    in.fail("effective_to", "a policy holds for at most 90 days; publish it again when it is still needed");
}

}  // namespace

std::string PolicyVersion::to_string() const {
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

bool Enforcement::needs_other_institution(std::string_view rule) const {
  return std::find(approved_by_other_institution.begin(), approved_by_other_institution.end(), rule) !=
         approved_by_other_institution.end();
}

std::optional<RuleIndex> Policy::index_of(std::string_view rule_id) const {
  const auto found = std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) { return rule.id == rule_id; });
  if (found == rules.end()) return std::nullopt;
  return static_cast<RuleIndex>(found - rules.begin());
}

Result<Colour> parse_colour(std::string_view name) {
  for (const Colour colour : {Colour::kGreen, Colour::kYellow, Colour::kRed}) {
    if (to_string(colour) == name) return colour;
  }
  return invalid("a colour is green, yellow or red");
}

Result<Measure> parse_measure(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(Measure::kHospital); ++i) {
    if (to_string(static_cast<Measure>(i)) == name) return static_cast<Measure>(i);
  }
  return invalid("a measure is none, test_only, home_monitoring, home_isolation, central_isolation or hospital");
}

Result<Policy> parse_policy(std::string_view text) {
  auto json = parse_json(text, {.depth_max = 64, .bytes_max = kPolicyBytesMax});
  if (!json) return invalid(json.error().message(), json.error().where());
  Policy policy;
  policy.hash = crypto::sha256(as_bytes(text));
  JsonReader in(*json, "", errors::kInvalidPolicy);
  policy.id = in.text("id");
  if (in.ok() && !is_identifier(policy.id, 64)) in.fail("id", "an id has at most 64 letters, digits, '.', '-' or '_'");
  policy.version = in.parsed("version", parse_version);
  policy.jurisdiction = in.parsed("jurisdiction", DivisionCode::parse);
  policy.title = read_local(in, "title");
  policy.document_no = in.text("document_no");
  policy.effective_from = in.parsed("effective_from", parse_instant);
  policy.effective_to = in.parsed("effective_to", parse_instant);
  check_life(policy, in);
  policy.fact_schema_version =
      static_cast<std::uint32_t>(in.integer("fact_schema_version", kFactSchemaVersion, kFactSchemaVersion));
  const Json::Array& rules = in.array("rules");
  policy.default_colour = in.parsed("default_colour", parse_colour);
  policy.default_reason = read_local(in, "default_reason");
  policy.brakes = read_inner(in, "brakes", read_brakes);
  if (in.optional("enforcement") != nullptr) policy.enforcement = read_inner(in, "enforcement", read_enforcement);
  policy.cases = read_inner(in, "cases", read_cases);
  policy.retention = read_inner(in, "retention_days", read_retention);
  if (in.optional("notes") != nullptr) policy.notes = read_local(in, "notes");
  policy.sources = read_sources(in);
  MINGMA_CHECK(in.finish());
  MINGMA_TRY(policy.rules, read_rules(rules));
  const std::vector<std::string>& others = policy.enforcement.approved_by_other_institution;
  for (std::size_t i = 0; i < others.size(); ++i) {
    if (!policy.index_of(others[i]))
      return invalid("no rule has this id", "/enforcement/approved_by_other_institution/" + std::to_string(i));
  }
  return policy;
}

}  // namespace mingma::rules
