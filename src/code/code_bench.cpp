// What one core does: credentials signed, codes checked at a door, packs opened.
#include <benchmark/benchmark.h>

#include "code/door.h"
#include "code/testing/province.h"

namespace mingma::code {
namespace {

using testing::kNow;
using testing::Province;

void issue_credential(benchmark::State& state) {
  Province province;
  Claims claims = province.phone_claims();
  std::size_t bytes = 0;
  for (auto _ : state) {
    claims.leaf.value++;
    auto credential = province.issuer.issue(claims);
    bytes = credential.value().size();
    benchmark::DoNotOptimize(credential);
  }
  state.counters["bytes"] = static_cast<double>(bytes);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(issue_credential);

// Everything in issuing but the signature, measured by reading back what was issued.
void read_one_credential(benchmark::State& state) {
  Province province;
  const Bytes credential = province.issuer.issue(province.phone_claims()).value();
  for (auto _ : state) benchmark::DoNotOptimize(read_credential(credential));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(read_one_credential);

void check_phone_at_door(benchmark::State& state) {
  Province province;
  const TrustPack pack = province.pack();
  const std::string text = show_on_phone(province.issuer.issue(province.phone_claims()).value(), kNow, province.phone);
  for (auto _ : state) {
    const DoorCheck check = check_at_door(text, pack, kNow);
    MINGMA_ASSERT(check.verdict == Verdict::kGreen);
  }
  state.counters["characters"] = static_cast<double>(text.size());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(check_phone_at_door);

void check_paper_at_door(benchmark::State& state) {
  Province province;
  const TrustPack pack = province.pack();
  const std::string text = print_on_paper(province.issuer.issue(province.paper_claims()).value());
  for (auto _ : state) {
    const DoorCheck check = check_at_door(text, pack, kNow);
    MINGMA_ASSERT(check.verdict == Verdict::kGreen);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(check_paper_at_door);

void open_pack(benchmark::State& state) {
  Province province;
  TrustPack pack = province.pack();
  for (std::int64_t i = 0; i < state.range(0); ++i) pack.revoked.push_back(province.rng.next());
  const Bytes file = sign_trust_pack(pack, province.pack_key);
  for (auto _ : state) {
    auto opened = open_trust_pack(file, province.pack_key.verifying_key(), {});
    MINGMA_ASSERT(opened.ok());
    benchmark::DoNotOptimize(opened);
  }
  state.counters["bytes"] = static_cast<double>(file.size());
}
BENCHMARK(open_pack)->Arg(0)->Arg(10'000);

}  // namespace
}  // namespace mingma::code

BENCHMARK_MAIN();
