// Policies before they are published: found by id, compared over the population of live shards or of stopped stores.
//
// Who is compared: residents whose place (where they stay if that is in the province, else their home) lies in both
// jurisdictions and is governed by no policy of a smaller one. Places are prefectures.
// Threading: a PolicyReview is immutable and shared; diff_shards may be called from any coroutine; diff_stored uses
// threads of its own and no more memory than one shard's facts at a time.
#pragma once

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "service/policy_api.h"
#include "service/province.h"
#include "service/shard_runtime.h"
#include "shard/control.h"

namespace mingma::service {

// "id@version", 64 hex digits, or a whole policy document. kNoSuchThing, kInvalidPolicy.
Result<rules::Policy> find_policy(const shard::ControlState& control, const std::string& name_or_document);

// kForbidden: the institution may not ask about these policies.
Result<void> check_may_review(const shard::ControlState& control, const Caller& caller, DivisionCode jurisdiction);

// Everything that is fixed for one comparison.
class PolicyReview {
 public:
  // kBadRequest for limits and for jurisdictions that do not meet.
  static Result<std::shared_ptr<const PolicyReview>> make(const shard::ControlState& control,
                                                          const PolicyDiffRequest& request, UnixSeconds now);

  const rules::Policy& before() const { return before_; }
  const rules::Policy& after() const { return after_; }
  DivisionCode jurisdiction() const { return jurisdiction_; }  // the smaller of the two
  const rules::DiffPlan& plan() const { return *plan_; }
  const std::vector<DivisionCode>& places() const { return places_; }
  // Its place is the number of one in places(), or rules::kNotCompared.
  rules::DiffGroup group_of(DivisionCode stay, DivisionCode home, rules::BirthDecade born) const;
  rules::DiffTally tally(ShardId shard) const { return {*plan_, places_.size(), shard.value}; }
  // `name` gives the pseudonym of a sample row; without it the sample has none.
  rules::DiffReport report(const rules::DiffTally& tally,
                           const std::function<ResidentId(const rules::DiffSampleRow&)>& name) const;

 private:
  PolicyReview(rules::Policy before, rules::Policy after) : before_(std::move(before)), after_(std::move(after)) {}
  rules::Policy before_;
  rules::Policy after_;
  DivisionCode jurisdiction_{};
  std::shared_ptr<const shard::ControlView> view_;
  std::unique_ptr<rules::DiffPlan> plan_;
  std::vector<DivisionCode> places_;
  std::uint32_t sample_ = 0;
  rules::DiffAudience audience_ = rules::DiffAudience::kAuthorised;
};

boost::asio::awaitable<Result<rules::DiffReport>> diff_shards(const std::vector<ShardRuntime*>& shards,
                                                              std::shared_ptr<const PolicyReview> review);

// Of a stopped data directory or a copy of one.
Result<std::unique_ptr<shard::ControlState>> read_control_state(const ProvinceConfig& config);
Result<rules::DiffReport> diff_stored(const ProvinceConfig& config, const PolicyReview& review, std::size_t threads,
                                      const std::function<void(std::uint64_t residents)>& progress);

}  // namespace mingma::service
