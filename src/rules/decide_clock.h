// The clock in a condition: which uses are allowed, and at which instants a comparison with it can flip.
//
// A condition may read {"var":"now"} only as the operand of plusTime ({"plusTime":[{"var":"now"},0,"day"]}). Then
// whatever depends on the clock is a comparison between date-times now + amount and date-times that stand still (a fact
// + amount, a constant), and the truth of the condition can change only where such a pair changes its order. Refused:
// "now" anywhere else, together with "reduce", on both sides of a comparison that counts in months or years, or moved
// by over 200 years.
//
// Bound: with n clock terms and m other date-times there are at most 2nm instants for days and hours, 63nm for months
// and years. Threading: immutable after construction.
#pragma once

#include <optional>
#include <vector>

#include "rules/certlogic/date_time.h"
#include "rules/certlogic/expression.h"
#include "rules/facts.h"

namespace mingma::rules {

// The instants that clocks take here: 32 bits, as facts keep them; the last one stands for "never" in columns of
// horizons.
inline constexpr UnixSeconds kClockMin{1};
inline constexpr UnixSeconds kClockMax{0xFFFF'FFFE};

struct TimeShift {
  std::int64_t amount = 0;
  certlogic::TimeUnit unit = certlogic::TimeUnit::kDay;

  bool operator==(const TimeShift&) const = default;
  // Whole milliseconds for days and hours; absent for months and years, whose length varies.
  std::optional<std::int64_t> fixed_milliseconds() const;
};

// The fact that a path names ("facts.arrived_at"); null pointer: none.
const FactInfo* find_fact_path(const certlogic::Path& path);
// A fact's instant or date as CertLogic reads it; absent facts and other kinds: nothing.
std::optional<certlogic::DateTime> fact_date_time(const FactRow& row, FactId id);

// Appends the instants after `after` at which the order of (t + shift) and `fixed` can change, as t passes.
void append_flips(const TimeShift& shift, certlogic::DateTime fixed, UnixSeconds after, std::vector<UnixSeconds>& out);

class ClockFlips {
 public:
  // Error kRuleInvalidExpression with the place when the clock is used otherwise.
  static Result<ClockFlips> of(const certlogic::Expression& expression);

  bool uses_clock() const { return !clock_.empty(); }
  // All instants in (after, kClockMax] at which the condition's value on `row` can change; unsorted, repeats possible.
  void append(const FactRow& row, UnixSeconds after, std::vector<UnixSeconds>& out) const;

 private:
  struct FactTerm {
    FactId fact;
    TimeShift shift;
  };
  Result<void> add_plus_time(const certlogic::Expression& expression, certlogic::NodeIndex index);
  std::vector<TimeShift> clock_;
  std::vector<FactTerm> facts_;
  std::vector<certlogic::DateTime> constants_;
};

}  // namespace mingma::rules
