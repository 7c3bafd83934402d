#include "feed/terminology.h"

#include <algorithm>
#include <span>
#include <string>

namespace mingma::feed {

namespace {

struct TestCode {
  std::string_view code;
  TestKind kind;
};

// The commonest first: a linear scan of short strings is faster than hashing them.
constexpr TestCode kLoincTests[] = {
    {"94500-6", TestKind::kMolecular}, {"94309-2", TestKind::kMolecular}, {"94558-4", TestKind::kAntigen},
    {"94534-5", TestKind::kMolecular}, {"94533-7", TestKind::kMolecular}, {"95406-5", TestKind::kMolecular},
    {"94531-1", TestKind::kMolecular},  // a panel code, but of SARS-CoV-2 only, and used as the result's code
    {"94559-2", TestKind::kMolecular}, {"94640-0", TestKind::kMolecular}, {"94845-5", TestKind::kMolecular},
    {"94565-9", TestKind::kMolecular}, {"94759-8", TestKind::kMolecular}, {"95608-6", TestKind::kMolecular},
    {"95209-3", TestKind::kAntigen},   {"97097-0", TestKind::kAntigen},   {"96119-3", TestKind::kAntigen},
    {"97099-6", TestKind::kPanel},     {"95423-0", TestKind::kPanel},     {"95941-1", TestKind::kPanel},
    {"95422-2", TestKind::kPanel},     {"95942-9", TestKind::kPanel},     {"94306-8", TestKind::kPanel},
    {"94563-4", TestKind::kAntibody},  {"94564-2", TestKind::kAntibody},  {"94507-1", TestKind::kAntibody},
    {"94508-9", TestKind::kAntibody},  {"94661-6", TestKind::kAntibody},  {"94562-6", TestKind::kAntibody},
    {"94762-2", TestKind::kAntibody},  {"94769-7", TestKind::kAntibody},  {"94505-5", TestKind::kAntibody},
    {"94506-3", TestKind::kAntibody},  {"94547-7", TestKind::kAntibody},  {"95419-8", TestKind::kQuestion},
    {"95418-0", TestKind::kQuestion},  {"95417-2", TestKind::kQuestion},  {"95421-4", TestKind::kQuestion},
    {"95420-6", TestKind::kQuestion},  {"77974-4", TestKind::kQuestion},  {"75617-1", TestKind::kQuestion},
    {"82810-3", TestKind::kQuestion},  {"11368-8", TestKind::kQuestion},  {"65222-2", TestKind::kQuestion},
    {"76691-5", TestKind::kQuestion},  {"35659-2", TestKind::kQuestion},  {"30525-0", TestKind::kQuestion},
};
constexpr std::string_view kSnomedMolecular = "1445431000168101";  // Australian: SARS-CoV-2 nucleic acid assay

struct ResultCode {
  std::string_view code;
  TestOutcome outcome;
};

constexpr ResultCode kSnomedResults[] = {
    {"260415000", {ResultKind::kNegative}},
    {"260373001", {ResultKind::kPositive}},
    {"260385009", {ResultKind::kNegative}},
    {"10828004", {ResultKind::kPositive}},
    {"895231008", {ResultKind::kNegative, true}},
    {"462371000124108", {ResultKind::kPositive, true}},
    {"419984006", {ResultKind::kInconclusive}},
    {"42425007", {ResultKind::kInconclusive}},
    {"82334004", {ResultKind::kInconclusive}},
    {"720735008", {ResultKind::kInconclusive}},  // presumptive positive: to be confirmed
    {"455371000124106", {ResultKind::kNotEvaluable}},
    {"125154007", {ResultKind::kNotEvaluable}},
    {"373121007", {ResultKind::kNotDone}},
};

constexpr ResultCode kResultWords[] = {
    {"negative", {ResultKind::kNegative}},
    {"not detected", {ResultKind::kNegative}},
    {"positive", {ResultKind::kPositive}},
    {"detected", {ResultKind::kPositive}},
    {"neg", {ResultKind::kNegative}},
    {"ndet", {ResultKind::kNegative}},
    {"pos", {ResultKind::kPositive}},
    {"det", {ResultKind::kPositive}},
    {"阴性", {ResultKind::kNegative}},
    {"阳性", {ResultKind::kPositive}},
    {"not detected in pooled specimen", {ResultKind::kNegative, true}},
    {"detected in pooled specimen", {ResultKind::kPositive, true}},
    {"inconclusive", {ResultKind::kInconclusive}},
    {"inconclusive result", {ResultKind::kInconclusive}},
    {"indeterminate", {ResultKind::kInconclusive}},
    {"equivocal", {ResultKind::kInconclusive}},
    {"presumptive positive", {ResultKind::kInconclusive}},
    {"可疑", {ResultKind::kInconclusive}},
    {"灰区", {ResultKind::kInconclusive}},
    {"invalid", {ResultKind::kNotEvaluable}},
    {"invalid result", {ResultKind::kNotEvaluable}},
    {"specimen unsatisfactory for evaluation", {ResultKind::kNotEvaluable}},
    {"无效", {ResultKind::kNotEvaluable}},
    {"not done", {ResultKind::kNotDone}},
    {"test not done", {ResultKind::kNotDone}},
    {"未检", {ResultKind::kNotDone}},
};

constexpr std::string_view kCvx = "http://hl7.org/fhir/sid/cvx";
constexpr std::string_view kCvxCovid[] = {
    "207", "208", "210", "211", "212", "213", "217", "218", "219", "221", "225", "226", "227", "228", "229", "230",
    "300", "301", "302", "308", "309", "310", "311", "312", "313", "500", "501", "502", "503", "504", "505", "506",
    "507", "508", "509", "510", "511", "512", "513", "514", "515", "516", "517", "518", "519", "520", "521"};
constexpr std::string_view kAir =
    "https://www.humanservices.gov.au/organisations/health-professionals/enablers/air-vaccine-code-formats";
constexpr std::string_view kAirCovid[] = {"COMIRN", "COVAST", "MODERN", "NOVNUV"};
constexpr std::string_view kAtc = "http://www.whocc.no/atc";
constexpr std::string_view kAtcCovid[] = {"J07BX03", "J07BN01", "J07BN02", "J07BN03", "J07BN04"};
constexpr std::string_view kIcd11 = "http://id.who.int/icd/release/11/mms";
constexpr std::string_view kIcd11Covid[] = {"XM68M6", "XM1NL1", "XM5DF6", "XM9QW8", "XM0CX4", "XM5JC5",
                                            "XM1J92", "XM6AT1", "XM0GQ8", "XM3DT5", "XM0XS6"};
constexpr std::string_view kSnomedCovid[] = {"840534001",         "1119305005",        "1119349007",
                                             "39114911000001105", "39115611000001103", "39115711000001107",
                                             "39326911000001101", "1525011000168107"};
constexpr std::string_view kCovidDisease = "840539006";

bool contains(std::span<const std::string_view> codes, std::string_view code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

TestOutcome find_result(std::span<const ResultCode> table, std::string_view code) {
  for (const ResultCode& entry : table) {
    if (entry.code == code) return entry.outcome;
  }
  return {};
}

std::string lower_case_words(std::string_view word) {
  std::string out;
  for (const char c : word) {
    if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace

bool loinc_check_digit_ok(std::string_view code) {
  const std::size_t hyphen = code.find('-');
  if (hyphen == std::string_view::npos || hyphen == 0 || hyphen > 7 || hyphen + 2 != code.size()) return false;
  int sum = 0;
  for (std::size_t i = 0; i < hyphen; ++i) {
    const int digit = code[hyphen - 1 - i] - '0';
    if (digit < 0 || digit > 9) return false;
    const int doubled = 2 * digit;
    sum += i % 2 == 0 ? doubled / 10 + doubled % 10 : digit;
  }
  return code[hyphen + 1] == '0' + (10 - sum % 10) % 10;
}

TestKind classify_test(std::string_view system, std::string_view code) {
  if (system == kLoinc) {
    for (const TestCode& entry : kLoincTests) {
      if (entry.code == code) return entry.kind;
    }
    return loinc_check_digit_ok(code) ? TestKind::kOtherTest : TestKind::kBadCheckDigit;
  }
  if (system == kSnomed) return code == kSnomedMolecular ? TestKind::kMolecular : TestKind::kOtherTest;
  return TestKind::kUnknown;
}

std::optional<rules::TestResult> usable_result(ResultKind kind) {
  switch (kind) {
    case ResultKind::kPositive:
      return rules::TestResult::kPositive;
    case ResultKind::kNegative:
      return rules::TestResult::kNegative;
    case ResultKind::kInconclusive:
      return rules::TestResult::kInconclusive;
    case ResultKind::kUnknown:
    case ResultKind::kNotEvaluable:
    case ResultKind::kNotDone:
      break;
  }
  return std::nullopt;
}

TestOutcome classify_result(std::string_view system, std::string_view code) {
  if (system != kSnomed) return {};
  return find_result(kSnomedResults, code);
}

TestOutcome classify_result_word(std::string_view word) {
  const std::string plain = lower_case_words(word);
  const TestOutcome by_code = find_result(kSnomedResults, plain);
  return by_code.kind != ResultKind::kUnknown ? by_code : find_result(kResultWords, plain);
}

bool is_vaccine_system(std::string_view system) {
  return system == kCvx || system == kSnomed || system == kAir || system == kAtc || system == kIcd11;
}

bool is_covid_vaccine(std::string_view system, std::string_view code) {
  if (system == kCvx) return contains(kCvxCovid, code);
  if (system == kSnomed) return contains(kSnomedCovid, code);
  if (system == kAir) return contains(kAirCovid, code);
  if (system == kAtc) return contains(kAtcCovid, code);
  if (system == kIcd11) return contains(kIcd11Covid, code);
  return false;
}

bool is_covid_target(std::string_view system, std::string_view code) {
  return (system == kSnomed && code == kCovidDisease) || (system == kCvx && contains(kCvxCovid, code));
}

}  // namespace mingma::feed
