#include "ledger/proof.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "ledger/testing/model.h"

namespace mingma::ledger {
namespace {

// A vector's fields; nullopt where a value is not even of the right form, which counts as refused.
std::optional<Digest> hash_in(const Json& json, std::string_view name) {
  const Json* field = json.find(name);
  if (field == nullptr || !field->is_string()) return std::nullopt;
  const auto bytes = base64_decode(field->string());
  if (!bytes.ok() || bytes->size() != 32) return std::nullopt;
  return Digest::from(*bytes).value();
}

std::optional<std::uint64_t> number_in(const Json& json, std::string_view name) {
  const Json* field = json.find(name);
  if (field == nullptr || !field->is_integer() || field->integer() < 0) return std::nullopt;
  return static_cast<std::uint64_t>(field->integer());
}

std::optional<ProofPath> path_in(const Json& json) {
  ProofPath out;
  const Json* proof = json.find("proof");
  if (proof == nullptr || proof->is_null()) return out;
  for (const Json& item : proof->array()) {
    const auto bytes = base64_decode(item.string());
    if (!bytes.ok() || bytes->size() != 32) return std::nullopt;
    out.push_back(Digest::from(*bytes).value());
  }
  return out;
}

bool inclusion_accepted(const Json& json) {
  const auto index = number_in(json, "leafIdx");
  const auto size = number_in(json, "treeSize");
  const auto leaf = hash_in(json, "leafHash");
  const auto root = hash_in(json, "root");
  const auto path = path_in(json);
  return index && size && leaf && root && path && verify_inclusion(*path, {*index}, {*size}, *leaf, *root).ok();
}

bool consistency_accepted(const Json& json) {
  const auto size1 = number_in(json, "size1");
  const auto size2 = number_in(json, "size2");
  const auto root1 = hash_in(json, "root1");
  const auto root2 = hash_in(json, "root2");
  const auto path = path_in(json);
  return size1 && size2 && root1 && root2 && path &&
         verify_consistency(*path, {{*size1}, *root1}, {{*size2}, *root2}).ok();
}

void run_vectors(const std::string& kind, bool (*accepted)(const Json&), int good_min, int bad_min) {
  const auto folder = testing::data_folder() / "merkle" / kind;
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "skipped: no conformance data";
  int good = 0;
  int bad = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    const Bytes text = testing::read_file(entry.path());
    const auto json = parse_json(as_text(text));
    ASSERT_TRUE(json.ok()) << entry.path() << " " << json.error().to_string();
    const bool refused = json->find("wantErr")->boolean();
    EXPECT_EQ(accepted(*json), !refused) << entry.path();
    (refused ? bad : good) += 1;
  }
  EXPECT_GE(good, good_min);
  EXPECT_GE(bad, bad_min);
}

TEST(ProofVectorsTest, InclusionProofsAreAcceptedAndRefusedAsPublished) {
  run_vectors("inclusion", inclusion_accepted, 6, 75);
}

TEST(ProofVectorsTest, ConsistencyProofsAreAcceptedAndRefusedAsPublished) {
  run_vectors("consistency", consistency_accepted, 5, 75);
}

TEST(InclusionProofTest, EveryLeafOfEverySizeVerifiesAndNoChangedProofDoes) {
  SeededRng rng(2);
  const auto hashes = testing::leaf_hashes(testing::random_entries(rng, 40));
  for (std::size_t size = 1; size <= hashes.size(); ++size) {
    const auto leaves = std::span(hashes).first(size);
    const Digest root = testing::model_root(leaves);
    for (std::size_t index = 0; index < size; ++index) {
      ProofPath path = testing::model_path(index, leaves);
      ASSERT_TRUE(verify_inclusion(path, {index}, {size}, leaves[index], root).ok()) << index << " of " << size;
      EXPECT_FALSE(verify_inclusion(path, {index + 1}, {size}, leaves[index], root).ok());
      EXPECT_FALSE(verify_inclusion(path, {index}, {size}, hashes[(index + 1) % hashes.size()], root).ok());
      ProofPath longer = path;
      longer.push_back(root);
      EXPECT_FALSE(verify_inclusion(longer, {index}, {size}, leaves[index], root).ok());
      if (path.empty()) continue;
      path[rng.below(path.size())].bytes[rng.below(32)] ^= 1;
      EXPECT_FALSE(verify_inclusion(path, {index}, {size}, leaves[index], root).ok());
      path.pop_back();
      EXPECT_FALSE(verify_inclusion(path, {index}, {size}, leaves[index], root).ok());
    }
  }
}

TEST(ConsistencyProofTest, EveryPairOfSizesVerifiesAndNoChangedProofDoes) {
  SeededRng rng(3);
  const auto hashes = testing::leaf_hashes(testing::random_entries(rng, 40));
  for (std::size_t later = 0; later <= hashes.size(); ++later) {
    const auto leaves = std::span(hashes).first(later);
    const TreeHead head{{later}, testing::model_root(leaves)};
    for (std::size_t earlier = 0; earlier <= later; ++earlier) {
      const TreeHead old{{earlier}, testing::model_root(leaves.first(earlier))};
      ProofPath path = earlier == 0 ? ProofPath{} : testing::model_subproof(earlier, leaves, true);
      ASSERT_TRUE(verify_consistency(path, old, head).ok()) << earlier << " to " << later;
      if (earlier < later) {
        EXPECT_FALSE(verify_consistency(path, head, old).ok());
      }
      TreeHead forged = old;
      forged.root.bytes[0] ^= 1;
      EXPECT_FALSE(verify_consistency(path, forged, head).ok());
      ProofPath longer = path;
      longer.push_back(head.root);
      EXPECT_FALSE(verify_consistency(longer, old, head).ok());
      if (path.empty()) continue;
      path[rng.below(path.size())].bytes[rng.below(32)] ^= 1;
      EXPECT_FALSE(verify_consistency(path, old, head).ok());
    }
  }
}

}  // namespace
}  // namespace mingma::ledger
