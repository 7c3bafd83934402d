#include "rules/proof/rule_set.h"

#include <algorithm>

#include "rules/certlogic/interpreter.h"
#include "rules/errors.h"
#include "rules/proof/data_domain.h"
#include "rules/proof/data_person.h"
#include "rules/proof/solver.h"

namespace mingma::rules::proof {
namespace {

Error invalid_question(std::string message) { return Error(errors::kProofInvalidQuestion, std::move(message)); }

bool holds(const certlogic::Expression& rule, const Json& data) {
  const Result<bool> truth = certlogic::is_truthy(rule, data);
  return truth.ok() && *truth;
}

std::vector<std::string> refusing(const RuleSet& set, const Json& data) {
  std::vector<std::string> out;
  for (const PlainRule& rule : set.rules) {
    if (!holds(rule.logic, data)) out.push_back(rule.id);
  }
  return out;
}

// One question over rule sets. Borrows everything.
class SetInquiry {
 public:
  SetInquiry(Question question, const RuleSet& set, const RuleSet* other, const SetOptions& options)
      : question_(question), set_(set), other_(other), options_(options) {}

  Result<SetAnswer> run();

 private:
  struct Goal {
    std::vector<std::string> rules;
    Formula formula;
    DataShows shows;
  };

  Result<void> prepare();
  Result<void> ask();
  Result<void> ask_two_sets();
  Result<void> ask_each_rule();
  Result<SetFinding> find(const Goal& goal);
  DataExample example(const Json& data, const Goal& goal) const;

  Question question_;
  const RuleSet& set_;
  const RuleSet* other_;
  const SetOptions& options_;
  SetAnswer answer_;
  std::optional<certlogic::Expression> assume_;
  std::optional<DataSchema> schema_;
  FormulaGraph graph_;
  Words words_;
  std::unique_ptr<DataDomain> domain_;
  std::unique_ptr<Solver> solver_;
  std::vector<SymbolicTruth> first_, second_;
};

Result<void> SetInquiry::prepare() {
  std::vector<const certlogic::Expression*> rules;
  for (const RuleSet* set : {&set_, other_}) {
    if (set == nullptr) continue;
    for (const PlainRule& rule : set->rules) rules.push_back(&rule.logic);
  }
  if (!options_.assume.is_null()) {
    MINGMA_TRY(certlogic::Expression assumed, certlogic::Expression::parse(options_.assume));
    assume_.emplace(std::move(assumed));
    rules.push_back(&*assume_);
  }
  schema_.emplace(DataSchema::infer(rules, options_.fixed));
  domain_ = std::make_unique<DataDomain>(graph_, words_, *schema_);
  Encoder encoder(graph_, words_, *domain_);
  solver_ = std::make_unique<Solver>(graph_, options_.effort_max);
  for (const auto& [set, out] : {std::pair(&set_, &first_), std::pair(other_, &second_)}) {
    if (set == nullptr) continue;
    for (const PlainRule& rule : set->rules) {
      const auto truth = encoder.truth(rule.logic);
      if (!truth.ok()) return truth.error().within(rule.id + " ");
      out->push_back(*truth);
    }
  }
  if (assume_) {
    MINGMA_TRY(const SymbolicTruth truth, encoder.truth(*assume_));
    solver_->add(truth.holds);
  }
  solver_->add(domain_->laws());
  return {};
}

Result<SetFinding> SetInquiry::find(const Goal& goal) {
  SetFinding finding{.rules = goal.rules};
  switch (goal.formula.is_false() ? Check::kUnsatisfiable : solver_->check({goal.formula})) {
    case Check::kUnsatisfiable:
      finding.verdict = Verdict::kProved;
      return finding;
    case Check::kUnknown:
      finding.reason = "the solver gave up: " + solver_->reason();
      return finding;
    case Check::kSatisfiable:
      break;
  }
  const Json found = domain_->data(solver_->model());
  const DataShows possible = [&](const Json& data) { return (!assume_ || holds(*assume_, data)) && goal.shows(data); };
  if (!possible(found)) {
    return Error(errors::kProofReplayDisagrees, std::string(to_string(question_)) + " of " + set_.name +
                                                    ": the interpreter does not agree about " + found.to_string() +
                                                    "; report this as a bug of the prover");
  }
  finding.verdict = Verdict::kRefuted;
  finding.example = example(simplify_data(found, possible, options_.fixed), goal);
  return finding;
}

DataExample SetInquiry::example(const Json& data, const Goal& goal) const {
  DataExample out{.data = data, .refusing = refusing(set_, data)};
  Json shown = data;
  if (shown.is_object() && shown.find("external") != nullptr) {
    // Value sets are long and known.
    for (auto& [name, value] : shown.object()) {
      if (name == "external" && value.is_object())
        std::erase_if(value.object(), [](const Json::Member& member) { return member.first == "valueSets"; });
    }
  }
  std::string rules_zh, rules_en;
  for (const PlainRule& rule : set_.rules) {
    if (std::find(out.refusing.begin(), out.refusing.end(), rule.id) == out.refusing.end()) continue;
    rules_zh += (rules_zh.empty() ? "" : "、") + rule.id;
    rules_en +=
        (rules_en.empty() ? "" : ", ") + rule.id + (rule.description.empty() ? "" : " (" + rule.description + ")");
  }
  const std::string text = shown.to_string();
  if (other_ != nullptr) {
    const bool refused = !out.refusing.empty();
    out.story = {"有这样一份凭证:" + text + "。" + other_->name + (refused ? "接受," : "拒绝,") + set_.name +
                     (refused ? "拒绝:规则 " + rules_zh + "。" : "接受。"),
                 "There could be this certificate: " + text + ". " + other_->name +
                     (refused ? " accepts it, " : " refuses it, ") + set_.name +
                     (refused ? " refuses it by " + rules_en + "." : " accepts it.")};
  } else {
    out.story = {"有这样一份凭证:" + text + ",规则 " + goal.rules.front() + " 不成立。",
                 "There could be this certificate: " + text + "; rule " + goal.rules.front() + " is not true of it."};
  }
  return out;
}

Result<void> SetInquiry::ask_two_sets() {
  const auto accepts = [&](const std::vector<SymbolicTruth>& rules) {
    std::vector<Formula> all;
    for (const SymbolicTruth& truth : rules) all.push_back(truth.holds);
    return graph_.all(std::move(all));
  };
  const Formula first = accepts(first_), second = accepts(second_);
  const bool both_ways = question_ == Question::kEquivalent;
  Formula goal = graph_.both(second, !first);
  if (both_ways) goal = graph_.either(goal, graph_.both(first, !second));
  MINGMA_TRY(SetFinding finding, find({{}, goal, [&](const Json& data) {
                                         const bool a = refusing(set_, data).empty(),
                                                    b = refusing(*other_, data).empty();
                                         return both_ways ? a != b : b && !a;
                                       }}));
  if (finding.example) finding.rules = finding.example->refusing;
  answer_.findings.push_back(std::move(finding));
  return {};
}

Result<void> SetInquiry::ask_each_rule() {
  for (std::size_t i = 0; i < set_.rules.size(); ++i) {
    const PlainRule& rule = set_.rules[i];
    std::vector<Formula> all{question_ == Question::kErrorReachable ? first_[i].error : !first_[i].holds};
    for (std::size_t other = 0; question_ == Question::kNeverDecisive && other < set_.rules.size(); ++other) {
      if (other != i) all.push_back(first_[other].holds);
    }
    MINGMA_TRY(SetFinding finding, find({{rule.id}, graph_.all(std::move(all)), [&](const Json& data) {
                                           if (question_ == Question::kErrorReachable)
                                             return !certlogic::is_truthy(rule.logic, data).ok();
                                           const std::vector<std::string> out = refusing(set_, data);
                                           if (question_ == Question::kNeverDecisive)
                                             return out == std::vector<std::string>{rule.id};
                                           return std::find(out.begin(), out.end(), rule.id) != out.end();
                                         }}));
    // That a rule refuses something is what should be.
    if (question_ != Question::kErrorReachable && finding.verdict != Verdict::kNotProved)
      finding.verdict = finding.verdict == Verdict::kRefuted ? Verdict::kProved : Verdict::kRefuted;
    answer_.findings.push_back(std::move(finding));
  }
  if (answer_.findings.empty()) answer_.findings.push_back({.verdict = Verdict::kProved});
  return {};
}

Result<void> SetInquiry::ask() {
  MINGMA_CHECK(prepare());
  return other_ != nullptr ? ask_two_sets() : ask_each_rule();
}

Result<SetAnswer> SetInquiry::run() {
  answer_.question = question_;
  answer_.solver = Solver::version();
  if (const Result<void> done = ask(); !done.ok()) {
    if (!done.error().is(errors::kProofUnsupported)) return done.error();
    answer_.findings = {{.verdict = Verdict::kNotProved, .reason = done.error().to_string()}};
  }
  answer_.verdict = verdict_over(answer_.findings);
  if (solver_) answer_.effort = solver_->effort();
  return std::move(answer_);
}

}  // namespace

bool is_rule_set(const Json& document) {
  return document.is_object() && document.find("country") != nullptr && document.find("rules") != nullptr;
}

Result<RuleSet> parse_rule_set(const Json& document) {
  const auto invalid = [](std::string message, std::string place) {
    return Error(errors::kInvalidPolicy, std::move(message), std::move(place));
  };
  if (!is_rule_set(document) || !document.find("country")->is_string() || !document.find("rules")->is_array())
    return invalid("a rule set has a country and rules", "");
  RuleSet set{.name = document.find("country")->string()};
  const Json::Array& rules = document.find("rules")->array();
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const std::string place = "/rules/" + std::to_string(i);
    const Json* id = rules[i].find("Identifier");
    const Json* logic = rules[i].find("Logic");
    if (id == nullptr || !id->is_string() || logic == nullptr)
      return invalid("a rule has an Identifier and Logic", place);
    std::string description;
    if (const Json* texts = rules[i].find("Description"); texts != nullptr && texts->is_array()) {
      for (const Json& text : texts->array()) {
        const Json* language = text.find("lang");
        const Json* said = text.find("desc");
        if (language != nullptr && said != nullptr && *language == Json("en") && said->is_string())
          description = said->string();
      }
    }
    auto parsed = certlogic::Expression::parse(*logic);
    if (parsed.ok()) {
      set.rules.push_back({id->string(), std::move(description), std::move(parsed).value()});
    } else {
      set.refused.emplace_back(id->string(), parsed.error().within(place + "/Logic"));
    }
  }
  return set;
}

Result<SetAnswer> prove(Question question, const RuleSet& set, const RuleSet* other, const SetOptions& options) {
  if (!available()) {
    return Error(errors::kProofUnavailable,
                 "this build has no prover; install libz3-dev and build again to ask questions about rules");
  }
  const bool two = takes_two_policies(question);
  if (!two && question != Question::kDeadRule && question != Question::kNeverDecisive &&
      question != Question::kErrorReachable) {
    return invalid_question(std::string(to_string(question)) +
                            " is about colours; of plain rules one can ask never_stricter, equivalent, dead_rule, "
                            "never_decisive and error_reachable");
  }
  if (two != (other != nullptr))
    return invalid_question(std::string(to_string(question)) +
                            (two ? " needs a second rule set" : " is about one rule set"));
  return SetInquiry(question, set, other, options).run();
}

Json to_json(const SetAnswer& answer) {
  Json out;
  out.set("question", to_string(answer.question));
  out.set("verdict", to_string(answer.verdict));
  const auto texts = [](const std::vector<std::string>& from) {
    Json::Array to;
    for (const std::string& text : from) to.emplace_back(text);
    return to;
  };
  Json::Array findings;
  for (const SetFinding& finding : answer.findings) {
    Json item;
    item.set("rules", texts(finding.rules));
    item.set("verdict", to_string(finding.verdict));
    if (!finding.reason.empty()) item.set("reason", finding.reason);
    if (finding.example) {
      item.set("data", finding.example->data);
      item.set("refusing", texts(finding.example->refusing));
      Json story;
      story.set("zh", finding.example->story.zh);
      story.set("en", finding.example->story.en);
      item.set("story", std::move(story));
    }
    findings.push_back(std::move(item));
  }
  out.set("findings", std::move(findings));
  out.set("solver", answer.solver);
  out.set("effort", static_cast<std::int64_t>(answer.effort));
  return out;
}

std::string to_text(const SetAnswer& answer, Language language) {
  const bool chinese = language == Language::kChinese;
  const auto verdict = [&](Verdict given) {
    return std::string(given == Verdict::kProved    ? (chinese ? "已证明" : "proved")
                       : given == Verdict::kRefuted ? (chinese ? "不成立" : "refuted")
                                                    : (chinese ? "未能证明" : "not proved"));
  };
  std::string out = verdict(answer.verdict) + " " + std::string(to_string(answer.question)) + "\n";
  for (const SetFinding& finding : answer.findings) {
    if (finding.rules.empty() && finding.verdict == Verdict::kProved) continue;
    out += "  ";
    for (const std::string& rule : finding.rules) out += rule + " ";
    out += verdict(finding.verdict);
    if (!finding.reason.empty()) out += ": " + finding.reason;
    if (finding.example) out += ": " + finding.example->story.in(language);
    out += "\n";
  }
  return out;
}

}  // namespace mingma::rules::proof
