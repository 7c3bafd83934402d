#include "base/time.h"

#include <gtest/gtest.h>

#include "base/errors.h"

namespace mingma {
namespace {

TEST(CivilDate, CountsDaysAsACalendarWalkedDayByDay) {
  constexpr int kLengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  YearMonthDay day{1900, 1, 1};
  for (std::int32_t days = civil_date(day).days; day.year < 2200; ++days) {
    const YearMonthDay read = year_month_day({days});
    ASSERT_EQ(std::tuple(read.year, read.month, read.day), std::tuple(day.year, day.month, day.day));
    ASSERT_EQ(civil_date(day).days, days);
    const bool leap = (day.year % 4 == 0 && day.year % 100 != 0) || day.year % 400 == 0;
    if (++day.day > kLengths[day.month - 1] + (leap && day.month == 2 ? 1 : 0)) {
      day.day = 1;
      if (++day.month > 12) day = {day.year + 1, 1, 1};
    }
  }
  EXPECT_EQ(civil_date({1970, 1, 1}).days, 0);
}

TEST(CivilDate, CarriesOverAsEcmaScriptDoes) {
  EXPECT_EQ(civil_date({2021, 2, 31}).to_string(), "2021-03-03");
  EXPECT_EQ(civil_date({2021, 14, 1}).to_string(), "2022-02-01");
  EXPECT_EQ(civil_date({2021, 0, 1}).to_string(), "2020-12-01");
  EXPECT_EQ(civil_date({2021, -11, 0}).to_string(), "2019-12-31");
}

TEST(ParseDate, AcceptsDatesThatExist) {
  EXPECT_EQ(parse_date("2022-06-13").value().to_string(), "2022-06-13");
  EXPECT_EQ(parse_date("2020-02-29").value().to_string(), "2020-02-29");
  for (const char* bad : {"", "2022-6-13", "2022-06-31", "2021-02-29", "2022-13-01", "2022-00-10", "1899-12-31",
                          "2200-01-01", "22022-01-15", "2022-06-13 ", "2022-06-13T00:00:00Z", "2022/06/13"}) {
    const auto result = parse_date(bad);
    ASSERT_FALSE(result.ok()) << bad;
    EXPECT_TRUE(result.error().is(errors::kInvalidTime));
  }
}

TEST(ParseInstant, AppliesTheOffset) {
  EXPECT_EQ(parse_instant("1970-01-01T00:00:00Z").value().value, 0);
  EXPECT_EQ(parse_instant("2022-06-13T08:00:00+08:00").value().to_string(), "2022-06-13T00:00:00Z");
  EXPECT_EQ(parse_instant("2022-06-12T23:30:00-00:30").value().to_string(), "2022-06-13T00:00:00Z");
  EXPECT_EQ(parse_instant("1969-12-31T23:59:59Z").value().value, -1);
}

TEST(ParseInstant, CutsOffFractions) {
  EXPECT_EQ(parse_instant("2022-06-13T00:00:00.999999999999Z").value().to_string(), "2022-06-13T00:00:00Z");
}

TEST(ParseInstant, RefusesEveryOtherSpelling) {
  for (const char* bad :
       {"2022-06-13", "2022-06-13T00:00:00", "2022-06-13T00:00Z", "2022-06-13 00:00:00Z", "2022-06-13T24:00:00Z",
        "2022-06-13T00:60:00Z", "2022-06-13T23:59:60Z", "2022-06-13T00:00:00.Z", "2022-06-13T00:00:00+08",
        "2022-06-13T00:00:00+0800", "2022-06-13T00:00:00+24:00", "2022-06-13T00:00:00ZZ", "2022-02-30T00:00:00Z"}) {
    const auto result = parse_instant(bad);
    ASSERT_FALSE(result.ok()) << bad;
    EXPECT_TRUE(result.error().is(errors::kInvalidTime));
  }
}

TEST(ChinaTime, ADayBeginsEightHoursBeforeUtc) {
  const CivilDate date = parse_date("2022-06-13").value();
  EXPECT_EQ(china_midnight(date).to_string(), "2022-06-12T16:00:00Z");
  EXPECT_EQ(china_date(china_midnight(date)), date);
  EXPECT_EQ(china_date(china_midnight(date).plus(-1)).to_string(), "2022-06-12");
  EXPECT_EQ(china_midnight(date).to_local_string(), "2022-06-13 00:00:00");
  EXPECT_EQ(china_date(UnixSeconds{-1'000'000'000}).to_string(), "1938-04-25");
}

TEST(ManualClock, StandsStillUntilTold) {
  ManualClock clock(UnixSeconds{5});
  EXPECT_EQ(clock.now(), UnixSeconds{5});
  clock.set(clock.now().plus(60));
  EXPECT_EQ(clock.now(), UnixSeconds{65});
}

}  // namespace
}  // namespace mingma
