#include "ledger/checkpoint.h"

#include <gtest/gtest.h>

#include "ledger/cosignature.h"
#include "ledger/errors.h"
#include "ledger/tlog_proof.h"

namespace mingma::ledger {
namespace {

constexpr std::string_view kRoot = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

std::string lines(std::string_view size, std::string_view root = kRoot) {
  return "example.com/behind-the-sofa\n" + std::string(size) + "\n" + std::string(root) + "\n";
}

TEST(CheckpointTest, ReadsTheExampleOfTheSpecificationAndWritesItBack) {
  const auto checkpoint = parse_checkpoint(lines("20852163"));
  ASSERT_TRUE(checkpoint.ok());
  EXPECT_EQ(checkpoint->origin, "example.com/behind-the-sofa");
  EXPECT_EQ(checkpoint->head.size.value, 20852163U);
  EXPECT_EQ(checkpoint->to_text(), lines("20852163"));
  const auto extended = parse_checkpoint(lines("1") + "more\nand more\n");
  ASSERT_TRUE(extended.ok());
  EXPECT_EQ(extended->extensions.size(), 2U);
  EXPECT_EQ(extended->to_text(), lines("1") + "more\nand more\n");
}

TEST(CheckpointTest, RefusesEveryOtherSpelling) {
  for (const std::string& bad :
       {std::string(), std::string("\n"), std::string("a\n1\n"), "\n1\n" + std::string(kRoot) + "\n", lines("01"),
        lines("-1"), lines("+1"), lines("1 "), lines(" 1"), lines(""), lines("0x1"), lines("9223372036854775808"),
        lines("18446744073709551616"), lines("1") + "\n", lines("1").substr(0, lines("1").size() - 1),
        lines("1", "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I"),
        lines("1", "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J="),
        lines("1", "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jx"), lines("0")}) {
    const auto parsed = parse_checkpoint(bad);
    ASSERT_FALSE(parsed.ok()) << bad;
    EXPECT_TRUE(parsed.error().is(errors::kInvalidCheckpoint));
  }
  EXPECT_TRUE(parse_checkpoint(lines("0", base64_encode(empty_root()))).ok());
  EXPECT_TRUE(parse_checkpoint(lines("9223372036854775807")).ok());
}

class SignedCheckpointTest : public ::testing::Test {
 protected:
  SignedCheckpointTest() {
    policy_.origin = "log.example/1";
    policy_.log_keys = {NoteVerifier::make("log.example/1", NoteKeyType::kEd25519, key_.verifying_key()).value()};
    policy_.witnesses = {NoteVerifier::make("w.example/1", NoteKeyType::kCosignatureV1, w1_.verifying_key()).value(),
                         NoteVerifier::make("w.example/2", NoteKeyType::kCosignatureV1, w2_.verifying_key()).value()};
    note_ = sign_checkpoint(checkpoint_, key_);
  }
  std::string cosigned(int witnesses) {
    std::string out = note_;
    if (witnesses > 0) out += cosign(checkpoint_.to_text(), "w.example/1", UnixSeconds{1}, w1_).to_line();
    if (witnesses > 1) out += cosign(checkpoint_.to_text(), "w.example/2", UnixSeconds{2}, w2_).to_line();
    return out;
  }

  SeededRng rng_{12};
  crypto::SigningKey key_ = crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEd25519, rng_);
  crypto::SigningKey w1_ = crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEd25519, rng_);
  crypto::SigningKey w2_ = crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEd25519, rng_);
  Checkpoint checkpoint_{"log.example/1", {{1}, leaf_hash(as_bytes("leaf"))}, {}};
  LogPolicy policy_;
  std::string note_;
};

TEST_F(SignedCheckpointTest, OpensUnderItsPolicyAndCountsWitnesses) {
  for (int witnesses = 0; witnesses <= 2; ++witnesses) {
    for (std::size_t needed = 0; needed <= 2; ++needed) {
      policy_.witnesses_min = needed;
      const auto opened = open_checkpoint(cosigned(witnesses), policy_);
      EXPECT_EQ(opened.ok(), static_cast<std::size_t>(witnesses) >= needed);
      if (!opened.ok()) {
        EXPECT_TRUE(opened.error().is(errors::kTooFewWitnesses));
        continue;
      }
      EXPECT_EQ(opened->checkpoint, checkpoint_);
      EXPECT_EQ(opened->witnesses, static_cast<std::size_t>(witnesses));
    }
  }
}

TEST_F(SignedCheckpointTest, OneWitnessSigningTwiceCountsOnce) {
  policy_.witnesses_min = 2;
  const std::string twice = cosigned(1) + cosign(checkpoint_.to_text(), "w.example/1", UnixSeconds{9}, w1_).to_line();
  EXPECT_FALSE(open_checkpoint(twice, policy_).ok());
  policy_.witnesses_min = 1;
  EXPECT_TRUE(open_checkpoint(twice, policy_).ok());
}

TEST_F(SignedCheckpointTest, AWitnessCannotStandInForTheLogNorAnotherLogForThisOne) {
  const std::string text = checkpoint_.to_text();
  EXPECT_FALSE(open_checkpoint(text + "\n" + cosign(text, "w.example/1", UnixSeconds{1}, w1_).to_line(), policy_).ok());
  policy_.origin = "log.example/2";
  EXPECT_TRUE(open_checkpoint(note_, policy_).error().is(errors::kWrongOrigin));
}

TEST_F(SignedCheckpointTest, ABadCosignatureByAKnownWitnessRefusesTheCheckpoint) {
  auto line = cosign(checkpoint_.to_text(), "w.example/1", UnixSeconds{1}, w1_);
  line.signature.back() ^= 1;
  const auto opened = open_checkpoint(note_ + line.to_line(), policy_);
  ASSERT_FALSE(opened.ok());
  EXPECT_TRUE(opened.error().is(errors::kBadSignature));
}

TEST_F(SignedCheckpointTest, AProofTextReadsBackAndVerifiesOffline) {
  const TlogProof proof{Bytes{1, 2, 3}, {0}, {}, cosigned(2)};
  policy_.witnesses_min = 2;
  const auto parsed = parse_tlog_proof(proof.to_string());
  ASSERT_TRUE(parsed.ok()) << parsed.error().to_string();
  EXPECT_EQ(*parsed, proof);
  EXPECT_TRUE(verify_tlog_proof(*parsed, leaf_hash(as_bytes("leaf")), policy_).ok());
  const auto other = verify_tlog_proof(*parsed, leaf_hash(as_bytes("other leaf")), policy_);
  ASSERT_FALSE(other.ok());
  EXPECT_TRUE(other.error().is(errors::kProofRefused));
}

TEST_F(SignedCheckpointTest, ProofTextsOfAnotherFormAreRefused) {
  const std::string hash(kRoot);
  const std::string head = "c2sp.org/tlog-proof@v1\n";
  ASSERT_TRUE(parse_tlog_proof(head + "index 0\n" + hash + "\n\n" + note_).ok());
  for (const std::string& bad :
       {std::string(), head, head + "index 0\n", head + "index 0\n\n", head + "index 00\n\n" + note_,
        head + "index -1\n\n" + note_, head + "index 0\n" + note_, head + "extra \nindex 0\n\n" + note_,
        head + "extra AB==\nindex 0\n\n" + note_, head + "index 0\nextra AAAA\n\n" + note_,
        "c2sp.org/tlog-proof@v2\nindex 0\n\n" + note_, head + "index 0\nAAAA\n\n" + note_,
        head + "\nindex 0\n\n" + note_, head + "index 0\n\n\n" + note_}) {
    EXPECT_FALSE(parse_tlog_proof(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace mingma::ledger
