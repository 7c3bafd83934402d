// What is stored and published today must be read for ever: the worked example of docs/formats/ledger.md, byte for
// byte.
#include <gtest/gtest.h>

#include "ledger/cosignature.h"
#include "ledger/publisher.h"
#include "ledger/testing/model.h"
#include "ledger/tlog_proof.h"
#include "ledger/tree_view.h"

namespace mingma::ledger {
namespace {

constexpr std::string_view kOrigin = "mingma.example/41/shard/1";
constexpr std::string_view kLogKey = "mingma.example/41/shard/1+b57b44ab+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c";
constexpr std::string_view kWitnessKey = "witness.example/w1+df1c0a35+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU";
constexpr std::string_view kProof =
    "c2sp.org/tlog-proof@v1\n"
    "index 1\n"
    "0Nc2CrefWKseHj/mStd+LqC8B+NrX0btIiPt2SmN+ek=\n"
    "Zx8UbF5HHooag6PCFM5LqQe486WIjRTMjNPOdbsS75Q=\n"
    "\n"
    "mingma.example/41/shard/1\n"
    "3\n"
    "Wqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=\n"
    "\n"
    "— mingma.example/41/shard/1 "
    "tXtEq8XLNqNeAXv0yvMRDLV+69hBZ+U3drGfxIYr9M4g6hyDezlCT5aiQ3TU10OJnv0xiB7WKEuGTfhZZ89rIgmPFwc=\n"
    "— witness.example/w1 "
    "3xwKNQAAAABjbZCAN9BzW/OQ4W2mSVcYyogcEgJpHS6BrIS6GYIWbudYVStv5DLqYUaxIQHgUG7BFl+BwHQ40QphabKyDUbVWVH6Cw==\n";

const std::map<std::string, std::string> kStored = {
    // fragment from leaf 0: "one", "two"
    {"66"
     "0000000000000000",
     "00036f6e65"
     "000374776f"},
    // fragment from leaf 2: "three"
    {"66"
     "0000000000000002",
     "00057468726565"},
    // size 3; fragments begin at 0 and 2
    {"6d",
     "0000000000000003"
     "00"
     "02"},
};

std::vector<Bytes> words(std::initializer_list<std::string_view> list) {
  std::vector<Bytes> out;
  for (const auto word : list) out.push_back(to_bytes(as_bytes(word)));
  return out;
}

TEST(LedgerGoldenTest, ThreeEntriesAreStoredAndProvedAsDocumented) {
  MemoryTileStore store;
  auto ledger = Ledger::open(store).value();
  testing::append_all(ledger, store, words({"one", "two"}));
  testing::append_all(ledger, store, words({"three"}));
  std::map<std::string, std::string> stored;
  for (const auto& [key, value] : store.values()) stored[hex_encode(as_bytes(key))] = hex_encode(value);
  EXPECT_EQ(stored, kStored);

  auto key = crypto::SigningKey::from_ed25519_seed(Bytes(32, 1)).value();
  auto witness = crypto::SigningKey::from_ed25519_seed(Bytes(32, 2)).value();
  auto publisher = CheckpointPublisher::open(ledger, std::string(kOrigin), key, std::nullopt).value();
  EXPECT_EQ(publisher.verifier().to_string(), kLogKey);
  std::string note = publisher.prepare().value()->note;
  note += cosign(parse_note(note)->text, "witness.example/w1", UnixSeconds{1'668'124'800}, witness).to_line();
  NodeCache cache;
  auto view = TreeView::open(ledger, cache, ledger.size()).value();
  const TlogProof proof{std::nullopt, {1}, view.inclusion_proof({1}).value(), note};
  EXPECT_EQ(proof.to_string(), kProof);
}

TEST(LedgerGoldenTest, AStoreWrittenThenOpensNow) {
  MemoryTileStore store;
  for (const auto& [key, value] : kStored) {
    store.put(as_text(hex_decode(key).value()), hex_decode(value).value());
  }
  auto ledger = Ledger::open(store).value();
  EXPECT_EQ(ledger.size().value, 3U);
  EXPECT_EQ(base64_encode(ledger.root()), parse_tlog_proof(kProof)->checkpoint.substr(28, 44));
  EXPECT_EQ(as_text(ledger.entry({2}).value()), "three");
}

TEST(LedgerGoldenTest, AProofWrittenThenVerifiesNow) {
  const LogPolicy policy{
      std::string(kOrigin), {NoteVerifier::parse(kLogKey).value()}, {NoteVerifier::parse(kWitnessKey).value()}, 1};
  const auto proof = parse_tlog_proof(kProof).value();
  EXPECT_TRUE(verify_tlog_proof(proof, leaf_hash(as_bytes("two")), policy).ok());
  EXPECT_FALSE(verify_tlog_proof(proof, leaf_hash(as_bytes("three")), policy).ok());
}

}  // namespace
}  // namespace mingma::ledger
