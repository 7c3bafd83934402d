#include <cstdint>

#include "base/assert.h"
#include "shard/hold.h"

// First byte even: an approval as an officer signs it; odd: a stored hold.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mingma;
  using namespace mingma::shard;
  if (size == 0) return 0;
  const ByteView input(data + 1, size - 1);
  if (data[0] % 2 == 0) {
    const auto approval = parse_approval(as_text(input));
    if (approval.ok()) MINGMA_ASSERT(!approval->statements.empty());
    return 0;
  }
  const auto hold = decode_hold(input);
  if (!hold.ok()) return 0;
  Bytes again;
  encode_hold(*hold, again);
  MINGMA_ASSERT(equal(again, input));
  return 0;
}
