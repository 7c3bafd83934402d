// A CertLogic expression as formulas: what it gives on every possible data at once.
//
// A Symbolic value is a list of alternatives, each with the condition under which it is the value; exactly one of them
// holds on any data that keeps the domain's constraints. Errors are alternatives of their own, with the code and place
// that the interpreter would report, and are passed on as it does: what `and` and `if` do not run cannot fail.
// Instants are counted in milliseconds, months and years overflow as in ECMAScript, by a variable of their own
// (formula.h). What cannot be said this way (extractFromUVCI, texts of dates compared with each other under other
// names, lists longer than the domain allows) makes the encoding fail: the question is then *not proved*.
//
// The domain says what a path can give; facts: fact_domain.h, arbitrary data: data_domain.h.
// Threading: as the graph. Tests: encoder_test.cpp compares with the interpreter.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "rules/certlogic/expression.h"
#include "rules/proof/formula.h"

namespace mingma::rules::proof {

struct Symbolic;
struct DataNode;  // of data_domain.h

enum class SymbolicKind : std::uint8_t {
  kNull,
  kBoolean,  // truth
  kInteger,  // number
  kWord,     // a constant text: word
  kText,     // a text of the data that is not known: number = its identity among words (Words)
  kInstant,  // the text of an instant fact or of the clock: number = seconds
  kDay,      // the text of a date fact: number = days
  kDate,     // a date-time: number = milliseconds
  kList,     // items
  kFrame,    // items[0] accumulator, items[1] current, of a lambda
  kNode,     // an object or list of the data
  kError,    // error, place
};

struct Alternative {
  Formula when;
  SymbolicKind kind = SymbolicKind::kNull;
  Formula truth;
  Linear number;
  std::string word;
  std::shared_ptr<const std::vector<Symbolic>> items;
  const DataNode* node = nullptr;
  const ErrorInfo* error = nullptr;
  certlogic::NodeIndex place = 0;
};

struct Symbolic {
  std::vector<Alternative> alternatives;
};

// Texts as numbers, so that they can be compared: constants get 0, 1, 2 ... in order of appearance ("" is 0), texts of
// the data that equal no constant are negative.
class Words {
 public:
  static constexpr std::int64_t kOthers = 8;  // as many that can be told apart: -8 to -1
  static constexpr std::int64_t kMax = 2'000;
  Words() { id(""); }
  std::int64_t id(const std::string& word);
  const std::vector<std::string>& all() const { return words_; }

 private:
  std::vector<std::string> words_;
};

class Domain {
 public:
  virtual ~Domain() = default;
  // What the path gives on the whole data. Error: the domain cannot say.
  virtual Result<Symbolic> read(const certlogic::Path& path) = 0;
  // One step further into an alternative of kind kNode.
  virtual Symbolic member(const Alternative& node, const certlogic::Fragment& fragment) = 0;
  // kNode: whether an object or list is not empty; and its items, for "in" and "reduce". Empty: it is no list.
  virtual Formula not_empty(const Alternative& node) = 0;
  virtual bool is_list(const Alternative& node) = 0;
  // Item i is there while i < length: pairs of (i < length, item).
  virtual std::vector<std::pair<Formula, Symbolic>> items(const Alternative& node) = 0;
  // What a text of the data is when it is read as a date-time: valid or not, and milliseconds. Absent: cannot say.
  virtual std::optional<std::pair<Formula, Linear>> date_of(const Alternative& text) = 0;
};

// Truth of a condition: exactly one of holds, fails, or neither, which is an error.
struct SymbolicTruth {
  Formula holds;
  Formula error;
};

class Encoder {
 public:
  Encoder(FormulaGraph& graph, Words& words, Domain& domain) : graph_(graph), words_(words), domain_(domain) {}

  // Error kProofUnsupported with the place of the first sub-expression that cannot be encoded.
  Result<Symbolic> encode(const certlogic::Expression& expression);
  Result<SymbolicTruth> truth(const certlogic::Expression& expression);

 private:
  using Index = certlogic::NodeIndex;
  Symbolic run(Index index, const Symbolic* frame);
  Symbolic run_var(Index index, const Symbolic* frame);
  Symbolic run_if(Index index, const Symbolic* frame);
  Symbolic run_and(Index index, const Symbolic* frame);
  Symbolic run_not(Index index, const Symbolic* frame);
  Symbolic run_equal(Index index, const Symbolic* frame);
  Symbolic run_in(Index index, const Symbolic* frame);
  Symbolic run_plus(Index index, const Symbolic* frame);
  Symbolic run_comparison(Index index, const Symbolic* frame);
  Symbolic run_plus_time(Index index, const Symbolic* frame);
  Symbolic run_date_of_birth(Index index, const Symbolic* frame);
  Symbolic run_array(Index index, const Symbolic* frame);
  Symbolic run_reduce(Index index, const Symbolic* frame);

  Symbolic step(const Symbolic& value, const certlogic::Fragment& fragment);
  Symbolic moved(Index index, const Alternative& text);
  Symbolic shifted(Index index, const Linear& start);
  // Truthy; nullopt: neither (a date-time).
  std::optional<Formula> truthy(const Alternative& value);
  Formula same_scalar(Index index, const Alternative& a, const Alternative& b);
  Linear identity(const Alternative& text);
  const certlogic::Node& node(Index index) const { return expression_->node(index); }
  // Remembers the first of them; encode() then fails. The value is of no matter.
  Symbolic unsupported(Index index, std::string message);
  Symbolic failing(Index place, const ErrorInfo& error) const;

  // Adds `value` under the extra condition; alternatives that nothing tells apart are put together.
  void add(Symbolic& out, Formula when, const Symbolic& value);
  void add(Symbolic& out, Formula when, Alternative value);
  // The operands' alternatives one with another; errors go to `out`, leftmost first, as the interpreter meets them.
  template <typename Use>
  void each(Symbolic& out, const std::vector<Symbolic>& operands, Use&& use);

  FormulaGraph& graph_;
  Words& words_;
  Domain& domain_;
  const certlogic::Expression* expression_ = nullptr;
  std::optional<Error> failure_;
};

bool is_comparable(const Alternative& value);

}  // namespace mingma::rules::proof
