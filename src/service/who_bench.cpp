// `who` on a ledger of many leaves: everything from the request to the bundle, its proofs included, and its
// verification.
//
// The resident's shard is filled with leaves of nobody before the province opens, so that the proofs are as long and
// the tiles as far apart as in a ledger of that size. Stores are RocksDB in a temporary folder; durability does not
// matter. MINGMA_WHO_LEAVES: leaves in the ledger (default 100,000 so that the bench stays cheap; 10,000,000 takes 2 GB
// of disk).
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <sstream>

#include "ledger/ledger.h"
#include "service/bundle.h"
#include "service/service_test_support.h"
#include "shard/record.h"
#include "shard/tables.h"
#include "shard/tiles.h"

namespace mingma::service {
namespace {

using testing::Disk;
using testing::kNow;
using testing::TestProvince;

std::uint64_t leaves_wanted() {
  const char* text = std::getenv("MINGMA_WHO_LEAVES");
  return text == nullptr ? 100'000 : std::strtoull(text, nullptr, 10);
}

void fill(Disk& disk, const std::string& name, std::uint64_t count) {
  const auto tables = shard::shard_tables();
  const auto store = std::move(config_for(disk).open_store(name, tables)).value();
  const shard::StoreTiles tiles(*store);
  auto ledger = std::move(ledger::Ledger::open(tiles)).value();
  std::vector<Bytes> entries;
  for (std::uint64_t done = 0; done < count; done += entries.size()) {
    entries.resize(std::min<std::uint64_t>(65'536, count - done));
    for (std::size_t i = 0; i < entries.size(); ++i) {
      shard::Leaf leaf{.kind = shard::LeafKind::kDecision, .rule = "default", .hour = 1};
      leaf.commitment = crypto::sha256(as_bytes(std::to_string(done + i)));
      leaf.policy = Digest{};
      shard::encode_leaf(leaf, entries[i]);
    }
    store::Batch batch;
    shard::BatchTiles into(batch);
    ledger::StagedLeaves staged = ledger.stage();
    if (!staged.append(std::span<const Bytes>(entries), into).ok()) std::abort();
    if (!store->write(batch, store::Durability::kBuffered).ok()) std::abort();
    ledger.commit(std::move(staged));
  }
}

struct Rig {
  Disk disk;
  std::unique_ptr<TestProvince> province;
  TestProvince::Someone someone;
  std::vector<ledger::NoteVerifier> keys;

  Rig() {
    disk.real = true;
    for (const char* name : {"shard-1", "shard-2"}) fill(disk, name, leaves_wanted());
    province = std::make_unique<TestProvince>(disk);
    const auto auditor = crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEd25519);
    province->publish(province->sign_by_roots(
        "institution",
        R"({"type":"institution","id":"AUD-01","class":"auditor","name":{"zh":"审计","en":"Auditors"},"phone":"1",)"
        R"("division":"41","keys":[{"key":")" +
            base64_encode(auditor.verifying_key().spki_der()) +
            R"(","from":"2022-01-01T00:00:00Z"}],"issued_at":"2022-11-01T00:00:00Z"})"));
    province->settle();
    someone = province->register_someone(3);
    for (int i = 0; i < 5; ++i) {
      const std::string finding =
          TestProvince::contact_finding(someone, "CF-" + std::to_string(i), kNow.plus(-kSecondsPerDay - i));
      if (!province->wait(province->api().submit_statement(province->sign_by(testing::kCdc, "statement", finding)))
               .ok())
        std::abort();
    }
    province->settle();
    std::istringstream lines(province->api().ledger_keys());
    for (std::string line; std::getline(lines, line);) keys.push_back(*ledger::NoteVerifier::parse(line));
  }

  std::string who() {
    DossierRequest request;
    request.caller = {"AUD-01", "auditor-key"};
    request.resident = someone.resident;
    request.purpose = "bench";
    auto bundle = province->wait(province->api().who(std::move(request)));
    if (!bundle.ok()) std::abort();
    return *std::move(bundle);
  }
};

Rig& rig() {
  static Rig the_rig;
  return the_rig;
}

void BM_Who(benchmark::State& state) {
  std::size_t bytes = 0;
  for (auto _ : state) {
    const std::string bundle = rig().who();
    bytes = bundle.size();
    benchmark::DoNotOptimize(bundle.data());
    state.PauseTiming();
    rig().province->settle();  // the look-up's own leaf is under a checkpoint before the next
    state.ResumeTiming();
  }
  state.counters["leaves"] = static_cast<double>(leaves_wanted());
  state.counters["bundle_bytes"] = static_cast<double>(bytes);
}
BENCHMARK(BM_Who)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(10);

void BM_VerifyBundle(benchmark::State& state) {
  const std::string bundle = rig().who();
  for (auto _ : state) {
    const auto checked = check_bundle(bundle, rig().keys);
    if (!checked.ok()) state.SkipWithError(checked.error().to_string().c_str());
  }
  state.counters["leaves"] = static_cast<double>(leaves_wanted());
}
BENCHMARK(BM_VerifyBundle)->Unit(benchmark::kMillisecond)->Iterations(10);

}  // namespace
}  // namespace mingma::service
