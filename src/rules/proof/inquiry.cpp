#include "rules/proof/inquiry.h"

#include <algorithm>

#include "base/assert.h"
#include "rules/certlogic/interpreter.h"
#include "rules/decide.h"
#include "rules/decide_clock.h"
#include "rules/errors.h"
#include "rules/proof/story.h"

namespace mingma::rules::proof {
namespace {

Error invalid(std::string message) { return Error(errors::kProofInvalidQuestion, std::move(message)); }

std::string rule_name(const Policy& policy, const Decision& decision) {
  if (decision.status == DecisionStatus::kNoPolicy) return {};
  const Rule* rule = policy.find_rule(decision.rule);
  return rule == nullptr ? "default" : rule->id;
}

std::string describe(const Decision& decision) {
  return std::string(to_string(decision.status)) + " " + std::string(to_string(decision.colour)) + " " +
         std::string(to_string(decision.measure)) + " rule " + std::to_string(decision.rule) + " horizon " +
         std::to_string(decision.horizon.value);
}

}  // namespace

Inquiry::Inquiry(Question question, const Policy& policy, const Policy* other, const Options& options)
    : question_(question), policy_(policy), other_(other), options_(options) {}

Result<void> Inquiry::set_dates() {
  first_.policy = policy_;
  from_ = policy_.effective_from;
  to_ = policy_.effective_to.plus(-1);
  if (other_ != nullptr) {
    second_.policy = *other_;
    if (options_.set_dates_aside) {
      from_ = std::min(from_, other_->effective_from);
      to_ = std::max(to_, other_->effective_to.plus(-1));
      for (Side* side : {&first_, &second_}) {
        side->policy.effective_from = from_;
        side->policy.effective_to = to_.plus(1);
      }
    } else {
      from_ = std::max(from_, other_->effective_from);
      to_ = std::min(to_, other_->effective_to.plus(-1));
      if (from_ > to_) return invalid("the two policies are never in force at the same time; set their dates aside");
    }
  }
  if (question_ == Question::kHorizonBounded) {
    // "For ever" goes beyond the policy's own end.
    from_ = kClockMin;
    to_ = kClockMax;
    first_.policy.effective_from = from_;
    first_.policy.effective_to = to_.plus(1);
  }
  from_ = std::max(from_, kClockMin);
  to_ = std::min(to_, kClockMax);
  return {};
}

Result<void> Inquiry::prepare_side(Side& side, std::unique_ptr<FactDomain> domain) {
  MINGMA_TRY(CompiledPolicy compiled, CompiledPolicy::compile(side.policy));
  side.compiled = std::make_shared<const CompiledPolicy>(std::move(compiled));
  side.domain = std::move(domain);
  MINGMA_TRY(PolicyFormulas formulas, PolicyFormulas::of(graph_, words_, *side.domain, side.policy));
  side.formulas = std::make_unique<PolicyFormulas>(std::move(formulas));
  return {};
}

Result<void> Inquiry::prepare() {
  MINGMA_CHECK(set_dates());
  MINGMA_CHECK(prepare_side(first_, std::make_unique<FactDomain>(graph_, from_, to_)));
  if (other_ != nullptr) MINGMA_CHECK(prepare_side(second_, std::make_unique<FactDomain>(*first_.domain)));
  if (question_ == Question::kWaitingNeverWorsens) {
    second_.policy = first_.policy;
    MINGMA_CHECK(prepare_side(second_, std::make_unique<FactDomain>(*first_.domain, from_, to_)));
  }
  return {};
}

void Inquiry::start_solver(std::vector<Formula> formulas) {
  solver_ = std::make_unique<Solver>(graph_, options_.effort_max);
  asserted_ = std::move(formulas);
  std::vector<const FactDomain*> domains{first_.domain.get()};
  if (pairs()) domains.push_back(second_.domain.get());
  for (const FactDomain* domain : domains) {
    for (const Formula law : domain->laws(asserted_)) {
      solver_->add(law);
      asserted_.push_back(law);
    }
  }
}

Result<Answer> Inquiry::run() {
  answer_.question = question_;
  answer_.solver = Solver::version();
  answer_.policy_hash = policy_.hash;
  if (other_ != nullptr) answer_.other_hash = other_->hash;
  answer_.schema_hash = schema_hash();
  Result<void> done = prepare();
  if (done.ok()) {
    switch (question_) {
      case Question::kNeverStricter:
      case Question::kEquivalent:
        done = ask_two_policies();
        break;
      case Question::kDisjoint:
        done = ask_disjoint();
        break;
      case Question::kDeadRule:
      case Question::kNeverDecisive:
        done = ask_each_rule();
        break;
      case Question::kGap:
        done = ask_default();
        break;
      case Question::kErrorReachable:
        done = ask_error();
        break;
      case Question::kWaitingNeverWorsens:
        done = ask_waiting();
        break;
      case Question::kClearingNeverWorsens:
        done = ask_clearing();
        break;
      case Question::kHorizonBounded:
        done = ask_horizon();
        break;
    }
  }
  if (!done.ok()) {
    if (!done.error().is(errors::kProofUnsupported)) return done.error();
    answer_.findings = {{.verdict = Verdict::kNotProved, .reason = done.error().to_string()}};
  }
  answer_.verdict = verdict_over(answer_.findings);
  if (solver_) answer_.effort = solver_->effort();
  return std::move(answer_);
}

Person Inquiry::person_of(const Assignment& values) const {
  const FactDomain& after = *second().domain;
  return {first_.domain->row(values), first_.domain->clock(values), after.row(values), after.clock(values)};
}

Error Inquiry::disagrees(const Person& person, std::string what) const {
  std::string message = std::string(to_string(question_)) + ": " + what + "; facts ";
  const Json facts = facts_to_json(person.facts);
  for (const auto& [name, value] : facts.object()) {
    const FactInfo& info = *find_fact(name);
    if (person.facts.present(info.id)) message += name + "=" + value.to_string() + " ";
  }
  return Error(errors::kProofReplayDisagrees, message + "at " + person.now.to_string() + ", policy " +
                                                  hex_encode(policy_.hash) + "; report this as a bug of the prover");
}

Result<Decision> Inquiry::replay(const Side& side, const FactRow& facts, UnixSeconds now) const {
  const Decision compiled = side.decide(facts, now);
  const Decision interpreted = rules::decide(side.policy, facts, now);
  if (compiled == interpreted) return compiled;
  return disagrees({facts, now, facts, now},
                   "the compiled evaluator says " + describe(compiled) + ", the interpreter " + describe(interpreted));
}

Result<Finding> Inquiry::find(const Goal& goal) {
  Finding finding{.rules = goal.rules};
  switch (goal.formula.is_false() ? Check::kUnsatisfiable : solver_->check({goal.formula})) {
    case Check::kUnsatisfiable:
      finding.verdict = Verdict::kProved;
      return finding;
    case Check::kUnknown:
      finding.reason = "the solver gave up: " + solver_->reason();
      return finding;
    case Check::kSatisfiable:
      break;
  }
  MINGMA_TRY(const Person person, simplest(goal));
  finding.verdict = Verdict::kRefuted;
  MINGMA_TRY(finding.person, counterexample(person, goal));
  return finding;
}

Result<Person> Inquiry::simplest(const Goal& goal) {
  const auto all_past = [](const Person& person) {
    return std::all_of(fact_schema().begin(), fact_schema().end(), [&](const FactInfo& info) {
      const std::int64_t unit = info.kind == FactKind::kDate ? kSecondsPerDay : 1;
      return !info.nullable || info.id == FactId::kTestDueAt ||
             (person.facts.get(info.id) * unit <= person.now.value &&
              person.facts_after.get(info.id) * unit <= person.now_after.value);
    });
  };
  bool past = false;
  const Shows possible = [&](const Person& person) {
    return person.now >= from_ && person.now_after <= to_ && (!past || all_past(person)) &&
           row_laws_.keeps(person.facts) && row_laws_.keeps(person.facts_after) && goal.shows(person);
  };
  Person person = person_of(solver_->model());
  if (!possible(person)) return disagrees(person, "the solver's person does not show the point");
  // Nobody is easier to picture than somebody to whom it all has happened.
  const std::vector<bool> mentioned = graph_.mentioned(asserted_);
  const std::vector<FactId> facts = first_.domain->facts_mentioned(mentioned);
  const Formula formula_past = graph_.both(first_.domain->in_the_past(facts),
                                           second().domain->in_the_past(second().domain->facts_mentioned(mentioned)));
  std::vector<Formula> wanted{goal.formula, formula_past};
  if (solver_->check(wanted) == Check::kSatisfiable) {
    person = person_of(solver_->model());
    past = true;
    MINGMA_ASSERT(possible(person));
  } else {
    wanted.pop_back();
  }
  // "For ever" is asked beyond the policy's days, and told within them.
  const bool for_ever = question_ == Question::kHorizonBounded;
  const UnixSeconds from = for_ever ? policy_.effective_from : from_;
  const UnixSeconds to = for_ever ? policy_.effective_to.plus(-1) : to_;
  person = simplify(person, possible, from, to);
  // Small steps may end where no single one helps; the solver says whether anybody has fewer facts.
  std::vector<Formula> present;
  for (const FactId id : facts) present.push_back(first_.domain->present(id));
  for (;;) {
    const auto count = std::count_if(fact_schema().begin(), fact_schema().end(),
                                     [&](const FactInfo& info) { return person.facts.present(info.id); });
    if (count <= 1 || solver_->check_few(wanted, present, static_cast<unsigned>(count - 1)) != Check::kSatisfiable)
      return person;
    const Person fewer = person_of(solver_->model());
    MINGMA_ASSERT(possible(fewer));
    person = simplify(fewer, possible, from, to);
  }
}

Worse Inquiry::how_worse(const Person& person, const Decision& first, const Decision& second) const {
  const Worse now = worse(first, second);
  if (question_ != Question::kNeverStricter || now == Worse::kNothing || now == Worse::kUndetermined) return now;
  // With the same facts, just after the last event or when the policies began: did the other ask as much then?
  UnixSeconds earlier = from_;
  for (const FactInfo& info : fact_schema()) {
    if (info.kind != FactKind::kInstant || !person.facts.present(info.id)) continue;
    if (person.facts.instant(info.id) <= person.now) earlier = std::max(earlier, person.facts.instant(info.id));
  }
  if (earlier >= person.now) return now;
  const bool as_much = worse(first, second_.decide(person.facts, earlier)) == Worse::kNothing;
  return as_much ? Worse::kLonger : now;
}

Result<Counterexample> Inquiry::counterexample(const Person& person, const Goal& goal) const {
  Counterexample out{.facts = person.facts,
                     .now = person.now,
                     .facts_after = person.facts_after,
                     .now_after = person.now_after,
                     .step = goal.step};
  MINGMA_TRY(out.first, replay(first_, person.facts, person.now));
  out.second = out.first;
  if (pairs()) {
    MINGMA_TRY(out.second, replay(second_, person.facts_after, person.now_after));
  }
  out.first_rule = rule_name(first_.policy, out.first);
  out.second_rule = rule_name(second().policy, out.second);
  if (question_ == Question::kDisjoint || question_ == Question::kDeadRule) {
    out.first_rule = goal.rules.front();
    out.second_rule = goal.rules.back();
  }
  if (pairs()) {
    const bool later = other_ == nullptr;  // before and after: the second is the one that must not be worse
    out.worse = later ? worse(out.second, out.first) : how_worse(person, out.first, out.second);
  }
  out.story = tell(question_, out, first_.policy, other_ != nullptr ? &second_.policy : nullptr);
  return out;
}

bool Inquiry::holds(const Rule& rule, const Person& person) const {
  const auto truth = certlogic::is_truthy(rule.when, to_rule_data(person.facts, person.now));
  return truth.ok() && *truth;
}

bool Inquiry::excepted(const Policy& policy, const Decision& decision) const {
  const std::string rule = rule_name(policy, decision);
  return std::find(options_.except_rules.begin(), options_.except_rules.end(), rule) != options_.except_rules.end();
}

}  // namespace mingma::rules::proof
