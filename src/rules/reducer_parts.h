// The larger reducers, each in its own file; only reducers.cpp calls them. Evidence comes sorted and without
// duplicates, so items of one kind lie together. Each writes its own facts into `row` and leaves the others alone.
#pragma once

#include <span>

#include "rules/areas.h"
#include "rules/evidence.h"
#include "rules/facts.h"
#include "rules/reducers.h"

namespace mingma::rules {

// case_status, case_severity, case_released_at, case_excluded_at.
void reduce_cases(std::span<const Evidence> sorted, FactRow& row);

// Everything about samplings, and test_due_at. Reads arrived_at and control_started_at from the row.
void reduce_tests(std::span<const Evidence> sorted, FactRow& row);

// zone_now, lockdown_now, area_test_hours, in_jurisdiction and the four facts about leaving. `stays`: items of that
// kind.
void reduce_places(std::span<const Evidence> stays, const Residence& residence, const AreaTable& areas, FactRow& row);

// The most of `negatives` (ascending instants), each at least 24 hours after the one before, within any 72 hours; at
// most 4.
std::uint8_t spaced_negatives(std::span<const UnixSeconds> negatives);

}  // namespace mingma::rules
