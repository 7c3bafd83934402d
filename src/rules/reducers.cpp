#include "rules/reducers.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "rules/reducer_parts.h"

namespace mingma::rules {
namespace {

using enum FactId;
using Items = std::span<const Evidence>;

// Items of one kind; `sorted` is in the order of Evidence, whose first member is the kind.
Items of_kind(Items sorted, EvidenceKind kind) {
  const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), Evidence{.kind = kind},
                                              [](const Evidence& a, const Evidence& b) { return a.kind < b.kind; });
  return {first, last};
}

// The latest item; of several at one instant the one with the greatest level, detail, flags, second instant.
const Evidence* latest(Items items) {
  const auto key = [](const Evidence& e) { return std::tuple(e.at, e.level, e.detail, e.flags, e.until); };
  const auto found = std::max_element(items.begin(), items.end(),
                                      [&](const Evidence& a, const Evidence& b) { return key(a) < key(b); });
  return found == items.end() ? nullptr : &*found;
}

UnixSeconds latest_at(Items items) {
  const Evidence* item = latest(items);
  return item == nullptr ? UnixSeconds{} : item->at;
}

UnixSeconds found_at(const Evidence& finding) { return finding.until == UnixSeconds{} ? finding.at : finding.until; }

void set_flag(FactRow& row, FactId id, bool value) { row.set(id, value ? 1 : 0); }

void reduce_contacts(Items findings, UnixSeconds cleared_at, FactRow& row) {
  std::uint8_t level = 0;
  UnixSeconds last_exposure{};
  UnixSeconds secondary{};
  for (const Evidence& finding : findings) {
    if (found_at(finding) <= cleared_at) continue;
    if (finding.level == static_cast<std::uint8_t>(ContactLevel::kSecondary))
      secondary = std::max(secondary, finding.at);
    if (finding.level > level) last_exposure = {};
    level = std::max(level, finding.level);
    if (finding.level == level) last_exposure = std::max(last_exposure, finding.at);
  }
  if (level == 0) return;
  // Several index cases at the same last exposure: all of them must be negative.
  const bool index_negative = std::all_of(findings.begin(), findings.end(), [&](const Evidence& f) {
    return found_at(f) <= cleared_at || f.level != level || f.at != last_exposure ||
           (f.flags & kFlagIndexNegative) != 0;
  });
  row.set(kContactLevel, level);
  row.set_instant(kLastExposureAt, last_exposure);
  row.set_instant(kSecondaryExposureAt, secondary);
  set_flag(row, kIndexContactFirstTwoNegative, index_negative);
}

// Returns whether an exposure is open.
bool reduce_exposures(Items findings, UnixSeconds cleared_at, FactRow& row) {
  std::vector<Evidence> open;
  std::copy_if(findings.begin(), findings.end(), std::back_inserter(open),
               [&](const Evidence& f) { return found_at(f) > cleared_at; });
  const Evidence* chosen = latest(open.empty() ? findings : Items(open));
  if (chosen == nullptr) return false;
  const bool national = (chosen->flags & kFlagNational) != 0;
  row.set(kOverlapKind, chosen->level);
  row.set_instant(kOverlapAt, chosen->at);
  row.set(kOverlapSource, national ? 1 : 2);
  return !open.empty();
}

void reduce_risk(Items sorted, FactRow& row) {
  const UnixSeconds cleared_at = latest_at(of_kind(sorted, EvidenceKind::kRiskClearance));
  const Items contacts = of_kind(sorted, EvidenceKind::kContactFinding);
  const Items exposures = of_kind(sorted, EvidenceKind::kExposureFinding);
  reduce_contacts(contacts, cleared_at, row);
  const bool open_exposure = reduce_exposures(exposures, cleared_at, row);
  const bool any = !contacts.empty() || !exposures.empty();
  set_flag(row, kRiskCleared, any && !open_exposure && !row.present(kContactLevel));
}

void reduce_control(Items sorted, FactRow& row) {
  const Items orders = of_kind(sorted, EvidenceKind::kControlOrder);
  // Of orders that begin together the strictest: kinds are numbered from the strictest down.
  const auto key = [](const Evidence& e) { return std::tuple(e.at, -e.level, -e.detail); };
  const auto order = std::max_element(orders.begin(), orders.end(),
                                      [&](const Evidence& a, const Evidence& b) { return key(a) < key(b); });
  if (order == orders.end()) return;
  row.set(kControlKind, order->level);
  row.set(kControlReason, order->detail);
  row.set_instant(kControlStartedAt, order->at);
  // A release at the instant at which the next stage begins ended the stage before.
  const Evidence* release = latest(of_kind(sorted, EvidenceKind::kControlRelease));
  if (release == nullptr || release->at <= order->at) return;
  row.set_instant(kControlEndedAt, release->at);
  set_flag(row, kControlTestsDone, (release->flags & kFlagTestsDone) != 0);
}

void reduce_travel(Items sorted, FactRow& row) {
  if (const Evidence* entry = latest(of_kind(sorted, EvidenceKind::kBorderEntry))) {
    row.set_instant(kEnteredCountryAt, entry->at);
    set_flag(row, kEntryPortInProvince, (entry->flags & kFlagPortInProvince) != 0);
  }
  if (const Evidence* arrival = latest(of_kind(sorted, EvidenceKind::kArrival))) {
    row.set_instant(kArrivedAt, arrival->at);
    row.set(kArrivedFrom, arrival->level);
    set_flag(row, kArrivalRegistered, (arrival->flags & kFlagRegistered) != 0);
  }
}

void reduce_health(Items sorted, FactRow& row) {
  if (const Evidence* declaration = latest(of_kind(sorted, EvidenceKind::kHealthDeclaration))) {
    set_flag(row, kSymptomsReported, (declaration->flags & kFlagSymptoms) != 0);
  }
  if (const Evidence* visit = latest(of_kind(sorted, EvidenceKind::kClinicVisit))) {
    const bool cleared = (visit->flags & kFlagCleared) != 0;
    row.set_instant(kFeverClinicAt, visit->at);
    set_flag(row, kFeverClinicCleared, cleared);
    set_flag(row, kUnexplainedFever, (visit->flags & kFlagFever) != 0 && !cleared);
  }
  const Items doses = of_kind(sorted, EvidenceKind::kVaccination);
  if (!doses.empty()) {
    std::uint8_t number = 0;
    for (const Evidence& dose : doses) number = std::max(number, dose.level);
    row.set(kVaccineDoses, number);
    const std::int32_t days = china_date(latest_at(doses)).days;
    row.set(kLastDoseOn, static_cast<std::uint32_t>(std::clamp(days, 1, 0xFFFF)));
  }
}

void reduce_work(Items sorted, FactRow& row) {
  if (const Evidence* work = latest(of_kind(sorted, EvidenceKind::kWorkAssignment))) {
    row.set(kWorkGroup, work->level);
    if (work->level != 0) row.set_instant(kClosedLoopEndedAt, work->until);
    set_flag(row, kBubbleMember, (work->flags & kFlagBubble) != 0 && work->until == UnixSeconds{});
  }
  if (const Evidence* contact = latest(of_kind(sorted, EvidenceKind::kItemContact))) {
    row.set(kColdChainContact, contact->level);
    row.set_instant(kColdChainLeftAt, contact->at);
  }
}

}  // namespace

FactRow reduce(Items effective, const Residence& residence, const AreaTable& areas) {
  std::vector<Evidence> sorted(effective.begin(), effective.end());
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  FactRow row;
  reduce_risk(sorted, row);
  reduce_control(sorted, row);
  reduce_travel(sorted, row);
  reduce_health(sorted, row);
  reduce_work(sorted, row);
  reduce_cases(sorted, row);
  reduce_tests(sorted, row);  // reads arrived_at and control_started_at
  reduce_places(of_kind(sorted, EvidenceKind::kStay), residence, areas, row);
  return row;
}

}  // namespace mingma::rules
