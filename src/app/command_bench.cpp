// mingma bench: the whole path in one process, on a real data directory: enrol, ingest, restart, show.

#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <future>
#include <memory>
#include <numeric>

#include "app/commands.h"
#include "app/errors.h"
#include "app/files.h"
#include "app/system_clock.h"
#include "app/terminal.h"
#include "app/workers.h"
#include "base/json.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "feed/simulate.h"
#include "service/genesis.h"
#include "service/manifest.h"
#include "service/province.h"
#include "shard/document.h"
#include "shard/line_proof.h"

namespace mingma::app {
namespace {

using boost::asio::awaitable;
using crypto::SigningKey;
using service::SignedDocument;

constexpr std::size_t kInFlight = 8'192;
constexpr std::size_t kUploadBytes = 1u << 20;

struct BenchOptions {
  std::string directory;
  std::string policy;
  std::uint32_t residents = 100'000;
  std::uint32_t nights = 2;
  std::uint32_t part_lines = 50'000;
  std::uint16_t shards = 2;
  std::size_t workers = 2;
  std::uint32_t shows = 100'000;
  bool json = false;
};

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// Resident memory of this process, bytes.
std::uint64_t memory_now() {
  std::ifstream in("/proc/self/statm");
  std::uint64_t pages = 0;
  in >> pages >> pages;
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

// One measured step, as a row of the table and a member of the JSON.
struct Step {
  std::string name;
  std::uint64_t count = 0;
  std::string unit;
  double seconds = 0;
  std::string durability;
};

// A province of its own, from nothing: keys, genesis, institutions, grants, policy.
class Rig {
 public:
  explicit Rig(const BenchOptions& options) : options_(options), workers_(options.workers), county_(settings(options)) {
    for (int i = 0; i < 2; ++i) roots_.push_back(SigningKey::generate(crypto::SignatureAlgorithm::kEd25519));
    for (std::size_t i = 0; i < county_.institutions().size(); ++i) {
      keys_.push_back(SigningKey::generate(crypto::SignatureAlgorithm::kEd25519));
    }
  }
  ~Rig() { close(); }

  Result<void> create() {
    service::ProvinceFile file;
    MINGMA_TRY(file.province, DivisionCode::parse("41"));
    file.origin = "mingma.example/41";
    file.data_shards = options_.shards;
    file.created = clock_.now();
    MINGMA_TRY(const service::DataDir directory, service::DataDir::create(options_.directory, file));
    service::GenesisRequest request{.name = {"河南省", "Henan"}, .roots = {}, .threshold = 2};
    for (const SigningKey& root : roots_) request.roots.push_back({"bench", root.verifying_key()});
    MINGMA_TRY(std::string document, service::genesis_document(directory, request));
    return service::write_genesis(directory, by_roots("genesis", std::move(document)), clock_.now());
  }

  Result<void> open() {
    MINGMA_TRY(service::DataDir directory, service::DataDir::open(options_.directory));
    directory_ = std::make_unique<service::DataDir>(std::move(directory));
    MINGMA_TRY(province_,
               service::Province::open(service::province_config(*directory_), workers_.contexts(), clock_, random_));
    province_->start();
    workers_.start();
    return {};
  }

  void close() {
    if (!province_) return;
    province_->stop();
    workers_.stop();
    province_.reset();
    directory_.reset();
  }

  Result<void> publish_all() {
    const UnixSeconds from = clock_.now().plus(-2 * kSecondsPerDay);
    for (std::size_t i = 0; i < county_.institutions().size(); ++i) {
      MINGMA_CHECK(publish("institution", institution_json(i, from)));
      if (county_.institutions()[i].role == feed::SimulatedRole::kLaboratory)
        MINGMA_CHECK(publish("grant", grant_json(i, from)));
    }
    MINGMA_TRY(const std::string text, read_file(options_.policy, 1u << 20));
    MINGMA_TRY(Json policy, parse_json(text));
    policy.set("effective_from", from.to_string());
    policy.set("effective_to", from.plus(60 * kSecondsPerDay).to_string());
    return publish("policy", policy.to_string());
  }

  // Runs `one(i)` for every i below `count`, thousands at a time, on every worker; the first failure ends it.
  template <typename One>
  Result<void> for_all(std::uint32_t count, std::size_t in_flight, const One& one) {
    std::atomic<std::uint32_t> next{0};
    std::atomic<std::size_t> running{in_flight};
    std::mutex mutex;
    std::optional<Error> failure;
    std::promise<void> finished;
    const auto contexts = workers_.contexts();
    for (std::size_t i = 0; i < in_flight; ++i) {
      boost::asio::co_spawn(
          *contexts[i % contexts.size()],
          [&]() -> awaitable<void> {
            for (std::uint32_t at = next++; at < count; at = next++) {
              const Result<void> result = co_await one(at);
              if (!result.ok()) {
                const std::lock_guard lock(mutex);
                if (!failure) failure = result.error();
                next = count;
              }
            }
            if (--running == 0) finished.set_value();
          },
          boost::asio::detached);
    }
    finished.get_future().wait();
    if (failure) return *failure;
    return {};
  }

  template <typename T>
  Result<T> wait(service::Async<T> work) {
    auto done = std::make_shared<std::promise<Result<T>>>();
    auto future = done->get_future();
    boost::asio::co_spawn(
        *workers_.contexts().front(),
        [done, held = std::make_shared<service::Async<T>>(std::move(work))]() -> awaitable<void> {
          done->set_value(co_await std::move(*held));
        },
        boost::asio::detached);
    return future.get();
  }

  // One laboratory's lines as one submission of several parts; gives how many were accepted.
  Result<std::uint64_t> submit(std::size_t laboratory, const std::string& lines) {
    service::Manifest manifest;
    const std::string id = std::to_string(1'000'000'000'000ull + submissions_++).substr(1);
    manifest.submission_id = "00000000-0000-4000-8000-" + id;
    manifest.institution = county_.institutions()[laboratory].id;
    manifest.created = clock_.now();
    random_.fill(manifest.salt.bytes);
    std::vector<std::string_view> parts;
    cut(lines, manifest, parts);
    const std::string text = service::write_manifest(manifest);
    SigningKey& key = keys_[laboratory];
    const std::string base =
        "\"@method\": POST\n\"content-digest\": sha-256=:" + base64_encode(crypto::sha256(as_bytes(text))) +
        ":\n\"@signature-params\": (\"@method\" \"content-digest\");created=" + std::to_string(clock_.now().value);
    service::CreateSubmission request{
        .manifest = to_bytes(as_bytes(text)),
        .signature = {key.verifying_key().key_id(), to_bytes(as_bytes(base)), key.sign(as_bytes(base))}};
    MINGMA_CHECK(wait(province_->create_submission(std::move(request))));
    std::uint64_t accepted = 0;
    for (std::size_t part = 0; part < parts.size(); ++part) {
      MINGMA_TRY(const std::unique_ptr<service::PartUpload> upload,
                 wait(province_->upload_part(manifest.submission_id, static_cast<std::uint32_t>(part),
                                             {manifest.institution, {}})));
      for (std::size_t at = 0; at < parts[part].size(); at += kUploadBytes) {
        MINGMA_CHECK(upload->write(as_bytes(parts[part].substr(at, kUploadBytes))));
      }
      MINGMA_TRY(const service::PartStatus status, wait(upload->finish()));
      accepted += status.counts[0];
    }
    return accepted;
  }

  const feed::SimulatedCounty& county() const { return county_; }
  service::Province& province() { return *province_; }

 private:
  static feed::SimulationSettings settings(const BenchOptions& options) {
    feed::SimulationSettings settings;
    settings.residents = options.residents;
    settings.first_evening =
        china_midnight(china_date(SystemClock().now())).plus(-6 * 3'600 - (options.nights - 1) * kSecondsPerDay);
    return settings;
  }

  void cut(const std::string& lines, service::Manifest& manifest, std::vector<std::string_view>& parts) const {
    const crypto::HmacKey salt(manifest.salt);
    std::vector<Digest> hashes;
    std::size_t begin = 0;
    for (std::size_t at = 0; at < lines.size();) {
      const std::size_t end = lines.find('\n', at);
      hashes.push_back(salt.mac(as_bytes(std::string_view(lines).substr(at, end - at))));
      at = end + 1;
      if (hashes.size() < options_.part_lines && at < lines.size()) continue;
      parts.push_back(std::string_view(lines).substr(begin, at - begin));
      manifest.parts.push_back({hashes.size(), crypto::sha256(as_bytes(parts.back())), shard::lines_root(hashes)});
      hashes.clear();
      begin = at;
    }
  }

  SignedDocument by_roots(std::string type, std::string text) {
    SignedDocument document{std::move(type), std::move(text), {}};
    const Digest digest = shard::document_digest(document.type, document.document);
    for (SigningKey& root : roots_) document.signatures.push_back({root.verifying_key().key_id(), root.sign(digest)});
    return document;
  }

  Result<void> publish(std::string type, std::string text) {
    MINGMA_CHECK(wait(province_->publish(by_roots(std::move(type), std::move(text)))));
    return {};
  }

  std::string institution_json(std::size_t index, UnixSeconds from) const {
    const feed::SimulatedInstitution& institution = county_.institutions()[index];
    return R"({"type":"institution","id":")" + institution.id + R"(","class":")" +
           std::string(feed::to_string(institution.role)) + R"(","name":{"zh":")" + institution.name + R"(","en":")" +
           institution.id + R"("},"phone":"0371-00000000","division":")" + institution.division.to_string() +
           R"(","keys":[{"key":")" + base64_encode(keys_[index].verifying_key().spki_der()) + R"(","from":")" +
           from.to_string() + R"(","until":")" + from.plus(90 * kSecondsPerDay).to_string() + R"("}],"issued_at":")" +
           from.to_string() + R"("})";
  }

  std::string grant_json(std::size_t index, UnixSeconds from) const {
    const std::string& id = county_.institutions()[index].id;
    return R"({"type":"grant","id":"G-)" + id + R"(","grantor":"root","grantee":")" + id +
           R"(","kinds":["test_result"],"areas":["41"],"from":")" + from.to_string() + R"(","until":")" +
           from.plus(90 * kSecondsPerDay).to_string() + R"(","may_delegate":false,"document_number":"BENCH-1"})";
  }

  BenchOptions options_;
  SystemClock clock_;
  crypto::SystemRng random_;
  Workers workers_;
  feed::SimulatedCounty county_;
  std::vector<SigningKey> roots_;
  std::vector<SigningKey> keys_;
  std::unique_ptr<service::DataDir> directory_;
  std::unique_ptr<service::Province> province_;
  std::uint64_t submissions_ = 1;
};

std::uint64_t count_leaves(const service::Province& province) {
  std::uint64_t leaves = 0;
  for (const service::ShardHealth& shard : province.health().shards) leaves += shard.leaves;
  return leaves;
}

Result<Step> enrol(Rig& rig, const BenchOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  MINGMA_CHECK(rig.for_all(options.residents, kInFlight, [&](std::uint32_t i) -> awaitable<Result<void>> {
    const feed::SimulatedResident resident = rig.county().resident(i);
    service::RegisterRequest request{.person = {.document_type = "resident_id",
                                                .country = {},
                                                .document_number = resident.person.number,
                                                .name = resident.person.name,
                                                .birth_date = resident.person.birth_date},
                                     .home = resident.home};
    const auto registered = co_await rig.province().register_resident(std::move(request));
    if (!registered.ok()) co_return registered.error();
    co_return Result<void>();
  }));
  return Step{"enrol residents", options.residents, "residents", seconds_since(begin), "synced"};
}

// The lines are made before the clock starts: laboratories do that elsewhere.
Result<std::pair<Step, Step>> ingest(Rig& rig, const BenchOptions& options) {
  Step statements{"ingest FHIR NDJSON", 0, "statements", 0, "synced, colours and leaves"};
  Step leaves{"leaves of the same", 0, "leaves", 0, "synced"};
  const std::uint64_t before = count_leaves(rig.province());
  for (std::uint32_t night = 0; night < options.nights; ++night) {
    std::vector<std::string> lines(rig.county().institutions().size());
    for (std::uint32_t i = 0; i < options.residents; ++i)
      rig.county().append_test_line(i, night, lines[rig.county().laboratory_of(i)]);
    const auto begin = std::chrono::steady_clock::now();
    std::vector<std::future<Result<std::uint64_t>>> running;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (lines[i].empty()) continue;
      MINGMA_TRY(const std::uint64_t accepted, rig.submit(i, lines[i]));
      statements.count += accepted;
    }
    statements.seconds += seconds_since(begin);
  }
  leaves.count = count_leaves(rig.province()) - before;
  leaves.seconds = statements.seconds;
  return std::pair{statements, leaves};
}

// Every show here signs anew (first), or finds the credential unchanged (second).
Result<Step> show(Rig& rig, bool again, const std::vector<std::string>& devices) {
  const auto begin = std::chrono::steady_clock::now();
  const auto shows = static_cast<std::uint32_t>(devices.size());
  MINGMA_CHECK(rig.for_all(shows, 256, [&](std::uint32_t i) -> awaitable<Result<void>> {
    const feed::SimulatedResident resident = rig.county().resident(i);
    const auto id = rig.province().identify({.document_type = "resident_id",
                                             .country = {},
                                             .document_number = resident.person.number,
                                             .name = {},
                                             .birth_date = {}});
    if (!id.ok()) co_return id.error();
    // Named: g++ 12 destroys an aggregate built inside a co_await expression twice.
    service::CodeRequest wanted{.resident = *id, .form = service::CodeForm::kPhone, .device = devices[i]};
    const auto shown = co_await rig.province().show_code(std::move(wanted));
    if (!shown.ok()) co_return shown.error();
    co_return Result<void>();
  }));
  return Step{again ? "show, unchanged" : "show, newly signed", shows, "codes", seconds_since(begin), "reads only"};
}

Result<std::vector<std::string>> enrol_phones(Rig& rig, const BenchOptions& options) {
  std::vector<std::string> devices(std::min(options.shows, options.residents));
  const SigningKey phone = SigningKey::generate(crypto::SignatureAlgorithm::kEs256);
  const Bytes key = phone.verifying_key().raw();
  MINGMA_CHECK(rig.for_all(static_cast<std::uint32_t>(devices.size()), kInFlight,
                           [&](std::uint32_t i) -> awaitable<Result<void>> {
                             const feed::SimulatedResident resident = rig.county().resident(i);
                             const auto id = rig.province().identify({.document_type = "resident_id",
                                                                      .country = {},
                                                                      .document_number = resident.person.number,
                                                                      .name = {},
                                                                      .birth_date = {}});
                             if (!id.ok()) co_return id.error();
                             service::EnrolDeviceRequest wanted{.resident = *id, .public_key = key};
                             const auto device = co_await rig.province().enrol_device(std::move(wanted));
                             if (!device.ok()) co_return device.error();
                             devices[i] = device->device;
                             co_return Result<void>();
                           }));
  return devices;
}

void print(const std::vector<Step>& steps, std::uint64_t memory_per_resident, const BenchOptions& options) {
  if (options.json) {
    Json out;
    out.set("residents", static_cast<std::int64_t>(options.residents));
    out.set("memory_bytes_per_resident", static_cast<std::int64_t>(memory_per_resident));
    Json::Array list;
    for (const Step& step : steps) {
      Json entry;
      entry.set("name", step.name);
      entry.set("count", static_cast<std::int64_t>(step.count));
      entry.set("unit", step.unit);
      entry.set("milliseconds", static_cast<std::int64_t>(step.seconds * 1000));
      entry.set("per_second",
                static_cast<std::int64_t>(static_cast<double>(step.count) / std::max(step.seconds, 1e-9)));
      entry.set("durability", step.durability);
      list.push_back(std::move(entry));
    }
    out.set("steps", std::move(list));
    std::printf("%s\n", out.to_string().c_str());
    return;
  }
  std::vector<std::vector<std::string>> rows;
  for (const Step& step : steps) {
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, "%.2f s", step.seconds);
    rows.push_back(
        {step.name, with_commas(step.count) + " " + step.unit, seconds,
         with_commas(static_cast<std::uint64_t>(static_cast<double>(step.count) / std::max(step.seconds, 1e-9))) + "/s",
         step.durability});
  }
  std::fputs(table({"step", "how many", "time", "rate", "durability"}, rows).c_str(), stdout);
  std::printf("memory after restart: %s bytes a resident (whole process)\n", with_commas(memory_per_resident).c_str());
}

Result<void> bench(BenchOptions options) {
  if (std::filesystem::exists(options.directory))
    return Error(errors::kInvalidArgument, "is there already; give a new folder", options.directory);
  std::vector<Step> steps;
  std::vector<std::string> devices;
  {
    Rig rig(options);
    MINGMA_CHECK(rig.create());
    MINGMA_CHECK(rig.open());
    MINGMA_TRY(const Step enrolled, enrol(rig, options));
    steps.push_back(enrolled);
    MINGMA_CHECK(rig.publish_all());
    MINGMA_TRY(const auto ingested, ingest(rig, options));
    steps.push_back(ingested.first);
    steps.push_back(ingested.second);
    MINGMA_TRY(devices, enrol_phones(rig, options));
    for (const bool again : {false, true}) {
      MINGMA_TRY(const Step shown, show(rig, again, devices));
      steps.push_back(shown);
    }
    rig.close();

    const std::uint64_t empty = memory_now();
    Rig second(options);
    const auto begin = std::chrono::steady_clock::now();
    MINGMA_CHECK(second.open());
    steps.push_back({"restart", options.residents, "residents", seconds_since(begin), "from disk"});
    const std::uint64_t loaded = memory_now();
    print(steps, (loaded > empty ? loaded - empty : 0) / options.residents, options);
  }
  std::filesystem::remove_all(options.directory);
  return {};
}

}  // namespace

void add_bench(CLI::App& program, int& status) {
  const auto options = std::make_shared<BenchOptions>();
  CLI::App* command =
      program.add_subcommand("bench", "measure enrolment, ingest, display and restart on this machine and disk");
  command->footer(
      "Real keys, signatures, disk syncs and ledger; no HTTP (bench/display measures that). The folder is removed at "
      "the end.\n"
      "Examples:\n"
      "  mingma bench /tmp/bench --policy policies/henan-demo.json\n"
      "  mingma bench /data/bench --policy policies/henan-demo.json --residents 1000000 --nights 3 --json");
  command->add_option("directory", options->directory, "a new folder on the disk to measure")->required();
  command->add_option("--policy", options->policy, "policy document")->required()->check(CLI::ExistingFile);
  command->add_option("--residents", options->residents, "how many")
      ->check(CLI::Range(100u, 100'000'000u))
      ->capture_default_str();
  command->add_option("--nights", options->nights, "nights of testing, each a statement a resident")
      ->check(CLI::Range(1u, 100u))
      ->capture_default_str();
  command->add_option("--part-lines", options->part_lines, "lines a part")->capture_default_str();
  command->add_option("--shards", options->shards, "data shards")->capture_default_str();
  command->add_option("--workers", options->workers, "threads")->capture_default_str();
  command->add_option("--shows", options->shows, "codes to show")->capture_default_str();
  command->add_flag("--json", options->json, "print JSON");
  command->callback([options, &status] {
    if (const auto result = bench(*options); !result.ok()) {
      print_error(result.error());
      status = 2;
    }
  });
}

}  // namespace mingma::app
