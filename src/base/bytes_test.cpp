#include "base/bytes.h"

#include <gtest/gtest.h>

#include "base/errors.h"
#include "base/rng.h"

namespace mingma {
namespace {

constexpr std::uint64_t kSeed = 20220613;

void expect_refused(const Result<Bytes>& result, const std::string& where) {
  ASSERT_FALSE(result.ok());
  EXPECT_TRUE(result.error().is(errors::kInvalidText));
  EXPECT_EQ(result.error().where(), where);
}

TEST(Base64, EncodesTheExamplesOfItsRfc) {
  EXPECT_EQ(base64_encode(as_bytes("")), "");
  EXPECT_EQ(base64_encode(as_bytes("f")), "Zg==");
  EXPECT_EQ(base64_encode(as_bytes("fo")), "Zm8=");
  EXPECT_EQ(base64_encode(as_bytes("foobar")), "Zm9vYmFy");
  EXPECT_EQ(base64url_encode(Bytes{0xFB, 0xFF}), "-_8");
}

TEST(Base64, RefusesEverySecondSpelling) {
  expect_refused(base64_decode("Zg"), "offset 2");    // padding missing
  expect_refused(base64_decode("Zh=="), "offset 1");  // unused bits set
  expect_refused(base64_decode("Zg==Zg=="), "offset 2");
  expect_refused(base64_decode("Z\n=="), "offset 1");
  expect_refused(base64_decode("-_8="), "offset 0");  // the other alphabet
  expect_refused(base64url_decode("+/8"), "offset 0");
  expect_refused(base64url_decode("-_8="), "offset 3");
  expect_refused(base64url_decode("A"), "offset 1");
}

TEST(Base45, EncodesTheExamplesOfItsRfc) {
  EXPECT_EQ(base45_encode(as_bytes("AB")), "BB8");
  EXPECT_EQ(base45_encode(as_bytes("Hello!!")), "%69 VD92EX0");
  EXPECT_EQ(base45_encode(as_bytes("base-45")), "UJCLQE7W581");
  EXPECT_EQ(base45_decode("QED8WEX0").value(), to_bytes(as_bytes("ietf!")));
}

TEST(Base45, RefusesValuesThatNoBytesEncodeTo) {
  expect_refused(base45_decode("GGW"), "offset 0");  // 65,536
  expect_refused(base45_decode("::"), "offset 0");   // over 255
  expect_refused(base45_decode("BB8A"), "offset 4");
  expect_refused(base45_decode("bb8"), "offset 0");
  EXPECT_EQ(base45_decode("FGW").value(), (Bytes{0xFF, 0xFF}));
}

TEST(Hex, IsLowerCaseOnly) {
  EXPECT_EQ(hex_encode(Bytes{0x00, 0xAB}), "00ab");
  EXPECT_EQ(hex_decode("00ab").value(), (Bytes{0x00, 0xAB}));
  expect_refused(hex_decode("00AB"), "offset 2");
  expect_refused(hex_decode("0"), "offset 1");
}

TEST(TextForms, DecodeToTheBytesThatWereEncoded) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  SeededRng rng(kSeed);
  for (int i = 0; i < 2'000; ++i) {
    Bytes bytes(rng.below(70));
    rng.fill(bytes);
    EXPECT_EQ(hex_decode(hex_encode(bytes)).value(), bytes);
    EXPECT_EQ(base64_decode(base64_encode(bytes)).value(), bytes);
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)).value(), bytes);
    EXPECT_EQ(base45_decode(base45_encode(bytes)).value(), bytes);
  }
}

TEST(TextForms, AcceptOnlyWhatEncodingWouldWrite) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  SeededRng rng(kSeed);
  constexpr std::string_view kCharacters = "ABCZabcz019+/-_=: $%";
  int accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (std::uint64_t n = rng.below(7); n > 0; --n) text += kCharacters[rng.below(kCharacters.size())];
    if (const auto bytes = base64_decode(text); bytes.ok()) {
      ++accepted;
      EXPECT_EQ(base64_encode(*bytes), text);
    }
    if (const auto bytes = base64url_decode(text); bytes.ok()) {
      ++accepted;
      EXPECT_EQ(base64url_encode(*bytes), text);
    }
    if (const auto bytes = base45_decode(text); bytes.ok()) {
      ++accepted;
      EXPECT_EQ(base45_encode(*bytes), text);
    }
  }
  EXPECT_GT(accepted, 1'000);
}

TEST(Utf8, AcceptsExactlyTheWellFormedSequences) {
  EXPECT_TRUE(valid_utf8("code \xE7\xA0\x81 \xF0\x9F\x9F\xA2 \xF4\x8F\xBF\xBF"));
  for (const char* bad : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE7\xA0", "\xE7\xA0 "}) {
    EXPECT_FALSE(valid_utf8(bad)) << hex_encode(as_bytes(bad));
  }
}

TEST(Digest, HasExactly32Bytes) {
  EXPECT_TRUE(Digest::from(Bytes(32, 1)).ok());
  EXPECT_FALSE(Digest::from(Bytes(31, 1)).ok());
  EXPECT_FALSE(Digest::from(Bytes(33, 1)).ok());
}

TEST(EqualConstantTime, AgreesWithEqual) {
  const Bytes a{1, 2, 3};
  for (const Bytes& b : {Bytes{1, 2, 3}, Bytes{1, 2, 4}, Bytes{1, 2}, Bytes{}}) {
    EXPECT_EQ(equal_constant_time(a, b), equal(a, b));
    EXPECT_EQ(equal(a, b), a == b);
  }
}

TEST(Error, NamesItsCodeAndPlace) {
  const Error error(errors::kInvalidText, "no", "/when");
  EXPECT_EQ(error.to_string(), "base.invalid_text at /when: no");
  EXPECT_EQ(error.within("/rules/2").where(), "/rules/2/when");
  EXPECT_EQ(Error(errors::kInvalidText, "no", "line 3").within("part 7").where(), "part 7, line 3");
  EXPECT_EQ(Error(errors::kInvalidText, "no").within("part 7").where(), "part 7");
}

TEST(SeededRng, GivesTheSameNumbersForTheSameSeed) {
  SeededRng rng(1234567);
  EXPECT_EQ(rng.next(), 6457827717110365317u);  // published test vector of SplitMix64
  EXPECT_EQ(rng.next(), 3203168211198807973u);
  for (int i = 0; i < 1'000; ++i) EXPECT_LT(rng.below(7), 7u);
}

}  // namespace
}  // namespace mingma
