// Whatever parses must be written and parse again to the same value.
#include "http/content_digest.h"
#include "http/structured_fields.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mingma::http;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = parse_dictionary(text);
  if (parsed.ok()) {
    const auto again = parse_dictionary(write_dictionary(*parsed));
    MINGMA_ASSERT(again.ok() && *again == *parsed);
  }
  static_cast<void>(parse_content_digest(text).ok());
  return 0;
}
