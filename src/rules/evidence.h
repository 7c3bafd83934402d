// Evidence: what one statement says, in a closed vocabulary of fixed-width fields. Reducers turn it into facts.
//
// There is no free attribute, tag, list of names, location stream or telecom match here, and none can be added
// without a new version of this file. Who signed it, for whom and under which record number is in shard/statement.h.
//
// The kinds and the meaning of each generic field per kind are in evidence_schema(); JSON and the documents use the
// field names given there. A field that a kind does not name must be zero.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/ids.h"
#include "base/json.h"
#include "base/time.h"

namespace mingma::rules {

// Numbers are part of the stored format: never reuse one.
enum class EvidenceKind : std::uint8_t {
  kTestResult = 1,     // at = sampled, until = reported; level = TestResult; detail = TestMethod; flags = kFlagPooled,
                       // kFlagCtAtLimit
  kCaseReport = 2,     // at = reported; level = CaseStatus; detail = Severity
  kCaseRelease = 3,    // at = released (discharge, end of isolation of a case)
  kCaseExclusion = 4,  // at = excluded by review
  kContactFinding =
      5,  // at = last exposure, until = finding made (0: then); level = ContactLevel; flags = kFlagIndexNegative
  kExposureFinding = 6,  // at = exposure, until = finding made (0: then); level = ExposureKind; flags = kFlagNational
  kRiskClearance = 7,    // at = reviewed and cleared: closes the contact and exposure findings made until then
  kBorderEntry = 8,      // at = entered the country; flags = kFlagPortInProvince
  kArrival = 9,          // at = arrived in the province; level = ArrivedFrom; flags = kFlagRegistered
  kControlOrder = 10,    // at = begins; level = ControlKind; detail = ControlReason
  kControlRelease = 11,  // at = ended; flags = kFlagTestsDone
  kStay = 12,            // at = arrived there, until = left (0: still there); area = where
  kVaccination = 13,     // at = given; level = dose number, 1 to 20
  kHealthDeclaration = 14,  // at = declared; flags = kFlagSymptoms
  kClinicVisit = 15,        // at = visit; flags = kFlagCleared, kFlagFever
  kWorkAssignment = 16,     // at = begins, until = closed-loop work ended; level = WorkGroup; flags = kFlagBubble
  kTestingDuty = 17,        // at = listed, until = test due by; a signed CDC finding that this person must be tested
  kItemContact = 18,        // at = last contact with a positive item; level = ItemContact
};

enum class TestResult : std::uint8_t { kNegative = 1, kPositive = 2, kInconclusive = 3 };
enum class TestMethod : std::uint8_t { kMolecular = 1, kAntigen = 2 };
enum class CaseStatus : std::uint8_t {
  kNone = 0,
  kScreeningPositive = 1,
  kPooledPositive = 2,
  kSuspected = 3,
  kConfirmed = 4,
  kAsymptomatic = 5,
  kRePositive = 6
};
enum class Severity : std::uint8_t { kNone = 0, kMild = 1, kModerate = 2, kSevere = 3 };
enum class ContactLevel : std::uint8_t { kNone = 0, kGeneral = 1, kSecondary = 2, kClose = 3 };
enum class ExposureKind : std::uint8_t {
  kNone = 0,
  kTimeSpace = 1,
  kConfinedSpace = 2,
  kSameVehicle = 3,
  kRegionalAssist = 4,
  kPotentialContact = 5,
  kVenue = 6
};
enum class ArrivedFrom : std::uint8_t { kNone = 0, kSameProvince = 1, kOtherProvince = 2, kAbroad = 3 };
enum class ControlKind : std::uint8_t {
  kNone = 0,
  kHospital = 1,
  kCentralIsolation = 2,
  kHomeIsolation = 3,
  kHomeMonitoring = 4
};
enum class ControlReason : std::uint8_t {
  kNone = 0,
  kCase = 1,
  kCloseContact = 2,
  kSecondaryContact = 3,
  kInbound = 4,
  kArea = 5,
  kPostWork = 6,
  kOther = 7
};
enum class WorkGroup : std::uint8_t { kNone = 0, kClosedLoopHighRisk = 1, kColdChain = 2, kKeyIndustry = 3 };
enum class ItemContact : std::uint8_t { kNone = 0, kOrdinary = 1, kFrequent = 2 };

inline constexpr std::uint8_t kFlagPooled = 1;
inline constexpr std::uint8_t kFlagCtAtLimit = 2;
inline constexpr std::uint8_t kFlagIndexNegative = 1;
inline constexpr std::uint8_t kFlagNational = 1;
inline constexpr std::uint8_t kFlagPortInProvince = 1;
inline constexpr std::uint8_t kFlagRegistered = 1;
inline constexpr std::uint8_t kFlagTestsDone = 1;
inline constexpr std::uint8_t kFlagSymptoms = 1;
inline constexpr std::uint8_t kFlagCleared = 1;
inline constexpr std::uint8_t kFlagFever = 2;
inline constexpr std::uint8_t kFlagBubble = 1;

struct Evidence {
  EvidenceKind kind = EvidenceKind::kTestResult;
  std::uint8_t level = 0;
  std::uint8_t detail = 0;
  std::uint8_t flags = 0;
  DivisionCode area{};
  UnixSeconds at{};
  UnixSeconds until{};  // 0 = absent

  auto operator<=>(const Evidence&) const = default;
};

// How a kind names the generic fields, in JSON and documents. Empty: the kind has no such field.
struct EvidenceKindInfo {
  EvidenceKind kind;
  std::string_view name;  // "test_result"
  std::string_view zh;
  std::string_view en;
  std::string_view at_name;
  std::string_view until_name;
  std::string_view level_name;
  std::span<const std::string_view> level_values;  // index = number; "" = not allowed; empty list: an integer 1 to 20
  std::string_view detail_name;
  std::span<const std::string_view> detail_values;
  std::span<const std::string_view> flag_names;  // index = bit
  bool has_area = false;
  bool resident_may_sign = false;  // declarations
  bool until_required = false;
};

std::span<const EvidenceKindInfo> evidence_schema();  // ascending by kind
const EvidenceKindInfo* find_evidence_kind(std::string_view name);
const EvidenceKindInfo& evidence_kind_info(EvidenceKind kind);  // kind must be in the schema

// Checks the fields against the kind's schema; `where` of the error is the field's name. `at` is mandatory, `until` is
// not before it, both lie between 1970-01-01T00:00:01Z and 2106-02-07T06:28:15Z (32 bits, as facts keep them).
Result<void> check_evidence(const Evidence& evidence);
// {"kind":"test_result","sampled_at":"2022-...Z","result":"negative","method":"molecular"}. Reading: instants with any
// offset; names that the kind does not have are refused; flags that are not named are false, an `until`, level or
// detail that is not named is absent or "none" where the kind allows that. Writing names everything but absent instants
// and areas.
Result<Evidence> evidence_from_json(const Json& json);
Json evidence_to_json(const Evidence& evidence);

// Fixed-width image, 20 bytes, little-endian; what `evidence` tables hold.
inline constexpr std::size_t kEvidenceImageBytes = 20;
void write_evidence(const Evidence& evidence, std::span<std::uint8_t, kEvidenceImageBytes> out);
Result<Evidence> read_evidence(ByteView image);

}  // namespace mingma::rules
