#include "feed/identity.h"

#include <gtest/gtest.h>

#include "feed/errors.h"

namespace mingma::feed {
namespace {

// The example of GB 11643-1999 itself.
TEST(ResidentIdNumbers, TheStandardsOwnExampleIsValid) {
  const auto parsed = parse_resident_id("11010519491231002X");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->division.value, 110'105'000u);
  EXPECT_EQ(parsed->birth_date.to_string(), "1949-12-31");
  EXPECT_TRUE(parsed->female);
  EXPECT_TRUE(parse_resident_id("11010519491231002x").ok());
  EXPECT_TRUE(parse_resident_id("440524188001010014").ok() == false);  // valid check digit, born in 1880: out of range
}

TEST(ResidentIdNumbers, EveryChangedDigitIsFound) {
  const std::string valid = "11010519491231002X";
  for (std::size_t i = 0; i < 17; ++i) {
    for (char digit = '0'; digit <= '9'; ++digit) {
      std::string changed = valid;
      changed[i] = digit;
      EXPECT_EQ(parse_resident_id(changed).ok(), digit == valid[i]) << i << digit;
    }
  }
}

TEST(ResidentIdNumbers, SwappedNeighboursAreFound) {
  const std::string valid = "11010519491231002X";
  for (std::size_t i = 0; i + 1 < 17; ++i) {
    std::string swapped = valid;
    std::swap(swapped[i], swapped[i + 1]);
    if (swapped != valid) {
      EXPECT_FALSE(parse_resident_id(swapped).ok()) << i;
    }
  }
}

TEST(ResidentIdNumbers, ABirthDateThatDoesNotExistIsRefused) {
  std::string digits = "11010520230229001";
  EXPECT_FALSE(parse_resident_id(digits + resident_id_check_character(digits)).ok());
  digits = "11010520240229001";
  EXPECT_TRUE(parse_resident_id(digits + resident_id_check_character(digits)).ok());
}

TEST(ResidentIdNumbers, ErrorsNeverRepeatTheNumber) {
  const auto parsed = parse_resident_id("110105194912310021");
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.error().to_string().find("110105"), std::string::npos);
}

TEST(Documents, ANumberOfTheFormOfAResidentIdMustBeOne) {
  PersonIdentity person;
  EXPECT_TRUE(set_document(person, "", " 11010519491231002x ", false).ok());
  EXPECT_EQ(person.document, DocumentType::kResidentId);
  EXPECT_EQ(person.number, "11010519491231002X");
  EXPECT_EQ(person.system, kResidentIdSystem);
  EXPECT_EQ(person.birth_date->to_string(), "1949-12-31");
  EXPECT_TRUE(set_document(person, "", "110105194912310021", false).error().is(errors::kFeedInvalidIdentity));
  EXPECT_TRUE(set_document(person, kResidentIdSystem, "E12345678", false).error().is(errors::kFeedInvalidIdentity));
}

TEST(Documents, OtherSystemsKeepTheirNumbersApart) {
  PersonIdentity passport;
  EXPECT_TRUE(set_document(passport, "http://hl7.org/fhir/sid/passport-DEU", "C01X00T47", false).ok());
  EXPECT_EQ(passport.document, DocumentType::kPassport);
  PersonIdentity patient;
  EXPECT_TRUE(set_document(patient, "https://hospital.example/patients", "110105194912310021", false).ok());
  EXPECT_EQ(patient.document, DocumentType::kInstitutional);
  EXPECT_NE(passport, patient);
}

TEST(Documents, EmptyLongAndControlCharactersAreRefused) {
  PersonIdentity person;
  EXPECT_TRUE(set_document(person, "", "  ", false).error().is(errors::kFeedMissingIdentity));
  EXPECT_TRUE(set_document(person, "", std::string(65, '1'), false).error().is(errors::kFeedInvalidIdentity));
  EXPECT_TRUE(set_document(person, "", std::string("1\0002", 3), false).error().is(errors::kFeedInvalidIdentity));
}

TEST(Names, AreCutAtAWholeCharacter) {
  std::string name = "张三丰";
  cut_at_character(name, 7);
  EXPECT_EQ(name, "张三");
}

}  // namespace
}  // namespace mingma::feed
