// Asks every ordered pair of the country rule sets and of the policies whether one is never stricter than the other,
// and every rule whether it is dead; writes the tables of docs/proofs.md (markdown) to standard output and, for
// certlogic-js to confirm, every counterexample over plain rules as one JSON object per line.
// Usage: mingma_proof_table RULE_SETS_FOLDER COUNTEREXAMPLES.ndjson POLICY.json...
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include "base/json.h"
#include "rules/proof/proof.h"
#include "rules/proof/rule_set.h"

namespace {

namespace fs = std::filesystem;
namespace proof = mingma::rules::proof;
using mingma::Json;

std::string read_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

template <typename T>
T must(mingma::Result<T> result, const std::string& what) {
  if (!result.ok()) {
    std::fprintf(stderr, "%s: %s\n", what.c_str(), result.error().to_string().c_str());
    std::exit(1);
  }
  return std::move(result).value();
}

class Times {
 public:
  template <typename Ask>
  auto measure(Ask&& ask) {
    const std::clock_t start = std::clock();
    auto answer = ask();
    seconds_.push_back(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    return answer;
  }
  std::string row(const char* what) {
    std::sort(seconds_.begin(), seconds_.end());
    const auto at = [&](double part) {
      return seconds_[static_cast<std::size_t>(part * static_cast<double>(seconds_.size() - 1))];
    };
    char line[160];
    std::snprintf(line, sizeof line, "| %s | %zu | %.0f ms | %.0f ms | %.0f ms |\n", what, seconds_.size(),
                  1e3 * at(0.5), 1e3 * at(0.95), 1e3 * at(1));
    return line;
  }

 private:
  std::vector<double> seconds_;
};

struct Counts {
  int proved = 0, refuted = 0, not_proved = 0;
  void add(proof::Verdict verdict) {
    ++(verdict == proof::Verdict::kProved ? proved : verdict == proof::Verdict::kRefuted ? refuted : not_proved);
  }
  std::string text() const {
    return std::to_string(proved) + " proved, " + std::to_string(refuted) + " refuted, " + std::to_string(not_proved) +
           " not proved";
  }
};

const char* sign(proof::Verdict verdict) {
  return verdict == proof::Verdict::kProved ? "yes" : verdict == proof::Verdict::kRefuted ? "no" : "?";
}

std::string join(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

// What the certificate schema (DCC 1.3) says and no rule needs to: one entry, of one of the three kinds, and a clock.
constexpr const char* kCertificate = R"({"and": [{"var": "external.validationClock"},
  {"if": [{"var": "payload.v.0"}, {"!": [{"if": [{"var": "payload.t.0"}, true, {"var": "payload.r.0"}]}]},
   {"if": [{"var": "payload.t.0"}, {"!": [{"var": "payload.r.0"}]}, {"var": "payload.r.0"}]}]},
  {"!": [{"var": "payload.v.1"}]}, {"!": [{"var": "payload.t.1"}]}, {"!": [{"var": "payload.r.1"}]}]})";

void countries(const fs::path& folder, const fs::path& out_file, Times& pairs, Times& rules) {
  std::vector<proof::RuleSet> sets;
  std::set<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".json" && entry.path().filename() != "valuesets.json") files.insert(entry.path());
  }
  std::map<std::string, Json> logic;
  for (const fs::path& file : files) {
    const Json document = must(mingma::parse_json(read_text(file)), file.string());
    sets.push_back(must(proof::parse_rule_set(document), file.string()));
    for (const Json& rule : document.find("rules")->array())
      logic[sets.back().name + " " + rule.find("Identifier")->string()] = *rule.find("Logic");
  }
  const Json value_sets = must(mingma::parse_json(read_text(folder / "valuesets.json")), "valuesets.json");
  proof::SetOptions options;
  Json external;
  external.set("valueSets", *value_sets.find("vs1"));
  options.fixed.set("external", std::move(external));
  options.assume = must(mingma::parse_json(kCertificate), "assumption");

  std::ofstream out(out_file);
  const auto record = [&](const proof::RuleSet& set, const proof::RuleSet* other, const proof::SetFinding& finding) {
    if (!finding.example) return;
    Json line, own, theirs;
    const auto take = [&](const proof::RuleSet& from, Json& to) {
      to = Json(Json::Object{});
      for (const proof::PlainRule& rule : from.rules) to.set(rule.id, logic.at(from.name + " " + rule.id));
    };
    take(set, own);
    line.set("set", set.name);
    line.set("rules", std::move(own));
    if (other != nullptr) {
      take(*other, theirs);
      line.set("accepted_by", other->name);
      line.set("accepting", std::move(theirs));
    }
    line.set("data", finding.example->data);
    Json::Array refusing;
    for (const std::string& rule : finding.example->refusing) refusing.emplace_back(rule);
    line.set("refusing", std::move(refusing));
    out << line.to_string() << "\n";
  };

  std::printf("### Country rule sets: does the row accept whatever the column accepts?\n\n| |");
  for (const proof::RuleSet& set : sets) std::printf(" %s |", set.name.c_str());
  std::printf("\n|---|");
  for (std::size_t i = 0; i < sets.size(); ++i) std::printf("---|");
  std::printf("\n");
  Counts counts;
  std::vector<std::string> stories;
  for (const proof::RuleSet& a : sets) {
    std::printf("| **%s** |", a.name.c_str());
    for (const proof::RuleSet& b : sets) {
      if (&a == &b) {
        std::printf(" |");
        continue;
      }
      const auto answer = pairs.measure(
          [&] { return must(proof::prove(proof::Question::kNeverStricter, a, &b, options), a.name + " " + b.name); });
      counts.add(answer.verdict);
      std::printf(" %s |", sign(answer.verdict));
      for (const proof::SetFinding& finding : answer.findings) {
        record(a, &b, finding);
        if (finding.example) stories.push_back(finding.example->story.en);
        if (!finding.reason.empty()) stories.push_back(a.name + " " + b.name + ": " + finding.reason);
      }
    }
    std::printf("\n");
  }
  std::printf("\n%zu pairs: %s. The first counterexample of each pair:\n\n", sets.size() * (sets.size() - 1),
              counts.text().c_str());
  for (const std::string& story : stories) std::printf("- %s\n", story.c_str());

  std::printf(
      "\n### Country rules that refuse nothing, or nothing that another rule lets pass\n\n| set | rules | dead | never "
      "decisive |\n|---|---|---|---|\n");
  for (const proof::RuleSet& set : sets) {
    std::vector<std::string> found[2];
    for (const proof::Question question : {proof::Question::kDeadRule, proof::Question::kNeverDecisive}) {
      const auto answer = rules.measure([&] { return must(proof::prove(question, set, nullptr, options), set.name); });
      for (const proof::SetFinding& finding : answer.findings) {
        record(set, nullptr, finding);
        if (finding.verdict == proof::Verdict::kProved) continue;
        std::string name = join(finding.rules) + (finding.verdict == proof::Verdict::kNotProved ? " (not proved)" : "");
        found[question == proof::Question::kDeadRule ? 0 : 1].push_back(std::move(name));
      }
    }
    std::printf("| %s | %zu | %s | %s |\n", set.name.c_str(), set.rules.size(), join(found[0]).c_str(),
                join(found[1]).c_str());
  }
}

void policies(const std::vector<fs::path>& files, Times& pairs, Times& rules) {
  std::vector<mingma::rules::Policy> all;
  for (const fs::path& file : files) all.push_back(must(mingma::rules::parse_policy(read_text(file)), file.string()));
  std::printf("\n### Policies: is the row never stricter than the column? (dates set aside)\n\n| |");
  for (const auto& policy : all) std::printf(" %s |", policy.id.c_str());
  std::printf("\n|---|");
  for (std::size_t i = 0; i < all.size(); ++i) std::printf("---|");
  std::printf("\n");
  Counts counts;
  std::string stories;
  for (const auto& a : all) {
    std::printf("| **%s** |", a.id.c_str());
    for (const auto& b : all) {
      if (&a == &b) {
        std::printf(" |");
        continue;
      }
      const auto answer = pairs.measure(
          [&] { return must(proof::never_stricter(a, b, {.set_dates_aside = true}), a.id + " " + b.id); });
      counts.add(answer.verdict);
      std::printf(" %s |", sign(answer.verdict));
      for (const proof::Finding& finding : answer.findings) {
        if (finding.person) stories += "- " + a.id + " / " + b.id + ": " + finding.person->story.en + "\n";
      }
    }
    std::printf("\n");
  }
  std::printf("\n%zu pairs: %s. The first counterexample of each pair:\n\n%s", all.size() * (all.size() - 1),
              counts.text().c_str(), stories.c_str());

  std::printf("\n### Questions about one policy\n\n| policy | rules |");
  const proof::Question questions[] = {proof::Question::kDeadRule,
                                       proof::Question::kNeverDecisive,
                                       proof::Question::kErrorReachable,
                                       proof::Question::kWaitingNeverWorsens,
                                       proof::Question::kClearingNeverWorsens,
                                       proof::Question::kHorizonBounded};
  for (const proof::Question question : questions) std::printf(" %s |", std::string(to_string(question)).c_str());
  std::printf("\n|---|---|---|---|---|---|---|---|\n");
  std::string told;
  for (const auto& policy : all) {
    std::printf("| %s | %zu |", policy.id.c_str(), policy.rules.size());
    for (const proof::Question question : questions) {
      const auto answer = rules.measure([&] { return must(proof::prove(question, policy, nullptr), policy.id); });
      std::vector<std::string> bad;
      for (const proof::Finding& finding : answer.findings) {
        if (finding.verdict != proof::Verdict::kProved) bad.push_back(join(finding.rules));
        if (finding.verdict == proof::Verdict::kRefuted && finding.person)
          told += "- " + policy.id + ", " + std::string(to_string(question)) + ": " + finding.person->story.en + "\n";
      }
      std::printf(" %s%s%s |",
                  answer.verdict == proof::Verdict::kProved    ? "proved"
                  : answer.verdict == proof::Verdict::kRefuted ? "refuted"
                                                               : "not proved",
                  bad.empty() ? "" : ": ", join(bad).c_str());
    }
    std::printf("\n");
  }
  std::printf("\n%s", told.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: mingma_proof_table RULE_SETS_FOLDER COUNTEREXAMPLES.ndjson POLICY.json...\n");
    return 2;
  }
  if (!proof::available()) {
    std::fprintf(stderr, "built without Z3\n");
    return 77;
  }
  Times country_pairs, country_rules, policy_pairs, policy_questions;
  countries(argv[1], argv[2], country_pairs, country_rules);
  policies({argv + 3, argv + argc}, policy_pairs, policy_questions);
  std::printf(
      "\n### Times\n\n%s, one core, processor time. Each question with its own solver, counterexamples, replay and "
      "stories.\n\n| asked | questions "
      "| median | p95 | max |\n|---|---|---|---|---|\n%s%s%s%s",
      proof::solver_version().c_str(), country_pairs.row("country pair, never stricter").c_str(),
      country_rules.row("all rules of a country, dead or never decisive").c_str(),
      policy_pairs.row("policy pair, never stricter").c_str(),
      policy_questions.row("one policy, one question about all its rules").c_str());
}
