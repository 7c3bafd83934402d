// A policy diff as JSON, there and back.
#include <array>

#include "rules/errors.h"
#include "rules/json_reader.h"
#include "rules/policy_diff_report.h"

namespace mingma::rules {
namespace {

Json integer(std::uint64_t value) { return static_cast<std::int64_t>(value); }

Json to_json(const DiffPolicy& policy) {
  return Json::Object{{"id", policy.id},
                      {"version", policy.version},
                      {"hash", hex_encode(policy.hash)},
                      {"title", Json::Object{{"zh", policy.title.zh}, {"en", policy.title.en}}}};
}

Json to_json(const DiffOutcome& outcome, bool with_rule) {
  Json out = Json::Object{{"colour", outcome.undetermined ? "undetermined" : to_string(outcome.colour)}};
  if (!with_rule) return out;
  out.set("measure", to_string(outcome.measure));
  out.set("rule", outcome.rule);
  return out;
}

// What rows of a table have beside colours and counts.
enum class Extra : std::uint8_t { kNone, kRule, kBorn };

Json to_json(const std::vector<DiffRow>& rows, Extra with) {
  const bool with_rule = with == Extra::kRule;
  Json::Array out;
  for (const DiffRow& row : rows) {
    Json item = Json::Object{{"day", row.day}, {"change", to_string(row.change)}};
    if (!row.place.empty()) item.set("place", row.place);
    if (with == Extra::kBorn) item.set("born", row.born.to_string());
    item.set("before", to_json(row.before, with_rule));
    item.set("after", to_json(row.after, with_rule));
    item.set("count", integer(row.count));
    out.push_back(std::move(item));
  }
  return out;
}

Json to_json(const std::vector<DiffSample>& sample) {
  Json::Array out;
  for (const DiffSample& one : sample) {
    out.push_back(Json::Object{{"resident", one.resident.empty() ? Json() : Json(one.resident)},
                               {"place", one.place},
                               {"day", one.day},
                               {"before", to_json(one.before, true)},
                               {"after", to_json(one.after, true)}});
  }
  return out;
}

constexpr std::int64_t kCountMax = std::int64_t{1} << 53;
constexpr std::array<std::string_view, 4> kColours{"none", "green", "yellow", "red"};
constexpr std::array<DiffChange, 4> kChanges{DiffChange::kSame, DiffChange::kWorse, DiffChange::kBetter,
                                             DiffChange::kUnclear};

std::uint64_t read_count(JsonReader& reader, std::string_view name) {
  return static_cast<std::uint64_t>(reader.integer(name, 0, kCountMax));
}

Result<DiffChange> parse_change(std::string_view name) {
  for (const DiffChange change : kChanges) {
    if (to_string(change) == name) return change;
  }
  return Error(errors::kInvalidPolicy, "no such change");
}

Result<DiffOutcome> read_outcome(const Json& json, const std::string& place, bool with_rule) {
  JsonReader reader(json, place, errors::kInvalidPolicy);
  DiffOutcome outcome;
  const std::string& colour = reader.text("colour");
  outcome.undetermined = colour == "undetermined";
  for (std::size_t i = 0; i < kColours.size(); ++i) {
    if (kColours[i] == colour) outcome.colour = static_cast<Colour>(i);
  }
  if (with_rule) {
    outcome.measure = reader.parsed<Measure>("measure", parse_measure);
    const Json& rule = reader.required("rule");
    if (reader.ok() && !rule.is_string()) reader.fail("rule", "a text is expected here");
    if (reader.ok()) outcome.rule = rule.string();
  }
  MINGMA_CHECK(reader.finish());
  return outcome;
}

Result<std::vector<DiffRow>> read_rows(const Json::Array& array, const std::string& place, Extra with) {
  const bool with_rule = with == Extra::kRule;
  std::vector<DiffRow> rows;
  for (std::size_t i = 0; i < array.size(); ++i) {
    JsonReader reader(array[i], place + "/" + std::to_string(i), errors::kInvalidPolicy);
    DiffRow row;
    row.day = static_cast<int>(reader.integer("day", 0, kDiffDaysMax));
    row.change = reader.parsed<DiffChange>("change", parse_change);
    if (reader.optional("place") != nullptr) row.place = reader.text("place");
    if (with == Extra::kBorn) row.born = reader.parsed<BirthDecade>("born", BirthDecade::parse);
    const Json& before = reader.required("before");
    const Json& after = reader.required("after");
    row.count = read_count(reader, "count");
    MINGMA_CHECK(reader.finish());
    MINGMA_TRY(row.before, read_outcome(before, reader.place_of("before"), with_rule));
    MINGMA_TRY(row.after, read_outcome(after, reader.place_of("after"), with_rule));
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<DiffPolicy> read_policy(const Json& json, const std::string& place) {
  JsonReader reader(json, place, errors::kInvalidPolicy);
  DiffPolicy policy;
  policy.id = reader.text("id");
  policy.version = reader.text("version");
  const std::string hash = reader.text("hash");
  const Json& title = reader.required("title");
  MINGMA_CHECK(reader.finish());
  MINGMA_TRY(const Bytes bytes, hex_decode(hash));
  MINGMA_TRY(policy.hash, Digest::from(bytes));
  JsonReader words(title, reader.place_of("title"), errors::kInvalidPolicy);
  policy.title = {words.text("zh"), words.text("en")};
  MINGMA_CHECK(words.finish());
  return policy;
}

Result<std::vector<DiffDay>> read_days(const Json::Array& array) {
  std::vector<DiffDay> days;
  for (std::size_t i = 0; i < array.size(); ++i) {
    JsonReader reader(array[i], "/days/" + std::to_string(i), errors::kInvalidPolicy);
    DiffDay day;
    day.day = static_cast<int>(reader.integer("day", 0, kDiffDaysMax));
    day.at = reader.parsed<UnixSeconds>("at", parse_instant);
    day.same = read_count(reader, "same");
    day.worse = read_count(reader, "worse");
    day.better = read_count(reader, "better");
    day.unclear = read_count(reader, "unclear");
    day.first = read_count(reader, "first");
    MINGMA_CHECK(reader.finish());
    days.push_back(day);
  }
  return days;
}

Result<std::vector<DiffSample>> read_sample(const Json::Array& array) {
  std::vector<DiffSample> sample;
  for (std::size_t i = 0; i < array.size(); ++i) {
    JsonReader reader(array[i], "/sample/" + std::to_string(i), errors::kInvalidPolicy);
    DiffSample one;
    const Json* resident = reader.optional("resident");
    if (resident != nullptr && resident->is_string()) one.resident = resident->string();
    one.place = reader.text("place");
    one.day = static_cast<int>(reader.integer("day", 0, kDiffDaysMax));
    const Json& before = reader.required("before");
    const Json& after = reader.required("after");
    MINGMA_CHECK(reader.finish());
    MINGMA_TRY(one.before, read_outcome(before, reader.place_of("before"), true));
    MINGMA_TRY(one.after, read_outcome(after, reader.place_of("after"), true));
    sample.push_back(std::move(one));
  }
  return sample;
}

}  // namespace

Json to_json(const DiffReport& report) {
  Json::Array days;
  for (const DiffDay& day : report.days) {
    days.push_back(Json::Object{{"day", day.day},
                                {"at", day.at.to_string()},
                                {"same", integer(day.same)},
                                {"worse", integer(day.worse)},
                                {"better", integer(day.better)},
                                {"unclear", integer(day.unclear)},
                                {"first", integer(day.first)}});
  }
  Json out = Json::Object{{"before", to_json(report.before)},
                          {"after", to_json(report.after)},
                          {"as_of", report.as_of.to_string()},
                          {"as_dated", report.as_dated},
                          {"audience", report.audience == DiffAudience::kPublic ? "public" : "authorised"},
                          {"residents", integer(report.residents)},
                          {"elsewhere", integer(report.elsewhere)},
                          {"days", std::move(days)},
                          {"colours", to_json(report.colours, Extra::kNone)},
                          {"rules", to_json(report.rules, Extra::kRule)},
                          {"places", to_json(report.places, Extra::kNone)}};
  if (report.audience == DiffAudience::kPublic) return out;
  out.set("ages", to_json(report.ages, Extra::kBorn));
  out.set("sample", to_json(report.sample));
  return out;
}

Result<DiffReport> diff_report_from_json(const Json& json) {
  JsonReader reader(json, "", errors::kInvalidPolicy);
  const Json& before = reader.required("before");
  const Json& after = reader.required("after");
  DiffReport report;
  report.as_of = reader.parsed<UnixSeconds>("as_of", parse_instant);
  const Json& as_dated = reader.required("as_dated");
  report.audience = reader.text("audience") == "public" ? DiffAudience::kPublic : DiffAudience::kAuthorised;
  report.residents = read_count(reader, "residents");
  report.elsewhere = read_count(reader, "elsewhere");
  const Json::Array& days = reader.array("days");
  const Json::Array& colours = reader.array("colours");
  const Json::Array& rules = reader.array("rules");
  const Json::Array& places = reader.array("places");
  const Json* ages = reader.optional("ages");
  const Json* sample = reader.optional("sample");
  MINGMA_CHECK(reader.finish());
  report.as_dated = as_dated.is_boolean() && as_dated.boolean();
  MINGMA_TRY(report.before, read_policy(before, "/before"));
  MINGMA_TRY(report.after, read_policy(after, "/after"));
  MINGMA_TRY(report.days, read_days(days));
  MINGMA_TRY(report.colours, read_rows(colours, "/colours", Extra::kNone));
  MINGMA_TRY(report.rules, read_rows(rules, "/rules", Extra::kRule));
  MINGMA_TRY(report.places, read_rows(places, "/places", Extra::kNone));
  if (ages != nullptr && ages->is_array()) {
    MINGMA_TRY(report.ages, read_rows(ages->array(), "/ages", Extra::kBorn));
  }
  if (sample != nullptr && sample->is_array()) {
    MINGMA_TRY(report.sample, read_sample(sample->array()));
  }
  return report;
}

}  // namespace mingma::rules
