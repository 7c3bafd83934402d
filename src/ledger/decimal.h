// Private to the ledger room: the specifications' decimal numbers, one spelling each.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mingma::ledger {

// ASCII digits without a leading zero (or "0" itself), at most `max`.
inline std::optional<std::uint64_t> parse_decimal(std::string_view text, std::uint64_t max) {
  if (text.empty() || (text.size() > 1 && text[0] == '0') || text[0] == '-' || text[0] == '+') return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value > max) return std::nullopt;
  return value;
}

}  // namespace mingma::ledger
