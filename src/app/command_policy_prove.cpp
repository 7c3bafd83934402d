// mingma policy prove: questions about policies, answered for every resident who could exist.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "app/commands.h"
#include "app/files.h"
#include "app/terminal.h"
#include "base/json.h"
#include "rules/proof/proof.h"
#include "rules/proof/rule_set.h"

namespace mingma::app {
namespace {

namespace proof = rules::proof;

constexpr std::size_t kRuleSetBytesMax = 8u << 20;

struct ProveOptions {
  std::string question;
  std::string file;
  std::string other;
  std::string known;
  std::string assume;
  std::string language = "zh";
  proof::Options options;
  bool json = false;
};

rules::Language language_of(const ProveOptions& options) {
  return options.language == "en" ? rules::Language::kEnglish : rules::Language::kChinese;
}

int status_of(proof::Verdict verdict) {
  return verdict == proof::Verdict::kProved ? 0 : verdict == proof::Verdict::kRefuted ? 1 : 3;
}

template <typename Answer>
int print(const Answer& answer, const ProveOptions& options) {
  const std::string text =
      options.json ? proof::to_json(answer).to_string() + "\n" : proof::to_text(answer, language_of(options));
  std::fputs(text.c_str(), stdout);
  return status_of(answer.verdict);
}

Result<std::string> read(const std::string& file) { return read_file(file, kRuleSetBytesMax); }

Result<Json> read_json(const std::string& file) {
  if (file.empty()) return Json();
  MINGMA_TRY(const std::string text, read(file));
  auto json = parse_json(text);
  if (!json.ok()) return std::move(json).error().within(file + " ");
  return json;
}

Result<rules::Policy> load_policy(const std::string& file) {
  MINGMA_TRY(const std::string text, read(file));
  auto policy = rules::parse_policy(text);
  if (!policy.ok()) return std::move(policy).error().within(file + " ");
  return policy;
}

Result<proof::RuleSet> load_rule_set(const std::string& file) {
  MINGMA_TRY(const Json document, read_json(file));
  auto set = proof::parse_rule_set(document);
  if (!set.ok()) return std::move(set).error().within(file + " ");
  for (const auto& [id, why] : set->refused)
    std::fprintf(stderr, "%s: rule %s does not count: %s\n", file.c_str(), id.c_str(), why.to_string().c_str());
  return set;
}

Result<int> prove_rule_sets(proof::Question question, const ProveOptions& options) {
  MINGMA_TRY(const proof::RuleSet set, load_rule_set(options.file));
  std::optional<proof::RuleSet> other;
  if (!options.other.empty()) {
    MINGMA_TRY(other, load_rule_set(options.other));
  }
  proof::SetOptions set_options{.effort_max = options.options.effort_max};
  MINGMA_TRY(set_options.fixed, read_json(options.known));
  MINGMA_TRY(set_options.assume, read_json(options.assume));
  MINGMA_TRY(const proof::SetAnswer answer, proof::prove(question, set, other ? &*other : nullptr, set_options));
  return print(answer, options);
}

Result<int> prove_policies(proof::Question question, const ProveOptions& options) {
  MINGMA_TRY(const rules::Policy policy, load_policy(options.file));
  std::optional<rules::Policy> other;
  if (!options.other.empty()) {
    MINGMA_TRY(other, load_policy(options.other));
  }
  MINGMA_TRY(const proof::Answer answer, proof::prove(question, policy, other ? &*other : nullptr, options.options));
  return print(answer, options);
}

Result<int> prove(const ProveOptions& options) {
  const auto question = *proof::find_question(options.question);
  MINGMA_TRY(const std::string text, read(options.file));
  const auto document = parse_json(text);
  const bool plain = document.ok() && proof::is_rule_set(*document);
  return plain ? prove_rule_sets(question, options) : prove_policies(question, options);
}

std::vector<std::string> question_names() {
  std::vector<std::string> names;
  for (int i = 1; i <= static_cast<int>(proof::Question::kHorizonBounded); ++i)
    names.emplace_back(proof::to_string(static_cast<proof::Question>(i)));
  return names;
}

std::string questions_help() {
  std::string out = "Questions, and what \"proved\" says:\n";
  for (const std::string& name : question_names())
    out += "  " + name + ": " + proof::question_text(*proof::find_question(name)).en + "\n";
  return out +
         "Exit status: 0 proved, 1 refuted, 3 not proved, 2 could not ask.\n"
         "Examples:\n"
         "  mingma policy prove never_stricter city.json province.json\n"
         "  mingma policy prove never_decisive policies/henan-demo.json --rule B4 --language en\n"
         "  mingma policy prove never_stricter DE.json FR.json --known valuesets.json --json";
}

}  // namespace

void add_policy_prove(CLI::App& policy, int& status) {
  const auto options = std::make_shared<ProveOptions>();
  CLI::App* sub =
      policy.add_subcommand("prove", "what holds for everybody who could exist, or a person for whom it does not");
  sub->footer(questions_help());
  sub->add_option("question", options->question, "see below")->required()->check(CLI::IsMember(question_names()));
  sub->add_option("policy", options->file, "policy document, or a country's plain CertLogic rules (JSON)")
      ->required()
      ->check(CLI::ExistingFile);
  sub->add_option("other", options->other, "the policy compared with: never_stricter, equivalent")
      ->check(CLI::ExistingFile);
  sub->add_option("--rule", options->options.rule, "this rule alone: dead_rule, never_decisive, disjoint");
  sub->add_option("--other-rule", options->options.other_rule, "and this one: disjoint");
  sub->add_option("--except", options->options.except_rules, "rules of the policy that may differ");
  sub->add_flag("--every-rule", options->options.every_rule, "never_stricter: a person for every stricter rule");
  sub->add_flag("--set-dates-aside", options->options.set_dates_aside,
                "compare the rules as if both policies were in force");
  sub->add_option("--known", options->known, "plain rules: JSON with the known parts of the data, such as value sets")
      ->check(CLI::ExistingFile);
  sub->add_option("--assume", options->assume, "plain rules: a CertLogic expression that holds of the data")
      ->check(CLI::ExistingFile);
  sub->add_option("--effort", options->options.effort_max, "how much the solver may work before it gives up")
      ->capture_default_str();
  sub->add_option("--language", options->language, "zh or en")
      ->check(CLI::IsMember({"zh", "en"}))
      ->capture_default_str();
  sub->add_flag("--json", options->json, "print JSON");
  sub->callback([options, &status] {
    const Result<int> result = prove(*options);
    if (!result.ok()) print_error(result.error());
    status = result.ok() ? *result : 2;
  });
}

}  // namespace mingma::app
