// The codes feeds use, and what they mean here: which tests say something about infection with SARS-CoV-2, which
// results they give, which vaccines are against COVID-19. Codes decide; display texts are never read, because they are
// often wrong.
//
// Closed tables: a code that is not here is no evidence. Codes of several viruses at once ("influenza A and B and
// SARS-CoV-2 identified") are panels: a result under them does not say which virus it means, so it is not taken.
//
// LOINC codes are copyright Regenstrief Institute, used under the licence at loinc.org/license. SNOMED CT codes:
// IHTSDO.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "rules/evidence.h"

namespace mingma::feed {

inline constexpr std::string_view kLoinc = "http://loinc.org";
inline constexpr std::string_view kSnomed = "http://snomed.info/sct";

enum class TestKind : std::uint8_t {
  kUnknown,  // the system or code says nothing to us
  kMolecular,
  kAntigen,
  kAntibody,
  kQuestion,   // asked at order entry: symptoms, pregnancy, residence
  kPanel,      // several viruses under one code
  kOtherTest,  // a LOINC or SNOMED code of something else
  kBadCheckDigit,
};

TestKind classify_test(std::string_view system, std::string_view code);
bool loinc_check_digit_ok(std::string_view code);  // "94500-6": the digit after the hyphen is the mod-10 check

enum class ResultKind : std::uint8_t {
  kUnknown,  // no result of a presence test
  kPositive,
  kNegative,
  kInconclusive,
  kNotEvaluable,  // invalid run, unsatisfactory specimen: nothing was found out
  kNotDone,
};

struct TestOutcome {
  ResultKind kind = ResultKind::kUnknown;
  bool pooled = false;
};

// Nothing for what is no finding about the person.
std::optional<rules::TestResult> usable_result(ResultKind kind);

TestOutcome classify_result(std::string_view system, std::string_view code);
// Words of CSV files and value strings, in any letter case; a bare SNOMED code is also taken. Chinese words too.
TestOutcome classify_result_word(std::string_view word);

bool is_vaccine_system(std::string_view system);  // CVX, SNOMED CT, ATC, ICD-11, Australian AIR
bool is_covid_vaccine(std::string_view system, std::string_view code);
bool is_covid_target(std::string_view system, std::string_view code);  // Immunization.protocolApplied.targetDisease

}  // namespace mingma::feed
