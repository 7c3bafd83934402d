// Instants and civil dates. No function here reads a clock; Clock comes in by constructor, only `app` has the real one.
//
// Civil dates are days of the proleptic Gregorian calendar; "today" is at UTC+8, without daylight saving.
// Range: years 1900 to 2199; anything else is refused at the edge.
// Source: RFC 3339; H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace mingma {

inline constexpr std::int64_t kSecondsPerDay = 86'400;
inline constexpr std::int64_t kChinaOffsetSeconds = 8 * 3'600;

// Seconds since 1970-01-01T00:00:00Z.
struct UnixSeconds {
  std::int64_t value = 0;
  auto operator<=>(const UnixSeconds&) const = default;  // NOLINT(modernize-use-nullptr): not ours
  UnixSeconds plus(std::int64_t seconds) const { return {value + seconds}; }
  std::string to_string() const;        // "2022-06-13T00:00:00Z"
  std::string to_local_string() const;  // "2022-06-13 08:00:00" at UTC+8
};

// Days since 1970-01-01.
struct CivilDate {
  std::int32_t days = 0;
  auto operator<=>(const CivilDate&) const = default;
  std::string to_string() const;  // "2022-06-13"
};

struct YearMonthDay {
  int year = 1970;
  int month = 1;
  int day = 1;
};

YearMonthDay year_month_day(CivilDate date);
// Out-of-range days and months carry over, as ECMAScript's Date.UTC does: {2021, 2, 31} is 3 March.
CivilDate civil_date(const YearMonthDay& fields);
CivilDate china_date(UnixSeconds instant);   // the civil date at UTC+8
UnixSeconds china_midnight(CivilDate date);  // 00:00 at UTC+8 on that date

// "2022-06-13" only; the date must exist.
Result<CivilDate> parse_date(std::string_view text);
// RFC 3339 date-time with offset ("Z", "+08:00"); fractions of a second are cut off.
Result<UnixSeconds> parse_instant(std::string_view text);

class Clock {
 public:
  virtual ~Clock() = default;
  virtual UnixSeconds now() const = 0;
};

// A clock that stands still until told: for tests, replay and simulation.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(UnixSeconds now) : now_(now) {}
  UnixSeconds now() const override { return now_; }
  void set(UnixSeconds now) { now_ = now; }

 private:
  UnixSeconds now_;
};

}  // namespace mingma
