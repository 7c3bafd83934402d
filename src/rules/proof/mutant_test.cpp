// Mutants: one constant, operator, word, colour or place in the order of a policy is changed. Either somebody tells the
// mutant from the policy, or they are proved equivalent, and then random residents must not tell them apart either.
// MINGMA_PROOF_MUTANTS=all: every mutant of every policy in policies/; otherwise a part.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>

#include "rules/compiled.h"
#include "rules/decide.h"
#include "rules/proof/fact_domain.h"
#include "rules/proof/proof.h"
#include "rules/reducers_random.h"

namespace mingma::rules::proof {
namespace {

namespace fs = std::filesystem;

constexpr std::pair<std::string_view, std::string_view> kOperators[] = {{"before", "not-after"},
                                                                        {"not-before", "after"},
                                                                        {"after", "not-before"},
                                                                        {"not-after", "before"},
                                                                        {"<", "<="},
                                                                        {">", ">="},
                                                                        {"<=", "<"},
                                                                        {">=", ">"}};

// All documents in which one thing inside `json` differs; `emit` gets the whole document each time.
template <typename Emit>
void mutate_condition(Json& json, Emit&& emit) {
  if (json.is_object()) {
    for (auto& [name, value] : json.object()) {
      if (name == "var") continue;
      for (const auto& [from, to] : kOperators) {
        if (name != from) continue;
        name = to;
        emit("operator");
        name = from;
        break;
      }
      mutate_condition(value, emit);
    }
  } else if (json.is_array()) {
    for (Json& item : json.array()) mutate_condition(item, emit);
  } else if (json.is_integer()) {
    const std::int64_t found = json.integer();
    json = Json(found + 1);
    emit("constant");
    json = Json(found);
  } else if (json.is_string()) {
    const std::string found = json.string();
    for (const FactInfo& info : fact_schema()) {
      const auto value = find_fact_value(info, found);
      if (!value || info.values.size() < 3) continue;
      json = Json(info.values[(*value + 1) % info.values.size()].name);
      emit("word");
      json = Json(found);
      return;
    }
  }
}

template <typename Emit>
void mutate_policy(Json document, Emit&& emit) {
  Json::Array* rules = nullptr;
  for (auto& [name, value] : document.object()) {
    if (name == "rules") rules = &value.array();
  }
  const auto whole = [&](std::string_view what, std::size_t rule) { emit(document, what, rule); };
  for (std::size_t i = 0; i < rules->size(); ++i) {
    Json& rule = (*rules)[i];
    for (auto& [name, value] : rule.object()) {
      if (name == "when") mutate_condition(value, [&](std::string_view what) { whole(what, i); });
    }
    const Json colour = *rule.find("colour");
    rule.set("colour", colour == Json("red") ? "yellow" : "red");
    whole("colour", i);
    rule.set("colour", colour);
    if (i + 1 < rules->size()) {
      std::swap((*rules)[i], (*rules)[i + 1]);
      whole("order", i);
      std::swap((*rules)[i], (*rules)[i + 1]);
    }
  }
}

std::string read_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Evidence whose times lie around the policy's days.
bool told_apart_by_chance(const Policy& a, const Policy& b, SeededRng& rng) {
  const auto first = CompiledPolicy::compile(a), second = CompiledPolicy::compile(b);
  const std::int64_t days = (a.effective_from.value - evidence_for_tests::kStart.value) / kSecondsPerDay;
  for (int i = 0; i < 300; ++i) {
    std::vector<Evidence> history = evidence_for_tests::random_history(rng);
    for (Evidence& item : history) {
      item.at = item.at.plus(days * kSecondsPerDay);
      if (item.until != UnixSeconds{}) item.until = item.until.plus(days * kSecondsPerDay);
    }
    const FactRow row = reduce(history, {evidence_for_tests::kHome}, AreaTable());
    const UnixSeconds now = a.effective_from.plus(static_cast<std::int64_t>(rng.below(40 * 24)) * 3'600);
    const Decision x = first->decide(row, now), y = second->decide(row, now);
    if (x.status != y.status || x.colour != y.colour || x.measure != y.measure) return true;
  }
  return false;
}

TEST(ProofMutants, AMutantIsToldApartByAPersonOrProvedEquivalent) {
  if (!available()) GTEST_SKIP() << "skipped: built without Z3";
  const char* wanted = std::getenv("MINGMA_PROOF_MUTANTS");
  const bool all = wanted != nullptr && std::string_view(wanted) == "all";
  SeededRng rng(20'221'207);
  int mutants = 0, told = 0, equivalent = 0, invalid = 0, met = 0;
  std::set<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(MINGMA_SOURCE_DIR) / "policies")) {
    if (entry.path().extension() == ".json") files.insert(entry.path());
  }
  for (const fs::path& file : files) {
    const std::string text = read_text(file);
    const Policy policy = *parse_policy(text);
    mutate_policy(*parse_json(text), [&](const Json& document, std::string_view what, std::size_t rule) {
      if (++met % 16 != 0 && !all) return;
      const auto mutant = parse_policy(document.to_string());
      if (!mutant.ok()) {
        ++invalid;
        return;
      }
      ++mutants;
      const auto answer = prove(Question::kEquivalent, policy, &*mutant);
      ASSERT_TRUE(answer.ok()) << answer.error().to_string();
      const std::string name = file.stem().string() + " rule " + policy.rules[rule].id + " " + std::string(what);
      ASSERT_NE(answer->verdict, Verdict::kNotProved) << name << ": " << answer->findings.front().reason;
      if (answer->verdict == Verdict::kProved) {
        ++equivalent;
        ASSERT_FALSE(told_apart_by_chance(policy, *mutant, rng)) << name << " is no equivalent mutant";
        return;
      }
      ++told;
      const Counterexample& person = *answer->findings.front().person;
      const Decision a = decide(policy, person.facts, person.now), b = decide(*mutant, person.facts, person.now);
      ASSERT_TRUE(a.status != b.status || a.colour != b.colour || a.measure != b.measure) << name;
    });
  }
  std::cout << mutants << " mutants of " << met << (all ? "" : " (MINGMA_PROOF_MUTANTS=all runs all)") << ": " << told
            << " told apart by a person, " << equivalent << " proved equivalent; " << invalid << " are no policies\n";
  EXPECT_GT(told, 30);
}

}  // namespace
}  // namespace mingma::rules::proof
