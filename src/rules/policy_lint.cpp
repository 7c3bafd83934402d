#include "rules/policy_lint.h"

#include <algorithm>
#include <set>

#include "rules/certlogic/interpreter.h"
#include "rules/errors.h"
#include "rules/facts.h"

namespace mingma::rules {
namespace {

using certlogic::Expression;
using certlogic::Node;
using certlogic::NodeIndex;
using certlogic::Op;

// The sub-expression as text, the same for equal ones.
std::string text_of(const Expression& expression, NodeIndex index) {
  const Node& node = expression.node(index);
  std::string out(operator_name(node.op));
  if (node.op == Op::kVar) return out + " " + expression.path(node).text;
  if (node.op == Op::kString) return out + " " + Json(expression.string(node)).to_string();
  out += " " + std::to_string(node.value) + " " + std::string(unit_name(node.unit)) + "(";
  for (std::uint32_t i = 0; i < node.count; ++i) out += text_of(expression, node.first + i) + ",";
  return out + ")";
}

// The conditions that must all hold: the operands of an "and", or the condition itself.
std::set<std::string> conjuncts(const Expression& expression) {
  std::set<std::string> out;
  const Node& root = expression.root();
  if (root.op != Op::kAnd) return {text_of(expression, 0)};
  for (std::uint32_t i = 0; i < root.count; ++i) out.insert(text_of(expression, root.first + i));
  return out;
}

bool reads_facts(const Expression& expression) {
  const std::vector<std::string> paths = expression.paths_read();
  return std::any_of(paths.begin(), paths.end(), [](const std::string& path) { return path.starts_with("facts."); });
}

// True of a resident about whom nothing is known, at the beginning, in the middle or at the end of the policy.
bool holds_for_nobody_in_particular(const Policy& policy, const Rule& rule) {
  const std::int64_t middle = (policy.effective_from.value + policy.effective_to.value) / 2;
  for (const UnixSeconds now : {policy.effective_from, UnixSeconds{middle}, policy.effective_to.plus(-1)}) {
    const auto truth = certlogic::is_truthy(rule.when, to_rule_data(FactRow(), now));
    if (truth.ok() && *truth) return true;
  }
  return false;
}

// "Other persons to be controlled": an order without an epidemiological reason.
bool reads_other_reason(const Expression& expression) {
  const auto& nodes = expression.nodes();
  const bool reads = std::any_of(nodes.begin(), nodes.end(), [&](const Node& node) {
    return node.op == Op::kVar && expression.path(node).text == "facts.control_reason";
  });
  return reads && std::any_of(nodes.begin(), nodes.end(), [&](const Node& node) {
           return node.op == Op::kString && expression.string(node) == "other";
         });
}

bool has_chinese(std::string_view text) {
  // CJK Unified Ideographs, U+4E00 to U+9FFF, are E4 B8 80 to E9 BF BF in UTF-8.
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0xE4 && byte <= 0xE9;
  });
}

class PolicyLinter {
 public:
  explicit PolicyLinter(const Policy& policy) : policy_(policy) {}

  std::vector<LintFinding> run() {
    check_text(policy_.title, "/title");
    check_text(policy_.default_reason, "/default_reason");
    for (std::size_t i = 0; i < policy_.rules.size(); ++i) check_rule(i);
    check_brakes();
    return std::move(findings_);
  }

 private:
  void report(LintLevel level, std::string_view code, std::string place, std::string message) {
    findings_.push_back({level, code, std::move(place), std::move(message)});
  }
  void check_rule(std::size_t index);
  void check_catch_all(const Rule& rule, const std::string& place);
  void check_reachable(std::size_t index, const std::string& place);
  void check_measure(const Rule& rule, const std::string& place);
  void check_text(const LocalText& text, const std::string& place);
  void check_brakes();

  const Policy& policy_;
  std::vector<LintFinding> findings_;
};

void PolicyLinter::check_rule(std::size_t index) {
  const Rule& rule = policy_.rules[index];
  const std::string place = "/rules/" + std::to_string(index);
  check_text(rule.title, place + "/title");
  check_text(rule.reason, place + "/reason");
  check_text(rule.way_out, place + "/way_out");
  check_text(rule.control_mode, place + "/control_mode");
  for (LintFinding finding : lint_condition(rule.when)) {
    report(finding.level, finding.code, place + "/when" + finding.place, std::move(finding.message));
  }
  check_catch_all(rule, place);
  check_reachable(index, place);
  check_measure(rule, place);
}

void PolicyLinter::check_catch_all(const Rule& rule, const std::string& place) {
  const bool everybody = rule.colour > policy_.default_colour && holds_for_nobody_in_particular(policy_, rule);
  if (!everybody && !reads_other_reason(rule.when)) return;
  if (!rule.catch_all_document) {
    report(LintLevel::kError, "catch_all", place + "/when",
           everybody ? "true of a resident about whom nothing is known; name the published document "
                       "(catch_all_document) or ask for evidence"
                     : "\"other\" is no epidemiological reason; name the published document (catch_all_document) that "
                       "says who is meant");
  } else if (policy_.effective_to.value - policy_.effective_from.value > kCatchAllPolicyDaysMax * kSecondsPerDay) {
    report(LintLevel::kError, "catch_all_life", place, "a policy with a catch-all rule holds for at most 14 days");
  }
}

void PolicyLinter::check_reachable(std::size_t index, const std::string& place) {
  const Rule& rule = policy_.rules[index];
  if (rule.when.paths_read().empty()) {
    const auto truth = certlogic::is_truthy(rule.when, Json());
    if (truth.ok() && !*truth)
      report(LintLevel::kWarning, "never_true", place + "/when", "the condition is constant and false");
  }
  const std::set<std::string> own = conjuncts(rule.when);
  for (std::size_t earlier = 0; earlier < index; ++earlier) {
    const Rule& other = policy_.rules[earlier];
    const bool always = !reads_facts(other.when) && holds_for_nobody_in_particular(policy_, other);
    const std::set<std::string> wider = conjuncts(other.when);
    if (!always && !std::includes(own.begin(), own.end(), wider.begin(), wider.end())) continue;
    report(
        LintLevel::kError, "unreachable", place,
        "rule " + other.id + (always ? " before it is true of everybody" : " before it asks for less and comes first"));
    return;
  }
}

void PolicyLinter::check_measure(const Rule& rule, const std::string& place) {
  if (rule.colour == Colour::kGreen && rule.measure >= Measure::kHomeMonitoring) {
    report(LintLevel::kWarning, "measure_without_colour", place,
           "a measure of " + std::string(to_string(rule.measure)) + " under a green code");
  }
  if (rule.colour > Colour::kGreen && rule.measure == Measure::kNone) {
    report(LintLevel::kWarning, "colour_without_measure", place,
           "a " + std::string(to_string(rule.colour)) + " code that asks for nothing");
  }
}

void PolicyLinter::check_text(const LocalText& text, const std::string& place) {
  if (!has_chinese(text.zh))
    report(LintLevel::kError, "untranslated", place + "/zh", "the Chinese text holds no Chinese");
  if (has_chinese(text.en)) report(LintLevel::kError, "untranslated", place + "/en", "the English text holds Chinese");
}

void PolicyLinter::check_brakes() {
  const Brakes& brakes = policy_.brakes;
  if (brakes.signer_worse_per_hour > brakes.signer_worse_per_day ||
      brakes.institution_worse_per_hour > brakes.institution_worse_per_day) {
    report(LintLevel::kWarning, "brakes", "/brakes", "more in an hour than in a day");
  }
  if (brakes.signer_worse_per_day > brakes.institution_worse_per_day) {
    report(LintLevel::kWarning, "brakes", "/brakes",
           "one signer may make more residents worse than the whole institution");
  }
}

}  // namespace

std::vector<LintFinding> lint_policy(const Policy& policy) { return PolicyLinter(policy).run(); }

Result<void> check_publishable(const Policy& policy) {
  for (const LintFinding& finding : lint_policy(policy)) {
    if (finding.level != LintLevel::kError) continue;
    return Error(errors::kInvalidPolicy, std::string(finding.code) + ": " + finding.message, finding.place);
  }
  return {};
}

std::string_view to_string(LintLevel level) { return level == LintLevel::kError ? "error" : "warning"; }

}  // namespace mingma::rules
