// Random evidence and area orders for tests: everything the vocabulary allows, with ties on purpose.
#pragma once

#include <vector>

#include "base/rng.h"
#include "rules/reducers.h"

namespace mingma::rules::evidence_for_tests {

inline constexpr std::int64_t kHour = 3'600;
inline constexpr std::int64_t kDay = 24 * kHour;
inline constexpr UnixSeconds kStart{1'667'260'800};  // 2022-11-01T00:00:00Z
inline constexpr DivisionCode kHome{410'102'001};    // a township of Zhengzhou
inline constexpr DivisionCode kSameCounty{410'102'005};
inline constexpr DivisionCode kSameCity{410'105'002};
inline constexpr DivisionCode kOtherCity{410'302'001};
inline constexpr DivisionCode kProvince{410'000'000};

// Days after kStart.
UnixSeconds day(double days);
// Within 30 days of kStart, on whole hours or half days.
UnixSeconds random_time(SeededRng& rng);
DivisionCode random_place(SeededRng& rng);
Evidence random_evidence(SeededRng& rng);
std::vector<AreaOrder> random_orders(SeededRng& rng);
AreaTable random_areas(SeededRng& rng);
std::vector<Evidence> random_history(SeededRng& rng);  // at most 15 items

}  // namespace mingma::rules::evidence_for_tests
