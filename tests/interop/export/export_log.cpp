// Writes a log as static files, for verifiers that other people wrote.
//
//   mingma_ledger_export FOLDER LEAVES
//
// FOLDER gets the tiles, `checkpoint` (cosigned by one witness), `checkpoint.N` for a number of earlier sizes,
// `proof.N.tlog-proof` for some leaves, and the keys: `log.vkey`, `witness.vkey`. Keys and entries come from a fixed
// seed.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/rng.h"
#include "ledger/cosignature.h"
#include "ledger/publisher.h"
#include "ledger/tlog_proof.h"
#include "ledger/tree_view.h"
#include "ledger/verifier.h"

namespace {

using namespace mingma;
using namespace mingma::ledger;

constexpr std::string_view kOrigin = "mingma.example/41/shard/1";
constexpr std::string_view kWitness = "witness.example/w1";
constexpr UnixSeconds kWitnessTime{1'668'124'800};

Result<void> write_file(const std::filesystem::path& path, ByteView bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  MINGMA_ASSERT(out.good());
  return {};
}

class Export {
 public:
  explicit Export(std::filesystem::path folder) : folder_(std::move(folder)) {}

  void run(std::uint64_t leaves) {
    publish();
    while (ledger_.size().value < leaves) {
      append(std::min<std::uint64_t>(1 + rng_.below(6'000), leaves - ledger_.size().value));
      publish();
    }
    std::string note = *publisher_.current();
    const std::string text = parse_note(note).value().text;
    note += cosign(text, kWitness, kWitnessTime, witness_).to_line();
    const auto sink = [this](std::string_view path, ByteView bytes) { return write_file(folder_ / path, bytes); };
    MINGMA_ASSERT(export_log(ledger_, note, sink).ok());
    write_proofs(note);
    MINGMA_ASSERT(sink("log.vkey", as_bytes(publisher_.verifier().to_string())).ok());
    const auto witness = NoteVerifier::make(kWitness, NoteKeyType::kCosignatureV1, witness_.verifying_key()).value();
    MINGMA_ASSERT(sink("witness.vkey", as_bytes(witness.to_string())).ok());
  }

 private:
  void append(std::uint64_t count) {
    std::vector<Bytes> entries(count);
    for (auto& entry : entries) {
      entry.resize(rng_.below(300));
      rng_.fill(entry);
    }
    auto staged = ledger_.stage();
    MINGMA_ASSERT(staged.append(entries, store_).ok());
    ledger_.commit(std::move(staged));
  }

  void publish() {
    const auto prepared = publisher_.prepare().value();
    publisher_.published(*prepared);
    const std::string name = "checkpoint." + std::to_string(prepared->head.size.value);
    MINGMA_ASSERT(write_file(folder_ / name, as_bytes(prepared->note)).ok());
  }

  void write_proofs(const std::string& note) {
    NodeCache cache;
    auto view = TreeView::open(ledger_, cache, ledger_.size()).value();
    for (std::uint64_t index = 0; index < ledger_.size().value; index = index * 2 + 1) {
      const TlogProof proof{std::nullopt, {index}, view.inclusion_proof({index}).value(), note};
      const std::string name = "proof." + std::to_string(index) + ".tlog-proof";
      MINGMA_ASSERT(write_file(folder_ / name, as_bytes(proof.to_string())).ok());
    }
  }

  std::filesystem::path folder_;
  SeededRng rng_{2022};
  MemoryTileStore store_;
  Ledger ledger_ = Ledger::open(store_).value();
  crypto::SigningKey key_ = crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEd25519, rng_);
  crypto::SigningKey witness_ = crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEd25519, rng_);
  CheckpointPublisher publisher_ = CheckpointPublisher::open(ledger_, std::string(kOrigin), key_, std::nullopt).value();
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s FOLDER LEAVES\n", argv[0]);
    return 2;
  }
  Export(argv[1]).run(std::stoull(argv[2]));
  return 0;
}
