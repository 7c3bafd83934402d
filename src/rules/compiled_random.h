// Random policies, residents and instants for tests: everything the schema and CertLogic allow, boundaries on purpose.
// The rows need not be reachable by evidence: evaluators must agree on any row.
#pragma once

#include "base/json.h"
#include "base/rng.h"
#include "rules/facts.h"
#include "rules/policy.h"

namespace mingma::rules {

// The middle of the time the random rows live in.
inline constexpr UnixSeconds kRandomEpoch{1'668'124'800};  // 2022-11-11T00:00:00Z

class RandomRules {
 public:
  explicit RandomRules(std::uint64_t seed) : rng_(seed) {}

  FactRow row();
  UnixSeconds now();
  Json condition() { return boolean(4); }
  Policy policy();  // 1 to 10 rules; in force around kRandomEpoch
  std::uint64_t below(std::uint64_t bound) { return rng_.below(bound); }
  bool chance(std::uint64_t percent) { return rng_.below(100) < percent; }

 private:
  Json boolean(int depth);
  Json leaf();
  Json date_comparison(int depth);
  Json date(int depth);
  Json integer(int depth);
  Json any_value(int depth);
  const FactInfo& fact(FactKind kind);
  Json var(const FactInfo& info);
  std::int64_t amount();

  SeededRng rng_;
};

}  // namespace mingma::rules
