// mingma bench: the whole path in one process, on a real data directory: enrol, ingest, show, restart.

#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "app/bench_rig.h"
#include "app/commands.h"
#include "app/errors.h"
#include "app/terminal.h"
#include "base/json.h"
#include "ledger/ledger.h"
#include "shard/tables.h"
#include "shard/tiles.h"
#include "store/rocksdb_store.h"

namespace mingma::app {
namespace {

using boost::asio::awaitable;
using crypto::SigningKey;

constexpr std::size_t kInFlight = 8'192;

// Resident memory of this process, bytes.
std::uint64_t memory_now() {
  std::ifstream in("/proc/self/statm");
  std::uint64_t pages = 0;
  in >> pages >> pages;
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

// Processor time of every thread so far, user and system.
double processor_now() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// One measured step, as a row of the table and a member of the JSON.
struct Step {
  std::string name;
  std::uint64_t count = 0;
  std::string unit;
  std::string durability;
  double seconds = 0;
  double processor_seconds = 0;
};

class Stopwatch {
 public:
  void stop(Step& step) const {
    step.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    step.processor_seconds += processor_now() - processor_;
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  double processor_ = processor_now();
};

struct Measured {
  std::vector<Step> steps;
  std::uint64_t ingest_memory = 0;  // of the whole process after the nights, the laboratories' lines included
};

// Of the data shards.
std::uint64_t count_leaves(const service::Province& province) {
  std::uint64_t leaves = 0;
  for (const service::ShardHealth& shard : province.health().shards) {
    if (shard.shard != kControlShard) leaves += shard.leaves;
  }
  return leaves;
}

Result<Step> enrol(BenchRig& rig, const BenchOptions& options) {
  Step step{"enrol residents", options.residents, "residents", "synced"};
  Progress progress("enrolling", options.residents, "residents");
  const Stopwatch watch;
  MINGMA_CHECK(rig.for_all(
      options.residents, kInFlight,
      [&](std::uint32_t i) -> awaitable<Result<void>> {
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
      },
      [&](std::uint64_t done) { progress.set(done); }));
  watch.stop(step);
  progress.set(options.residents);
  progress.finish();
  return step;
}

// A policy comes into force: every resident gets a decision, a record in the chain and a leaf, and nobody sends
// anything. The ledger's durable path at its busiest.
Result<Step> colour(BenchRig& rig, const BenchOptions& options) {
  Step step{"leaves, everyone decided anew", options.residents, "leaves", "synced"};
  Progress progress("deciding", options.residents, "residents");
  const std::uint64_t before = count_leaves(rig.province());
  const Stopwatch watch;
  MINGMA_CHECK(rig.publish_policy());
  for (std::uint64_t done = 0; done < options.residents;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    done = count_leaves(rig.province()) - before;
    progress.set(done);
  }
  watch.stop(step);
  return step;
}

// The ledger alone: staged, appended, synced, committed, in batches as a shard makes them, one store and thread a
// shard.
Result<Step> append_leaves(const BenchOptions& options) {
  constexpr std::uint32_t kBatches = 200;
  constexpr std::uint32_t kBatchLeaves = 4'096;
  constexpr std::size_t kLeafBytes = 110;
  Step step{"leaves, ledger alone", std::uint64_t{kBatches} * kBatchLeaves * options.shards, "leaves", "synced"};
  const auto append = [&](std::uint16_t shard) -> Result<void> {
    const auto tables = shard::shard_tables();
    MINGMA_TRY(const auto store,
               store::open_rocksdb_store(options.directory + "/leaves-" + std::to_string(shard), tables));
    const shard::StoreTiles tiles(*store);
    MINGMA_TRY(ledger::Ledger ledger, ledger::Ledger::open(tiles));
    std::vector<Bytes> leaves(kBatchLeaves, Bytes(kLeafBytes));
    store::Batch batch;
    for (std::uint32_t i = 0; i < kBatches; ++i) {
      for (std::uint32_t leaf = 0; leaf < kBatchLeaves; ++leaf) {
        const std::uint32_t number = i * kBatchLeaves + leaf;
        std::memcpy(leaves[leaf].data(), &number, sizeof number);
      }
      batch.clear();
      shard::BatchTiles writer(batch);
      ledger::StagedLeaves staged = ledger.stage();
      MINGMA_CHECK(staged.append(std::span<const Bytes>(leaves), writer));
      MINGMA_CHECK(store->write(batch, store::Durability::kSynced));
      ledger.commit(std::move(staged));
    }
    return {};
  };
  const Stopwatch watch;
  std::vector<std::future<Result<void>>> running;
  for (std::uint16_t shard = 0; shard < options.shards; ++shard)
    running.push_back(std::async(std::launch::async, append, shard));
  for (auto& one : running) one.wait();
  watch.stop(step);
  for (auto& one : running) MINGMA_CHECK(one.get());
  return step;
}

// All laboratories send at the same time, each one submission a night. The lines are made before the clock starts:
// laboratories do that elsewhere.
Result<std::pair<Step, Step>> ingest(BenchRig& rig, const BenchOptions& options) {
  Step statements{"ingest FHIR NDJSON", 0, "statements", "synced, colours and leaves"};
  Step leaves{"leaves of the same", 0, "leaves", "synced"};
  const std::uint64_t before = count_leaves(rig.province());
  for (std::uint32_t night = 0; night < options.nights; ++night) {
    std::vector<std::string> lines(rig.county().institutions().size());
    for (std::uint32_t i = 0; i < options.residents; ++i)
      rig.county().append_test_line(i, night, lines[rig.county().laboratory_of(i)]);
    const Stopwatch watch;
    std::vector<std::future<Result<std::uint64_t>>> sending;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (!lines[i].empty())
        sending.push_back(std::async(std::launch::async, [&rig, &lines, i] { return rig.submit(i, lines[i]); }));
    }
    for (auto& one : sending) one.wait();
    watch.stop(statements);
    for (auto& one : sending) {
      MINGMA_TRY(const std::uint64_t accepted, one.get());
      statements.count += accepted;
    }
  }
  leaves.count = count_leaves(rig.province()) - before;
  leaves.seconds = statements.seconds;
  leaves.processor_seconds = statements.processor_seconds;
  return std::pair{statements, leaves};
}

Result<Step> show(BenchRig& rig, std::string name, const std::vector<std::string>& devices) {
  const auto shows = static_cast<std::uint32_t>(devices.size());
  Step step{std::move(name), shows, "codes", "reads only"};
  const Stopwatch watch;
  MINGMA_CHECK(rig.for_all(shows, 256, [&](std::uint32_t i) -> awaitable<Result<void>> {
    const auto id = rig.identify(i);
    if (!id.ok()) co_return id.error();
    // Named: g++ 12 destroys an aggregate built inside a co_await expression twice.
    service::CodeRequest wanted{.resident = *id, .form = service::CodeForm::kPhone, .device = devices[i]};
    const auto shown = co_await rig.province().show_code(std::move(wanted));
    if (!shown.ok()) co_return shown.error();
    co_return Result<void>();
  }));
  watch.stop(step);
  return step;
}

// First displays sign and read the person; unchanged ones do neither; after most of a code's life all are signed again.
Result<void> show_all(BenchRig& rig, const std::vector<std::string>& devices, std::vector<Step>& steps) {
  MINGMA_TRY(const Step first, show(rig, "show, newly signed, first", devices));
  steps.push_back(first);
  MINGMA_TRY(const Step unchanged, show(rig, "show, unchanged", devices));
  steps.push_back(unchanged);
  rig.clock().shift(service::kPhoneCodeSeconds * 2 / 3 + 1);
  MINGMA_TRY(const Step again, show(rig, "show, newly signed, again", devices));
  steps.push_back(again);
  return {};
}

Result<std::vector<std::string>> enrol_phones(BenchRig& rig, const BenchOptions& options) {
  std::vector<std::string> devices(std::min(options.shows, options.residents));
  const SigningKey phone = SigningKey::generate(crypto::SignatureAlgorithm::kEs256);
  const Bytes key = phone.verifying_key().raw();
  MINGMA_CHECK(rig.for_all(static_cast<std::uint32_t>(devices.size()), kInFlight,
                           [&](std::uint32_t i) -> awaitable<Result<void>> {
                             const auto id = rig.identify(i);
                             if (!id.ok()) co_return id.error();
                             service::EnrolDeviceRequest wanted{.resident = *id, .public_key = key};
                             const auto device = co_await rig.province().enrol_device(std::move(wanted));
                             if (!device.ok()) co_return device.error();
                             devices[i] = device->device;
                             co_return Result<void>();
                           }));
  return devices;
}

std::uint64_t per_second(const Step& step) {
  return static_cast<std::uint64_t>(static_cast<double>(step.count) / std::max(step.seconds, 1e-9));
}

double processor_microseconds(const Step& step) {
  return step.processor_seconds * 1e6 / static_cast<double>(std::max<std::uint64_t>(step.count, 1));
}

void print_json(const Measured& measured, const BenchOptions& options) {
  Json out;
  out.set("residents", static_cast<std::int64_t>(options.residents));
  out.set("memory_bytes_after_ingest", static_cast<std::int64_t>(measured.ingest_memory));
  Json::Array list;
  for (const Step& step : measured.steps) {
    Json entry;
    entry.set("name", step.name);
    entry.set("count", static_cast<std::int64_t>(step.count));
    entry.set("unit", step.unit);
    entry.set("milliseconds", static_cast<std::int64_t>(step.seconds * 1000));
    entry.set("per_second", static_cast<std::int64_t>(per_second(step)));
    entry.set("processor_nanoseconds_each", static_cast<std::int64_t>(processor_microseconds(step) * 1000));
    entry.set("durability", step.durability);
    list.push_back(std::move(entry));
  }
  out.set("steps", std::move(list));
  std::printf("%s\n", out.to_string().c_str());
}

void print(const Measured& measured, const BenchOptions& options) {
  if (options.json) return print_json(measured, options);
  std::vector<std::vector<std::string>> rows;
  for (const Step& step : measured.steps) {
    char seconds[32];
    char processor[32];
    std::snprintf(seconds, sizeof seconds, "%.2f s", step.seconds);
    std::snprintf(processor, sizeof processor, "%.1f us", processor_microseconds(step));
    rows.push_back({step.name, with_commas(step.count) + " " + step.unit, seconds, with_commas(per_second(step)) + "/s",
                    processor, step.durability});
  }
  std::fputs(table({"step", "how many", "time", "rate", "processor each", "durability"}, rows).c_str(), stdout);
  if (options.nights > 0)
    std::printf("memory after ingest: %s (whole process, a night's lines included)\n",
                human_bytes(measured.ingest_memory).c_str());
}

Result<void> restart(const BenchOptions& options, Measured& measured) {
  BenchRig rig(options);
  Step step{"restart", options.residents, "residents", "from disk, stopped cleanly"};
  const Stopwatch watch;
  MINGMA_CHECK(rig.open());
  watch.stop(step);
  measured.steps.push_back(step);
  return {};
}

// The first life of the province: everything that is measured before the restart.
Result<void> live(const BenchOptions& options, Measured& measured) {
  BenchRig rig(options);
  MINGMA_CHECK(rig.create());
  MINGMA_CHECK(rig.open());
  MINGMA_TRY(const Step enrolled, enrol(rig, options));
  measured.steps.push_back(enrolled);
  if (options.nights > 0) {
    MINGMA_CHECK(rig.publish_institutions());
    MINGMA_TRY(const Step coloured, colour(rig, options));
    measured.steps.push_back(coloured);
    MINGMA_TRY(const auto ingested, ingest(rig, options));
    measured.steps.push_back(ingested.first);
    measured.steps.push_back(ingested.second);
    measured.ingest_memory = memory_now();
  }
  if (options.shows > 0 && options.nights > 0) {
    MINGMA_TRY(const std::vector<std::string> devices, enrol_phones(rig, options));
    MINGMA_CHECK(show_all(rig, devices, measured.steps));
  }
  if (options.nights > 0) {
    MINGMA_TRY(const Step appended, append_leaves(options));
    measured.steps.push_back(appended);
  }
  Step stop{"stop", options.residents, "residents", "everything in files"};
  const Stopwatch watch;
  rig.close();
  watch.stop(stop);
  measured.steps.push_back(stop);
  return {};
}

Result<void> bench(const BenchOptions& options) {
  if (std::filesystem::exists(options.directory))
    return Error(errors::kInvalidArgument, "is there already; give a new folder", options.directory);
  Measured measured;
  MINGMA_CHECK(live(options, measured));
  MINGMA_CHECK(restart(options, measured));
  print(measured, options);
  if (!options.keep) std::filesystem::remove_all(options.directory);
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
      "  mingma bench /data/bench --policy policies/henan-demo.json --residents 1000000 --nights 3 --json\n"
      "  mingma bench /data/bench --policy policies/henan-demo.json --residents 10000000 --nights 0   # load and "
      "restart");
  command->add_option("directory", options->directory, "a new folder on the disk to measure")->required();
  command->add_option("--policy", options->policy, "policy document")->required()->check(CLI::ExistingFile);
  command->add_option("--residents", options->residents, "how many")
      ->check(CLI::Range(100u, 100'000'000u))
      ->capture_default_str();
  command->add_option("--nights", options->nights, "nights of testing, each a statement a resident")
      ->check(CLI::Range(0u, 100u))
      ->capture_default_str();
  command->add_option("--part-lines", options->part_lines, "lines a part")->capture_default_str();
  command->add_option("--shards", options->shards, "data shards")->capture_default_str();
  command->add_option("--workers", options->workers, "threads")->capture_default_str();
  command->add_option("--shows", options->shows, "codes to show")->capture_default_str();
  command->add_flag("--keep", options->keep, "leave the folder, to serve it");
  command->add_flag("--json", options->json, "print JSON");
  command->callback([options, &status] {
    if (const auto result = bench(*options); !result.ok()) {
      print_error(result.error());
      status = 2;
    }
  });
}

}  // namespace mingma::app
