// Whatever is scanned gives a verdict, and nothing is shown of a code that is not genuine.
#include "base/assert.h"
#include "code/door.h"
#include "code/testing/province.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mingma;
  static const code::TrustPack pack = code::testing::Province().pack();
  const auto check = code::check_at_door(as_text({data, size}), pack, code::testing::kNow);
  MINGMA_ASSERT(static_cast<int>(check.verdict) < code::kVerdictCount);
  if (check.verdict <= code::Verdict::kRed) MINGMA_ASSERT(check.claims.has_value());
  if (check.verdict == code::Verdict::kBadSignature) MINGMA_ASSERT(!check.claims.has_value());
  return 0;
}
