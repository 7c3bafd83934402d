// Control documents from hostile bytes.
#include "base/assert.h"
#include "shard/document.h"
#include "shard/policy_gate.h"

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
  const auto exception = shard::parse_policy_exception(text);
  if (exception.ok()) MINGMA_ASSERT(!exception->rules.empty() && exception->from < exception->until);
  const auto record = shard::parse_proof_record(text);
  if (record.ok()) MINGMA_ASSERT(shard::parse_proof_record(shard::write_proof_record(*record)).ok());
  return 0;
}
