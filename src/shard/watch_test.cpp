// The watch over a small province's real log: each pattern is found once, an ordinary day leaves none, and the order in
// which events are folded makes no difference.
#include "shard/watch.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "log/local_log.h"
#include "shard/tables.h"
#include "shard/test_province.h"
#include "shard/view.h"

namespace mingma::shard {
namespace {

using testing::kDay;
using testing::kHour;
using testing::kStart;
using testing::TestProvince;

class Watching : public ::testing::Test {
 protected:
  Watching() { province_.found(); }

  WatchSources sources() {
    const store::Store& store = province_.data().store();
    return {[&store](RowNumber row) -> Result<DivisionCode> {
              MINGMA_TRY(const auto image, store.get(kRowsTable, row_key(row)));
              MINGMA_TRY(const Row read, read_row(*image));
              return read.home;
            },
            [&store](const ResidentId& resident, std::uint32_t version) -> Result<std::optional<DecisionRecord>> {
              MINGMA_TRY(const auto found, find_decision(store, resident, version));
              return found ? std::optional<DecisionRecord>(found->record) : std::nullopt;
            }};
  }
  std::vector<Event> events() {
    std::vector<Event> out;
    const auto read =
        log::read_log(province_.data().store(), kLogTable, Sequence{1}, [&](const log::Record& record) -> Result<void> {
          if (record.is_claim()) return {};
          MINGMA_TRY(Event event, decode_event(record.body));
          out.push_back(std::move(event));
          return {};
        });
    EXPECT_TRUE(read.ok());
    return out;
  }
  Watch fold(const std::vector<Event>& events) {
    Watch watch;
    for (const Event& event : events)
      EXPECT_TRUE(watch.fold(event, province_.data().machine().control(), sources()).ok());
    return watch;
  }
  // Kinds found, with how often.
  std::map<AlarmKind, int> kinds(Watch& watch) {
    std::map<AlarmKind, int> out;
    for (const Alarm& alarm : watch.take()) ++out[alarm.kind];
    return out;
  }
  // `count` contact findings by cdc-1; all alike or each with its own exposure.
  void find_contacts(std::uint32_t first, std::uint32_t count, UnixSeconds at, bool alike, std::string_view home) {
    std::vector<Statement> statements;
    for (std::uint32_t i = first; i < first + count; ++i) {
      province_.add_resident(i, at, home);
      statements.push_back(province_.contact_finding(i, at.plus(alike ? -kHour : -kHour - std::int64_t{i}),
                                                     "c-" + std::to_string(i), at));
    }
    province_.data().run(province_.batch(std::move(statements), at), at);
  }

  TestProvince province_;
};

TEST_F(Watching, AnOrdinaryDayRaisesNothing) {
  for (std::uint32_t i = 1; i <= 60; ++i) province_.add_resident(i, kStart);
  std::vector<Statement> results;
  for (std::uint32_t i = 1; i <= 60; ++i)
    results.push_back(province_.test_result(i, rules::TestResult::kNegative, kStart, "s-" + std::to_string(i), kStart));
  province_.data().run(province_.batch(std::move(results), kStart), kStart.plus(kHour));
  find_contacts(100, 10, kStart.plus(2 * kHour), false, "410102");
  Watch watch = fold(events());
  watch.close(kStart.plus(3 * kDay), province_.data().machine().control());
  EXPECT_TRUE(watch.take().empty());
}

TEST_F(Watching, ManyRedsByOneSignerAreFoundAtOnceAndOnce) {
  find_contacts(1, 150, kStart, false, "410102");
  Watch watch = fold(events());
  const auto found = kinds(watch);
  EXPECT_EQ(found.at(AlarmKind::kMassAssignmentSigner), 1);
  EXPECT_FALSE(found.contains(AlarmKind::kIdenticalReasons));
  EXPECT_FALSE(found.contains(AlarmKind::kMassAssignmentInstitution));
  // More of the same in the same hour says nothing new.
  find_contacts(500, 20, kStart.plus(60), false, "410102");
  EXPECT_TRUE(watch.fold(events().back(), province_.data().machine().control(), sources()).ok());
  EXPECT_TRUE(watch.take().empty());
}

TEST_F(Watching, AListOfPeopleWithOneReasonInACountyWithoutACaseIsFound) {
  find_contacts(1, 40, kStart, true, "410102");
  Watch watch = fold(events());
  EXPECT_EQ(kinds(watch).at(AlarmKind::kIdenticalReasons), 1);
  watch.close(kStart.plus(2 * kDay), province_.data().machine().control());
  const std::vector<Alarm> after = watch.take();
  ASSERT_EQ(after.size(), 1u);
  EXPECT_EQ(after.front().kind, AlarmKind::kNoNeighbours);
  EXPECT_EQ(after.front().division.to_string(), "410102");
  watch.close(kStart.plus(3 * kDay), province_.data().machine().control());
  EXPECT_TRUE(watch.take().empty());
}

TEST_F(Watching, WhereThereIsAnAreaOrderContactsHaveNeighbours) {
  province_.publish(province_.area_order("o-1", "410102", "high", kStart, kStart.plus(5 * kDay)));
  find_contacts(1, 40, kStart.plus(kHour), false, "410102");
  Watch watch = fold(events());
  watch.close(kStart.plus(2 * kDay), province_.data().machine().control());
  EXPECT_TRUE(watch.take().empty());
}

TEST_F(Watching, AnInstitutionOutsideItsDivisionIsFound) {
  province_.publish(province_.institution("cdc-2", InstitutionClass::kCdc, "4102"));
  province_.publish(province_.grant("g-2", "cdc-2", {"contact_finding"}, {"41"}, kStart));
  std::vector<Statement> statements;
  for (std::uint32_t i = 1; i <= 25; ++i) {
    province_.add_resident(i, kStart, "410102");
    Statement statement = province_.contact_finding(i, kStart.plus(-std::int64_t{i}), "c-" + std::to_string(i), kStart);
    statement.institution = "cdc-2";
    statements.push_back(std::move(statement));
  }
  province_.data().run(province_.batch(std::move(statements), kStart), kStart);
  Watch watch = fold(events());
  EXPECT_EQ(kinds(watch).at(AlarmKind::kOutsideArea), 1);
}

TEST_F(Watching, ResidentsWhoAreClearedAndMadeRedAgainAreFound) {
  find_contacts(1, 3, kStart, false, "410102");
  for (std::uint32_t i = 1; i <= 3; ++i) {
    Statement withdrawal{
        .resident = province_.resident(i), .institution = "cdc-1", .action = StatementAction::kWithdraw};
    withdrawal.evidence = {.kind = rules::EvidenceKind::kContactFinding};
    withdrawal.source_record = "w-" + std::to_string(i);
    withdrawal.earlier_record = "c-" + std::to_string(i);
    withdrawal.reason = "appeal";
    withdrawal.signed_at = kStart.plus(kHour);
    ASSERT_EQ(province_.submit(withdrawal, kStart.plus(kHour)), Outcome::kAccepted);
  }
  Watch before = fold(events());
  EXPECT_FALSE(kinds(before).contains(AlarmKind::kFlipFlop));
  for (std::uint32_t i = 1; i <= 3; ++i) {
    province_.submit(
        province_.contact_finding(i, kStart.plus(kHour), "again-" + std::to_string(i), kStart.plus(2 * kHour)),
        kStart.plus(2 * kHour));
  }
  Watch watch = fold(events());
  EXPECT_EQ(kinds(watch).at(AlarmKind::kFlipFlop), 1);
}

TEST_F(Watching, GivesTheSameInAnyOrderAndThroughItsStoredForm) {
  find_contacts(1, 120, kStart, true, "410102");
  find_contacts(200, 220, kStart.plus(kHour), true, "410202");
  std::vector<Event> all = events();
  Watch forward = fold(all);
  std::reverse(all.begin(), all.end());
  Watch backward;
  for (const Event& event : all) {
    ASSERT_TRUE(backward.fold(event, province_.data().machine().control(), sources()).ok());
    const auto found = backward.take();
    backward = Watch::decode(backward.encode()).value();
    for (const Alarm& alarm : found) EXPECT_NE(alarm_text(alarm).find(hex_encode(alarm_id(alarm))), std::string::npos);
  }
  std::vector<Alarm> expected = forward.take();
  EXPECT_GE(expected.size(), 4u);
  EXPECT_EQ(forward, backward);
}

TEST(Alarms, EveryKindHasItsRowInOrder) {
  for (std::size_t i = 0; i < alarm_table().size(); ++i) {
    const AlarmInfo& info = alarm_table()[i];
    EXPECT_EQ(static_cast<std::size_t>(info.kind), i + 1);
    EXPECT_EQ(find_alarm_kind(info.name), &info);
    EXPECT_GE(info.threshold, 1u);
  }
  EXPECT_EQ(find_alarm_kind("gossip"), nullptr);
}

}  // namespace
}  // namespace mingma::shard
