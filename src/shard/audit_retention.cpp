// What was ended and destroyed, and whether its time had come.
#include "shard/audit_event.h"

namespace mingma::shard {

Result<void> EventAuditor::operation(const ExpireOperation& op) {
  check_role(false, "an expiry");
  for (const ExpiredEvidence& one : op.expired) {
    if (one.row.value >= working_.base().rows.size()) continue;  // folding refuses it
    MINGMA_TRY(const auto evidence, working_.all_evidence(one.row));
    for (const StatementId& id : one.statements) {
      for (const StoredEvidence& stored : evidence) {
        if (stored.id != id) continue;
        ++report_.expired;
        if (!is_expired(working_.control(), stored.evidence.kind, stored.received_at, event_.time))
          findings_.add("early_retention", at(working_.base().rows.resident(one.row)),
                        "a statement was ended before its days were over");
      }
    }
  }
  const std::uint32_t number = index_;
  MINGMA_CHECK(fold_operation(working_, op, event_.time, index_));
  if (number < places_.size() && op.leaf != places_[number])
    findings_.add("wrong_shuffle", at(), "a leaf is not where the seed puts it");
  check_leaf(op.leaf, make_retention_leaf(working_, expired_digest(op.expired)), "", nullptr, {}, at());
  return {};
}

Result<void> EventAuditor::operation(const DestroyKeysOperation& op) {
  check_role(false, "a destruction of keys");
  if (!may_destroy(working_.control(), op.keys, event_.time))
    findings_.add("early_retention", at(), "keys were destroyed before their time: " + words_of(op.keys));
  report_.destroyed.push_back(words_of(op.keys));
  const std::uint32_t number = index_;
  MINGMA_CHECK(fold_operation(working_, op, event_.time, index_));
  if (number < places_.size() && op.leaf != places_[number])
    findings_.add("wrong_shuffle", at(), "a leaf is not where the seed puts it");
  check_leaf(op.leaf, make_retention_leaf(working_, destroyed_digest(op.keys)), "", nullptr, {}, at());
  return {};
}

}  // namespace mingma::shard
