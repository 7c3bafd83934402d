// Test tables for policies: facts -> expected colour and rule, in a text that an epidemiologist can write.
//
//   # a comment
//   now 2022-07-10 08:00
//   contact_level = close; last_exposure_at = 3 days ago | red by N9-02 for 4 days   | 9th edition, close contacts
//   nothing known                                        | green by default for ever | 9th edition
//
// One resident per line: facts | expectation | source. Facts are separated by ";"; a fact that is not named is as for a
// resident about whom nothing is known. Values: words of enumerations, whole numbers, yes or no (a bare name is yes),
// and for times "2022-07-01", "2022-07-01 12:00" (UTC+8, seconds may follow), "3 days ago", "36 hours ago", "in 2
// hours", "now". Facts that the reducers always give together must be given together (a contact has a last exposure);
// only instants that nest (a high-risk area lies in a county) are filled in. Expectation: "<colour> by <rule>" or
// "<colour> by default", "undetermined by <rule>", "no policy"; then, if it is to be checked, how long it holds: "for 4
// days", "for 30 hours", "until 2022-07-14 08:00", "for ever" (no horizon).
//
// Format: docs/rules.md, "Test tables". UTF-8, at most 1 MiB and 10,000 lines.
// Threading: pure functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/decision.h"
#include "rules/facts.h"
#include "rules/policy.h"

namespace mingma::rules {

struct PolicyTest {
  int line = 0;
  UnixSeconds now;
  FactRow facts;
  DecisionStatus status = DecisionStatus::kDecided;
  Colour colour = Colour::kNone;
  std::string rule;                    // empty: the default colour, or no policy
  std::optional<UnixSeconds> horizon;  // kNoHorizon is "for ever"; absent: not checked
  std::string source;                  // never empty
};

struct PolicyTestFailure {
  int line = 0;
  std::string message;  // "expected red by N9-02, got green by default"
};

struct PolicyTestReport {
  std::size_t passed = 0;
  std::vector<PolicyTestFailure> failures;
  std::vector<std::string> rules_untested;  // ids of rules that no line expects
};

// Error kInvalidPolicyTest with "line 12" for what cannot be read.
Result<std::vector<PolicyTest>> parse_policy_tests(std::string_view text);

PolicyTestReport run_policy_tests(const Policy& policy, std::span<const PolicyTest> tests);

}  // namespace mingma::rules
