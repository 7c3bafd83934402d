// Area orders: which division had which risk level, from when to when; and the table that answers for a place.
//
// An order says what holds in one division and everything below it. Orders overlap: the highest level counts, whatever
// its number. The table is a snapshot: `as_of` says which orders count as in force *now*; history (who left a high-risk
// area, and when) uses each order's own times. An order begins or ends by the clock at next_change(): then the shard
// takes a new snapshot and reduces the residents again who are in that area. So facts never depend on the clock,
// only on (evidence, snapshot).
//
// Threading: immutable after construction.
// Limits: 100,000 orders. Look-ups walk at most five prefixes of a division.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace mingma::rules {

// Numbers are part of stored formats and those of the facts zone_now and lockdown_now.
enum class RiskLevel : std::uint8_t { kNone = 0, kLow = 1, kMedium = 2, kHigh = 3 };
enum class LockdownClass : std::uint8_t { kNone = 0, kPrecaution = 1, kControl = 2, kLockdown = 3 };

struct AreaOrder {
  std::string number;  // the order's document number: what makes it one order; 1 to 64 bytes
  DivisionCode area{};
  RiskLevel level = RiskLevel::kNone;
  LockdownClass lockdown = LockdownClass::kNone;
  std::uint8_t test_interval_hours = 0;  // a test at least this often; 0: none required
  UnixSeconds from{};
  UnixSeconds until{};  // exclusive; mandatory, later than `from`; lifting an order early = the same number with an
                        // earlier until
  // Stays from this instant on count as stays in the area; not after `from`. Notices of 2022 reached back before the
  // day of grading ("left within 14 days before it was graded"). {0}: same as `from`.
  UnixSeconds counts_from{};

  bool operator==(const AreaOrder&) const = default;
  UnixSeconds counted_from() const { return counts_from == UnixSeconds{} ? from : counts_from; }
  bool in_force(UnixSeconds at) const { return from <= at && at < until; }
};

// Refuses an empty number, an unknown area, an order that orders nothing, or times in the wrong order.
Result<void> check_area_order(const AreaOrder& order);

// What holds at one place now: the strictest of the orders in force there.
struct AreaStatus {
  RiskLevel level = RiskLevel::kNone;
  LockdownClass lockdown = LockdownClass::kNone;
  std::uint8_t test_interval_hours = 0;  // the shortest required

  bool operator==(const AreaStatus&) const = default;
};

class AreaTable {
 public:
  AreaTable() = default;
  // `orders`: one per number. `province`: what arrivals arrive in (fact in_jurisdiction); unknown: nobody is in it.
  AreaTable(std::vector<AreaOrder> orders, DivisionCode province, UnixSeconds as_of);

  UnixSeconds as_of() const { return as_of_; }
  DivisionCode province() const { return province_; }
  const std::vector<AreaOrder>& orders() const { return orders_; }  // ascending by area, then number

  // Orders in force for a place: those whose area contains it. A place that is known only coarsely (a county) is not in
  // the smaller areas inside it.
  AreaStatus status_at(DivisionCode place) const;
  // First instant after as_of at which an order begins or ends; {0}: none.
  UnixSeconds next_change() const;

  // Orders of medium or high risk whose county (or whole area, if larger) contains the place; and prefecture likewise.
  // Includes orders that have ended: for the facts about stays.
  std::vector<const AreaOrder*> risk_orders_in_city_of(DivisionCode place) const;

 private:
  std::vector<AreaOrder> orders_;
  std::map<std::uint32_t, std::vector<std::size_t>> by_area_;  // division code -> orders, for exact prefixes
  std::map<std::uint32_t, std::vector<std::size_t>>
      by_city_;  // prefecture (or the area itself, if larger) -> risk orders
  DivisionCode province_{};
  UnixSeconds as_of_{};
};

}  // namespace mingma::rules
