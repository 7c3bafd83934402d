// The input is a pack's content, signed here: only so does the fuzzer get past the signature. What opens is the one
// spelling of its content.
#include "base/assert.h"
#include "code/cose.h"
#include "code/testing/province.h"
#include "code/trust_pack.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mingma;
  static code::testing::Province province;
  const Bytes file = code::CoseSigner(province.pack_key).sign({data, size});
  const auto opened = code::open_trust_pack(file, province.pack_key.verifying_key(), {});
  if (!opened.ok()) return 0;
  MINGMA_ASSERT(code::sign_trust_pack(opened->pack, province.pack_key) ==
                file);  // Ed25519 signs the same way each time
  return 0;
}
