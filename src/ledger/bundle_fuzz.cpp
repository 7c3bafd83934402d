#include <cstdint>

#include "base/assert.h"
#include "ledger/tile.h"
#include "ledger/tile_source.h"

// The first byte is the expected count.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mingma::ledger;
  if (size == 0) return 0;
  const std::size_t count = data[0];
  const mingma::ByteView bundle(data + 1, size - 1);
  const auto entries = parse_bundle(bundle, count);
  if (entries.ok()) {
    mingma::Bytes again;
    for (const auto entry : *entries) append_entry(again, entry);
    MINGMA_ASSERT(mingma::equal(again, bundle));
  }
  if (count == 0) return 0;
  const TileName name{TileKind::kEntries, 0, 0, static_cast<std::uint16_t>(count)};
  const auto cut = cut_tile(name, bundle);
  if (cut.ok()) MINGMA_ASSERT(parse_bundle(*cut, count).ok());
  MINGMA_ASSERT(!entries.ok() || mingma::equal(cut.value(), bundle));
  return 0;
}
