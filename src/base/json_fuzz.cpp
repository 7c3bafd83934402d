// What parses prints to a text that parses to the same value.
#include "base/assert.h"
#include "base/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto json = mingma::parse_json(mingma::as_text({data, size}));
  if (!json.ok()) return 0;
  const auto again = mingma::parse_json(json->to_string());
  MINGMA_ASSERT(again.ok() && *again == *json);
  return 0;
}
