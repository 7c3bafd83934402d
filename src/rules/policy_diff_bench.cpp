// Whose colour would change: two policies over a synthetic province, now and on 14 days.
//
//   mingma_rules_policy_diff_bench                                          small, for CI
//   mingma_rules_policy_diff_bench --rows=10000000 --before=a.json --after=b.json
//
// Reports processor time too (both threads together): on a busy machine only that can be compared.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "rules/policy_diff_report.h"
#include "rules/synthetic_rows.h"

#ifndef MINGMA_SOURCE_DIR
#define MINGMA_SOURCE_DIR "."
#endif

namespace mingma::rules {
namespace {

constexpr std::size_t kCities = 18;

struct Options {
  std::size_t rows = 100'000;
  std::filesystem::path before = std::filesystem::path(MINGMA_SOURCE_DIR) / "policies" / "henan-demo.json";
  std::filesystem::path after = std::filesystem::path(MINGMA_SOURCE_DIR) / "policies" / "national-20-measures.json";
};

Options take_options(int& argc, char** argv) {
  Options options;
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument.starts_with("--rows=")) {
      options.rows = std::stoull(argument.substr(7));
    } else if (argument.starts_with("--before=")) {
      options.before = argument.substr(9);
    } else if (argument.starts_with("--after=")) {
      options.after = argument.substr(8);
    } else {
      argv[kept++] = argv[i];
    }
  }
  argc = kept;
  return options;
}

Policy load(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return parse_policy(text.str()).value();
}

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

void run(benchmark::State& state, const DiffPlan& plan, const FactColumns& columns,
         const std::vector<DiffGroup>& groups) {
  const auto threads = static_cast<std::size_t>(state.range(0));
  std::uint64_t changed = 0;
  const double begin = processor_seconds();
  for (auto _ : state) {
    std::vector<DiffTally> tallies;
    for (std::size_t i = 0; i < threads; ++i) tallies.emplace_back(plan, kCities);
    const auto part = [&](std::size_t index) {
      const std::size_t first = columns.size() * index / threads, last = columns.size() * (index + 1) / threads;
      tallies[index].add(columns, first, last, std::span(groups).subspan(first, last - first));
    };
    std::vector<std::thread> workers;
    for (std::size_t i = 1; i < threads; ++i) workers.emplace_back(part, i);
    part(0);
    for (std::thread& worker : workers) worker.join();
    for (std::size_t i = 1; i < threads; ++i) tallies.front().merge(tallies[i]);
    changed = 0;
    for (const std::uint64_t count : tallies.front().first_changes()) changed += count;
  }
  state.counters["cpu_s"] = (processor_seconds() - begin) / static_cast<double>(state.iterations());
  state.counters["residents/s"] =
      benchmark::Counter(static_cast<double>(columns.size() * state.iterations()), benchmark::Counter::kIsRate);
  state.counters["changed"] = static_cast<double>(changed);
}

int bench_main(int argc, char** argv) {
  const Options options = take_options(argc, argv);
  const Policy before = load(options.before);
  const Policy after = load(options.after);
  const UnixSeconds now = before.effective_from.plus(30 * kSecondsPerDay);
  const FactColumns columns = synthetic_rows(options.rows, now);
  std::vector<DiffGroup> groups(columns.size());
  for (std::size_t i = 0; i < groups.size(); ++i)
    groups[i] = {static_cast<std::uint16_t>(i * 7'919 % kCities), {static_cast<std::uint8_t>(2 + i * 104'729 % 9)}};
  const DiffPlan plan = DiffPlan::make(before, after, {.now = now}).value();
  const std::string name = "diff/" + before.id + "/" + after.id + "/rows:" + std::to_string(options.rows) + "/threads";
  benchmark::RegisterBenchmark(name.c_str(), [&](benchmark::State& state) { run(state, plan, columns, groups); })
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
