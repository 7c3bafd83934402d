// What comes from another province, from hostile bytes: exports, acknowledgements, and who is trusted.
#include "base/assert.h"
#include "shard/neighbour.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace shard = mingma::shard;
  const mingma::ByteView bytes(data, size);
  const auto exported = shard::decode_export(bytes);
  if (exported.ok()) MINGMA_ASSERT(shard::decode_export(shard::encode_export(*exported)).ok());
  const auto trusted = shard::parse_trusted_province(mingma::as_text(bytes));
  if (trusted.ok()) MINGMA_ASSERT(trusted->from < trusted->until && trusted->sign_key.has_value());
  static_cast<void>(shard::parse_export_order(mingma::as_text(bytes)));
  static_cast<void>(shard::parse_acknowledgement(mingma::as_text(bytes)));
  return 0;
}
