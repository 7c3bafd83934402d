// Birth decade: all the platform keeps in the clear about a resident's age, so that `policy diff` can count by age.
//
// One of fourteen decades, never stale as an age band would be. No rule and no fact reads it; no receipt, leaf or
// public figure holds it. docs/threat-model.md says what it gives away. Threading: values.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"

namespace mingma::rules {

// 0: unknown; 1: before 1930; 2: 1930 to 1939; ... 14: 2050 and later. Numbers are part of the stored format.
struct BirthDecade {
  static constexpr std::uint8_t kCount = 15;
  std::uint8_t value = 0;

  static BirthDecade of(std::optional<CivilDate> born);
  bool known() const { return value != 0; }
  std::string to_string() const;  // "unknown", "earlier", "1930s", ... "2050s"
  static Result<BirthDecade> parse(std::string_view text);
  auto operator<=>(const BirthDecade&) const = default;
};

// Whole years lived by those born in the decade, on the civil date of `at`: "52-62"; "92+"; empty: unknown or unborn.
std::string ages_of(BirthDecade born, UnixSeconds at);

}  // namespace mingma::rules
