// Internal to the feed room: one Observation or Immunization to one statement, or the reason why not.
//
// Errors whose code has Retry::kNo mean "understood, and no evidence": the record is ignored. All others reject it.
#pragma once

#include "feed/feed_time.h"
#include "feed/fhir_scope.h"

namespace mingma::feed {

// What became of a result: it stands, it replaces what was said before, or nothing of it stands.
enum class Standing : std::uint8_t { kFinal, kCorrected, kWithdrawn };

struct TimeText {
  std::string_view text;
  std::string_view member;  // for the place
};
// FHIR times checked for range and order; `reported` may be empty.
Result<EvidenceTimes> read_times(const FhirScope& scope, const TimeText& sampled, const TimeText& reported,
                                 const Path& path);
// "number" or "number#suffix", within the limits of a source record.
Result<std::string> read_source_record(std::string_view number, std::string_view suffix, const Path& path,
                                       std::string_view member);
// Sets action, earlier record and reason for a result that does not simply stand. A correction without a usable value
// withdraws.
void set_action(FeedStatement& statement, Standing standing, bool usable, bool duplicate);

// Fails with feed.not_production when the resource's meta says so; `meta` may be null.
Result<void> check_production(const Element* meta, const Path& path);

// What a DiagnosticReport says for all its results.
struct ReportFacts {
  std::string_view status;
  std::string_view number;     // the filler's number before any other
  std::string_view effective;  // FHIR dateTime; empty when absent
  std::string_view issued;
  SpecimenFacts specimen;
  std::optional<Element> subject;
  std::optional<simdjson::dom::array> results;  // References
  std::optional<simdjson::dom::array> contained;
};
Result<ReportFacts> read_report(const FhirScope& scope, const Element& report, const Path& path);

// `report` may be null.
Result<FeedStatement> read_observation(FhirScope scope, const Element& observation, const Path& path,
                                       const ReportFacts* report);
Result<FeedStatement> read_immunization(FhirScope scope, const Element& immunization, const Path& path);

}  // namespace mingma::feed
