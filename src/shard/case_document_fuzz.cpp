// What institutions sign in a case: any bytes are refused or read, never a crash.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "shard/case_document.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)mingma::shard::parse_case_reply(text);
  (void)mingma::shard::parse_case_decision(text);
  if (const auto ticket = mingma::shard::parse_ticket(text)) {
    if (mingma::shard::parse_ticket(mingma::shard::ticket_text(*ticket)) != ticket) __builtin_trap();
  }
  return 0;
}
