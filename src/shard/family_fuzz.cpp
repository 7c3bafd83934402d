// What institutions sign about families and paper codes, and the sealed material around it, from hostile bytes.
#include "base/assert.h"
#include "shard/family.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace shard = mingma::shard;
  const mingma::ByteView bytes(data, size);
  const auto guardianship = shard::parse_guardianship(mingma::as_text(bytes));
  if (guardianship.ok()) MINGMA_ASSERT(!guardianship->institution.empty());
  const auto paper = shard::parse_paper_document(mingma::as_text(bytes));
  if (paper.ok()) MINGMA_ASSERT(!paper->institution.empty());
  static_cast<void>(shard::decode_personal_material(bytes));
  return 0;
}
