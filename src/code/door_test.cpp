#include "code/door.h"

#include <gtest/gtest.h>

#include <set>

#include "code/cose.h"
#include "code/testing/province.h"
#include "crypto/inflate.h"

namespace mingma::code {
namespace {

using testing::kNow;
using testing::kSeed;
using testing::Province;

class Door : public ::testing::Test {
 protected:
  std::string shown(const Claims& claims, UnixSeconds at = kNow) {
    return show_on_phone(province_.issuer.issue(claims).value(), at, province_.phone);
  }
  std::string printed(const Claims& claims) { return print_on_paper(province_.issuer.issue(claims).value()); }
  Verdict verdict(std::string_view text, UnixSeconds now = kNow) { return check_at_door(text, pack_, now).verdict; }

  Province province_;
  TrustPack pack_ = province_.pack();
};

TEST_F(Door, SaysTheColourAndWhoseItIs) {
  const std::pair<Colour, Verdict> colours[] = {
      {Colour::kGreen, Verdict::kGreen}, {Colour::kYellow, Verdict::kYellow}, {Colour::kRed, Verdict::kRed}};
  for (const auto& [colour, expected] : colours) {
    const DoorCheck on_phone = check_at_door(shown(province_.phone_claims(colour)), pack_, kNow);
    EXPECT_EQ(on_phone.verdict, expected);
    EXPECT_EQ(on_phone.claims, province_.phone_claims(colour));
    ASSERT_TRUE(on_phone.policy.has_value());
    EXPECT_EQ(on_phone.policy->id, "henan");
    EXPECT_EQ(verdict(printed(province_.paper_claims(colour))), expected);
  }
}

TEST_F(Door, APolicyUnknownToThePackChangesNoVerdict) {
  pack_.policies.clear();
  const DoorCheck check = check_at_door(shown(province_.phone_claims()), pack_, kNow);
  EXPECT_EQ(check.verdict, Verdict::kGreen);
  EXPECT_FALSE(check.policy.has_value());
}

TEST_F(Door, ACodeExpiresAtItsInstant) {
  const Claims claims = province_.phone_claims();
  EXPECT_EQ(verdict(shown(claims, claims.expires_at.plus(-1)), claims.expires_at.plus(-1)), Verdict::kGreen);
  EXPECT_EQ(verdict(shown(claims, claims.expires_at), claims.expires_at), Verdict::kExpired);
}

TEST_F(Door, AScreenshotDiesInAMinute) {
  const std::string text = shown(province_.phone_claims());
  EXPECT_EQ(verdict(text, kNow.plus(60)), Verdict::kGreen);
  EXPECT_EQ(verdict(text, kNow.plus(61)), Verdict::kScreenshotOrClockOff);
  EXPECT_EQ(verdict(text, kNow.plus(-60)), Verdict::kGreen);
  EXPECT_EQ(verdict(text, kNow.plus(-61)), Verdict::kScreenshotOrClockOff);
}

TEST_F(Door, ACredentialFromTheFutureMeansAClockIsOff) {
  Claims claims = province_.phone_claims();
  claims.issued_at = kNow.plus(61);
  EXPECT_EQ(verdict(shown(claims)), Verdict::kScreenshotOrClockOff);
}

TEST_F(Door, AForwardedCodeFailsOnAnotherPhone) {
  const Bytes credential = province_.issuer.issue(province_.phone_claims()).value();
  EXPECT_EQ(verdict(show_on_phone(credential, kNow, province_.other_phone)), Verdict::kWrongPhoneKey);
}

TEST_F(Door, AProofForOneCredentialProvesNoOther) {
  const Bytes green = province_.issuer.issue(province_.phone_claims(Colour::kGreen)).value();
  const Bytes red = province_.issuer.issue(province_.phone_claims(Colour::kRed)).value();
  const Presentation of_red = read_presentation(show_on_phone(red, kNow, province_.phone)).value();
  CborWriter spliced;
  spliced.array(3).bytes(green).integer(kNow.value).bytes(of_red.proof);
  EXPECT_EQ(verdict("MM1:" + base45_encode(spliced.view())), Verdict::kWrongPhoneKey);
}

TEST_F(Door, AProofMovedInTimeIsNoProof) {
  const Presentation old = read_presentation(shown(province_.phone_claims(), kNow.plus(-500))).value();
  CborWriter moved;
  moved.array(3).bytes(old.credential).integer(kNow.value).bytes(old.proof);
  EXPECT_EQ(verdict("MM1:" + base45_encode(moved.view())), Verdict::kWrongPhoneKey);
}

TEST_F(Door, APhonesCodeCopiedOntoPaperFails) {
  EXPECT_EQ(verdict(printed(province_.phone_claims())), Verdict::kWrongPhoneKey);
}

TEST_F(Door, APaperCredentialCannotBeShownAsAPhones) {
  EXPECT_EQ(verdict(shown(province_.paper_claims())), Verdict::kNotAHealthCode);
}

TEST_F(Door, AnIssuerMustBeInThePackForThisUseAndTime) {
  const std::string phone = shown(province_.phone_claims());
  const std::string paper = printed(province_.paper_claims());
  pack_.issuers[0].for_paper = false;
  EXPECT_EQ(verdict(phone), Verdict::kGreen);
  EXPECT_EQ(verdict(paper), Verdict::kUnknownIssuer);
  pack_.issuers[0].for_paper = true;
  pack_.issuers[0].for_phone = false;
  EXPECT_EQ(verdict(phone), Verdict::kUnknownIssuer);
  EXPECT_EQ(verdict(paper), Verdict::kGreen);
  pack_ = province_.pack();
  pack_.issuers[0].issuer = "CN-42";
  EXPECT_EQ(verdict(phone), Verdict::kUnknownIssuer);
  pack_ = province_.pack();
  pack_.issuers[0].valid_until = province_.phone_claims().issued_at.plus(-1);
  EXPECT_EQ(verdict(phone), Verdict::kUnknownIssuer);
  pack_ = province_.pack();
  pack_.issuers[0].valid_from = province_.phone_claims().issued_at.plus(1);
  EXPECT_EQ(verdict(phone), Verdict::kUnknownIssuer);
  pack_.issuers.clear();
  EXPECT_EQ(verdict(phone), Verdict::kUnknownIssuer);
}

TEST_F(Door, AForgedColourIsABadSignature) {
  Bytes credential = province_.issuer.issue(province_.paper_claims(Colour::kRed)).value();
  const std::string hex = hex_encode(credential);
  const std::size_t members = hex.find("a120a90103");  // {-1: {1: red
  ASSERT_NE(members, std::string::npos);
  credential[members / 2 + 4] = 1;
  EXPECT_EQ(verdict(print_on_paper(credential)), Verdict::kBadSignature);
}

TEST_F(Door, ARevokedCredentialIsNamedSo) {
  pack_.revoked = {revoked_prefix(province_.phone_claims().id)};
  EXPECT_EQ(verdict(shown(province_.phone_claims())), Verdict::kRevoked);
  EXPECT_EQ(verdict(printed(province_.paper_claims())), Verdict::kRevoked);
}

TEST_F(Door, AnOldPackDecidesNothing) {
  const std::string text = shown(province_.phone_claims());
  EXPECT_EQ(check_at_door(text, pack_, pack_.expires_at).verdict, Verdict::kPackTooOld);
  EXPECT_EQ(check_at_door(text, pack_, pack_.issued_at.plus(-61)).verdict, Verdict::kPackTooOld);
}

TEST_F(Door, EverythingElseIsNoHealthCode) {
  const std::string good = shown(province_.phone_claims());
  for (const std::string& text :
       {std::string(), std::string("MM1:"), std::string("HC1:"), std::string("https://example.org"),
        std::string("mm1:") + good.substr(4), "HC1:" + good.substr(4), good + " ", good.substr(1),
        std::string(kCodeTextMax + 1, 'A'), std::string("HC1:NCFOXN%TS3DH3ZSUZK+")}) {
    EXPECT_EQ(verdict(text), Verdict::kNotAHealthCode) << text;
  }
}

TEST_F(Door, AZipBombIsRefusedSmall) {
  const Bytes bomb = crypto::zlib_deflate(Bytes(1'000'000, 0));
  const std::string text = "HC1:" + base45_encode(bomb);
  ASSERT_LE(text.size(), kCodeTextMax);
  EXPECT_EQ(verdict(text), Verdict::kNotAHealthCode);
}

TEST_F(Door, NoChangedCharacterEverGivesAColour) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  constexpr std::string_view kAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
  const std::string text = shown(province_.phone_claims());
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = kAlphabet[province_.rng.below(kAlphabet.size())];
    if (changed == text) continue;
    EXPECT_GT(verdict(changed), Verdict::kRed) << "character " << i;
  }
}

TEST_F(Door, NothingIsShownOfACodeThatIsNotGenuine) {
  pack_.issuers.clear();
  EXPECT_FALSE(check_at_door(shown(province_.phone_claims()), pack_, kNow).claims.has_value());
}

TEST(Wording, IsCompleteAndDistinct) {
  std::set<std::string_view> names;
  std::set<std::string_view> chinese;
  for (int i = 0; i < kVerdictCount; ++i) {
    const VerdictWording& words = wording(static_cast<Verdict>(i));
    names.insert(words.name);
    chinese.insert(words.zh);
    for (const std::string_view text : {words.name, words.zh, words.en, words.action_zh, words.action_en})
      EXPECT_FALSE(text.empty());
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(kVerdictCount));
  EXPECT_EQ(chinese.size(), static_cast<std::size_t>(kVerdictCount));
}

}  // namespace
}  // namespace mingma::code
