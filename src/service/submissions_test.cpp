#include "service/submissions.h"

#include <filesystem>
#include <fstream>

#include "service/errors.h"
#include "service/service_test_support.h"

namespace mingma::service {
namespace {

using testing::Disk;
using testing::kLab;
using testing::kNow;
using testing::TestProvince;

constexpr std::string_view kId = "7b0f3f5e-3f0a-4a2e-9f52-0a1b2c3d4e5f";

std::string night_of_tests(const feed::SimulatedCounty& county, std::uint32_t residents) {
  std::string lines;
  for (std::uint32_t i = 0; i < residents; ++i) county.append_test_line(i, 0, lines);
  return lines;
}

std::size_t count_of(const PartStatus& status, StatementOutcomeCode outcome) {
  return status.counts[static_cast<std::size_t>(outcome)];
}

TEST(Submissions, EveryLineGetsItsOutcomeAndSendingAgainGivesTheSame) {
  Disk disk;
  TestProvince province(disk);
  for (std::uint32_t i = 0; i < 20; ++i) province.register_someone(i);
  std::string lines = night_of_tests(province.county, 40);
  lines += "this is no JSON\n";
  const auto status = province.submit(std::string(kId), lines);
  ASSERT_TRUE(status.ok()) << status.error().to_string();
  EXPECT_EQ(status->state, PartState::kDone);
  EXPECT_GE(count_of(*status, StatementOutcomeCode::kAccepted), 15u);
  EXPECT_GE(count_of(*status, StatementOutcomeCode::kUnknownResident), 15u);
  EXPECT_EQ(count_of(*status, StatementOutcomeCode::kInvalid), 1u);
  EXPECT_EQ(status->processed, status->lines);

  const std::string outcomes = province.outcomes(std::string(kId));
  EXPECT_EQ(static_cast<std::uint64_t>(std::count(outcomes.begin(), outcomes.end(), '\n')), status->lines);
  EXPECT_NE(outcomes.find("feed.invalid_json"), std::string::npos);

  const auto again = province.submit(std::string(kId), lines);
  ASSERT_TRUE(again.ok()) << again.error().to_string();
  EXPECT_EQ(count_of(*again, StatementOutcomeCode::kAccepted), count_of(*status, StatementOutcomeCode::kAccepted));
  EXPECT_EQ(province.outcomes(std::string(kId)), outcomes);

  // The same lines under another submission are duplicates: no effect.
  const auto copy = province.submit("7b0f3f5e-3f0a-4a2e-9f52-0a1b2c3d4e60", lines);
  ASSERT_TRUE(copy.ok());
  EXPECT_EQ(count_of(*copy, StatementOutcomeCode::kAccepted), 0u);
  EXPECT_EQ(count_of(*copy, StatementOutcomeCode::kDuplicate), count_of(*status, StatementOutcomeCode::kAccepted));
}

TEST(Submissions, APartThatIsNotWhatWasSignedHasNoEffect) {
  Disk disk;
  TestProvince province(disk);
  province.register_someone(0);
  const std::string lines = night_of_tests(province.county, 5);
  ASSERT_TRUE(province
                  .wait(province.api().create_submission(
                      province.sign_manifest(TestProvince::make_manifest(std::string(kId), lines, kLab), kLab)))
                  .ok());
  const Caller lab{std::string(kLab), {}};
  auto upload = province.wait(province.api().upload_part(std::string(kId), 0, lab));
  ASSERT_TRUE(upload.ok());
  std::string changed = lines;
  changed[changed.size() / 2] ^= 1;
  ASSERT_TRUE((*upload)->write(as_bytes(changed)).ok());
  EXPECT_EQ(province.wait((*upload)->finish()).error().code(), errors::kDigestMismatch.code);
  upload->reset();
  EXPECT_EQ(province.wait(province.api().submission_status(std::string(kId), lab))->parts.front().state,
            PartState::kMissing);
  EXPECT_TRUE(std::filesystem::is_empty(disk.spool));
  EXPECT_TRUE(province.outcomes(std::string(kId)).empty());
}

TEST(Submissions, OnlyTheInstitutionItselfMaySignSendAndRead) {
  Disk disk;
  TestProvince province(disk);
  const Manifest manifest = TestProvince::make_manifest(std::string(kId), "{}\n", kLab);
  EXPECT_EQ(
      province.wait(province.api().create_submission(province.sign_manifest(manifest, testing::kCdc))).error().code(),
      errors::kForbidden.code);
  CreateSubmission forged = province.sign_manifest(manifest, kLab);
  forged.signature.signature[3] ^= 1;
  EXPECT_EQ(province.wait(province.api().create_submission(forged)).error().code(), errors::kSignatureRefused.code);
  CreateSubmission other_body = province.sign_manifest(manifest, kLab);
  other_body.manifest.push_back(' ');
  EXPECT_EQ(province.wait(province.api().create_submission(other_body)).error().code(), errors::kDigestMismatch.code);
  ASSERT_TRUE(province.wait(province.api().create_submission(province.sign_manifest(manifest, kLab))).ok());
  const Caller cdc{std::string(testing::kCdc), {}};
  EXPECT_EQ(province.wait(province.api().submission_status(std::string(kId), cdc)).error().code(),
            errors::kNoSuchThing.code);
  const Manifest another = TestProvince::make_manifest(std::string(kId), "{ }\n", kLab);
  EXPECT_EQ(province.wait(province.api().create_submission(province.sign_manifest(another, kLab))).error().code(),
            errors::kSubmissionConflict.code);
}

TEST(Submissions, APartSpansManyChunksAndShards) {
  Disk disk;
  TestProvince province(disk);
  for (std::uint32_t i = 0; i < 10; ++i) province.register_someone(i * 1000);
  const std::string lines = night_of_tests(province.county, 11'000);
  const auto status = province.submit(std::string(kId), lines);
  ASSERT_TRUE(status.ok()) << status.error().to_string();
  EXPECT_GT(status->lines, 2 * kChunkLinesMax);
  std::uint64_t sum = 0;
  for (const std::uint64_t count : status->counts) sum += count;
  EXPECT_EQ(sum, status->lines);
  EXPECT_GE(count_of(*status, StatementOutcomeCode::kAccepted), 8u);
}

// Stops the exchange's bookkeeping in the middle, as a crash would, and starts again.
TEST(Submissions, APartThatACrashLeftHalfWayEndsInTheSameOutcomes) {
  Disk disk;
  std::string lines;
  std::string expected;
  {
    Disk other;
    other.secrets = disk.secrets;
    TestProvince province(other);
    for (std::uint32_t i = 0; i < 10; ++i) province.register_someone(i * 1000);
    lines = night_of_tests(province.county, 11'000);
    ASSERT_TRUE(province.submit(std::string(kId), lines).ok());
    expected = province.outcomes(std::string(kId));
  }
  struct FailingOutcomes final : store::Store {
    explicit FailingOutcomes(std::unique_ptr<store::Store> inner) : store(std::move(inner)) {}
    Result<bool> get_into(store::TableId table, ByteView key, Bytes& out) const override {
      return store->get_into(table, key, out);
    }
    Result<std::unique_ptr<store::Iterator>> iterate(store::TableId table) const override {
      return store->iterate(table);
    }
    Result<void> write(const store::Batch& batch, store::Durability durability) override {
      // Creating and receiving are synced; the first buffered write is the first chunk's outcomes.
      if (durability == store::Durability::kBuffered && ++chunks > 1)
        return Error(errors::kStoreFailed, "made to fail");
      return store->write(batch, durability);
    }
    Result<std::unique_ptr<store::Snapshot>> snapshot() const override { return store->snapshot(); }
    Result<void> copy_to(const std::string& directory) override { return store->copy_to(directory); }
    std::size_t table_count() const override { return store->table_count(); }
    std::unique_ptr<store::Store> store;
    int chunks = 0;
  };
  disk.wrap = [](const std::string& name, std::unique_ptr<store::Store> store) -> std::unique_ptr<store::Store> {
    if (name != "exchange") return store;
    return std::make_unique<FailingOutcomes>(std::move(store));
  };
  {
    TestProvince province(disk);
    for (std::uint32_t i = 0; i < 10; ++i) province.register_someone(i * 1000);
    EXPECT_FALSE(province.submit(std::string(kId), lines).ok());
    province.settle();
  }
  disk.wrap = {};
  TestProvince again(disk, false);
  ASSERT_EQ(again.open_error(), "");
  const auto status = again.submit(std::string(kId), lines);
  ASSERT_TRUE(status.ok()) << status.error().to_string();
  EXPECT_EQ(status->state, PartState::kDone);
  EXPECT_EQ(again.outcomes(std::string(kId)), expected);
}

TEST(Submissions, SpoolFilesThatNothingReadsAreRemovedAtTheStartAndSignedPartsStay) {
  Disk disk;
  {
    TestProvince province(disk);
    province.register_someone(0);
    const std::string lines = night_of_tests(province.county, 3);
    ASSERT_TRUE(province.submit(std::string(kId), lines).ok());
    province.settle();
  }
  const std::string kept = spool_file(disk.spool, {std::string(kId), 0});
  const std::string cut_short = spool_file(disk.spool, {"11111111-1111-4111-8111-111111111111", 0});
  std::ofstream(cut_short) << "half a frame";
  ASSERT_TRUE(std::filesystem::exists(kept));
  TestProvince again(disk, false);
  ASSERT_EQ(again.open_error(), "");
  EXPECT_FALSE(std::filesystem::exists(cut_short));
  EXPECT_TRUE(std::filesystem::exists(kept));
}

}  // namespace
}  // namespace mingma::service
