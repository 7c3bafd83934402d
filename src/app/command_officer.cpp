// mingma officer: enrols the persons who sign for an institution, lists them, ends their keys.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "app/commands.h"
#include "app/connection.h"
#include "app/errors.h"
#include "app/files.h"
#include "app/json_text.h"
#include "app/system_clock.h"
#include "app/terminal.h"
#include "base/json.h"
#include "crypto/random.h"
#include "service/types.h"
#include "shard/officer.h"

namespace mingma::app {
namespace {

struct OfficerOptions {
  Connection::Options server;
  std::string officer;
  std::string role = "executing";
  std::string name_zh, name_en, phone;
  std::string key;              // the officer's own key file
  std::string key_entry;        // a passkey's entry, as /v1/officer-registration/key gave it
  std::string institution_key;  // or
  std::vector<std::string> roots;
  std::string envelope_out;
  std::string revoked_key, reason;
  std::string institution;
  bool json = false;
};

std::string institution_of(const std::string& officer) { return officer.substr(0, officer.find('/')); }

Result<void> add_signature(service::SignedDocument& document, const std::string& file) {
  MINGMA_TRY(crypto::SigningKey key, read_signing_key(file));
  const Digest digest = shard::document_digest(document.type, document.document);
  document.signatures.push_back({key.verifying_key().key_id(), key.sign(digest)});
  return {};
}

Result<void> sign_and_send(const OfficerOptions& options, service::SignedDocument& document, const char* path) {
  if (!options.institution_key.empty()) MINGMA_CHECK(add_signature(document, options.institution_key));
  for (const std::string& root : options.roots) MINGMA_CHECK(add_signature(document, root));
  if (!options.envelope_out.empty()) {
    MINGMA_CHECK(write_file(options.envelope_out, service::write_signed_document(document)));
    std::printf("%s: %zu signatures, written; whoever signs next adds to it, the last one sends it\n",
                options.envelope_out.c_str(), document.signatures.size());
    return {};
  }
  MINGMA_TRY(Connection connection, Connection::open(options.server));
  MINGMA_TRY(const Json body, parse_json(service::write_signed_document(document)));
  MINGMA_TRY(const Json answer, connection.post(path, body));
  if (options.json) {
    std::printf("%s\n", answer.to_string().c_str());
  } else {
    std::printf("%s: published\n", options.officer.c_str());
  }
  return {};
}

Result<void> enrol(const OfficerOptions& options) {
  const std::string now = SystemClock().now().to_string();
  Json key;
  if (!options.key_entry.empty()) {
    MINGMA_TRY(const std::string entry, read_file(options.key_entry, 1u << 17));
    MINGMA_TRY(key, parse_json(entry));
    if (const Json* inner = key.find("key"); inner != nullptr && inner->is_object()) key = Json(*inner);
  } else {
    MINGMA_TRY(const crypto::SigningKey own, read_signing_key(options.key));
    key.set("kind", "key");
    key.set("key", base64_encode(own.verifying_key().spki_der()));
    key.set("from", now);
  }
  Json document;
  document.set("type", "officer");
  document.set("id", options.officer);
  document.set("institution", institution_of(options.officer));
  document.set("role", options.role);
  document.set("name", Json(Json::Object{{"zh", options.name_zh}, {"en", options.name_en}}));
  if (!options.phone.empty()) document.set("phone", options.phone);
  document.set("keys", Json::Array{key});
  document.set("issued_at", now);
  service::SignedDocument out{"officer", document.to_string(), {}};
  if (auto parsed = shard::parse_officer(out.document); !parsed.ok()) return std::move(parsed).error();
  if (!options.key.empty()) MINGMA_CHECK(add_signature(out, options.key));
  return sign_and_send(options, out, "/v1/officers");
}

Result<void> revoke(const OfficerOptions& options) {
  std::array<std::uint8_t, 8> random{};
  crypto::SystemRng().fill(random);
  Json document;
  document.set("type", "officer_revocation");
  document.set("id", "r-" + hex_encode(random));
  document.set("officer", options.officer);
  if (!options.revoked_key.empty()) document.set("key", options.revoked_key);
  document.set("revoked_by", options.roots.empty() ? institution_of(options.officer) : std::string("root"));
  document.set("from", SystemClock().now().to_string());
  document.set("reason", options.reason);
  service::SignedDocument out{"officer_revocation", document.to_string(), {}};
  if (auto parsed = shard::parse_officer_revocation(out.document); !parsed.ok()) return std::move(parsed).error();
  return sign_and_send(options, out, "/v1/officer-revocations");
}

Result<void> list(const OfficerOptions& options) {
  MINGMA_TRY(crypto::SigningKey key, read_signing_key(options.key));
  MINGMA_TRY(Connection connection, Connection::open(options.server));
  std::string target = "/v1/officers";
  if (!options.institution.empty()) target += "?institution=" + options.institution;
  MINGMA_TRY(const Json answer, connection.get_signed(target, key));
  if (options.json) {
    std::printf("%s\n", answer.to_string().c_str());
    return {};
  }
  const Json* items = answer.find("items");
  if (items == nullptr || !items->is_array()) return {};
  for (const Json& officer : items->array()) {
    const Json* name = officer.find("name");
    std::printf("%-32s %-10s %s\n", text_of(officer, "id").c_str(), text_of(officer, "role").c_str(),
                name == nullptr ? "" : text_of(*name, "zh").c_str());
    const Json* keys = officer.find("keys");
    if (keys == nullptr || !keys->is_array()) continue;
    for (const Json& one : keys->array()) {
      const Json* in_force = one.find("in_force");
      const bool good = in_force != nullptr && in_force->is_boolean() && in_force->boolean();
      const std::string why = text_of(one, "revoked_for");
      std::printf("  %s %s from %s%s%s\n", text_of(one, "key").c_str(), text_of(one, "kind").c_str(),
                  text_of(one, "from").c_str(), good ? "" : ", not in force", why.empty() ? "" : (": " + why).c_str());
    }
  }
  return {};
}

}  // namespace

void add_officer(CLI::App& program, int& status) {
  const auto options = std::make_shared<OfficerOptions>();
  CLI::App* command = program.add_subcommand("officer", "persons who sign for an institution: enrol, list, revoke");
  command->require_subcommand(1);
  command->footer(
      "A passkey is made in the browser; its key entry and its own signature come from there "
      "(docs/accountability.md).\n"
      "Examples:\n"
      "  mingma key new li.pem\n"
      "  mingma officer enrol --officer cdc-1/li --role approving --name-zh 李 --name-en Li --key li.pem \\\n"
      "      --institution-key cdc.pem\n"
      "  mingma officer list --key li.pem\n"
      "  mingma officer revoke --officer cdc-1/li --reason lost --institution-key cdc.pem");
  const auto run = [&status](Result<void> result) {
    if (result.ok()) return;
    print_error(result.error());
    status = 2;
  };
  const auto server = [options](CLI::App* sub) {
    sub->add_option("--server", options->server.server, "web address of the platform")->capture_default_str();
    sub->add_option("--ca-file", options->server.ca_file, "certificates to trust, PEM");
    sub->add_flag("--insecure", options->server.insecure, "do not verify the server's certificate");
    sub->add_flag("--json", options->json, "print JSON");
  };
  const auto signers = [options](CLI::App* sub) {
    sub->add_option("--officer", options->officer, "<institution>/<name>")->required();
    sub->add_option("--institution-key", options->institution_key, "secret key file of the institution")
        ->check(CLI::ExistingFile);
    sub->add_option("--root", options->roots, "secret root key file; repeat for more")->check(CLI::ExistingFile);
    sub->add_option("--envelope-out", options->envelope_out, "do not send: write the signed envelope here");
  };
  CLI::App* enrolling = command->add_subcommand("enrol", "enrol an officer with a key file or a passkey");
  server(enrolling);
  signers(enrolling);
  enrolling->add_option("--role", options->role, "what they may do")
      ->check(CLI::IsMember({"executing", "approving", "ordering", "hotline", "auditor", "case", "community"}))
      ->capture_default_str();
  enrolling->add_option("--name-zh", options->name_zh, "name in Chinese")->required();
  enrolling->add_option("--name-en", options->name_en, "name in English")->required();
  enrolling->add_option("--phone", options->phone, "phone");
  auto* own = enrolling->add_option("--key", options->key, "the officer's secret key file")->check(CLI::ExistingFile);
  auto* entry = enrolling->add_option("--key-entry", options->key_entry, "a passkey's key entry (JSON)");
  entry->check(CLI::ExistingFile)->excludes(own);
  enrolling->callback([options, run] {
    if (options->key.empty() && options->key_entry.empty())
      return run(Error(errors::kInvalidArgument, "give --key or --key-entry"));
    run(enrol(*options));
  });
  CLI::App* listing = command->add_subcommand("list", "officers and their keys, for officers");
  server(listing);
  listing->add_option("--key", options->key, "your secret key file")->required()->check(CLI::ExistingFile);
  listing->add_option("--institution", options->institution, "of this institution; your own without it");
  listing->callback([options, run] { run(list(*options)); });
  CLI::App* revoking = command->add_subcommand("revoke", "end an officer's key, or all of them");
  server(revoking);
  signers(revoking);
  revoking->add_option("--revoked-key", options->revoked_key, "key id; all keys without it");
  revoking->add_option("--reason", options->reason, "lost, left, ...")->required();
  revoking->callback([options, run] { run(revoke(*options)); });
}

}  // namespace mingma::app
