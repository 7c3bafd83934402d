// Data that shows a point, made small: fewest members, smallest numbers, round dates. Threading: pure functions.
#pragma once

#include <functional>

#include "base/json.h"

namespace mingma::rules::proof {

using DataShows = std::function<bool(const Json&)>;

// Requires shows(data); so does the result. `clock`: path of the instant that dates are seen from; members of `fixed`
// are left alone. Cost: some thousand calls of `shows`.
Json simplify_data(Json data, const DataShows& shows, const Json& fixed);

}  // namespace mingma::rules::proof
