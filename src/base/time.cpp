#include "base/time.h"

#include <array>
#include <cstdio>

#include "base/errors.h"

namespace mingma {
namespace {

constexpr int kYearMin = 1900;
constexpr int kYearMax = 2199;

std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

Error invalid(const char* why) { return Error(errors::kInvalidTime, why); }

// Reads exactly `count` decimal digits at the front of `text` and removes them.
bool take_digits(std::string_view& text, std::size_t count, int& value) {
  if (text.size() < count) return false;
  value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return true;
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

Result<CivilDate> take_date(std::string_view& text) {
  YearMonthDay fields;
  if (!take_digits(text, 4, fields.year) || !take(text, '-') || !take_digits(text, 2, fields.month) ||
      !take(text, '-') || !take_digits(text, 2, fields.day)) {
    return invalid("a date is written YYYY-MM-DD");
  }
  if (fields.year < kYearMin || fields.year > kYearMax) return invalid("years run from 1900 to 2199");
  const CivilDate date = civil_date(fields);
  const YearMonthDay back = year_month_day(date);
  if (back.month != fields.month || back.day != fields.day) return invalid("there is no such date");
  return date;
}

// "Z" or "+hh:mm" or "-hh:mm", as seconds east of UTC.
Result<std::int64_t> take_offset(std::string_view& text) {
  if (take(text, 'Z')) return std::int64_t{0};
  const bool west = !text.empty() && text.front() == '-';
  if (!west && (text.empty() || text.front() != '+')) return invalid("an instant ends in Z or +hh:mm");
  text.remove_prefix(1);
  int hours = 0;
  int minutes = 0;
  if (!take_digits(text, 2, hours) || !take(text, ':') || !take_digits(text, 2, minutes) || hours > 23 ||
      minutes > 59) {
    return invalid("an offset is written +hh:mm");
  }
  const std::int64_t seconds = hours * 3'600 + minutes * 60;
  return west ? -seconds : seconds;
}

std::string format(UnixSeconds instant, const char* pattern) {
  const std::int64_t days = floor_divide(instant.value, kSecondsPerDay);
  const int second = static_cast<int>(instant.value - days * kSecondsPerDay);
  const YearMonthDay date = year_month_day({static_cast<std::int32_t>(days)});
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), pattern, date.year, date.month, date.day, second / 3'600,
                                   second / 60 % 60, second % 60);
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace

// Years are counted from March, so that the leap day is the last of its year.
YearMonthDay year_month_day(CivilDate date) {
  const std::int64_t z = std::int64_t{date.days} + 719'468;  // days since 0000-03-01
  const std::int64_t era = floor_divide(z, 146'097);         // 400 years
  const std::int64_t day_of_era = z - era * 146'097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  YearMonthDay fields;
  fields.day = static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  fields.month = static_cast<int>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  fields.year = static_cast<int>(year_of_era + era * 400 + (fields.month <= 2 ? 1 : 0));
  return fields;
}

CivilDate civil_date(const YearMonthDay& fields) {
  const std::int64_t months = std::int64_t{fields.year} * 12 + fields.month - 1;
  const std::int64_t month = months - floor_divide(months, 12) * 12 + 1;
  const std::int64_t year = floor_divide(months, 12) - (month <= 2 ? 1 : 0);
  const std::int64_t era = floor_divide(year, 400);
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5;  // of the month's first day
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return {static_cast<std::int32_t>(era * 146'097 + day_of_era - 719'468 + fields.day - 1)};
}

CivilDate china_date(UnixSeconds instant) {
  return {static_cast<std::int32_t>(floor_divide(instant.value + kChinaOffsetSeconds, kSecondsPerDay))};
}

UnixSeconds china_midnight(CivilDate date) { return {date.days * kSecondsPerDay - kChinaOffsetSeconds}; }

std::string UnixSeconds::to_string() const { return format(*this, "%04d-%02d-%02dT%02d:%02d:%02dZ"); }

std::string UnixSeconds::to_local_string() const {
  return format(plus(kChinaOffsetSeconds), "%04d-%02d-%02d %02d:%02d:%02d");
}

std::string CivilDate::to_string() const { return UnixSeconds{days * kSecondsPerDay}.to_string().substr(0, 10); }

Result<CivilDate> parse_date(std::string_view text) {
  MINGMA_TRY(const CivilDate date, take_date(text));
  if (!text.empty()) return invalid("a date is written YYYY-MM-DD");
  return date;
}

Result<UnixSeconds> parse_instant(std::string_view text) {
  MINGMA_TRY(const CivilDate date, take_date(text));
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!take(text, 'T') || !take_digits(text, 2, hour) || !take(text, ':') || !take_digits(text, 2, minute) ||
      !take(text, ':') || !take_digits(text, 2, second)) {
    return invalid("an instant is written YYYY-MM-DDThh:mm:ss and an offset");
  }
  if (hour > 23 || minute > 59 || second > 59) return invalid("there is no such time of day");
  if (take(text, '.')) {
    int ignored = 0;
    if (!take_digits(text, 1, ignored)) return invalid("a fraction of a second has at least one digit");
    while (take_digits(text, 1, ignored)) {
    }
  }
  MINGMA_TRY(const std::int64_t offset, take_offset(text));
  if (!text.empty()) return invalid("there is more text after the instant");
  return UnixSeconds{date.days * kSecondsPerDay + hour * 3'600 + minute * 60 + second - offset};
}

}  // namespace mingma
