// mingma policy tests: a test table made from a policy, and how many small mistakes a table notices.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "app/files.h"
#include "app/policy_commands.h"
#include "app/terminal.h"
#include "base/json.h"
#include "rules/policy_cases.h"
#include "rules/policy_mutants.h"
#include "rules/policy_table.h"

namespace mingma::app {
namespace {

struct TestsCommand {
  std::string file;
  std::string out;
  std::string table;
  bool score = false;
  bool json = false;
};

Json to_json(const rules::GeneratedTable& table) {
  const auto part = [](std::size_t covered, std::size_t all) {
    return Json::Object{{"covered", static_cast<std::int64_t>(covered)}, {"all", static_cast<std::int64_t>(all)}};
  };
  Json::Array uncovered;
  for (const std::string& line : table.uncovered) uncovered.emplace_back(line);
  return Json::Object{{"lines", static_cast<std::int64_t>(table.lines)},
                      {"rules", part(table.rules_covered, table.rules)},
                      {"limits", part(table.limits_covered, table.limits)},
                      {"pairs", part(table.pairs_covered, table.pairs)},
                      {"uncovered", std::move(uncovered)}};
}

Json to_json(const rules::MutationScore& score) {
  Json::Array unnoticed;
  for (const std::string& what : score.unnoticed) unnoticed.emplace_back(what);
  return Json::Object{{"mistakes", static_cast<std::int64_t>(score.mutants)},
                      {"noticed", static_cast<std::int64_t>(score.noticed)},
                      {"unnoticed", std::move(unnoticed)}};
}

Result<void> print_score(const TestsCommand& command, const std::string& document, const std::string& table) {
  auto tests = rules::parse_policy_tests(table);
  if (!tests.ok()) return std::move(tests).error().within(command.table + " ");
  MINGMA_TRY(const rules::MutationScore score, rules::score_table(document, *tests));
  if (command.json) {
    std::printf("%s\n", to_json(score).to_string().c_str());
    return {};
  }
  for (const std::string& what : score.unnoticed) std::printf("not noticed: %s\n", what.c_str());
  std::printf("%zu lines notice %zu of %zu small mistakes\n", tests->size(), score.noticed, score.mutants);
  return {};
}

Result<void> tests(const TestsCommand& command) {
  MINGMA_TRY(const std::string document, read_file(command.file, rules::kPolicyBytesMax));
  auto policy = rules::parse_policy(document);
  if (!policy.ok()) return std::move(policy).error().within(command.file + " ");
  if (!command.table.empty()) {
    MINGMA_TRY(const std::string text, read_file(command.table, 1u << 20));
    return print_score(command, document, text);
  }
  MINGMA_TRY(const rules::GeneratedTable table, rules::generate_policy_table(*policy));
  if (command.score) return print_score(command, document, table.text);
  if (command.out.empty() && !command.json) {
    std::fputs(table.text.c_str(), stdout);
    return {};
  }
  if (!command.out.empty()) MINGMA_CHECK(write_file(command.out, table.text));
  if (command.json) {
    std::printf("%s\n", to_json(table).to_string().c_str());
    return {};
  }
  std::printf("%s: %zu lines; rules %zu of %zu, limits %zu of %zu, adjacent pairs %zu of %zu\n", command.out.c_str(),
              table.lines, table.rules_covered, table.rules, table.limits_covered, table.limits, table.pairs_covered,
              table.pairs);
  for (const std::string& line : table.uncovered) std::printf("not covered: %s\n", line.c_str());
  return {};
}

}  // namespace

void add_policy_tests(CLI::App& policy, int& status) {
  const auto command = std::make_shared<TestsCommand>();
  CLI::App* sub = policy.add_subcommand("tests", "make a test table from a policy, or say what a table notices");
  sub->footer(
      "Each line is what the policy says today of somebody who could exist: read it and ask whether it is meant.\n"
      "Examples:\n"
      "  mingma policy tests draft.json -o draft.generated.tests.txt\n"
      "  mingma policy tests draft.json --score\n"
      "  mingma policy tests policies/henan-demo.json --table policies/henan-demo.tests.txt");
  sub->add_option("file", command->file, "policy document (JSON)")->required()->check(CLI::ExistingFile);
  sub->add_option("-o,--out", command->out, "file; standard output without it");
  sub->add_flag("--score", command->score, "make small mistakes in the policy and count how many the table notices");
  sub->add_option("--table", command->table, "count for this table instead of the generated one")
      ->check(CLI::ExistingFile);
  sub->add_flag("--json", command->json, "print JSON");
  sub->callback([command, &status] {
    if (const auto result = tests(*command); !result.ok()) {
      print_error(result.error());
      status = 2;
    }
  });
}

}  // namespace mingma::app
