#include "service/statistics.h"

#include <algorithm>
#include <tuple>

#include "rules/policy.h"

namespace mingma::service {
namespace {

struct Slice {
  Counts counts;
  std::uint32_t next = 0;
  bool end = false;
};

Slice count_slice(const shard::RowTable& rows, std::uint32_t first) {
  Slice slice;
  const auto size = static_cast<std::uint32_t>(rows.size());
  slice.next = std::min(size, first + kCountSliceRows);
  slice.end = slice.next == size;
  for (std::uint32_t i = first; i < slice.next; ++i) {
    const shard::RowNumber row{i};
    const rules::Decision decision = rows.decision(row);
    ++slice.counts[{rows.stay(row).prefecture(), decision.colour, rows.policy(row), decision.rule}];
  }
  return slice;
}

using Group = std::vector<StatisticsCell*>;

// In a group whose sum is public one hidden cell alone is no secret. Returns whether another one had to be hidden with
// it.
bool hide_a_second(const Group& group) {
  StatisticsCell* smallest = nullptr;
  std::size_t hidden = 0;
  for (StatisticsCell* cell : group) {
    if (cell->suppressed) {
      ++hidden;
    } else if (smallest == nullptr || cell->count < smallest->count) {
      smallest = cell;
    }
  }
  if (hidden != 1 || smallest == nullptr) return false;
  smallest->suppressed = true;
  return true;
}

void suppress(std::vector<StatisticsCell>& cells, std::uint32_t cell_min) {
  std::map<std::string, Group> by_area;
  std::map<std::pair<std::string, std::string>, Group> by_rule;  // across prefectures: the province's cell is their sum
  for (StatisticsCell& cell : cells) {
    cell.suppressed = cell.count < cell_min;
    by_area[cell.area].push_back(&cell);
    if (!cell.area.empty()) by_rule[{cell.colour, cell.rule_id}].push_back(&cell);
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto& [area, group] : by_area) changed = hide_a_second(group) || changed;
    for (const auto& [rule, group] : by_rule) changed = hide_a_second(group) || changed;
  }
}

}  // namespace

boost::asio::awaitable<Result<Counts>> count_residents(ShardRuntime& shard) {
  Counts total;
  std::uint32_t next = 0;
  for (;;) {
    Result<Slice> slice = co_await await_callback<Result<Slice>>([&shard, next](Done<Result<Slice>> done) {
      boost::asio::post(shard.executor(), [&shard, next, done = std::move(done)] {
        if (!shard.serving()) return done(shard.stopped_error());
        done(count_slice(shard.machine().rows(), next));
      });
    });
    if (!slice) co_return std::move(slice).error();
    for (const auto& [key, count] : slice->counts) total[key] += count;
    if (slice->end) co_return total;
    next = slice->next;
  }
}

std::vector<StatisticsCell> to_cells(const Counts& counts, const shard::ControlState& control, DivisionCode area,
                                     std::uint32_t cell_min) {
  // Rules of several policies are put together by their ids, as the public knows them.
  std::map<std::tuple<std::string, rules::Colour, std::string>, std::uint64_t> sums;
  for (const auto& [key, count] : counts) {
    std::string rule_id;
    if (key.policy != shard::kNoPolicyNumber) {
      const rules::Rule* rule = control.policy(key.policy).find_rule(key.rule);
      rule_id = rule == nullptr ? "default" : rule->id;
    }
    sums[{key.city.to_string(), key.colour, rule_id}] += count;
    sums[{"", key.colour, rule_id}] += count;
  }
  std::vector<StatisticsCell> cells;
  cells.reserve(sums.size());
  for (const auto& [key, count] : sums) {
    cells.push_back(
        {std::get<0>(key), std::string(rules::to_string(std::get<1>(key))), std::get<2>(key), count, false});
  }
  // All cells first, whatever was asked for: two answers must not differ by a suppressed cell.
  suppress(cells, cell_min);
  if (area.value != 0) std::erase_if(cells, [&](const StatisticsCell& cell) { return cell.area != area.to_string(); });
  return cells;
}

}  // namespace mingma::service
