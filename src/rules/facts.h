// The closed fact schema, version 1: everything that a rule may read about a resident, beside the clock.
//
// Facts are derived from a resident's effective evidence by the reducers (rules/reducers.h) and never depend on the
// clock: an instant says when, a rule compares. Nothing else can be read, and nothing can be added without a new
// version of this schema; a policy names the version it was written for.
//
// FactRow is one resident's facts, fixed width. What a shard keeps beside them (home, stay, decision, chain) are
// columns of its own: they are no facts and no rule sees them. Many residents: rules/fact_columns.h.
//
// Kinds: instant (seconds since 1970, uint32; 0 is absent), date (days since 1970, uint16; 0 is absent), enumeration,
// small integer and boolean (uint8). Only instants and dates can be absent: CertLogic sees null, which is falsy.
// Enumerations start with "none", integers with 0, booleans with false.
//
// Format: the image of a row is its values in the order of FactId, little-endian, without padding. FactId values are
// part of stored formats: never reuse one. docs/facts.md lists the schema for readers. Threading: values and constants.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/json.h"
#include "base/time.h"

namespace mingma::rules {

inline constexpr std::uint16_t kFactSchemaVersion = 1;

enum class FactId : std::uint8_t {
  // instants
  kCaseReleasedAt,
  kCaseExcludedAt,
  kLastExposureAt,
  kSecondaryExposureAt,
  kOverlapAt,
  kControlStartedAt,
  kControlEndedAt,
  kEnteredCountryAt,
  kArrivedAt,
  kLeftHighAt,
  kLeftMediumAt,
  kLeftRiskCountyAt,
  kLeftRiskCityAt,
  kLastSampledAt,
  kLastNegativeSampledAt,
  kSecondNegativeSampledAt,
  kThirdNegativeSampledAt,
  kLastPositiveSampledAt,
  kTestDueAt,
  kFeverClinicAt,
  kClosedLoopEndedAt,
  kColdChainLeftAt,
  // dates
  kLastDoseOn,
  // one byte each
  kCaseStatus,
  kCaseSeverity,
  kCtHighConsecutive,
  kContactLevel,
  kIndexContactFirstTwoNegative,
  kOverlapKind,
  kOverlapSource,
  kRiskCleared,
  kControlKind,
  kControlReason,
  kControlTestsDone,
  kEntryPortInProvince,
  kArrivedFrom,
  kArrivalRegistered,
  kInJurisdiction,
  kZoneNow,
  kLockdownNow,
  kAreaTestHours,
  kTestSinceArrival,
  kSpacedNegatives3d,
  kNegativesSinceControl,
  kRecheckSingleNegative,
  kSymptomsReported,
  kUnexplainedFever,
  kFeverClinicCleared,
  kVaccineDoses,
  kWorkGroup,
  kBubbleMember,
  kColdChainContact,
};

inline constexpr std::size_t kInstantFacts = static_cast<std::size_t>(FactId::kColdChainLeftAt) + 1;
inline constexpr std::size_t kDateFacts = 1;
inline constexpr std::size_t kByteFacts =
    static_cast<std::size_t>(FactId::kColdChainContact) - static_cast<std::size_t>(FactId::kLastDoseOn);
inline constexpr std::size_t kFacts = kInstantFacts + kDateFacts + kByteFacts;

enum class FactKind : std::uint8_t { kInstant, kDate, kEnumeration, kInteger, kBoolean };

struct FactValueInfo {
  std::string_view name;  // "close"
  std::string_view zh;    // "密切接触者"
  std::string_view en;    // "close contact"
};

struct FactInfo {
  FactId id;
  std::string_view name;  // "last_exposure_at": a rule reads {"var": "facts.last_exposure_at"}
  FactKind kind;
  bool nullable;                          // can be absent
  std::uint8_t value_max;                 // enumerations, integers and booleans: 0..value_max; else 0
  std::span<const FactValueInfo> values;  // enumerations: index = number; else empty
  std::string_view zh;                    // meaning, as a receipt would word it
  std::string_view en;

  std::size_t width_bytes() const { return kind == FactKind::kInstant ? 4 : kind == FactKind::kDate ? 2 : 1; }
};

std::span<const FactInfo> fact_schema();  // kFacts entries, index = FactId
const FactInfo& fact_info(FactId id);
const FactInfo* find_fact(std::string_view name);  // null pointer: no such fact
// The number of an enumeration's value; absent when the fact is no enumeration or has no such value.
std::optional<std::uint8_t> find_fact_value(const FactInfo& fact, std::string_view value);
// SHA-256 input that changes whenever anything a rule can observe changes: version, names, kinds, values, order.
std::string fact_schema_text();

// What holds between facts in every row that the reducers produce ("a release implies a start"). The linter and the
// solver assume them, the reducers' tests check them.
//   present: an instant or date that is not absent, any other fact that is not 0.
enum class ImplicationKind : std::uint8_t {
  kPresent,     // `fact` present  ->  `other` present
  kAtLeast,     // `fact` present  ->  `other` >= value                 (enumerations and integers)
  kAtMost,      // `fact` present  ->  `other` <= value                 (enumerations and integers)
  kNotEarlier,  // `fact` present  ->  `other` present and other >= fact + value   (instants, value in seconds)
  kNotLater,    // `fact` present  ->  `other` present and other + value <= fact   (instants, value in seconds)
};
struct FactImplication {
  ImplicationKind kind;
  FactId fact;
  FactId other;
  std::uint32_t value = 0;
};
std::span<const FactImplication> fact_implications();

// One resident's facts. A default row is that of a resident about whom nothing is known.
class FactRow {
 public:
  static constexpr std::size_t kImageBytes = 4 * kInstantFacts + 2 * kDateFacts + kByteFacts;

  // The raw value, whatever the kind; setting asserts that it fits the column.
  std::uint32_t get(FactId id) const;
  void set(FactId id, std::uint32_t value);

  bool present(FactId id) const { return get(id) != 0; }
  UnixSeconds instant(FactId id) const { return {get(id)}; }  // {0}: absent
  // Instants outside 1970-01-01T00:00:01Z .. 2106-02-07T06:28:15Z are clamped to that range; {0} clears.
  void set_instant(FactId id, UnixSeconds value);

  bool operator==(const FactRow&) const = default;

  void write(std::span<std::uint8_t, kImageBytes> image) const;
  // Refuses a wrong length and enumeration, integer or boolean values above value_max.
  static Result<FactRow> read(ByteView image);

 private:
  friend class FactColumns;
  std::array<std::uint32_t, kInstantFacts> instants_{};
  std::array<std::uint16_t, kDateFacts> dates_{};
  std::array<std::uint8_t, kByteFacts> bytes_{};
};

// What CertLogic reads: {"facts": {"last_exposure_at": "2022-11-11T00:00:00Z", "contact_level": "close", ...},
// "now": "2022-11-12T00:00:00Z"}. Every fact is there; absent ones are null, dates are "2022-11-11".
Json to_rule_data(const FactRow& row, UnixSeconds now);
// The same values without the clock; and back: unknown names and values of another kind are refused with their place,
// facts that are not named keep their default. This is how tests and the command line write a resident down.
Json facts_to_json(const FactRow& row);
Result<FactRow> facts_from_json(const Json& facts);

}  // namespace mingma::rules
