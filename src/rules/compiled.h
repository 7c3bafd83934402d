// The compiled evaluator: one policy over one resident or over columns of millions. Same decisions and horizons as
// rules/decide.h, always; what the shards run.
//
// Compilation turns each condition into range tests on columns and comparisons of a fact with the clock, and evaluates
// them for 1,024 rows at a time in loops that the compiler vectorises (AVX-512, AVX2 or plain, chosen when the program
// starts). A rule is only looked at for rows that no earlier rule decided, and left at the first operand that is false
// for all of them. Every value carries how long it holds; that gives the horizon of every row in the same pass.
//
// Whole years and months are computed row by row, since ECMAScript's overflow is not monotone. What cannot be compiled
// at all (comparing the text of instants, extractFromUVCI, dccDateOfBirth, adding two facts, conditions of more than
// 20,000 nodes) is interpreted row by row, some hundred times slower; interpreted_rules() says how many rules that is.
//
// Threading: immutable and cheap to copy; recolour may run on any number of threads over disjoint output ranges, while
// nobody writes the columns.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.h"
#include "rules/decision.h"
#include "rules/fact_columns.h"
#include "rules/facts.h"
#include "rules/policy.h"

namespace mingma::rules {

struct PolicyProgram;

// A decision without its horizon, four bytes.
struct Outcome {
  DecisionStatus status = DecisionStatus::kNoPolicy;
  Colour colour = Colour::kNone;
  Measure measure = Measure::kNone;
  RuleIndex rule = kDefaultRule;

  bool operator==(const Outcome&) const = default;
  Decision with_horizon(std::uint32_t horizon) const { return {status, colour, measure, rule, UnixSeconds{horizon}}; }
};

class CompiledPolicy {
 public:
  // Fails only for a policy that parse_policy would refuse. Does not keep `policy`.
  static Result<CompiledPolicy> compile(const Policy& policy);

  const Digest& policy_hash() const;
  std::size_t interpreted_rules() const;

  // Requires now in [kClockMin, kClockMax] (rules/decide_clock.h), here and below.
  Decision decide(const FactRow& facts, UnixSeconds now) const;

  // Decides rows begin..end of the columns; outcomes[i] and horizons[i] are those of row begin + i, horizon 0 is none.
  // Requires begin <= end <= columns.size() and spans of end - begin. Any range will do; one that begins at a multiple
  // of kRowsAtOnce wastes nothing.
  static constexpr std::size_t kRowsAtOnce = 1024;
  void recolour(const FactColumns& columns, std::size_t begin, std::size_t end, UnixSeconds now,
                std::span<Outcome> outcomes, std::span<std::uint32_t> horizons) const;

 private:
  explicit CompiledPolicy(std::shared_ptr<const PolicyProgram> program) : program_(std::move(program)) {}
  std::shared_ptr<const PolicyProgram> program_;
};

}  // namespace mingma::rules
