#include "rules/areas.h"

#include <gtest/gtest.h>

#include "rules/errors.h"

namespace mingma::rules {
namespace {

AreaOrder order(std::string number, std::uint32_t area, RiskLevel level, std::int64_t from, std::int64_t until) {
  return {.number = std::move(number), .area = {area}, .level = level, .from = {from}, .until = {until}};
}

TEST(AreaOrder, OneThatOrdersNothingOrEndsBeforeItBeginsIsRefused) {
  EXPECT_TRUE(check_area_order(order("1", 410'102'000, RiskLevel::kHigh, 10, 20)).ok());
  EXPECT_FALSE(check_area_order(order("", 410'102'000, RiskLevel::kHigh, 10, 20)).ok());
  EXPECT_FALSE(check_area_order(order("1", 0, RiskLevel::kHigh, 10, 20)).ok());
  EXPECT_FALSE(check_area_order(order("1", 410'102'000, RiskLevel::kNone, 10, 20)).ok());
  EXPECT_FALSE(check_area_order(order("1", 410'102'000, RiskLevel::kHigh, 20, 20)).ok());
  AreaOrder reaches_forward = order("1", 410'102'000, RiskLevel::kHigh, 10, 20);
  reaches_forward.counts_from = {11};
  EXPECT_EQ(check_area_order(reaches_forward).error().where(), "counts_from");
}

TEST(AreaTable, AnOrderHoldsForEverythingBelowItsAreaAndNothingBeside) {
  const AreaTable table({order("1", 410'102'000, RiskLevel::kMedium, 10, 20)}, {410'000'000}, {15});
  EXPECT_EQ(table.status_at({410'102'000}).level, RiskLevel::kMedium);
  EXPECT_EQ(table.status_at({410'102'001}).level, RiskLevel::kMedium);
  EXPECT_EQ(table.status_at({410'103'001}).level, RiskLevel::kNone);
  EXPECT_EQ(table.status_at({410'100'000}).level, RiskLevel::kNone) << "a city is not in its county";
  EXPECT_EQ(table.status_at({}).level, RiskLevel::kNone);
}

TEST(AreaTable, AnOrderHoldsFromItsBeginningUntilJustBeforeItsEnd) {
  const auto level = [](std::int64_t now) {
    return AreaTable({order("1", 410'102'000, RiskLevel::kHigh, 10, 20)}, {410'000'000}, {now})
        .status_at({410'102'001})
        .level;
  };
  EXPECT_EQ(level(9), RiskLevel::kNone);
  EXPECT_EQ(level(10), RiskLevel::kHigh);
  EXPECT_EQ(level(19), RiskLevel::kHigh);
  EXPECT_EQ(level(20), RiskLevel::kNone);
}

TEST(AreaTable, TheNextChangeIsTheNextBeginningOrEnd) {
  const std::vector<AreaOrder> orders{order("1", 410'102'000, RiskLevel::kHigh, 10, 20),
                                      order("2", 410'103'000, RiskLevel::kLow, 15, 40)};
  const auto next = [&](std::int64_t now) { return AreaTable(orders, {410'000'000}, {now}).next_change().value; };
  EXPECT_EQ(next(5), 10);
  EXPECT_EQ(next(10), 15);
  EXPECT_EQ(next(15), 20);
  EXPECT_EQ(next(20), 40);
  EXPECT_EQ(next(40), 0);
}

TEST(AreaTable, RiskOrdersOfACityIncludeThoseOfItsProvinceAndNoLowRisk) {
  const AreaTable table(
      {order("1", 410'102'001, RiskLevel::kHigh, 10, 20), order("2", 410'105'000, RiskLevel::kLow, 10, 20),
       order("3", 410'000'000, RiskLevel::kMedium, 10, 20), order("4", 410'302'000, RiskLevel::kHigh, 10, 20)},
      {410'000'000}, {15});
  std::vector<std::string> numbers;
  for (const AreaOrder* found : table.risk_orders_in_city_of({410'105'002})) numbers.push_back(found->number);
  EXPECT_EQ(numbers, (std::vector<std::string>{"1", "3"}));
}

}  // namespace
}  // namespace mingma::rules
