// Questions about policies, answered for every resident who could exist: proved, refuted with a person, or not proved.
//
// "Every resident" is every row of facts that keeps the schema's kinds, nullability and implications (rules/facts.h),
// at every instant at which the policies are in force. Conditions mean what rules/decide.h computes, errors included.
// The answer comes from Z3 with a fixed seed and a fixed amount of work (effort), so that it is the same on every
// machine; when that does not suffice, or a condition cannot be encoded, the verdict is kNotProved with the reason.
//
// A refutation carries a person, made as simple as the rules allow: fewest facts, whole days before "now". Before it is
// returned the person was put through rules/decide.h and rules/compiled.h; if one of them disagrees with the solver the
// result is an error kProofReplayDisagrees that says how, never an answer. docs/proofs.md explains each question.
//
// Errors: kProofUnavailable (built without Z3), kProofReplayDisagrees, kProofInvalidQuestion (no such rule, a second
// policy missing or one too many).
// Threading: pure functions; each call owns its solver. Cost: some milliseconds to seconds of one core, limited by
// Options::effort_max. Limits: those of policies.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "rules/decision.h"
#include "rules/facts.h"
#include "rules/policy.h"

namespace mingma::rules::proof {

enum class Question : std::uint8_t {
  kNeverStricter = 1,         // `policy` never gives a worse colour or measure than `other`, and so never for longer
  kEquivalent = 2,            // both give everybody the same colour and measure, always
  kDisjoint = 3,              // no two rules are true of anybody at once
  kDeadRule = 4,              // of every rule there is somebody of whom it is true; refuted: the rule is dead
  kNeverDecisive = 5,         // every rule decides about somebody; refuted: earlier rules always come first
  kGap = 6,                   // the default colour decides about nobody
  kErrorReachable = 7,        // nobody is undetermined
  kWaitingNeverWorsens = 8,   // same facts, later clock: no worse, apart from rules that declare `worsens_by_waiting`
  kClearingNeverWorsens = 9,  // a negative, a release, an exclusion, a clearance, a correction: no worse
  kHorizonBounded = 10,       // nobody stays red for ever without new evidence, but by rules `held_until_evidence`
};
enum class Verdict : std::uint8_t { kProved = 1, kRefuted = 2, kNotProved = 3 };

// Of an answer, from those of its findings: one refutation refutes, one unproved finding leaves it unproved.
template <typename Findings>
Verdict verdict_over(const Findings& findings) {
  Verdict verdict = Verdict::kProved;
  for (const auto& finding : findings) {
    if (finding.verdict == Verdict::kRefuted) return Verdict::kRefuted;
    if (finding.verdict == Verdict::kNotProved) verdict = Verdict::kNotProved;
  }
  return verdict;
}

struct Options {
  // Z3's resource units for one question about one rule or pair; about 1e7 a second.
  std::uint32_t effort_max = 200'000'000;
  // kNeverStricter, kEquivalent: persons whom one of these rules of `policy` decides do not count (a published
  // exception).
  std::vector<std::string> except_rules;
  // kNeverStricter, kEquivalent: compare the rules as if both policies were in force over the span of the two together.
  // Otherwise only instants at which both are in force count.
  bool set_dates_aside = false;
  // kDeadRule, kNeverDecisive: this rule alone. kDisjoint: these two, or this one against all others.
  std::string rule;
  std::string other_rule;
  // kNeverStricter: a finding for every rule of `policy` that is stricter somewhere, not just for the first one found.
  bool every_rule = false;
};

// What is worse about the first decision.
enum class Worse : std::uint8_t { kNothing = 0, kColour = 1, kMeasure = 2, kLonger = 3, kUndetermined = 4 };

// Somebody who could exist, and what becomes of them. "first" and "second":
//   two policies: the decision of `policy` and of `other`;   one policy: the decision before and after the step or
//   wait. kDisjoint: the two rules that are both true;             other questions about one policy: `first` alone.
struct Counterexample {
  FactRow facts;
  UnixSeconds now;
  FactRow facts_after;    // kClearingNeverWorsens; else = facts
  UnixSeconds now_after;  // kWaitingNeverWorsens; else = now
  std::string step;       // kClearingNeverWorsens: "negative", "control_release", ... (docs/proofs.md)
  Decision first;
  Decision second;
  std::string first_rule;  // ids; "default"; empty: no decision
  std::string second_rule;
  Worse worse = Worse::kNothing;
  LocalText story;
};

struct Finding {
  std::vector<std::string> rules;  // what the finding is about; empty: the whole policy
  Verdict verdict = Verdict::kNotProved;
  std::string reason;  // kNotProved: why
  // Refuted: the counterexample. kDeadRule and kNeverDecisive the other way round: proved by this person, refuted when
  // there is none.
  std::optional<Counterexample> person;
};

struct Answer {
  Question question = Question::kNeverStricter;
  Verdict verdict = Verdict::kNotProved;  // refuted if any finding is, else not proved if any is not
  std::vector<Finding> findings;          // at least one
  std::string solver;                     // "Z3 4.8.12"
  std::uint64_t effort = 0;               // Z3's resource units spent
  Digest policy_hash{};
  Digest other_hash{};   // of no second policy: zeros
  Digest schema_hash{};  // SHA-256 of fact_schema_text() and the implications
};

// Whether this build can prove anything.
bool available();
std::string solver_version();  // "Z3 4.8.12"; empty when not available
Digest schema_hash();

bool takes_two_policies(Question question);

// `other` exactly when the question takes two policies.
Result<Answer> prove(Question question, const Policy& policy, const Policy* other, const Options& options = {});

// The commonest of them, for the publishing gate.
inline Result<Answer> never_stricter(const Policy& policy, const Policy& than, const Options& options = {}) {
  return prove(Question::kNeverStricter, policy, &than, options);
}

// Whether `a` is worse than `b` as kNeverStricter has it: a worse colour, else a heavier measure; undetermined is worse
// than any colour, and no colour at all (undetermined, no policy) is what nothing can be worse than by less.
Worse worse(const Decision& a, const Decision& b);

std::string_view to_string(Question question);  // "never_stricter"
std::optional<Question> find_question(std::string_view name);
std::string_view to_string(Verdict verdict);  // "proved", "refuted", "not_proved"
std::string_view to_string(Worse worse);      // "nothing", "colour", "measure", "longer", "undetermined"
LocalText question_text(Question question);   // one sentence: what "proved" says

Json to_json(const Answer& answer);
// The answer for a reader, with its stories; lines end in \n.
std::string to_text(const Answer& answer, Language language);

}  // namespace mingma::rules::proof
