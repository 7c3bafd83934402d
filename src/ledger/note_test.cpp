#include "ledger/note.h"

#include <gtest/gtest.h>

#include "ledger/cosignature.h"
#include "ledger/errors.h"

namespace mingma::ledger {
namespace {

// The example of the signed-note specification.
constexpr std::string_view kSpecKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
constexpr std::string_view kSpecNote =
    "This is an example message.\n\n"
    "\xE2\x80\x94 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

std::string dash(std::string_view rest) { return "\xE2\x80\x94 " + std::string(rest); }

class NoteTest : public ::testing::Test {
 protected:
  SeededRng rng_{11};
  crypto::SigningKey key_ = crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEd25519, rng_);
  crypto::SigningKey other_ = crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEd25519, rng_);
  NoteVerifier verifier_ = NoteVerifier::make("log.example/1", NoteKeyType::kEd25519, key_.verifying_key()).value();
  NoteVerifier other_verifier_ =
      NoteVerifier::make("other.example", NoteKeyType::kEd25519, other_.verifying_key()).value();
};

TEST_F(NoteTest, VerifiesTheExampleOfTheSpecification) {
  const auto known = NoteVerifier::parse(kSpecKey);
  ASSERT_TRUE(known.ok()) << known.error().to_string();
  EXPECT_EQ(known->to_string(), kSpecKey);
  const auto note = parse_note(kSpecNote);
  ASSERT_TRUE(note.ok()) << note.error().to_string();
  EXPECT_EQ(note->to_string(), kSpecNote);
  EXPECT_TRUE(verify_note(*note, std::span(&*known, 1)).ok());
}

TEST_F(NoteTest, EveryFlippedBitOfTheExampleIsRefused) {
  const auto known = NoteVerifier::parse(kSpecKey).value();
  for (std::size_t bit = 0; bit < kSpecNote.size() * 8; ++bit) {
    std::string changed(kSpecNote);
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    const auto note = parse_note(changed);
    EXPECT_FALSE(note.ok() && verify_note(*note, std::span(&known, 1)).ok()) << "bit " << bit;
  }
}

TEST_F(NoteTest, UnknownLinesAreIgnoredAndSeveralKnownSignersAreNamed) {
  Note note{"text\n", {}};
  note.signatures.push_back({"unknown.example", 1, Bytes(3, 9)});
  note.signatures.push_back(sign_note(note.text, "other.example", other_));
  note.signatures.push_back({"log.example/1", 7, Bytes(64, 9)});  // our name, another key id
  note.signatures.push_back(sign_note(note.text, "log.example/1", key_));
  const auto parsed = parse_note(note.to_string());
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(*parsed, note);
  const NoteVerifier known[] = {verifier_, other_verifier_};
  EXPECT_EQ(verify_note(*parsed, known)->positions, (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(verify_note(*parsed, std::span(known).first(1))->positions, (std::vector<std::size_t>{0}));
}

TEST_F(NoteTest, ABadSignatureByAKnownKeyRefusesTheWholeNote) {
  Note note{"text\n", {}};
  note.signatures.push_back(sign_note(note.text, "log.example/1", key_));
  note.signatures.push_back(sign_note("another text\n", "other.example", other_));
  const NoteVerifier known[] = {verifier_, other_verifier_};
  const auto refused = verify_note(note, known);
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(refused.error().is(errors::kBadSignature));
  EXPECT_TRUE(verify_note(note, std::span(known).first(1)).ok()) << "who does not know the other key ignores its line";
  // A second, bad line by the same key is no better.
  note.signatures.back() = note.signatures.front();
  note.signatures.back().signature[0] ^= 1;
  EXPECT_FALSE(verify_note(note, known).ok());
}

TEST_F(NoteTest, ANoteByNoKnownKeyIsNotSigned) {
  Note note{"text\n", {sign_note("text\n", "log.example/1", key_)}};
  const auto refused = verify_note(note, std::span(&other_verifier_, 1));
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(refused.error().is(errors::kNotSigned));
  EXPECT_FALSE(verify_note(note, {}).ok());
}

TEST_F(NoteTest, TheTextMayHaveEmptyLinesAndLinesLikeSignatures) {
  Note note{"a\n\n" + dash("x AAAAAAA=\n") + "\nb\n", {}};
  note.signatures.push_back(sign_note(note.text, "log.example/1", key_));
  const auto parsed = parse_note(note.to_string());
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->text, note.text);
}

TEST_F(NoteTest, RefusesMalformedNotes) {
  const std::string good = Note{"text\n", {sign_note("text\n", "log.example/1", key_)}}.to_string();
  ASSERT_TRUE(parse_note(good).ok());
  for (const std::string& bad : {std::string(),
                                 std::string("text\n"),
                                 std::string("text\n\n"),
                                 good.substr(0, good.size() - 1),
                                 good + "\n",
                                 good + "more\n",
                                 "te\txt\n\n" + dash("n AAAAAAA=\n"),
                                 std::string("text\n\n- n AAAAAAA=\n"),
                                 "text\n\n" + dash("n\n"),
                                 "text\n\n" + dash(" AAAAAAA=\n"),
                                 "text\n\n" + dash("a+b AAAAAAA=\n"),
                                 "text\n\n" + dash("n AAAAAA==\n"),
                                 "text\n\n" + dash("n AAAAAAB=\n"),
                                 "text\n\n" + dash("n AAAAAAA\n"),
                                 "text\n\n" + dash("n AAAAAAA= \n"),
                                 "text\n\n" + dash("n AAAA\n"),
                                 "text\n\n" + dash("a\xC2\xA0"
                                                   "b AAAAAAA=\n"),
                                 "te\xFFxt\n\n" + dash("n AAAAAAA=\n"),
                                 "text\r\n\n" + dash("n AAAAAAA=\n"),
                                 "text\n\n" + dash("n  AAAAAAA=\n")}) {
    EXPECT_FALSE(parse_note(bad).ok()) << bad;
  }
  EXPECT_TRUE(parse_note("text\n\n" + dash("n AAAAAAA=\n")).ok()) << "the refused ones above differ in one thing each";
}

TEST_F(NoteTest, SixteenSignaturesAreReadAndTooManyAreNot) {
  Note note{"text\n", std::vector<NoteSignature>(128, {"n", 1, Bytes(5000, 1)})};
  EXPECT_TRUE(parse_note(note.to_string()).ok());
  note.signatures.push_back(note.signatures.front());
  EXPECT_FALSE(parse_note(note.to_string()).ok());
}

TEST_F(NoteTest, VerifierKeysOfOtherFormIdOrTypeAreRefused) {
  const std::string good(kSpecKey);
  for (const std::string& bad :
       {std::string(), std::string("example.com/foo"), std::string("example.com/foo+530d903a"),
        "+530d903a" + good.substr(24), "example.com/foo+530d903b" + good.substr(24),
        "example.com/foo+530D903A" + good.substr(24), good + "=", good.substr(0, good.size() - 4),
        std::string("example.com/foo+530d903a+"), "exam ple" + good.substr(7)}) {
    EXPECT_FALSE(NoteVerifier::parse(bad).ok()) << bad;
  }
}

TEST_F(NoteTest, ACosignatureIsGoodForItsTextAndTimeOnly) {
  const auto witness =
      NoteVerifier::make("witness.example/w1", NoteKeyType::kCosignatureV1, other_.verifying_key()).value();
  Note note{"origin\n0\nroot\n", {cosign("origin\n0\nroot\n", "witness.example/w1", UnixSeconds{1679315147}, other_)}};
  const auto parsed = parse_note(note.to_string()).value();
  const auto signers = verify_note(parsed, std::span(&witness, 1));
  ASSERT_TRUE(signers.ok());
  EXPECT_EQ(signers->times[0], UnixSeconds{1679315147});
  EXPECT_EQ(NoteVerifier::parse(witness.to_string())->key_id(), witness.key_id());
  note.signatures[0].signature[7] ^= 1;  // another second
  EXPECT_FALSE(verify_note(note, std::span(&witness, 1)).ok());
  note.signatures[0].signature[7] ^= 1;
  note.text = "origin\n1\nroot\n";
  EXPECT_FALSE(verify_note(note, std::span(&witness, 1)).ok());
  // The same key as a plain note key has another id: one kind never passes for the other.
  const auto plain = NoteVerifier::make("witness.example/w1", NoteKeyType::kEd25519, other_.verifying_key()).value();
  EXPECT_NE(plain.key_id(), witness.key_id());
}

TEST_F(NoteTest, TheCosignedMessageIsTheSpecifications) {
  EXPECT_EQ(cosigned_message("example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
                             UnixSeconds{1679315147}),
            "cosignature/v1\ntime "
            "1679315147\nexample.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n");
  EXPECT_FALSE(Cosignature::parse(Bytes(71)).ok());
  EXPECT_FALSE(Cosignature::parse(Bytes(73)).ok());
  EXPECT_FALSE(Cosignature::parse(Bytes(72, 0x80)).ok()) << "a time beyond 2^63 - 1";
  EXPECT_EQ(Cosignature::parse(Bytes(72, 0))->encode(), Bytes(72, 0));
}

}  // namespace
}  // namespace mingma::ledger
