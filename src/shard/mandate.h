// Mandates: who may say what about residents of a place, and by whose leave: every unbroken chain of grants, from an
// institution up to the command's root keys.
//
// ControlState::authorised() answers yes or no; this gives the reasons in the same words, and agrees with it (tested).
// Threading: pure functions of a ControlState. Ownership: the grants pointed to are the state's.
#pragma once

#include <cstddef>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "rules/evidence.h"
#include "shard/control.h"

namespace mingma::shard {

inline constexpr std::size_t kMandatesMax = 10'000;

struct Mandate {
  InstitutionNumber institution{};
  // Where it holds: the place that was asked for, or a part of it, when the grant covers no more than that part.
  DivisionCode area{};
  std::vector<const Grant*> chain;  // the institution's own grant first, the one by the root keys last; never empty
};

// Chains that cover `kind` in `area`, all of them in force both at `signed_at` and at `now`. Empty: not authorised.
// Of operators: always empty. Ordered by the grants' order of publication.
std::vector<Mandate> mandates_of(const ControlState& control, InstitutionNumber institution, rules::EvidenceKind kind,
                                 DivisionCode area, UnixSeconds signed_at, UnixSeconds now);

// Of every institution, at one instant: first those whose mandate covers the whole of `area`, then those that hold it
// for a part. Ascending by institution within each. At most kMandatesMax; the rest is left out.
std::vector<Mandate> find_mandates(const ControlState& control, rules::EvidenceKind kind, DivisionCode area,
                                   UnixSeconds at);

}  // namespace mingma::shard
