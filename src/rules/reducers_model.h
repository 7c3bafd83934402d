// A slow and obvious model of the reducers, for tests: each fact by its sentence in docs/facts.md, by trying
// everything.
#pragma once

#include <vector>

#include "rules/reducers.h"

namespace mingma::rules {

// Requires evidence on whole half hours after 2022-10-01 and before 2023-02-01.
FactRow model_reduce(const std::vector<Evidence>& evidence, const Residence& residence, const AreaTable& areas);

}  // namespace mingma::rules
