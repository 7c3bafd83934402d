// One question being answered: formulas, solver, replay, counterexample. Internal to the prover; see proof.h.
//
// Threading: one thread. Lifetime: borrows the policies and options it is made of.
#pragma once

#include <memory>
#include <set>

#include "rules/compiled.h"
#include "rules/proof/person.h"
#include "rules/proof/policy_formulas.h"
#include "rules/proof/proof.h"
#include "rules/proof/solver.h"

namespace mingma::rules::proof {

class Inquiry {
 public:
  Inquiry(Question question, const Policy& policy, const Policy* other, const Options& options);

  Result<Answer> run();

 private:
  // A policy, somebody and an instant.
  struct Side {
    Policy policy;  // with the dates that the question gives it
    std::shared_ptr<const CompiledPolicy> compiled;
    std::unique_ptr<FactDomain> domain;
    std::unique_ptr<PolicyFormulas> formulas;

    Decision decide(const FactRow& facts, UnixSeconds now) const { return compiled->decide(facts, now); }
  };
  // Satisfiable: there is such a person, and `shows` agrees.
  struct Goal {
    std::vector<std::string> rules;
    Formula formula;
    Shows shows;
    std::string step;
  };

  Result<void> prepare();
  Result<void> set_dates();
  Result<void> prepare_side(Side& side, std::unique_ptr<FactDomain> domain);
  // A solver that knows all laws about what the formulas speak of.
  void start_solver(std::vector<Formula> formulas);

  Result<void> ask_two_policies();
  Result<void> ask_disjoint();
  Result<void> ask_each_rule();
  Result<void> ask_default();
  Result<void> ask_error();
  Result<void> ask_waiting();
  Result<void> ask_clearing();
  Result<void> ask_horizon();

  Result<Finding> find(const Goal& goal);
  // Somebody who shows the point, as simple as can be. Requires: the solver's last answer was that there is somebody.
  Result<Person> simplest(const Goal& goal);
  Person person_of(const Assignment& values) const;
  // Interpreter and compiled evaluator; they must agree.
  Result<Decision> replay(const Side& side, const FactRow& facts, UnixSeconds now) const;
  Result<Counterexample> counterexample(const Person& person, const Goal& goal) const;
  Worse how_worse(const Person& person, const Decision& first, const Decision& second) const;
  bool holds(const Rule& rule, const Person& person) const;
  bool excepted(const Policy& policy, const Decision& decision) const;
  Error disagrees(const Person& person, std::string what) const;
  bool pairs() const { return second_.formulas != nullptr; }
  const Side& second() const { return second_.formulas != nullptr ? second_ : first_; }

  Question question_;
  const Policy& policy_;
  const Policy* other_;
  const Options& options_;
  Answer answer_;

  UnixSeconds from_, to_;  // instants asked about, both included
  RowLaws row_laws_;
  FormulaGraph graph_;
  Words words_;
  Side first_, second_;
  std::unique_ptr<Solver> solver_;
  std::vector<Formula> asserted_;  // what the solver was told, and will be asked
};

}  // namespace mingma::rules::proof
