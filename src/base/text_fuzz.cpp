// The short text forms: what decodes encodes to the same text; what parses prints to something that parses to the same.
#include "base/assert.h"
#include "base/bytes.h"
#include "base/ids.h"
#include "base/time.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mingma;
  const std::string_view text = as_text({data, size});
  if (const auto bytes = hex_decode(text); bytes.ok()) MINGMA_ASSERT(hex_encode(*bytes) == text);
  if (const auto bytes = base64_decode(text); bytes.ok()) MINGMA_ASSERT(base64_encode(*bytes) == text);
  if (const auto bytes = base64url_decode(text); bytes.ok()) MINGMA_ASSERT(base64url_encode(*bytes) == text);
  if (const auto bytes = base45_decode(text); bytes.ok()) MINGMA_ASSERT(base45_encode(*bytes) == text);
  if (const auto date = parse_date(text); date.ok()) MINGMA_ASSERT(date->to_string() == text);
  if (const auto id = ResidentId::parse(text); id.ok()) MINGMA_ASSERT(id->to_string() == text);
  if (const auto instant = parse_instant(text); instant.ok()) {
    // An offset may carry the instant out of the years that are read back.
    const auto again = parse_instant(instant->to_string());
    MINGMA_ASSERT(!again.ok() || *again == *instant);
  }
  if (const auto division = DivisionCode::parse(text); division.ok()) {
    MINGMA_ASSERT(*DivisionCode::parse(division->to_string()) == *division);
  }
  return 0;
}
