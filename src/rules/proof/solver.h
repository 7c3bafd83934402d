// Z3 behind formulas: the only place that knows it (solver.cpp; solver_absent.cpp where it was not found).
//
// Small integers that are only compared with constants become a boolean per threshold; everything else stays linear
// integer arithmetic. Fixed seed, work limited in Z3's own deterministic units.
// Threading: one thread; solvers are independent of each other.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "rules/proof/formula.h"

namespace mingma::rules::proof {

enum class Check : std::uint8_t { kSatisfiable, kUnsatisfiable, kUnknown };

class Solver {
 public:
  static bool available();
  static std::string version();  // "Z3 4.8.12"

  // Requires available(). Borrows the graph; formulas may be added to it later.
  Solver(FormulaGraph& graph, std::uint32_t effort_max);
  ~Solver();
  Solver(const Solver&) = delete;
  Solver& operator=(const Solver&) = delete;

  void add(Formula formula);
  Check check(const std::vector<Formula>& assumptions = {});
  // The same, with at most `most` of `counted` true.
  Check check_few(const std::vector<Formula>& assumptions, const std::vector<Formula>& counted, unsigned most);
  // After kSatisfiable: a value for every variable of the graph; what the formulas do not mention has its least value.
  Assignment model();
  // What Z3 makes of the formula when every variable has its value: for the tests of the translation.
  bool evaluate(Formula formula, const Assignment& values);
  // After kUnknown: what Z3 says.
  std::string reason() const;
  std::uint64_t effort() const;  // spent so far

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mingma::rules::proof
