// A credential that reads is the one spelling of its claims: issuing them again gives the same payload.
#include "base/assert.h"
#include "code/credential.h"
#include "code/testing/province.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mingma;
  static code::testing::Province province;
  const auto credential = code::read_credential({data, size});
  if (!credential.ok()) return 0;
  const auto again = province.issuer.issue(credential->claims);
  MINGMA_ASSERT(again.ok());
  MINGMA_ASSERT(equal(code::read_credential(*again)->envelope.payload, credential->envelope.payload));
  return 0;
}
