#include <benchmark/benchmark.h>

#include "crypto/digest.h"
#include "crypto/seal.h"
#include "crypto/signature.h"
#include "crypto/testing/soft_authenticator.h"

namespace mingma::crypto {
namespace {

void hash_tree_node(benchmark::State& state) {
  Bytes node(65, 1);
  for (auto _ : state) benchmark::DoNotOptimize(sha256(node));
}
BENCHMARK(hash_tree_node);

void mac_short_record(benchmark::State& state) {
  const HmacKey key(Bytes(32, 7));
  const Bytes record(96, 1);
  for (auto _ : state) benchmark::DoNotOptimize(key.mac(record));
}
BENCHMARK(mac_short_record);

void seal_short_record(benchmark::State& state) {
  SeededRng rng(1);
  const Bytes record(200, 1);
  for (auto _ : state) benchmark::DoNotOptimize(seal(Digest{}, rng, record, record));
}
BENCHMARK(seal_short_record);

void sign(benchmark::State& state) {
  SeededRng rng(1);
  auto key = SigningKey::generate(static_cast<SignatureAlgorithm>(state.range(0)), rng);
  const Bytes message(300, 1);
  for (auto _ : state) benchmark::DoNotOptimize(key.sign(message));
  state.SetLabel(std::string(to_string(key.algorithm())));
}
BENCHMARK(sign)->Arg(1)->Arg(2);

void verify(benchmark::State& state) {
  SeededRng rng(1);
  auto key = SigningKey::generate(static_cast<SignatureAlgorithm>(state.range(0)), rng);
  const Bytes message(300, 1);
  const Bytes signature = key.sign(message);
  for (auto _ : state) benchmark::DoNotOptimize(key.verifying_key().verify(message, signature));
  state.SetLabel(std::string(to_string(key.algorithm())));
}
BENCHMARK(verify)->Arg(1)->Arg(2);

// A whole assertion: client data, authenticator data, signature.
void verify_passkey(benchmark::State& state) {
  SeededRng rng(1);
  const WebAuthnScope scope{"mingma.example", "https://mingma.example"};
  testing::SoftAuthenticator device(static_cast<SignatureAlgorithm>(state.range(0)), scope, rng);
  const Digest challenge = sha256(as_bytes("statement"));
  const WebAuthnAssertion assertion = device.get(challenge);
  for (auto _ : state) {
    const auto verified = verify_assertion(assertion, device.key(), scope, challenge);
    if (!verified.ok()) state.SkipWithError("refused");
  }
  state.SetLabel(std::string(to_string(device.key().algorithm())));
}
BENCHMARK(verify_passkey)->Arg(1)->Arg(2);

}  // namespace
}  // namespace mingma::crypto

BENCHMARK_MAIN();
