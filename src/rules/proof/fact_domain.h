// Every resident who could exist, as variables: the fact schema's kinds, nullability and implications, and the clock.
//
// One FactDomain is one resident at one instant. Two of them in one graph are the same resident at two instants, or
// before and after a statement (step.h). Constraints hold for every row that the reducers produce.
// Threading: as the graph.
#pragma once

#include <array>
#include <span>

#include "rules/facts.h"
#include "rules/proof/symbolic.h"

namespace mingma::rules::proof {

class FactDomain final : public Domain {
 public:
  // A new resident and a new clock between `from` and `to`, both included.
  FactDomain(FormulaGraph& graph, UnixSeconds from, UnixSeconds to);
  // The same resident under another clock.
  FactDomain(const FactDomain& resident, UnixSeconds from, UnixSeconds to);

  // The same resident at the same instant after something was stated: only these facts may differ.
  FactDomain(const FactDomain& before, std::span<const FactId> changed);

  // What holds of every row that the reducers produce: fact_implications(), and the laws that take three facts to say.
  Formula laws() const;
  // As much of it as matters to these formulas: every solution goes on to a row, with what they do not mention absent.
  std::vector<Formula> laws(const std::vector<Formula>& formulas) const;
  // Facts that formulas with these variables (FormulaGraph::mentioned) speak of.
  std::vector<FactId> facts_mentioned(const std::vector<bool>& mentioned) const;
  // What happened lies in the past: every instant and date among these facts but a test's due time.
  Formula in_the_past(std::span<const FactId> facts) const;

  VariableId fact(FactId id) const { return facts_[static_cast<std::size_t>(id)]; }
  VariableId clock() const { return clock_; }
  // "Present" as FactImplication has it: an instant or date that is not absent, any other fact that is not 0.
  Formula present(FactId id) const;
  // The value of a fact that is no instant or date, or, when it is present, of one that is.
  Linear value(FactId id) const { return Linear::variable(fact(id)); }
  Linear now() const { return Linear::variable(clock_); }

  FactRow row(const Assignment& values) const;
  UnixSeconds clock(const Assignment& values) const { return {values[clock_]}; }
  // Writes a resident and an instant into an assignment that has an entry for every variable.
  void assign(const FactRow& row, UnixSeconds now, Assignment& values) const;

  Result<Symbolic> read(const certlogic::Path& path) override;
  Symbolic member(const Alternative&, const certlogic::Fragment&) override { return {{Alternative{}}}; }
  Formula not_empty(const Alternative&) override { return kFalse; }
  bool is_list(const Alternative&) override { return false; }
  std::vector<std::pair<Formula, Symbolic>> items(const Alternative&) override { return {}; }
  std::optional<std::pair<Formula, Linear>> date_of(const Alternative&) override { return std::nullopt; }

 private:
  void add_fact(const FactInfo& info, const std::string& suffix);
  struct Law {
    std::vector<FactId> facts;
    Formula holds;
  };
  Formula implication(const FactImplication& implication) const;
  std::vector<Law> all_laws() const;

  FormulaGraph& graph_;
  std::array<VariableId, kFacts> facts_{};
  std::array<VariableId, kInstantFacts + kDateFacts> there_{};  // booleans: the instant or date is not absent
  VariableId clock_ = 0;
};

// Whether a row keeps all laws: no other resident exists.
class RowLaws {
 public:
  RowLaws() : domain_(graph_, {0}, {0}), laws_(domain_.laws()) {}
  bool keeps(const FactRow& row) const;

 private:
  FormulaGraph graph_;
  FactDomain domain_;
  Formula laws_;
};

}  // namespace mingma::rules::proof
