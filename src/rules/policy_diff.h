// Whose colour would change: two policies over the same residents, now and on each of the next days.
//
// Both policies are evaluated with the compiled evaluator over columns, 4,096 rows at a time; a block is evaluated
// again for a later day only if some row of it has a horizon before that day. A day is 24 hours after the one before
// it, day 0 is `now`. What begins and ends between two of these instants is not seen.
//
// Dates: by default both policies are taken as in force throughout, since a draft is compared before its time; with
// `as_dated` each holds only between its own dates (outside them: no code).
//
// Threading: DiffPlan is immutable and shared; a DiffTally belongs to one thread, tallies are merged afterwards.
// Limits: kDiffDaysMax days, kDiffPlacesMax places. No resident is named here: a sample holds row numbers.
// Age: by decade of birth, which no fact and no rule reads (rules/birth_decade.h).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "rules/birth_decade.h"
#include "rules/compiled.h"
#include "rules/decision.h"
#include "rules/fact_columns.h"
#include "rules/policy.h"

namespace mingma::rules {

inline constexpr int kDiffDaysMax = 90;
inline constexpr std::size_t kDiffPlacesMax = 1'024;
inline constexpr std::uint16_t kNotCompared = 0xffff;  // a row's place: governed by neither policy
inline constexpr std::size_t kDiffSamplePerPairMax = 5;

enum class DiffChange : std::uint8_t { kSame, kWorse, kBetter, kUnclear };
std::string_view to_string(DiffChange change);  // "same", "worse", "better", "unclear"
// Worse: a worse colour, or the same with a heavier measure. Unclear: an undetermined decision or no code on one side.
DiffChange compare_outcomes(const Outcome& before, const Outcome& after);

struct DiffOptions {
  UnixSeconds now;
  int days = 14;  // 0..kDiffDaysMax
  bool as_dated = false;
};

class DiffPlan {
 public:
  // kInvalidPolicy for a policy that cannot be compiled; requires `now` on the clock (rules/decide_clock.h) and options
  // within their limits.
  static Result<DiffPlan> make(const Policy& before, const Policy& after, const DiffOptions& options);

  const DiffOptions& options() const { return options_; }
  const CompiledPolicy& before() const { return before_; }
  const CompiledPolicy& after() const { return after_; }
  UnixSeconds day(int number) const { return options_.now.plus(number * kSecondsPerDay); }

 private:
  DiffPlan(DiffOptions options, CompiledPolicy before, CompiledPolicy after)
      : options_(options), before_(std::move(before)), after_(std::move(after)) {}
  DiffOptions options_;
  CompiledPolicy before_;
  CompiledPolicy after_;
};

// What a row is counted under.
struct DiffGroup {
  std::uint16_t place = kNotCompared;
  BirthDecade born;
};

struct DiffCell {
  int day = 0;
  std::uint16_t place = 0;
  Outcome before;
  Outcome after;
  std::uint64_t count = 0;
};

struct DiffAgeCell {
  int day = 0;
  BirthDecade born;
  Outcome before;
  Outcome after;
  std::uint64_t count = 0;
};

// A resident whose colour or measure differs, with the first day on which it does.
struct DiffSampleRow {
  std::uint16_t source = 0;  // as given to DiffTally: which shard
  std::uint32_t row = 0;
  std::uint16_t place = 0;
  int day = 0;
  Outcome before;
  Outcome after;
};

class DiffTally {
 public:
  // `places`: how many there are; each row's group names one of them or kNotCompared.
  DiffTally(const DiffPlan& plan, std::size_t places, std::uint16_t source = 0);
  DiffTally(DiffTally&&) noexcept;
  DiffTally& operator=(DiffTally&&) noexcept;
  ~DiffTally();

  // Rows begin..end of the columns; groups[i] is that of row begin + i.
  void add(const FactColumns& columns, std::size_t begin, std::size_t end, std::span<const DiffGroup> groups);
  void merge(const DiffTally& other);  // of the same plan and places

  std::uint64_t compared() const;
  std::uint64_t not_compared() const;
  // Residents whose colour or measure differs on some day, by the first of them.
  std::vector<std::uint64_t> first_changes() const;
  // All counts that are not 0, ascending by day, place and rules.
  std::vector<DiffCell> cells() const;
  // The same residents by decade of birth.
  std::vector<DiffAgeCell> age_cells() const;
  // At most kDiffSamplePerPairMax of each pair of rules, those of the lowest row numbers.
  std::vector<DiffSampleRow> sample() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mingma::rules
