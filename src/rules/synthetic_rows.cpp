#include "rules/synthetic_rows.h"

#include <vector>

#include "rules/facts.h"

namespace mingma::rules {
namespace {

constexpr std::uint64_t kModulus = 1'000'003;

// Rows in a million that have the fact, and for instants how far back it lies at most. In the middle of a wave.
struct Density {
  std::string_view fact;
  std::uint32_t ppm;
  std::uint32_t days;
};
constexpr Density kDensities[] = {
    {"last_sampled_at", 900'000, 10},
    {"last_negative_sampled_at", 880'000, 10},
    {"second_negative_sampled_at", 700'000, 20},
    {"third_negative_sampled_at", 600'000, 30},
    {"area_test_hours", 300'000, 0},
    {"zone_now", 20'000, 0},
    {"left_high_at", 4'000, 30},
    {"left_medium_at", 6'000, 30},
    {"left_risk_county_at", 30'000, 30},
    {"left_risk_city_at", 60'000, 30},
    {"arrived_at", 50'000, 30},
    {"arrived_from", 50'000, 0},
    {"test_since_arrival", 40'000, 0},
    {"spaced_negatives_3d", 400'000, 0},
    {"overlap_at", 8'000, 20},
    {"overlap_kind", 8'000, 0},
    {"risk_cleared", 4'000, 0},
    {"contact_level", 3'000, 0},
    {"last_exposure_at", 3'000, 20},
    {"case_status", 2'000, 0},
    {"case_released_at", 1'200, 60},
    {"case_excluded_at", 300, 60},
    {"last_positive_sampled_at", 2'500, 60},
    {"entered_country_at", 500, 40},
    {"closed_loop_ended_at", 800, 30},
    {"work_group", 10'000, 0},
    {"test_due_at", 5'000, 5},
    {"symptoms_reported", 1'000, 0},
    {"control_kind", 3'000, 0},
    {"control_started_at", 3'000, 30},
    {"control_ended_at", 1'500, 30},
    {"in_jurisdiction", 990'000, 0},
};

// The stored value of a fact in a row. Restated in bench/recolour/peer.mjs.
std::uint32_t stored_value(const Density& density, const FactInfo& info, std::size_t number, std::uint64_t row,
                           UnixSeconds now) {
  const std::uint64_t salt = 7'919 * (number + 1);
  if ((row + 1) * (104'729 + 2 * salt) % kModulus >= density.ppm) return 0;
  const std::uint64_t draw = (row + 17) * (1'299'709 + 4 * salt) % kModulus;
  if (info.kind == FactKind::kInstant)
    return static_cast<std::uint32_t>(now.value - static_cast<std::int64_t>(draw * density.days * 86'400 / kModulus));
  if (info.id == FactId::kAreaTestHours) return static_cast<std::uint32_t>(24 * (1 + draw % 3));
  return static_cast<std::uint32_t>(1 + draw % info.value_max);
}

}  // namespace

FactColumns synthetic_rows(std::size_t rows, UnixSeconds now) {
  FactColumns columns;
  columns.resize(rows);
  std::vector<const FactInfo*> facts;
  for (const Density& density : kDensities) facts.push_back(find_fact(density.fact));
  for (std::size_t i = 0; i < rows; ++i) {
    FactRow row;
    for (std::size_t k = 0; k < std::size(kDensities); ++k)
      row.set(facts[k]->id, stored_value(kDensities[k], *facts[k], k, i, now));
    columns.set(i, row);
  }
  return columns;
}

Json synthetic_description(UnixSeconds now) {
  Json::Array facts;
  for (const Density& density : kDensities) {
    const FactInfo& info = *find_fact(density.fact);
    Json::Array values;
    for (const FactValueInfo& value : info.values) values.push_back(value.name);
    facts.push_back(Json::Object{{"name", density.fact},
                                 {"instant", info.kind == FactKind::kInstant},
                                 {"ppm", std::int64_t{density.ppm}},
                                 {"days", std::int64_t{density.days}},
                                 {"value_max", std::int64_t{info.value_max}},
                                 {"values", std::move(values)}});
  }
  return Json::Object{{"now", now.value}, {"facts", std::move(facts)}};
}

}  // namespace mingma::rules
