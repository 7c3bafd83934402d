// The province's answers to policy authors (service/policy_api.h).
#include "service/policy_review.h"
#include "service/province_unit.h"

namespace mingma::service {

Async<rules::DiffReport> Province::diff_policies(PolicyDiffRequest request, Caller caller) {
  const std::shared_ptr<const shard::ControlState> control = directory_.current();
  const auto review = PolicyReview::make(*control, request, clock_.now());
  if (!review) co_return review.error();
  if (const auto allowed = check_may_review(*control, caller, (*review)->jurisdiction()); !allowed)
    co_return allowed.error();
  std::vector<ShardRuntime*> shards;
  for (std::size_t n = 1; n < units_.size(); ++n) shards.push_back(&units_[n]->runtime);
  co_return co_await diff_shards(shards, *review);
}

}  // namespace mingma::service
