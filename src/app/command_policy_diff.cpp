// mingma policy diff: whose colour would change, on a running platform, a stopped data directory or a synthetic
// population.

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>

#include "app/connection.h"
#include "app/errors.h"
#include "app/files.h"
#include "app/policy_commands.h"
#include "app/system_clock.h"
#include "app/terminal.h"
#include "rules/policy_diff_report.h"
#include "rules/synthetic_rows.h"
#include "service/policy_review.h"

namespace mingma::app {
namespace {

constexpr std::size_t kSyntheticMax = 200'000'000;
constexpr std::size_t kThreadsMax = 64;

struct DiffCommand {
  Connection::Options server;
  std::string before;
  std::string after;
  std::string key;
  std::string directory;
  std::size_t synthetic = 0;
  std::string at;
  std::string language = "zh";
  std::size_t threads = 2;
  service::PolicyDiffRequest request;
  bool for_public = false;
  bool json = false;
};

// A file's text, or the name of a published policy as it stands.
Result<std::string> policy_argument(const std::string& argument) {
  if (!std::filesystem::exists(argument)) return argument;
  return read_file(argument, rules::kPolicyBytesMax);
}

Result<UnixSeconds> instant_of(const DiffCommand& command) {
  if (command.at.empty()) return SystemClock().now();
  auto at = parse_instant(command.at);
  if (!at.ok()) return std::move(at).error().within("--at");
  return at;
}

// Residents by a formula, spread over the prefectures of the second policy's province.
Result<rules::DiffReport> diff_synthetic(const DiffCommand& command) {
  auto before = rules::parse_policy(command.request.before);
  if (!before.ok()) return std::move(before).error().within(command.before);
  auto after = rules::parse_policy(command.request.after);
  if (!after.ok()) return std::move(after).error().within(command.after);
  const UnixSeconds now = command.at.empty() ? before->effective_from.plus(kSecondsPerDay) : UnixSeconds{};
  MINGMA_TRY(const UnixSeconds given, instant_of(command));
  const rules::DiffOptions options{
      .now = command.at.empty() ? now : given, .days = command.request.days, .as_dated = command.request.as_dated};
  MINGMA_TRY(const rules::DiffPlan plan, rules::DiffPlan::make(*before, *after, options));
  constexpr std::uint32_t kCities = 18;
  std::vector<DivisionCode> places;
  for (std::uint32_t i = 1; i <= kCities; ++i) places.push_back({after->jurisdiction.province().value + i * 100'000});
  const rules::FactColumns rows = rules::synthetic_rows(command.synthetic, options.now);
  constexpr std::uint32_t kDecades = 9;  // 1930s to 2010s
  std::vector<rules::DiffGroup> groups(rows.size());
  for (std::size_t i = 0; i < groups.size(); ++i)
    groups[i] = {static_cast<std::uint16_t>(i * 7'919 % kCities),
                 {static_cast<std::uint8_t>(2 + i * 104'729 % kDecades)}};
  const auto begin = std::chrono::steady_clock::now();
  std::vector<rules::DiffTally> tallies;
  for (std::size_t i = 0; i < command.threads; ++i) tallies.emplace_back(plan, places.size());
  const auto part = [&](std::size_t index) {
    const std::size_t first = rows.size() * index / command.threads, last = rows.size() * (index + 1) / command.threads;
    tallies[index].add(rows, first, last, std::span(groups).subspan(first, last - first));
  };
  std::vector<std::thread> workers;
  for (std::size_t i = 1; i < command.threads; ++i) workers.emplace_back(part, i);
  part(0);
  for (std::thread& worker : workers) worker.join();
  for (std::size_t i = 1; i < command.threads; ++i) tallies.front().merge(tallies[i]);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::fprintf(stderr, "%s residents compared under both policies on %d days in %.2f s on %zu threads\n",
               with_commas(rows.size()).c_str(), options.days + 1, took.count(), command.threads);
  const auto audience = command.request.audience;
  rules::DiffReport report = rules::make_report(*before, *after, plan, tallies.front(), places, audience);
  if (audience == rules::DiffAudience::kAuthorised) {
    for (const auto& row : rules::choose_sample(tallies.front().sample(), command.request.sample))
      report.sample.push_back(rules::sample_of(*before, *after, row, places));
  }
  return report;
}

Result<rules::DiffReport> diff_directory(const DiffCommand& command) {
  MINGMA_TRY(const service::DataDir directory, service::DataDir::open(command.directory));
  const service::ProvinceConfig config = service::province_config(directory);
  MINGMA_TRY(const auto control, service::read_control_state(config));
  MINGMA_TRY(const UnixSeconds now, instant_of(command));
  MINGMA_TRY(const auto review, service::PolicyReview::make(*control, command.request, now));
  Progress progress("reading", 0, "residents");
  auto report =
      service::diff_stored(config, *review, command.threads, [&](std::uint64_t residents) { progress.set(residents); });
  progress.finish();
  return report;
}

// The server's own JSON: it is shown as it came.
Result<Json> ask_server(const DiffCommand& command) {
  MINGMA_TRY(crypto::SigningKey key, read_signing_key(command.key));
  MINGMA_TRY(Connection connection, Connection::open(command.server));
  const Json body = Json::Object{{"before", command.request.before},
                                 {"after", command.request.after},
                                 {"days", command.request.days},
                                 {"as_dated", command.request.as_dated},
                                 {"sample", static_cast<std::int64_t>(command.request.sample)},
                                 {"audience", command.for_public ? "public" : "authorised"}};
  return connection.post_signed("/v1/policies/diff", body, key);
}

Result<void> diff(DiffCommand command) {
  MINGMA_TRY(command.request.before, policy_argument(command.before));
  MINGMA_TRY(command.request.after, policy_argument(command.after));
  if (command.for_public) command.request.audience = rules::DiffAudience::kPublic;
  const auto language = command.language == "en" ? rules::Language::kEnglish : rules::Language::kChinese;
  rules::DiffReport report;
  if (!command.directory.empty()) {
    MINGMA_TRY(report, diff_directory(command));
  } else if (command.synthetic != 0) {
    MINGMA_TRY(report, diff_synthetic(command));
  } else if (command.key.empty()) {
    return Error(errors::kInvalidArgument,
                 "say over whom: --key KEY (a running platform), --data DIRECTORY (stopped) or --synthetic N");
  } else {
    MINGMA_TRY(const Json answer, ask_server(command));
    if (command.json) {
      std::printf("%s\n", answer.to_string().c_str());
      return {};
    }
    MINGMA_TRY(report, rules::diff_report_from_json(answer));
  }
  if (command.json) {
    std::printf("%s\n", rules::to_json(report).to_string().c_str());
  } else {
    std::fputs(rules::show_diff(report, language).c_str(), stdout);
  }
  return {};
}

}  // namespace

void add_policy_diff(CLI::App& policy, int& status) {
  const auto command = std::make_shared<DiffCommand>();
  CLI::App* sub = policy.add_subcommand("diff", "whose colour would change, now and on the next days");
  sub->footer(
      "A policy is a file, or the name of a published one: henan-demo@1.0.0, or its hash.\n"
      "Over whom: a running platform (--server and the key of a command, a health commission or an auditor),\n"
      "a stopped data directory or a copy of one (--data), or residents made by a formula (--synthetic).\n"
      "Examples:\n"
      "  mingma policy diff henan-demo@1.0.0 draft.json --key command.pem\n"
      "  mingma policy diff henan-demo@1.0.0 draft.json --data /var/lib/mingma --json\n"
      "  mingma policy diff policies/henan-demo.json policies/national-20-measures.json --synthetic 10000000");
  sub->add_option("before", command->before, "the policy in force: file or name")->required();
  sub->add_option("after", command->after, "the draft: file or name")->required();
  sub->add_option("--server", command->server.server, "web address of the platform")->capture_default_str();
  sub->add_option("--ca-file", command->server.ca_file, "certificates to trust, PEM");
  sub->add_flag("--insecure", command->server.insecure, "do not verify the server's certificate");
  sub->add_option("--key", command->key, "secret key file of the institution that asks")->check(CLI::ExistingFile);
  sub->add_option("--data", command->directory, "a stopped data directory")->check(CLI::ExistingDirectory);
  sub->add_option("--synthetic", command->synthetic, "residents by a formula: how many")
      ->check(CLI::Range(std::size_t{1}, kSyntheticMax));
  sub->add_option("--at", command->at, "the instant called now, e.g. 2022-12-01T08:00:00+08:00; not for a server");
  sub->add_option("--days", command->request.days, "how far to look")
      ->check(CLI::Range(0, rules::kDiffDaysMax))
      ->capture_default_str();
  sub->add_option("--sample", command->request.sample, "residents to name by pseudonym")
      ->check(CLI::Range(std::uint32_t{0}, service::kDiffSampleMax))
      ->capture_default_str();
  sub->add_flag("--as-dated", command->request.as_dated, "each policy only between its own dates");
  sub->add_flag("--public", command->for_public, "for everybody: rounded counts, no sample");
  sub->add_option("--threads", command->threads, "for --data and --synthetic")
      ->check(CLI::Range(std::size_t{1}, kThreadsMax))
      ->capture_default_str();
  sub->add_option("--language", command->language, "zh or en")
      ->check(CLI::IsMember({"zh", "en"}))
      ->capture_default_str();
  sub->add_flag("--json", command->json, "print JSON");
  sub->callback([command, &status] {
    if (const auto result = diff(*command); !result.ok()) {
      print_error(result.error());
      status = 2;
    }
  });
}

}  // namespace mingma::app
