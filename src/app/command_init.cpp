// mingma init: the data directory of a province and its genesis document.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "app/commands.h"
#include "app/errors.h"
#include "app/files.h"
#include "app/system_clock.h"
#include "app/terminal.h"
#include "service/data_dir.h"
#include "service/genesis.h"
#include "service/types.h"
#include "shard/document.h"

namespace mingma::app {
namespace {

using crypto::SigningKey;
using crypto::VerifyingKey;

struct InitOptions {
  std::string directory;
  std::string province = "41";
  std::string name_zh = "河南省";
  std::string name_en = "Henan";
  std::string origin;
  std::uint16_t shards = 4;
  std::uint16_t threshold = 2;
  std::vector<std::string> roots;      // "office=public.pem"
  std::vector<std::string> root_keys;  // secret files that sign here
  std::string signed_genesis;
  std::string demo_roots;
};

Result<std::vector<service::RootKey>> read_roots(const InitOptions& options) {
  std::vector<service::RootKey> roots;
  for (const std::string& root : options.roots) {
    const std::size_t equals = root.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Error(errors::kInvalidArgument, "write a root as OFFICE=PUBLIC-KEY.pem", root);
    }
    MINGMA_TRY(const std::string pem, read_file(root.substr(equals + 1), 1u << 16));
    auto key = VerifyingKey::from_pem(pem);
    if (!key.ok()) return std::move(key).error().within(root);
    roots.push_back({root.substr(0, equals), *key});
  }
  return roots;
}

// Three keys of three offices, as a demonstration's stand-in for people who hold them apart.
Result<void> make_demo_roots(InitOptions& options) {
  const std::filesystem::path folder(options.demo_roots);
  std::filesystem::create_directories(folder);
  for (const char* office : {"headquarters", "health-commission", "discipline"}) {
    const std::filesystem::path file = folder / (std::string("root-") + office + ".pem");
    const SigningKey key = SigningKey::generate(crypto::SignatureAlgorithm::kEd25519);
    MINGMA_CHECK(write_file(file, key.to_pem(), FileMode::kSecret));
    MINGMA_CHECK(write_file(file.string() + ".pub", key.verifying_key().to_pem()));
    options.roots.push_back(std::string(office) + "=" + file.string() + ".pub");
    options.root_keys.push_back(file.string());
  }
  return {};
}

// What doors pin in their app; beside the data, because it is no secret.
Result<void> write_pack_key(const service::DataDir& directory, const std::string& path) {
  MINGMA_TRY(const SigningKey key, directory.signing_key("trust-pack"));
  const std::string file = path + "/trust-pack.pem.pub";
  MINGMA_CHECK(write_file(file, key.verifying_key().to_pem()));
  std::printf("pack key    %s, to be pinned in every door's app\n", file.c_str());
  return {};
}

Result<void> finish(const service::DataDir& directory, const std::string& path,
                    const service::SignedDocument& genesis) {
  MINGMA_CHECK(service::write_genesis(directory, genesis, SystemClock().now()));
  MINGMA_CHECK(write_pack_key(directory, path));
  std::printf("genesis     signed by %zu root keys, written as the first event of shard 0\n",
              genesis.signatures.size());
  std::printf("next        mingma serve\n");
  return {};
}

Result<void> init(InitOptions options) {
  if (!options.signed_genesis.empty()) {
    MINGMA_TRY(const service::DataDir directory, service::DataDir::open(options.directory));
    MINGMA_TRY(const std::string envelope, read_file(options.signed_genesis, shard::kDocumentBytesMax));
    MINGMA_TRY(const service::SignedDocument genesis, service::parse_signed_document(envelope));
    return finish(directory, options.directory, genesis);
  }
  if (!options.demo_roots.empty()) MINGMA_CHECK(make_demo_roots(options));
  if (options.roots.empty()) {
    return Error(errors::kInvalidArgument,
                 "say who holds the root keys: --root OFFICE=PUBLIC-KEY.pem, once for each; or --demo-roots FOLDER");
  }
  service::ProvinceFile province;
  MINGMA_TRY(province.province, DivisionCode::parse(options.province));
  province.origin = options.origin.empty() ? "mingma.example/" + options.province : options.origin;
  province.data_shards = options.shards;
  province.created = SystemClock().now();
  service::GenesisRequest request;
  request.name = {options.name_zh, options.name_en};
  request.threshold = options.threshold;
  MINGMA_TRY(request.roots, read_roots(options));
  if (options.threshold < 1 || options.threshold > request.roots.size()) {
    return Error(errors::kInvalidArgument,
                 "--threshold must lie between 1 and the number of roots, " + std::to_string(request.roots.size()));
  }
  std::vector<SigningKey> signers;
  for (const std::string& file : options.root_keys) {
    MINGMA_TRY(const std::string pem, read_file(file, 1u << 16));
    MINGMA_TRY(SigningKey key, SigningKey::from_pem(pem));
    signers.push_back(std::move(key));
  }

  MINGMA_TRY(const service::DataDir directory, service::DataDir::create(options.directory, province));
  service::SignedDocument genesis;
  genesis.type = "genesis";
  MINGMA_TRY(genesis.document, service::genesis_document(directory, request));
  std::printf("directory   %s: %u data shards and the control shard, key files made\n", options.directory.c_str(),
              static_cast<unsigned>(options.shards));
  const Digest digest = shard::document_digest("genesis", genesis.document);
  for (SigningKey& key : signers) genesis.signatures.push_back({key.verifying_key().key_id(), key.sign(digest)});
  if (signers.size() >= options.threshold) return finish(directory, options.directory, genesis);

  const std::string file = options.directory + "/genesis.json";
  MINGMA_CHECK(write_file(file, service::write_signed_document(genesis)));
  std::printf("genesis     %s has %zu of %u signatures\n", file.c_str(), signers.size(),
              static_cast<unsigned>(options.threshold));
  std::printf("next        each root holder: mingma publish %s --key root.pem --envelope-out genesis.json\n",
              file.c_str());
  std::printf("then        mingma init %s --signed-genesis genesis.json\n", options.directory.c_str());
  return {};
}

}  // namespace

void add_init(CLI::App& program, int& status) {
  const auto options = std::make_shared<InitOptions>();
  CLI::App* command = program.add_subcommand("init", "make the data directory of a province");
  command->footer(
      "The root keys belong to people, not to this machine: give public keys, and let each holder sign the genesis "
      "document.\n"
      "Examples:\n"
      "  mingma init /var/lib/mingma --root 'Epidemic command=command.pem.pub' --root 'Health "
      "commission=health.pem.pub' \\\n"
      "      --root 'Discipline=discipline.pem.pub' --threshold 2\n"
      "  mingma init /var/lib/mingma --signed-genesis genesis.json\n"
      "  mingma init demo --demo-roots demo-roots            (a demonstration: three keys in a folder)");
  command->add_option("directory", options->directory, "where; must not exist yet")->required();
  command->add_option("--province", options->province, "division code (GB/T 2260)")->capture_default_str();
  command->add_option("--name-zh", options->name_zh, "its name")->capture_default_str();
  command->add_option("--name-en", options->name_en, "its name in English")->capture_default_str();
  command->add_option("--origin", options->origin,
                      "name of the ledgers: <origin>/shard/<n>; mingma.example/<province> without it");
  command->add_option("--shards", options->shards, "data shards; cannot be changed later")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command->add_option("--root", options->roots, "OFFICE=PUBLIC-KEY.pem of a root key; repeat for each");
  command->add_option("--threshold", options->threshold, "how many root keys must sign")->capture_default_str();
  command->add_option("--root-key", options->root_keys, "secret root key that signs the genesis document here")
      ->check(CLI::ExistingFile);
  command
      ->add_option("--signed-genesis", options->signed_genesis, "finish: the genesis document with enough signatures")
      ->check(CLI::ExistingFile);
  command->add_option("--demo-roots", options->demo_roots, "make three root keys in this folder and sign with them");
  command->callback([options, &status] {
    if (const auto result = init(*options); !result.ok()) {
      print_error(result.error());
      status = 2;
    }
  });
}

}  // namespace mingma::app
