#include "rules/certlogic/date_time.h"

#include <cstdlib>

namespace mingma::rules::certlogic {
namespace {

constexpr std::int64_t kMillisecondsPerHour = 3'600'000;
constexpr std::int64_t kMillisecondsPerDay = 24 * kMillisecondsPerHour;
constexpr std::int64_t kMillisecondsMax = 100'000'000 * kMillisecondsPerDay;  // ECMA-262, "Time Values and Time Range"
// Beyond this any unit leaves the range, and the products below would leave 64 bits.
constexpr std::int64_t kAmountMax = 10'000'000'000;

struct Civil {
  std::int64_t year;
  int month;  // 1 to 12
  int day;    // 1 to 31
};

std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// Proleptic Gregorian calendar, any year (base/time.h stops at 1900 and 2199; date strings reach from 0000 to 9999).
std::int64_t days_from_civil(const Civil& c) {
  const std::int64_t y = c.year - (c.month <= 2 ? 1 : 0);
  const std::int64_t era = floor_divide(y, 400);
  const std::int64_t year_of_era = y - era * 400;
  const std::int64_t day_of_year = (153 * (c.month + (c.month > 2 ? -3 : 9)) + 2) / 5 + c.day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719'468;
}

Civil civil_from_days(std::int64_t days) {
  const std::int64_t z = days + 719'468;
  const std::int64_t era = floor_divide(z, 146'097);
  const std::int64_t day_of_era = z - era * 146'097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const int month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month,
          static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1)};
}

int days_in_month(std::int64_t year, int month) {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

std::optional<DateTime> in_range(std::int64_t milliseconds) {
  if (milliseconds > kMillisecondsMax || milliseconds < -kMillisecondsMax) return std::nullopt;
  return DateTime{milliseconds};
}

// Reads fixed-width fields from the front of a text.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool at_end() const { return position_ == text_.size(); }
  bool next_is(char c) const { return position_ < text_.size() && text_[position_] == c; }
  bool next_is_digit() const { return digits_ahead() > 0; }
  bool accept(char c) {
    if (!next_is(c)) return false;
    ++position_;
    return true;
  }
  int digits_ahead() const {
    std::size_t end = position_;
    while (end < text_.size() && text_[end] >= '0' && text_[end] <= '9') ++end;
    return static_cast<int>(end - position_);
  }
  // Exactly `width` digits, or -1.
  int number(int width) {
    int value = 0;
    for (int i = 0; i < width; ++i, ++position_) {
      if (!next_is_digit()) return -1;
      value = value * 10 + (text_[position_] - '0');
    }
    return value;
  }

 private:
  std::string_view text_;
  std::size_t position_ = 0;
};

// "YYYY-MM-DD" at the cursor.
std::optional<Civil> read_date(Cursor& in) {
  const int year = in.number(4);
  if (year < 0 || !in.accept('-')) return std::nullopt;
  const int month = in.number(2);
  if (month < 1 || month > 12 || !in.accept('-')) return std::nullopt;
  const int day = in.number(2);
  if (day < 1 || day > days_in_month(year, month)) return std::nullopt;
  return Civil{year, month, day};
}

// ".S", any number of decimals; those beyond milliseconds are cut off.
std::optional<int> read_fraction(Cursor& in) {
  if (!in.accept('.')) return 0;
  if (!in.next_is_digit()) return std::nullopt;
  int milliseconds = 0;
  for (int scale = 100; in.next_is_digit(); scale /= 10) milliseconds += in.number(1) * scale;
  return milliseconds;
}

// "hh:mm:ss[.S]" as milliseconds of the day.
std::optional<std::int64_t> read_time(Cursor& in) {
  const int hour = in.number(2);
  if (hour < 0 || hour > 24 || !in.accept(':')) return std::nullopt;
  const int minute = in.number(2);
  if (minute < 0 || minute > 59 || !in.accept(':')) return std::nullopt;
  const int second = in.number(2);
  if (second < 0 || second > 59) return std::nullopt;
  const std::optional<int> fraction = read_fraction(in);
  if (!fraction) return std::nullopt;
  if (hour == 24 && (minute != 0 || second != 0 || *fraction != 0)) return std::nullopt;
  return hour * kMillisecondsPerHour + minute * 60'000 + second * 1'000 + *fraction;
}

// "", "Z" or [+-] with h, hh, hmm, hhmm, h:mm or hh:mm, as milliseconds to take off.
std::optional<std::int64_t> read_offset(Cursor& in) {
  if (in.at_end() || in.accept('Z')) return 0;
  const bool negative = in.next_is('-');
  if (!in.accept('+') && !in.accept('-')) return std::nullopt;
  const int digits = in.digits_ahead();
  if (digits < 1 || digits > 4) return std::nullopt;
  const int hour = in.number(digits == 1 || digits == 3 ? 1 : 2);
  int minute = 0;
  if (digits > 2) {
    minute = in.number(2);
  } else if (in.accept(':')) {
    minute = in.number(2);
  }
  if (hour > 23 || minute < 0 || minute > 59) return std::nullopt;
  const std::int64_t offset = hour * kMillisecondsPerHour + minute * 60'000;
  return negative ? -offset : offset;
}

void append_padded(std::string& out, std::int64_t value, std::size_t width) {
  const std::string digits = std::to_string(value);
  out.append(digits.size() < width ? width - digits.size() : 0, '0');
  out += digits;
}

}  // namespace

std::optional<DateTime> parse_date_time(std::string_view text) {
  Cursor in(text);
  const std::optional<Civil> date = read_date(in);
  if (!date) return std::nullopt;
  const std::int64_t midnight = days_from_civil(*date) * kMillisecondsPerDay;
  if (in.at_end()) return DateTime{midnight};
  if (!in.accept('T')) return std::nullopt;
  const std::optional<std::int64_t> time = read_time(in);
  if (!time) return std::nullopt;
  const std::optional<std::int64_t> offset = read_offset(in);
  if (!offset || !in.at_end()) return std::nullopt;
  return DateTime{midnight + *time - *offset};
}

std::optional<DateTime> parse_date_of_birth(std::string_view text) {
  if (text.size() == 10) return parse_date_time(text);
  if (text.size() != 4 && text.size() != 7) return std::nullopt;
  Cursor in(text);
  const int year = in.number(4);
  int month = 12;
  if (text.size() == 7) month = in.accept('-') ? in.number(2) : -1;
  if (year < 0 || month < 1 || month > 12) return std::nullopt;
  return DateTime{days_from_civil({year, month, days_in_month(year, month)}) * kMillisecondsPerDay};
}

std::optional<DateTime> parse_partial_or_date_time(std::string_view text) {
  return text.size() < 10 ? parse_date_of_birth(text) : parse_date_time(text);
}

std::optional<DateTime> add_time(DateTime start, std::int64_t amount, TimeUnit unit) {
  if (amount > kAmountMax || amount < -kAmountMax) return std::nullopt;
  if (unit == TimeUnit::kHour) return in_range(start.milliseconds + amount * kMillisecondsPerHour);
  if (unit == TimeUnit::kDay) {
    if (amount > 200'000'000 || amount < -200'000'000) return std::nullopt;
    return in_range(start.milliseconds + amount * kMillisecondsPerDay);
  }
  const std::int64_t days = floor_divide(start.milliseconds, kMillisecondsPerDay);
  const std::int64_t time = start.milliseconds - days * kMillisecondsPerDay;
  const Civil from = civil_from_days(days);
  const std::int64_t months = from.year * 12 + (from.month - 1) + amount * (unit == TimeUnit::kYear ? 12 : 1);
  const Civil first{floor_divide(months, 12), static_cast<int>(months - floor_divide(months, 12) * 12) + 1, 1};
  if (first.year > 400'000 || first.year < -400'000) return std::nullopt;
  return in_range((days_from_civil(first) + from.day - 1) * kMillisecondsPerDay + time);
}

std::string to_string(DateTime value) {
  const std::int64_t days = floor_divide(value.milliseconds, kMillisecondsPerDay);
  const std::int64_t time = value.milliseconds - days * kMillisecondsPerDay;
  const Civil date = civil_from_days(days);
  std::string out;
  if (date.year < 0 || date.year > 9'999) {
    out += date.year < 0 ? '-' : '+';
    append_padded(out, std::abs(date.year), 6);
  } else {
    append_padded(out, date.year, 4);
  }
  out += '-';
  append_padded(out, date.month, 2);
  out += '-';
  append_padded(out, date.day, 2);
  out += 'T';
  append_padded(out, time / kMillisecondsPerHour, 2);
  out += ':';
  append_padded(out, time / 60'000 % 60, 2);
  out += ':';
  append_padded(out, time / 1'000 % 60, 2);
  out += '.';
  append_padded(out, time % 1'000, 3);
  return out + "Z";
}

}  // namespace mingma::rules::certlogic
