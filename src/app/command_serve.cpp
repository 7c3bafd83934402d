// mingma serve: the platform on HTTP.

#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <boost/asio/signal_set.hpp>
#include <cstdio>
#include <filesystem>
#include <future>
#include <memory>

#include "app/commands.h"
#include "app/demo_clock.h"
#include "app/errors.h"
#include "app/files.h"
#include "app/neighbour_pump.h"
#include "app/terminal.h"
#include "app/webhooks.h"
#include "app/workers.h"
#include "base/json.h"
#include "crypto/random.h"
#include "http/relying_party.h"
#include "http/replay_window.h"
#include "http/routes.h"
#include "http/sandbox_provider.h"
#include "http/server.h"
#include "http/static_files.h"
#include "service/province.h"

namespace mingma::app {
namespace {

constexpr std::uint32_t kGraceMs = 5'000;
constexpr std::size_t kReplayEntriesMax = 2'000'000;
constexpr std::string_view kDemoClient = "mingma-demo";

struct ServeOptions {
  std::string directory;
  std::int64_t clock_ahead_days = 0;
  std::string listen = "127.0.0.1:8641";
  std::string public_url;
  std::string certificate;
  std::string private_key;
  std::string oidc_issuer;
  std::string oidc_client = "mingma";
  std::string oidc_secret_file;
  std::string access_log;
  std::string demo_people;
  std::size_t workers = std::max(1u, std::thread::hardware_concurrency());
  std::size_t connections_max = 20'000;
  std::uint64_t part_megabytes_max = 1'024;
  std::uint32_t requests_per_second = 200;
  std::size_t kept_codes = service::CodeDesk::Limits{}.codes_max;
  std::uint32_t institution_requests_per_second = 200;
  std::string web;
  std::uint32_t exchange_every_seconds = 10;
  bool no_rate_limit = false;
  bool demo = false;
};

// Every connection is a file; the default of 1,024 is less than one checkpoint queue.
void raise_file_limit(std::size_t connections) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t wanted = connections + 2'048;
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < wanted) {
    spdlog::warn("the system allows {} open files; {} connections would need {} (ulimit -n)", limit.rlim_cur,
                 connections, wanted);
  }
}

Result<http::ServerOptions> server_options(const ServeOptions& options) {
  http::ServerOptions out;
  const std::size_t colon = options.listen.rfind(':');
  const std::string port = colon == std::string::npos ? options.listen : options.listen.substr(colon + 1);
  if (colon != std::string::npos && colon > 0) out.address = options.listen.substr(0, colon);
  if (out.address.size() > 2 && out.address.front() == '[') out.address = out.address.substr(1, out.address.size() - 2);
  const unsigned long number = std::strtoul(port.c_str(), nullptr, 10);
  if (port.empty() || port.find_first_not_of("0123456789") != std::string::npos || number > 65'535) {
    return Error(errors::kInvalidArgument, "write --listen as ADDRESS:PORT, e.g. 127.0.0.1:8641", options.listen);
  }
  out.port = static_cast<std::uint16_t>(number);
  out.limits.connections_max = options.connections_max;
  if (!options.no_rate_limit)
    out.limits.per_address = {.per_second = options.requests_per_second, .burst = 4 * options.requests_per_second};
  if (!options.certificate.empty()) {
    MINGMA_TRY(std::string chain, read_file(options.certificate, 1u << 20));
    MINGMA_TRY(std::string key, read_file(options.private_key, 1u << 20));
    out.tls = std::make_unique<http::TlsFiles>(http::TlsFiles{options.certificate, options.private_key});
  }
  return out;
}

Result<std::vector<service::Person>> read_people(const std::string& file) {
  std::vector<service::Person> people;
  if (file.empty()) return people;
  MINGMA_TRY(const std::string text, read_file(file, 1u << 20));
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line(text.data() + at, end - at);
    at = end + 1;
    if (line.empty()) continue;
    MINGMA_TRY(const Json json, parse_json(line));
    const auto member = [&](std::string_view name) {
      const Json* value = json.find(name);
      return value != nullptr && value->is_string() ? value->string() : std::string();
    };
    service::Person person{
        .document_type = member("document_type"), .document_number = member("document_number"), .name = member("name")};
    if (const std::string birth = member("birth_date"); !birth.empty()) {
      MINGMA_TRY(person.birth_date, parse_date(birth));
    }
    people.push_back(std::move(person));
  }
  return people;
}

constexpr std::size_t kInstitutionSlots = 1u << 14;

// Where the pages are when --web does not say: installed, beside the program, or in the source tree it was built in.
std::string default_web_folder() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  if (error) return {};
  for (const char* folder : {"../share/mingma/web", "web/dist", "../../../../web/dist"}) {
    const std::filesystem::path found = (program / folder).lexically_normal();
    if (std::filesystem::is_regular_file(found / "index.html", error)) return found.string();
  }
  return {};
}

// Everything a running server is made of, in the order it is built; destroyed in reverse.
class Platform {
 public:
  explicit Platform(ServeOptions options)
      : options_(std::move(options)),
        clock_(options_.clock_ahead_days * 86'400),
        workers_(options_.workers),
        sessions_(random_),
        officers_(random_),
        replays_(kReplayEntriesMax) {}

  Result<void> open() {
    MINGMA_TRY(service::DataDir directory, service::DataDir::open(options_.directory));
    directory_ = std::make_unique<service::DataDir>(std::move(directory));
    MINGMA_TRY(http::ServerOptions server, server_options(options_));
    const std::string scheme = server.tls ? "https" : "http";
    if (options_.public_url.empty())
      options_.public_url = scheme + "://" + server.address + ":" + std::to_string(server.port);
    const std::string loopback = scheme + "://127.0.0.1:" + std::to_string(server.port);

    service::ProvinceConfig config = service::province_config(*directory_);
    config.code_limits.codes_max = options_.kept_codes;
    MINGMA_TRY(province_, service::Province::open(std::move(config), workers_.contexts(), clock_, random_));
    MINGMA_CHECK(open_login());
    if (!options_.no_rate_limit && options_.institution_requests_per_second > 0) {
      const std::uint32_t rate = options_.institution_requests_per_second;
      institution_limit_ = std::make_unique<http::RateLimiter>(http::RateLimit{.per_second = rate, .burst = 4 * rate},
                                                               kInstitutionSlots, random_);
    }
    http::RouteDependencies routes{.api = *province_,
                                   .oversight = *province_,
                                   .redress = *province_,
                                   .sessions = sessions_,
                                   .officers = officers_,
                                   .replays = replays_,
                                   .clock = clock_,
                                   .public_origin = options_.public_url,
                                   .login = login_.get(),
                                   .per_institution = institution_limit_.get(),
                                   .part_bytes_max = options_.part_megabytes_max << 20};
    http::add_session_routes(router_, routes);
    http::add_resident_routes(router_, routes);
    http::add_family_routes(router_, routes);
    http::add_neighbour_routes(router_, routes);
    http::add_institution_routes(router_, routes);
    http::add_officer_routes(router_, routes);
    http::add_policy_routes(router_, routes);
    http::add_public_routes(router_, routes);
    http::add_oversight_routes(router_, routes);
    http::add_redress_routes(router_, routes);
    http::add_operator_routes(router_, routes, [this] { return server_->metrics_text(province_->metrics()); });
    if (sandbox_) sandbox_->add_routes(router_);
    MINGMA_CHECK(open_pages());

    http::ServerHooks hooks;
    hooks.bug = [](std::string_view route, std::string_view what) { spdlog::error("bug in {}: {}", route, what); };
    if (!options_.access_log.empty()) {
      const auto log = spdlog::rotating_logger_mt("access", options_.access_log, 64u << 20, 8);
      log->set_pattern("%Y-%m-%dT%H:%M:%S.%e %v");
      hooks.access_log = [log](const http::AccessRecord& record) {
        log->info("{} {} in={} out={} us={}", record.route, record.status, record.request_bytes, record.response_bytes,
                  record.micros);
      };
    }
    server_ = std::make_unique<http::Server>(workers_.contexts(), router_, std::move(server), std::move(hooks), clock_,
                                             random_);
    MINGMA_CHECK(server_->start());
    return open_webhooks();
  }

  void run() {
    province_->start();
    boost::asio::signal_set signals(*workers_.contexts().front(), SIGINT, SIGTERM);
    std::promise<void> asked;
    signals.async_wait([&](const boost::system::error_code& failure, int) {
      if (!failure) asked.set_value();
    });
    workers_.start();
    webhooks_->start();
    say_where();
    pump_ = std::make_unique<NeighbourPump>(province_->neighbours(), *workers_.contexts().front(),
                                            options_.exchange_every_seconds);
    pump_->start();
    asked.get_future().wait();
    spdlog::info("stopping");
    pump_->stop();
    webhooks_->stop();
    server_->stop(kGraceMs);
    province_->stop();
    workers_.stop();
  }

 private:
  Result<void> open_login() {
    http::RelyingPartyOptions login;
    login.redirect_uri = options_.public_url + "/v1/session/callback";
    if (options_.demo) {
      login.issuer = options_.public_url + "/oidc";
      login.client_id = kDemoClient;
      MINGMA_TRY(std::vector<service::Person> people, read_people(options_.demo_people));
      sandbox_ = std::make_unique<http::SandboxProvider>(http::SandboxOptions{.issuer = login.issuer,
                                                                              .client_id = login.client_id,
                                                                              .redirect_uri = login.redirect_uri,
                                                                              .people = std::move(people)},
                                                         clock_, random_);
    } else if (!options_.oidc_issuer.empty()) {
      login.issuer = options_.oidc_issuer;
      login.client_id = options_.oidc_client;
      if (!options_.oidc_secret_file.empty()) {
        MINGMA_TRY(login.client_secret, read_file(options_.oidc_secret_file, 4096));
        while (!login.client_secret.empty() && login.client_secret.back() == '\n') login.client_secret.pop_back();
      }
    } else {
      spdlog::warn("nobody can sign in: give --oidc-issuer (or --demo for a sandbox)");
      return {};
    }
    login_ = std::make_unique<http::RelyingParty>(std::move(login), clock_, random_);
    return {};
  }

  Result<void> open_pages() {
    const std::string folder = options_.web.empty() ? default_web_folder() : options_.web;
    if (folder.empty()) return {};
    MINGMA_TRY(const http::StaticFiles pages, http::StaticFiles::load(folder));
    pages.add_routes(router_);
    spdlog::info("{} pages and files from {}", pages.count(), folder);
    return {};
  }

  Result<void> open_webhooks() {
    MINGMA_TRY(std::vector<Webhook> hooks, read_webhooks(directory_->path() + "/webhooks.json"));
    MINGMA_TRY(crypto::SigningKey key, directory_->signing_key("trust-pack"));
    webhooks_ = std::make_unique<Webhooks>(std::move(hooks), directory_->path() + "/webhooks", std::move(key),
                                           *province_, *workers_.contexts().front(), clock_);
    return {};
  }

  void say_where() const {
    const service::Health health = province_->health();
    std::uint64_t residents = 0;
    for (const service::ShardHealth& shard : health.shards) {
      residents += shard.residents;
      if (shard.state == service::ShardState::kStopped)
        spdlog::error("shard {} is stopped: {}", shard.shard.value, shard.reason);
    }
    spdlog::info("{} serves {} residents in {} shards with {} workers{}", options_.public_url, with_commas(residents),
                 health.shards.size(), options_.workers,
                 options_.demo ? "; DEMONSTRATION: anyone may sign in as anyone" : "");
  }

  ServeOptions options_;
  DemoClock clock_;
  crypto::SystemRng random_;
  Workers workers_;
  std::unique_ptr<service::DataDir> directory_;
  std::unique_ptr<service::Province> province_;
  http::Sessions sessions_;
  http::OfficerSessions officers_;
  http::ReplayWindow replays_;
  std::unique_ptr<http::RateLimiter> institution_limit_;
  std::unique_ptr<http::RelyingParty> login_;
  std::unique_ptr<http::SandboxProvider> sandbox_;
  http::Router router_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<NeighbourPump> pump_;
  std::unique_ptr<Webhooks> webhooks_;
};

Result<void> serve(ServeOptions options) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("mingma"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S %^%l%$ %v");
  raise_file_limit(options.connections_max);
  Platform platform(std::move(options));
  MINGMA_CHECK(platform.open());
  platform.run();
  return {};
}

}  // namespace

void add_serve(CLI::App& program, int& status) {
  const auto options = std::make_shared<ServeOptions>();
  CLI::App* command = program.add_subcommand("serve", "run the platform");
  command->footer(
      "Ends cleanly on SIGTERM or Ctrl-C; kill -9 loses nothing that was answered.\n"
      "Examples:\n"
      "  mingma serve demo --demo\n"
      "  mingma serve /var/lib/mingma --listen 0.0.0.0:443 --tls-certificate chain.pem --tls-key key.pem \\\n"
      "      --public-url https://code.example.gov.cn --oidc-issuer https://id.example.gov.cn --oidc-client mingma");
  command->add_option("directory", options->directory, "data directory made by `mingma init`")->required();
  command->add_option("--listen", options->listen, "ADDRESS:PORT")->capture_default_str();
  command->add_option("--public-url", options->public_url,
                      "as residents and institutions reach it; the listening address without it");
  auto* certificate = command->add_option("--tls-certificate", options->certificate, "certificate chain, PEM")
                          ->check(CLI::ExistingFile);
  auto* key = command->add_option("--tls-key", options->private_key, "its secret key, PEM")->check(CLI::ExistingFile);
  certificate->needs(key);
  key->needs(certificate);
  auto* issuer =
      command->add_option("--oidc-issuer", options->oidc_issuer, "OpenID Connect provider that residents sign in with");
  command->add_option("--oidc-client", options->oidc_client, "client id there")->capture_default_str();
  command->add_option("--oidc-secret-file", options->oidc_secret_file,
                      "file with the client secret; none for a public client");
  command->add_flag("--demo", options->demo, "mount a sandbox provider: anyone may sign in as anyone")
      ->excludes(issuer);
  command->add_option("--demo-clock-ahead", options->clock_ahead_days, "demonstrations: pretend it is DAYS later")
      ->check(CLI::Range(0, 3'650));
  command->add_option("--demo-people", options->demo_people, "roster lines offered on the sandbox's page")
      ->check(CLI::ExistingFile);
  command->add_option("--workers", options->workers, "threads")->check(CLI::Range(1, 256))->capture_default_str();
  command->add_option("--connections", options->connections_max, "at most")
      ->check(CLI::Range(16, 1'000'000))
      ->capture_default_str();
  command->add_option("--requests-per-second", options->requests_per_second, "of one address")->capture_default_str();
  command
      ->add_option("--institution-requests-per-second", options->institution_requests_per_second,
                   "signed requests of one institution, 0: no limit; four times as many may come at once")
      ->capture_default_str();
  command->add_flag("--no-rate-limit", options->no_rate_limit,
                    "no limit per address or institution: behind a gateway that has one");
  command
      ->add_option("--web", options->web,
                   "folder of the pages; without it ../share/mingma/web or web/dist beside the program, if there")
      ->check(CLI::ExistingDirectory);
  command->add_option("--kept-codes", options->kept_codes, "signed codes each shard keeps to show again; 1.5 KiB each")
      ->check(CLI::Range(1u, 100'000'000u))
      ->capture_default_str();
  command->add_option("--part-megabytes", options->part_megabytes_max, "largest part of a submission")
      ->capture_default_str();
  command
      ->add_option("--exchange-seconds", options->exchange_every_seconds,
                   "how often what other provinces have not acknowledged is sent again")
      ->check(CLI::Range(1, 3'600))
      ->capture_default_str();
  command->add_option("--access-log", options->access_log,
                      "file: time, route, status, bytes, microseconds; nothing personal");
  command->callback([options, &status] {
    if (const auto result = serve(*options); !result.ok()) {
      print_error(result.error());
      status = 2;
    }
  });
}

}  // namespace mingma::app
