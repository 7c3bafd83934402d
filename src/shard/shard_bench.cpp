// Statements and leaves a second through one shard: plan, write, commit, on one thread. MINGMA_BENCH_RESIDENTS sets the
// number of residents (default 2,000; the published figures use 1,000,000), MINGMA_BENCH_BATCH the statements in one
// batch (default 1,000; published 5,000). "memory" shows the machine's own cost; "rocksdb" writes synced under $TMPDIR.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>

#include "shard/row_table.h"
#include "shard/tables.h"
#include "shard/test_holds.h"
#include "shard/test_province.h"
#include "store/memory_store.h"
#include "store/rocksdb_store.h"

namespace mingma::shard {
namespace {

using testing::kHour;
using testing::kStart;
using testing::TestProvince;

class ScratchDirectory {
 public:
  ScratchDirectory() : path_((std::filesystem::temp_directory_path() / "mingma-bench-XXXXXX").string()) {
    MINGMA_ASSERT(mkdtemp(path_.data()) != nullptr);
  }
  ~ScratchDirectory() { std::filesystem::remove_all(path_); }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::uint32_t setting(const char* name, std::uint32_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10));
}
std::uint32_t resident_count() { return setting("MINGMA_BENCH_RESIDENTS", 2'000); }
std::uint32_t batch_size() { return setting("MINGMA_BENCH_BATCH", 1'000); }

std::unique_ptr<store::Store> make_store(bool rocksdb, const std::string& directory) {
  const auto tables = shard_tables();
  if (!rocksdb) return store::make_memory_store(tables);
  auto opened = store::open_rocksdb_store(directory, tables);
  MINGMA_ASSERT(opened.ok());
  return std::move(opened).value();
}

void register_residents(TestProvince& province, std::uint32_t count) {
  std::vector<Command> commands;
  for (std::uint32_t i = 0; i < count; ++i) {
    commands.emplace_back(RegisterCommand{province.resident(i), DivisionCode{410'102'000}, {}});
    if (commands.size() == 5'000 || i + 1 == count) {
      province.data().run(commands, kStart);
      commands.clear();
    }
  }
}

// One negative test each for `batch` residents; the usual night's work of a laboratory. Arguments: rocksdb; hands and
// brakes enforced.
void BM_TestResults(benchmark::State& state) {
  const auto residents = resident_count();
  const auto batch = batch_size();
  const ScratchDirectory directory;
  const auto control = make_store(false, "");
  const auto data = make_store(state.range(0) != 0, directory.path() + "/data");
  TestProvince province(1, *control, *data);
  province.found();
  if (state.range(1) != 0) province.publish(testing::enforced_policy(province, "2.0.0", {}), kStart);
  register_residents(province, residents);
  std::uint32_t next = 0;
  UnixSeconds now = kStart.plus(kHour);
  std::uint64_t statements = 0;
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<Statement> lines;
    for (std::uint32_t i = 0; i < batch; ++i) {
      lines.push_back(
          province.test_result(next % residents, rules::TestResult::kNegative, now, "s-" + std::to_string(next), now));
      if (++next % residents == 0) now = now.plus(25 * kHour);
    }
    const Command command = province.batch(std::move(lines), now);
    state.ResumeTiming();
    const CommandResult result = province.data().run(command, now);
    MINGMA_ASSERT(!result.error && result.statements.back().outcome == Outcome::kAccepted);
    statements += batch;
  }
  state.counters["statements/s"] = benchmark::Counter(static_cast<double>(statements), benchmark::Counter::kIsRate);
  state.SetLabel(std::string(state.range(0) != 0 ? "rocksdb, synced" : "memory") +
                 (state.range(1) != 0 ? ", hands and brakes enforced" : ""));
}
BENCHMARK(BM_TestResults)
    ->Args({0, 0})
    ->Args({0, 1})
    ->Args({1, 0})
    ->Args({1, 1})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->MinTime(0.2);

// What BM_TestResults asks for every line: does an unbroken chain of grants cover kind and home, at signing and now?
void BM_AuthorityOfALine(benchmark::State& state) {
  const auto control = make_store(false, "");
  const auto data = make_store(false, "");
  TestProvince province(1, *control, *data);
  province.found();
  const ControlState& grants = province.control().machine().control();
  const InstitutionNumber laboratory = grants.institution_number("lab-1");
  std::uint32_t next = 0;
  for (auto _ : state) {
    const DivisionCode home{410'102'000 + next++ % 800};
    const bool may = grants.authorised(laboratory, rules::EvidenceKind::kTestResult, home, kStart.plus(kHour),
                                       kStart.plus(2 * kHour));
    MINGMA_ASSERT(may);
  }
}
BENCHMARK(BM_AuthorityOfALine);

// Everyone re-decided with a new version and a leaf each. Argument: rocksdb.
void BM_PolicyChangesEveryone(benchmark::State& state) {
  const auto residents = resident_count();
  const ScratchDirectory directory;
  const auto control = make_store(false, "");
  const auto data = make_store(state.range(0) != 0, directory.path() + "/data");
  TestProvince province(1, *control, *data);
  province.found();
  register_residents(province, residents);
  int version = 0;
  std::uint64_t leaves = 0;
  for (auto _ : state) {
    state.PauseTiming();
    province.publish(province.policy("3.0." + std::to_string(++version), 3), kStart);
    const auto before = province.data().machine().ledger().size().value;
    state.ResumeTiming();
    province.data().settle(kStart);
    leaves += province.data().machine().ledger().size().value - before;
  }
  state.counters["leaves/s"] = benchmark::Counter(static_cast<double>(leaves), benchmark::Counter::kIsRate);
  state.SetLabel(state.range(0) != 0 ? "rocksdb, synced" : "memory");
}
BENCHMARK(BM_PolicyChangesEveryone)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->UseRealTime()->MinTime(0.2);

// Memory of the rows alone.
void BM_RowTableBytesPerResident(benchmark::State& state) {
  SeededRng rng(1);
  double bytes = 0;
  for (auto _ : state) {
    RowTable rows;
    Row row;
    for (std::int64_t i = 0; i < resident_count(); ++i) {
      rng.fill(row.resident.bytes);
      rows.append(row);
    }
    bytes = static_cast<double>(rows.bytes()) / static_cast<double>(rows.size());
  }
  state.counters["bytes/resident"] = bytes;
}
BENCHMARK(BM_RowTableBytesPerResident)->Unit(benchmark::kMillisecond)->Iterations(1);

// Restart: the scan of `rows` and the rebuilding of the index. Argument: rocksdb.
void BM_Restart(benchmark::State& state) {
  const ScratchDirectory directory;
  const auto control = make_store(false, "");
  const auto data = make_store(state.range(0) != 0, directory.path() + "/data");
  TestProvince province(1, *control, *data);
  province.found();
  register_residents(province, resident_count());
  for (auto _ : state) province.data().reopen();
  state.counters["residents/s"] =
      benchmark::Counter(static_cast<double>(resident_count()), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(BM_Restart)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(3);

}  // namespace
}  // namespace mingma::shard

BENCHMARK_MAIN();
