// mingma case: appeals, from both sides. Residents open and follow them; institutions answer; reviewers decide.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <utility>

#include "app/case_text.h"
#include "app/commands.h"
#include "app/connection.h"
#include "app/errors.h"
#include "app/files.h"
#include "app/sign_in.h"
#include "app/system_clock.h"
#include "app/terminal.h"
#include "base/json.h"
#include "service/types.h"
#include "shard/document.h"

namespace mingma::app {
namespace {

struct CaseOptions {
  Connection::Options server;
  std::string document, name;    // the resident, through the sandbox
  std::string institution, key;  // staff
  std::string ticket, text;
  std::string statement, statement_file, answer = "substantiated", grounds;
  std::string duty = "case", code;
  std::string channel = "community", consent = "spoken_in_person", action;
  std::string outcome, reply_zh, reply_en;
  std::vector<std::string> statements;
  bool json = false;
};

// As the resident (sandbox or session) or as an institution.
class Caller {
 public:
  static Result<Caller> open(CaseOptions& options) {
    std::optional<crypto::SigningKey> key;
    if (!options.key.empty()) {
      MINGMA_TRY(key, read_signing_key(options.key));
    } else if (options.server.token.empty()) {
      if (options.document.empty())
        return Error(errors::kInvalidArgument,
                     "say who you are: --key KEY.pem of an institution, or --document NUMBER or --session TOKEN");
      MINGMA_TRY(Connection visitor, Connection::open(options.server));
      MINGMA_TRY(options.server.token, sign_in(visitor, {options.document, options.name}));
    }
    MINGMA_TRY(Connection connection, Connection::open(options.server));
    return Caller(std::move(connection), std::move(key));
  }
  bool staff() const { return key_.has_value(); }

  Result<Json> get(std::string target) {
    return staff() ? connection_.get_signed(std::move(target), *key_) : connection_.get(std::move(target));
  }
  Result<Json> post(std::string target, const Json& body) {
    return staff() ? connection_.post_signed(std::move(target), body, *key_)
                   : connection_.post(std::move(target), body);
  }
  // A document that carries its own signature.
  Result<Json> publish(std::string target, std::string type, const Json& document) {
    service::SignedDocument out{std::move(type), document.to_string(), {}};
    const Digest digest = shard::document_digest(out.type, out.document);
    out.signatures.push_back({key_->verifying_key().key_id(), key_->sign(digest)});
    MINGMA_TRY(const Json envelope, parse_json(service::write_signed_document(out)));
    return connection_.post(std::move(target), envelope);
  }

 private:
  Caller(Connection connection, std::optional<crypto::SigningKey> key)
      : connection_(std::move(connection)), key_(std::move(key)) {}

  Connection connection_;
  std::optional<crypto::SigningKey> key_;
};

Json text_body(const std::string& text) {
  Json body(Json::Object{});
  if (!text.empty()) body.set("text", text);
  return body;
}

// Whom staff mean: --document names somebody else then.
void set_whom(Json& body, const std::string& number) {
  body.set("document_type", "resident_id");
  body.set("document_number", number);
}

Result<Json> open_case(CaseOptions& options) {
  const std::string whom = options.document;
  MINGMA_TRY(Caller caller, Caller::open(options));
  if (!caller.staff()) return caller.post("/v1/me/cases", text_body(options.text));
  if (whom.empty()) return Error(errors::kInvalidArgument, "--document: for whom the case is opened");
  Json body = text_body(options.text);
  set_whom(body, whom);
  body.set("channel", options.channel);
  body.set("consent", options.consent);
  return caller.post("/v1/cases", body);
}

Result<Json> list_cases(CaseOptions& options) {
  MINGMA_TRY(Caller caller, Caller::open(options));
  if (!caller.staff()) return caller.get("/v1/me/cases");
  return caller.get(options.action.empty() ? "/v1/cases" : "/v1/cases?action=" + options.action);
}

// What the hotline reads to the caller.
Result<Json> answer_caller(CaseOptions& options) {
  const std::string whom = options.document;
  MINGMA_TRY(Caller caller, Caller::open(options));
  Json body(Json::Object{});
  if (!options.ticket.empty()) {
    body.set("ticket", options.ticket);
  } else if (!whom.empty()) {
    set_whom(body, whom);
  } else {
    return Error(errors::kInvalidArgument, "give the ticket, or --document with the number of the caller's document");
  }
  return caller.post("/v1/hotline-answers", body);
}

Result<Json> authorise(CaseOptions& options) {
  MINGMA_TRY(Caller caller, Caller::open(options));
  return caller.post("/v1/me/authorisations", Json(Json::Object{}));
}

Result<Json> show_case(CaseOptions& options) {
  MINGMA_TRY(Caller caller, Caller::open(options));
  return caller.get((caller.staff() ? "/v1/cases/" : "/v1/me/cases/") + options.ticket);
}

Result<Json> step(CaseOptions& options, const std::string& what) {
  MINGMA_TRY(Caller caller, Caller::open(options));
  return caller.post((caller.staff() ? "/v1/cases/" : "/v1/me/cases/") + options.ticket + "/" + what,
                     text_body(options.text));
}

Result<Json> my_look_ups(CaseOptions& options) {
  MINGMA_TRY(Caller caller, Caller::open(options));
  return caller.get("/v1/me/lookups");
}

Result<Json> look_up(CaseOptions& options) {
  const std::string whom = std::exchange(options.document, {});
  MINGMA_TRY(Caller caller, Caller::open(options));
  Json body(Json::Object{{"duty", options.duty}});
  if (!whom.empty()) set_whom(body, whom);
  if (!options.code.empty()) body.set("authorisation", options.code);
  if (!options.ticket.empty()) body.set("ticket", options.ticket);
  if (!options.text.empty()) body.set("note", options.text);
  return caller.post("/v1/lookups", body);
}

Result<Json> reply(CaseOptions& options) {
  MINGMA_TRY(Caller caller, Caller::open(options));
  if (!caller.staff()) return Error(errors::kInvalidArgument, "an institution replies: give --key");
  Json document(Json::Object{{"type", "case_reply"},
                             {"institution", options.institution},
                             {"ticket", options.ticket},
                             {"statement", options.statement},
                             {"answer", options.answer}});
  if (options.answer == "substantiated") {
    if (options.statement_file.empty())
      return Error(errors::kInvalidArgument, "--statement-file: the statement as your records have it");
    MINGMA_TRY(const std::string text, read_file(options.statement_file, shard::kDocumentBytesMax));
    MINGMA_TRY(const Json statement, parse_json(text));
    const Json* evidence = statement.find("evidence");
    const Json* record = statement.find("source_record");
    if (evidence == nullptr || record == nullptr)
      return Error(errors::kInvalidArgument, "has no evidence and source_record", options.statement_file);
    document.set("evidence", *evidence);
    document.set("source_record", *record);
  }
  if (!options.grounds.empty()) document.set("grounds", options.grounds);
  document.set("signed_at", SystemClock().now().to_string());
  return caller.publish("/v1/case-replies", "case_reply", document);
}

Result<Json> decide(CaseOptions& options) {
  MINGMA_TRY(Caller caller, Caller::open(options));
  if (!caller.staff()) return Error(errors::kInvalidArgument, "a reviewer decides: give --key");
  Json document(Json::Object{{"type", "case_decision"},
                             {"institution", options.institution},
                             {"ticket", options.ticket},
                             {"outcome", options.outcome}});
  if (!options.statements.empty()) {
    Json::Array ids;
    for (const std::string& id : options.statements) ids.push_back(id);
    document.set("statements", std::move(ids));
  }
  document.set("reply", Json(Json::Object{{"zh", options.reply_zh}, {"en", options.reply_en}}));
  document.set("signed_at", SystemClock().now().to_string());
  return caller.publish("/v1/case-decisions", "case_decision", document);
}

}  // namespace

void add_case(CLI::App& program, int& status) {
  CLI::App* command = program.add_subcommand("case", "appeals (申诉): open, follow, answer, decide");
  command->require_subcommand(1);
  command->footer(
      "Examples:\n"
      "  mingma case open --document 41990319800131001X --text \"I was not there\"\n"
      "  mingma case open --document 41990319800131001X --key zhao.pem --consent signed    (community worker)\n"
      "  mingma case list --key cdc.pem                              (what waits for this institution)\n"
      "  mingma case answer 0000-010-250 --key li.pem                (hotline)\n"
      "  mingma case reply 0000-010-250 --key cdc.pem --institution CDC-01 --statement HEX --statement-file "
      "finding.json\n"
      "  mingma case decide 0000-010-250 --key commission.pem --institution HC-01 --outcome upheld \\\n"
      "      --reply-zh 已核查 --reply-en reviewed");
  const auto add = [&](const char* name, const char* words, auto run) {
    const auto options = std::make_shared<CaseOptions>();
    CLI::App* sub = command->add_subcommand(name, words);
    sub->add_option("--key", options->key, "key file of an institution")->check(CLI::ExistingFile);
    sub->add_option("--document", options->document, "resident ID number, signed in through the sandbox");
    sub->add_option("--name", options->name, "name for the sandbox");
    sub->add_option("--session", options->server.token, "token of a signed-in resident");
    sub->add_option("--server", options->server.server, "web address of the platform")->capture_default_str();
    sub->add_option("--ca-file", options->server.ca_file, "certificates to trust, PEM");
    sub->add_flag("--insecure", options->server.insecure, "do not verify the server's certificate");
    sub->add_flag("--json", options->json, "print JSON");
    sub->callback([options, run, &status] {
      const Result<Json> answer = run(*options);
      if (!answer.ok()) {
        print_error(answer.error());
        status = 2;
        return;
      }
      if (options->json) {
        std::printf("%s\n", answer->to_string().c_str());
      } else {
        print_redress(*answer);
      }
    });
    return std::pair(sub, options);
  };
  const auto with_ticket = [](const auto& added) {
    added.first->add_option("ticket", added.second->ticket, "ticket number")->required();
    return added;
  };
  const auto opening = add("open", "contest the present colour; for staff: of --document, with consent", open_case);
  opening.first->add_option("--text", opening.second->text, "what the resident says");
  opening.first->add_option("--channel", opening.second->channel, "staff: over which channel")
      ->check(CLI::IsMember({"community", "hotline"}))
      ->capture_default_str();
  opening.first->add_option("--consent", opening.second->consent, "staff: how the resident agreed")
      ->check(CLI::IsMember({"signed", "spoken_in_person", "spoken_on_phone"}))
      ->capture_default_str();
  const auto listing = add("list", "the resident's cases, or an institution's worklist", list_cases);
  listing.first->add_option("--action", listing.second->action, "only where this may be done")
      ->check(CLI::IsMember({"reply", "accept", "decide", "reinstate", "tell"}));
  const auto hotline =
      add("answer", "hotline: what to read to the caller, from the receipt (a look-up)", answer_caller);
  hotline.first->add_option("ticket", hotline.second->ticket, "ticket number");
  add("authorise", "a code to read out to who may see one's colour (resident)", authorise);
  with_ticket(add("show", "one case; for staff this is a look-up, which the resident sees", show_case));
  const auto material =
      with_ticket(add("add", "add material", [](CaseOptions& options) { return step(options, "materials"); }));
  material.first->add_option("--text", material.second->text, "what is added")->required();
  with_ticket(add("accept", "take a case up (reviewer)", [](CaseOptions& o) { return step(o, "acceptance"); }));
  with_ticket(add("told", "the resident was told how it ended", [](CaseOptions& o) { return step(o, "notice"); }));
  with_ticket(add("withdraw", "end a case (resident)", [](CaseOptions& o) { return step(o, "withdrawal"); }));

  add("look-ups", "who read my data (resident)", my_look_ups);
  const auto looking = add("look-up", "read a resident's receipt and cases, on record (staff)", look_up);
  looking.first->add_option("--ticket", looking.second->ticket, "with the duty \"case\"");
  looking.first->add_option("--duty", looking.second->duty, "what for")
      ->check(CLI::IsMember({"case", "caller", "visit", "mandate", "emergency", "authorised"}))
      ->capture_default_str();
  looking.first->add_option("--code", looking.second->code, "with the duty \"authorised\": what the holder read out");
  looking.first->add_option("--note", looking.second->text, "which document, what emergency");

  const auto answering = with_ticket(add("reply", "substantiate a statement (institution)", reply));
  answering.first->add_option("--institution", answering.second->institution, "its id")->required();
  answering.first->add_option("--statement", answering.second->statement, "id of the statement, hex")->required();
  answering.first->add_option("--statement-file", answering.second->statement_file, "the statement, JSON")
      ->check(CLI::ExistingFile);
  answering.first->add_option("--answer", answering.second->answer, "what the institution says")
      ->check(CLI::IsMember({"substantiated", "not_substantiated", "corrected"}))
      ->capture_default_str();
  answering.first->add_option("--grounds", answering.second->grounds, "where the source record is kept");

  const auto deciding = with_ticket(add("decide", "end a case (reviewer)", decide));
  deciding.first->add_option("--institution", deciding.second->institution, "the reviewer's id")->required();
  deciding.first->add_option("--outcome", deciding.second->outcome, "how it ends")
      ->required()
      ->check(CLI::IsMember({"upheld", "corrected", "reinstated"}));
  deciding.first->add_option("--statement", deciding.second->statements, "suspended (or reinstated) statement, hex");
  deciding.first->add_option("--reply-zh", deciding.second->reply_zh, "what the resident reads")->required();
  deciding.first->add_option("--reply-en", deciding.second->reply_en, "the same in English")->required();
}

}  // namespace mingma::app
