// A write of some store fails, at some moment, in one of the two ways that disks fail. Afterwards the province is
// opened again from what the disk holds, everything is sent again, and it must end as if nothing had happened; nothing
// that was answered may be lost.
#include <gtest/gtest.h>

#include <set>

#include "service/audit.h"
#include "service/service_test_support.h"

namespace mingma::service {
namespace {

using testing::Disk;
using testing::kNow;
using testing::TestProvince;

constexpr std::string_view kId = "7b0f3f5e-3f0a-4a2e-9f52-0a1b2c3d4e5f";
constexpr std::uint32_t kResidents = 6;

// What was answered with success.
struct Answered {
  std::map<std::uint32_t, ResidentId> registered;
  std::set<std::uint32_t> found;
  bool submitted = false;
};

Person person_of(const feed::SimulatedCounty& county, std::uint32_t index) {
  const feed::SimulatedResident resident = county.resident(index);
  return {"resident_id", "", resident.person.number, resident.person.name, {}};
}

Result<StatementOutcome> send_finding(TestProvince& province, std::uint32_t index) {
  TestProvince::Someone someone;
  someone.person = person_of(province.county, index);
  const std::string finding =
      TestProvince::contact_finding(someone, "CF-" + std::to_string(index), kNow.plus(-kSecondsPerDay));
  return province.wait(province.api().submit_statement(province.sign_by(testing::kCdc, "statement", finding)));
}

Answered do_everything(TestProvince& province) {
  Answered answered;
  std::string lines;
  for (std::uint32_t i = 0; i < kResidents; ++i) {
    const Person person = person_of(province.county, i);
    const auto registered = province.wait(province.api().register_resident({person, province.county.home_of(i)}));
    if (registered.ok()) answered.registered[i] = registered->resident;
    if (i % 2 == 0 && send_finding(province, i).ok()) answered.found.insert(i);
    province.county.append_test_line(i, 0, lines);
  }
  const auto submitted = province.submit(std::string(kId), lines);
  answered.submitted = submitted.ok();
  return answered;
}

void expect_whole(Disk& disk, const Answered& before) {
  {
    TestProvince province(disk, false);
    ASSERT_EQ(province.open_error(), "");
    ASSERT_TRUE(province.api().health().ready);
    province.settle();
    for (const auto& [index, resident] : before.registered) {
      EXPECT_TRUE(province.wait(province.api().receipt(resident)).ok()) << "a registration was lost";
    }
    for (const std::uint32_t index : before.found) {
      const auto outcome = send_finding(province, index);
      ASSERT_TRUE(outcome.ok());
      EXPECT_EQ(outcome->outcome, StatementOutcomeCode::kDuplicate) << "an answered statement was lost";
    }
    const Answered all = do_everything(province);
    EXPECT_EQ(all.registered.size(), kResidents);
    EXPECT_TRUE(all.submitted);
    for (const auto& [index, resident] : all.registered) {
      const auto receipt = province.wait(province.api().receipt(resident));
      ASSERT_TRUE(receipt.ok());
      EXPECT_EQ(receipt->decision.colour, index % 2 == 0 ? rules::Colour::kRed : rules::Colour::kGreen);
    }
    province.settle();
  }
  crypto::SystemRng rng;
  const auto audit = audit_province(testing::config_for(disk), rng, {});
  ASSERT_TRUE(audit.ok()) << audit.error().to_string();
  for (const ShardAudit& shard : audit->shards) {
    for (const shard::Finding& finding : shard.report.findings) {
      ADD_FAILURE() << finding.code << " " << finding.where << ": " << finding.text;
    }
  }
  EXPECT_TRUE(audit->clean());
}

TEST(Faults, AfterAFailedWriteAnywhereARestartLosesNothingThatWasAnswered) {
  int interrupted = 0;
  for (std::uint64_t seed = 1; seed <= 16; ++seed) {
    SeededRng rng(seed);
    const std::array<std::string, 4> names{"shard-0", "shard-1", "shard-2", "exchange"};
    const std::string victim = names[rng.below(names.size())];
    const store::Fault fault = rng.below(2) == 0 ? store::Fault::kNotDone : store::Fault::kDoneThoughFailed;
    const std::uint64_t after = rng.below(6);
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + victim + ", write " + std::to_string(after));
    Disk disk;
    { TestProvince set_up(disk); }
    disk.wrap = [&](const std::string& name, std::unique_ptr<store::Store> store) -> std::unique_ptr<store::Store> {
      if (name != victim) return store;
      auto faulty = std::make_unique<testing::OwnedFaultyStore>(std::move(store));
      faulty->fail_after(after, fault);
      return faulty;
    };
    Answered answered;
    {
      TestProvince province(disk, false);
      if (province.open_error().empty()) answered = do_everything(province);
    }
    interrupted += !answered.submitted || answered.registered.size() < kResidents;
    disk.wrap = {};
    expect_whole(disk, answered);
  }
  // How many writes there are depends on how commands meet in one batch, so a late fault may find nothing left to fail.
  EXPECT_GE(interrupted, 4) << "too few of the faults hit for this test to mean anything";
}

TEST(Faults, ADirectoryOnDiskOpensAgainWithEveryColour) {
  Disk disk;
  disk.real = true;
  disk.workers = 2;
  Answered answered;
  {
    TestProvince province(disk);
    answered = do_everything(province);
    EXPECT_EQ(answered.registered.size(), kResidents);
    EXPECT_TRUE(answered.submitted);
  }
  expect_whole(disk, answered);
}

}  // namespace
}  // namespace mingma::service
