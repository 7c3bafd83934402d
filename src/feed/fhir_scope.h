// Internal to the feed room: what a FHIR resource can refer to, and the people and specimens found there.
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "feed/feed.h"
#include "feed/fhir_json_internal.h"

namespace mingma::feed {

inline constexpr std::size_t kNoEntry = static_cast<std::size_t>(-1);

// One entry of a Bundle.
struct BundleEntry {
  Element resource;
  std::string_view type;
  std::size_t report = kNoEntry;  // for an Observation: the DiagnosticReport that lists it
};

// Resources of one Bundle by full URL and by "Type/id". Lookups only; never iterated into output.
struct BundleIndex {
  std::vector<BundleEntry> entries;
  std::unordered_map<std::string_view, std::size_t> by_url;
  std::unordered_map<std::string, std::size_t> by_id;
  std::string_view identifier;  // Bundle.identifier.value: the message's or report's number

  std::size_t find(std::string_view reference) const;
};

// Where a resource stands. All borrowed for the time of one record.
struct FhirScope {
  const FeedContext& context;
  const BundleIndex* bundle = nullptr;
  std::optional<simdjson::dom::array> contained;  // of the resource itself
};

// The resource a Reference's text names: "#id" among the contained ones, else an entry of the Bundle.
std::optional<Element> resolve(const FhirScope& scope, std::string_view reference);

// The person of `reference_element` (Observation.subject, Immunization.patient).
Result<PersonIdentity> read_subject(const FhirScope& scope, const Element& reference_element, const Path& path);
Result<PersonIdentity> read_patient(const Element& patient, const Path& path);

// When a sample was taken and what its number is, from Observation.specimen or DiagnosticReport.specimen[0].
struct SpecimenFacts {
  std::string_view number;     // accession number, else the first identifier; empty when absent
  std::string_view collected;  // FHIR dateTime; empty when absent
};
Result<SpecimenFacts> read_specimen(const FhirScope& scope, const Element& reference_element, const Path& path);

// Identifier.value of the first identifier that has one; one whose type has a code of `preferred` comes first.
Result<std::string_view> first_identifier(const std::optional<simdjson::dom::array>& identifiers, const Path& path,
                                          std::string_view preferred);

// effectiveDateTime or effectivePeriod.start (then .end) as text.
Result<std::string_view> read_period(const Element& period, const Path& path);

// True when meta.tag says training or debugging, or meta.security says test data.
Result<bool> is_not_production(const Element& meta, const Path& path);

}  // namespace mingma::feed
