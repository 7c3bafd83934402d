// Plain CertLogic rule sets, such as countries publish: data is accepted when every rule is true of it.
//
// The same answers as in proof.h, over data whose schema is inferred from the rules (data_schema.h). A rule that is an
// error accepts nothing. The rules' own days of validity are set aside. Counterexamples are data, as small as can be,
// and were run through the interpreter before they are returned.
// Errors and threading as in proof.h.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "rules/certlogic/expression.h"
#include "rules/proof/proof.h"

namespace mingma::rules::proof {

struct PlainRule {
  std::string id;
  std::string description;  // English, if there is one
  certlogic::Expression logic;
};

struct RuleSet {
  std::string name;
  std::vector<PlainRule> rules;
  std::vector<std::pair<std::string, Error>> refused;  // rules that are no valid CertLogic, and why; they do not count
};

// {"country": "DE", "rules": [{"Identifier": ..., "Description": [{"lang", "desc"}], "Logic": ...}, ...]}.
// Error kInvalidPolicy for anything else.
Result<RuleSet> parse_rule_set(const Json& document);
bool is_rule_set(const Json& document);

struct SetOptions {
  std::uint32_t effort_max = 200'000'000;
  Json fixed;   // parts of the data that are known: {"external": {"valueSets": {...}}}
  Json assume;  // a CertLogic expression that is true of all data considered; null: none
};

struct DataExample {
  Json data;
  std::vector<std::string> refusing;  // rules of the first set that are not true of it
  LocalText story;
};

struct SetFinding {
  std::vector<std::string> rules;
  Verdict verdict = Verdict::kNotProved;
  std::string reason;
  std::optional<DataExample> example;
};

struct SetAnswer {
  Question question = Question::kNeverStricter;
  Verdict verdict = Verdict::kNotProved;
  std::vector<SetFinding> findings;
  std::string solver;
  std::uint64_t effort = 0;
};

// Of rule sets one can ask
//   kNeverStricter  the first accepts whatever the second accepts
//   kEquivalent     they accept the same
//   kDeadRule       every rule refuses something; refuted: it is true of all data
//   kNeverDecisive  every rule refuses something that all others accept
//   kErrorReachable no rule is ever an error
// `other` exactly for the first two. Anything else: kProofInvalidQuestion.
Result<SetAnswer> prove(Question question, const RuleSet& set, const RuleSet* other, const SetOptions& options = {});

Json to_json(const SetAnswer& answer);
std::string to_text(const SetAnswer& answer, Language language);

}  // namespace mingma::rules::proof
