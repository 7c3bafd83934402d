#include "rules/areas.h"

#include <algorithm>
#include <array>
#include <utility>

#include "rules/errors.h"

namespace mingma::rules {
namespace {

constexpr std::size_t kOrdersMax = 100'000;
constexpr std::size_t kNumberBytesMax = 64;
constexpr std::int64_t kInstantMax = 0xFFFF'FFFF;

Error fail(std::string_view where, std::string message) {
  return Error(errors::kInvalidAreaOrder, std::move(message), std::string(where));
}

// The place itself and everything above it: township, county, prefecture, province.
std::array<DivisionCode, 4> with_ancestors(DivisionCode place) {
  return {place, place.county(), place.prefecture(), place.province()};
}

bool risky(const AreaOrder& order) { return order.level == RiskLevel::kMedium || order.level == RiskLevel::kHigh; }

}  // namespace

Result<void> check_area_order(const AreaOrder& order) {
  if (order.number.empty() || order.number.size() > kNumberBytesMax) return fail("number", "must have 1 to 64 bytes");
  if (!DivisionCode::parse(order.area.to_string()).ok()) return fail("area", "missing, or no division code");
  if (order.level > RiskLevel::kHigh) return fail("level", "no such level");
  if (order.lockdown > LockdownClass::kLockdown) return fail("lockdown", "no such class");
  if (order.level == RiskLevel::kNone && order.lockdown == LockdownClass::kNone && order.test_interval_hours == 0) {
    return fail("level", "an order without level, class or test interval orders nothing");
  }
  if (order.from.value <= 0 || order.from.value > kInstantMax) return fail("from", "missing, or outside 1970 to 2106");
  if (order.until <= order.from || order.until.value > kInstantMax)
    return fail("until", "missing, or not after the beginning");
  if (order.counts_from.value < 0 || order.counts_from > order.from)
    return fail("counts_from", "later than the beginning");
  return {};
}

AreaTable::AreaTable(std::vector<AreaOrder> orders, DivisionCode province, UnixSeconds as_of)
    : orders_(std::move(orders)), province_(province), as_of_(as_of) {
  MINGMA_ASSERT(orders_.size() <= kOrdersMax);
  std::sort(orders_.begin(), orders_.end(), [](const AreaOrder& a, const AreaOrder& b) {
    return std::pair(a.area, std::string_view(a.number)) < std::pair(b.area, std::string_view(b.number));
  });
  for (std::size_t i = 0; i < orders_.size(); ++i) {
    by_area_[orders_[i].area.value].push_back(i);
    if (risky(orders_[i])) by_city_[orders_[i].area.prefecture().value].push_back(i);
  }
}

AreaStatus AreaTable::status_at(DivisionCode place) const {
  AreaStatus status;
  if (place == DivisionCode{}) return status;
  DivisionCode previous{};
  for (const DivisionCode area : with_ancestors(place)) {
    const auto found = area == previous ? by_area_.end() : by_area_.find(area.value);
    previous = area;
    if (found == by_area_.end()) continue;
    for (const std::size_t i : found->second) {
      const AreaOrder& order = orders_[i];
      if (!order.in_force(as_of_)) continue;
      status.level = std::max(status.level, order.level);
      status.lockdown = std::max(status.lockdown, order.lockdown);
      const std::uint8_t hours = order.test_interval_hours;
      if (hours != 0 && (status.test_interval_hours == 0 || hours < status.test_interval_hours))
        status.test_interval_hours = hours;
    }
  }
  return status;
}

UnixSeconds AreaTable::next_change() const {
  UnixSeconds next{};
  const auto consider = [&](UnixSeconds at) {
    if (at > as_of_ && (next == UnixSeconds{} || at < next)) next = at;
  };
  for (const AreaOrder& order : orders_) {
    consider(order.from);
    consider(order.until);
  }
  return next;
}

std::vector<const AreaOrder*> AreaTable::risk_orders_in_city_of(DivisionCode place) const {
  std::vector<const AreaOrder*> found;
  if (place == DivisionCode{}) return found;
  const auto add = [&](DivisionCode area) {
    const auto entry = by_city_.find(area.value);
    if (entry == by_city_.end()) return;
    for (const std::size_t i : entry->second) found.push_back(&orders_[i]);
  };
  add(place.prefecture());
  if (place.province() != place.prefecture()) add(place.province());
  return found;
}

}  // namespace mingma::rules
