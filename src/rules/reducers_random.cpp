#include "rules/reducers_random.h"

#include <iterator>
#include <string>

namespace mingma::rules::evidence_for_tests {

UnixSeconds day(double days) { return kStart.plus(static_cast<std::int64_t>(days * static_cast<double>(kDay))); }

// Times are on whole hours or half days, so that ties happen.
UnixSeconds random_time(SeededRng& rng) {
  return rng.below(2) == 0 ? day(0).plus(static_cast<std::int64_t>(rng.below(30 * 24)) * kHour)
                           : day(static_cast<double>(rng.below(60)) / 2);
}

DivisionCode random_place(SeededRng& rng) {
  constexpr DivisionCode kPlaces[] = {kHome,         kSameCounty,   kSameCity,    kOtherCity,
                                      {410'102'000}, {410'100'000}, {110'101'001}};
  return kPlaces[rng.below(std::size(kPlaces))];
}

Evidence random_evidence(SeededRng& rng) {
  const auto schema = evidence_schema();
  for (;;) {
    const EvidenceKindInfo& info = schema[rng.below(3) == 0 ? 0 : rng.below(schema.size())];
    Evidence e{.kind = info.kind, .at = random_time(rng)};
    if (!info.level_name.empty())
      e.level = static_cast<std::uint8_t>(rng.below(info.level_values.empty() ? 4 : info.level_values.size()));
    if (!info.detail_name.empty()) e.detail = static_cast<std::uint8_t>(rng.below(info.detail_values.size()));
    e.flags = static_cast<std::uint8_t>(rng.below(1u << info.flag_names.size()));
    if (info.has_area) e.area = random_place(rng);
    if (!info.until_name.empty() && rng.below(2) == 0)
      e.until = e.at.plus(static_cast<std::int64_t>(rng.below(200)) * kHour);
    if (check_evidence(e).ok()) return e;
  }
}

std::vector<AreaOrder> random_orders(SeededRng& rng) {
  std::vector<AreaOrder> orders;
  for (std::uint64_t i = 0, count = rng.below(6); i < count; ++i) {
    const UnixSeconds from = random_time(rng);
    AreaOrder one{.number = "n" + std::to_string(i),
                  .area = random_place(rng),
                  .level = static_cast<RiskLevel>(rng.below(4)),
                  .lockdown = static_cast<LockdownClass>(rng.below(4)),
                  .test_interval_hours = static_cast<std::uint8_t>(24 * rng.below(4)),
                  .from = from,
                  .until = from.plus(static_cast<std::int64_t>(1 + rng.below(300)) * kHour)};
    if (rng.below(3) == 0) one.counts_from = from.plus(-static_cast<std::int64_t>(rng.below(200)) * kHour);
    if (check_area_order(one).ok()) orders.push_back(one);
  }
  return orders;
}

AreaTable random_areas(SeededRng& rng) {
  const std::vector<AreaOrder> orders = random_orders(rng);
  return {orders, kProvince, random_time(rng)};
}

std::vector<Evidence> random_history(SeededRng& rng) {
  std::vector<Evidence> history;
  for (std::uint64_t i = 0, count = rng.below(16); i < count; ++i) history.push_back(random_evidence(rng));
  return history;
}

}  // namespace mingma::rules::evidence_for_tests
