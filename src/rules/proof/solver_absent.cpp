// Built where Z3 was not found: nothing can be proved, everything else works.
#include "base/assert.h"
#include "rules/proof/solver.h"

namespace mingma::rules::proof {

struct Solver::Impl {};

bool Solver::available() { return false; }
std::string Solver::version() { return {}; }
Solver::Solver(FormulaGraph&, std::uint32_t) { MINGMA_ASSERT(available()); }
Solver::~Solver() = default;
void Solver::add(Formula) {}
Check Solver::check(const std::vector<Formula>&) { return Check::kUnknown; }
Check Solver::check_few(const std::vector<Formula>&, const std::vector<Formula>&, unsigned) { return Check::kUnknown; }
Assignment Solver::model() { return {}; }
bool Solver::evaluate(Formula, const Assignment&) { return false; }
std::string Solver::reason() const { return {}; }
std::uint64_t Solver::effort() const { return 0; }

}  // namespace mingma::rules::proof
