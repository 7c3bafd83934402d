#include "shard/view.h"

#include <algorithm>

#include "crypto/digest.h"
#include "crypto/seal.h"
#include "rules/policy.h"
#include "shard/errors.h"
#include "shard/image.h"
#include "shard/tables.h"

namespace mingma::shard {
namespace {

template <typename... Kinds>
constexpr std::uint32_t bits(Kinds... kinds) {
  return (0u | ... | (1u << static_cast<unsigned>(kinds)));
}

// Which kinds of evidence the reducers derive each fact from (rules/reducers.h).
std::uint32_t kinds_of(rules::FactId fact) {
  using enum rules::FactId;
  using enum rules::EvidenceKind;
  switch (fact) {
    case kCaseReleasedAt:
      return bits(kCaseRelease);
    case kCaseExcludedAt:
      return bits(kCaseExclusion);
    case kCaseStatus:
    case kCaseSeverity:
      return bits(kCaseReport, kCaseRelease, kCaseExclusion);
    case kLastExposureAt:
    case kSecondaryExposureAt:
    case kContactLevel:
    case kIndexContactFirstTwoNegative:
      return bits(kContactFinding, kRiskClearance);
    case kOverlapAt:
    case kOverlapKind:
    case kOverlapSource:
      return bits(kExposureFinding, kRiskClearance);
    case kRiskCleared:
      return bits(kRiskClearance);
    case kControlStartedAt:
    case kControlKind:
    case kControlReason:
      return bits(kControlOrder);
    case kControlEndedAt:
    case kControlTestsDone:
      return bits(kControlRelease);
    case kEnteredCountryAt:
    case kEntryPortInProvince:
      return bits(kBorderEntry);
    case kArrivedAt:
    case kArrivedFrom:
    case kArrivalRegistered:
      return bits(kArrival);
    case kLeftHighAt:
    case kLeftMediumAt:
    case kLeftRiskCountyAt:
    case kLeftRiskCityAt:
    case kInJurisdiction:
    case kZoneNow:
    case kLockdownNow:
    case kAreaTestHours:
      return bits(kStay);
    case kLastSampledAt:
    case kLastNegativeSampledAt:
    case kSecondNegativeSampledAt:
    case kThirdNegativeSampledAt:
    case kLastPositiveSampledAt:
    case kCtHighConsecutive:
    case kSpacedNegatives3d:
    case kRecheckSingleNegative:
      return bits(kTestResult);
    case kTestSinceArrival:
      return bits(kTestResult, kArrival);
    case kNegativesSinceControl:
      return bits(kTestResult, kControlOrder);
    case kTestDueAt:
      return bits(kTestingDuty);
    case kFeverClinicAt:
    case kUnexplainedFever:
    case kFeverClinicCleared:
      return bits(kClinicVisit);
    case kClosedLoopEndedAt:
    case kWorkGroup:
    case kBubbleMember:
      return bits(kWorkAssignment);
    case kColdChainLeftAt:
    case kColdChainContact:
      return bits(kItemContact, kWorkAssignment);
    case kLastDoseOn:
    case kVaccineDoses:
      return bits(kVaccination);
    case kSymptomsReported:
      return bits(kHealthDeclaration);
  }
  return 0;
}

Result<DecisionVersion> to_version(StoredDecision stored) {
  DecisionVersion out;
  MINGMA_TRY(out.record, decode_decision_record(stored.record));
  out.record_hash = crypto::sha256(stored.record);
  out.stored = std::move(stored);
  return out;
}

Result<std::optional<Statement>> open_body(const ResidentId& resident, const StoredEvidence& stored,
                                           const KeySource* keys) {
  if (keys == nullptr) return std::optional<Statement>{};
  const auto resident_keys = keys->resident_keys(resident);
  if (!resident_keys.ok()) return std::optional<Statement>{};
  const auto secret = keys->body_secret(key_month(stored.received_at), stored.evidence.kind);
  if (!secret.ok() || stored.sealed.empty()) return std::optional<Statement>{};
  MINGMA_TRY(const Bytes canonical,
             crypto::open_sealed(body_key(*resident_keys, *secret), evidence_key(resident, stored.id), stored.sealed));
  MINGMA_TRY(Statement statement, decode_statement(canonical));
  return std::optional<Statement>(std::move(statement));
}

LeafOpening make(const ResidentKeys& keys, Sequence sequence, std::uint32_t index, Bytes record) {
  LeafOpening out;
  out.opening = make_opening(keys, sequence, index);
  out.commitment_key = keys.commitment_key;
  out.commitment = make_commitment(keys, out.opening, record);
  out.record = std::move(record);
  return out;
}

}  // namespace

Result<std::vector<EvidenceView>> list_evidence(const store::Reader& reader, const ResidentId& resident,
                                                const KeySource* keys) {
  std::vector<EvidenceView> out;
  MINGMA_CHECK(reader.scan(kEvidenceTable, resident.bytes, [&](ByteView, ByteView value) -> Result<void> {
    EvidenceView view;
    MINGMA_TRY(view.stored, decode_stored_evidence(value));
    MINGMA_TRY(view.statement, open_body(resident, view.stored, keys));
    out.push_back(std::move(view));
    return {};
  }));
  std::sort(out.begin(), out.end(), [](const EvidenceView& a, const EvidenceView& b) {
    return std::pair(a.stored.sequence, a.stored.index) > std::pair(b.stored.sequence, b.stored.index);
  });
  return out;
}

Result<std::optional<DecisionVersion>> find_decision(const store::Reader& reader, const ResidentId& resident,
                                                     std::uint32_t version) {
  MINGMA_TRY(const auto value, reader.get(kDecisionsTable, decision_key(resident, version)));
  if (!value) return std::optional<DecisionVersion>{};
  MINGMA_TRY(StoredDecision stored, decode_stored_decision(*value));
  MINGMA_TRY(DecisionVersion out, to_version(std::move(stored)));
  return std::optional<DecisionVersion>(std::move(out));
}

Result<std::vector<DecisionVersion>> list_decisions(const store::Reader& reader, const ResidentId& resident,
                                                    std::uint32_t before_version, std::size_t count_max) {
  std::vector<DecisionVersion> out;
  MINGMA_CHECK(reader.scan(kDecisionsTable, resident.bytes, [&](ByteView, ByteView value) -> Result<void> {
    MINGMA_TRY(StoredDecision stored, decode_stored_decision(value));
    MINGMA_TRY(DecisionVersion version, to_version(std::move(stored)));
    if (before_version == 0 || version.record.version < before_version) out.push_back(std::move(version));
    return {};
  }));
  std::reverse(out.begin(), out.end());
  if (out.size() > count_max) out.resize(count_max);
  return out;
}

std::uint32_t deciding_kinds(const ControlState& control, PolicyNumber policy, rules::RuleIndex rule) {
  if (policy == kNoPolicyNumber) return 0;
  const rules::Rule* found = control.policy(policy).find_rule(rule);
  if (found == nullptr) return 0;
  std::uint32_t kinds = 0;
  constexpr std::string_view kFacts = "facts.";
  for (const std::string& path : found->when.paths_read()) {
    if (!path.starts_with(kFacts)) continue;
    if (const rules::FactInfo* fact = rules::find_fact(std::string_view(path).substr(kFacts.size())))
      kinds |= kinds_of(fact->id);
  }
  return kinds;
}

Result<std::vector<Bytes>> list_devices(const store::Reader& reader, const ResidentId& resident) {
  Bytes prefix = to_bytes(resident.bytes);
  prefix.push_back('d');
  std::vector<Bytes> out;
  MINGMA_CHECK(reader.scan(kResidentsTable, prefix, [&](ByteView, ByteView value) -> Result<void> {
    out.push_back(to_bytes(value));
    return {};
  }));
  return out;
}

Result<std::optional<Bytes>> find_device(const store::Reader& reader, const ResidentId& resident,
                                         const std::array<std::uint8_t, 16>& device) {
  Bytes key = to_bytes(resident.bytes);
  key.push_back('d');
  append(key, device);
  return reader.get(kResidentsTable, key);
}

Result<std::optional<Bytes>> sealed_person(const store::Reader& reader, const ResidentId& resident) {
  return reader.get(kResidentsTable, resident.bytes);
}

Result<LeafOpening> open_decision(const DecisionVersion& version, const KeySource& keys) {
  MINGMA_TRY(const ResidentKeys resident, keys.resident_keys(version.record.resident));
  return make(resident, version.stored.sequence, version.stored.index, version.stored.record);
}

Result<LeafOpening> open_statement(const ResidentId& resident, const EvidenceView& evidence, const KeySource& keys) {
  MINGMA_TRY(const ResidentKeys resident_keys, keys.resident_keys(resident));
  if (!evidence.statement) return Error(errors::kShardKeyDestroyed, "the statement cannot be opened any more");
  return make(resident_keys, evidence.stored.sequence, evidence.stored.index, encode_statement(*evidence.statement));
}

Result<std::vector<StatementResult>> list_outcomes(const store::Reader& reader, const SubmissionId& submission,
                                                   std::uint32_t part) {
  Bytes prefix(20);
  std::copy(submission.begin(), submission.end(), prefix.begin());
  put_big_endian(part, prefix.data() + 16);
  std::vector<StatementResult> out;
  MINGMA_CHECK(reader.scan(kSubmissionsTable, prefix, [&](ByteView key, ByteView value) -> Result<void> {
    if (key.size() != 24) return {};
    ImageReader in(value);
    while (in.ok() && !in.done()) {
      StatementResult result;
      result.line = in.number<std::uint32_t>();
      const auto outcome = in.number<std::uint8_t>();
      in.array(result.id.bytes);
      if (!in.ok() || outcome < 1 || outcome > 19) return Error(errors::kShardDamaged, "stored outcomes are damaged");
      result.outcome = static_cast<Outcome>(outcome);
      out.push_back(result);
    }
    return {};
  }));
  return out;
}

std::vector<ColourCount> count_colours(const RowTable& rows) {
  const auto before = [](const ColourCount& a, const ColourCount& b) {
    return std::tuple(a.city, a.colour, a.policy, a.rule) < std::tuple(b.city, b.colour, b.policy, b.rule);
  };
  std::vector<ColourCount> out;
  std::size_t last = 0;
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    const RowNumber row{i};
    const rules::Decision decision = rows.decision(row);
    const ColourCount key{rows.stay(row).prefecture(), decision.colour, rows.policy(row), decision.rule, 1};
    // Neighbours are often alike.
    if (last < out.size() && !before(out[last], key) && !before(key, out[last])) {
      ++out[last].count;
      continue;
    }
    const auto place = std::lower_bound(out.begin(), out.end(), key, before);
    last = static_cast<std::size_t>(place - out.begin());
    if (place != out.end() && !before(key, *place)) {
      ++place->count;
    } else {
      out.insert(place, key);
    }
  }
  return out;
}

}  // namespace mingma::shard
