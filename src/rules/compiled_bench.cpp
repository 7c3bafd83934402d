// Re-colouring a province: how many residents a second one policy decides, horizons included.
//
//   mingma_rules_compiled_bench                                 small, for CI
//   mingma_rules_compiled_bench --rows=20000000 --policy=policies/henan-demo.json
//   mingma_rules_compiled_bench --describe                      the population as JSON, for the peer in bench/recolour
//
// The population: rules/synthetic_rows.h.
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
#include "rules/synthetic_rows.h"

#ifndef MINGMA_SOURCE_DIR
#define MINGMA_SOURCE_DIR "."
#endif

namespace mingma::rules {
namespace {

constexpr std::uint64_t kDefaultRows = 100'000;

UnixSeconds bench_now(const Policy& policy) { return policy.effective_from.plus(30 * kSecondsPerDay); }

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
    std::printf("%s\n", synthetic_description(bench_now(*policy)).to_string().c_str());
    return 0;
  }
  const FactColumns columns = synthetic_rows(options.rows, bench_now(*policy));
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
