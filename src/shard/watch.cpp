#include "shard/watch.h"

#include <algorithm>
#include <unordered_map>

#include "base/cbor.h"
#include "crypto/digest.h"
#include "shard/errors.h"

namespace mingma::shard {
namespace {

using rules::EvidenceKind;

std::int64_t day_of(UnixSeconds at) { return (at.value + kChinaOffsetSeconds) / kSecondsPerDay; }
UnixSeconds begin_of(std::int64_t day) { return {day * kSecondsPerDay - kChinaOffsetSeconds}; }

bool is_case(const rules::Evidence& evidence) {
  return evidence.kind == EvidenceKind::kCaseReport ||
         (evidence.kind == EvidenceKind::kTestResult &&
          evidence.level == static_cast<std::uint8_t>(rules::TestResult::kPositive));
}

// Kinds that an epidemic's cases or areas stand behind.
bool needs_neighbours(EvidenceKind kind) {
  return kind == EvidenceKind::kContactFinding || kind == EvidenceKind::kExposureFinding ||
         kind == EvidenceKind::kControlOrder || kind == EvidenceKind::kItemContact ||
         kind == EvidenceKind::kTestingDuty;
}

bool is_clearance(const StatementEntry& entry) {
  const EvidenceKind kind = entry.evidence.kind;
  return entry.action != StatementAction::kAdd || kind == EvidenceKind::kRiskClearance ||
         kind == EvidenceKind::kCaseExclusion || kind == EvidenceKind::kCaseRelease ||
         kind == EvidenceKind::kControlRelease;
}

// What institutions of a class sign as a matter of course (docs/alarms.md). A grant may say more; then the alarm asks
// why.
bool is_usual(InstitutionClass klass, EvidenceKind kind) {
  switch (klass) {
    case InstitutionClass::kLaboratory:
      return kind == EvidenceKind::kTestResult;
    case InstitutionClass::kBorderPost:
      return kind == EvidenceKind::kBorderEntry || kind == EvidenceKind::kArrival;
    case InstitutionClass::kHospital:
      return kind == EvidenceKind::kTestResult || kind == EvidenceKind::kCaseReport ||
             kind == EvidenceKind::kCaseRelease || kind == EvidenceKind::kCaseExclusion ||
             kind == EvidenceKind::kVaccination || kind == EvidenceKind::kClinicVisit;
    case InstitutionClass::kCommunity:
      return kind == EvidenceKind::kStay || kind == EvidenceKind::kArrival || kind == EvidenceKind::kControlRelease ||
             kind == EvidenceKind::kWorkAssignment || kind == EvidenceKind::kHealthDeclaration;
    case InstitutionClass::kCdc:
    case InstitutionClass::kHealthCommission:
    case InstitutionClass::kOtherProvince:
      return kind != EvidenceKind::kBorderEntry;
    default:
      return false;
  }
}

// Did an order that touches the county hold at some time of the day?
bool has_area_order(const ControlState& control, DivisionCode county, UnixSeconds from, UnixSeconds until) {
  const auto view = control.view_at(from);
  return std::any_of(view->areas.orders().begin(), view->areas.orders().end(), [&](const rules::AreaOrder& order) {
    return (order.area.contains(county) || county.contains(order.area)) && order.from < until && from < order.until;
  });
}

bool by_statement(const DecisionRecord& record) { return record.cause == DecisionCause::kStatements; }

}  // namespace

void Watch::count(Alarm alarm, UnixSeconds at) {
  const AlarmInfo& info = alarm_info(alarm.kind);
  alarm.from = period_begin(info, at);
  alarm.until = info.period_seconds == 0 ? UnixSeconds{} : alarm.from.plus(info.period_seconds);
  const auto found = counts_.find(alarm);
  if (found == counts_.end() && counts_.size() >= kWatchCountersMax) {
    full_ = true;
    return;
  }
  if (++counts_[alarm] == info.threshold) found_.push_back(std::move(alarm));
}

// Worse, then better by a statement, now worse again by a statement, all within kFlipDays.
Result<bool> Watch::flipped(const DecisionRecord& record, const WatchSources& sources) const {
  bool cleared = false;
  const UnixSeconds since = record.at.plus(-kFlipDays * kSecondsPerDay);
  for (std::uint32_t version = record.version; version-- > 1;) {
    MINGMA_TRY(const auto earlier, sources.decision(record.resident, version));
    if (!earlier || earlier->at < since) return false;
    if (earlier->colour < earlier->from && by_statement(*earlier)) cleared = true;
    if (cleared && earlier->from < earlier->colour) return true;
  }
  return false;
}

Result<void> Watch::made_worse(const DecisionRecord& record, DivisionCode home, const Signer& signer,
                               const WatchSources& sources) {
  const std::string& id = signer.institution->id;
  const rules::Evidence& evidence = signer.entry->evidence;
  count({AlarmKind::kMassAssignmentSigner, id, std::string(signer.key_id), {}, {}, {}, {}}, record.at);
  count({AlarmKind::kMassAssignmentInstitution, id, {}, {}, {}, {}, {}}, record.at);
  std::array<std::uint8_t, rules::kEvidenceImageBytes> image;
  rules::write_evidence(evidence, image);
  const std::string digest = hex_encode(ByteView(crypto::sha256(image).bytes).first(8));
  count({AlarmKind::kIdenticalReasons, id, {}, {}, digest, {}, {}}, record.at);
  if (!signer.institution->division.contains(home)) count({AlarmKind::kOutsideArea, id, {}, {}, {}, {}, {}}, record.at);
  if (!is_usual(signer.institution->klass, evidence.kind))
    count({AlarmKind::kOutsideKind, id, {}, {}, {}, {}, {}}, record.at);
  const std::pair<std::int64_t, std::uint32_t> place{day_of(record.at), home.county().value};
  if (is_case(evidence)) cases_.insert(place);
  if (needs_neighbours(evidence.kind)) ++alone_[place];
  MINGMA_TRY(const bool again, flipped(record, sources));
  if (again) count({AlarmKind::kFlipFlop, id, {}, {}, {}, {}, {}}, record.at);
  return {};
}

void Watch::made_better(const DecisionRecord& record, const Signer& signer) {
  if (is_clearance(*signer.entry))
    count({AlarmKind::kMassClearing, signer.institution->id, {}, {}, {}, {}, {}}, record.at);
}

void Watch::count_look_ups(const Event& event, const ControlState& control) {
  for (const Operation& operation : event.operations) {
    const auto* look_up = std::get_if<LookUpOperation>(&operation);
    if (look_up == nullptr || (look_up->flags & kLookUpNoCase) == 0) continue;
    // An auditor's inquiry names its document; anybody else's reading without a case is told to the auditors.
    const bool plain = (look_up->flags & ~kLookUpNoCase) == 0;
    if (look_up->duty == Duty::kMandate && plain) continue;
    const Institution* institution = control.institution(look_up->institution);
    if (institution != nullptr) count({AlarmKind::kLookUpWithoutCase, institution->id, {}, {}, {}, {}, {}}, event.time);
  }
}

Result<void> Watch::fold(const Event& event, const ControlState& control, const WatchSources& sources) {
  struct Changed {
    RowNumber row;
    DecisionRecord record;
    Signer signer;
  };
  count_look_ups(event, control);
  std::vector<Changed> changed;
  std::unordered_map<ResidentId, std::size_t> by_resident;  // only looked up
  for (const DecisionEntry& entry : event.decisions) {
    if (entry.record.empty()) continue;
    MINGMA_TRY(DecisionRecord record, decode_decision_record(entry.record));
    if (!by_statement(record) || record.colour == record.from) continue;
    by_resident.emplace(record.resident, changed.size());
    changed.push_back({entry.row, std::move(record), {}});
  }
  if (changed.empty()) return {};
  for (const Operation& operation : event.operations) {
    const auto* statements = std::get_if<StatementsOperation>(&operation);
    const Institution* institution = statements == nullptr ? nullptr : control.institution(statements->institution);
    if (institution == nullptr) continue;  // the resident's own declarations
    for (const StatementEntry& entry : statements->entries) {
      if (entry.outcome != Outcome::kAccepted) continue;
      if (const auto found = by_resident.find(entry.resident); found != by_resident.end())
        changed[found->second].signer = {institution, statements->key_id, &entry};
    }
  }
  for (const Changed& one : changed) {
    if (one.signer.institution == nullptr) continue;
    if (one.record.colour < one.record.from) {
      made_better(one.record, one.signer);
      continue;
    }
    MINGMA_TRY(const DivisionCode home, sources.home(one.row));
    MINGMA_CHECK(made_worse(one.record, home, one.signer, sources));
  }
  return {};
}

void Watch::close(UnixSeconds until, const ControlState& control) {
  const std::int64_t today = day_of(until);
  const AlarmInfo& info = alarm_info(AlarmKind::kNoNeighbours);
  for (auto at = alone_.begin(); at != alone_.end() && at->first.first < today; at = alone_.erase(at)) {
    const auto [day, county] = at->first;
    const DivisionCode place{county};
    bool neighbours = at->second < info.threshold;
    for (std::int64_t back = 0; back <= kNeighbourDays && !neighbours; ++back)
      neighbours = cases_.contains({day - back, county});
    if (!neighbours) {
      neighbours = has_area_order(control, place, begin_of(day), begin_of(day + 1));
    }
    if (neighbours) continue;
    Alarm alarm{AlarmKind::kNoNeighbours, {}, {}, place, {}, begin_of(day), begin_of(day + 1)};
    found_.push_back(std::move(alarm));
  }
  std::erase_if(cases_, [&](const auto& one) { return one.first < today - kNeighbourDays - 1; });
  std::erase_if(counts_, [&](const auto& one) {
    return one.first.until != UnixSeconds{} && one.first.until.plus(2 * kSecondsPerDay) < until;
  });
  closed_day_ = today;
}

std::vector<Alarm> Watch::take() { return std::exchange(found_, {}); }

Bytes Watch::encode() const {
  CborWriter out;
  out.array(5).unsigned_integer(1);
  out.array(counts_.size());
  for (const auto& [alarm, number] : counts_) {
    out.array(8)
        .unsigned_integer(static_cast<std::uint8_t>(alarm.kind))
        .text(alarm.institution)
        .text(alarm.key_id)
        .unsigned_integer(alarm.division.value)
        .text(alarm.detail)
        .integer(alarm.from.value)
        .integer(alarm.until.value)
        .unsigned_integer(number);
  }
  out.array(alone_.size());
  for (const auto& [place, number] : alone_)
    out.array(3).integer(place.first).unsigned_integer(place.second).unsigned_integer(number);
  out.array(cases_.size());
  for (const auto& place : cases_) out.array(2).integer(place.first).unsigned_integer(place.second);
  out.integer(closed_day_);
  return out.take();
}

Result<Watch> Watch::decode(ByteView bytes) {
  const Error damaged(errors::kShardDamaged, "the watch's stored state is damaged; it can be made again from the logs");
  CborReader in(bytes);
  Watch out;
  MINGMA_TRY(const std::uint64_t fields, in.array());
  MINGMA_TRY(const std::uint64_t version, in.unsigned_integer());
  if (fields != 5 || version != 1) return damaged;
  MINGMA_TRY(const std::uint64_t counts, in.array());
  for (std::uint64_t i = 0; i < counts; ++i) {
    MINGMA_TRY(const std::uint64_t members, in.array());
    MINGMA_TRY(const std::uint64_t kind, in.unsigned_integer());
    if (members != 8 || kind < 1 || kind > std::size(alarm_table())) return damaged;
    Alarm alarm;
    alarm.kind = static_cast<AlarmKind>(kind);
    MINGMA_TRY(alarm.institution, in.text());
    MINGMA_TRY(alarm.key_id, in.text());
    MINGMA_TRY(const std::uint64_t division, in.unsigned_integer());
    alarm.division.value = static_cast<std::uint32_t>(division);
    MINGMA_TRY(alarm.detail, in.text());
    MINGMA_TRY(alarm.from.value, in.integer());
    MINGMA_TRY(alarm.until.value, in.integer());
    MINGMA_TRY(const std::uint64_t number, in.unsigned_integer());
    out.counts_[std::move(alarm)] = static_cast<std::uint32_t>(number);
  }
  MINGMA_TRY(const std::uint64_t alone, in.array());
  for (std::uint64_t i = 0; i < alone; ++i) {
    MINGMA_CHECK(in.array());
    MINGMA_TRY(const std::int64_t day, in.integer());
    MINGMA_TRY(const std::uint64_t county, in.unsigned_integer());
    MINGMA_TRY(const std::uint64_t number, in.unsigned_integer());
    out.alone_[{day, static_cast<std::uint32_t>(county)}] = static_cast<std::uint32_t>(number);
  }
  MINGMA_TRY(const std::uint64_t cases, in.array());
  for (std::uint64_t i = 0; i < cases; ++i) {
    MINGMA_CHECK(in.array());
    MINGMA_TRY(const std::int64_t day, in.integer());
    MINGMA_TRY(const std::uint64_t county, in.unsigned_integer());
    out.cases_.insert({day, static_cast<std::uint32_t>(county)});
  }
  MINGMA_TRY(out.closed_day_, in.integer());
  MINGMA_CHECK(in.end());
  return out;
}

}  // namespace mingma::shard
