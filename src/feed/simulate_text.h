// Internal to the feed room: decimal digits with leading zeros, without a locale and without an allocation.
#pragma once

#include <cstdint>
#include <string>

namespace mingma::feed {

inline void append_digits(std::string& out, std::uint64_t value, int digits) {
  char text[20];
  for (int i = digits - 1; i >= 0; --i) {
    text[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  out.append(text, static_cast<std::size_t>(digits));
}

inline constexpr std::uint32_t kSimulatedHousehold = 3;

}  // namespace mingma::feed
