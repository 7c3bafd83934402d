// The gate before a city's policy: it is published only if it was proved never stricter than the province's, or if the
// province has signed an exception for the rules that are.
//
// Two kinds of document pass through here, both public leaves of the control shard:
//   policy_exception  signed by k of n root keys: names one policy by its hash, the rules of it that may be stricter,
//   why,
//                     and until when.
//   proof_record      says that a solver proved the question about two policies by their hashes. It carries no
//   signature:
//                     it is a claim that anybody with a solver checks again from the two public documents. Only the
//                     platform itself writes one (the service refuses it from outside); the solver never runs here.
// The gate is a fold over these documents, so that replay and audit decide as the owner did, without a solver.
//
// What must be there for a policy whose jurisdiction is smaller than the province: for every provincial policy that
// governs at some instant of its life from publication on, a record "never_stricter, proved" of the two hashes whose
// `except_rules` are all covered by exceptions for as long as the policy lives; and at every such instant some
// provincial policy governs. A provincial policy published later is held against cities' policies too: from its first
// instant on a city's policy without a record for the two gives way, and the province's decides (gives_way in
// control.h). The service proves again by itself when the province publishes; nobody has to ask.
//
// Formats: docs/formats/event.md, section Documents. Threading: values. Limits: 250 rules an exception.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/time.h"

namespace mingma::rules {
struct Policy;
}

namespace mingma::shard {

// {"type":"policy_exception","id":"...","policy":"zhengzhou@1.0.0","policy_hash":"<64
// hex>","rules":["Z1"],"from":"...",
//  "until":"...","document_number":"...","reason":{"zh","en"}}
struct PolicyException {
  std::string id;
  std::string policy;  // "id@version", for readers; the hash counts
  Digest policy_hash{};
  std::vector<std::string> rules;
  UnixSeconds from{};
  UnixSeconds until{};  // exclusive, mandatory
  std::string document_number;
  std::string reason_zh, reason_en;
};

// {"type":"proof_record","question":"never_stricter","policy":"<64 hex>","other":"<64 hex>","schema":"<64 hex>",
//  "except_rules":["Z1"],"verdict":"proved","solver":"Z3 4.8.12","effort":123456,"at":"..."}
struct ProofRecord {
  std::string question;
  Digest policy{};
  Digest other{};
  Digest schema{};                        // of the fact schema that was proved over
  std::vector<std::string> except_rules;  // persons whom these decide were left out
  std::string verdict;
  std::string solver;
  std::uint64_t effort = 0;  // in the solver's own units
  UnixSeconds at{};
};

inline constexpr std::string_view kNeverStricterQuestion = "never_stricter";
inline constexpr std::string_view kProvedVerdict = "proved";

Result<PolicyException> parse_policy_exception(std::string_view bytes);
Result<ProofRecord> parse_proof_record(std::string_view bytes);
std::string write_proof_record(const ProofRecord& record);
// "never_stricter:<16 hex of the policy>:<16 hex of the other>"
std::string proof_record_id(const ProofRecord& record);

class PolicyGate {
 public:
  // kShardConflict: the id is taken.
  Result<void> check(const PolicyException& exception) const;
  void add(PolicyException exception);
  void add(ProofRecord record);

  // Rules of the policy with this hash that may be stricter throughout [from, until). Ascending.
  std::vector<std::string> excepted_rules(const Digest& policy, UnixSeconds from, UnixSeconds until) const;
  // kShardUnproved unless a record for this pair counts. `from`: when the policy begins to matter.
  Result<void> check_proved(const rules::Policy& policy, const rules::Policy& provincial, UnixSeconds from) const;

  std::span<const std::shared_ptr<const PolicyException>> exceptions() const { return exceptions_; }

 private:
  std::vector<std::shared_ptr<const PolicyException>> exceptions_;
  std::multimap<std::pair<Digest, Digest>, std::shared_ptr<const ProofRecord>> proofs_;
};

}  // namespace mingma::shard
