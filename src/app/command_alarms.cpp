// mingma alarms: what was raised and how it ended. mingma figures: what happened on a day, counted from the ledgers.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "app/commands.h"
#include "app/connection.h"
#include "app/errors.h"
#include "app/json_text.h"
#include "app/terminal.h"

namespace mingma::app {
namespace {

struct NoticeOptions {
  Connection::Options server;
  std::string day;
  bool json = false;
};

void print_alarm(const Json& alarm) {
  const Json* content = alarm.find("content");
  if (content == nullptr) return;
  std::printf("%s  %-8s %-27s %s\n", local_of(alarm, "raised_at").c_str(), text_of(*content, "severity").c_str(),
              text_of(*content, "kind").c_str(), text_of(alarm, "id").c_str());
  std::printf("    %s\n", both_of(*content, "words").c_str());
  std::string subject;
  for (const char* name : {"institution", "key", "division", "detail"}) {
    if (const std::string value = text_of(*content, name); !value.empty())
      subject += (subject.empty() ? "" : ", ") + std::string(name) + " " + value;
  }
  const std::string from = local_of(*content, "from");
  if (!from.empty()) subject += "; " + from + " to " + local_of(*content, "until");
  const Json* leaf = alarm.find("leaf");
  std::printf("    %s; at least %s; leaf %s of shard 0\n", subject.c_str(),
              std::to_string(integer_of(*content, "threshold")).c_str(),
              leaf == nullptr ? "?" : with_commas(static_cast<std::uint64_t>(integer_of(*leaf, "index"))).c_str());
  for (const Json& ending : array_of(alarm, "endings")) {
    if (const Json* words = ending.find("content"))
      std::printf("    ended: %s, by %s: %s\n", text_of(*words, "ending").c_str(), text_of(*words, "by").c_str(),
                  both_of(*words, "text").c_str());
  }
}

void print_figures(const Json& figures) {
  const Json* content = figures.find("content");
  if (content == nullptr) return;
  std::printf("%s  %s leaves", text_of(*content, "day").c_str(),
              with_commas(static_cast<std::uint64_t>(integer_of(*content, "leaves"))).c_str());
  if (const Json* totals = content->find("totals"); totals != nullptr && totals->is_object()) {
    for (const auto& [name, value] : totals->object()) {
      if (value.is_integer())
        std::printf(", %s %s", name.c_str(), with_commas(static_cast<std::uint64_t>(value.integer())).c_str());
    }
  }
  std::printf("\n");
  std::vector<std::vector<std::string>> rows;
  std::size_t hidden = 0;
  for (const Json& cell : array_of(*content, "cells")) {
    if (flag_of(cell, "suppressed")) {
      ++hidden;
      continue;
    }
    const std::string to = text_of(cell, "to");
    rows.push_back({text_of(cell, "kind"), text_of(cell, "city"), text_of(cell, "class"), text_of(cell, "rule"),
                    to.empty() ? "" : text_of(cell, "from") + " to " + to, text_of(cell, "direction"),
                    with_commas(static_cast<std::uint64_t>(integer_of(cell, "count")))});
  }
  std::fputs(table({"leaf", "city", "class", "rule", "colour", "", "count"}, rows).c_str(), stdout);
  if (hidden > 0)
    std::printf("%s cells under %s are hidden 小于 %s 的 %s 格不公布\n", std::to_string(hidden).c_str(),
                std::to_string(integer_of(*content, "cell_min")).c_str(),
                std::to_string(integer_of(*content, "cell_min")).c_str(), std::to_string(hidden).c_str());
}

Result<void> alarms(const NoticeOptions& options) {
  MINGMA_TRY(Connection connection, Connection::open(options.server));
  MINGMA_TRY(const Json list, connection.get("/v1/alarms"));
  if (options.json) {
    std::printf("%s\n", list.to_string().c_str());
    return {};
  }
  if (array_of(list, "items").empty()) std::printf("no alarm was raised 没有告警\n");
  for (const Json& alarm : array_of(list, "items")) print_alarm(alarm);
  return {};
}

Result<void> figures(const NoticeOptions& options) {
  MINGMA_TRY(Connection connection, Connection::open(options.server));
  MINGMA_TRY(const Json list, connection.get("/v1/figures"));
  Json::Array wanted;
  for (const Json& item : array_of(list, "items")) {
    const Json* content = item.find("content");
    if (options.day.empty() || (content != nullptr && text_of(*content, "day") == options.day)) wanted.push_back(item);
  }
  if (!options.day.empty() && wanted.empty())
    return Error(errors::kInvalidArgument, "no figures of this day; they come ten minutes after its end", options.day);
  if (options.json) {
    std::printf("%s\n", Json(std::move(wanted)).to_string().c_str());
    return {};
  }
  if (wanted.empty()) std::printf("no figures yet; they come ten minutes after the end of a day 尚无公布数字\n");
  for (const Json& day : wanted) print_figures(day);
  return {};
}

void add_server(CLI::App* command, const std::shared_ptr<NoticeOptions>& options) {
  command->add_option("--server", options->server.server, "web address of the platform")->capture_default_str();
  command->add_option("--ca-file", options->server.ca_file, "certificates to trust, PEM");
  command->add_flag("--insecure", options->server.insecure, "do not verify the server's certificate");
  command->add_flag("--json", options->json, "print JSON");
}

}  // namespace

void add_alarms(CLI::App& program, int& status) {
  const auto options = std::make_shared<NoticeOptions>();
  CLI::App* command = program.add_subcommand("alarms", "alarms raised, and how they ended; public");
  command->footer(
      "What each means, when it is wrong and what to do: docs/alarms.md.\nExample:\n  mingma alarms --server "
      "https://code.example.gov.cn");
  add_server(command, options);
  command->callback([options, &status] {
    if (const auto result = alarms(*options); !result.ok()) {
      print_error(result.error());
      status = 2;
    }
  });
}

void add_figures(CLI::App& program, int& status) {
  const auto options = std::make_shared<NoticeOptions>();
  CLI::App* command = program.add_subcommand("figures", "what happened on a day, counted from the public ledgers");
  command->footer(
      "Published once a day and never changed. Anyone can count the same leaves: docs/accountability.md.\nExample:\n  "
      "mingma figures --day 2022-06-13");
  command->add_option("--day", options->day, "YYYY-MM-DD at UTC+8; all days without it");
  add_server(command, options);
  command->callback([options, &status] {
    if (const auto result = figures(*options); !result.ok()) {
      print_error(result.error());
      status = 2;
    }
  });
}

}  // namespace mingma::app
