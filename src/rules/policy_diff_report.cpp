#include "rules/policy_diff_report.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

namespace mingma::rules {
namespace {

DiffPolicy name_of(const Policy& policy) { return {policy.id, policy.version.to_string(), policy.hash, policy.title}; }

DiffOutcome in_words(const Policy& policy, const Outcome& outcome) {
  DiffOutcome out{outcome.colour, outcome.measure, "", outcome.status == DecisionStatus::kUndetermined};
  if (outcome.status == DecisionStatus::kNoPolicy) return out;
  const Rule* rule = policy.find_rule(outcome.rule);
  out.rule = rule == nullptr ? "default" : rule->id;
  return out;
}

// Only what a table by colours shows.
DiffOutcome colour_of(const DiffOutcome& outcome) { return {outcome.colour, Measure::kNone, "", outcome.undetermined}; }

using RowKey = std::tuple<int, DiffChange, std::string, BirthDecade, DiffOutcome, DiffOutcome>;
using Rows = std::map<RowKey, std::uint64_t>;

// Most first within a day.
std::vector<DiffRow> to_rows(const Rows& sums) {
  std::vector<DiffRow> rows;
  for (const auto& [key, count] : sums) {
    if (count == 0) continue;
    const auto& [day, change, place, born, before, after] = key;
    rows.push_back({day, change, place, born, before, after, count});
  }
  std::stable_sort(rows.begin(), rows.end(), [](const DiffRow& a, const DiffRow& b) {
    return std::tuple(a.day, b.count) < std::tuple(b.day, a.count);
  });
  return rows;
}

std::uint64_t& count_of(DiffDay& day, DiffChange change) {
  switch (change) {
    case DiffChange::kSame:
      break;
    case DiffChange::kWorse:
      return day.worse;
    case DiffChange::kBetter:
      return day.better;
    case DiffChange::kUnclear:
      return day.unclear;
  }
  return day.same;
}

}  // namespace

DiffReport make_report(const Policy& before, const Policy& after, const DiffPlan& plan, const DiffTally& tally,
                       const std::vector<DivisionCode>& places, DiffAudience audience) {
  const std::uint64_t unit = audience == DiffAudience::kPublic ? kPublicDiffUnit : 1;
  const auto shown = [&](std::uint64_t count) { return count / unit * unit; };
  DiffReport report;
  report.before = name_of(before);
  report.after = name_of(after);
  report.as_of = plan.options().now;
  report.as_dated = plan.options().as_dated;
  report.audience = audience;
  report.residents = shown(tally.compared());
  report.elsewhere = shown(tally.not_compared());
  const std::vector<std::uint64_t> first = tally.first_changes();
  for (int day = 0; day <= plan.options().days; ++day) {
    report.days.push_back({day, plan.day(day)});
    report.days.back().first = shown(first[static_cast<std::size_t>(day)]);
  }
  Rows colours, rules, by_place;
  for (const DiffCell& cell : tally.cells()) {
    const std::uint64_t count = shown(cell.count);
    const DiffChange change = compare_outcomes(cell.before, cell.after);
    count_of(report.days[static_cast<std::size_t>(cell.day)], change) += count;
    if (change == DiffChange::kSame) continue;
    const DiffOutcome from = in_words(before, cell.before);
    const DiffOutcome to = in_words(after, cell.after);
    const std::string place = places[cell.place].to_string();
    colours[{cell.day, change, "", {}, colour_of(from), colour_of(to)}] += count;
    rules[{cell.day, change, "", {}, from, to}] += count;
    by_place[{cell.day, change, place, {}, colour_of(from), colour_of(to)}] += count;
  }
  report.colours = to_rows(colours);
  report.rules = to_rows(rules);
  report.places = to_rows(by_place);
  if (audience == DiffAudience::kPublic) return report;
  Rows ages;
  for (const DiffAgeCell& cell : tally.age_cells()) {
    const DiffChange change = compare_outcomes(cell.before, cell.after);
    if (change == DiffChange::kSame) continue;
    const DiffOutcome from = colour_of(in_words(before, cell.before));
    const DiffOutcome to = colour_of(in_words(after, cell.after));
    ages[{cell.day, change, "", cell.born, from, to}] += cell.count;
  }
  report.ages = to_rows(ages);
  return report;
}

DiffSample sample_of(const Policy& before, const Policy& after, const DiffSampleRow& row,
                     const std::vector<DivisionCode>& places) {
  return {"", places[row.place].to_string(), row.day, in_words(before, row.before), in_words(after, row.after)};
}

std::vector<DiffSampleRow> choose_sample(const std::vector<DiffSampleRow>& rows, std::size_t count_max) {
  const auto key = [](const Outcome& outcome) { return std::tuple(outcome.status, outcome.colour, outcome.rule); };
  std::map<std::tuple<decltype(key(Outcome{})), decltype(key(Outcome{}))>, std::size_t> seen;
  std::vector<std::pair<std::size_t, const DiffSampleRow*>> ranked;  // how many of its pair came before
  for (const DiffSampleRow& row : rows) ranked.emplace_back(seen[{key(row.before), key(row.after)}]++, &row);
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<DiffSampleRow> chosen;
  for (const auto& [rank, row] : ranked) {
    if (chosen.size() == count_max) break;
    chosen.push_back(*row);
  }
  return chosen;
}

}  // namespace mingma::rules
