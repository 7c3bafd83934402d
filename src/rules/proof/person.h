// A counterexample on its way from a solver's model to somebody a reader can picture.
//
// Everything here is concrete: a candidate is kept when `shows` says that it still shows the point, which is decided by
// the compiled evaluator, not by the solver. Threading: pure functions, as `shows` is.
#pragma once

#include <functional>

#include "rules/facts.h"

namespace mingma::rules::proof {

struct Person {
  FactRow facts;
  UnixSeconds now;
  FactRow facts_after;    // = facts unless something was stated in between
  UnixSeconds now_after;  // = now unless time passed
};

using Shows = std::function<bool(const Person&)>;

// As simple as small changes can make it: fewest facts, then the simplest values, a round "now" near the beginning of
// [from, to], and events whole days, else whole hours before it. Requires shows(person); so does the result.
// Cost: some thousand calls of `shows` at most.
Person simplify(Person person, const Shows& shows, UnixSeconds from, UnixSeconds to);

}  // namespace mingma::rules::proof
