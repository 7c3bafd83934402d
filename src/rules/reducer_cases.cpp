#include <algorithm>
#include <tuple>
#include <vector>

#include "rules/reducer_parts.h"

namespace mingma::rules {
namespace {

using enum FactId;

// A report of infection: by a clinician, or by a positive test alone.
struct Report {
  UnixSeconds at{};
  bool clinical = false;
  std::uint8_t status = 0;
  std::uint8_t severity = 0;
};

struct CaseEvents {
  std::vector<Report> reports;
  std::vector<UnixSeconds> releases;
  std::vector<UnixSeconds> exclusions;
};

CaseEvents case_events(std::span<const Evidence> sorted) {
  CaseEvents events;
  for (const Evidence& item : sorted) {
    switch (item.kind) {
      case EvidenceKind::kCaseReport:
        events.reports.push_back({item.at, true, item.level, item.detail});
        break;
      case EvidenceKind::kCaseRelease:
        events.releases.push_back(item.at);
        break;
      case EvidenceKind::kCaseExclusion:
        events.exclusions.push_back(item.at);
        break;
      case EvidenceKind::kTestResult:
        if (item.level == static_cast<std::uint8_t>(TestResult::kPositive)) {
          const CaseStatus status =
              (item.flags & kFlagPooled) != 0 ? CaseStatus::kPooledPositive : CaseStatus::kScreeningPositive;
          events.reports.push_back({item.at, false, static_cast<std::uint8_t>(status), 0});
        }
        break;
      default:
        break;
    }
  }
  return events;
}

UnixSeconds greatest(std::span<const UnixSeconds> instants) {
  return instants.empty() ? UnixSeconds{} : *std::max_element(instants.begin(), instants.end());
}

// Latest report of one sort made after `after`. Of positive tests at one instant a single tube counts before a pool.
const Report* latest(std::span<const Report> reports, bool clinical, UnixSeconds after) {
  const auto key = [](const Report& r) { return std::tuple(r.at, r.clinical ? r.status : -r.status, r.severity); };
  const Report* found = nullptr;
  for (const Report& report : reports) {
    if (report.clinical != clinical || report.at <= after) continue;
    if (found == nullptr || key(*found) < key(report)) found = &report;
  }
  return found;
}

// The report that speaks for a person whose reports are all closed: the clinical one, unless the positive test belongs
// to a later episode (something closed the clinical report before the test).
const Report* closed_report(const CaseEvents& events) {
  const Report* clinical = latest(events.reports, true, UnixSeconds{});
  const Report* test = latest(events.reports, false, UnixSeconds{});
  if (clinical == nullptr || test == nullptr) return clinical == nullptr ? test : clinical;
  const auto between = [&](UnixSeconds at) { return clinical->at <= at && at < test->at; };
  const bool later_episode = std::any_of(events.releases.begin(), events.releases.end(), between) ||
                             std::any_of(events.exclusions.begin(), events.exclusions.end(), between);
  return later_episode ? test : clinical;
}

}  // namespace

void reduce_cases(std::span<const Evidence> sorted, FactRow& row) {
  const CaseEvents events = case_events(sorted);
  const UnixSeconds released = greatest(events.releases);
  const UnixSeconds excluded = greatest(events.exclusions);
  const UnixSeconds closed = std::max(released, excluded);
  const Report* report = latest(events.reports, true, closed);
  if (report == nullptr) report = latest(events.reports, false, closed);
  if (report == nullptr) report = closed_report(events);
  if (report == nullptr) return;
  row.set(kCaseStatus, report->status);
  row.set(kCaseSeverity, report->severity);
  if (report->at <= released) row.set_instant(kCaseReleasedAt, released);
  if (report->at <= excluded) row.set_instant(kCaseExcludedAt, excluded);
}

}  // namespace mingma::rules
