#include "base/ids.h"

#include <gtest/gtest.h>

#include <unordered_set>

#include "base/errors.h"

namespace mingma {
namespace {

DivisionCode division(std::string_view digits) { return DivisionCode::parse(digits).value(); }

TEST(ResidentId, ReadsWhatItWrites) {
  const std::string text = "00112233445566778899aabbccddeeff";
  EXPECT_EQ(ResidentId::parse(text).value().to_string(), text);
  for (const char* bad : {"", "0011", "00112233445566778899AABBCCDDEEFF", "00112233445566778899aabbccddeeff00",
                          "g0112233445566778899aabbccddeeff"}) {
    const auto result = ResidentId::parse(bad);
    ASSERT_FALSE(result.ok()) << bad;
    EXPECT_TRUE(result.error().is(errors::kInvalidId));
  }
  EXPECT_FALSE(ResidentId::from(Bytes(15)).ok());
  EXPECT_EQ(ResidentId::from(Bytes(16)).value(), ResidentId{});
}

TEST(ResidentId, HashesDifferWithinOneShard) {
  std::unordered_set<std::size_t> hashes;
  for (std::uint8_t i = 0; i < 200; ++i) {
    ResidentId id;
    id.bytes[15] = i;
    hashes.insert(std::hash<ResidentId>{}(id));
  }
  EXPECT_EQ(hashes.size(), 200u);
}

TEST(DivisionCode, EveryLevelHasOneValueAndOneShortestText) {
  EXPECT_EQ(division("41").value, 410'000'000u);
  EXPECT_EQ(division("4101"), division("410100"));
  EXPECT_EQ(division("410102"), division("410102000"));
  for (const char* text : {"41", "4101", "410102", "410102001", "441900003"})
    EXPECT_EQ(division(text).to_string(), text);
  EXPECT_EQ(division("410000").to_string(), "41");
  EXPECT_EQ(DivisionCode{}.to_string(), "0");
}

TEST(DivisionCode, RefusesWhatNamesNoPlace) {
  for (const char* bad : {"", "4", "410", "41010", "4101020", "41010200", "4101020011", "00", "09", "41x1", "410001",
                          "410000001", "-41"}) {
    const auto result = DivisionCode::parse(bad);
    ASSERT_FALSE(result.ok()) << bad;
    EXPECT_TRUE(result.error().is(errors::kInvalidId));
  }
}

TEST(DivisionCode, ContainsItselfAndEverythingBelow) {
  EXPECT_TRUE(division("41").contains(division("410102001")));
  EXPECT_TRUE(division("4101").contains(division("410102")));
  EXPECT_TRUE(division("410102").contains(division("410102")));
  EXPECT_TRUE(division("4419").contains(division("441900003")));
  EXPECT_FALSE(division("4101").contains(division("41")));
  EXPECT_FALSE(division("4101").contains(division("4102")));
  EXPECT_FALSE(division("410102001").contains(division("410102002")));
  EXPECT_FALSE(division("41").contains(division("42")));
}

TEST(DivisionCode, UnknownContainsNothingAndIsInNothing) {
  EXPECT_FALSE(DivisionCode{}.contains(DivisionCode{}));
  EXPECT_FALSE(DivisionCode{}.contains(division("41")));
  EXPECT_FALSE(division("41").contains(DivisionCode{}));
}

TEST(DivisionCode, NamesTheLevelsAbove) {
  const DivisionCode township = division("410102001");
  EXPECT_EQ(township.county(), division("410102"));
  EXPECT_EQ(township.prefecture(), division("4101"));
  EXPECT_EQ(township.province(), division("41"));
}

}  // namespace
}  // namespace mingma
