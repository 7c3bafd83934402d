// The platform's proofs about policies: before a city's policy is published, for authors who ask, and again for an
// audit.
//
// A publication is proved against every provincial policy that governs during its life (shard/policy_gate.h); when the
// province publishes anew, or signs an exception, cities' policies that are there already are proved again. What is
// proved becomes proof records; what is refuted is remembered for a while under the policy's hash with its
// counterexamples, so that whoever was refused can read them: persons who could exist, nobody who does.
// Threading: prove_publication and reprove are pure functions of some seconds, for a worker; Refusals is for any
// thread.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/error.h"
#include "rules/policy.h"
#include "rules/proof/proof.h"
#include "service/policy_api.h"
#include "shard/control.h"

namespace mingma::service {

inline constexpr std::size_t kRefusalsKept = 64;

struct Publication {
  rules::Policy policy;
  std::vector<rules::Policy> provincial;  // all that govern during its life
  std::vector<std::string> except_rules;  // by exceptions in force
};

// What has to be proved before this policy may be published at `now`; errors of ControlState::provincial_policies.
Result<Publication> needed_proofs(const shard::ControlState& control, const rules::Policy& policy, UnixSeconds now);

// What this document makes worth proving of cities' policies that are published already, each against one provincial
// policy: a new provincial policy, that they are not stricter; an exception, that the policy it names is not apart from
// its rules. A city's policy without the proof gives way (ControlState::gives_way).
std::vector<Publication> proofs_again(const shard::ControlState& control, const shard::SignedDocument& document,
                                      UnixSeconds now);

class Refusals {
 public:
  void add(PolicyRefusal refusal);
  std::shared_ptr<const PolicyRefusal> find(const Digest& policy) const;  // null: none remembered

 private:
  mutable std::mutex mutex_;
  std::map<Digest, std::shared_ptr<const PolicyRefusal>> by_policy_;  // guarded by mutex_
  std::deque<Digest> order_;                                          // guarded by mutex_
};

// One record for each provincial policy. kStricterThanProvince (then `refusals` has the answer), kPolicyNotProved, or
// the prover's own error: rules.proof_unavailable where the program was built without a solver.
Result<std::vector<shard::ProofRecord>> prove_publication(const Publication& publication, UnixSeconds now,
                                                          Refusals& refusals);

// Proves every record among the published documents again. Findings in words; empty: all hold.
struct Reproved {
  std::size_t records = 0;
  std::vector<std::string> findings;
};
Result<Reproved> reprove(const shard::ControlState& control);

Json to_json(const PolicyRefusal& refusal);

}  // namespace mingma::service
