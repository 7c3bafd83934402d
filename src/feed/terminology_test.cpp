#include "feed/terminology.h"

#include <gtest/gtest.h>

namespace mingma::feed {
namespace {

TEST(Terminology, TestCodesMet) {
  for (const char* code : {"94500-6", "94309-2", "94534-5", "94533-7", "95406-5", "94531-1"})
    EXPECT_EQ(classify_test(kLoinc, code), TestKind::kMolecular) << code;
  for (const char* code : {"94558-4", "95209-3", "97097-0"})
    EXPECT_EQ(classify_test(kLoinc, code), TestKind::kAntigen) << code;
  for (const char* code : {"94563-4", "94564-2", "94507-1", "94508-9", "94661-6"})
    EXPECT_EQ(classify_test(kLoinc, code), TestKind::kAntibody) << code;
  for (const char* code : {"97099-6", "95423-0", "95941-1", "95422-2", "94306-8"})
    EXPECT_EQ(classify_test(kLoinc, code), TestKind::kPanel) << code;
  for (const char* code : {"85477-8", "85478-6", "80382-5", "80383-3", "92141-1", "92142-9", "5229-0"})
    EXPECT_EQ(classify_test(kLoinc, code), TestKind::kOtherTest) << code;
  for (const char* code :
       {"95419-8", "95418-0", "95417-2", "95421-4", "82810-3", "11368-8", "65222-2", "76691-5", "35659-2", "30525-0"}) {
    EXPECT_EQ(classify_test(kLoinc, code), TestKind::kQuestion) << code;
  }
  EXPECT_EQ(classify_test(kLoinc, "94501-4"), TestKind::kOtherTest);  // MERS
  EXPECT_EQ(classify_test(kLoinc, "94558-5"), TestKind::kBadCheckDigit);
  EXPECT_EQ(classify_test("", "94500-6"), TestKind::kUnknown);  // a code means nothing without its system
}

TEST(Terminology, ResultsMet) {
  EXPECT_EQ(classify_result(kSnomed, "260373001").kind, ResultKind::kPositive);
  EXPECT_EQ(classify_result(kSnomed, "10828004").kind, ResultKind::kPositive);
  EXPECT_EQ(classify_result(kSnomed, "260415000").kind, ResultKind::kNegative);
  EXPECT_EQ(classify_result(kSnomed, "260385009").kind, ResultKind::kNegative);
  for (const char* code : {"419984006", "42425007", "82334004", "720735008"})
    EXPECT_EQ(classify_result(kSnomed, code).kind, ResultKind::kInconclusive) << code;
  for (const char* code : {"455371000124106", "125154007"})
    EXPECT_EQ(classify_result(kSnomed, code).kind, ResultKind::kNotEvaluable) << code;
  EXPECT_EQ(classify_result(kSnomed, "373121007").kind, ResultKind::kNotDone);
  EXPECT_TRUE(classify_result(kSnomed, "462371000124108").pooled);
  EXPECT_TRUE(classify_result(kSnomed, "895231008").pooled);
  // A disease, an organism, a suspicion, an exposure, a vaccination: no result of a presence test.
  for (const char* code : {"840539006", "840533007", "840544004", "840546002", "840534001"})
    EXPECT_EQ(classify_result(kSnomed, code).kind, ResultKind::kUnknown) << code;
}

TEST(Terminology, ResultWordsInAnyLetterCase) {
  EXPECT_EQ(classify_result_word("NOT DETECTED").kind, ResultKind::kNegative);
  EXPECT_EQ(classify_result_word(" not  detected ").kind, ResultKind::kNegative);
  EXPECT_EQ(classify_result_word("Positive").kind, ResultKind::kPositive);
  EXPECT_EQ(classify_result_word("260373001").kind, ResultKind::kPositive);
  EXPECT_EQ(classify_result_word("阴性").kind, ResultKind::kNegative);
  EXPECT_EQ(classify_result_word("Invalid Result").kind, ResultKind::kNotEvaluable);
  EXPECT_EQ(classify_result_word("").kind, ResultKind::kUnknown);
  EXPECT_EQ(classify_result_word("not").kind, ResultKind::kUnknown);
}

TEST(Terminology, VaccinesNeedTheirSystem) {
  EXPECT_TRUE(is_covid_vaccine("http://hl7.org/fhir/sid/cvx", "208"));
  EXPECT_FALSE(is_covid_vaccine("http://hl7.org/fhir/sid/cvx", "140"));  // influenza
  EXPECT_FALSE(is_covid_vaccine("http://hl7.org/fhir/sid/cvx-TEMPORARY-CODE-SYSTEM", "207"));
  EXPECT_TRUE(is_covid_target(kSnomed, "840539006"));
}

}  // namespace
}  // namespace mingma::feed
