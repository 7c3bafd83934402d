// mingma policy: write, check, read, test, prove (command_policy_prove.cpp), date, sign. Publishing a signed policy is
// `mingma publish`.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "app/commands.h"
#include "app/errors.h"
#include "app/files.h"
#include "app/policy_commands.h"
#include "app/system_clock.h"
#include "app/terminal.h"
#include "base/json.h"
#include "rules/policy.h"
#include "rules/policy_lint.h"
#include "rules/policy_show.h"
#include "rules/policy_table.h"

namespace mingma::app {
namespace {

struct PolicyOptions {
  std::vector<std::string> files;
  std::string tests;
  std::string language = "zh";
  std::string format = "text";
  std::string from;
  std::string out;
  int days = 30;
  bool json = false;
};

Result<rules::Policy> load(const std::string& file) {
  MINGMA_TRY(const std::string text, read_file(file, rules::kPolicyBytesMax));
  auto policy = rules::parse_policy(text);
  if (!policy.ok()) return std::move(policy).error().within(file + " ");
  return policy;
}

// Exit status 1 when anything of level error was found.
Result<int> lint(const PolicyOptions& options) {
  int status = 0;
  Json::Array out;
  for (const std::string& file : options.files) {
    MINGMA_TRY(const rules::Policy policy, load(file));
    const std::vector<rules::LintFinding> findings = rules::lint_policy(policy);
    for (const rules::LintFinding& finding : findings) {
      if (finding.level == rules::LintLevel::kError) status = 1;
      if (options.json) {
        Json line;
        line.set("file", file);
        line.set("level", rules::to_string(finding.level));
        line.set("code", finding.code);
        line.set("place", finding.place);
        line.set("message", finding.message);
        out.push_back(std::move(line));
      } else {
        std::printf("%s: %s: %s %s: %s\n", file.c_str(), std::string(rules::to_string(finding.level)).c_str(),
                    std::string(finding.code).c_str(), finding.place.c_str(), finding.message.c_str());
      }
    }
    if (!options.json && findings.empty()) {
      std::printf("%s: nothing found, %zu rules, sha-256 %s\n", file.c_str(), policy.rules.size(),
                  hex_encode(policy.hash).c_str());
    }
  }
  if (options.json) std::printf("%s\n", Json(std::move(out)).to_string().c_str());
  return status;
}

Result<int> show(const PolicyOptions& options) {
  for (const std::string& file : options.files) {
    MINGMA_TRY(const rules::Policy policy, load(file));
    std::fputs(
        rules::show_policy(policy, options.language == "en" ? rules::Language::kEnglish : rules::Language::kChinese,
                           options.format == "markdown" ? rules::TableFormat::kMarkdown : rules::TableFormat::kText)
            .c_str(),
        stdout);
  }
  return 0;
}

// The table beside "x.json" is "x.tests.txt".
std::string table_beside(const std::string& file) {
  std::filesystem::path path(file);
  return path.replace_extension(".tests.txt").string();
}

Result<int> test(const PolicyOptions& options) {
  int status = 0;
  Json::Array out;
  for (const std::string& file : options.files) {
    MINGMA_TRY(const rules::Policy policy, load(file));
    const std::string table_file = options.tests.empty() ? table_beside(file) : options.tests;
    MINGMA_TRY(const std::string text, read_file(table_file, 1u << 20));
    auto tests = rules::parse_policy_tests(text);
    if (!tests.ok()) return std::move(tests).error().within(table_file + " ");
    const rules::PolicyTestReport report = rules::run_policy_tests(policy, *tests);
    if (!report.failures.empty()) status = 1;
    if (options.json) {
      Json line;
      line.set("file", file);
      line.set("passed", static_cast<std::int64_t>(report.passed));
      Json::Array failures;
      for (const rules::PolicyTestFailure& failure : report.failures) {
        Json item;
        item.set("line", failure.line);
        item.set("message", failure.message);
        failures.push_back(std::move(item));
      }
      line.set("failures", std::move(failures));
      Json::Array untested;
      for (const std::string& rule : report.rules_untested) untested.emplace_back(rule);
      line.set("rules_untested", std::move(untested));
      out.push_back(std::move(line));
      continue;
    }
    for (const rules::PolicyTestFailure& failure : report.failures) {
      std::printf("%s:%d: %s\n", table_file.c_str(), failure.line, failure.message.c_str());
    }
    std::printf("%s: %zu passed, %zu failed", file.c_str(), report.passed, report.failures.size());
    if (!report.rules_untested.empty()) {
      std::printf("; no line expects:");
      for (const std::string& rule : report.rules_untested) std::printf(" %s", rule.c_str());
    }
    std::printf("\n");
  }
  if (options.json) std::printf("%s\n", Json(std::move(out)).to_string().c_str());
  return status;
}

// A policy's dates are part of what is signed, so a draft gets them last.
Result<int> date(const PolicyOptions& options) {
  MINGMA_TRY(const std::string text, read_file(options.files.front(), rules::kPolicyBytesMax));
  MINGMA_TRY(Json document, parse_json(text));
  // The whole hour that has begun, so that the policy is in force at once and reads well.
  UnixSeconds from{SystemClock().now().value / 3600 * 3600};
  if (!options.from.empty()) {
    MINGMA_TRY(from, parse_instant(options.from));
  }
  document.set("effective_from", from.to_string());
  document.set("effective_to", from.plus(options.days * kSecondsPerDay).to_string());
  const std::string dated = document.to_pretty_string() + "\n";
  MINGMA_TRY(const rules::Policy policy, rules::parse_policy(dated));
  if (options.out.empty()) {
    std::fputs(dated.c_str(), stdout);
    return 0;
  }
  MINGMA_CHECK(write_file(options.out, dated));
  std::printf("%s %s in force %s to %s, sha-256 %s\n", policy.id.c_str(), policy.version.to_string().c_str(),
              policy.effective_from.to_local_string().c_str(), policy.effective_to.to_local_string().c_str(),
              hex_encode(policy.hash).c_str());
  return 0;
}

}  // namespace

void add_policy(CLI::App& program, int& status) {
  const auto options = std::make_shared<PolicyOptions>();
  CLI::App* command = program.add_subcommand("policy", "check, show, test and date policy documents");
  command->require_subcommand(1);
  command->footer(
      "Examples:\n"
      "  mingma policy lint policies/*.json\n"
      "  mingma policy show policies/henan-demo.json --language en\n"
      "  mingma policy test policies/henan-demo.json\n"
      "  mingma policy tests draft.json -o draft.tests.txt\n"
      "  mingma policy diff henan-demo@1.0.0 draft.json --key command.pem\n"
      "  mingma policy prove never_stricter city.json province.json\n"
      "  mingma policy date policies/henan-demo.json --days 30 --out today.json\n"
      "  mingma publish --type policy today.json --key root-1.pem --key root-2.pem");
  const auto run = [&status](Result<int> result) {
    if (!result.ok()) print_error(result.error());
    status = result.ok() ? *result : 2;
  };
  const auto files = [options](CLI::App* sub) {
    sub->add_option("file", options->files, "policy documents (JSON)")->required()->check(CLI::ExistingFile);
  };

  CLI::App* sub =
      command->add_subcommand("lint", "what is wrong or looks wrong; exit status 1 if it may not be published");
  files(sub);
  sub->add_flag("--json", options->json, "print JSON");
  sub->callback([options, run] { run(lint(*options)); });

  sub = command->add_subcommand("show", "the policy as a table");
  files(sub);
  sub->add_option("--language", options->language, "zh or en")
      ->check(CLI::IsMember({"zh", "en"}))
      ->capture_default_str();
  sub->add_option("--format", options->format, "text or markdown")
      ->check(CLI::IsMember({"text", "markdown"}))
      ->capture_default_str();
  sub->callback([options, run] { run(show(*options)); });

  sub = command->add_subcommand("test", "run its test table (beside it: NAME.tests.txt)");
  files(sub);
  sub->add_option("--table", options->tests, "another table");
  sub->add_flag("--json", options->json, "print JSON");
  sub->callback([options, run] { run(test(*options)); });

  add_policy_diff(*command, status);
  add_policy_tests(*command, status);

  sub = command->add_subcommand("date", "write a copy with its days in force, ready to be signed");
  files(sub);
  sub->add_option("--from", options->from,
                  "first instant, e.g. 2026-11-23T00:00:00+08:00; the hour that has begun without it");
  sub->add_option("--days", options->days, "days in force")
      ->check(CLI::Range(1, rules::kPolicyDaysMax))
      ->capture_default_str();
  sub->add_option("--out", options->out, "file; standard output without it");
  sub->callback([options, run] { run(date(*options)); });

  add_policy_prove(*command, status);
}

}  // namespace mingma::app
