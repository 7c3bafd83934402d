#include "rules/policy_diff.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "rules/decide_clock.h"

namespace mingma::rules {
namespace {

constexpr std::size_t kSlice = FactColumns::kBlockRows;
constexpr std::size_t kCodes = 512;  // decided by rule 0..250 or the default; 256 + rule: undetermined by it
constexpr std::size_t kNoPolicyCode = 254;
constexpr std::uint32_t kNoPair = 0xffff'ffff;

std::size_t code_of(const Outcome& outcome) {
  switch (outcome.status) {
    case DecisionStatus::kNoPolicy:
      return kNoPolicyCode;
    case DecisionStatus::kDecided:
      return outcome.rule;
    case DecisionStatus::kUndetermined:
      break;
  }
  return 256U + outcome.rule;
}

// One policy on one block of rows, and how long what it said holds.
struct Side {
  std::array<Outcome, kSlice> outcomes;
  std::array<std::uint32_t, kSlice> horizons;
  std::uint32_t next = 0;  // the earliest horizon less one; all ones: none

  void run(const CompiledPolicy& policy, const FactColumns& columns, std::size_t begin, std::size_t count,
           UnixSeconds now) {
    policy.recolour(columns, begin, begin + count, now, std::span(outcomes).first(count),
                    std::span(horizons).first(count));
    next = 0xffff'ffff;
    for (std::size_t i = 0; i < count; ++i) next = std::min(next, horizons[i] - 1);  // 0 wraps to never
  }
  bool due(UnixSeconds now) const { return next < now.value; }
};

// The policy without its dates.
Policy timeless(Policy policy) {
  policy.effective_from = kClockMin;
  policy.effective_to = kClockMax.plus(1);
  return policy;
}

auto order(const DiffSampleRow& row) { return std::tuple(row.source, row.row); }

// Changes by [group][day] as counts on each day, those that are not 0.
template <typename Use>
void each_sum(const std::vector<std::int64_t>& changes, std::size_t days, Use use) {
  for (std::size_t group = 0; group * days < changes.size(); ++group) {
    std::int64_t sum = 0;
    for (std::size_t day = 0; day < days; ++day) {
      sum += changes[group * days + day];
      if (sum != 0) use(group, day, static_cast<std::uint64_t>(sum));
    }
  }
}

}  // namespace

std::string_view to_string(DiffChange change) {
  constexpr std::array<std::string_view, 4> kNames{"same", "worse", "better", "unclear"};
  return kNames[static_cast<std::size_t>(change)];
}

DiffChange compare_outcomes(const Outcome& before, const Outcome& after) {
  if (before.status != after.status) return DiffChange::kUnclear;
  if (before.status != DecisionStatus::kDecided) return DiffChange::kSame;
  const auto left = std::pair(before.colour, before.measure);
  const auto right = std::pair(after.colour, after.measure);
  return left == right ? DiffChange::kSame : left < right ? DiffChange::kWorse : DiffChange::kBetter;
}

Result<DiffPlan> DiffPlan::make(const Policy& before, const Policy& after, const DiffOptions& options) {
  MINGMA_ASSERT(options.days >= 0 && options.days <= kDiffDaysMax);
  MINGMA_ASSERT(kClockMin <= options.now && options.now.plus(options.days * kSecondsPerDay) <= kClockMax);
  MINGMA_TRY(CompiledPolicy first, CompiledPolicy::compile(options.as_dated ? before : timeless(before)));
  MINGMA_TRY(CompiledPolicy second, CompiledPolicy::compile(options.as_dated ? after : timeless(after)));
  return DiffPlan(options, std::move(first), std::move(second));
}

struct DiffTally::Impl {
  // A pair of outcomes that occurred, with its counts: what changed on each day, [place][day] and [decade][day].
  struct Pair {
    Outcome before;
    Outcome after;
    bool same = true;
    std::vector<std::int64_t> changes;
    std::vector<std::int64_t> by_born;
    std::vector<DiffSampleRow> sample;
  };

  Impl(const DiffPlan& given, std::size_t place_count, std::uint16_t source_number)
      : plan(given),
        places(place_count),
        days(static_cast<std::size_t>(given.options().days) + 1),
        source(source_number),
        index(kCodes * kCodes, kNoPair),
        first_changes(days) {
    MINGMA_ASSERT(places <= kDiffPlacesMax);
  }

  std::uint32_t pair_of(const Outcome& before, const Outcome& after) {
    std::uint32_t& number = index[code_of(before) * kCodes + code_of(after)];
    if (number == kNoPair) {
      number = static_cast<std::uint32_t>(pairs.size());
      const bool same = compare_outcomes(before, after) == DiffChange::kSame;
      pairs.push_back({before,
                       after,
                       same,
                       std::vector<std::int64_t>(places * days),
                       std::vector<std::int64_t>(BirthDecade::kCount * days),
                       {}});
    }
    return number;
  }

  void note_first_change(std::uint32_t pair, std::size_t row, std::uint16_t place, std::size_t day) {
    ++first_changes[day];
    add_sample(pairs[pair], {source, static_cast<std::uint32_t>(row), place, static_cast<int>(day), pairs[pair].before,
                             pairs[pair].after});
  }

  static void add_sample(Pair& pair, const DiffSampleRow& row) {
    std::vector<DiffSampleRow>& sample = pair.sample;
    if (sample.size() == kDiffSamplePerPairMax) {
      if (order(sample.back()) < order(row)) return;
      sample.pop_back();
    }
    sample.insert(std::upper_bound(sample.begin(), sample.end(), row,
                                   [](const auto& a, const auto& b) { return order(a) < order(b); }),
                  row);
  }

  void add_block(const FactColumns& columns, std::size_t begin, std::size_t count,
                 std::span<const DiffGroup> group_of) {
    for (std::size_t day = 0; day < days; ++day) {
      const UnixSeconds at = plan.day(static_cast<int>(day));
      const bool first = day == 0;
      const bool before_due = first || before_side.due(at);
      const bool after_due = first || after_side.due(at);
      if (!before_due && !after_due) continue;
      if (before_due) before_side.run(plan.before(), columns, begin, count, at);
      if (after_due) after_side.run(plan.after(), columns, begin, count, at);
      for (std::size_t i = 0; i < count; ++i) {
        const auto [place, born] = group_of[i];
        if (place == kNotCompared) continue;
        const std::uint32_t pair = pair_of(before_side.outcomes[i], after_side.outcomes[i]);
        if (first) {
          changed[i] = false;
        } else if (pair == present[i]) {
          continue;
        } else {
          --pairs[present[i]].changes[place * days + day];
          --pairs[present[i]].by_born[born.value * days + day];
        }
        ++pairs[pair].changes[place * days + day];
        ++pairs[pair].by_born[born.value * days + day];
        present[i] = pair;
        if (changed[i] || pairs[pair].same) continue;
        changed[i] = true;
        note_first_change(pair, begin + i, place, day);
      }
    }
  }

  const DiffPlan plan;
  const std::size_t places;
  const std::size_t days;
  const std::uint16_t source;
  std::vector<std::uint32_t> index;  // code before, code after -> number in `pairs`
  std::vector<Pair> pairs;
  std::vector<std::uint64_t> first_changes;
  std::uint64_t compared = 0;
  std::uint64_t not_compared = 0;
  // Of the block at hand.
  Side before_side;
  Side after_side;
  std::array<std::uint32_t, kSlice> present;  // pair
  std::array<bool, kSlice> changed;           // differed on some day already
};

DiffTally::DiffTally(const DiffPlan& plan, std::size_t places, std::uint16_t source)
    : impl_(std::make_unique<Impl>(plan, places, source)) {}
DiffTally::DiffTally(DiffTally&&) noexcept = default;
DiffTally& DiffTally::operator=(DiffTally&&) noexcept = default;
DiffTally::~DiffTally() = default;

void DiffTally::add(const FactColumns& columns, std::size_t begin, std::size_t end, std::span<const DiffGroup> groups) {
  MINGMA_ASSERT(begin <= end && end <= columns.size() && groups.size() == end - begin);
  for (const auto [place, born] : groups) {
    MINGMA_ASSERT((place == kNotCompared || place < impl_->places) && born.value < BirthDecade::kCount);
    ++(place == kNotCompared ? impl_->not_compared : impl_->compared);
  }
  while (begin < end) {
    const std::size_t count = std::min(end - begin, kSlice - begin % kSlice);
    impl_->add_block(columns, begin, count, groups.first(count));
    groups = groups.subspan(count);
    begin += count;
  }
}

void DiffTally::merge(const DiffTally& other) {
  MINGMA_ASSERT(other.impl_->places == impl_->places && other.impl_->days == impl_->days);
  for (const Impl::Pair& from : other.impl_->pairs) {
    Impl::Pair& to = impl_->pairs[impl_->pair_of(from.before, from.after)];
    for (std::size_t i = 0; i < to.changes.size(); ++i) to.changes[i] += from.changes[i];
    for (std::size_t i = 0; i < to.by_born.size(); ++i) to.by_born[i] += from.by_born[i];
    for (const DiffSampleRow& row : from.sample) Impl::add_sample(to, row);
  }
  for (std::size_t day = 0; day < impl_->days; ++day) impl_->first_changes[day] += other.impl_->first_changes[day];
  impl_->compared += other.impl_->compared;
  impl_->not_compared += other.impl_->not_compared;
}

std::uint64_t DiffTally::compared() const { return impl_->compared; }
std::uint64_t DiffTally::not_compared() const { return impl_->not_compared; }
std::vector<std::uint64_t> DiffTally::first_changes() const { return impl_->first_changes; }

std::vector<DiffCell> DiffTally::cells() const {
  std::vector<DiffCell> cells;
  for (const Impl::Pair& pair : impl_->pairs) {
    each_sum(pair.changes, impl_->days, [&](std::size_t place, std::size_t day, std::uint64_t count) {
      cells.push_back({static_cast<int>(day), static_cast<std::uint16_t>(place), pair.before, pair.after, count});
    });
  }
  std::sort(cells.begin(), cells.end(), [](const DiffCell& a, const DiffCell& b) {
    return std::tuple(a.day, a.place, code_of(a.before), code_of(a.after)) <
           std::tuple(b.day, b.place, code_of(b.before), code_of(b.after));
  });
  return cells;
}

std::vector<DiffAgeCell> DiffTally::age_cells() const {
  std::vector<DiffAgeCell> cells;
  for (const Impl::Pair& pair : impl_->pairs) {
    each_sum(pair.by_born, impl_->days, [&](std::size_t born, std::size_t day, std::uint64_t count) {
      const BirthDecade decade{static_cast<std::uint8_t>(born)};
      cells.push_back({static_cast<int>(day), decade, pair.before, pair.after, count});
    });
  }
  std::sort(cells.begin(), cells.end(), [](const DiffAgeCell& a, const DiffAgeCell& b) {
    return std::tuple(a.day, a.born, code_of(a.before), code_of(a.after)) <
           std::tuple(b.day, b.born, code_of(b.before), code_of(b.after));
  });
  return cells;
}

std::vector<DiffSampleRow> DiffTally::sample() const {
  std::vector<DiffSampleRow> sample;
  for (const Impl::Pair& pair : impl_->pairs) sample.insert(sample.end(), pair.sample.begin(), pair.sample.end());
  std::sort(sample.begin(), sample.end(), [](const auto& a, const auto& b) { return order(a) < order(b); });
  return sample;
}

}  // namespace mingma::rules
