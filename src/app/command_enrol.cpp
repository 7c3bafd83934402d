// mingma enrol: the first load of a province from its population register, into a data directory that is not served.

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cstdio>
#include <fstream>
#include <future>
#include <memory>

#include "app/commands.h"
#include "app/errors.h"
#include "app/system_clock.h"
#include "app/terminal.h"
#include "app/workers.h"
#include "base/json.h"
#include "crypto/random.h"
#include "service/province.h"

namespace mingma::app {
namespace {

constexpr std::size_t kInFlight = 8'192;  // enough that one sync carries thousands

struct EnrolOptions {
  std::string directory;
  std::string file;
  std::size_t workers = 2;
  bool json = false;
};

struct Tally {
  std::uint64_t lines = 0;
  std::uint64_t enrolled = 0;
  std::uint64_t existed = 0;
  std::optional<Error> failure;
  std::size_t running = 0;
};

Result<service::RegisterRequest> read_line(std::string_view line) {
  MINGMA_TRY(const Json json, parse_json(line, {.depth_max = 2, .bytes_max = 4096}));
  const auto text = [&](std::string_view name) {
    const Json* member = json.find(name);
    return member != nullptr && member->is_string() ? member->string() : std::string();
  };
  service::RegisterRequest request;
  request.person.document_type = text("document_type");
  request.person.document_number = text("document_number");
  request.person.country = text("country");
  request.person.name = text("name");
  if (const std::string birth = text("birth_date"); !birth.empty()) {
    MINGMA_TRY(request.person.birth_date, parse_date(birth));
  }
  MINGMA_TRY(request.home, DivisionCode::parse(text("home")));
  return request;
}

boost::asio::awaitable<void> enrol_lines(service::Api& api, std::ifstream& in, Tally& tally, Progress& progress,
                                         std::promise<void>& finished) {
  std::string line;
  while (!tally.failure && std::getline(in, line)) {
    const std::uint64_t number = ++tally.lines;
    if (line.empty()) continue;
    auto request = read_line(line);
    if (!request.ok()) {
      tally.failure = std::move(request).error().within("line " + std::to_string(number) + " ");
      break;
    }
    const auto registered = co_await api.register_resident(std::move(*request));
    if (!registered.ok()) {
      tally.failure = registered.error().within("line " + std::to_string(number) + " ");
      break;
    }
    ++(registered->existed ? tally.existed : tally.enrolled);
    progress.set(tally.enrolled + tally.existed);
  }
  if (--tally.running == 0) finished.set_value();
}

Result<Tally> enrol(const EnrolOptions& options) {
  std::ifstream in(options.file, std::ios::binary);
  if (!in) return Error(errors::kFileFailed, "cannot be read", options.file);
  MINGMA_TRY(const service::DataDir directory, service::DataDir::open(options.directory));
  const SystemClock clock;
  crypto::SystemRng random;
  Workers workers(options.workers);
  MINGMA_TRY(const std::unique_ptr<service::Province> province,
             service::Province::open(service::province_config(directory), workers.contexts(), clock, random));
  province->start();
  workers.start();

  Tally tally;
  tally.running = kInFlight;
  Progress progress("enrol", 0, "residents");
  std::promise<void> finished;
  boost::asio::io_context& context = *workers.contexts().front();
  boost::asio::post(context, [&] {
    for (std::size_t i = 0; i < kInFlight; ++i) {
      boost::asio::co_spawn(context, enrol_lines(*province, in, tally, progress, finished), boost::asio::detached);
    }
  });
  finished.get_future().wait();
  progress.finish();
  province->stop();
  workers.stop();
  if (tally.failure) return *tally.failure;
  return tally;
}

}  // namespace

void add_enrol(CLI::App& program, int& status) {
  const auto options = std::make_shared<EnrolOptions>();
  CLI::App* command = program.add_subcommand(
      "enrol", "load residents from a population register (server stopped); run again to resume");
  command->footer(
      "One JSON object a line: {\"document_type\":\"resident_id\",\"document_number\":\"...\",\"name\":\"...\",\n"
      "\"birth_date\":\"1980-01-31\",\"home\":\"410103001\"}. Residents who are there already are left as they are.\n"
      "Later arrivals register themselves by signing in.\n"
      "Example:\n  mingma enrol /var/lib/mingma roster.ndjson");
  command->add_option("directory", options->directory, "data directory")->required();
  command->add_option("file", options->file, "roster (NDJSON)")->required()->check(CLI::ExistingFile);
  command->add_option("--workers", options->workers, "threads")->check(CLI::Range(1, 64))->capture_default_str();
  command->add_flag("--json", options->json, "print a JSON summary");
  command->callback([options, &status] {
    const auto tally = enrol(*options);
    if (!tally.ok()) {
      print_error(tally.error());
      status = 2;
      return;
    }
    if (options->json) {
      std::printf("{\"enrolled\":%llu,\"existed\":%llu}\n", static_cast<unsigned long long>(tally->enrolled),
                  static_cast<unsigned long long>(tally->existed));
    } else {
      std::printf("%s residents enrolled, %s were there\n", with_commas(tally->enrolled).c_str(),
                  with_commas(tally->existed).c_str());
    }
  });
}

}  // namespace mingma::app
