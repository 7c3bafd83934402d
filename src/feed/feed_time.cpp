#include "feed/feed_time.h"

#include <algorithm>

#include "feed/errors.h"
#include "feed/feed.h"

namespace mingma::feed {

namespace {

Error invalid(std::string_view what) { return {errors::kFeedInvalidTime, std::string(what)}; }

// Reads numbers and separators from the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool done() const { return text_.empty(); }
  std::size_t digits() const {
    std::size_t n = 0;
    while (n < text_.size() && text_[n] >= '0' && text_[n] <= '9') ++n;
    return n;
  }
  // A number of `least` to `most` digits; -1 when there is none.
  int number(std::size_t least, std::size_t most) {
    const std::size_t n = std::min(digits(), most);
    if (n < least) return -1;
    int value = 0;
    for (std::size_t i = 0; i < n; ++i) value = value * 10 + (text_[i] - '0');
    text_.remove_prefix(n);
    return value;
  }
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool take(std::string_view word) {
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  bool at(char c) const { return !text_.empty() && text_.front() == c; }

 private:
  std::string_view text_;
};

struct Parts {
  YearMonthDay date;
  bool has_time = false;
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::optional<std::int64_t> offset;
};

struct Zone {
  std::string_view name;
  int hours;
};
// RFC 5322 section 4.3, without CST: here it would mean China Standard Time as often as Central Standard Time.
constexpr Zone kZones[] = {{"Z", 0},    {"UTC", 0},  {"GMT", 0},  {"EST", -5}, {"EDT", -4},
                           {"CDT", -5}, {"MST", -7}, {"MDT", -6}, {"PST", -8}, {"PDT", -7}};

bool exists(const YearMonthDay& date) {
  if (date.year < 1900 || date.year > 2199) return false;
  const YearMonthDay real = year_month_day(civil_date(date));
  return real.year == date.year && real.month == date.month && real.day == date.day;
}

bool read_date(Scanner& in, YearMonthDay& date) {
  const std::size_t digits = in.digits();
  if (digits >= 8) {  // YYYYMMDD...
    date.year = in.number(4, 4);
    date.month = in.number(2, 2);
    date.day = in.number(2, 2);
  } else if (digits == 4) {  // YYYY-M-D, YYYY/M/D
    date.year = in.number(4, 4);
    const char separator = in.at('-') ? '-' : '/';
    if (!in.take(separator)) return false;
    date.month = in.number(1, 2);
    if (!in.take(separator)) return false;
    date.day = in.number(1, 2);
  } else {  // M/D/YYYY, M/D/YY
    date.month = in.number(1, 2);
    if (!in.take('/')) return false;
    date.day = in.number(1, 2);
    if (!in.take('/')) return false;
    const std::size_t year_digits = in.digits();
    date.year = in.number(2, 4);
    if (year_digits == 2) date.year += 2000;
    if (year_digits == 3) return false;
  }
  return exists(date);
}

bool read_clock(Scanner& in, Parts& parts, bool compact) {
  parts.has_time = true;
  parts.hour = in.number(compact ? 2 : 1, 2);
  if (!compact && !in.take(':')) return false;
  parts.minute = in.number(2, 2);
  if (compact ? in.digits() >= 2 : in.take(':')) {
    parts.second = in.number(2, 2);
    if (in.take('.') && in.number(1, 9) < 0) return false;  // fractions are cut off
  }
  return parts.hour >= 0 && parts.hour < 24 && parts.minute >= 0 && parts.minute < 60 && parts.second >= 0 &&
         parts.second < 60;
}

bool read_offset(Scanner& in, Parts& parts) {
  in.take(' ');
  if (in.done()) return true;
  for (const Zone& zone : kZones) {
    if (!in.take(zone.name)) continue;
    parts.offset = zone.hours * 3'600;
    return in.done();
  }
  const bool west = in.at('-');
  if (!in.take('+') && !in.take('-')) return false;
  const int hours = in.number(2, 2);
  in.take(':');
  const int minutes = in.number(2, 2);
  if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59) return false;
  parts.offset = (west ? -1 : 1) * (hours * 3'600 + minutes * 60);
  return in.done();
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

Result<FeedTime> parse_fhir_time(std::string_view text, std::int64_t offset_seconds) {
  if (text.size() == 10) {
    auto date = parse_date(text);
    if (!date.ok()) return invalid("no such date");
    return FeedTime{{date->days * kSecondsPerDay - offset_seconds}, true};
  }
  if (text.size() < 10) return invalid("a date needs year, month and day, as in 2022-11-11");
  auto instant = parse_instant(text);
  if (!instant.ok()) return invalid("no such date and time; write it with its offset, as in 2022-11-11T08:30:00+08:00");
  return FeedTime{*instant, false};
}

Result<FeedTime> parse_csv_time(std::string_view text, std::int64_t offset_seconds) {
  Scanner in(trimmed(text));
  Parts parts;
  const bool compact = in.digits() >= 8;
  if (!read_date(in, parts.date)) return invalid("no such date");
  const bool clock_follows = compact ? in.digits() > 0 : in.take('T') || (in.at(' ') && in.take(' '));
  if (clock_follows && !read_clock(in, parts, compact)) return invalid("no such time of day");
  if (!parts.has_time && !in.done()) return invalid("text after the date");
  if (!read_offset(in, parts)) return invalid("what follows the time is no offset such as +08:00");
  const std::int64_t day = std::int64_t{civil_date(parts.date).days} * kSecondsPerDay;
  const std::int64_t clock = parts.hour * 3'600 + parts.minute * 60 + parts.second;
  return FeedTime{{day + clock - parts.offset.value_or(offset_seconds)}, !parts.has_time};
}

std::optional<CivilDate> parse_birth_date(std::string_view text) {
  Scanner in(trimmed(text));
  YearMonthDay date;
  if (!read_date(in, date) || !in.done()) return std::nullopt;
  return civil_date(date);
}

Result<void> check_range(UnixSeconds time, UnixSeconds received_at) {
  if (time < kEarliestEvidence) return Error(errors::kFeedTimeOutOfRange, "the time is before December 2019");
  if (time > received_at.plus(kFutureSecondsMax))
    return Error(errors::kFeedTimeOutOfRange, "the time is more than a day in the future");
  return {};
}

Result<EvidenceTimes> combine_times(FeedTime sampled, const std::optional<FeedTime>& reported,
                                    UnixSeconds received_at) {
  MINGMA_CHECK(check_range(sampled.at, received_at));
  if (!reported) return EvidenceTimes{sampled.at, {}};
  MINGMA_CHECK(check_range(reported->at, received_at));
  UnixSeconds until = reported->at;
  if (until < sampled.at && reported->date_only && sampled.at < until.plus(kSecondsPerDay)) until = sampled.at;
  if (until < sampled.at)
    return Error(errors::kFeedTimesContradict, "the result was reported before the sample was taken");
  return EvidenceTimes{sampled.at, until};
}

}  // namespace mingma::feed
