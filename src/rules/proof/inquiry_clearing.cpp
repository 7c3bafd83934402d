// Good news must make nobody worse: one search per kind of good news.
#include "rules/proof/inquiry.h"
#include "rules/proof/step.h"

namespace mingma::rules::proof {

Result<void> Inquiry::ask_clearing() {
  second_.policy = first_.policy;
  for (const Step& step : clearing_steps()) {
    MINGMA_CHECK(prepare_side(second_, std::make_unique<FactDomain>(*first_.domain, step.changed)));
    const Formula relation = step.relation(graph_, *first_.domain, *second_.domain);
    const Formula goal = graph_.both(worse(graph_, *second_.formulas, *first_.formulas), relation);
    start_solver({goal});
    const Shows shows = [&](const Person& person) {
      if (person.now != person.now_after) return false;
      Assignment values(graph_.variables().size());
      first_.domain->assign(person.facts, person.now, values);
      second_.domain->assign(person.facts_after, person.now, values);
      graph_.complete(values);
      // Facts that the step does not change are the same variable.
      if (!(first_.domain->row(values) == person.facts) || !graph_.evaluate(relation, values)) return false;
      return worse(second_.decide(person.facts_after, person.now), first_.decide(person.facts, person.now)) !=
             Worse::kNothing;
    };
    MINGMA_TRY(Finding finding, find({.formula = goal, .shows = shows, .step = std::string(step.name)}));
    if (finding.person) finding.rules = {finding.person->second_rule};
    if (finding.verdict != Verdict::kProved) answer_.findings.push_back(std::move(finding));
  }
  if (answer_.findings.empty()) answer_.findings.push_back({.verdict = Verdict::kProved});
  return {};
}

}  // namespace mingma::rules::proof
