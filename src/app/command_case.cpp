// mingma case: appeals, from both sides. Residents open and follow them; institutions answer; reviewers decide.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <utility>

#include "app/commands.h"
#include "app/connection.h"
#include "app/errors.h"
#include "app/files.h"
#include "app/json_text.h"
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
  std::string duty = "case";
  std::string outcome, reply_zh, reply_en;
  std::vector<std::string> statements;
  bool json = false;
};

std::string remaining(std::int64_t seconds) {
  const std::int64_t left = seconds < 0 ? -seconds : seconds;
  std::string out = std::to_string(left / 3'600) + " h " + std::to_string(left % 3'600 / 60) + " min";
  return seconds < 0 ? out + " ago" : "in " + out;
}

void print_case(const Json& view) {
  std::printf("申诉 case %s   %s\n", text_of(view, "ticket").c_str(), both_of(view, "end_words").c_str());
  std::printf("  opened    %s by %s\n", local_of(view, "opened_at").c_str(), both_of(view, "channel_words").c_str());
  if (const Json* decision = view.find("decision")) {
    std::printf("  colour    %s, rule %s (decision %lld; contested: %lld)\n", text_of(*decision, "colour").c_str(),
                text_of(*decision, "rule").c_str(), static_cast<long long>(integer_of(*decision, "version")),
                static_cast<long long>(integer_of(view, "contested_version")));
  }
  for (const Json& deadline : array_of(view, "deadlines")) {
    std::printf("  deadline  %s  %-8s %s (%s)\n", local_of(deadline, "at").c_str(), text_of(deadline, "state").c_str(),
                both_of(deadline, "step_words").c_str(), remaining(integer_of(deadline, "remaining_seconds")).c_str());
  }
  for (const Json& statement : array_of(view, "statements")) {
    std::printf("  statement %.16s… %s\n            %s\n            %s\n", text_of(statement, "statement").c_str(),
                both_of(statement, "kind_words").c_str(),
                statement.find("institution") ? institution_line(*statement.find("institution")).c_str() : "",
                both_of(statement, "answer_words").c_str());
  }
  for (const Json& step : array_of(view, "steps")) {
    std::string who;
    if (const Json* institution = step.find("institution")) who = text_of(*institution, "id");
    std::printf("  %s  %s%s%s\n", local_of(step, "at").c_str(), both_of(step, "words").c_str(),
                who.empty() ? "" : (" · " + who).c_str(),
                step.find("text") ? (": " + text_of(step, "text")).c_str() : "");
    if (step.find("reply")) std::printf("                       %s\n", both_of(step, "reply").c_str());
  }
  std::string actions;
  for (const Json& action : array_of(view, "actions")) actions += (actions.empty() ? "" : ", ") + action.string();
  if (!actions.empty()) std::printf("  next      %s\n", actions.c_str());
}

void print_look_up(const Json& item) {
  std::string flags;
  for (const Json& flag : array_of(item, "flags")) flags += " [" + flag.string() + "]";
  const Json* institution = item.find("institution");
  std::printf("%s  %s  %s, %s%s%s%s\n", local_of(item, "at").c_str(), text_of(item, "reader").c_str(),
              institution == nullptr ? "" : both_of(*institution, "name").c_str(), both_of(item, "duty_words").c_str(),
              item.find("ticket") ? (" " + text_of(item, "ticket")).c_str() : "",
              item.find("note") ? (": " + text_of(item, "note")).c_str() : "", flags.c_str());
}

void print_items(const Json& answer) {
  const Json::Array& items = array_of(answer, "items");
  if (items.empty()) std::printf("nothing 无\n");
  for (const Json& item : items) {
    if (item.find("steps") != nullptr) {
      print_case(item);
      continue;
    }
    if (item.find("duty") != nullptr) {
      print_look_up(item);
      continue;
    }
    std::string actions;
    for (const Json& action : array_of(item, "actions")) actions += (actions.empty() ? "" : ", ") + action.string();
    std::printf("%s  %-18s due %s (%s)%s\n", text_of(item, "ticket").c_str(), actions.c_str(),
                local_of(item, "due_at").c_str(), remaining(integer_of(item, "remaining_seconds")).c_str(),
                flag_of(item, "overdue") ? "  OVERDUE 超时" : "");
    for (const Json& asked : array_of(item, "asked")) {
      std::printf("    %s, record %s, statement %s\n", text_of(asked, "kind").c_str(),
                  text_of(asked, "source_record").c_str(), text_of(asked, "statement").c_str());
    }
  }
}

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

void show(const CaseOptions& options, const Json& answer) {
  if (options.json) {
    std::printf("%s\n", answer.to_string().c_str());
  } else if (answer.find("items") != nullptr) {
    print_items(answer);
  } else if (answer.find("steps") != nullptr) {
    print_case(answer);
  } else if (const Json* receipt = answer.find("receipt")) {
    std::printf("%s %s: %s\n%s\n%s\n", text_of(answer, "name").c_str(), text_of(answer, "document_digits").c_str(),
                text_of(*receipt, "colour").c_str(), both_of(*receipt, "reason").c_str(),
                both_of(*receipt, "way_out").c_str());
    for (const Json& one : array_of(answer, "cases")) print_case(one);
  } else if (answer.find("look_up") != nullptr) {
    for (const Json& one : array_of(answer, "cases")) print_case(one);
  } else {
    std::printf("done 已提交: case %s\n", text_of(answer, "ticket").c_str());
  }
}

Json text_body(const std::string& text) {
  Json body(Json::Object{});
  if (!text.empty()) body.set("text", text);
  return body;
}

Result<Json> open_case(CaseOptions& options) {
  MINGMA_TRY(Caller caller, Caller::open(options));
  return caller.post("/v1/me/cases", text_body(options.text));
}

Result<Json> list_cases(CaseOptions& options) {
  MINGMA_TRY(Caller caller, Caller::open(options));
  return caller.get(caller.staff() ? "/v1/cases" : "/v1/me/cases");
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
  if (!whom.empty()) {
    body.set("document_type", "resident_id");
    body.set("document_number", whom);
  }
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
      "  mingma case list --key cdc.pem                              (what waits for this institution)\n"
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
      show(*options, *answer);
    });
    return std::pair(sub, options);
  };
  const auto with_ticket = [](const auto& added) {
    added.first->add_option("ticket", added.second->ticket, "ticket number")->required();
    return added;
  };
  const auto opening = add("open", "contest the present colour (resident)", open_case);
  opening.first->add_option("--text", opening.second->text, "what the resident says");
  add("list", "the resident's cases, or an institution's worklist", list_cases);
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
      ->check(CLI::IsMember({"case", "caller", "visit", "mandate", "emergency"}))
      ->capture_default_str();
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
