// mingma exchange: other provinces: whom to trust, what was given away and is not acknowledged.

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
#include "base/time.h"

namespace mingma::app {
namespace {

struct ExchangeOptions {
  Connection::Options server;
  std::string institution;
  std::string phone;
  std::string url;
  std::string out;
  int days = 365;
  bool all = false;
  bool json = false;
};

// A trusted_province document to be signed by the roots, out of the neighbour's own card.
Result<void> trust(const ExchangeOptions& options) {
  Connection::Options neighbour = options.server;
  neighbour.server = options.url;
  MINGMA_TRY(Connection connection, Connection::open(neighbour));
  MINGMA_TRY(const Json card, connection.get("/v1/neighbours/card"));
  for (const char* wanted : {"name", "ledger_keys"}) {
    if (card.find(wanted) == nullptr)
      return Error(errors::kServerFailed, "the neighbour's card lacks " + std::string(wanted));
  }
  const UnixSeconds now = SystemClock().now();
  Json document;
  document.set("type", "trusted_province");
  document.set("id", text_of(card, "province"));
  document.set("institution", options.institution);
  document.set("name", *card.find("name"));
  document.set("phone", options.phone);
  document.set("url", options.url);
  document.set("genesis", text_of(card, "genesis"));
  document.set("ledger_keys", *card.find("ledger_keys"));
  document.set("seal_key", text_of(card, "seal_key"));
  document.set("sign_key", text_of(card, "sign_key"));
  document.set("from", now.to_string());
  document.set("until", now.plus(options.days * kSecondsPerDay).to_string());
  document.set("issued_at", now.to_string());
  MINGMA_CHECK(write_file(options.out, document.to_pretty_string() + "\n"));
  std::printf(
      "%s: compare its genesis document and keys with what the province's command gave you in person, then\n"
      "mingma publish %s --key ROOT --key ROOT\n",
      options.out.c_str(), options.out.c_str());
  return {};
}

Result<int> list(const ExchangeOptions& options) {
  MINGMA_TRY(Connection connection, Connection::open(options.server));
  MINGMA_TRY(const Json answer,
             connection.get(std::string("/v1/neighbours/exports?acknowledged=") + (options.all ? "all" : "false")));
  const Json* items = answer.find("items");
  const std::size_t count = items != nullptr && items->is_array() ? items->array().size() : 0;
  if (options.json) {
    std::printf("%s\n", answer.to_string().c_str());
    return count == 0 || options.all ? 0 : 1;
  }
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < count; ++i) {
    const Json& one = items->array()[i];
    const auto at = parse_instant(text_of(one, "at"));
    rows.push_back({text_of(one, "export").substr(0, 16), text_of(one, "to"), text_of(one, "basis"),
                    at.ok() ? at->to_local_string() : "",
                    text_of(one, "outcome").empty() ? "not acknowledged" : text_of(one, "outcome")});
  }
  if (count == 0) std::printf("everything that was given away is acknowledged\n");
  if (count > 0) std::fputs(table({"export", "to", "basis", "in the hour of", "answer"}, rows).c_str(), stdout);
  return count == 0 || options.all ? 0 : 1;
}

void add_connection(CLI::App& sub, ExchangeOptions& options) {
  sub.add_option("--ca-file", options.server.ca_file, "certificates to trust, PEM");
  sub.add_flag("--insecure", options.server.insecure, "do not verify the server's certificate");
}

}  // namespace

void add_exchange(CLI::App& program, int& status) {
  const auto options = std::make_shared<ExchangeOptions>();
  CLI::App* command = program.add_subcommand("exchange", "other provinces: whom to trust, what is not acknowledged");
  command->require_subcommand(1);
  command->footer(
      "Examples:\n"
      "  mingma exchange trust https://shanxi.example --institution P-14 --phone 0351-12345 --out shanxi.json\n"
      "  mingma publish shanxi.json --key root-1.pem --key root-2.pem\n"
      "  mingma exchange list --server https://henan.example");
  CLI::App* sub = command->add_subcommand("trust", "write the document by which our roots trust another province");
  sub->add_option("url", options->url, "web address of the other province")->required();
  sub->add_option("--institution", options->institution, "our institution of class other_province")->required();
  sub->add_option("--phone", options->phone, "whom residents call there")->required();
  sub->add_option("--days", options->days, "for how long")->check(CLI::Range(1, 1'830))->capture_default_str();
  sub->add_option("--out", options->out, "file to write")->required();
  add_connection(*sub, *options);
  sub->callback([options, &status] {
    if (const auto result = trust(*options); !result.ok()) {
      print_error(result.error());
      status = 2;
    }
  });
  sub = command->add_subcommand("list", "what was given away and is not acknowledged; exit status 1 if anything is");
  sub->add_option("--server", options->server.server, "web address of the platform")->capture_default_str();
  sub->add_flag("--all", options->all, "also what is acknowledged");
  sub->add_flag("--json", options->json, "print JSON");
  add_connection(*sub, *options);
  sub->callback([options, &status] {
    const auto result = list(*options);
    if (!result.ok()) print_error(result.error());
    status = result.ok() ? *result : 2;
  });
}

}  // namespace mingma::app
