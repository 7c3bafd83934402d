// The receipt (告知书) and the history of one resident: who, why, since when, what ends it, how to contest, and the
// proof.
//
// A receipt always names whom to call: the institutions whose statements the deciding rule reads, or, when no statement
// decided (default colour, area orders, no policy), the epidemic command that published the rules.
// Threading: on the shard's executor. They read a few small rows of the shard's store.
// Errors: kNotRegistered. A destroyed key leaves out what it sealed, nothing else.
// Limits: 200 statements a receipt or history.
#pragma once

#include "service/shard_runtime.h"
#include "service/types.h"
#include "shard/view.h"

namespace mingma::service {

inline constexpr std::size_t kCausesMax = 200;

// A version in words, without its horizon (which is the row's).
DecisionView to_view(const shard::ControlState& control, ShardId shard, const shard::DecisionRecord& record,
                     const shard::StoredDecision& stored);
// One statement in words. `deciding_kinds`: as shard::deciding_kinds gives them.
Cause to_cause(const shard::ControlState& control, const shard::EvidenceView& evidence, std::uint32_t deciding_kinds);

// Without the inclusion proof: LeafOpening::proof is empty.
Result<Receipt> make_receipt(ShardRuntime& shard, const ResidentId& resident);
// The opening of one version of the resident's chain; absent when the key was destroyed. kNoSuchThing: no such version.
Result<std::optional<LeafOpening>> open_version(ShardRuntime& shard, const ResidentId& resident, std::uint32_t version);
Result<History> make_history(ShardRuntime& shard, const ResidentId& resident, const Page& page);

}  // namespace mingma::service
