// mingma code paper: a paper code as its holder gets it: issued, listed, printed with its QR code, revoked.
#include "app/command_code_paper.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "app/connection.h"
#include "app/errors.h"
#include "app/json_text.h"
#include "app/qr.h"
#include "app/sign_in.h"
#include "app/terminal.h"
#include "base/json.h"
#include "base/time.h"

namespace mingma::app {
namespace {

struct PaperOptions {
  Connection::Options server;
  std::string document;
  std::string name = "示范";
  std::string dependant;
  std::string print;
  std::string revoke;
  std::string reason = "not_needed";
  std::string png;
  int days = 7;
  bool list = false;
  bool json = false;
  bool no_picture = false;
};

Result<void> print_sheet(const PaperOptions& options, const Json& sheet) {
  if (text_of(sheet, "text").empty())
    return Error(errors::kInvalidArgument, "this sheet is " + text_of(sheet, "state") + "; issue a new one");
  MINGMA_TRY(const QrMatrix matrix, make_qr(text_of(sheet, "text")));
  if (!options.png.empty()) MINGMA_CHECK(write_qr_png(matrix, 8, options.png));
  if (options.json) {
    std::printf("%s\n", sheet.to_string().c_str());
    return {};
  }
  if (!options.no_picture) std::fputs(qr_for_terminal(matrix).c_str(), stdout);
  std::printf("paper code  %s\nname        %s\ndocument    ...%s\ncolour      %s\nissued      %s\nvalid until %s\n",
              text_of(sheet, "id").c_str(), text_of(sheet, "name").c_str(), text_of(sheet, "document_digits").c_str(),
              text_of(sheet, "colour").c_str(), local_of(sheet, "issued_at").c_str(),
              local_of(sheet, "expires_at").c_str());
  if (const Json* proves = sheet.find("proves"))
    std::printf("%s\n%s\n", text_of(*proves, "zh").c_str(), text_of(*proves, "en").c_str());
  std::printf("%s\n", text_of(sheet, "text").c_str());
  return {};
}

void print_list(const PaperOptions& options, const Json& answer) {
  if (options.json) {
    std::printf("%s\n", answer.to_string().c_str());
    return;
  }
  std::vector<std::vector<std::string>> rows;
  if (const Json* items = answer.find("items"); items != nullptr && items->is_array()) {
    for (const Json& sheet : items->array()) {
      rows.push_back({text_of(sheet, "id"), text_of(sheet, "colour"), local_of(sheet, "issued_at"),
                      local_of(sheet, "expires_at"), text_of(sheet, "state"), text_of(sheet, "issued_by")});
    }
  }
  std::fputs(table({"id", "colour", "issued", "until", "state", "issued by"}, rows).c_str(), stdout);
}

Result<void> paper(PaperOptions options) {
  if (options.server.token.empty()) {
    if (options.document.empty())
      return Error(errors::kInvalidArgument, "say who: --document NUMBER (demonstration) or --session TOKEN");
    MINGMA_TRY(Connection visitor, Connection::open(options.server));
    MINGMA_TRY(options.server.token, sign_in(visitor, {options.document, options.name}));
  }
  MINGMA_TRY(Connection connection, Connection::open(options.server));
  const std::string path =
      options.dependant.empty() ? "/v1/me/paper-codes" : "/v1/me/dependants/" + options.dependant + "/paper-codes";
  if (options.list) {
    MINGMA_TRY(const Json answer, connection.get(path));
    print_list(options, answer);
    return {};
  }
  if (!options.revoke.empty()) {
    http::ClientRequest request;
    request.method = "DELETE";
    request.target = path + "/" + options.revoke + "?reason=" + options.reason;
    MINGMA_TRY(const http::ClientResponse response, connection.call(std::move(request)));
    std::printf("%s\n", options.json
                            ? response.body.c_str()
                            : ("revoked " + options.revoke + "; doors refuse it with their next trust pack").c_str());
    return {};
  }
  if (!options.print.empty()) {
    MINGMA_TRY(const Json sheet, connection.get(path + "/" + options.print));
    return print_sheet(options, sheet);
  }
  Json wanted;
  wanted.set("days", options.days);
  MINGMA_TRY(const Json sheet, connection.post(path, wanted));
  return print_sheet(options, sheet);
}

}  // namespace

void add_code_paper(CLI::App& command, int& status) {
  const auto options = std::make_shared<PaperOptions>();
  CLI::App* sub = command.add_subcommand("paper", "issue a paper code and print it; list, print again, revoke");
  sub->footer(
      "A sheet is valid until its date, until it is revoked, or until the colour is another one; doors learn of the "
      "last\n"
      "two with their next trust pack.\n"
      "Examples:\n"
      "  mingma code paper --document 41990319800131001X --days 7 --png sheet.png\n"
      "  mingma code paper --document 41990319800131001X --list\n"
      "  mingma code paper --session TOKEN --revoke 0f8fad5bd9cb469fa165708677289501 --reason lost\n"
      "  mingma code paper --session TOKEN --dependant 6b1f...  (a guardian for a dependant)");
  auto* document =
      sub->add_option("--document", options->document, "resident ID number, signed in through the sandbox");
  sub->add_option("--name", options->name, "name for the sandbox")->needs(document);
  sub->add_option("--session", options->server.token, "token of a signed-in resident")->excludes(document);
  sub->add_option("--dependant", options->dependant, "a dependant's pseudonym (GET /v1/me/dependants)");
  sub->add_option("--days", options->days, "how long it is to live at most")
      ->check(CLI::Range(1, 30))
      ->capture_default_str();
  auto* list = sub->add_flag("--list", options->list, "list all sheets");
  auto* print = sub->add_option("--print", options->print, "print this sheet again")->excludes(list);
  sub->add_option("--revoke", options->revoke, "revoke this sheet")->excludes(list)->excludes(print);
  sub->add_option("--reason", options->reason, "why")
      ->check(CLI::IsMember({"lost", "replaced", "not_needed", "error"}))
      ->capture_default_str();
  sub->add_option("--png", options->png, "write the picture to this file");
  sub->add_flag("--no-picture", options->no_picture, "no picture in the terminal");
  sub->add_option("--server", options->server.server, "web address of the platform")->capture_default_str();
  sub->add_option("--ca-file", options->server.ca_file, "certificates to trust, PEM");
  sub->add_flag("--insecure", options->server.insecure, "do not verify the server's certificate");
  sub->add_flag("--json", options->json, "print JSON");
  sub->callback([options, &status] {
    if (const auto result = paper(*options); !result.ok()) {
      print_error(result.error());
      status = 2;
    }
  });
}

}  // namespace mingma::app
