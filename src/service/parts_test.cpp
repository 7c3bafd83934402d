// The small parts: keys, spool files, manifests, line proofs, persons, the data directory.
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "crypto/digest.h"
#include "crypto/random.h"
#include "service/data_dir.h"
#include "service/errors.h"
#include "service/manifest.h"
#include "service/part_lines.h"
#include "service/person.h"
#include "service/spool.h"
#include "service/statistics.h"
#include "service/wrapped_keys.h"
#include "shard/line_proof.h"
#include "store/memory_store.h"

namespace mingma::service {
namespace {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "mingma-service-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

const ProvinceFile kHenan{kLayoutVersion, *DivisionCode::parse("41"), "test.example/41", 2, {1'668'000'000}};

TEST(DataDir, AnInitialisedDirectoryOpensOnlyOnceAtATime) {
  const TemporaryDirectory temporary;
  const std::string path = temporary / "data";
  {
    const auto created = DataDir::create(path, kHenan);
    ASSERT_TRUE(created.ok()) << created.error().to_string();
    EXPECT_FALSE(DataDir::open(path).ok());
  }
  const auto opened = DataDir::open(path);
  ASSERT_TRUE(opened.ok()) << opened.error().to_string();
  EXPECT_EQ(opened->province().data_shards, 2);
  EXPECT_TRUE(opened->signing_key("checkpoint-2").ok());
  struct stat info {};
  ASSERT_EQ(::stat((path + "/keys/kek").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST(DataDir, RefusesForeignNewerAndCarelesslyKeptDirectories) {
  const TemporaryDirectory temporary;
  EXPECT_FALSE(DataDir::open(temporary / "nothing").ok());
  const std::string path = temporary / "data";
  ASSERT_TRUE(DataDir::create(path, kHenan).ok());
  EXPECT_FALSE(DataDir::create(path, kHenan).ok());
  ASSERT_EQ(::chmod((path + "/keys/code.pem").c_str(), 0644), 0);
  EXPECT_NE(DataDir::open(path).error().message().find("chmod"), std::string::npos);
  ASSERT_EQ(::chmod((path + "/keys/code.pem").c_str(), 0600), 0);
  EXPECT_TRUE(DataDir::open(path).ok());
  std::ofstream(path + "/province.json") << R"({"layout": 2})";
  EXPECT_NE(DataDir::open(path).error().message().find("layout 2"), std::string::npos);
}

TEST(WrappedKeys, ADestroyedKeyOrMonthIsGone) {
  const std::vector<store::TableSpec> tables{{"keys", store::TableKind::kPoint}};
  const auto store = store::make_memory_store(tables);
  crypto::SystemRng rng;
  const Digest kek{{1}};
  const UnixSeconds november = *parse_instant("2022-11-05T00:00:00Z");
  const UnixSeconds december = *parse_instant("2022-12-05T00:00:00Z");
  store::Batch batch;
  Digest first;
  Digest third;
  {
    WrappedKeys keys(*store, {0}, kek, rng);
    first = *keys.create(as_bytes("a"), november, batch);
    ASSERT_TRUE(keys.create(as_bytes("b"), november, batch).ok());
    third = *keys.create(as_bytes("c"), december, batch);
    ASSERT_TRUE(store->write(batch, store::Durability::kSynced).ok());
  }
  WrappedKeys keys(*store, {0}, kek, rng);
  EXPECT_EQ(*keys.open(as_bytes("a")), first);
  batch.clear();
  keys.destroy(as_bytes("b"), batch);
  keys.destroy_period(key_period(november), batch);
  ASSERT_TRUE(store->write(batch, store::Durability::kSynced).ok());
  EXPECT_EQ(keys.open(as_bytes("a")).error().code(), errors::kKeyDestroyed.code);
  EXPECT_EQ(keys.open(as_bytes("b")).error().code(), errors::kKeyDestroyed.code);
  EXPECT_EQ(*keys.open(as_bytes("c")), third);
  WrappedKeys other(*store, {0}, Digest{{2}}, rng);
  EXPECT_FALSE(other.open(as_bytes("c")).ok());
}

TEST(Spool, WhatWasWrittenIsReadAndNothingElse) {
  const TemporaryDirectory temporary;
  crypto::SystemRng rng;
  const Digest key{{5}};
  const std::string path = temporary / "part";
  Bytes content(3 * kSpoolFrameBytes + 17);
  rng.fill(content);
  {
    auto writer = SpoolWriter::create(path, key, rng);
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE(writer->write(ByteView(content).first(100)).ok());
    ASSERT_TRUE(writer->write(ByteView(content).subspan(100)).ok());
    ASSERT_TRUE(writer->finish().ok());
  }
  const auto read_all = [&](const Digest& with) -> Result<Bytes> {
    MINGMA_TRY(SpoolReader reader, SpoolReader::open(path, with));
    Bytes all;
    for (;;) {
      MINGMA_TRY(const Bytes frame, reader.next());
      if (frame.empty()) return all;
      append(all, frame);
    }
  };
  EXPECT_EQ(*read_all(key), content);
  EXPECT_FALSE(read_all(Digest{{6}}).ok());
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 40);
  EXPECT_FALSE(read_all(key).ok()) << "a cut file must not end as if it were whole";
}

TEST(Spool, AnUnfinishedFileIsRemoved) {
  const TemporaryDirectory temporary;
  crypto::SystemRng rng;
  const std::string path = temporary / "part";
  {
    auto writer = SpoolWriter::create(path, {}, rng);
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE(writer->write(as_bytes("half")).ok());
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Manifest, ReadsWhatItWritesAndRefusesTheRest) {
  Manifest manifest;
  manifest.submission_id = "7b0f3f5e-3f0a-4a2e-9f52-0a1b2c3d4e5f";
  manifest.institution = "LAB-01";
  manifest.format = feed::FeedFormat::kLabCsv;
  manifest.created = {1'668'000'000};
  manifest.parts.push_back({3, Digest{{1}}, Digest{{2}}});
  const std::string text = write_manifest(manifest);
  const auto read = parse_manifest(text);
  ASSERT_TRUE(read.ok()) << read.error().to_string();
  EXPECT_EQ(write_manifest(*read), text);
  const auto broken = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    return parse_manifest(changed);
  };
  EXPECT_FALSE(broken("7b0f", "7B0F").ok());
  EXPECT_FALSE(broken("lab-csv", "hl7").ok());
  EXPECT_FALSE(broken("\"count\":3", "\"count\":-3").ok());
  EXPECT_FALSE(broken("\"count\":3", "\"count\":3,\"colour\":\"red\"").ok());
  EXPECT_FALSE(broken("sha-256=:", "sha-512=:").ok());
}

TEST(LineTree, GivesTheProofsThatAShardChecks) {
  const std::uint64_t seed = 20221120;
  SCOPED_TRACE(seed);
  SeededRng rng(seed);
  for (std::size_t count : {1u, 2u, 3u, 7u, 8u, 9u, 100u, 1000u}) {
    std::vector<Digest> hashes(count);
    for (Digest& hash : hashes) rng.fill(hash.bytes);
    const LineTree tree(hashes);
    EXPECT_EQ(tree.root(), shard::lines_root(hashes));
    std::vector<std::uint32_t> own;
    std::vector<shard::IndexedLine> lines;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (rng.below(3) != 0) continue;
      own.push_back(i);
      lines.push_back({i, hashes[i]});
    }
    const std::vector<Digest> siblings = tree.prove(own);
    EXPECT_EQ(siblings, shard::prove_lines(hashes, own));
    EXPECT_EQ(*shard::root_from_lines(count, lines, siblings), tree.root());
  }
}

TEST(Person, TheSameDocumentGivesTheSamePseudonymFromAFeedAndASignIn) {
  const Pseudonyms pseudonyms(Digest{{9}});
  feed::PersonIdentity from_feed;
  const std::string digits = "41010219900101001";
  const std::string number = digits + feed::resident_id_check_character(digits);
  ASSERT_TRUE(feed::set_document(from_feed, "", number, false).ok());
  const auto again = to_identity({"resident_id", "", " " + number, "张三丰", {}});
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(pseudonyms.of(from_feed), pseudonyms.of(*again));
  EXPECT_NE(pseudonyms.of(from_feed), Pseudonyms(Digest{{8}}).of(*again));
}

TEST(Person, TheMaskKeepsTheFirstCharacterOnly) {
  EXPECT_EQ(mask_name("张三丰"), "张**");
  EXPECT_EQ(mask_name("Li"), "L*");
  EXPECT_EQ(mask_name(""), "*");
  EXPECT_EQ(mask_name("Alexandria"), "A****");
}

TEST(Person, ShardsShareTheResidentsInEqualRanges) {
  EXPECT_EQ(shard_of(ResidentId{}, 4), ShardId{1});
  ResidentId last;
  last.bytes.fill(0xff);
  EXPECT_EQ(shard_of(last, 4), ShardId{4});
  EXPECT_EQ(shard_of(last, 1), ShardId{1});
}

TEST(Statistics, OneHiddenCellTakesAnotherWithIt) {
  const shard::ControlState control;
  Counts counts;
  const DivisionCode zhengzhou = *DivisionCode::parse("4101");
  const DivisionCode kaifeng = *DivisionCode::parse("4102");
  counts[{zhengzhou, rules::Colour::kGreen, shard::kNoPolicyNumber, 0}] = 1000;
  counts[{zhengzhou, rules::Colour::kRed, shard::kNoPolicyNumber, 0}] = 3;
  counts[{kaifeng, rules::Colour::kGreen, shard::kNoPolicyNumber, 0}] = 500;
  counts[{kaifeng, rules::Colour::kRed, shard::kNoPolicyNumber, 0}] = 40;
  const auto cells = to_cells(counts, control, {}, 10);
  for (const StatisticsCell& cell : cells) {
    // Zhengzhou's three red ones could be had from the province's 43 and Kaifeng's 40, or from the city's total.
    EXPECT_EQ(cell.suppressed, !cell.area.empty()) << cell.area << " " << cell.colour;
  }
}

}  // namespace
}  // namespace mingma::service
