// mingma key: makes and shows key files.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "app/commands.h"
#include "app/errors.h"
#include "app/files.h"
#include "app/terminal.h"
#include "base/bytes.h"
#include "base/json.h"
#include "crypto/signature.h"

namespace mingma::app {
namespace {

using crypto::SignatureAlgorithm;
using crypto::SigningKey;
using crypto::VerifyingKey;

struct KeyOptions {
  std::string file;
  std::string algorithm = "ed25519";
  bool json = false;
  bool force = false;
};

void show(const VerifyingKey& key, bool json) {
  if (json) {
    Json out;
    out.set("key_id", key.key_id());
    out.set("algorithm", crypto::to_string(key.algorithm()));
    out.set("public_key", base64_encode(key.raw()));
    out.set("public_key_pem", key.to_pem());
    std::printf("%s\n", out.to_string().c_str());
    return;
  }
  std::printf("key id      %s\nalgorithm   %s\npublic key  %s\n", key.key_id().c_str(),
              std::string(crypto::to_string(key.algorithm())).c_str(), base64_encode(key.raw()).c_str());
}

Result<void> make(const KeyOptions& options) {
  if (!options.force && std::filesystem::exists(options.file)) {
    return Error(errors::kFileFailed, "is there already; a key that is in use must not be overwritten (--force does)",
                 options.file);
  }
  const SigningKey key =
      SigningKey::generate(options.algorithm == "es256" ? SignatureAlgorithm::kEs256 : SignatureAlgorithm::kEd25519);
  MINGMA_CHECK(write_file(options.file, key.to_pem(), FileMode::kSecret));
  MINGMA_CHECK(write_file(options.file + ".pub", key.verifying_key().to_pem()));
  show(key.verifying_key(), options.json);
  if (!options.json) std::printf("written     %s (secret, 0600), %s.pub\n", options.file.c_str(), options.file.c_str());
  return {};
}

Result<void> print(const KeyOptions& options) {
  MINGMA_TRY(const std::string pem, read_file(options.file, 1u << 16));
  if (auto secret = SigningKey::from_pem(pem); secret.ok()) {
    show(secret->verifying_key(), options.json);
    return {};
  }
  auto key = VerifyingKey::from_pem(pem);
  if (!key.ok()) return std::move(key).error().within(options.file);
  show(*key, options.json);
  return {};
}

}  // namespace

void add_key(CLI::App& program, int& status) {
  const auto options = std::make_shared<KeyOptions>();
  CLI::App* key = program.add_subcommand("key", "make and show key files");
  key->require_subcommand(1);
  key->footer(
      "Examples:\n  mingma key new laboratory.pem\n  mingma key new root-1.pem --algorithm ed25519\n"
      "  mingma key show laboratory.pem.pub --json");

  const auto run = [&status](Result<void> result) {
    if (result.ok()) return;
    print_error(result.error());
    status = 2;
  };
  CLI::App* make_key = key->add_subcommand("new", "make a key pair: FILE (secret) and FILE.pub");
  make_key->add_option("file", options->file, "where to write the secret key, PEM")->required();
  make_key->add_option("--algorithm", options->algorithm, "ed25519 or es256")
      ->check(CLI::IsMember({"ed25519", "es256"}))
      ->capture_default_str();
  make_key->add_flag("--json", options->json, "print JSON");
  make_key->add_flag("--force", options->force, "overwrite an existing file");
  make_key->callback([options, run] { run(make(*options)); });

  CLI::App* show_key = key->add_subcommand("show", "show the key id and the public key of a key file");
  show_key->add_option("file", options->file, "PEM, secret or public")->required();
  show_key->add_flag("--json", options->json, "print JSON");
  show_key->callback([options, run] { run(print(*options)); });
}

}  // namespace mingma::app
