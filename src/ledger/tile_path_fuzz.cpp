#include <cstdint>

#include "base/assert.h"
#include "ledger/tile.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mingma::ledger;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto name = parse_tile_path(text);
  if (name.ok()) MINGMA_ASSERT(name->to_path() == text);
  return 0;
}
