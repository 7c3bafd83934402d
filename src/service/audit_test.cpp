#include "service/audit.h"

#include "service/service_test_support.h"
#include "shard/tables.h"

namespace mingma::service {
namespace {

using testing::Disk;
using testing::kNow;
using testing::TestProvince;

constexpr std::string_view kId = "7b0f3f5e-3f0a-4a2e-9f52-0a1b2c3d4e5f";

void live_a_little(Disk& disk) {
  TestProvince province(disk);
  std::string lines;
  for (std::uint32_t i = 0; i < 20; ++i) {
    province.register_someone(i);
    province.county.append_test_line(i, 0, lines);
  }
  const TestProvince::Someone someone = province.register_someone(30);
  const std::string finding = TestProvince::contact_finding(someone, "CF-1", kNow.plus(-60));
  ASSERT_TRUE(
      province.wait(province.api().submit_statement(province.sign_by(testing::kCdc, "statement", finding))).ok());
  ASSERT_TRUE(province.submit(std::string(kId), lines).ok());
  province.settle();
}

ProvinceAudit audit(Disk& disk) {
  crypto::SystemRng rng;
  auto result = audit_province(testing::config_for(disk), rng, {});
  EXPECT_TRUE(result.ok()) << result.error().to_string();
  return result.ok() ? *std::move(result) : ProvinceAudit{};
}

TEST(Audit, FindsNothingInAnHonestProvince) {
  Disk disk;
  live_a_little(disk);
  const ProvinceAudit result = audit(disk);
  for (const shard::Finding& finding : result.findings)
    ADD_FAILURE() << finding.code << " " << finding.where << ": " << finding.text;
  for (const ShardAudit& shard : result.shards) {
    for (const shard::Finding& finding : shard.report.findings)
      ADD_FAILURE() << finding.code << " " << finding.where << ": " << finding.text;
    EXPECT_GE(shard.checkpoints, 1u);
  }
  EXPECT_TRUE(result.clean());
  EXPECT_EQ(result.submissions, 1u);
  EXPECT_EQ(result.parts, 1u);
  EXPECT_GE(result.lines, 15u);
}

TEST(Audit, FindsAColourThatWasPutIntoTheStore) {
  Disk disk;
  live_a_little(disk);
  store::Store& store = *disk.stores.at("shard-1");
  Bytes key;
  Bytes image;
  ASSERT_TRUE(store
                  .scan(shard::kRowsTable, {},
                        [&](ByteView row, ByteView value) -> Result<void> {
                          key = to_bytes(row);
                          image = to_bytes(value);
                          return {};
                        })
                  .ok());
  ASSERT_FALSE(key.empty());
  shard::Row row = *shard::read_row(image);
  row.decision.colour = rules::Colour::kRed;
  row.decision.rule = 0;
  std::array<std::uint8_t, shard::kRowImageBytes> changed{};
  shard::write_row(row, changed);
  store::Batch batch;
  batch.put(shard::kRowsTable, key, changed);
  ASSERT_TRUE(store.write(batch, store::Durability::kSynced).ok());
  EXPECT_FALSE(audit(disk).clean());
}

TEST(Audit, FindsACheckpointOfAnotherLedger) {
  Disk disk;
  live_a_little(disk);
  Disk other;
  other.secrets = disk.secrets;
  other.pems = disk.pems;
  live_a_little(other);
  const auto note = other.stores.at("shard-1")->get(shard::kCheckpointsTable, as_bytes(kNewestCheckpointKey));
  ASSERT_TRUE(note.ok() && note->has_value());
  store::Batch batch;
  batch.put(shard::kCheckpointsTable, as_bytes(kNewestCheckpointKey), **note);
  ASSERT_TRUE(disk.stores.at("shard-1")->write(batch, store::Durability::kSynced).ok());
  EXPECT_FALSE(audit(disk).clean());
}

}  // namespace
}  // namespace mingma::service
