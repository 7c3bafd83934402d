// A population that nobody lives in: residents by a formula of the row number, for benchmarks and for trying a policy.
//
// A fact is present in so many rows in a million, spread evenly over the rows, which leaves no block without work; the
// densities are those of the middle of a wave. Restated in bench/recolour/peer.mjs: the two must give the same rows.
// They are facts only; what the reducers imply between facts does not hold in every row.
// Threading: pure functions.
#pragma once

#include <cstddef>

#include "base/json.h"
#include "rules/fact_columns.h"

namespace mingma::rules {

FactColumns synthetic_rows(std::size_t rows, UnixSeconds now);
// The densities, so that another engine can make the same population.
Json synthetic_description(UnixSeconds now);

}  // namespace mingma::rules
