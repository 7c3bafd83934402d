// Control documents from hostile bytes.
#include "base/assert.h"
#include "shard/document.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace shard = mingma::shard;
  const std::string_view text = mingma::as_text({data, size});
  const auto genesis = shard::parse_genesis(text);
  if (genesis.ok()) MINGMA_ASSERT(genesis->threshold >= 1 && genesis->threshold <= genesis->roots.size());
  const auto institution = shard::parse_institution(text);
  if (institution.ok()) MINGMA_ASSERT(!institution->keys.empty());
  const auto grant = shard::parse_grant(text);
  if (grant.ok()) MINGMA_ASSERT(grant->kinds != 0 && grant->from < grant->until);
  static_cast<void>(shard::parse_revocation(text));
  const auto order = shard::parse_area_order(text);
  if (order.ok()) MINGMA_ASSERT(order->order.from < order->order.until);
  return 0;
}
