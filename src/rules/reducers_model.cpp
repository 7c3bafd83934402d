#include "rules/reducers_model.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace mingma::rules {
namespace {

using enum FactId;
using Evidences = std::vector<Evidence>;

constexpr std::int64_t kHour = 3'600;
constexpr UnixSeconds kModelBegin{1'664'582'400};  // 2022-10-01T00:00:00Z
constexpr std::int64_t kModelSteps = 123 * 48;

Evidences select(const Evidences& all, EvidenceKind kind) {
  Evidences out;
  for (const Evidence& e : all) {
    if (e.kind == kind) out.push_back(e);
  }
  return out;
}

// The latest of a kind; of several at once the greatest level, detail, flags and second instant.
Evidence last(const Evidences& items) {
  Evidence best;
  best.at = {};
  for (const Evidence& e : items) {
    if (std::tuple(e.at, e.level, e.detail, e.flags, e.until) >
        std::tuple(best.at, best.level, best.detail, best.flags, best.until))
      best = e;
  }
  return best;
}

bool before_or_at(UnixSeconds a, UnixSeconds b) { return a.value <= b.value; }

void model_tests(const Evidences& all, FactRow& row) {
  std::set<std::int64_t> negatives, highs, lows;
  std::int64_t sampled = 0, positive = 0, pooled_positive = 0;
  bool recheck = false;
  const Evidences tests = select(all, EvidenceKind::kTestResult);
  for (const Evidence& t : tests) {
    const bool pool = (t.flags & kFlagPooled) != 0;
    sampled = std::max(sampled, t.at.value);
    if (t.level == 2) positive = std::max(positive, t.at.value);
    if (t.level == 2 && pool) pooled_positive = std::max(pooled_positive, t.at.value);
    if (t.detail != 1) continue;  // molecular only from here
    if (t.level == 1) negatives.insert(t.at.value);
    ((t.level == 1 || (t.flags & kFlagCtAtLimit) != 0) ? highs : lows).insert(t.at.value);
  }
  for (const Evidence& t : tests) {
    recheck = recheck || (pooled_positive != 0 && t.level == 1 && t.detail == 1 && (t.flags & kFlagPooled) == 0 &&
                          t.at.value > pooled_positive);
  }
  std::int64_t last_low = lows.empty() ? 0 : *lows.rbegin();
  row.set(kCtHighConsecutive, static_cast<std::uint32_t>(std::count_if(highs.begin(), highs.end(),
                                                                       [&](std::int64_t t) { return t > last_low; })));
  row.set_instant(kLastSampledAt, {sampled});
  row.set_instant(kLastPositiveSampledAt, {positive});
  row.set(kRecheckSingleNegative, recheck ? 1 : 0);
  std::int64_t first = 0, second = 0, third = 0;
  for (const std::int64_t t : negatives) first = std::max(first, t);
  for (const std::int64_t t : negatives) second = t <= first - 24 * kHour ? std::max(second, t) : second;
  for (const std::int64_t t : negatives) third = second != 0 && t <= second - 24 * kHour ? std::max(third, t) : third;
  row.set_instant(kLastNegativeSampledAt, {first});
  row.set_instant(kSecondNegativeSampledAt, {second});
  row.set_instant(kThirdNegativeSampledAt, {third});

  // Every choice of negatives: the largest that is spaced and fits into 72 hours.
  const std::int64_t arrived = row.instant(kArrivedAt).value;
  std::vector<std::int64_t> list;
  for (const std::int64_t t : negatives) {
    if (t >= arrived) list.push_back(t);
  }
  std::uint32_t most = 0;
  for (std::uint32_t choice = 1; choice < 1u << list.size(); ++choice) {
    std::vector<std::int64_t> chosen;
    for (std::size_t i = 0; i < list.size(); ++i) {
      if ((choice >> i & 1) != 0) chosen.push_back(list[i]);
    }
    bool valid = chosen.back() - chosen.front() <= 72 * kHour;
    for (std::size_t i = 1; i < chosen.size(); ++i) valid = valid && chosen[i] - chosen[i - 1] >= 24 * kHour;
    if (valid) most = std::max(most, static_cast<std::uint32_t>(chosen.size()));
  }
  row.set(kSpacedNegatives3d, most);
  const std::int64_t control = row.instant(kControlStartedAt).value;
  std::set<std::int64_t> days;
  for (const std::int64_t t : negatives) {
    if (control != 0 && t >= control) days.insert((t + 8 * kHour) / (24 * kHour));
  }
  row.set(kNegativesSinceControl, static_cast<std::uint32_t>(days.size()));
  row.set(kTestSinceArrival, arrived != 0 && sampled >= arrived ? 1 : 0);
  std::int64_t due = 0;
  for (const Evidence& duty : select(all, EvidenceKind::kTestingDuty)) {
    const bool met = std::any_of(tests.begin(), tests.end(), [&](const Evidence& t) { return t.at >= duty.at; });
    if (!met && (due == 0 || duty.until.value < due)) due = duty.until.value;
  }
  row.set_instant(kTestDueAt, {due});
}

void model_case(const Evidences& all, FactRow& row) {
  const Evidences releases = select(all, EvidenceKind::kCaseRelease);
  const Evidences exclusions = select(all, EvidenceKind::kCaseExclusion);
  const auto closed_between = [&](UnixSeconds from, UnixSeconds to) {  // [from, to)
    const auto inside = [&](const Evidence& e) { return before_or_at(from, e.at) && e.at < to; };
    return std::any_of(releases.begin(), releases.end(), inside) ||
           std::any_of(exclusions.begin(), exclusions.end(), inside);
  };
  const UnixSeconds never{1'000'000'000'000};
  const auto closed = [&](UnixSeconds at) { return closed_between(at, never); };
  // Strongest claim first: an open clinical report, an open positive test, then what is closed.
  std::vector<std::tuple<bool, bool, UnixSeconds, int, int>> claims;  // open, clinical, at, order, severity
  for (const Evidence& e : all) {
    if (e.kind == EvidenceKind::kCaseReport) claims.emplace_back(!closed(e.at), true, e.at, e.level, e.detail);
    if (e.kind == EvidenceKind::kTestResult && e.level == 2)
      claims.emplace_back(!closed(e.at), false, e.at, (e.flags & kFlagPooled) != 0 ? -2 : -1, 0);
  }
  if (claims.empty()) return;
  auto best = *std::max_element(claims.begin(), claims.end());
  if (!std::get<0>(best) && std::get<1>(best)) {
    // All closed: a later test of a new episode speaks instead of the clinical report.
    for (const auto& claim : claims) {
      if (!std::get<1>(claim) && std::get<2>(claim) > std::get<2>(best) &&
          closed_between(std::get<2>(best), std::get<2>(claim)) && (std::get<1>(best) || claim > best))
        best = claim;
    }
    for (const auto& claim : claims) {
      if (!std::get<1>(claim) && !std::get<1>(best) && claim > best) best = claim;
    }
  }
  row.set(kCaseStatus, static_cast<std::uint32_t>(std::abs(std::get<3>(best))));
  row.set(kCaseSeverity, static_cast<std::uint32_t>(std::get<4>(best)));
  const UnixSeconds at = std::get<2>(best);
  for (const Evidence& e : releases) {
    if (e.at >= at && e.at > row.instant(kCaseReleasedAt)) row.set_instant(kCaseReleasedAt, e.at);
  }
  for (const Evidence& e : exclusions) {
    if (e.at >= at && e.at > row.instant(kCaseExcludedAt)) row.set_instant(kCaseExcludedAt, e.at);
  }
}

void model_risk(const Evidences& all, FactRow& row) {
  const UnixSeconds cleared = last(select(all, EvidenceKind::kRiskClearance)).at;
  const auto open = [&](const Evidence& e) { return std::max(e.at, e.until) > cleared; };
  bool any = false, any_open = false;
  Evidences contacts, open_exposures, exposures = select(all, EvidenceKind::kExposureFinding);
  for (const Evidence& e : select(all, EvidenceKind::kContactFinding)) {
    any = true;
    if (open(e)) contacts.push_back(e);
  }
  for (const Evidence& e : exposures) {
    if (open(e)) open_exposures.push_back(e);
  }
  any_open = !contacts.empty() || !open_exposures.empty();
  row.set(kRiskCleared, (any || !exposures.empty()) && !any_open ? 1 : 0);
  if (!contacts.empty()) {
    std::sort(contacts.begin(), contacts.end(), [](const Evidence& a, const Evidence& b) {
      return std::tuple(a.level, a.at) > std::tuple(b.level, b.at);
    });
    row.set(kContactLevel, contacts[0].level);
    row.set_instant(kLastExposureAt, contacts[0].at);
    bool index_negative = true;
    for (const Evidence& e : contacts) {
      if (e.level == 2 && e.at > row.instant(kSecondaryExposureAt)) row.set_instant(kSecondaryExposureAt, e.at);
      if (e.level == contacts[0].level && e.at == contacts[0].at) index_negative = index_negative && e.flags != 0;
    }
    row.set(kIndexContactFirstTwoNegative, index_negative ? 1 : 0);
  }
  if (exposures.empty()) return;
  const Evidence chosen = last(open_exposures.empty() ? exposures : open_exposures);
  row.set(kOverlapKind, chosen.level);
  row.set_instant(kOverlapAt, chosen.at);
  row.set(kOverlapSource, chosen.flags != 0 ? 1 : 2);
}

void model_single_items(const Evidences& all, FactRow& row) {
  const Evidence entry = last(select(all, EvidenceKind::kBorderEntry));
  row.set_instant(kEnteredCountryAt, entry.at);
  row.set(kEntryPortInProvince, entry.flags);
  const Evidence arrival = last(select(all, EvidenceKind::kArrival));
  row.set_instant(kArrivedAt, arrival.at);
  row.set(kArrivedFrom, arrival.level);
  row.set(kArrivalRegistered, arrival.flags);
  row.set(kSymptomsReported, last(select(all, EvidenceKind::kHealthDeclaration)).flags);
  const Evidence visit = last(select(all, EvidenceKind::kClinicVisit));
  row.set_instant(kFeverClinicAt, visit.at);
  row.set(kFeverClinicCleared, visit.flags & 1);
  row.set(kUnexplainedFever, visit.flags == 2 ? 1 : 0);
  for (const Evidence& dose : select(all, EvidenceKind::kVaccination)) {
    row.set(kVaccineDoses, std::max<std::uint32_t>(row.get(kVaccineDoses), dose.level));
    row.set(kLastDoseOn,
            std::max<std::uint32_t>(row.get(kLastDoseOn),
                                    static_cast<std::uint32_t>((dose.at.value + 8 * kHour) / (24 * kHour))));
  }
  const Evidence work = last(select(all, EvidenceKind::kWorkAssignment));
  row.set(kWorkGroup, work.level);
  row.set_instant(kClosedLoopEndedAt, work.level == 0 ? UnixSeconds{} : work.until);
  row.set(kBubbleMember, work.flags == 1 && work.until == UnixSeconds{} ? 1 : 0);
  const Evidence contact = last(select(all, EvidenceKind::kItemContact));
  row.set(kColdChainContact, contact.level);
  row.set_instant(kColdChainLeftAt, contact.at);
}

void model_control(const Evidences& all, FactRow& row) {
  Evidence chosen;
  chosen.at = {};
  for (const Evidence& e : select(all, EvidenceKind::kControlOrder)) {
    const bool stricter = e.at == chosen.at && std::tuple(e.level, e.detail) < std::tuple(chosen.level, chosen.detail);
    if (e.at > chosen.at || stricter) chosen = e;
  }
  if (chosen.at == UnixSeconds{}) return;
  row.set(kControlKind, chosen.level);
  row.set(kControlReason, chosen.detail);
  row.set_instant(kControlStartedAt, chosen.at);
  Evidences after;
  for (const Evidence& e : select(all, EvidenceKind::kControlRelease)) {
    if (e.at > chosen.at) after.push_back(e);
  }
  row.set_instant(kControlEndedAt, last(after).at);
  row.set(kControlTestsDone, last(after).flags);
}

// Where the person is during the half hour from `at`.
std::set<DivisionCode> places_at(const Evidences& stays, DivisionCode home, UnixSeconds at) {
  std::set<DivisionCode> places;
  UnixSeconds latest_open{};
  for (const Evidence& s : stays) {
    if (s.until == UnixSeconds{} && s.at <= at) latest_open = std::max(latest_open, s.at);
  }
  for (const Evidence& s : stays) {
    if (s.until != UnixSeconds{} ? s.at <= at && at < s.until : s.at == latest_open && s.at <= at)
      places.insert(s.area);
  }
  if (places.empty()) places.insert(home);
  return places;
}

void model_places(const Evidences& all, DivisionCode home, const AreaTable& areas, FactRow& row) {
  const Evidences stays = select(all, EvidenceKind::kStay);
  Evidence open;
  open.at = {};
  for (const Evidence& s : stays) {
    if (s.until == UnixSeconds{} && std::tuple(s.at, s.area) > std::tuple(open.at, open.area)) open = s;
  }
  const DivisionCode present = open.at == UnixSeconds{} ? home : open.area;
  std::uint32_t zone = 0, lockdown = 0, hours = 0;
  for (const AreaOrder& o : areas.orders()) {
    if (!o.area.contains(present) || areas.as_of() < o.from || o.until <= areas.as_of()) continue;
    zone = std::max(zone, static_cast<std::uint32_t>(o.level));
    lockdown = std::max(lockdown, static_cast<std::uint32_t>(o.lockdown));
    if (o.test_interval_hours != 0)
      hours = hours == 0 ? o.test_interval_hours : std::min<std::uint32_t>(hours, o.test_interval_hours);
  }
  row.set(kZoneNow, zone);
  row.set(kLockdownNow, lockdown);
  row.set(kAreaTestHours, hours);
  row.set(kInJurisdiction, areas.province().contains(present) ? 1 : 0);

  // Walk through time in half hours and notice who steps out of which area while its order counts.
  std::set<DivisionCode> before = places_at(stays, home, kModelBegin);
  for (std::int64_t step = 1; step < kModelSteps; ++step) {
    const UnixSeconds at = kModelBegin.plus(step * kHour / 2);
    const std::set<DivisionCode> now = places_at(stays, home, at);
    if (now == before) continue;
    for (const AreaOrder& o : areas.orders()) {
      if (o.level < RiskLevel::kMedium || o.from > areas.as_of() || at <= o.counted_from() || at > o.until) continue;
      const auto inside = [&](DivisionCode area, const std::set<DivisionCode>& places) {
        return std::any_of(places.begin(), places.end(), [&](DivisionCode place) { return area.contains(place); });
      };
      const auto left = [&](DivisionCode area) { return inside(area, before) && !inside(area, now); };
      const auto note = [&](FactId fact) { row.set_instant(fact, std::max(row.instant(fact), at)); };
      if (left(o.area)) {
        note(o.level == RiskLevel::kHigh ? kLeftHighAt : kLeftMediumAt);
        note(kLeftRiskCountyAt);
        note(kLeftRiskCityAt);
      }
      if (left(o.area.county())) {
        note(kLeftRiskCountyAt);
        note(kLeftRiskCityAt);
      }
      if (left(o.area.prefecture())) note(kLeftRiskCityAt);
    }
    before = now;
  }
}

}  // namespace

FactRow model_reduce(const std::vector<Evidence>& evidence, const Residence& residence, const AreaTable& areas) {
  FactRow row;
  model_single_items(evidence, row);
  model_control(evidence, row);
  model_tests(evidence, row);
  model_case(evidence, row);
  model_risk(evidence, row);
  model_places(evidence, residence.home, areas, row);
  return row;
}

}  // namespace mingma::rules
