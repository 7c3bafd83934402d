// mingma who, mingma negative: who turned this code red, and the proof that an institution did not. Both give a bundle
// that verifies offline; what is printed is what was verified, never what the server said.

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <memory>

#include "app/commands.h"
#include "app/connection.h"
#include "app/errors.h"
#include "app/files.h"
#include "app/json_text.h"
#include "app/terminal.h"
#include "http/content_digest.h"
#include "service/bundle.h"
#include "service/errors.h"

namespace mingma::app {
namespace {

struct WhoOptions {
  Connection::Options server;
  std::string resident;     // document number or pseudonym
  std::string institution;  // negative: the accused
  std::string key;
  std::string purpose;
  std::string out;
  std::string verify;
  std::string ledger_keys;
  std::uint32_t version = 0;
  bool chain_only = false;
  bool json = false;
  bool negative = false;
};

Result<std::vector<ledger::NoteVerifier>> parse_keys(std::string_view text) {
  std::vector<ledger::NoteVerifier> keys;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    MINGMA_TRY(ledger::NoteVerifier key, ledger::NoteVerifier::parse(line));
    keys.push_back(std::move(key));
  }
  return keys;
}

Result<Json> make_request(const WhoOptions& options) {
  Json body;
  const std::string& who = options.resident;
  if (who.size() == 32 && ResidentId::parse(who).ok()) {
    body.set("resident", who);
  } else {
    body.set("person", Json::Object{{"document_type", "resident_id"}, {"document_number", who}});
  }
  if (options.version != 0) body.set("version", static_cast<std::int64_t>(options.version));
  body.set("purpose", options.purpose);
  if (options.negative) {
    body.set("institution", options.institution);
    body.set("chain_only", options.chain_only);
  }
  return body;
}

Result<std::string> fetch_bundle(const WhoOptions& options, Connection& connection) {
  MINGMA_TRY(const std::string pem, read_file(options.key, 1u << 16));
  MINGMA_TRY(crypto::SigningKey key, crypto::SigningKey::from_pem(pem));
  MINGMA_TRY(const Json body, make_request(options));
  http::ClientRequest request{.method = "POST",
                              .target = options.negative ? "/v1/oversight/negative" : "/v1/oversight/who",
                              .headers = {{"Content-Type", "application/json"}},
                              .body = body.to_string()};
  const std::string digest = http::write_content_digest(as_bytes(request.body));
  MINGMA_TRY(http::ClientRequest signed_request, connection.signed_by(std::move(request), digest, key));
  MINGMA_TRY(http::ClientResponse answer, connection.call(std::move(signed_request)));
  return std::move(answer.body);
}

void line(const char* head, const std::string& words) {
  if (!words.empty()) std::printf("%-10s %s\n", head, words.c_str());
}

void print_words(const char* head, const Json& words) {
  line(head, text_of(words, "zh"));
  line("", text_of(words, "en"));
}

// "CDC-01/zhang CDC-01 key 0123456789abcdef"; without an officer the institution's own key.
std::string name_of_hand(const Json& hand) {
  const std::string officer = text_of(hand, "officer"), key = text_of(hand, "key");
  return (officer.empty() ? "" : officer + " ") + text_of(hand, "institution") +
         (key.empty() ? "" : " key " + key.substr(0, 16));
}

void print_statement(const char* head, const Json& statement) {
  if (const Json* words = statement.find("words")) print_words(head, *words);
  const Json* hands = statement.find("hands");
  const auto hand = [&](const char* name) {
    const Json* given = hands == nullptr ? nullptr : hands->find(name);
    if (given == nullptr || given->is_null()) return std::string("-");
    if (given->is_object()) return name_of_hand(*given);
    std::string all;
    for (const Json& one : given->array()) all += (all.empty() ? "" : " + ") + name_of_hand(one);
    return all;
  };
  line("", "  ordered 决定 " + hand("ordered") + ", approved 批准 " + hand("approved") + ", executed 录入 " +
               hand("executed") + "; proved by " + text_of(statement, "proved_by") + ", leaf " +
               with_commas(static_cast<std::uint64_t>(integer_of(statement, "leaf"))));
}

void print_verified(const Json& verified) {
  if (const Json* conclusion = verified.find("conclusion")) print_words("结论", *conclusion);
  const Json& decision = *verified.find("decision");
  if (const Json* policy = decision.find("policy")) {
    std::string signers;
    for (const Json& name : array_of(*policy, "signed_by")) signers += (signers.empty() ? "" : ", ") + name.string();
    line("policy", text_of(*policy, "id") + " " + text_of(*policy, "version") + ", " +
                       text_of(*policy, "document_number") + "; signed by root keys " + signers);
  }
  const char* head = "because";
  for (const Json& statement : array_of(verified, "statements")) {
    if (!flag_of(statement, "deciding")) continue;
    print_statement(head, statement);
    head = "";
  }
  std::size_t others = 0;
  for (const Json& statement : array_of(verified, "statements")) others += !flag_of(statement, "deciding");
  if (others > 0) line("beside", std::to_string(others) + " other statements, in the bundle; they did not decide");
  const Json& checked = *verified.find("checked");
  std::string ledgers;
  for (const Json& origin : array_of(checked, "ledgers")) ledgers += (ledgers.empty() ? "" : ", ") + origin.string();
  line("verified", std::to_string(integer_of(checked, "leaves")) + " leaves, " +
                       std::to_string(integer_of(checked, "signatures")) + " signatures, " +
                       std::to_string(integer_of(checked, "documents")) + " documents; " + ledgers);
  for (const Json& note : array_of(verified, "notes")) print_words("note", note);
}

Result<void> show(const WhoOptions& options, const std::string& bundle, std::string_view keys_text) {
  MINGMA_TRY(const std::vector<ledger::NoteVerifier> keys, parse_keys(keys_text));
  MINGMA_TRY(const service::CheckedBundle checked, service::check_bundle(bundle, keys));
  const std::string wanted = options.negative ? "negative" : "who";
  if (checked.question != wanted)
    return Error(errors::kInvalidArgument, "this bundle answers the question '" + checked.question + "'");
  const Json verified = to_json(checked);
  if (options.json) {
    std::printf("%s\n", verified.to_string().c_str());
  } else {
    print_verified(verified);
  }
  return {};
}

Result<void> run(const WhoOptions& options) {
  std::string keys;
  if (!options.ledger_keys.empty()) {
    MINGMA_TRY(keys, read_file(options.ledger_keys, 1u << 20));
  }
  if (!options.verify.empty()) {
    if (keys.empty()) return Error(errors::kInvalidArgument, "offline, only --ledger-keys says whom to believe");
    MINGMA_TRY(const std::string bundle, read_file(options.verify, service::kBundleBytesMax));
    return show(options, bundle, keys);
  }
  if (options.resident.empty() || options.key.empty() || options.purpose.empty())
    return Error(errors::kInvalidArgument, "say who, with which key and what for: RESIDENT --key FILE --purpose TEXT");
  if (options.negative && options.institution.empty())
    return Error(errors::kInvalidArgument, "say of which institution: --institution ID");
  MINGMA_TRY(Connection connection, Connection::open(options.server));
  if (keys.empty()) {
    MINGMA_TRY(keys, connection.download("/v1/ledger/keys"));
    std::fprintf(stderr, "note: verified with the keys that the server itself gives; --ledger-keys FILE is better\n");
  }
  const auto begin = std::chrono::steady_clock::now();
  MINGMA_TRY(const std::string bundle, fetch_bundle(options, connection));
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (!options.out.empty()) MINGMA_CHECK(write_file(options.out, bundle));
  MINGMA_CHECK(show(options, bundle, keys));
  if (!options.json) {
    std::printf("%-10s %.3f s%s%s\n", "answered", seconds, options.out.empty() ? "" : "; bundle in ",
                options.out.c_str());
  }
  return {};
}

void add_common(CLI::App* command, const std::shared_ptr<WhoOptions>& options, int& status) {
  command->add_option("--key", options->key, "key file of the auditor or the command that asks")
      ->check(CLI::ExistingFile);
  command->add_option("--purpose", options->purpose, "what for: a case or document number; goes with the request");
  command->add_option("--version", options->version, "which decision of the resident's chain; the newest without it");
  command->add_option("--out", options->out, "write the bundle here");
  command->add_option("--verify", options->verify, "verify this bundle, offline")->check(CLI::ExistingFile);
  command->add_option("--ledger-keys", options->ledger_keys, "verifier keys of the ledgers, one a line")
      ->check(CLI::ExistingFile);
  command->add_option("--server", options->server.server, "web address of the platform")->capture_default_str();
  command->add_option("--ca-file", options->server.ca_file, "certificates to trust, PEM");
  command->add_flag("--insecure", options->server.insecure, "do not verify the server's certificate");
  command->add_flag("--json", options->json, "print what was verified as JSON");
  command->callback([options, &status] {
    const auto result = run(*options);
    if (result.ok()) return;
    print_error(result.error());
    status = result.error().is(errors::kBundleRefused) ? 1 : 2;
  });
}

}  // namespace

void add_who(CLI::App& program, int& status) {
  const auto options = std::make_shared<WhoOptions>();
  CLI::App* command = program.add_subcommand("who", "who turned this code red: names, numbers, grants, proofs");
  command->footer(
      "RESIDENT is an ID number or a pseudonym (32 hex digits). Exit status: 0 verified, 1 the bundle is refused, 2 no "
      "answer.\n"
      "Examples:\n"
      "  mingma who 41990319800131001X --key auditor.pem --purpose \"case 2022-0613\" --out who.json\n"
      "  mingma who --verify who.json --ledger-keys ledger-keys.txt");
  command->add_option("resident", options->resident, "ID number or pseudonym");
  add_common(command, options, status);
}

void add_negative(CLI::App& program, int& status) {
  const auto options = std::make_shared<WhoOptions>();
  options->negative = true;
  CLI::App* command = program.add_subcommand("negative", "\"not us\": the proof that an institution did not do it");
  command->footer(
      "Refused (service.it_did) when it did. What the proof shows and assumes: docs/accountability.md, \"Not us\".\n"
      "Examples:\n"
      "  mingma negative --institution SIM-LAB-01 --resident 41990319800131001X --key auditor.pem --purpose \"case 7\" "
      "--out not-us.json\n"
      "  mingma negative --institution SIM-LAB-01 --resident 4199... --key auditor.pem --purpose \"case 7\" "
      "--chain-only --out hand-over.json\n"
      "  mingma negative --verify not-us.json --ledger-keys ledger-keys.txt");
  command->add_option("--institution", options->institution, "who is said to have done it");
  command->add_option("--resident", options->resident, "ID number or pseudonym");
  command->add_flag("--chain-only", options->chain_only, "without anybody's statements, to hand to the institution");
  add_common(command, options, status);
}

}  // namespace mingma::app
