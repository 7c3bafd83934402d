#include "rules/policy_cases.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "base/rng.h"
#include "rules/compiled.h"
#include "rules/condition_limits.h"
#include "rules/decide.h"
#include "rules/decide_clock.h"
#include "rules/errors.h"
#include "rules/policy_table.h"

namespace mingma::rules {
namespace {

constexpr int kClimbs = 16;            // fresh starts for one goal
constexpr int kSteps = 400;            // changes tried in one climb
constexpr int kLimitTries = 600;       // residents tried for one limit
constexpr std::size_t kWitnesses = 6;  // of each rule, to start from
constexpr std::int64_t kSpanMax = 100'000;

bool same(const Decision& a, const Decision& b) { return a.same_outcome(b); }

class Generator {
 public:
  Generator(const Policy& policy, CompiledPolicy compiled)
      : policy_(policy), compiled_(std::move(compiled)), rng_(seed_of(policy)), now_(now_of(policy)) {
    for (const Rule& rule : policy.rules) {
      limits_.push_back(limits_of(rule.when));
      const std::set<FactId> facts = facts_read(rule.when);
      facts_.emplace_back(facts.begin(), facts.end());
    }
    collect_values();
  }

  Result<GeneratedTable> run() {
    add({}, "nobody knows anything");
    for (RuleIndex i = 0; i < policy_.rules.size(); ++i) cover_rule(i);
    for (RuleIndex i = 0; i < policy_.rules.size(); ++i) {
      for (const FactLimit& limit : limits_[i]) cover_limit(i, limit);
    }
    for (RuleIndex i = 0; i + 1U < policy_.rules.size(); ++i) cover_pair(i);
    table_.rules = policy_.rules.size();
    table_.text = head() + body_;
    MINGMA_TRY(const std::vector<PolicyTest> tests, parse_policy_tests(table_.text));
    const PolicyTestReport report = run_policy_tests(policy_, tests);
    MINGMA_ASSERT(report.failures.empty() && report.passed == table_.lines);
    return std::move(table_);
  }

 private:
  static std::uint64_t seed_of(const Policy& policy) {
    std::uint64_t seed = 1;
    for (const Rule& rule : policy.rules) {
      for (const char c : rule.id) seed = seed * 1'099'511'628'211U + static_cast<unsigned char>(c);
      seed = seed * 31 + rule.when.nodes().size();
    }
    return seed;
  }

  // 08:00 of a day well inside the policy's life.
  static UnixSeconds now_of(const Policy& policy) {
    const std::int64_t middle = (policy.effective_from.value + policy.effective_to.value) / 2;
    const UnixSeconds morning = china_midnight(china_date({middle})).plus(8 * 3'600);
    return policy.in_force(morning) ? morning : UnixSeconds{middle / 60 * 60};
  }

  // What facts can usefully be: absent, the values on both sides of every limit, and some in between.
  void collect_values() {
    for (const FactInfo& info : fact_schema()) {
      std::vector<std::uint32_t>& values = values_[info.id];
      values.push_back(0);
      if (info.kind == FactKind::kInstant) {
        for (const std::int64_t hours : {1, 12, 30, 72, 120, 240, 480, -3}) values.push_back(ago(hours * 3'600));
      } else if (info.kind == FactKind::kDate) {
        for (const std::int64_t days : {1, 30, 200})
          values.push_back(static_cast<std::uint32_t>(now_.value / kSecondsPerDay - days));
      } else {
        for (std::uint32_t value = 1; value <= std::min<std::uint32_t>(info.value_max, 8); ++value)
          values.push_back(value);
      }
    }
    for (const auto& limits : limits_) {
      for (const FactLimit& limit : limits) {
        if (limit.kind != FactLimit::Kind::kClock && limit.kind != FactLimit::Kind::kValue) continue;
        for (const std::uint32_t value : values_around(limit, {}, now_)) values_[limit.fact].push_back(value);
      }
    }
  }

  std::uint32_t ago(std::int64_t seconds) const { return static_cast<std::uint32_t>(now_.value - seconds); }
  std::uint32_t any_value(FactId fact) {
    const std::vector<std::uint32_t>& values = values_[fact];
    return values[rng_.below(values.size())];
  }
  Decision decided(const FactRow& row) const { return compiled_.decide(row, now_); }
  bool decides(const FactRow& row, RuleIndex rule) const {
    const Decision decision = decided(row);
    return decision.status == DecisionStatus::kDecided && decision.rule == rule;
  }

  // One fact is changed: one that the rule reads, or one by which an earlier rule comes first.
  void change(FactRow& row, RuleIndex rule) {
    const std::uint64_t kind = rng_.below(6);
    if (kind == 0) {
      std::vector<FactId> present;
      for (const FactInfo& info : fact_schema()) {
        if (row.present(info.id)) present.push_back(info.id);
      }
      if (!present.empty()) row.set(present[rng_.below(present.size())], 0);
      return;
    }
    if (kind == 1) {
      const RuleIndex first = decided(row).rule;
      if (first < rule) rule = first;
    }
    if (!limits_[rule].empty() && rng_.below(2) == 0) {
      const FactLimit& limit = limits_[rule][rng_.below(limits_[rule].size())];
      const std::vector<std::uint32_t> values = values_around(limit, row, now_);
      if (!values.empty()) row.set(limit.fact, values[rng_.below(values.size())]);
      return;
    }
    if (facts_[rule].empty()) return;
    const FactId fact = facts_[rule][rng_.below(facts_[rule].size())];
    row.set(fact, any_value(fact));
  }

  using Cost = std::function<int(const FactRow&)>;
  using Found = std::function<bool(const FactRow&)>;

  std::optional<FactRow> climb(RuleIndex rule, FactRow row, const Cost& cost, const Found& found) {
    int present = cost(row);
    for (int step = 0; step < kSteps; ++step) {
      if (present == 0 && found(row)) return row;
      FactRow next = row;
      for (std::uint64_t i = 0, count = 1 + rng_.below(2); i < count; ++i) change(next, rule);
      if (!make_reachable(next, std::nullopt, now_)) continue;
      const int price = cost(next);
      if (price > present) continue;
      present = price;
      row = next;
    }
    return present == 0 && found(row) ? std::optional(row) : std::nullopt;
  }

  int earlier_rules(const FactRow& row, RuleIndex rule) const {
    int count = 0;
    for (RuleIndex i = 0; i < rule; ++i) count += distance(policy_.rules[i].when, row, now_) == 0 ? 1 : 0;
    return count;
  }

  // Takes away what the decision does not need, so that a reader sees the point.
  FactRow simplest(FactRow row, const Found& found) const {
    for (const FactInfo& info : fact_schema()) {
      if (!row.present(info.id)) continue;
      FactRow less = row;
      less.set(info.id, 0);
      FactRow same_facts = less;
      if (make_reachable(same_facts, info.id, now_) && same_facts == less && found(less)) row = less;
    }
    return row;
  }

  void cover_rule(RuleIndex rule) {
    const Cost cost = [&](const FactRow& row) {
      return 8 * distance(policy_.rules[rule].when, row, now_) + earlier_rules(row, rule);
    };
    const Found found = [&](const FactRow& row) { return decides(row, rule); };
    std::vector<FactRow>& witnesses = witnesses_[rule];
    for (int i = 0; i < kClimbs && witnesses.size() < kWitnesses; ++i) {
      if (auto row = climb(rule, {}, cost, found)) witnesses.push_back(simplest(*row, found));
    }
    if (witnesses.empty()) {
      table_.uncovered.push_back("rule " + policy_.rules[rule].id + ": nobody found whom it decides");
      return;
    }
    ++table_.rules_covered;
    add(*std::min_element(witnesses.begin(), witnesses.end(),
                          [](const FactRow& a, const FactRow& b) { return facts_in(a) < facts_in(b); }),
        policy_.rules[rule].id + " decides");
  }

  static std::size_t facts_in(const FactRow& row) {
    return static_cast<std::size_t>(std::count_if(fact_schema().begin(), fact_schema().end(),
                                                  [&](const FactInfo& info) { return row.present(info.id); }));
  }

  // Residents who differ in one fact, on both sides of the limit: the rule decides about one of them and the outcome is
  // not the same for all.
  std::vector<FactRow> across(const FactRow& base, RuleIndex rule, const FactLimit& limit) const {
    std::vector<FactRow> rows;
    bool decisive = false, differ = false;
    std::vector<std::uint32_t> values = values_around(limit, base, now_);
    if (limit.kind == FactLimit::Kind::kPresence && base.present(limit.fact)) values = {0, base.get(limit.fact)};
    if (limit.kind == FactLimit::Kind::kValue && base.get(limit.fact) != limit.value &&
        fact_info(limit.fact).kind == FactKind::kEnumeration)
      values = {base.get(limit.fact), limit.value};
    for (const std::uint32_t value : values) {
      FactRow row = base;
      row.set(limit.fact, value);
      FactRow reachable = row;
      if (!make_reachable(reachable, limit.fact, now_)) continue;
      decisive = decisive || decides(reachable, rule);
      differ = differ || (!rows.empty() && !same(decided(rows.front()), decided(reachable)));
      rows.push_back(reachable);
    }
    if (!decisive || !differ) rows.clear();
    return rows;
  }

  void cover_limit(RuleIndex rule, const FactLimit& limit) {
    ++table_.limits;
    const std::string what = policy_.rules[rule].id + ", " + limit_text(limit);
    const std::vector<FactRow>& witnesses = witnesses_[rule];
    std::vector<FactRow> best;
    for (int i = 0; i < kLimitTries && !witnesses.empty(); ++i) {
      FactRow base = witnesses[static_cast<std::size_t>(i) % witnesses.size()];
      for (std::size_t k = 0; k < static_cast<std::size_t>(i) / witnesses.size() % 4; ++k) change(base, rule);
      if (!make_reachable(base, std::nullopt, now_)) continue;
      std::vector<FactRow> rows = across(base, rule, limit);
      if (rows.empty()) continue;
      if (best.empty() || facts_in(rows.back()) < facts_in(best.back())) best = std::move(rows);
      if (i >= 40) break;
    }
    if (best.empty()) {
      table_.uncovered.push_back(what + ": nobody found for whom it makes a difference");
      return;
    }
    ++table_.limits_covered;
    for (const FactRow& row : best) add(row, what);
  }

  void cover_pair(RuleIndex rule) {
    ++table_.pairs;
    const Rule& first = policy_.rules[rule];
    const Rule& second = policy_.rules[rule + 1U];
    Policy swapped = policy_;
    std::swap(swapped.rules[rule], swapped.rules[rule + 1U]);
    const Result<CompiledPolicy> other = CompiledPolicy::compile(swapped);
    MINGMA_ASSERT(other.ok());
    const Cost cost = [&](const FactRow& row) {
      return 8 * (distance(first.when, row, now_) + distance(second.when, row, now_)) + earlier_rules(row, rule);
    };
    const Found found = [&](const FactRow& row) {
      const Decision decision = other->decide(row, now_);
      return decides(row, rule) && decision.status == DecisionStatus::kDecided && decision.rule == rule;
    };
    for (int i = 0; i < kClimbs; ++i) {
      FactRow begin;
      if (!witnesses_[rule].empty()) begin = witnesses_[rule][static_cast<std::size_t>(i) % witnesses_[rule].size()];
      const auto row = climb(i % 2 == 0 ? rule : static_cast<RuleIndex>(rule + 1U), begin, cost, found);
      if (!row) continue;
      ++table_.pairs_covered;
      add(simplest(*row, found), first.id + " before " + second.id);
      return;
    }
    table_.uncovered.push_back(first.id + " and " + second.id + ": nobody found for whom both are true");
  }

  // ---- the table

  void add(const FactRow& row, const std::string& why) {
    Bytes image(FactRow::kImageBytes);
    row.write(std::span<std::uint8_t, FactRow::kImageBytes>(image.data(), FactRow::kImageBytes));
    if (!seen_.insert(std::move(image)).second) return;
    const Decision decision = decide(policy_, row, now_);
    MINGMA_ASSERT(decision == decided(row));  // the two evaluators
    body_ += facts_text(row) + " | " + expectation(decision) + " | generated: " + why + "\n";
    ++table_.lines;
  }

  static std::string span(std::int64_t seconds) {
    const auto in = [&](std::int64_t unit, const char* name) {
      return std::to_string(seconds / unit) + " " + name + (seconds / unit == 1 ? "" : "s");
    };
    if (seconds % kSecondsPerDay == 0) return in(kSecondsPerDay, "day");
    if (seconds % 3'600 == 0) return in(3'600, "hour");
    if (seconds % 60 == 0) return in(60, "minute");
    return in(1, "second");
  }

  std::string time_text(std::uint32_t stored) const {
    const std::int64_t past = now_.value - std::int64_t{stored};
    if (past == 0) return "now";
    const std::int64_t length = past < 0 ? -past : past;
    if (length % 60 != 0 && length > kSpanMax) return UnixSeconds{stored}.to_local_string();
    return past < 0 ? "in " + span(length) : span(length) + " ago";
  }

  std::string facts_text(const FactRow& row) const {
    std::string text;
    for (const FactInfo& info : fact_schema()) {
      const std::uint32_t value = row.get(info.id);
      if (value == 0) continue;
      text += text.empty() ? "" : "; ";
      text += info.name;
      if (info.kind == FactKind::kInstant) text += " = " + time_text(value);
      if (info.kind == FactKind::kDate) text += " = " + CivilDate{static_cast<std::int32_t>(value)}.to_string();
      if (info.kind == FactKind::kEnumeration) text += " = " + std::string(info.values[value].name);
      if (info.kind == FactKind::kInteger) text += " = " + std::to_string(value);
    }
    return text.empty() ? "nothing known" : text;
  }

  std::string expectation(const Decision& decision) const {
    const Rule* rule = policy_.find_rule(decision.rule);
    std::string text =
        decision.status == DecisionStatus::kUndetermined ? "undetermined" : std::string(to_string(decision.colour));
    text += " by " + (rule == nullptr ? std::string("default") : rule->id);
    if (decision.horizon == kNoHorizon || decision.horizon == policy_.effective_to) return text + " for ever";
    const std::int64_t length = decision.horizon.value - now_.value;
    if (length % 60 != 0 && length > kSpanMax) return text + " until " + decision.horizon.to_local_string();
    return text + " for " + span(length);
  }

  std::string head() const {
    const auto of = [](std::size_t part, std::size_t all) {
      return std::to_string(part) + " of " + std::to_string(all);
    };
    std::string text = "# Generated by mingma policy tests from " + policy_.id + " " + policy_.version.to_string() +
                       ". Read each line and ask whether it is meant.\n# rules " +
                       of(table_.rules_covered, table_.rules) + ", limits " + of(table_.limits_covered, table_.limits) +
                       ", adjacent pairs " + of(table_.pairs_covered, table_.pairs) + "\n";
    for (const std::string& line : table_.uncovered) text += "# not covered: " + line + "\n";
    std::string local = now_.to_local_string();
    if (local.ends_with(":00")) local.resize(local.size() - 3);
    return text + "now " + local + "\n";
  }

  const Policy& policy_;
  const CompiledPolicy compiled_;
  SeededRng rng_;
  const UnixSeconds now_;
  std::vector<std::vector<FactLimit>> limits_;  // of each rule
  std::vector<std::vector<FactId>> facts_;      // read by each rule
  std::map<FactId, std::vector<std::uint32_t>> values_;
  std::map<RuleIndex, std::vector<FactRow>> witnesses_;
  std::set<Bytes> seen_;
  std::string body_;
  GeneratedTable table_;
};

}  // namespace

Result<GeneratedTable> generate_policy_table(const Policy& policy) {
  MINGMA_TRY(CompiledPolicy compiled, CompiledPolicy::compile(policy));
  return Generator(policy, std::move(compiled)).run();
}

}  // namespace mingma::rules
