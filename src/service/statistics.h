// Public counts: residents by colour and rule, per prefecture or for the province.
//
// A count under `cell_min` could point at people, so it is suppressed; and because totals are public, one suppressed
// cell in a group could be had by subtraction, so then the next smallest of the group is suppressed with it. Threading:
// counting runs on a shard's executor in slices of at most kCountSliceRows rows, so that no display waits longer than a
// millisecond; each resident is counted once, at some moment of the count.
#pragma once

#include <map>

#include "service/shard_runtime.h"
#include "service/types.h"

namespace mingma::service {

inline constexpr std::uint32_t kCountSliceRows = 50'000;
inline constexpr std::uint32_t kCellMin = 10;

struct CountKey {
  DivisionCode city{};
  rules::Colour colour = rules::Colour::kNone;
  shard::PolicyNumber policy = shard::kNoPolicyNumber;
  rules::RuleIndex rule = rules::kDefaultRule;
  auto operator<=>(const CountKey&) const = default;
};
using Counts = std::map<CountKey, std::uint64_t>;

boost::asio::awaitable<Result<Counts>> count_residents(ShardRuntime& shard);
// `area`: a prefecture; {0}: the whole province, by prefecture and in total.
std::vector<StatisticsCell> to_cells(const Counts& counts, const shard::ControlState& control, DivisionCode area,
                                     std::uint32_t cell_min);

}  // namespace mingma::service
