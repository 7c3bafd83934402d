#include <algorithm>
#include <limits>
#include <tuple>
#include <vector>

#include "rules/reducer_parts.h"

namespace mingma::rules {
namespace {

using enum FactId;

constexpr UnixSeconds kNever{std::numeric_limits<std::int64_t>::max()};

// Somebody was in `place` from `from` until `until` (exclusive; kNever: is still there).
struct Presence {
  DivisionCode place{};
  UnixSeconds from{};
  UnixSeconds until{};
};

// Declared stays, ascending by beginning. A later open stay ends an earlier open one.
std::vector<Presence> declared(std::span<const Evidence> stays) {
  std::vector<Presence> all;
  std::vector<UnixSeconds> open_from;
  for (const Evidence& stay : stays) {
    const bool open = stay.until == UnixSeconds{};
    all.push_back({stay.area, stay.at, open ? kNever : stay.until});
    if (open) open_from.push_back(stay.at);
  }
  std::sort(open_from.begin(), open_from.end());
  for (Presence& stay : all) {
    if (stay.until != kNever) continue;
    const auto next = std::upper_bound(open_from.begin(), open_from.end(), stay.from);
    if (next != open_from.end()) stay.until = *next;
  }
  std::sort(all.begin(), all.end(), [](const Presence& a, const Presence& b) {
    return std::tuple(a.from, a.until, a.place) < std::tuple(b.from, b.until, b.place);
  });
  return all;
}

// Adds the times at home: those that no declared stay covers.
std::vector<Presence> presences(std::span<const Evidence> stays, DivisionCode home) {
  std::vector<Presence> all = declared(stays);
  if (home == DivisionCode{}) return all;
  const std::size_t count = all.size();
  UnixSeconds covered_until{std::numeric_limits<std::int64_t>::min()};
  for (std::size_t i = 0; i < count; ++i) {
    if (all[i].from > covered_until) all.push_back({home, covered_until, all[i].from});
    covered_until = std::max(covered_until, all[i].until);
  }
  if (covered_until != kNever) all.push_back({home, covered_until, kNever});
  return all;
}

// Whether the end of `stay` is a departure from `area` while the order counted there: the person is nowhere else inside
// it.
bool departed(const Presence& stay, DivisionCode area, const AreaOrder& order, std::span<const Presence> all) {
  if (!area.contains(stay.place)) return false;
  if (stay.from >= stay.until || stay.until <= order.counted_from() || stay.until > order.until ||
      stay.from >= order.until)
    return false;
  return std::none_of(all.begin(), all.end(), [&](const Presence& other) {
    return other.from <= stay.until && stay.until < other.until && area.contains(other.place);
  });
}

struct Departures {
  UnixSeconds high{}, medium{}, county{}, city{};
};

void note_departures(const Presence& stay, const AreaTable& areas, std::span<const Presence> all, Departures& out) {
  for (const AreaOrder* order : areas.risk_orders_in_city_of(stay.place)) {
    if (order->from > areas.as_of()) continue;
    const auto note = [&](DivisionCode area, UnixSeconds& latest) {
      if (stay.until > latest && departed(stay, area, *order, all)) latest = stay.until;
    };
    note(order->area, order->level == RiskLevel::kHigh ? out.high : out.medium);
    note(order->area.county(), out.county);
    note(order->area.prefecture(), out.city);
  }
}

}  // namespace

DivisionCode present_place(std::span<const Evidence> effective, const Residence& residence) {
  const Evidence* found = nullptr;
  for (const Evidence& item : effective) {
    if (item.kind != EvidenceKind::kStay || item.until != UnixSeconds{}) continue;
    if (found == nullptr || std::tuple(found->at, found->area) < std::tuple(item.at, item.area)) found = &item;
  }
  return found == nullptr ? residence.home : found->area;
}

void reduce_places(std::span<const Evidence> stays, const Residence& residence, const AreaTable& areas, FactRow& row) {
  const DivisionCode present = present_place(stays, residence);
  const AreaStatus status = areas.status_at(present);
  row.set(kZoneNow, static_cast<std::uint32_t>(status.level));
  row.set(kLockdownNow, static_cast<std::uint32_t>(status.lockdown));
  row.set(kAreaTestHours, status.test_interval_hours);
  row.set(kInJurisdiction, areas.province().contains(present) ? 1 : 0);

  Departures left;
  if (!stays.empty()) {  // who declared no stay was at home all the time and left nothing
    const std::vector<Presence> all = presences(stays, residence.home);
    for (const Presence& stay : all) {
      if (stay.until != kNever) note_departures(stay, areas, all, left);
    }
  }
  left.county = std::max({left.county, left.high, left.medium});
  left.city = std::max(left.city, left.county);
  row.set_instant(kLeftHighAt, left.high);
  row.set_instant(kLeftMediumAt, left.medium);
  row.set_instant(kLeftRiskCountyAt, left.county);
  row.set_instant(kLeftRiskCityAt, left.city);
}

}  // namespace mingma::rules
