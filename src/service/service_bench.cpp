// The paths that carry the load, end to end below HTTP: submissions to durable colours and leaves, and showing codes.
// RocksDB with synced writes in a temporary directory. MINGMA_BENCH_RESIDENTS sets the size (default 2,000: seconds).
#include <benchmark/benchmark.h>

#include <cstdlib>

#include "service/service_test_support.h"

namespace mingma::service {
namespace {

using testing::Disk;
using testing::TestProvince;

std::uint32_t residents() {
  const char* text = std::getenv("MINGMA_BENCH_RESIDENTS");
  return text == nullptr ? 2'000 : static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10));
}

std::string submission_id(std::uint32_t night) {
  std::string id = "00000000-0000-4000-8000-000000000000";
  const std::string digits = std::to_string(night);
  return id.replace(id.size() - digits.size(), digits.size(), digits);
}

// One night of tests of every resident: verified, parsed, decided, durable, with leaves.
void submit_night(benchmark::State& state) {
  Disk disk;
  disk.real = true;
  disk.workers = 2;
  disk.residents = residents();
  TestProvince province(disk);
  province.register_many(residents());
  std::uint32_t night = 0;
  std::uint64_t statements = 0;
  for (auto _ : state) {
    state.PauseTiming();
    std::string lines;
    for (std::uint32_t i = 0; i < residents(); ++i) province.county.append_test_line(i, night, lines);
    state.ResumeTiming();
    const auto status = province.submit(submission_id(++night), lines);
    if (!status.ok() || status->counts[0] == 0) return state.SkipWithError("the submission failed");
    statements += status->counts[0];
  }
  state.counters["statements/s"] = benchmark::Counter(static_cast<double>(statements), benchmark::Counter::kIsRate);
}
BENCHMARK(submit_night)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(3);

void show(benchmark::State& state, bool signed_new) {
  Disk disk;
  TestProvince province(disk);
  std::vector<TestProvince::Someone> people;
  for (std::uint32_t i = 0; i < 200; ++i) people.push_back(province.register_someone(i));
  const auto all = [&]() -> boost::asio::awaitable<Result<int>> {
    for (const TestProvince::Someone& someone : people) {
      CodeRequest request{someone.resident, CodeForm::kPhone, someone.device};
      const auto code = co_await province.api().show_code(std::move(request));
      if (!code) co_return code.error();
    }
    co_return 0;
  };
  for (auto _ : state) {
    if (signed_new) province.clock().set(province.clock().now().plus(kPhoneCodeSeconds));
    if (!province.wait<int>(all()).ok()) return state.SkipWithError("a code was refused");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * people.size()));
}
BENCHMARK_CAPTURE(show, signed_new, true)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(show, unchanged, false)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace mingma::service

BENCHMARK_MAIN();
