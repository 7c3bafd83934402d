// mingma holds: statements that wait for a hand, and the officer who gives or refuses it.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <ctime>
#include <memory>

#include "app/commands.h"
#include "app/connection.h"
#include "app/errors.h"
#include "app/files.h"
#include "app/json_text.h"
#include "app/system_clock.h"
#include "app/terminal.h"
#include "base/json.h"
#include "service/types.h"
#include "shard/document.h"

namespace mingma::app {
namespace {

struct HoldsOptions {
  Connection::Options server;
  std::string key;
  std::string officer;
  std::string institution;
  std::vector<std::string> statements;
  std::string document_number;
  std::string reason;
  bool json = false;
};

std::string words(const Json& json, std::string_view name) {
  std::string out;
  const Json* list = json.find(name);
  if (list == nullptr || !list->is_array()) return out;
  for (const Json& item : list->array()) {
    if (item.is_string()) out += (out.empty() ? "" : ", ") + item.string();
  }
  return out;
}

void print_hold(const Json& hold) {
  const Json* institution = hold.find("institution");
  std::printf("%s\n  %s, by %s, rule %s\n", text_of(hold, "statement").c_str(), text_of(hold, "kind").c_str(),
              institution == nullptr ? "" : text_of(*institution, "id").c_str(), text_of(hold, "rule").c_str());
  std::printf("  缺 missing %s; 因 because %s\n", words(hold, "missing").c_str(), words(hold, "reasons").c_str());
  std::printf("  自 since %s, 失效 lapses %s\n", text_of(hold, "since").c_str(), text_of(hold, "lapses_at").c_str());
}

Result<void> list(const HoldsOptions& options) {
  MINGMA_TRY(crypto::SigningKey key, read_signing_key(options.key));
  MINGMA_TRY(Connection connection, Connection::open(options.server));
  std::string target = "/v1/holds";
  if (!options.institution.empty()) target += "?institution=" + options.institution;
  MINGMA_TRY(const Json answer, connection.get_signed(target, key));
  if (options.json) {
    std::printf("%s\n", answer.to_string().c_str());
    return {};
  }
  const Json* items = answer.find("items");
  if (items == nullptr || !items->is_array() || items->array().empty()) {
    std::printf("没有待签 / nothing is held\n");
    return {};
  }
  for (const Json& hold : items->array()) print_hold(hold);
  return {};
}

Result<void> answer(const HoldsOptions& options, bool refuses) {
  MINGMA_TRY(crypto::SigningKey key, read_signing_key(options.key));
  MINGMA_TRY(Connection connection, Connection::open(options.server));
  Json::Array statements;
  for (const std::string& id : options.statements) statements.push_back(id);
  Json document;
  document.set("type", "approval");
  document.set("decision", refuses ? "refuse" : "approve");
  document.set("officer", options.officer);
  document.set("statements", std::move(statements));
  if (!options.document_number.empty()) document.set("document_number", options.document_number);
  if (!options.reason.empty()) document.set("reason", options.reason);
  document.set("signed_at", SystemClock().now().to_string());
  service::SignedDocument signed_document{"approval", document.to_string(), {}};
  const Digest digest = shard::document_digest("approval", signed_document.document);
  signed_document.signatures.push_back({key.verifying_key().key_id(), key.sign(digest)});
  MINGMA_TRY(const Json body, parse_json(service::write_signed_document(signed_document)));
  MINGMA_TRY(const Json outcome, connection.post("/v1/approvals", body));
  if (options.json) {
    std::printf("%s\n", outcome.to_string().c_str());
    return {};
  }
  if (const Json* items = outcome.find("items"); items != nullptr && items->is_array()) {
    for (const Json& item : items->array()) {
      const std::string missing = words(item, "missing");
      std::printf("%s  %s%s%s\n", text_of(item, "statement").c_str(), text_of(item, "outcome").c_str(),
                  missing.empty() ? "" : "; missing still: ", missing.c_str());
    }
  }
  return {};
}

}  // namespace

void add_holds(CLI::App& program, int& status) {
  const auto options = std::make_shared<HoldsOptions>();
  CLI::App* command = program.add_subcommand("holds", "statements that wait for a hand: list, approve, refuse");
  command->require_subcommand(1);
  command->footer(
      "An officer signs with an enrolled key file; a passkey signs in the browser.\n"
      "Examples:\n"
      "  mingma holds list --key li.pem\n"
      "  mingma holds approve --key li.pem --officer cdc-2/li <statement id> --document-number 豫疫指〔2022〕3号\n"
      "  mingma holds refuse --key li.pem --officer cdc-2/li <statement id> --reason 'no such case'");
  const auto run = [&status](Result<void> result) {
    if (result.ok()) return;
    print_error(result.error());
    status = 2;
  };
  const auto common = [options](CLI::App* sub) {
    sub->add_option("--key", options->key, "the officer's secret key file")->required()->check(CLI::ExistingFile);
    sub->add_option("--server", options->server.server, "web address of the platform")->capture_default_str();
    sub->add_option("--ca-file", options->server.ca_file, "certificates to trust, PEM");
    sub->add_flag("--insecure", options->server.insecure, "do not verify the server's certificate");
    sub->add_flag("--json", options->json, "print JSON");
  };
  CLI::App* listing = command->add_subcommand("list", "what is held, who is missing, when it lapses");
  common(listing);
  listing->add_option("--institution", options->institution, "only of this institution");
  listing->callback([options, run] { run(list(*options)); });
  const auto answering = [&](const char* name, const char* help, bool refuses) {
    CLI::App* sub = command->add_subcommand(name, help);
    common(sub);
    sub->add_option("statement", options->statements, "ids of held statements")->required();
    sub->add_option("--officer", options->officer, "who signs: <institution>/<name>")->required();
    sub->add_option("--document-number", options->document_number, "of the order behind it");
    sub->add_option("--reason", options->reason, "in words");
    sub->callback([options, run, refuses] { run(answer(*options, refuses)); });
  };
  answering("approve", "sign held statements, so that they count", false);
  answering("refuse", "end held statements for good", true);
}

}  // namespace mingma::app
