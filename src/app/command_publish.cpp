// mingma publish: signs a document with key files and sends it.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <memory>

#include "app/commands.h"
#include "app/connection.h"
#include "app/errors.h"
#include "app/files.h"
#include "app/terminal.h"
#include "base/json.h"
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
  bool json = false;
};

const std::map<std::string, std::string>& routes() {
  static const std::map<std::string, std::string> kRoutes{
      {"genesis", ""},  // signed with --envelope-out, given to `mingma init`
      {"institution", "/v1/institutions"}, {"grant", "/v1/grants"},           {"revocation", "/v1/revocations"},
      {"policy", "/v1/policies"},          {"area_order", "/v1/area-orders"}, {"statement", "/v1/statements"},
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

Result<service::SignedDocument> sign(const PublishOptions& options, const std::string& file) {
  service::SignedDocument document;
  MINGMA_TRY(document.document, read_file(file, shard::kDocumentBytesMax));
  // A file may be an envelope that others have signed already: then signatures are added to it.
  if (auto envelope = service::parse_signed_document(document.document); envelope.ok()) document = std::move(*envelope);
  if (document.type.empty()) document.type = options.type.empty() ? stated_type(document.document) : options.type;
  if (routes().count(document.type) == 0) {
    return Error(errors::kInvalidArgument, "say with --type what it is: institution, grant, revocation, policy, area_order, "
                                           "statement or correction", file);
  }
  const Digest digest = shard::document_digest(document.type, document.document);
  for (const std::string& key_file : options.keys) {
    MINGMA_TRY(const std::string pem, read_file(key_file, 1u << 16));
    auto key = crypto::SigningKey::from_pem(pem);
    if (!key.ok()) return std::move(key).error().within(key_file);
    document.signatures.push_back({key->verifying_key().key_id(), key->sign(digest)});
  }
  if (document.signatures.empty()) return Error(errors::kInvalidArgument, "nobody signed it: give --key, once for each signer", file);
  return document;
}

Result<void> publish(const PublishOptions& options) {
  MINGMA_TRY(Connection connection, Connection::open(options.server));
  for (const std::string& file : options.files) {
    MINGMA_TRY(const service::SignedDocument document, sign(options, file));
    const std::string envelope = service::write_signed_document(document);
    if (!options.envelope_out.empty()) {
      MINGMA_CHECK(write_file(options.envelope_out, envelope));
      std::printf("%s: %zu signatures, written to %s\n", file.c_str(), document.signatures.size(), options.envelope_out.c_str());
      continue;
    }
    if (routes().at(document.type).empty()) {
      return Error(errors::kInvalidArgument, "a genesis document is not sent: --envelope-out, then mingma init --signed-genesis", file);
    }
    MINGMA_TRY(const Json body, parse_json(envelope));
    auto answer = connection.post(routes().at(document.type), body);
    if (!answer.ok()) return std::move(answer).error().within(file + " ");
    if (options.json) {
      std::printf("%s\n", answer->to_string().c_str());
    } else {
      const Json* existed = answer->find("existed");
      const Json* leaf = answer->find("leaf");
      std::printf("%-12s %s%s", document.type.c_str(), file.c_str(),
                  existed != nullptr && existed->is_boolean() && existed->boolean() ? " (was there)" : "");
      if (leaf != nullptr && leaf->is_integer()) std::printf(", leaf %lld of shard 0", static_cast<long long>(leaf->integer()));
      std::printf("\n");
    }
  }
  return {};
}

}  // namespace

void add_publish(CLI::App& program, int& status) {
  const auto options = std::make_shared<PublishOptions>();
  CLI::App* command = program.add_subcommand("publish", "sign and publish institutions, grants, policies, area orders, findings");
  command->footer(
      "Signers who sit apart pass an envelope on: each adds a signature with --envelope-out, the last one publishes.\n"
      "Examples:\n"
      "  mingma publish laboratory.json --key root-1.pem --key root-2.pem\n"
      "  mingma publish --type policy today.json --key root-1.pem --envelope-out today.signed.json\n"
      "  mingma publish today.signed.json --key root-2.pem --server https://mingma.example\n"
      "  mingma publish finding.json --key cdc.pem");
  command->add_option("file", options->files, "documents (JSON) or envelopes")->required()->check(CLI::ExistingFile);
  command->add_option("--type", options->type, "what it is, when the document does not say")->check(CLI::IsMember(
      {"institution", "grant", "revocation", "policy", "area_order", "statement", "correction"}));
  command->add_option("--key", options->keys, "secret key file of a signer; repeat for more")->check(CLI::ExistingFile);
  command->add_option("--envelope-out", options->envelope_out, "do not send: write the signed envelope here");
  command->add_option("--server", options->server.server, "web address of the platform")->capture_default_str();
  command->add_option("--ca-file", options->server.ca_file, "certificates to trust, PEM");
  command->add_flag("--insecure", options->server.insecure, "do not verify the server's certificate");
  command->add_flag("--json", options->json, "print the answers as JSON");
  command->callback([options, &status] {
    if (const auto result = publish(*options); !result.ok()) {
      print_error(result.error());
      status = 2;
    }
  });
}

}  // namespace mingma::app
