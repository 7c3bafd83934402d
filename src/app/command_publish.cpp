// mingma publish: signs a document with key files and sends it.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>

#include "app/commands.h"
#include "app/connection.h"
#include "app/errors.h"
#include "app/files.h"
#include "app/terminal.h"
#include "base/json.h"
#include "crypto/digest.h"
#include "service/types.h"
#include "shard/document.h"

namespace mingma::app {
namespace {

struct PublishOptions {
  Connection::Options server;
  std::string type;
  std::vector<std::string> files;
  std::vector<std::string> keys;
  std::string envelope_out;
  bool lines = false;
  bool json = false;
};

const std::map<std::string, std::string>& routes() {
  static const std::map<std::string, std::string> kRoutes{
      {"genesis", ""},  // signed with --envelope-out, given to `mingma init`
      {"institution", "/v1/institutions"},
      {"grant", "/v1/grants"},
      {"revocation", "/v1/revocations"},
      {"policy", "/v1/policies"},
      {"area_order", "/v1/area-orders"},
      {"policy_exception", "/v1/policy-exceptions"},
      {"trusted_province", "/v1/neighbours"},
      {"export", "/v1/neighbours/exports"},
      {"guardianship", "/v1/guardianships"},
      {"guardianship_end", "/v1/guardianships"},
      {"paper_code", "/v1/paper-codes"},
      {"paper_code_end", "/v1/paper-codes"},
      {"statement", "/v1/statements"},
      {"correction", "/v1/corrections"},
  };
  return kRoutes;
}

// The type a document states of itself; a policy states none.
std::string stated_type(std::string_view document) {
  const auto json = parse_json(document);
  if (!json.ok()) return {};
  const Json* type = json->find("type");
  return type != nullptr && type->is_string() ? type->string() : std::string();
}

Result<std::vector<crypto::SigningKey>> read_keys(const PublishOptions& options) {
  std::vector<crypto::SigningKey> keys;
  for (const std::string& file : options.keys) {
    MINGMA_TRY(crypto::SigningKey key, read_signing_key(file));
    keys.push_back(std::move(key));
  }
  return keys;
}

Result<service::SignedDocument> sign(const PublishOptions& options, std::vector<crypto::SigningKey>& keys,
                                     const std::string& file, std::string text) {
  service::SignedDocument document;
  document.document = std::move(text);
  // A file may be an envelope that others have signed already: then signatures are added to it.
  if (auto envelope = service::parse_signed_document(document.document); envelope.ok()) document = std::move(*envelope);
  if (document.type.empty()) document.type = options.type.empty() ? stated_type(document.document) : options.type;
  if (routes().count(document.type) == 0) {
    return Error(errors::kInvalidArgument,
                 "say with --type what it is: institution, grant, revocation, policy, area_order, "
                 "statement or correction",
                 file);
  }
  const Digest digest = shard::document_digest(document.type, document.document);
  for (crypto::SigningKey& key : keys) document.signatures.push_back({key.verifying_key().key_id(), key.sign(digest)});
  if (document.signatures.empty())
    return Error(errors::kInvalidArgument, "nobody signed it: give --key, once for each signer", file);
  return document;
}

// What the platform tells whoever it refused: somebody who could exist, for whom the city would be stricter.
void print_refusal(Connection& connection, const service::SignedDocument& document, const Error& error) {
  if (document.type != "policy" || !error.message().starts_with("service.stricter_than_province")) return;
  const Digest hash = crypto::sha256(as_bytes(document.document));
  const auto refusal = connection.get("/v1/policies/refusals/" + hex_encode(hash));
  const Json* text = refusal.ok() ? refusal->find("text") : nullptr;
  if (text == nullptr) return;
  for (const char* language : {"zh", "en"}) {
    const Json* words = text->find(language);
    if (words != nullptr && words->is_string()) std::fprintf(stderr, "%s\n", words->string().c_str());
  }
}

Result<Json> send(Connection& connection, const service::SignedDocument& document, const std::string& file) {
  if (routes().at(document.type).empty()) {
    return Error(errors::kInvalidArgument,
                 "a genesis document is not sent: --envelope-out, then mingma init --signed-genesis", file);
  }
  MINGMA_TRY(const Json body, parse_json(service::write_signed_document(document)));
  auto answer = connection.post(routes().at(document.type), body);
  if (!answer.ok()) {
    print_refusal(connection, document, answer.error());
    return std::move(answer).error().within(file + " ");
  }
  return answer;
}

void print_answer(const PublishOptions& options, const std::string& type, const std::string& file, const Json& answer) {
  if (options.json) {
    std::printf("%s\n", answer.to_string().c_str());
    return;
  }
  std::printf("%-12s %s", type.c_str(), file.c_str());
  if (const Json* existed = answer.find("existed"); existed != nullptr && existed->is_boolean() && existed->boolean())
    std::printf(" (was there)");
  if (const Json* outcome = answer.find("outcome"); outcome != nullptr && outcome->is_string())
    std::printf(": %s", outcome->string().c_str());
  if (const Json* code = answer.find("code"); code != nullptr && code->is_string())
    std::printf(" (%s)", code->string().c_str());
  if (const Json* leaf = answer.find("leaf"); leaf != nullptr) {
    if (const Json* index = leaf->find("index"); index != nullptr && index->is_integer()) {
      std::printf(", leaf %s of shard 0", with_commas(static_cast<std::uint64_t>(index->integer())).c_str());
    }
  }
  std::printf("\n");
}

// One document a line. What a line says is counted by its outcome; the first refusal of the request itself ends the
// run.
Result<void> publish_lines(const PublishOptions& options, Connection& connection, std::vector<crypto::SigningKey>& keys,
                           const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error(errors::kFileFailed, "cannot be read", file);
  std::map<std::string, std::uint64_t> counts;
  Progress progress(std::filesystem::path(file).filename().string(), 0, "documents");
  std::string line;
  for (std::uint64_t number = 1; std::getline(in, line); ++number) {
    if (line.empty()) continue;
    const std::string place = file + " line " + std::to_string(number);
    MINGMA_TRY(const service::SignedDocument document, sign(options, keys, place, line));
    MINGMA_TRY(const Json answer, send(connection, document, place));
    const Json* outcome = answer.find("outcome");
    ++counts[outcome != nullptr && outcome->is_string() ? outcome->string() : "published"];
    progress.set(number);
  }
  progress.finish();
  std::string words;
  for (const auto& [outcome, count] : counts) words += (words.empty() ? "" : ", ") + with_commas(count) + " " + outcome;
  std::printf("%s: %s\n", file.c_str(), words.c_str());
  return {};
}

Result<void> publish(const PublishOptions& options) {
  MINGMA_TRY(std::vector<crypto::SigningKey> keys, read_keys(options));
  MINGMA_TRY(Connection connection, Connection::open(options.server));
  for (const std::string& file : options.files) {
    if (options.lines) {
      MINGMA_CHECK(publish_lines(options, connection, keys, file));
      continue;
    }
    MINGMA_TRY(std::string text, read_file(file, shard::kDocumentBytesMax));
    MINGMA_TRY(const service::SignedDocument document, sign(options, keys, file, std::move(text)));
    if (!options.envelope_out.empty()) {
      MINGMA_CHECK(write_file(options.envelope_out, service::write_signed_document(document)));
      std::printf("%s: %zu signatures, written to %s\n", file.c_str(), document.signatures.size(),
                  options.envelope_out.c_str());
      continue;
    }
    MINGMA_TRY(const Json answer, send(connection, document, file));
    print_answer(options, document.type, file, answer);
  }
  return {};
}

}  // namespace

void add_publish(CLI::App& program, int& status) {
  const auto options = std::make_shared<PublishOptions>();
  CLI::App* command =
      program.add_subcommand("publish", "sign and publish institutions, grants, policies, area orders, findings");
  command->footer(
      "Signers who sit apart pass an envelope on: each adds a signature with --envelope-out, the last one publishes.\n"
      "Examples:\n"
      "  mingma publish laboratory.json --key root-1.pem --key root-2.pem\n"
      "  mingma publish --type policy today.json --key root-1.pem --envelope-out today.signed.json\n"
      "  mingma publish today.signed.json --key root-2.pem --server https://mingma.example\n"
      "  mingma publish exception.json --key root-1.pem --key root-2.pem\n"
      "  mingma publish finding.json --key cdc.pem\n"
      "  mingma publish --lines findings.ndjson --key cdc.pem");
  command->add_option("file", options->files, "documents (JSON) or envelopes")->required()->check(CLI::ExistingFile);
  command->add_option("--type", options->type, "what it is, when the document does not say")
      ->check(CLI::IsMember({"institution", "grant", "revocation", "policy", "policy_exception", "area_order",
                             "statement", "correction", "trusted_province", "export", "guardianship",
                             "guardianship_end", "paper_code", "paper_code_end"}));
  command->add_option("--key", options->keys, "secret key file of a signer; repeat for more")->check(CLI::ExistingFile);
  command->add_option("--envelope-out", options->envelope_out, "do not send: write the signed envelope here");
  command->add_option("--server", options->server.server, "web address of the platform")->capture_default_str();
  command->add_option("--ca-file", options->server.ca_file, "certificates to trust, PEM");
  command->add_flag("--insecure", options->server.insecure, "do not verify the server's certificate");
  command->add_flag("--lines", options->lines, "each line of the file is one document (NDJSON)");
  command->add_flag("--json", options->json, "print the answers as JSON");
  command->callback([options, &status] {
    if (const auto result = publish(*options); !result.ok()) {
      print_error(result.error());
      status = 2;
    }
  });
}

}  // namespace mingma::app
