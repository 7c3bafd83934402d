#include "feed/identity.h"

#include <algorithm>
#include <array>

#include "feed/errors.h"

namespace mingma::feed {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool all_digits(std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); }

int number_of(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

Error invalid(std::string_view what) { return {errors::kFeedInvalidIdentity, std::string(what)}; }

}  // namespace

char resident_id_check_character(std::string_view digits) {
  MINGMA_ASSERT(digits.size() == 17 && all_digits(digits));
  static constexpr std::array<int, 17> kWeights{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) sum += (digits[i] - '0') * kWeights[i];
  return "10X98765432"[sum % 11];
}

bool has_resident_id_form(std::string_view number) {
  return number.size() == 18 && all_digits(number.substr(0, 17)) &&
         (is_digit(number[17]) || number[17] == 'X' || number[17] == 'x');
}

Result<ResidentIdNumber> parse_resident_id(std::string_view number) {
  if (!has_resident_id_form(number)) return invalid("a resident ID number has 17 digits and a check character");
  const char check = number[17] == 'x' ? 'X' : number[17];
  if (resident_id_check_character(number.substr(0, 17)) != check)
    return invalid("the check character of the resident ID number is wrong");
  const YearMonthDay birth{number_of(number.substr(6, 4)), number_of(number.substr(10, 2)),
                           number_of(number.substr(12, 2))};
  const YearMonthDay real = year_month_day(civil_date(birth));
  if (birth.year < 1900 || birth.year > 2199 || real.year != birth.year || real.month != birth.month ||
      real.day != birth.day) {
    return invalid("the birth date in the resident ID number does not exist");
  }
  ResidentIdNumber parsed;
  parsed.division = DivisionCode{static_cast<std::uint32_t>(number_of(number.substr(0, 6))) * 1'000};
  parsed.birth_date = civil_date(birth);
  parsed.female = (number[16] - '0') % 2 == 0;
  return parsed;
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

void cut_at_character(std::string& text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
}

Result<void> set_document(PersonIdentity& person, std::string_view system, std::string_view number, bool is_passport) {
  number = trimmed(number);
  if (number.empty()) return Error(errors::kFeedMissingIdentity, "the person has no document number");
  if (number.size() > kDocumentNumberBytesMax) return invalid("the document number is longer than 64 bytes");
  if (has_control_character(number)) return invalid("the document number holds a control character");
  if (system == kResidentIdSystem || (system.empty() && !is_passport && has_resident_id_form(number))) {
    MINGMA_TRY(const ResidentIdNumber parsed, parse_resident_id(number));
    person.document = DocumentType::kResidentId;
    person.system = kResidentIdSystem;
    person.number = number;
    if (person.number[17] == 'x') person.number[17] = 'X';
    if (!person.birth_date) person.birth_date = parsed.birth_date;
    return {};
  }
  person.document =
      is_passport || system.starts_with(kPassportSystemPrefix) ? DocumentType::kPassport : DocumentType::kInstitutional;
  person.system = system;
  person.number = number;
  return {};
}

}  // namespace mingma::feed
