// mingma retention: ends statements past their days and destroys the keys nobody needs any more.

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cstdio>
#include <future>
#include <memory>

#include "app/commands.h"
#include "app/demo_clock.h"
#include "app/terminal.h"
#include "app/workers.h"
#include "crypto/random.h"
#include "service/province.h"
#include "service/redress_json.h"

namespace mingma::app {
namespace {

struct RetentionOptions {
  std::string directory;
  std::int64_t clock_ahead_days = 0;
  bool dry_run = false;
  bool json = false;
};

boost::asio::awaitable<void> work(service::Province& province, const RetentionOptions& options,
                                  std::promise<Result<service::RetentionDone>>& finished) {
  if (options.dry_run) {
    Result<std::vector<std::string>> due = co_await province.due_for_destruction();
    if (!due.ok()) {
      finished.set_value(due.error());
      co_return;
    }
    service::RetentionDone out;
    out.destroyed = *std::move(due);
    finished.set_value(std::move(out));
    co_return;
  }
  std::unique_ptr<Progress> bar;
  std::string step;
  std::function<void(const service::RetentionProgress&)> progress = [&](const service::RetentionProgress& now) {
    if (now.step != step) {
      step = now.step;
      bar = std::make_unique<Progress>(step, now.total, "done");
    }
    bar->set(now.done);
  };
  Result<service::RetentionDone> done = co_await province.run_retention(std::move(progress));
  if (bar) bar->finish();
  finished.set_value(std::move(done));
}

Result<service::RetentionDone> retention(const RetentionOptions& options) {
  MINGMA_TRY(const service::DataDir directory, service::DataDir::open(options.directory));
  const DemoClock clock(options.clock_ahead_days * 86'400);
  crypto::SystemRng random;
  Workers workers(1);
  MINGMA_TRY(const std::unique_ptr<service::Province> province,
             service::Province::open(service::province_config(directory), workers.contexts(), clock, random));
  province->start();
  workers.start();
  std::promise<Result<service::RetentionDone>> finished;
  boost::asio::co_spawn(*workers.contexts().front(), work(*province, options, finished), boost::asio::detached);
  Result<service::RetentionDone> done = finished.get_future().get();
  province->stop();
  workers.stop();
  return done;
}

}  // namespace

void add_retention(CLI::App& program, int& status) {
  const auto options = std::make_shared<RetentionOptions>();
  CLI::App* command = program.add_subcommand(
      "retention", "end statements past their days, destroy keys nobody needs (server stopped); run again to resume");
  command->footer(
      "The days are those of the policies in force. Each step is an event and a public leaf; the ledger verifies as\n"
      "before, and `mingma audit` says what can no longer be opened. Run it daily.\n"
      "Examples:\n"
      "  mingma retention /var/lib/mingma --dry-run\n"
      "  mingma retention /var/lib/mingma");
  command->add_option("directory", options->directory, "data directory")->required();
  command->add_flag("--dry-run", options->dry_run, "only say which keys would be destroyed");
  command->add_option("--demo-clock-ahead", options->clock_ahead_days, "demonstrations: pretend it is DAYS later")
      ->check(CLI::Range(0, 3'650));
  command->add_flag("--json", options->json, "print JSON");
  command->callback([options, &status] {
    const auto done = retention(*options);
    if (!done.ok()) {
      print_error(done.error());
      status = 2;
      return;
    }
    if (options->json) {
      std::printf("%s\n", service::to_json(*done).to_string().c_str());
      return;
    }
    if (!options->dry_run) std::printf("%s statements expired\n", with_commas(done->expired).c_str());
    for (const std::string& keys : done->destroyed)
      std::printf("%s: %s\n", options->dry_run ? "due" : "destroyed", keys.c_str());
  });
}

}  // namespace mingma::app
