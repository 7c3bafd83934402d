// Internal to the feed room: one Observation or Immunization to one statement, or the reason why not.
//
// Errors whose code has Retry::kNo mean "understood, and no evidence": the record is ignored. All others reject it.
#pragma once

#include "feed/fhir_scope.h"

namespace mingma::feed {

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
