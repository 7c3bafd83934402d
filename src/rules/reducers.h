// Reducers: a resident's effective evidence -> facts. Pure functions of the set of evidence: the order of arrival,
// duplicates and the clock make no difference (property-tested by permutation and against a slow model). docs/facts.md
// states each one.
//
// "Effective" is the shard's word: signed, granted, not held, not withdrawn, not suspended.
// Threading: pure functions.
// Cost: O(n log n) in the number of evidence items, plus stays times area orders of the same prefecture.
#pragma once

#include <span>

#include "rules/areas.h"
#include "rules/evidence.h"
#include "rules/facts.h"

namespace mingma::rules {

// Where a resident lives. A person is at home whenever no declared stay says otherwise.
struct Residence {
  DivisionCode home{};

  bool operator==(const Residence&) const = default;
};

FactRow reduce(std::span<const Evidence> effective, const Residence& residence, const AreaTable& areas);

// Adds one more item of evidence to a row that reduce() made, when the row alone suffices to do so exactly: afterwards
// the row equals reduce() of the evidence with `added`. Returns false, with the row unchanged, when it does not suffice
// (then reduce() again). Succeeds for the common case: a negative or inconclusive test sampled after every earlier
// sample, a negative at least 24 hours after the last one, with no test due and no pooled positive to recheck.
bool reduce_one(FactRow& row, const Evidence& added);

// Where the person is by evidence alone: the latest open stay (the greater division code if two began together), else
// home. Shards keep it as the column `stay`, to find the residents whom an area order touches.
DivisionCode present_place(std::span<const Evidence> effective, const Residence& residence);

}  // namespace mingma::rules
