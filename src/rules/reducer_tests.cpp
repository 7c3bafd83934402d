#include <algorithm>
#include <vector>

#include "rules/reducer_parts.h"

namespace mingma::rules {
namespace {

using enum FactId;

constexpr std::int64_t kSpacingSeconds = 24 * 3'600;
constexpr std::int64_t kWindowSeconds = 72 * 3'600;
constexpr std::uint32_t kCountMax = 255;

bool is_test(const Evidence& e) { return e.kind == EvidenceKind::kTestResult; }
bool molecular(const Evidence& e) { return e.detail == static_cast<std::uint8_t>(TestMethod::kMolecular); }
bool negative(const Evidence& e) { return e.level == static_cast<std::uint8_t>(TestResult::kNegative); }
bool positive(const Evidence& e) { return e.level == static_cast<std::uint8_t>(TestResult::kPositive); }
bool pooled(const Evidence& e) { return (e.flags & kFlagPooled) != 0; }
bool ct_high(const Evidence& e) { return negative(e) || (e.flags & kFlagCtAtLimit) != 0; }

// A negative that counts: molecular. Antigen tests find infections; they lift no measure.
bool counting_negative(const Evidence& e) { return molecular(e) && negative(e); }

// Latest of `ascending` that is not after `bound`; {0}: none.
UnixSeconds latest_until(std::span<const UnixSeconds> ascending, UnixSeconds bound) {
  const auto after = std::upper_bound(ascending.begin(), ascending.end(), bound);
  return after == ascending.begin() ? UnixSeconds{} : *(after - 1);
}

std::uint32_t ct_high_consecutive(std::span<const Evidence> tests) {
  std::vector<const Evidence*> by_time;
  for (const Evidence& test : tests) {
    if (molecular(test)) by_time.push_back(&test);
  }
  std::sort(by_time.begin(), by_time.end(), [](const Evidence* a, const Evidence* b) { return a->at > b->at; });
  std::uint32_t count = 0;
  for (std::size_t i = 0; i < by_time.size() && count < kCountMax;) {
    // Several results of one instant are one test, and all of them must be high.
    const UnixSeconds at = by_time[i]->at;
    bool high = true;
    for (; i < by_time.size() && by_time[i]->at == at; ++i) high = high && ct_high(*by_time[i]);
    if (!high) break;
    ++count;
  }
  return count;
}

// Civil days at UTC+8 with a negative at or after `start`.
std::uint32_t negative_days_since(std::span<const UnixSeconds> negatives, UnixSeconds start) {
  std::uint32_t days = 0;
  std::int32_t previous = -1;
  for (const UnixSeconds at : negatives) {
    const std::int32_t day = china_date(at).days;
    if (at < start || day == previous) continue;
    previous = day;
    ++days;
  }
  return std::min(days, kCountMax);
}

bool recheck_negative(std::span<const Evidence> tests) {
  UnixSeconds pooled_positive{};
  for (const Evidence& test : tests) {
    if (positive(test) && pooled(test)) pooled_positive = std::max(pooled_positive, test.at);
  }
  return pooled_positive != UnixSeconds{} && std::any_of(tests.begin(), tests.end(), [&](const Evidence& test) {
           return counting_negative(test) && !pooled(test) && test.at > pooled_positive;
         });
}

UnixSeconds earliest_due(std::span<const Evidence> sorted, UnixSeconds last_sampled) {
  UnixSeconds due{};
  for (const Evidence& item : sorted) {
    if (item.kind != EvidenceKind::kTestingDuty || item.at <= last_sampled) continue;
    if (due == UnixSeconds{} || item.until < due) due = item.until;
  }
  return due;
}

void set_negatives(std::span<const UnixSeconds> negatives, FactRow& row) {
  if (negatives.empty()) return;
  const UnixSeconds last = negatives.back();
  const UnixSeconds second = latest_until(negatives, last.plus(-kSpacingSeconds));
  row.set_instant(kLastNegativeSampledAt, last);
  row.set_instant(kSecondNegativeSampledAt, second);
  if (second != UnixSeconds{})
    row.set_instant(kThirdNegativeSampledAt, latest_until(negatives, second.plus(-kSpacingSeconds)));
  const auto arrived = std::lower_bound(negatives.begin(), negatives.end(), row.instant(kArrivedAt));
  row.set(kSpacedNegatives3d, spaced_negatives({arrived, negatives.end()}));
  if (row.present(kControlStartedAt))
    row.set(kNegativesSinceControl, negative_days_since(negatives, row.instant(kControlStartedAt)));
}

}  // namespace

std::uint8_t spaced_negatives(std::span<const UnixSeconds> negatives) {
  std::uint8_t most = 0;
  for (const UnixSeconds end : negatives) {
    // Going back from the end and taking the latest possible each time takes the most.
    std::uint8_t count = 0;
    for (UnixSeconds at = end; at != UnixSeconds{} && at >= end.plus(-kWindowSeconds);
         at = latest_until(negatives, at.plus(-kSpacingSeconds))) {
      ++count;
    }
    most = std::max(most, count);
  }
  return most;
}

void reduce_tests(std::span<const Evidence> sorted, FactRow& row) {
  const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), Evidence{.kind = EvidenceKind::kTestResult},
                                              [](const Evidence& a, const Evidence& b) { return a.kind < b.kind; });
  const std::span<const Evidence> tests(first, last);
  std::vector<UnixSeconds> negatives;
  UnixSeconds last_sampled{};
  UnixSeconds last_positive{};
  for (const Evidence& test : tests) {
    last_sampled = std::max(last_sampled, test.at);
    if (positive(test)) last_positive = std::max(last_positive, test.at);
    if (counting_negative(test)) negatives.push_back(test.at);
  }
  std::sort(negatives.begin(), negatives.end());
  negatives.erase(std::unique(negatives.begin(), negatives.end()), negatives.end());
  row.set_instant(kLastSampledAt, last_sampled);
  row.set_instant(kLastPositiveSampledAt, last_positive);
  set_negatives(negatives, row);
  row.set(kCtHighConsecutive, ct_high_consecutive(tests));
  row.set(kRecheckSingleNegative, recheck_negative(tests) ? 1 : 0);
  row.set(kTestSinceArrival,
          row.present(kArrivedAt) && !tests.empty() && last_sampled >= row.instant(kArrivedAt) ? 1 : 0);
  row.set_instant(kTestDueAt, earliest_due(sorted, last_sampled));
}

bool reduce_one(FactRow& row, const Evidence& added) {
  if (!is_test(added) || positive(added)) return false;
  const UnixSeconds at = added.at;
  if (at <= row.instant(kLastSampledAt) || row.present(kTestDueAt)) return false;
  const UnixSeconds last = row.instant(kLastNegativeSampledAt);
  if (counting_negative(added)) {
    if (last != UnixSeconds{} && at.value - last.value < kSpacingSeconds) return false;
    if (row.present(kLastPositiveSampledAt) && !pooled(added) && !row.present(kRecheckSingleNegative)) return false;
    const UnixSeconds chain[] = {row.instant(kThirdNegativeSampledAt), row.instant(kSecondNegativeSampledAt), last, at};
    std::uint8_t spaced = 0;
    for (const UnixSeconds sample : chain) {
      spaced +=
          sample != UnixSeconds{} && sample >= at.plus(-kWindowSeconds) && sample >= row.instant(kArrivedAt) ? 1 : 0;
    }
    row.set(kSpacedNegatives3d, std::max<std::uint32_t>(row.get(kSpacedNegatives3d), spaced));
    row.set_instant(kThirdNegativeSampledAt, chain[1]);
    row.set_instant(kSecondNegativeSampledAt, last);
    row.set_instant(kLastNegativeSampledAt, at);
    const UnixSeconds control = row.instant(kControlStartedAt);
    const bool new_day = last < control || last == UnixSeconds{} || china_date(last) != china_date(at);
    if (control != UnixSeconds{} && at >= control && new_day) {
      row.set(kNegativesSinceControl, std::min(row.get(kNegativesSinceControl) + 1, kCountMax));
    }
  }
  if (molecular(added))
    row.set(kCtHighConsecutive, ct_high(added) ? std::min(row.get(kCtHighConsecutive) + 1, kCountMax) : 0);
  row.set_instant(kLastSampledAt, at);
  row.set(kTestSinceArrival, row.present(kArrivedAt) && at >= row.instant(kArrivedAt) ? 1 : 0);
  return true;
}

}  // namespace mingma::rules
