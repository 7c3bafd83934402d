#include <cstdint>

#include "base/assert.h"
#include "ledger/checkpoint.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mingma::ledger;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto checkpoint = parse_checkpoint(text);
  if (checkpoint.ok()) MINGMA_ASSERT(checkpoint->to_text() == text);
  static_cast<void>(open_checkpoint(text, {"example.com/log", {}, {}, 0}).ok());
  return 0;
}
