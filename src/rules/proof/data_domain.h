// Every data that a set of plain CertLogic rules could be given, as variables; the assumptions are in data_schema.h.
// Threading: as the graph. Lifetime: borrows the schema.
#pragma once

#include <unordered_map>

#include "rules/proof/data_schema.h"
#include "rules/proof/symbolic.h"

namespace mingma::rules::proof {

class DataDomain final : public Domain {
 public:
  DataDomain(FormulaGraph& graph, Words& words, const DataSchema& schema);

  // What holds of all data. Ask for it after everything was encoded: it speaks of all words met.
  Formula laws() const;
  // The data of a solution. Texts that equal no word of the rules are "other 1", "other 2", ...
  Json data(const Assignment& values) const;

  Result<Symbolic> read(const certlogic::Path& path) override;
  Symbolic member(const Alternative& node, const certlogic::Fragment& fragment) override;
  Formula not_empty(const Alternative& node) override;
  bool is_list(const Alternative& node) override;
  std::vector<std::pair<Formula, Symbolic>> items(const Alternative& node) override;
  std::optional<std::pair<Formula, Linear>> date_of(const Alternative& text) override;

 private:
  enum class Option : std::uint8_t { kMissing, kText, kInteger, kBoolean, kList, kObject };
  struct Slot {
    std::vector<Option> options;  // value of `kind` -> what the node is
    VariableId kind = 0;
    VariableId text = 0;  // identity among words
    VariableId date = 0;  // seconds
    VariableId integer = 0;
    VariableId boolean = 0;
    VariableId length = 0;
  };

  void add(const DataNode& node, bool may_be_missing);
  const Slot& slot(const DataNode& node) const { return slots_.at(&node); }
  Symbolic symbol(const DataNode& node);
  Symbolic constant(const Json& json) const;
  Json value(const DataNode& node, const Assignment& values) const;  // requires: not missing
  bool missing(const DataNode& node, const Assignment& values) const;

  FormulaGraph& graph_;
  Words& words_;
  const DataSchema& schema_;
  std::unordered_map<const DataNode*, Slot> slots_;
  std::vector<VariableId> texts_;
};

}  // namespace mingma::rules::proof
