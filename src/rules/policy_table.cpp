#include "rules/policy_table.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "rules/decide.h"
#include "rules/errors.h"

namespace mingma::rules {
namespace {

constexpr std::size_t kTableBytesMax = 1u << 20;
constexpr int kTableLinesMax = 10'000;
constexpr std::uint64_t kTimesMax = 100'000;

Error invalid(std::string message) { return Error(errors::kInvalidPolicyTest, std::move(message)); }

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

// Takes the part before `separator` from the front of `rest`; all of it when there is none.
std::string_view take(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return trim(part);
}

std::optional<std::uint64_t> read_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > kTimesMax) return std::nullopt;
  return value;
}

// "3 days", "36 hours", "90 minutes", "10 seconds" in seconds.
std::optional<std::int64_t> read_span(std::string_view text) {
  const auto number = read_number(take(text, ' '));
  if (!number) return std::nullopt;
  std::string_view unit = trim(text);
  if (unit.ends_with('s')) unit.remove_suffix(1);
  const std::int64_t seconds = unit == "day"      ? kSecondsPerDay
                               : unit == "hour"   ? 3'600
                               : unit == "minute" ? 60
                               : unit == "second" ? 1
                                                  : 0;
  if (seconds == 0) return std::nullopt;
  return static_cast<std::int64_t>(*number) * seconds;
}

// "2022-07-01" (00:00), "2022-07-01 12:00" or "2022-07-01 12:00:59", at UTC+8.
Result<UnixSeconds> read_local(std::string_view text) {
  const std::string date(text.substr(0, 10));
  const std::string_view time = trim(text.substr(std::min<std::size_t>(text.size(), 10)));
  const std::string seconds = std::count(time.begin(), time.end(), ':') == 2 ? "" : ":00";
  auto instant =
      parse_instant(date + "T" + (time.empty() ? std::string("00:00") : std::string(time)) + seconds + "+08:00");
  if (!instant) return invalid("\"" + std::string(text) + "\" is no time; write 2022-07-01 12:00");
  return instant;
}

Result<UnixSeconds> read_instant(std::string_view text, UnixSeconds now) {
  if (text == "now") return now;
  if (text.ends_with(" ago")) {
    if (const auto span = read_span(trim(text.substr(0, text.size() - 4)))) return now.plus(-*span);
  } else if (text.starts_with("in ")) {
    if (const auto span = read_span(trim(text.substr(3)))) return now.plus(*span);
  } else {
    return read_local(text);
  }
  return invalid("\"" + std::string(text) + "\" is no time; write \"3 days ago\" or \"in 2 hours\"");
}

Result<std::uint32_t> read_value(const FactInfo& fact, std::string_view text, UnixSeconds now) {
  const auto refuse = [&](std::string_view wanted) {
    return invalid("\"" + std::string(text) + "\" is no value of " + std::string(fact.name) + "; " +
                   std::string(wanted));
  };
  switch (fact.kind) {
    case FactKind::kBoolean:
      if (text == "yes" || text == "no") return text == "yes" ? 1U : 0U;
      return refuse("write yes or no");
    case FactKind::kInteger: {
      const auto number = read_number(text);
      if (!number || *number > fact.value_max) return refuse("write a number up to " + std::to_string(fact.value_max));
      return static_cast<std::uint32_t>(*number);
    }
    case FactKind::kEnumeration: {
      if (const auto number = find_fact_value(fact, text)) return *number;
      std::string known;
      for (const FactValueInfo& value : fact.values) known += (known.empty() ? "" : ", ") + std::string(value.name);
      return refuse("it is one of " + known);
    }
    case FactKind::kDate: {
      auto date = parse_date(text);
      if (!date || date->days <= 0) return refuse("write 2022-07-01");
      return static_cast<std::uint32_t>(date->days);
    }
    case FactKind::kInstant:
      break;
  }
  MINGMA_TRY(const UnixSeconds instant, read_instant(text, now));
  if (instant.value <= 0 || instant.value > 0xFFFF'FFFF) return refuse("write a time between 1970 and 2105");
  return static_cast<std::uint32_t>(instant.value);
}

// Fills in instants that nest, and refuses a resident whom the reducers could never produce.
Result<void> complete(FactRow& row) {
  for (std::size_t round = 0; round < kFacts; ++round) {
    for (const FactImplication& implication : fact_implications()) {
      if (implication.kind != ImplicationKind::kNotEarlier || !row.present(implication.fact) ||
          row.present(implication.other))
        continue;
      row.set_instant(implication.other, row.instant(implication.fact).plus(implication.value));
    }
  }
  for (const FactImplication& implication : fact_implications()) {
    if (!row.present(implication.fact)) continue;
    const std::uint32_t fact = row.get(implication.fact), other = row.get(implication.other);
    bool holds = row.present(implication.other);
    if (implication.kind == ImplicationKind::kAtLeast) holds = other >= implication.value;
    if (implication.kind == ImplicationKind::kAtMost) holds = other <= implication.value;
    if (implication.kind == ImplicationKind::kNotEarlier) holds = holds && other >= fact + implication.value;
    if (implication.kind == ImplicationKind::kNotLater) holds = holds && other + implication.value <= fact;
    if (holds) continue;
    return invalid("no resident is like this: " + std::string(fact_info(implication.fact).name) +
                   " goes with a fitting " + std::string(fact_info(implication.other).name));
  }
  return {};
}

Result<FactRow> read_facts(std::string_view text, UnixSeconds now) {
  FactRow row;
  if (text == "nothing known") return row;
  std::set<std::string_view> named;
  while (!text.empty()) {
    std::string_view value = take(text, ';');
    const bool bare = value.find('=') == std::string_view::npos;
    const std::string_view name = take(value, '=');
    const FactInfo* fact = find_fact(name);
    if (fact == nullptr) return invalid("\"" + std::string(name) + "\" is no fact; docs/facts.md lists them");
    if (!named.insert(fact->name).second) return invalid("\"" + std::string(name) + "\" is given twice");
    if (bare && fact->kind != FactKind::kBoolean)
      return invalid("\"" + std::string(name) + "\" needs a value: " + std::string(name) + " = ...");
    MINGMA_TRY(const std::uint32_t raw, read_value(*fact, bare ? "yes" : trim(value), now));
    row.set(fact->id, raw);
  }
  MINGMA_CHECK(complete(row));
  return row;
}

// How long the decision is expected to hold: "for 4 days", "for ever", "until 2022-07-14 08:00".
Result<UnixSeconds> read_horizon(std::string_view text, UnixSeconds now) {
  if (text == "for ever") return kNoHorizon;
  if (text.starts_with("until ")) return read_local(trim(text.substr(6)));
  if (text.starts_with("for ")) {
    if (const auto span = read_span(trim(text.substr(4)))) return now.plus(*span);
  }
  return invalid("\"" + std::string(text) +
                 "\" says no duration; write \"for 4 days\", \"for ever\" or \"until 2022-07-14 08:00\"");
}

Result<void> read_expectation(std::string_view text, PolicyTest& test) {
  if (text == "no policy") {
    test.status = DecisionStatus::kNoPolicy;
    return {};
  }
  const std::string_view outcome = take(text, ' ');
  const std::string_view by = take(text, ' ');
  const std::string_view rule = take(text, ' ');
  if (by != "by" || rule.empty())
    return invalid("the expectation reads \"red by A1\", \"green by default\" or \"undetermined by A1\"");
  if (outcome == "undetermined") {
    test.status = DecisionStatus::kUndetermined;
  } else {
    auto colour = parse_colour(outcome);
    if (!colour) return invalid(colour.error().message());
    test.colour = *colour;
  }
  if (rule != "default") test.rule = rule;
  text = trim(text);
  if (text.empty()) return {};
  MINGMA_TRY(test.horizon, read_horizon(text, test.now));
  return {};
}

Result<PolicyTest> read_line(std::string_view line, UnixSeconds now) {
  PolicyTest test;
  test.now = now;
  const std::string_view facts = take(line, '|');
  const std::string_view expectation = take(line, '|');
  test.source = trim(line);
  if (expectation.empty() || test.source.empty()) return invalid("a line reads: facts | expectation | source");
  MINGMA_TRY(test.facts, read_facts(facts, now));
  MINGMA_CHECK(read_expectation(expectation, test));
  return test;
}

std::string outcome_text(DecisionStatus status, Colour colour, std::string_view rule) {
  if (status == DecisionStatus::kNoPolicy) return "no policy";
  const std::string name(status == DecisionStatus::kUndetermined ? "undetermined" : to_string(colour));
  return name + " by " + (rule.empty() ? "default" : std::string(rule));
}

std::string horizon_text(UnixSeconds horizon) {
  return horizon == kNoHorizon ? "for ever" : "until " + horizon.to_local_string();
}

// Empty when the decision is as expected.
std::string difference(const Policy& policy, const PolicyTest& test) {
  if (!test.rule.empty() && !policy.index_of(test.rule)) return "the policy has no rule " + test.rule;
  const Decision decision = decide(policy, test.facts, test.now);
  const Rule* rule = policy.find_rule(decision.rule);
  const std::string expected = outcome_text(test.status, test.colour, test.rule);
  const std::string got = outcome_text(decision.status, decision.colour, rule != nullptr ? rule->id : "");
  if (expected != got) {
    std::string message = "expected " + expected + ", got " + got;
    if (decision.status == DecisionStatus::kUndetermined) {
      message += " (" + undetermined_reason(policy, test.facts, test.now).to_string() + ")";
    }
    return message;
  }
  // The end of the policy itself is no change that a table has to know of.
  const UnixSeconds horizon = decision.horizon == policy.effective_to ? kNoHorizon : decision.horizon;
  if (!test.horizon || *test.horizon == decision.horizon || *test.horizon == horizon) return {};
  return got + " as expected, but " + horizon_text(decision.horizon) + ", not " + horizon_text(*test.horizon);
}

}  // namespace

Result<std::vector<PolicyTest>> parse_policy_tests(std::string_view text) {
  if (text.size() > kTableBytesMax) return invalid("a table has at most 1 MiB");
  std::vector<PolicyTest> tests;
  std::optional<UnixSeconds> now;
  for (int number = 1; !text.empty(); ++number) {
    const std::string where = "line " + std::to_string(number);
    if (number > kTableLinesMax) return invalid("a table has at most 10,000 lines").within(where);
    const std::string_view line = take(text, '\n');
    if (line.empty() || line.front() == '#') continue;
    if (line.starts_with("now ")) {
      auto read = read_local(trim(line.substr(4)));
      if (!read) return read.error().within(where);
      now = *read;
      continue;
    }
    if (!now) return invalid("say when it is first: now 2022-07-10 08:00").within(where);
    auto test = read_line(line, *now);
    if (!test) return test.error().within(where);
    test->line = number;
    tests.push_back(std::move(test).value());
  }
  return tests;
}

PolicyTestReport run_policy_tests(const Policy& policy, std::span<const PolicyTest> tests) {
  PolicyTestReport report;
  std::set<std::string_view> expected;
  for (const PolicyTest& test : tests) {
    expected.insert(test.rule);
    std::string message = difference(policy, test);
    if (message.empty()) {
      ++report.passed;
    } else {
      report.failures.push_back({test.line, std::move(message)});
    }
  }
  for (const Rule& rule : policy.rules) {
    if (!expected.contains(rule.id)) report.rules_untested.push_back(rule.id);
  }
  return report;
}

}  // namespace mingma::rules
