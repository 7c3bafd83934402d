#include "rules/policy_mutants.h"

#include <array>
#include <functional>

#include "rules/compiled.h"

namespace mingma::rules {
namespace {

using Keep = std::function<void(const Json& changed, const std::string& what)>;

// The neighbour that a slip of the pen would give.
constexpr std::array<std::array<std::string_view, 2>, 12> kExchanges{{{"before", "not-after"},
                                                                      {"not-after", "before"},
                                                                      {"after", "not-before"},
                                                                      {"not-before", "after"},
                                                                      {"before", "after"},
                                                                      {"after", "before"},
                                                                      {"not-before", "not-after"},
                                                                      {"not-after", "not-before"},
                                                                      {"<", "<="},
                                                                      {"<=", "<"},
                                                                      {">", ">="},
                                                                      {">=", ">"}}};

std::string next_word(const std::string& fact_path, const std::string& word) {
  const FactInfo* fact = fact_path.starts_with("facts.") ? find_fact(std::string_view(fact_path).substr(6)) : nullptr;
  if (fact == nullptr || fact->values.empty()) return {};
  const auto value = find_fact_value(*fact, word);
  return value ? std::string(fact->values[(*value + 1U) % fact->values.size()].name) : std::string();
}

// Every expression that differs from `expression` by one change.
void mutate(const Json& expression, const Keep& keep);

void mutate_operands(const std::string& name, const Json::Array& operands, const Keep& keep) {
  const auto rebuilt = [&](Json::Array changed) { return Json(Json::Object{{name, std::move(changed)}}); };
  for (std::size_t i = 0; i < operands.size(); ++i) {
    mutate(operands[i], [&](const Json& changed, const std::string& what) {
      Json::Array copy = operands;
      copy[i] = changed;
      keep(rebuilt(std::move(copy)), what);
    });
  }
  if (name == "and") {
    for (std::size_t i = 0; i < operands.size(); ++i) {
      Json::Array fewer = operands;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
      keep(fewer.size() == 1 ? fewer.front() : rebuilt(std::move(fewer)),
           "condition " + std::to_string(i + 1) + " of an and left out");
    }
  }
  for (const auto& [from, to] : kExchanges) {
    if (name == from) keep(Json(Json::Object{{std::string(to), operands}}), name + " becomes " + std::string(to));
  }
  if (name == "===" && operands.size() == 2 && operands[1].is_string() && operands[0].find("var") != nullptr) {
    const std::string word = next_word(operands[0].find("var")->string(), operands[1].string());
    if (!word.empty()) keep(rebuilt({operands[0], word}), operands[1].string() + " becomes " + word);
  }
  if (name == "in" && operands.size() == 2 && operands[1].is_array() && operands[1].array().size() > 1) {
    for (std::size_t i = 0; i < operands[1].array().size(); ++i) {
      Json::Array list = operands[1].array();
      const Json gone = list[i];
      list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
      keep(rebuilt({operands[0], std::move(list)}), gone.to_string() + " left out of a list");
    }
  }
}

void mutate(const Json& expression, const Keep& keep) {
  if (expression.is_integer()) {
    for (const std::int64_t by : {-1, 1}) {
      keep(expression.integer() + by,
           std::to_string(expression.integer()) + " becomes " + std::to_string(expression.integer() + by));
    }
  }
  if (!expression.is_object() || expression.object().empty()) return;
  const auto& [name, value] = expression.object().front();
  if (name == "var") return;
  if (name == "!") keep(value.is_array() ? value.array().front() : value, "! left out");
  if (value.is_array()) mutate_operands(name, value.array(), keep);
}

class Maker {
 public:
  explicit Maker(const Json& policy) : policy_(policy), rules_(policy.find("rules")->array()) {}

  std::vector<PolicyMutant> run() {
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      const std::string id = rules_[i].find("id")->string() + ": ";
      mutate(*rules_[i].find("when"), [&](const Json& changed, const std::string& what) {
        Json::Array rules = rules_;
        rules[i].set("when", changed);
        keep(std::move(rules), id + what);
      });
      Json::Array rules = rules_;
      rules[i].set("colour", rules[i].find("colour")->string() == "red" ? "yellow" : "red");
      keep(std::move(rules), id + "another colour");
      rules = rules_;
      rules.erase(rules.begin() + static_cast<std::ptrdiff_t>(i));
      keep(std::move(rules), id + "left out");
      if (i + 1 == rules_.size()) break;
      rules = rules_;
      std::swap(rules[i], rules[i + 1]);
      keep(std::move(rules), id + "after the next rule");
    }
    return std::move(mutants_);
  }

 private:
  void keep(Json::Array rules, std::string what) {
    Json changed = policy_;
    changed.set("rules", std::move(rules));
    auto policy = parse_policy(changed.to_string());
    if (policy.ok()) mutants_.push_back({std::move(what), std::move(policy).value()});
  }

  const Json& policy_;
  const Json::Array& rules_;
  std::vector<PolicyMutant> mutants_;
};

bool passes(const Policy& policy, const CompiledPolicy& compiled, const PolicyTest& test) {
  const Decision decision = compiled.decide(test.facts, test.now);
  const Rule* rule = policy.find_rule(decision.rule);
  const std::string_view id = rule == nullptr ? std::string_view() : std::string_view(rule->id);
  if (decision.status != test.status || decision.colour != test.colour || id != test.rule) return false;
  const UnixSeconds horizon = decision.horizon == policy.effective_to ? kNoHorizon : decision.horizon;
  return !test.horizon || *test.horizon == decision.horizon || *test.horizon == horizon;
}

}  // namespace

Result<std::vector<PolicyMutant>> make_mutants(std::string_view document) {
  MINGMA_CHECK(parse_policy(document));
  MINGMA_TRY(const Json policy, parse_json(document));
  return Maker(policy).run();
}

Result<MutationScore> score_table(std::string_view document, std::span<const PolicyTest> tests) {
  MINGMA_TRY(const std::vector<PolicyMutant> mutants, make_mutants(document));
  MutationScore score;
  for (const PolicyMutant& mutant : mutants) {
    MINGMA_TRY(const CompiledPolicy compiled, CompiledPolicy::compile(mutant.policy));
    bool noticed = false;
    for (const PolicyTest& test : tests) noticed = noticed || !passes(mutant.policy, compiled, test);
    ++score.mutants;
    if (noticed) {
      ++score.noticed;
    } else {
      score.unnoticed.push_back(mutant.what);
    }
  }
  return score;
}

}  // namespace mingma::rules
