// Appending and proving. MINGMA_BENCH_LEAVES sets the size of the log the proofs come from (default 100,000; the
// figures in the documents are for 10,000,000).
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "base/rng.h"
#include "ledger/ledger.h"
#include "ledger/tree_view.h"

namespace mingma::ledger {
namespace {

constexpr std::size_t kLeafBytes = 150;

std::uint64_t leaves_wanted() {
  const char* text = std::getenv("MINGMA_BENCH_LEAVES");
  return text != nullptr ? std::stoull(text) : 100'000;
}

std::vector<Bytes> make_entries(std::size_t count, SeededRng& rng) {
  std::vector<Bytes> out(count, Bytes(kLeafBytes));
  for (auto& entry : out) rng.fill(entry);
  return out;
}

// Hash tiles only: the entries would not fit in memory at ten million and no proof reads them.
class TilesOnlyBatch final : public TileBatch {
 public:
  explicit TilesOnlyBatch(MemoryTileStore& store) : store_(&store) {}
  void put(std::string_view key, ByteView value) override {
    if (!key.starts_with('b')) store_->put(key, value);
  }
  void erase(std::string_view key) override { store_->erase(key); }

 private:
  MemoryTileStore* store_;
};

struct BigLog {
  MemoryTileStore store;
  std::unique_ptr<Ledger> ledger;
};

BigLog& big_log() {
  static BigLog* const log = [] {
    auto* made = new BigLog;
    made->ledger = std::make_unique<Ledger>(Ledger::open(made->store).value());
    SeededRng rng(1);
    TilesOnlyBatch batch(made->store);
    for (std::uint64_t left = leaves_wanted(); left > 0;) {
      const std::uint64_t count = std::min<std::uint64_t>(left, 10'000);
      auto staged = made->ledger->stage();
      MINGMA_ASSERT(staged.append(make_entries(count, rng), batch).ok());
      made->ledger->commit(std::move(staged));
      left -= count;
    }
    return made;
  }();
  return *log;
}

void append_batches(benchmark::State& state) {
  SeededRng rng(2);
  const auto entries = make_entries(static_cast<std::size_t>(state.range(0)), rng);
  MemoryTileStore store;
  auto ledger = Ledger::open(store).value();
  for (auto _ : state) {
    MemoryTileBatch batch;
    auto staged = ledger.stage();
    benchmark::DoNotOptimize(staged.append(entries, batch).ok());
    ledger.commit(std::move(staged));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(append_batches)->Arg(1)->Arg(100)->Arg(1'000)->Arg(10'000);

void inclusion_proofs(benchmark::State& state) {
  BigLog& log = big_log();
  NodeCache cache;
  auto view = TreeView::open(*log.ledger, cache, log.ledger->size()).value();
  SeededRng rng(3);
  for (auto _ : state) {
    auto proof = view.inclusion_proof({rng.below(view.size().value)});
    MINGMA_ASSERT(proof.ok());
    benchmark::DoNotOptimize(proof);
  }
  state.SetItemsProcessed(state.iterations());
  state.SetLabel(std::to_string(view.size().value) + " leaves, root " + hex_encode(view.root()).substr(0, 16));
}
BENCHMARK(inclusion_proofs);

void consistency_proofs(benchmark::State& state) {
  BigLog& log = big_log();
  NodeCache cache;
  auto view = TreeView::open(*log.ledger, cache, log.ledger->size()).value();
  SeededRng rng(4);
  for (auto _ : state) {
    auto proof = view.consistency_proof({1 + rng.below(view.size().value)});
    MINGMA_ASSERT(proof.ok());
    benchmark::DoNotOptimize(proof);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(consistency_proofs);

void open_ledger(benchmark::State& state) {
  BigLog& log = big_log();
  for (auto _ : state) benchmark::DoNotOptimize(Ledger::open(log.store).value());
}
BENCHMARK(open_ledger);

void verify_inclusion_proof(benchmark::State& state) {
  BigLog& log = big_log();
  NodeCache cache;
  auto view = TreeView::open(*log.ledger, cache, log.ledger->size()).value();
  const LeafIndex index{view.size().value / 3};
  const auto proof = view.inclusion_proof(index).value();
  const Digest leaf = view.leaf(index).value();
  for (auto _ : state) benchmark::DoNotOptimize(verify_inclusion(proof, index, view.size(), leaf, view.root()).ok());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(verify_inclusion_proof);

}  // namespace
}  // namespace mingma::ledger

BENCHMARK_MAIN();
