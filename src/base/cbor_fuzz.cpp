// Whatever the bytes: no crash, no excess, and strict acceptance implies lenient acceptance of the same item.
#include "base/assert.h"
#include "base/cbor.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const mingma::ByteView input(data, size);
  mingma::CborReader strict(input);
  const auto item = strict.item();
  mingma::CborReader lenient(input, mingma::CborMode::kLenient);
  const auto same = lenient.item();
  if (item.ok()) MINGMA_ASSERT(same.ok() && same->size() == item->size());
  if (same.ok()) MINGMA_ASSERT(lenient.offset() == same->size());

  mingma::CborReader map(input, mingma::CborMode::kLenient);
  const auto read = map.integer_map([&](std::int64_t) -> mingma::Result<void> {
    MINGMA_CHECK(map.item());
    return {};
  });
  // Seen from inside the map, its items stand one level higher.
  if (read.ok()) MINGMA_ASSERT(same.ok() || same.error().message() == "items are nested too deeply");
  return 0;
}
