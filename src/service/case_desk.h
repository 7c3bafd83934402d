// Cases and look-ups of one shard in words, for residents and staff. What may be done next is asked of the same rules
// that are applied when it is done.
// Threading: on the shard's executor. They read small rows of the shard's store.
#pragma once

#include "service/redress_types.h"
#include "service/shard_runtime.h"

namespace mingma::service {

inline constexpr std::size_t kWorkItemsMax = 500;

// For the resident when `caller` is null. kUnknownCase.
Result<CaseView> make_case_view(ShardRuntime& shard, shard::Ticket ticket, const StaffCaller* caller, UnixSeconds now);
Result<std::vector<CaseView>> make_case_views(ShardRuntime& shard, const ResidentId& resident,
                                              const StaffCaller* caller, UnixSeconds now);
// Unsorted across shards; in one, soonest deadline first. `action`: only where the caller may do this; empty: all.
Result<std::vector<WorkItem>> make_worklist(ShardRuntime& shard, const StaffCaller& caller, std::string_view action,
                                            UnixSeconds now);
Result<std::vector<LookUpView>> make_look_up_views(ShardRuntime& shard, const ResidentId& resident);
// Does this institution's staff work for the resident (and so may read the receipt), or was it only asked?
bool works_for(const shard::ControlState& control, const StaffCaller& caller, DivisionCode home, DivisionCode stay);

}  // namespace mingma::service
