#include "rules/birth_decade.h"

#include <gtest/gtest.h>

namespace mingma::rules {
namespace {

TEST(BirthDecade, KeepsTheDecadeOfADateAndNothingElse) {
  const auto decade = [](const char* date) { return BirthDecade::of(*parse_date(date)).to_string(); };
  EXPECT_EQ(decade("1929-12-31"), "earlier");
  EXPECT_EQ(decade("1930-01-01"), "1930s");
  EXPECT_EQ(decade("1969-12-31"), "1960s");
  EXPECT_EQ(decade("1970-01-01"), "1970s");
  EXPECT_EQ(decade("2019-06-01"), "2010s");
  EXPECT_EQ(decade("2099-06-01"), "2050s");
  EXPECT_EQ(BirthDecade::of({}).to_string(), "unknown");
}

TEST(BirthDecade, IsReadAsItWasWritten) {
  for (std::uint8_t i = 0; i < BirthDecade::kCount; ++i)
    EXPECT_EQ(BirthDecade::parse(BirthDecade{i}.to_string()).value(), BirthDecade{i});
  for (const char* wrong : {"", "1960", "1965s", "2060s"}) EXPECT_FALSE(BirthDecade::parse(wrong).ok()) << wrong;
}

// Born 1960 to 1969: at the end of 2022 the youngest are 52 or 53, the oldest 62.
TEST(BirthDecade, SaysWhichAgesThatIs) {
  const UnixSeconds at = parse_instant("2022-12-01T08:00:00+08:00").value();
  EXPECT_EQ(ages_of(BirthDecade::parse("1960s").value(), at), "52-62");
  EXPECT_EQ(ages_of(BirthDecade::parse("2020s").value(), at), "0-2");
  EXPECT_EQ(ages_of(BirthDecade::parse("2030s").value(), at), "");
  EXPECT_EQ(ages_of(BirthDecade::parse("earlier").value(), at), "92+");
  EXPECT_EQ(ages_of(BirthDecade{}, at), "");
}

}  // namespace
}  // namespace mingma::rules
