// What each question asks the solver, and what the evaluators must then show.
#include <algorithm>

#include "rules/certlogic/interpreter.h"
#include "rules/decide_clock.h"
#include "rules/errors.h"
#include "rules/proof/inquiry.h"

namespace mingma::rules::proof {
namespace {

// Far more than any rule counts in: beyond it every comparison with the clock stays as it is.
constexpr std::int64_t kSettledDaysMax = 40 * 366;

Error invalid(std::string message) { return Error(errors::kProofInvalidQuestion, std::move(message)); }

// How long after the last event in the facts no comparison of the condition with the clock can change any more.
std::int64_t days_until_settled(const Policy& policy) {
  constexpr std::int64_t kDaysPerUnit[] = {366, 31, 1, 1};  // an hour is less than a day
  std::int64_t longest = 0;
  for (const Rule& rule : policy.rules) {
    std::int64_t days = 0;
    for (const certlogic::Node& node : rule.when.nodes()) {
      if (node.op != certlogic::Op::kPlusTime) continue;
      const std::int64_t amount = std::min<std::int64_t>(std::abs(node.value), kSettledDaysMax);
      days = std::max(days, amount * kDaysPerUnit[static_cast<std::size_t>(node.unit)]);
    }
    longest = std::max(longest, days);
  }
  return 2 * longest + 2;
}

// The last constant date-time that a condition names, in seconds.
std::optional<std::int64_t> last_constant(const Policy& policy) {
  std::optional<std::int64_t> last;
  for (const Rule& rule : policy.rules) {
    for (const certlogic::Node& node : rule.when.nodes()) {
      std::optional<certlogic::DateTime> date;
      if (node.op == certlogic::Op::kDate) date = certlogic::DateTime{node.value};
      if (node.op == certlogic::Op::kString) date = certlogic::parse_partial_or_date_time(rule.when.string(node));
      if (date) last = std::max(last.value_or(0), date->milliseconds / 1'000 + 1);
    }
  }
  return last;
}

}  // namespace

Result<void> Inquiry::ask_two_policies() {
  const bool stricter = question_ == Question::kNeverStricter;
  for (const std::string& id : options_.except_rules) {
    if (!policy_.index_of(id)) return invalid("the policy has no rule \"" + id + "\" to except");
  }
  Formula goal = stricter ? worse(graph_, *first_.formulas, *second_.formulas)
                          : different(graph_, *first_.formulas, *second_.formulas);
  const auto by_rule = [&](std::string_view id) {
    const std::size_t index = *policy_.index_of(id);
    return graph_.either(first_.formulas->decides(index), first_.formulas->undetermined_by(index));
  };
  for (const std::string& id : options_.except_rules) goal = graph_.both(goal, !by_rule(id));
  start_solver({goal});
  const Shows shows = [&](const Person& person) {
    const Decision first = first_.decide(person.facts, person.now);
    const Decision second = second_.decide(person.facts, person.now);
    if (excepted(first_.policy, first)) return false;
    return worse(first, second) != Worse::kNothing || (!stricter && worse(second, first) != Worse::kNothing);
  };
  // Once per rule that is stricter somewhere: the rules found so far are set aside.
  std::set<std::string> seen;
  for (;;) {
    const auto others = [&](const Person& person) {
      if (!shows(person)) return false;
      const Decision first = first_.decide(person.facts, person.now);
      const Rule* rule = first_.policy.find_rule(first.rule);
      return !seen.contains(rule == nullptr ? "default" : rule->id);
    };
    MINGMA_TRY(Finding finding, find({.formula = goal, .shows = others}));
    const bool refuted = finding.verdict == Verdict::kRefuted;
    if (refuted) finding.rules = {finding.person->first_rule};
    if (refuted || answer_.findings.empty() || finding.verdict == Verdict::kNotProved)
      answer_.findings.push_back(finding);
    if (!refuted || !options_.every_rule || !stricter) return {};
    const std::string& rule = finding.rules.front();
    seen.insert(rule);
    goal = graph_.both(goal, rule == "default" ? !first_.formulas->default_decides() : !by_rule(rule));
  }
}

Result<void> Inquiry::ask_disjoint() {
  std::vector<std::size_t> left, right;
  for (const auto& [id, side] : {std::pair(&options_.rule, &left), std::pair(&options_.other_rule, &right)}) {
    if (id->empty()) {
      for (std::size_t i = 0; i < policy_.rules.size(); ++i) side->push_back(i);
    } else if (const auto index = policy_.index_of(*id)) {
      side->push_back(*index);
    } else {
      return invalid("the policy has no rule \"" + *id + "\"");
    }
  }
  std::vector<Formula> all;
  for (std::size_t i = 0; i < policy_.rules.size(); ++i) all.push_back(first_.formulas->holds(i));
  start_solver(all);
  for (const std::size_t a : left) {
    for (const std::size_t b : right) {
      if (a == b || (left.size() > 1 && right.size() > 1 && b < a)) continue;
      const Goal goal{.rules = {policy_.rules[a].id, policy_.rules[b].id},
                      .formula = graph_.both(first_.formulas->holds(a), first_.formulas->holds(b)),
                      .shows = [&](const Person& person) {
                        return holds(policy_.rules[a], person) && holds(policy_.rules[b], person);
                      }};
      MINGMA_TRY(Finding finding, find(goal));
      answer_.findings.push_back(std::move(finding));
    }
  }
  if (answer_.findings.empty()) answer_.findings.push_back({.verdict = Verdict::kProved});
  return {};
}

Result<void> Inquiry::ask_each_rule() {
  const bool decisive = question_ == Question::kNeverDecisive;
  if (!options_.rule.empty() && !policy_.index_of(options_.rule))
    return invalid("the policy has no rule \"" + options_.rule + "\"");
  std::vector<Formula> formulas;
  for (std::size_t i = 0; i < policy_.rules.size(); ++i)
    formulas.push_back(decisive ? first_.formulas->decides(i) : first_.formulas->holds(i));
  start_solver(formulas);
  for (std::size_t i = 0; i < policy_.rules.size(); ++i) {
    const Rule& rule = policy_.rules[i];
    if (!options_.rule.empty() && rule.id != options_.rule) continue;
    const Goal goal{.rules = {rule.id}, .formula = formulas[i], .shows = [&, i](const Person& person) {
                      if (!decisive) return holds(rule, person);
                      const Decision decision = first_.decide(person.facts, person.now);
                      return decision.status == DecisionStatus::kDecided && decision.rule == i;
                    }};
    MINGMA_TRY(Finding finding, find(goal));
    // Somebody found is what should be; nobody is what refutes.
    if (finding.verdict != Verdict::kNotProved)
      finding.verdict = finding.verdict == Verdict::kRefuted ? Verdict::kProved : Verdict::kRefuted;
    answer_.findings.push_back(std::move(finding));
  }
  if (answer_.findings.empty()) answer_.findings.push_back({.verdict = Verdict::kProved});
  return {};
}

Result<void> Inquiry::ask_default() {
  const Formula goal = first_.formulas->default_decides();
  start_solver({goal});
  MINGMA_TRY(Finding finding, find({.formula = goal, .shows = [&](const Person& person) {
                                      const Decision decision = first_.decide(person.facts, person.now);
                                      return decision.status == DecisionStatus::kDecided &&
                                             decision.rule == kDefaultRule;
                                    }}));
  answer_.findings.push_back(std::move(finding));
  return {};
}

Result<void> Inquiry::ask_error() {
  const Formula goal = first_.formulas->undetermined();
  start_solver({goal});
  MINGMA_TRY(Finding finding, find({.formula = goal, .shows = [&](const Person& person) {
                                      return first_.decide(person.facts, person.now).status ==
                                             DecisionStatus::kUndetermined;
                                    }}));
  if (finding.person) finding.rules = {finding.person->first_rule};
  answer_.findings.push_back(std::move(finding));
  return {};
}

Result<void> Inquiry::ask_waiting() {
  const Formula later = graph_.less(first_.domain->now(), second_.domain->now());
  const Formula declared =
      second_.formulas->decided_by([](const Rule& rule) { return rule.worsens_by_waiting.has_value(); });
  const Formula goal = graph_.all({worse(graph_, *second_.formulas, *first_.formulas), later, !declared});
  start_solver({goal});
  MINGMA_TRY(Finding finding, find({.formula = goal, .shows = [&](const Person& person) {
                                      if (person.now_after <= person.now || !(person.facts == person.facts_after))
                                        return false;
                                      const Decision after = second_.decide(person.facts_after, person.now_after);
                                      const Rule* rule = after.status == DecisionStatus::kDecided
                                                             ? second_.policy.find_rule(after.rule)
                                                             : nullptr;
                                      if (rule != nullptr && rule->worsens_by_waiting) return false;
                                      return worse(after, first_.decide(person.facts, person.now)) != Worse::kNothing;
                                    }}));
  if (finding.person) finding.rules = {finding.person->second_rule};
  answer_.findings.push_back(std::move(finding));
  return {};
}

Result<void> Inquiry::ask_horizon() {
  const std::int64_t days = days_until_settled(policy_);
  if (days > kSettledDaysMax)
    return Error(errors::kProofUnsupported, "a rule counts in decades; nothing settles before the calendar's end");
  const auto excused = [](const Rule& rule) { return rule.held_until_evidence.has_value(); };
  std::vector<Formula> goal{
      first_.formulas->decided_by([&](const Rule& rule) { return rule.colour == Colour::kRed && !excused(rule); })};
  if (policy_.default_colour == Colour::kRed) goal.push_back(first_.formulas->default_decides());
  goal = {graph_.any(std::move(goal))};
  const Linear settled = first_.domain->now().plus(-days * kSecondsPerDay);
  for (const FactInfo& info : fact_schema()) {
    if (!info.nullable) continue;
    const std::int64_t unit = info.kind == FactKind::kDate ? kSecondsPerDay : 1;
    const Linear at = Linear::of(0).plus(first_.domain->value(info.id), unit);
    goal.push_back(graph_.implies(first_.domain->present(info.id), graph_.at_most(at, settled)));
  }
  const std::optional<std::int64_t> constants = last_constant(policy_);
  if (constants) goal.push_back(graph_.at_most(Linear::of(*constants), settled));
  const Formula all = graph_.all(std::move(goal));
  start_solver({all});
  MINGMA_TRY(Finding finding, find({.formula = all, .shows = [&](const Person& person) {
                                      const Decision decision = first_.decide(person.facts, person.now);
                                      const Rule* rule = first_.policy.find_rule(decision.rule);
                                      return decision.colour == Colour::kRed && decision.horizon == kNoHorizon &&
                                             (rule == nullptr || !excused(*rule));
                                    }}));
  if (finding.person) finding.rules = {finding.person->first_rule};
  answer_.findings.push_back(std::move(finding));
  return {};
}

}  // namespace mingma::rules::proof
