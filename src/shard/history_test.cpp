// Random histories: the machine against a slow and obvious model; replay against replay; failures of the store.
#include <gtest/gtest.h>

#include <map>

#include "log/local_log.h"
#include "rules/decide.h"
#include "rules/policy.h"
#include "rules/reducers.h"
#include "shard/audit.h"
#include "shard/tables.h"
#include "shard/test_province.h"
#include "store/faulty_store.h"
#include "store/memory_store.h"

namespace mingma::shard {
namespace {

using testing::kDay;
using testing::kHour;
using testing::kStart;
using testing::TestProvince;
using testing::TestShard;

std::unique_ptr<store::Store> empty_store() {
  const auto tables = shard_tables();
  return store::make_memory_store(tables);
}

// Every resident's statements in a list; every question answered from scratch.
class Model {
 public:
  struct Item {
    Statement statement;
    bool effective = true;
  };

  void add(std::uint32_t number, DivisionCode home) { residents_[number].home = home; }

  Outcome submit(std::uint32_t number, const Statement& statement) {
    Resident& resident = residents_.at(number);
    for (const Item& item : resident.items) {
      Statement again = statement;
      if (again.action == StatementAction::kAdd) again.signed_at = item.statement.signed_at;
      if (item.statement == again) return Outcome::kDuplicate;
    }
    const auto earlier = [&](const Item& item) {
      return item.effective && item.statement.institution == statement.institution &&
             item.statement.source_record == statement.earlier_record &&
             item.statement.action != StatementAction::kWithdraw;
    };
    Item added{statement};
    Outcome outcome = Outcome::kAccepted;
    if (statement.action == StatementAction::kAdd) {
      for (const Item& item : resident.items) {
        if (item.statement.action != StatementAction::kAdd && item.statement.institution == statement.institution &&
            item.statement.earlier_record == statement.source_record &&
            item.statement.signed_at >= statement.signed_at) {
          outcome = Outcome::kSuperseded;
        }
      }
      added.effective = outcome == Outcome::kAccepted;
    } else {
      if (statement.action == StatementAction::kWithdraw &&
          std::none_of(resident.items.begin(), resident.items.end(), earlier)) {
        return Outcome::kNoEarlierRecord;
      }
      for (Item& item : resident.items) {
        if (earlier(item)) item.effective = false;
      }
      added.effective = statement.action == StatementAction::kReplace;
    }
    resident.items.push_back(added);
    return outcome;
  }

  void publish_policy(const std::string& bytes) { policies_.push_back(rules::parse_policy(bytes).value()); }
  void publish_order(const rules::AreaOrder& order) { orders_.push_back(order); }

  rules::Decision decide(std::uint32_t number, UnixSeconds now) const {
    const Resident& resident = residents_.at(number);
    std::vector<rules::Evidence> effective;
    for (const Item& item : resident.items) {
      if (item.effective && item.statement.action != StatementAction::kWithdraw)
        effective.push_back(item.statement.evidence);
    }
    const rules::AreaTable areas(orders_, DivisionCode{410'000'000}, now);
    const rules::FactRow facts = rules::reduce(effective, {resident.home}, areas);
    const rules::Policy* chosen = nullptr;
    for (const rules::Policy& policy : policies_) {
      if (policy.in_force(now) && (chosen == nullptr || chosen->effective_from <= policy.effective_from))
        chosen = &policy;
    }
    return chosen == nullptr ? rules::Decision{} : rules::decide(*chosen, facts, now);
  }

 private:
  struct Resident {
    DivisionCode home;
    std::vector<Item> items;
  };
  std::map<std::uint32_t, Resident> residents_;
  std::vector<rules::Policy> policies_;
  std::vector<rules::AreaOrder> orders_;
};

constexpr std::uint32_t kResidents = 30;

// Draws one history and drives province and model alike.
class History {
 public:
  History(std::uint64_t seed, TestProvince& province) : rng_(seed), province_(province) {}

  void begin() {
    province_.found();
    model_.publish_policy(province_.control().machine().control().policy_document(PolicyNumber{0}).document.bytes);
    for (std::uint32_t i = 0; i < kResidents; ++i) {
      const std::string home = i % 3 == 0 ? "410102" : i % 3 == 1 ? "410202" : "410103";
      province_.add_resident(i, now_, home);
      model_.add(i, DivisionCode::parse(home).value());
    }
  }

  // Returns false and stops when the store failed.
  void step() {
    now_ = now_.plus(static_cast<std::int64_t>(rng_.below(6 * kHour)));
    switch (rng_.below(12)) {
      case 0:
        publish_policy();
        break;
      case 1:
        publish_order();
        break;
      default:
        submit();
        break;
    }
    province_.data().settle(now_);
  }

  void compare() {
    const RowTable& rows = province_.data().machine().rows();
    for (std::uint32_t i = 0; i < kResidents; ++i) {
      const auto row = rows.find(province_.resident(i));
      ASSERT_TRUE(row.has_value());
      const rules::Decision expected = model_.decide(i, now_);
      const rules::Decision found = rows.decision(*row);
      ASSERT_TRUE(found.same_outcome(expected))
          << "resident " << i << " at " << now_.to_string() << ": " << to_string(found.colour) << ", the model says "
          << to_string(expected.colour);
      ASSERT_EQ(found.horizon, expected.horizon) << "resident " << i << " at " << now_.to_string();
    }
  }
  UnixSeconds now() const { return now_; }

 private:
  Statement draw() {
    const auto number = static_cast<std::uint32_t>(rng_.below(kResidents));
    const std::string record = "r-" + std::to_string(rng_.below(6));
    const UnixSeconds at = now_.plus(-static_cast<std::int64_t>(rng_.below(10 * kDay)) - 1);
    const UnixSeconds signed_at = now_.plus(-static_cast<std::int64_t>(rng_.below(kDay)));
    Statement statement;
    switch (rng_.below(4)) {
      case 0:
        statement = province_.contact_finding(number, at, record, signed_at);
        break;
      case 1:
        statement = province_.test_result(
            number, rng_.below(9) == 0 ? rules::TestResult::kPositive : rules::TestResult::kNegative, at, record,
            signed_at);
        break;
      case 2: {
        statement = {.resident = province_.resident(number),
                     .institution = "cdc-1",
                     .source_record = record,
                     .signed_at = signed_at};
        const bool open = rng_.below(2) == 0;
        statement.evidence = {
            .kind = rules::EvidenceKind::kStay, .area = {rng_.below(2) == 0 ? 410'102'000u : 410'202'000u}, .at = at};
        if (!open) statement.evidence.until = at.plus(static_cast<std::int64_t>(rng_.below(3 * kDay)));
        break;
      }
      default: {
        statement = {.resident = province_.resident(number),
                     .institution = "hospital-1",
                     .source_record = record,
                     .signed_at = signed_at};
        const bool release = rng_.below(2) == 0;
        statement.evidence = {.kind = release ? rules::EvidenceKind::kCaseRelease : rules::EvidenceKind::kCaseReport,
                              .at = at};
        if (!release)
          statement.evidence.level = static_cast<std::uint8_t>(rules::CaseStatus::kConfirmed),
          statement.evidence.detail = 1;
        break;
      }
    }
    last_number_ = number;
    const auto kind = rng_.below(5);
    if (kind >= 2) return statement;
    statement.action = kind == 0 ? StatementAction::kReplace : StatementAction::kWithdraw;
    if (kind == 1) statement.evidence = {.kind = statement.evidence.kind};
    statement.earlier_record = "r-" + std::to_string(rng_.below(6));
    statement.reason = "amended";
    return statement;
  }

  void submit() {
    Statement statement = rng_.below(8) == 0 && !sent_.empty() ? sent_[rng_.below(sent_.size())].second : draw();
    std::uint32_t number = last_number_;
    for (const auto& [who, earlier] : sent_) {
      if (earlier == statement) number = who;
    }
    sent_.emplace_back(number, statement);
    const Outcome expected = model_.submit(number, statement);
    ASSERT_EQ(province_.submit(statement, now_), expected);
  }

  void publish_policy() {
    const auto days = static_cast<int>(2 + rng_.below(12));
    const SignedDocument document = province_.policy(
        "2.0." + std::to_string(++policies_), days, now_.plus(static_cast<std::int64_t>(rng_.below(kDay))),
        now_.plus(kDay + static_cast<std::int64_t>(rng_.below(20 * kDay))));
    model_.publish_policy(document.bytes);
    ASSERT_FALSE(province_.publish(document, now_).error);
  }

  void publish_order() {
    const std::string number = "o-" + std::to_string(++orders_);
    const UnixSeconds from = now_.plus(static_cast<std::int64_t>(rng_.below(kDay)));
    const UnixSeconds until = from.plus(1 + static_cast<std::int64_t>(rng_.below(4 * kDay)));
    const std::string area = rng_.below(2) == 0 ? "410102" : "4102";
    const SignedDocument document = province_.area_order(number, area, "high", from, until);
    model_.publish_order(parse_area_order(document.bytes).value().order);
    ASSERT_FALSE(province_.publish(document, now_).error);
  }

  SeededRng rng_;
  TestProvince& province_;
  Model model_;
  UnixSeconds now_ = kStart;
  std::vector<std::pair<std::uint32_t, Statement>> sent_;
  std::uint32_t last_number_ = 0;
  int policies_ = 0;
  int orders_ = 0;
};

Digest digest_of(const store::Reader& reader) { return state_digest(reader).value(); }

// Replays the log of `original` into an empty store, by applying records only.
std::unique_ptr<store::Store> replay(const store::Reader& original) {
  auto out = empty_store();
  auto log = std::move(log::open_local_log(*out, kLogTable)).value();
  auto machine = std::move(ShardMachine::open({.shard = ShardId{1}}, *out, *log, nullptr)).value();
  EXPECT_TRUE(log::read_log(original, kLogTable, Sequence{1}, [&](const log::Record& record) -> Result<void> {
                store::Batch batch;
                MINGMA_TRY(Delta delta, machine->apply(record, batch));
                MINGMA_CHECK(out->write(batch, store::Durability::kBuffered));
                machine->commit(std::move(delta));
                return {};
              }).ok());
  return out;
}

void copy_tables(const store::Reader& from, store::Store& to, std::span<const store::TableId> tables) {
  store::Batch batch;
  for (const store::TableId table : tables) {
    ASSERT_TRUE(from.scan(table, {},
                          [&](ByteView key, ByteView value) -> Result<void> {
                            batch.put(table, key, value);
                            return {};
                          })
                    .ok());
  }
  ASSERT_TRUE(to.write(batch, store::Durability::kSynced).ok());
}

class RandomHistory : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(RandomHistory, AgreesWithTheModelAndReplaysToTheSameDigestAndIsCleanUnderAudit) {
  SCOPED_TRACE(GetParam());
  TestProvince province(GetParam());
  History history(GetParam(), province);
  history.begin();
  const auto snapshot = empty_store();
  std::vector<store::TableId> all;
  for (std::uint8_t i = 0; i < kTableCount; ++i) all.push_back({i});
  for (int i = 0; i < 120; ++i) {
    history.step();
    if (HasFatalFailure()) return;
    history.compare();
    if (HasFatalFailure()) return;
    if (i == 60) copy_tables(province.data().store(), *snapshot, all);
  }
  const Digest digest = digest_of(province.data().store());
  const auto once = replay(province.data().store());
  EXPECT_EQ(digest_of(*once), digest);
  EXPECT_EQ(digest_of(*replay(province.data().store())), digest);

  // Snapshot and tail: the copy gets the rest of the log, and opening it does the rest.
  const store::TableId log_table[] = {kLogTable};
  copy_tables(province.data().store(), *snapshot, log_table);
  auto log = std::move(log::open_local_log(*snapshot, kLogTable)).value();
  ASSERT_TRUE(ShardMachine::open({.shard = ShardId{1}}, *snapshot, *log, nullptr).ok());
  EXPECT_EQ(digest_of(*snapshot), digest);

  const auto scratch = empty_store();
  const auto report = audit_shard({.shard = ShardId{1}}, province.data().store(), &province.control().store(),
                                  &province.keys(), *scratch);
  ASSERT_TRUE(report.ok());
  for (const Finding& finding : report->findings)
    ADD_FAILURE() << finding.code << " at " << finding.where << ": " << finding.text;
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomHistory, ::testing::Values(1u, 2u, 3u, 4u, 5u, 6u));

TEST(Restart, AMachineOpenedAgainGoesOnAsIfNothingHappened) {
  TestProvince province(9);
  History history(9, province);
  history.begin();
  for (int i = 0; i < 40; ++i) {
    history.step();
    if (i % 8 == 0) province.data().reopen();
    if (i % 9 == 0) province.control().reopen();
    history.compare();
    if (::testing::Test::HasFatalFailure()) return;
  }
  EXPECT_EQ(digest_of(*replay(province.data().store())), digest_of(province.data().store()));
}

// Each write fails in turn, in both ways; afterwards the shard is opened again and the same commands are sent again.
TEST(FaultyStore, EveryFailedWriteLeavesAWholeStateAndSendingAgainEndsInTheSameColours) {
  constexpr int kCommands = 6;
  for (const store::Fault fault : {store::Fault::kNotDone, store::Fault::kDoneThoughFailed}) {
    for (int failing = 0; failing < kCommands; ++failing) {
      const auto control = empty_store();
      const auto disk = empty_store();
      TestProvince province(5, *control, *disk);
      province.found();
      store::FaultyStore faulty(*disk);
      auto shard = std::make_unique<TestShard>(ShardId{1}, faulty, province.keys());
      faulty.fail_write(faulty.writes() + static_cast<std::uint64_t>(failing), fault);
      const auto command = [&](int i) -> Command {
        if (i < 3)
          return RegisterCommand{province.resident(static_cast<std::uint32_t>(i)), DivisionCode{410'102'000}, {}};
        return province.document(province.contact_finding(static_cast<std::uint32_t>(i - 3), kStart, "c", kStart));
      };
      for (int i = 0; i < kCommands; ++i) {
        const std::vector<Command> commands{command(i)};
        if (shard->try_run(commands, kStart).ok()) continue;
        shard = std::make_unique<TestShard>(ShardId{1}, *disk, province.keys());
        ASSERT_FALSE(shard->run(commands, kStart).front().error);
      }
      const RowTable& rows = shard->machine().rows();
      ASSERT_EQ(rows.size(), 3u);
      for (std::uint32_t i = 0; i < 3; ++i) {
        EXPECT_EQ(rows.decision(*rows.find(province.resident(i))).colour, rules::Colour::kRed);
        EXPECT_EQ(rows.get(*rows.find(province.resident(i))).version, 2u);
      }
      const auto scratch = empty_store();
      const auto report = audit_shard({.shard = ShardId{1}}, *disk, control.get(), &province.keys(), *scratch);
      ASSERT_TRUE(report.ok());
      EXPECT_TRUE(report->clean()) << report->findings.front().text;
      EXPECT_EQ(report->statements, 3u);
    }
  }
}

TEST(StateDigest, DestroyingAKeyChangesNothingInIt) {
  TestProvince province(7);
  province.found();
  province.add_resident(1);
  province.submit(province.contact_finding(1, kStart, "c", kStart), kStart);
  const Digest before = digest_of(province.data().store());
  province.keys().destroy(province.resident(1));
  EXPECT_EQ(digest_of(*replay(province.data().store())), before);
}

TEST(Plan, ThatIsDroppedUnwrittenLeavesNoTrace) {
  TestProvince province(8);
  province.found();
  province.add_resident(1);
  const Digest before = digest_of(province.data().store());
  const std::vector<Command> commands{province.document(province.contact_finding(1, kStart, "c", kStart))};
  ASSERT_TRUE(province.data().machine().plan(commands, kStart, Digest{{1}}).ok());
  EXPECT_EQ(digest_of(province.data().store()), before);
  EXPECT_EQ(province.colour(1), rules::Colour::kGreen);
  EXPECT_EQ(province.data().run(commands, kStart).front().statements.front().outcome, Outcome::kAccepted);
  EXPECT_EQ(digest_of(*replay(province.data().store())), digest_of(province.data().store()));
}

}  // namespace
}  // namespace mingma::shard
