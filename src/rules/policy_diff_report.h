// A policy diff as people and charts read it: counts by colours, rules and places on each day, as text or JSON.
//
// The shape is plain rows, so that a chart draws it without knowing policies: `days` is one row a day with the number
// of residents for whom it is worse, better, unclear or the same; `colours`, `rules`, `places` and `ages` are one row a
// day and combination, changes only. JSON: docs/rules.md, "Whose colour would change".
//
// A report for authorised eyes has exact counts, ages and a sample of residents by pseudonym. One for the public has no
// ages and no sample; each count by place and pair of rules is rounded down to a multiple of kPublicDiffUnit before
// anything is summed, so that no subtraction gives a small one back. Threading: pure functions on values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "rules/policy_diff.h"

namespace mingma::rules {

inline constexpr std::uint64_t kPublicDiffUnit = 10;

enum class DiffAudience : std::uint8_t { kAuthorised, kPublic };

struct DiffPolicy {
  std::string id;
  std::string version;
  Digest hash{};
  LocalText title;
};

// One side of a change, in words that need no policy to read.
struct DiffOutcome {
  Colour colour = Colour::kNone;
  Measure measure = Measure::kNone;
  std::string rule;  // "A1", "default"; empty: no policy in force
  bool undetermined = false;
  auto operator<=>(const DiffOutcome&) const = default;
};

struct DiffDay {
  int day = 0;
  UnixSeconds at;
  std::uint64_t same = 0;
  std::uint64_t worse = 0;
  std::uint64_t better = 0;
  std::uint64_t unclear = 0;
  std::uint64_t first = 0;  // residents for whom this is the first day with a difference
};

struct DiffRow {
  int day = 0;
  DiffChange change = DiffChange::kSame;
  std::string place;   // division code; only in `places`
  BirthDecade born;    // only in `ages`
  DiffOutcome before;  // in `colours`, `places` and `ages` without rule and measure
  DiffOutcome after;
  std::uint64_t count = 0;
};

struct DiffSample {
  std::string resident;  // pseudonym; empty where there are none (synthetic populations)
  std::string place;
  int day = 0;
  DiffOutcome before;
  DiffOutcome after;
};

struct DiffReport {
  DiffPolicy before;
  DiffPolicy after;
  UnixSeconds as_of;
  bool as_dated = false;
  DiffAudience audience = DiffAudience::kAuthorised;
  std::uint64_t residents = 0;
  std::uint64_t elsewhere = 0;  // governed by neither policy
  std::vector<DiffDay> days;
  std::vector<DiffRow> colours;
  std::vector<DiffRow> rules;
  std::vector<DiffRow> places;
  std::vector<DiffRow> ages;  // for authorised eyes
  std::vector<DiffSample> sample;
};

// `places[i]` names place i. The sample is left empty: only the caller knows residents (see sample_of).
DiffReport make_report(const Policy& before, const Policy& after, const DiffPlan& plan, const DiffTally& tally,
                       const std::vector<DivisionCode>& places, DiffAudience audience);
DiffSample sample_of(const Policy& before, const Policy& after, const DiffSampleRow& row,
                     const std::vector<DivisionCode>& places);
// At most `count_max`, one of each pair of rules before a second of any. `rows` as DiffTally::sample() gives them.
std::vector<DiffSampleRow> choose_sample(const std::vector<DiffSampleRow>& rows, std::size_t count_max);

Json to_json(const DiffReport& report);
// What to_json wrote; kInvalidPolicy with the place for anything else.
Result<DiffReport> diff_report_from_json(const Json& json);
std::string show_diff(const DiffReport& report, Language language);

}  // namespace mingma::rules
