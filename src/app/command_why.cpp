// mingma why: a resident's receipt: colour, rule, evidence, who signed it, how it ends, proof.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "app/commands.h"
#include "app/connection.h"
#include "app/errors.h"
#include "app/files.h"
#include "app/json_text.h"
#include "app/sign_in.h"
#include "app/terminal.h"
#include "base/json.h"
#include "base/time.h"
#include "crypto/signature.h"

namespace mingma::app {
namespace {

struct WhyOptions {
  Connection::Options server;
  std::string document;
  std::string name = "示范";
  std::string phone_key;
  std::string credential_out;
  std::string proof_out;
  std::string entry_out;
  bool json = false;
  bool history = false;
};

void line(const char* head, const std::string& words) {
  if (!words.empty()) std::printf("%-11s %s\n", head, words.c_str());
}

void print_receipt(const Json& receipt) {
  line("colour", text_of(receipt, "colour") + " since " + local_of(receipt, "since"));
  line("rule", text_of(receipt, "rule") + "  " + both_of(receipt, "rule_title"));
  if (const Json* policy = receipt.find("policy")) {
    line("policy",
         text_of(*policy, "id") + " " + text_of(*policy, "version") + ", " + text_of(*policy, "document_number"));
  }
  line("why", both_of(receipt, "reason"));
  line("measure", text_of(receipt, "measure") + "  " + both_of(receipt, "control_mode"));
  line("way out", both_of(receipt, "way_out"));
  const std::string horizon = local_of(receipt, "horizon");
  line("changes", horizon.empty() ? "not by the clock alone" : horizon + " by itself, if nothing new arrives");
  if (const Json* responsible = receipt.find("responsible"); responsible != nullptr && responsible->is_array()) {
    for (const Json& institution : responsible->array()) {
      line("responsible", both_of(institution, "name") + " (" + text_of(institution, "class") + ", " +
                              text_of(institution, "id") + "), " + text_of(institution, "phone"));
    }
  }
  if (const Json* causes = receipt.find("causes"); causes != nullptr && causes->is_array()) {
    int shown = 0;
    for (const Json& cause : causes->array()) {
      if (++shown > 6) {
        line("", "... and " + std::to_string(causes->array().size() - 6) + " more");
        break;
      }
      const Json* institution = cause.find("institution");
      line(shown == 1 ? "evidence" : "", both_of(cause, "kind_words") + ", record " + text_of(cause, "source_record") +
                                             ", signed " + local_of(cause, "signed_at") +
                                             (institution ? " by " + text_of(*institution, "id") : ""));
    }
  }
  line("contest", both_of(receipt, "contest"));
  if (const Json* leaf = receipt.find("leaf")) {
    const Json* shard = leaf->find("shard");
    const Json* index = leaf->find("index");
    if (shard != nullptr && index != nullptr && shard->is_integer() && index->is_integer()) {
      line("leaf", "shard " + std::to_string(shard->integer()) + ", " +
                       with_commas(static_cast<std::uint64_t>(index->integer())));
    }
  }
}

void print_history(const Json& history) {
  std::vector<std::vector<std::string>> rows;
  if (const Json* decisions = history.find("decisions"); decisions != nullptr && decisions->is_array()) {
    for (const Json& entry : decisions->array()) {
      const Json* version = entry.find("version");
      rows.push_back({version != nullptr && version->is_integer() ? std::to_string(version->integer()) : "",
                      local_of(entry, "since"), text_of(entry, "colour"), text_of(entry, "rule"),
                      text_of(entry, "trigger")});
    }
  }
  std::fputs(table({"version", "since", "colour", "rule", "because of"}, rows).c_str(), stdout);
}

// Enrols the phone's key (again changes nothing) and fetches a credential bound to it.
Result<void> fetch_credential(const WhyOptions& options, Connection& connection) {
  MINGMA_TRY(const std::string pem, read_file(options.phone_key, 1u << 16));
  MINGMA_TRY(const crypto::SigningKey phone, crypto::SigningKey::from_pem(pem));
  Json enrol;
  enrol.set("public_key", base64_encode(phone.verifying_key().raw()));
  MINGMA_TRY(const Json device, connection.post("/v1/me/devices", enrol));
  MINGMA_TRY(const Json code, connection.get("/v1/me/code?device=" + text_of(device, "device")));
  MINGMA_TRY(const Bytes credential, base64url_decode(text_of(code, "credential")));
  MINGMA_CHECK(write_file(options.credential_out, as_text(credential)));
  if (!options.json) line("credential", options.credential_out);
  return {};
}

Result<void> why(WhyOptions options) {
  if (options.server.token.empty()) {
    if (options.document.empty())
      return Error(errors::kInvalidArgument, "say who: --document NUMBER (demonstration) or --session TOKEN");
    MINGMA_TRY(Connection visitor, Connection::open(options.server));
    MINGMA_TRY(options.server.token, sign_in(visitor, {options.document, options.name}));
  }
  MINGMA_TRY(Connection connection, Connection::open(options.server));
  MINGMA_TRY(const Json receipt, connection.get("/v1/me/receipt"));
  if (options.json) {
    std::printf("%s\n", receipt.to_string().c_str());
  } else {
    print_receipt(receipt);
  }
  if (options.history) {
    MINGMA_TRY(const Json history, connection.get("/v1/me/history"));
    if (options.json) {
      std::printf("%s\n", history.to_string().c_str());
    } else {
      print_history(history);
    }
  }
  const Json* leaf = receipt.find("leaf");
  if (!options.proof_out.empty()) {
    const std::string proof = leaf != nullptr ? text_of(*leaf, "proof") : std::string();
    if (proof.empty())
      return Error(errors::kServerFailed, "the proof is not there yet; a checkpoint comes every second, ask again");
    MINGMA_CHECK(write_file(options.proof_out, proof));
    if (!options.json) line("proof", options.proof_out);
  }
  if (!options.entry_out.empty() && leaf != nullptr) {
    MINGMA_TRY(const Bytes entry, base64_decode(text_of(*leaf, "entry")));
    MINGMA_CHECK(write_file(options.entry_out, as_text(entry)));
  }
  if (!options.credential_out.empty()) MINGMA_CHECK(fetch_credential(options, connection));
  return {};
}

}  // namespace

void add_why(CLI::App& program, int& status) {
  const auto options = std::make_shared<WhyOptions>();
  CLI::App* command = program.add_subcommand("why", "why is this code red: a resident's receipt, with its proof");
  command->footer(
      "Examples:\n"
      "  mingma why --document 41990319800131001X                       (demonstration server)\n"
      "  mingma why --session TOKEN --server https://code.example.gov.cn --history\n"
      "  mingma why --document 41990319800131001X --proof my.tlog-proof --entry my-leaf.bin\n"
      "  mingma why --document 41990319800131001X --phone-key phone.pem --credential me.cbor");
  auto* document =
      command->add_option("--document", options->document, "resident ID number, signed in through the sandbox");
  command->add_option("--name", options->name, "name for the sandbox")->needs(document);
  command->add_option("--session", options->server.token, "token of a signed-in resident")->excludes(document);
  command->add_option("--server", options->server.server, "web address of the platform")->capture_default_str();
  command->add_option("--proof", options->proof_out, "write the decision's proof here (C2SP tlog-proof)");
  command->add_option("--entry", options->entry_out, "write the leaf's bytes here");
  auto* key = command->add_option("--phone-key", options->phone_key, "a phone's ES256 key to bind a credential to")
                  ->check(CLI::ExistingFile);
  auto* credential =
      command->add_option("--credential", options->credential_out, "write the credential here")->needs(key);
  key->needs(credential);
  command->add_flag("--history", options->history, "also every earlier decision");
  command->add_option("--ca-file", options->server.ca_file, "certificates to trust, PEM");
  command->add_flag("--insecure", options->server.insecure, "do not verify the server's certificate");
  command->add_flag("--json", options->json, "print JSON");
  command->callback([options, &status] {
    if (const auto result = why(*options); !result.ok()) {
      print_error(result.error());
      status = 2;
    }
  });
}

}  // namespace mingma::app
