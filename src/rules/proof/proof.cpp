#include "rules/proof/proof.h"

#include <array>

#include "crypto/digest.h"
#include "rules/errors.h"
#include "rules/proof/inquiry.h"
#include "rules/proof/solver.h"

namespace mingma::rules::proof {
namespace {

struct QuestionInfo {
  Question question;
  std::string_view name;
  bool two_policies;
  std::string_view zh;
  std::string_view en;
};

constexpr std::array<QuestionInfo, 10> kQuestions{{
    {Question::kNeverStricter, "never_stricter", true, "对任何人、任何时刻,码色和措施都不比另一政策更重,也不更久",
     "for everybody, at all times, colour and measure are no worse than the other policy's, and last no longer"},
    {Question::kEquivalent, "equivalent", true, "对任何人、任何时刻,两个政策的码色和措施相同",
     "both policies give everybody the same colour and measure, at all times"},
    {Question::kDisjoint, "disjoint", false, "没有两条规则会同时成立", "no two rules are ever true of the same person"},
    {Question::kDeadRule, "dead_rule", false, "每条规则都可能成立", "every rule is true of somebody who could exist"},
    {Question::kNeverDecisive, "never_decisive", false, "每条规则都可能起决定作用",
     "every rule decides about somebody who could exist"},
    {Question::kGap, "gap", false, "每个人都有规则可依,不落到默认码色",
     "everybody is decided by a rule, nobody by the default"},
    {Question::kErrorReachable, "error_reachable", false, "没有人会无法判定", "nobody is ever undetermined"},
    {Question::kWaitingNeverWorsens, "waiting_never_worsens", false,
     "没有新情况时,等待不会使任何人变差(申明的规则除外)",
     "waiting makes nobody worse, apart from rules that declare it"},
    {Question::kClearingNeverWorsens, "clearing_never_worsens", false, "好消息(阴性、解除、排除、更正)不会使任何人变差",
     "good news (a negative, a release, a clearance, a correction) makes nobody worse"},
    {Question::kHorizonBounded, "horizon_bounded", false, "没有新证据时,没有人会永远是红码(申明的规则除外)",
     "nobody stays red for ever without new evidence, apart from rules that declare it"},
}};

const QuestionInfo& info(Question question) { return kQuestions[static_cast<std::size_t>(question) - 1]; }

Json person_to_json(const Counterexample& person, Question question) {
  const auto facts = [](const FactRow& row) {
    Json::Object out;
    const Json all = facts_to_json(row);
    for (const auto& [name, value] : all.object()) {
      if (row.present(find_fact(name)->id)) out.emplace_back(name, value);
    }
    return Json(std::move(out));
  };
  const auto decision = [](const Decision& given, const std::string& rule) {
    Json out;
    out.set("status", to_string(given.status));
    out.set("colour", to_string(given.colour));
    out.set("measure", to_string(given.measure));
    out.set("rule", rule);
    return out;
  };
  Json out;
  out.set("facts", facts(person.facts));
  out.set("now", person.now.to_string());
  if (!(person.facts_after == person.facts)) out.set("facts_after", facts(person.facts_after));
  if (person.now_after != person.now) out.set("now_after", person.now_after.to_string());
  if (!person.step.empty()) out.set("step", person.step);
  out.set("first", decision(person.first, person.first_rule));
  if (takes_two_policies(question) || question == Question::kWaitingNeverWorsens ||
      question == Question::kClearingNeverWorsens) {
    out.set("second", decision(person.second, person.second_rule));
    out.set("worse", to_string(person.worse));
  }
  Json story;
  story.set("zh", person.story.zh);
  story.set("en", person.story.en);
  out.set("story", std::move(story));
  return out;
}

std::string verdict_text(Verdict verdict, Language language) {
  const bool chinese = language == Language::kChinese;
  switch (verdict) {
    case Verdict::kProved:
      return chinese ? "已证明" : "proved";
    case Verdict::kRefuted:
      return chinese ? "不成立" : "refuted";
    case Verdict::kNotProved:
      break;
  }
  return chinese ? "未能证明" : "not proved";
}

}  // namespace

bool available() { return Solver::available(); }
std::string solver_version() { return Solver::version(); }

Digest schema_hash() {
  std::string text = fact_schema_text();
  for (const FactImplication& implication : fact_implications()) {
    text += std::to_string(static_cast<int>(implication.kind)) + " " + std::string(fact_info(implication.fact).name) +
            " " + std::string(fact_info(implication.other).name) + " " + std::to_string(implication.value) + "\n";
  }
  return crypto::sha256(as_bytes(text));
}

bool takes_two_policies(Question question) { return info(question).two_policies; }
std::string_view to_string(Question question) { return info(question).name; }
LocalText question_text(Question question) { return {std::string(info(question).zh), std::string(info(question).en)}; }

std::optional<Question> find_question(std::string_view name) {
  for (const QuestionInfo& known : kQuestions) {
    if (known.name == name) return known.question;
  }
  return std::nullopt;
}

std::string_view to_string(Verdict verdict) {
  return verdict == Verdict::kProved ? "proved" : verdict == Verdict::kRefuted ? "refuted" : "not_proved";
}

std::string_view to_string(Worse worse) {
  constexpr std::string_view kNames[] = {"nothing", "colour", "measure", "longer", "undetermined"};
  return kNames[static_cast<std::size_t>(worse)];
}

Worse worse(const Decision& a, const Decision& b) {
  if (a.status == DecisionStatus::kUndetermined)
    return b.status == DecisionStatus::kUndetermined ? Worse::kNothing : Worse::kUndetermined;
  // Green and no colour at all: neither is worse than the other.
  const auto rank = [](Colour colour) { return colour == Colour::kNone ? Colour::kGreen : colour; };
  if (rank(a.colour) > rank(b.colour)) return Worse::kColour;
  return a.measure > b.measure ? Worse::kMeasure : Worse::kNothing;
}

Result<Answer> prove(Question question, const Policy& policy, const Policy* other, const Options& options) {
  if (!available()) {
    return Error(errors::kProofUnavailable,
                 "this build has no prover; install libz3-dev and build again to ask questions about policies");
  }
  if (takes_two_policies(question) != (other != nullptr)) {
    return Error(errors::kProofInvalidQuestion,
                 std::string(to_string(question)) + (other == nullptr ? " compares with a second policy; name it"
                                                                      : " is about one policy; leave the second out"));
  }
  return Inquiry(question, policy, other, options).run();
}

Json to_json(const Answer& answer) {
  Json out;
  out.set("question", to_string(answer.question));
  out.set("verdict", to_string(answer.verdict));
  Json::Array findings;
  for (const Finding& finding : answer.findings) {
    Json item;
    Json::Array rules;
    for (const std::string& rule : finding.rules) rules.emplace_back(rule);
    item.set("rules", std::move(rules));
    item.set("verdict", to_string(finding.verdict));
    if (!finding.reason.empty()) item.set("reason", finding.reason);
    if (finding.person) item.set("person", person_to_json(*finding.person, answer.question));
    findings.push_back(std::move(item));
  }
  out.set("findings", std::move(findings));
  out.set("solver", answer.solver);
  out.set("effort", static_cast<std::int64_t>(answer.effort));
  out.set("policy_hash", hex_encode(answer.policy_hash));
  if (takes_two_policies(answer.question)) out.set("other_hash", hex_encode(answer.other_hash));
  out.set("schema_hash", hex_encode(answer.schema_hash));
  return out;
}

std::string to_text(const Answer& answer, Language language) {
  const bool chinese = language == Language::kChinese;
  const bool witness = answer.question == Question::kDeadRule || answer.question == Question::kNeverDecisive;
  std::string out = verdict_text(answer.verdict, language) + (chinese ? ":" : ": ") +
                    question_text(answer.question).in(language) + "\n";
  for (const Finding& finding : answer.findings) {
    if (finding.verdict == Verdict::kProved && (finding.rules.empty() || !witness)) continue;
    std::string line = "  ";
    for (const std::string& rule : finding.rules) line += rule + " ";
    line += verdict_text(finding.verdict, language);
    if (!finding.reason.empty()) line += (chinese ? ":" : ": ") + finding.reason;
    if (witness && finding.verdict == Verdict::kRefuted) {
      const bool dead = answer.question == Question::kDeadRule;
      line += chinese ? (dead ? ":没有人能使它成立" : ":前面的规则总是先成立")
                      : (dead ? ": true of nobody who could exist" : ": earlier rules always come first");
    }
    if (finding.person) line += (chinese ? ":" : ": ") + finding.person->story.in(language);
    out += line + "\n";
  }
  return out;
}

}  // namespace mingma::rules::proof
