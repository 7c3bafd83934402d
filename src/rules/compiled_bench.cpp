// Re-colouring a province: how many residents a second one policy decides, horizons included.
//
//   mingma_rules_compiled_bench                                 small, for CI
//   mingma_rules_compiled_bench --rows=20000000 --policy=policies/henan-demo.json
//   mingma_rules_compiled_bench --describe                      the population as JSON, for the peer in bench/recolour
//
// The population is a formula of the row number, so that another engine can make the same one: a fact is present in
// `ppm` rows in a million, spread evenly over the province, which leaves no block of rows without work.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "rules/compiled.h"
#include "rules/fact_columns.h"
#include "rules/policy.h"

#ifndef MINGMA_SOURCE_DIR
#define MINGMA_SOURCE_DIR "."
#endif

namespace mingma::rules {
namespace {

constexpr std::uint64_t kModulus = 1'000'003;
constexpr std::uint64_t kDefaultRows = 100'000;

// Rows in a million that have the fact, and for instants how far back it lies at most. In the middle of a wave.
struct Density {
  std::string_view fact;
  std::uint32_t ppm;
  std::uint32_t days;
};
constexpr Density kDensities[] = {
    {"last_sampled_at", 900'000, 10},
    {"last_negative_sampled_at", 880'000, 10},
    {"second_negative_sampled_at", 700'000, 20},
    {"third_negative_sampled_at", 600'000, 30},
    {"area_test_hours", 300'000, 0},
    {"zone_now", 20'000, 0},
    {"left_high_at", 4'000, 30},
    {"left_medium_at", 6'000, 30},
    {"left_risk_county_at", 30'000, 30},
    {"left_risk_city_at", 60'000, 30},
    {"arrived_at", 50'000, 30},
    {"arrived_from", 50'000, 0},
    {"test_since_arrival", 40'000, 0},
    {"spaced_negatives_3d", 400'000, 0},
    {"overlap_at", 8'000, 20},
    {"overlap_kind", 8'000, 0},
    {"risk_cleared", 4'000, 0},
    {"contact_level", 3'000, 0},
    {"last_exposure_at", 3'000, 20},
    {"case_status", 2'000, 0},
    {"case_released_at", 1'200, 60},
    {"case_excluded_at", 300, 60},
    {"last_positive_sampled_at", 2'500, 60},
    {"entered_country_at", 500, 40},
    {"closed_loop_ended_at", 800, 30},
    {"work_group", 10'000, 0},
    {"test_due_at", 5'000, 5},
    {"symptoms_reported", 1'000, 0},
    {"control_kind", 3'000, 0},
    {"control_started_at", 3'000, 30},
    {"control_ended_at", 1'500, 30},
    {"in_jurisdiction", 990'000, 0},
};

UnixSeconds bench_now(const Policy& policy) { return policy.effective_from.plus(30 * kSecondsPerDay); }

// The stored value of a fact in a row. Restated in bench/recolour/peer.mjs.
std::uint32_t stored_value(const Density& density, const FactInfo& info, std::size_t number, std::uint64_t row,
                           UnixSeconds now) {
  const std::uint64_t salt = 7'919 * (number + 1);
  if ((row + 1) * (104'729 + 2 * salt) % kModulus >= density.ppm) return 0;
  const std::uint64_t draw = (row + 17) * (1'299'709 + 4 * salt) % kModulus;
  if (info.kind == FactKind::kInstant)
    return static_cast<std::uint32_t>(now.value - static_cast<std::int64_t>(draw * density.days * 86'400 / kModulus));
  if (info.id == FactId::kAreaTestHours) return static_cast<std::uint32_t>(24 * (1 + draw % 3));
  return static_cast<std::uint32_t>(1 + draw % info.value_max);
}

FactColumns population(std::size_t rows, UnixSeconds now) {
  FactColumns columns;
  columns.resize(rows);
  std::vector<const FactInfo*> facts;
  for (const Density& density : kDensities) facts.push_back(find_fact(density.fact));
  for (std::size_t i = 0; i < rows; ++i) {
    FactRow row;
    for (std::size_t k = 0; k < std::size(kDensities); ++k)
      row.set(facts[k]->id, stored_value(kDensities[k], *facts[k], k, i, now));
    columns.set(i, row);
  }
  return columns;
}

void describe(UnixSeconds now) {
  Json::Array facts;
  for (const Density& density : kDensities) {
    const FactInfo& info = *find_fact(density.fact);
    Json::Array values;
    for (const FactValueInfo& value : info.values) values.push_back(value.name);
    facts.push_back(Json::Object{{"name", density.fact},
                                 {"instant", info.kind == FactKind::kInstant},
                                 {"ppm", std::int64_t{density.ppm}},
                                 {"days", std::int64_t{density.days}},
                                 {"value_max", std::int64_t{info.value_max}},
                                 {"values", std::move(values)}});
  }
  std::printf("%s\n", Json(Json::Object{{"now", now.value}, {"facts", std::move(facts)}}).to_string().c_str());
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Options {
  std::size_t rows = kDefaultRows;
  std::filesystem::path policy = std::filesystem::path(MINGMA_SOURCE_DIR) / "policies" / "henan-demo.json";
  bool describe = false;
};

// Takes our own options out of the command line and leaves Google Benchmark's.
Options take_options(int& argc, char** argv) {
  Options options;
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument.starts_with("--rows=")) {
      options.rows = std::stoull(argument.substr(7));
    } else if (argument.starts_with("--policy=")) {
      options.policy = argument.substr(9);
    } else if (argument == "--describe") {
      options.describe = true;
    } else {
      argv[kept++] = argv[i];
    }
  }
  argc = kept;
  return options;
}

struct Results {
  std::vector<Outcome> outcomes;
  std::vector<std::uint32_t> horizons;
};

void recolour_on_threads(const CompiledPolicy& compiled, const FactColumns& columns, UnixSeconds now,
                         std::size_t threads, Results& results) {
  const auto part = [&](std::size_t index) {
    const std::size_t blocks = columns.block_count();
    const std::size_t begin = std::min(columns.size(), blocks * index / threads * FactColumns::kBlockRows);
    const std::size_t end = std::min(columns.size(), blocks * (index + 1) / threads * FactColumns::kBlockRows);
    compiled.recolour(columns, begin, end, now, std::span(results.outcomes).subspan(begin, end - begin),
                      std::span(results.horizons).subspan(begin, end - begin));
  };
  std::vector<std::thread> workers;
  for (std::size_t i = 1; i < threads; ++i) workers.emplace_back(part, i);
  part(0);
  for (std::thread& worker : workers) worker.join();
}

void run(benchmark::State& state, const Policy& policy, const FactColumns& columns) {
  const auto compiled = CompiledPolicy::compile(policy).value();
  Results results{std::vector<Outcome>(columns.size()), std::vector<std::uint32_t>(columns.size())};
  for (auto _ : state) {
    recolour_on_threads(compiled, columns, bench_now(policy), static_cast<std::size_t>(state.range(0)), results);
    benchmark::ClobberMemory();
  }
  state.counters["residents/s"] =
      benchmark::Counter(static_cast<double>(columns.size() * state.iterations()), benchmark::Counter::kIsRate);
  // The result, so that runs and engines can be compared: residents by deciding rule, and a digest that horizons enter.
  std::map<std::string, double> by_rule;
  std::uint64_t digest = 0;
  for (std::size_t i = 0; i < results.outcomes.size(); ++i) {
    const Rule* rule = policy.find_rule(results.outcomes[i].rule);
    by_rule["rule " + (rule == nullptr ? std::string("default") : rule->id)] += 1;
    digest = (digest ^ results.horizons[i] ^ (std::uint64_t{results.outcomes[i].rule} << 32)) * 0x100'0000'01B3;
  }
  for (const auto& [name, count] : by_rule) state.counters[name] = count;
  state.counters["digest"] = static_cast<double>(digest % 1'000'000'007);
}

int bench_main(int argc, char** argv) {
  const Options options = take_options(argc, argv);
  const auto policy = parse_policy(read_file(options.policy));
  if (!policy.ok()) {
    std::fprintf(stderr, "%s: %s\n", options.policy.c_str(), policy.error().to_string().c_str());
    return 1;
  }
  if (options.describe) {
    describe(bench_now(*policy));
    return 0;
  }
  const FactColumns columns = population(options.rows, bench_now(*policy));
  const std::string name = "recolour/" + policy->id + "/rows:" + std::to_string(options.rows) + "/threads";
  benchmark::RegisterBenchmark(name.c_str(), [&](benchmark::State& state) { run(state, *policy, columns); })
      ->Arg(1)
      ->Arg(2)
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace
}  // namespace mingma::rules

int main(int argc, char** argv) { return mingma::rules::bench_main(argc, argv); }
