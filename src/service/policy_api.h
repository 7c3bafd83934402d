// What a policy author asks before publishing. Part of Api (service/api.h): the same threading, errors and ownership.
//
// For institutions that write or watch policies: class command, health_commission or auditor, whose division contains
// the jurisdiction of both policies; others get service.forbidden.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "base/error.h"
#include "rules/policy_diff_report.h"
#include "rules/proof/proof.h"
#include "service/types.h"

namespace mingma::service {

inline constexpr std::uint32_t kDiffSampleMax = 200;

struct PolicyDiffRequest {
  std::string before;  // a published policy, "henan-demo@1.0.0" or its hash in hex; or a whole document
  std::string after;   // the same
  int days = 14;       // 0..rules::kDiffDaysMax
  bool as_dated = false;
  std::uint32_t sample = 20;  // at most kDiffSampleMax
  rules::DiffAudience audience = rules::DiffAudience::kAuthorised;
};

struct PolicyProofRequest {
  rules::proof::Question question = rules::proof::Question::kNeverStricter;
  std::string policy;  // as PolicyDiffRequest::before
  std::string other;   // for questions about two policies; else empty
  rules::proof::Options options;
};

// Why a city's policy was not published.
struct PolicyRefusal {
  std::string policy;  // "zhengzhou 1.0.0"
  std::string provincial;
  UnixSeconds at{};
  rules::proof::Answer answer;
};

class PolicyApi {
 public:
  virtual ~PolicyApi() = default;

  // Whose colour would change, over everyone who is governed by either policy at this moment. Runs in slices on the
  // shards' threads; residents of the sample are named by pseudonym only: who they are is a look-up of its own.
  virtual boost::asio::awaitable<Result<rules::DiffReport>> diff_policies(PolicyDiffRequest request, Caller caller) = 0;
  // One question about one or two policies. One prover works at a time; kOverloaded when eight wait.
  virtual boost::asio::awaitable<Result<rules::proof::Answer>> prove_policies(PolicyProofRequest request,
                                                                              Caller caller) = 0;
  // For everybody: the counterexamples with which the policy of this hash was refused. Kept in memory, the last 64.
  virtual Result<std::shared_ptr<const PolicyRefusal>> find_refusal(const Digest& policy) const = 0;
};

}  // namespace mingma::service
