#include "rules/decide_clock.h"

#include <algorithm>

#include "rules/errors.h"

namespace mingma::rules {
namespace {

using certlogic::DateTime;
using certlogic::Expression;
using certlogic::Node;
using certlogic::NodeIndex;
using certlogic::Op;
using certlogic::TimeUnit;

constexpr std::int64_t kMillisecondsPerDay = 86'400'000;
constexpr std::int64_t kShiftMillisecondsMax = 200 * 366 * kMillisecondsPerDay;
constexpr std::int64_t kMonthsMax = 200 * 12;
// now + months moves by whole days and is monotone up to 3 of them, so ten days around the meeting point hold every
// change.
constexpr std::int64_t kDaysAround = 10;

std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

bool is_comparison(Op op) { return op >= Op::kLess && op <= Op::kNotBefore; }
bool is_clock(const Expression& e, const Node& node) { return node.op == Op::kVar && e.path(node).text == "now"; }
bool by_calendar(TimeUnit unit) { return unit == TimeUnit::kMonth || unit == TimeUnit::kYear; }

// Calls visit(index) for every node below and including `root` that is run on the data: a lambda sees other data.
template <typename Visit>
void visit_nodes(const Expression& e, NodeIndex root, Visit&& visit) {
  std::vector<NodeIndex> pending{root};
  while (!pending.empty()) {
    const NodeIndex index = pending.back();
    pending.pop_back();
    visit(index);
    const Node& node = e.node(index);
    for (std::uint32_t i = 0; i < node.count; ++i) {
      if (node.op != Op::kReduce || i != 1) pending.push_back(node.first + i);
    }
  }
}

struct ClockTerms {
  bool any = false;
  bool calendar = false;  // counts in months or years
};

ClockTerms clock_terms(const Expression& e, NodeIndex root) {
  ClockTerms terms;
  visit_nodes(e, root, [&](NodeIndex index) {
    const Node& node = e.node(index);
    if (node.op != Op::kPlusTime || !is_clock(e, e.node(node.first))) return;
    terms.any = true;
    terms.calendar = terms.calendar || by_calendar(node.unit);
  });
  return terms;
}

Error refuse(const Expression& e, NodeIndex index, std::string message) {
  return Error(errors::kRuleInvalidExpression, std::move(message), e.place(index));
}

Result<void> check_comparison(const Expression& e, NodeIndex index) {
  const Node& node = e.node(index);
  int clocks = 0;
  bool calendar = false;
  for (std::uint32_t i = 0; i < node.count; ++i) {
    const ClockTerms terms = clock_terms(e, node.first + i);
    clocks += terms.any ? 1 : 0;
    calendar = calendar || terms.calendar;
  }
  if (clocks > 1 && calendar) return refuse(e, index, "compares the clock with itself in months or years");
  return {};
}

void append_after(std::int64_t t, UnixSeconds after, std::vector<UnixSeconds>& out) {
  if (t > after.value && t <= kClockMax.value) out.push_back({t});
}

// The instants of one day (from `start`, seconds) at which start-of-day + time-of-day reaches and passes `distance` ms.
void append_crossing(std::int64_t start, std::int64_t distance, UnixSeconds after, std::vector<UnixSeconds>& out) {
  const std::int64_t day_end = start + kSecondsPerDay;
  append_after(start, after, out);
  for (const std::int64_t t : {start - floor_divide(-distance, 1'000), start + floor_divide(distance, 1'000) + 1}) {
    if (t > start && t < day_end) append_after(t, after, out);
  }
}

}  // namespace

std::optional<std::int64_t> TimeShift::fixed_milliseconds() const {
  if (by_calendar(unit)) return std::nullopt;
  return amount * (unit == TimeUnit::kDay ? kMillisecondsPerDay : kMillisecondsPerDay / 24);
}

const FactInfo* find_fact_path(const certlogic::Path& path) {
  constexpr std::string_view kPrefix = "facts.";
  return path.text.starts_with(kPrefix) ? find_fact(std::string_view(path.text).substr(kPrefix.size())) : nullptr;
}

std::optional<DateTime> fact_date_time(const FactRow& row, FactId id) {
  const std::int64_t raw = row.get(id);
  if (raw == 0) return std::nullopt;
  switch (fact_info(id).kind) {
    case FactKind::kInstant:
      return DateTime{raw * 1'000};
    case FactKind::kDate:
      return DateTime{raw * kMillisecondsPerDay};
    default:
      return std::nullopt;
  }
}

void append_flips(const TimeShift& shift, DateTime fixed, UnixSeconds after, std::vector<UnixSeconds>& out) {
  if (const auto fixed_shift = shift.fixed_milliseconds()) {
    const std::int64_t distance = fixed.milliseconds - *fixed_shift;
    append_after(-floor_divide(-distance, 1'000), after, out);    // first t with t + shift >= fixed
    append_after(floor_divide(distance, 1'000) + 1, after, out);  // first t with t + shift > fixed
    return;
  }
  const auto meeting = certlogic::add_time(fixed, -shift.amount, shift.unit);
  if (!meeting) return;
  const std::int64_t middle = floor_divide(meeting->milliseconds, kMillisecondsPerDay);
  for (std::int64_t day = middle - kDaysAround; day <= middle + kDaysAround; ++day) {
    const auto shifted = certlogic::add_time({day * kMillisecondsPerDay}, shift.amount, shift.unit);
    if (shifted) append_crossing(day * kSecondsPerDay, fixed.milliseconds - shifted->milliseconds, after, out);
  }
}

Result<void> ClockFlips::add_plus_time(const Expression& e, NodeIndex index) {
  const Node& node = e.node(index);
  const TimeShift shift{node.value, node.unit};
  if (is_clock(e, e.node(node.first))) {
    const std::int64_t limit =
        by_calendar(node.unit)
            ? kMonthsMax / (node.unit == TimeUnit::kYear ? 12 : 1)
            : kShiftMillisecondsMax / (node.unit == TimeUnit::kDay ? kMillisecondsPerDay : kMillisecondsPerDay / 24);
    if (shift.amount > limit || shift.amount < -limit)
      return refuse(e, index, "moves the clock by more than 200 years");
    if (std::find(clock_.begin(), clock_.end(), shift) == clock_.end()) clock_.push_back(shift);
    return {};
  }
  // The operand may choose among facts and constants ("if"): each of them is taken.
  visit_nodes(e, node.first, [&](NodeIndex inner) {
    const Node& leaf = e.node(inner);
    if (leaf.op == Op::kVar) {
      const FactInfo* fact = find_fact_path(e.path(leaf));
      if (fact != nullptr && fact->nullable) facts_.push_back({fact->id, shift});
    } else if (leaf.op == Op::kString) {
      const auto date = certlogic::parse_partial_or_date_time(e.string(leaf));
      const auto moved = date ? certlogic::add_time(*date, shift.amount, shift.unit) : std::nullopt;
      if (moved) constants_.push_back(*moved);
    }
  });
  return {};
}

Result<ClockFlips> ClockFlips::of(const Expression& e) {
  ClockFlips flips;
  std::optional<Error> failure;
  bool reduces = false;
  visit_nodes(e, 0, [&](NodeIndex index) {
    const Node& node = e.node(index);
    Result<void> checked;
    if (is_clock(e, node)) {
      if (index == 0 || e.node(node.parent).op != Op::kPlusTime)
        checked = refuse(e, index, "\"now\" may only be the operand of \"plusTime\"");
    } else if (node.op == Op::kVar && e.path(node).text.empty()) {
      checked = refuse(e, index, "reads all data at once");
    } else if (node.op == Op::kPlusTime) {
      checked = flips.add_plus_time(e, index);
    } else if (node.op == Op::kDateOfBirth) {
      visit_nodes(e, node.first, [&](NodeIndex inner) {
        const Node& leaf = e.node(inner);
        const FactInfo* fact = leaf.op == Op::kVar ? find_fact_path(e.path(leaf)) : nullptr;
        if (fact != nullptr && fact->nullable) flips.facts_.push_back({fact->id, TimeShift{}});
        const auto born = leaf.op == Op::kString ? certlogic::parse_date_of_birth(e.string(leaf)) : std::nullopt;
        if (born) flips.constants_.push_back(*born);
      });
    } else if (node.op == Op::kDate) {
      flips.constants_.push_back({node.value});
    } else if (is_comparison(node.op)) {
      checked = check_comparison(e, index);
    }
    reduces = reduces || node.op == Op::kReduce;
    if (!checked.ok() && !failure) failure = checked.error();
  });
  if (failure) return *failure;
  if (reduces && flips.uses_clock()) return refuse(e, 0, "uses the clock together with \"reduce\"");
  return flips;
}

void ClockFlips::append(const FactRow& row, UnixSeconds after, std::vector<UnixSeconds>& out) const {
  for (const TimeShift& shift : clock_) {
    for (const DateTime constant : constants_) append_flips(shift, constant, after, out);
    for (const FactTerm& term : facts_) {
      const auto date = fact_date_time(row, term.fact);
      const auto moved = date ? certlogic::add_time(*date, term.shift.amount, term.shift.unit) : std::nullopt;
      if (moved) append_flips(shift, *moved, after, out);
    }
  }
}

}  // namespace mingma::rules
