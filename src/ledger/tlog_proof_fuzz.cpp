#include <cstdint>

#include "base/assert.h"
#include "ledger/cosignature.h"
#include "ledger/tlog_proof.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mingma::ledger;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto proof = parse_tlog_proof(text);
  if (proof.ok()) {
    MINGMA_ASSERT(proof->to_string() == text);
    static_cast<void>(verify_inclusion(proof->path, proof->index, {proof->index.value + 1}, {}, {}).ok());
  }
  const auto cosignature = Cosignature::parse({data, size});
  if (cosignature.ok()) MINGMA_ASSERT(mingma::equal(cosignature->encode(), {data, size}));
  return 0;
}
