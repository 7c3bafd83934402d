// Random histories of a whole province against the slow and obvious model: who may, what is held, who is braked, every
// colour and every deadline, step by step; then the audit, the replay, and a snapshot with its tail.
//
// The 45 seeds together make at least 100,000 events. MINGMA_HISTORY_STEPS: steps of each seed (default 800).
// MINGMA_HISTORY_SEED: only this one.
#include <gtest/gtest.h>

#include <cstdlib>

#include "log/local_log.h"
#include "shard/audit.h"
#include "shard/tables.h"
#include "shard/test_cases.h"
#include "shard/test_history.h"

namespace mingma::shard {
namespace {

using testing::empty_store;
using testing::ProvinceHistory;

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

Digest digest_of(const store::Reader& reader) { return state_digest(reader).value(); }

void expect_clean(const AuditOptions& options, const store::Reader& stored, const store::Reader* control,
                  const KeySource* keys) {
  const auto scratch = empty_store();
  const auto report = audit_shard(options, stored, control, keys, *scratch);
  ASSERT_TRUE(report.ok());
  for (const Finding& finding : report->findings)
    ADD_FAILURE() << finding.code << " at " << finding.where << ": " << finding.text;
}

int steps_wanted() {
  const char* wanted = std::getenv("MINGMA_HISTORY_STEPS");
  return wanted == nullptr ? 800 : std::atoi(wanted);
}

class WholeProvince : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(WholeProvince, AgreesWithTheModelReplaysToTheSameDigestAndIsCleanUnderAudit) {
  const char* only = std::getenv("MINGMA_HISTORY_SEED");
  const std::uint64_t seed = only == nullptr ? GetParam() : static_cast<std::uint64_t>(std::atoll(only));
  SCOPED_TRACE("seed " + std::to_string(seed));
  // Every third province has three data shards, whose worsenings the control shard counts.
  const std::uint16_t shards = seed % 3 == 0 ? 3 : 1;
  ProvinceHistory history(seed, shards);
  history.begin();
  ASSERT_FALSE(HasFatalFailure());
  testing::TestProvince& province = history.province();
  const auto snapshot = empty_store();
  std::vector<store::TableId> all;
  for (std::uint8_t i = 0; i < kTableCount; ++i) all.push_back({i});
  const int steps = shards == 1 ? steps_wanted() : steps_wanted() * 3 / 2;  // their batches are small
  for (int i = 0; i < steps; ++i) {
    history.step();
    if (HasFatalFailure()) {
      ADD_FAILURE() << "in step " << i << " of seed " << seed;
      return;
    }
    if (i == steps / 2) copy_tables(province.data().store(), *snapshot, all);
  }

  for (std::uint16_t shard = 1; shard <= shards; ++shard) {
    const store::Reader& stored = province.data(shard).store();
    EXPECT_EQ(digest_of(*testing::rewritten(
                  stored, [](Event&, Sequence) {}, ShardId{shard})),
              digest_of(stored));
    expect_clean({.shard = ShardId{shard}}, stored, &province.control().store(), &province.keys());
  }
  const store::TableId log_table[] = {kLogTable};
  copy_tables(province.data().store(), *snapshot, log_table);
  auto log = std::move(log::open_local_log(*snapshot, kLogTable)).value();
  ASSERT_TRUE(ShardMachine::open({.shard = ShardId{1}}, *snapshot, *log, nullptr).ok());
  EXPECT_EQ(digest_of(*snapshot), digest_of(province.data().store()));
  expect_clean({.shard = kControlShard}, province.control().store(), nullptr, nullptr);

  std::string seen;
  for (const auto& [what, count] : history.seen())
    seen += (seen.empty() ? "" : ", ") + what + " " + std::to_string(count);
  if (std::getenv("MINGMA_HISTORY_STEPS") == nullptr) {
    EXPECT_GE(history.events(), 2'300u);
  }
  RecordProperty("events", std::to_string(history.events()));
  std::printf("seed %llu: %llu events; %s\n", static_cast<unsigned long long>(seed),
              static_cast<unsigned long long>(history.events()), seen.c_str());
}

INSTANTIATE_TEST_SUITE_P(Seeds, WholeProvince, ::testing::Range<std::uint64_t>(1, 46));

}  // namespace
}  // namespace mingma::shard
