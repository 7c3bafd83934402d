// Times as feeds write them, and the range in which evidence can lie.
//
// A time without an offset is the laboratory's local time; a bare date begins at 00:00 local. The offset is an
// argument. Of zone names, those of RFC 5322 are taken except "CST", which is China's and Chicago's. Years of two
// digits are 20YY.
//
// Errors: feed.invalid_time, feed.time_out_of_range, feed.times_contradict; `where` stays empty, the caller adds the
// place.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/time.h"

namespace mingma::feed {

struct FeedTime {
  UnixSeconds at;
  bool date_only = false;
};

// FHIR dateTime or instant: "2022-11-11", or RFC 3339 with an offset. A year or a year and month alone is refused.
Result<FeedTime> parse_fhir_time(std::string_view text, std::int64_t offset_seconds);

// CSV: "2022-11-11[T or space]8:51[:30][offset]", "2022/11/11 8:51", "11/21/2022 8:51" (month first), "11/21/22",
// "20221111", "202211110851[30][+0800]"; an offset is "Z", "UTC", "PST", "+08:00" or "+0800".
Result<FeedTime> parse_csv_time(std::string_view text, std::int64_t offset_seconds);

// A birth date in any of the date forms above; nothing else is read from it, so a bad one is simply absent.
std::optional<CivilDate> parse_birth_date(std::string_view text);

struct EvidenceTimes {
  UnixSeconds at;
  UnixSeconds until;  // 0 when there is no report time
};

// Checks both against kEarliestEvidence and received_at + kFutureSecondsMax, and their order. A report dated only by
// the day of sampling counts as made at the moment of sampling; any other report before sampling is refused.
Result<void> check_range(UnixSeconds time, UnixSeconds received_at);
Result<EvidenceTimes> combine_times(FeedTime sampled, const std::optional<FeedTime>& reported, UnixSeconds received_at);

}  // namespace mingma::feed
