#include "feed/feed_time.h"

#include <gtest/gtest.h>

#include "feed/errors.h"
#include "feed/feed.h"

namespace mingma::feed {
namespace {

constexpr std::int64_t kEight = 8 * 3'600;
const UnixSeconds kReceived{1'668'988'800};  // 2022-11-21T00:00:00Z

std::string csv(std::string_view text, std::int64_t offset = kEight) {
  const auto time = parse_csv_time(text, offset);
  return time.ok() ? time->at.to_string() + (time->date_only ? " day" : "") : std::string(time.error().code());
}

std::string fhir(std::string_view text) {
  const auto time = parse_fhir_time(text, kEight);
  return time.ok() ? time->at.to_string() + (time->date_only ? " day" : "") : std::string(time.error().code());
}

TEST(FeedTimes, CsvFormsInUse) {
  EXPECT_EQ(csv("12/20/2021 14:00"), "2021-12-20T06:00:00Z");
  EXPECT_EQ(csv("7/10/2023 8:51", -4 * 3'600), "2023-07-10T12:51:00Z");
  EXPECT_EQ(csv("12/21/21 17:00"), "2021-12-21T09:00:00Z");
  EXPECT_EQ(csv("12/23/2021 14:00 PST"), "2021-12-23T22:00:00Z");
  EXPECT_EQ(csv("202012150731-0800"), "2020-12-15T15:31:00Z");
  EXPECT_EQ(csv("20240226214038"), "2024-02-26T13:40:38Z");
  EXPECT_EQ(csv("20201216"), "2020-12-15T16:00:00Z day");
  EXPECT_EQ(csv("2022-11-11 08:30:05+08:00"), "2022-11-11T00:30:05Z");
  EXPECT_EQ(csv("2022-11-11T08:30Z"), "2022-11-11T08:30:00Z");
  EXPECT_EQ(csv("2022/11/1 8:05"), "2022-11-01T00:05:00Z");
  EXPECT_EQ(csv(" 2022-11-11 "), "2022-11-10T16:00:00Z day");
}

TEST(FeedTimes, CsvFormsRefused) {
  for (const char* text :
       {"", "x", "13/40/2021", "2/29/2021", "2021-02-30", "2021-02-28 25:00", "2021-02-28 10:60",
        "12/20/2021 14:00 CST", "12/20/121", "20211320", "2021", "2021-12", "2021-12-20 14:00 +15:00", "2021-12-20junk",
        "1/2", "99999999999999999999999", "2021-12-20T"}) {
    EXPECT_EQ(csv(text), "feed.invalid_time") << text;
  }
}

TEST(FeedTimes, FhirOffsetsAndFractions) {
  EXPECT_EQ(fhir("2022-11-11T08:30:00+08:00"), "2022-11-11T00:30:00Z");
  EXPECT_EQ(fhir("2022-11-11T00:30:00Z"), "2022-11-11T00:30:00Z");
  EXPECT_EQ(fhir("2021-02-07T13:28:17.271000+00:00"), "2021-02-07T13:28:17Z");
  EXPECT_EQ(fhir("2021-02-15T12:00:00+10:00"), "2021-02-15T02:00:00Z");
  EXPECT_EQ(fhir("2021-02-17"), "2021-02-16T16:00:00Z day");
  for (const char* text :
       {"2021", "2021-02", "2021-02-30", "01-01-2021", "2021-02-17T10:00:00", "20210217", "2021-02-17 10:00:00Z"}) {
    EXPECT_EQ(fhir(text), "feed.invalid_time") << text;
  }
}

TEST(FeedTimes, EvidenceLiesBetweenDecember2019AndTomorrow) {
  EXPECT_FALSE(check_range({kEarliestEvidence.value - 1}, kReceived).ok());
  EXPECT_TRUE(check_range(kEarliestEvidence, kReceived).ok());
  EXPECT_TRUE(check_range(kReceived.plus(kSecondsPerDay), kReceived).ok());
  EXPECT_TRUE(check_range(kReceived.plus(kSecondsPerDay + 1), kReceived).error().is(errors::kFeedTimeOutOfRange));
}

TEST(FeedTimes, AReportBeforeTheSampleIsRefusedUnlessItIsDatedToTheSameDay) {
  const FeedTime sampled{kReceived.plus(-10 * 3'600), false};
  const auto same_day = combine_times(sampled, FeedTime{sampled.at.plus(-3'600), true}, kReceived);
  ASSERT_TRUE(same_day.ok());
  EXPECT_EQ(same_day->until, sampled.at);
  EXPECT_TRUE(
      combine_times(sampled, FeedTime{sampled.at.plus(-1), false}, kReceived).error().is(errors::kFeedTimesContradict));
  EXPECT_TRUE(combine_times(sampled, FeedTime{sampled.at.plus(-kSecondsPerDay), true}, kReceived)
                  .error()
                  .is(errors::kFeedTimesContradict));
  EXPECT_EQ(combine_times(sampled, std::nullopt, kReceived)->until, UnixSeconds{});
}

TEST(FeedTimes, ABadBirthDateIsAbsent) {
  EXPECT_EQ(parse_birth_date("1/20/1962")->to_string(), "1962-01-20");
  EXPECT_EQ(parse_birth_date("19520411")->to_string(), "1952-04-11");
  EXPECT_FALSE(parse_birth_date("1962").has_value());
  EXPECT_FALSE(parse_birth_date("1962-02-30").has_value());
}

}  // namespace
}  // namespace mingma::feed
