// Who a record is about: the identity document as found in the feed. Validation of Chinese resident ID numbers.
//
// A person is identified by (document system, number) only. A name and a birth date never identify anybody; they are
// carried so that the service can compare them with the register. None of this may reach a log, a metric or an error
// text.
//
// Source: GB 11643-1999 (18 digits), ISO 7064 MOD 11-2 (check character).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/ids.h"
#include "base/time.h"

namespace mingma::feed {

// Numbers are part of the pseudonym's input: never reuse one.
enum class DocumentType : std::uint8_t {
  kResidentId = 1,  // GB 11643-1999, validated; `system` is kResidentIdSystem
  kPassport = 2,    // `system` names the country where the feed does
  kInstitutional =
      3,  // a number that only its issuer knows (patient number, national health number); `system` as found
};

inline constexpr std::string_view kResidentIdSystem = "urn:oid:2.16.156.10011.1.3";
inline constexpr std::string_view kPassportSystemPrefix =
    "http://hl7.org/fhir/sid/passport-";  // then the ISO 3166 country
inline constexpr std::size_t kDocumentNumberBytesMax = 64;
inline constexpr std::size_t kNameBytesMax = 128;  // longer names are cut at a character

struct PersonIdentity {
  DocumentType document = DocumentType::kInstitutional;
  std::string system;  // URI of the numbering system; empty when the feed names none
  std::string number;  // trimmed; a resident ID ends in upper-case X
  std::string name;    // empty when absent
  std::optional<CivilDate> birth_date;

  bool operator==(const PersonIdentity&) const = default;
};

// The check character ('0'..'9' or 'X') of the first 17 digits; `digits` must be 17 decimal digits.
char resident_id_check_character(std::string_view digits);

struct ResidentIdNumber {
  DivisionCode division;  // county of first registration; it need not exist today
  CivilDate birth_date;
  bool female = false;
};

// 17 digits and a check character; 'x' is accepted for 'X'. The birth date must exist and lie in 1900..2199.
// The error names what is wrong with the form and never repeats the number.
Result<ResidentIdNumber> parse_resident_id(std::string_view number);

// 18 characters of the form of a resident ID, valid or not: what decides whether a number without a system is one.
bool has_resident_id_form(std::string_view number);

// Gives `person` its document: a resident ID when `system` says so, or when there is no system and the number has that
// form; then it must be valid. Trims the number. Fails with feed.missing_identity when it is empty,
// feed.invalid_identity when it is too long, has control characters or is an invalid resident ID.
Result<void> set_document(PersonIdentity& person, std::string_view system, std::string_view number, bool is_passport);

bool has_control_character(std::string_view text);
// Shortens UTF-8 text to at most `bytes_max` bytes without cutting a character.
void cut_at_character(std::string& text, std::size_t bytes_max);

}  // namespace mingma::feed
