// mingma grants: who may change a code here? The grants in force, as a tree from the root keys down.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <memory>

#include "app/commands.h"
#include "app/connection.h"
#include "app/json_text.h"
#include "app/terminal.h"

namespace mingma::app {
namespace {

struct GrantsOptions {
  Connection::Options server;
  std::string division;
  std::string kind;
  std::string at;
  bool json = false;
};

// The chains put together: what a grantor gave stands under it.
struct Node {
  const Json* link = nullptr;
  std::string part;  // where the mandate holds, when that is a part of the place only
  std::map<std::string, Node> below;
};

Node plant(const Json& kind, const std::string& division) {
  Node root;
  for (const Json& mandate : array_of(kind, "mandates")) {
    const Json::Array& chain = array_of(mandate, "chain");
    Node* at = &root;
    for (auto link = chain.rbegin(); link != chain.rend(); ++link) {
      at = &at->below[text_of(*link, "id")];
      at->link = &*link;
    }
    if (const std::string area = text_of(mandate, "area"); area != division)
      at->part += (at->part.empty() ? "" : " ") + area;
  }
  return root;
}

std::string day_of(const Json& json, std::string_view name) { return local_of(json, name).substr(0, 10); }

void print_node(const Node& node, const std::string& indent) {
  std::size_t left = node.below.size();
  for (const auto& [id, child] : node.below) {
    const bool last = --left == 0;
    const Json& link = *child.link;
    std::string areas;
    for (const Json& area : array_of(link, "areas")) areas += (areas.empty() ? "" : " ") + area.string();
    std::printf("%s%s %s\n", indent.c_str(), last ? "└─" : "├─", institution_line(*link.find("grantee")).c_str());
    const std::string below = indent + (last ? "   " : "│  ");
    const std::string document = text_of(link, "document_number");
    std::printf("%s%s grant %s%s%s, areas %s%s, %s to %s%s\n", below.c_str(), child.below.empty() ? " " : "│",
                id.c_str(), document.empty() ? "" : ", ", document.c_str(), areas.c_str(),
                child.part.empty() ? "" : (" (here: only " + child.part + ")").c_str(), day_of(link, "from").c_str(),
                day_of(link, "until").c_str(), flag_of(link, "may_delegate") ? ", may delegate 可转授权" : "");
    print_node(child, below);
  }
}

void print_power(const Json& power) {
  const std::string division = text_of(power, "division");
  std::printf("谁可以改动 %s 的码？ Who may change a code in %s?   %s\n\n", division.c_str(), division.c_str(),
              local_of(power, "at").c_str());
  const Json* roots = power.find("roots");
  std::string names;
  if (roots != nullptr) {
    for (const Json& name : array_of(*roots, "names")) names += (names.empty() ? "" : ", ") + name.string();
    std::printf("根密钥 root keys  any %s of: %s\n", std::to_string(integer_of(*roots, "threshold")).c_str(),
                names.c_str());
  }
  if (const Json* policy = power.find("policy")) {
    std::printf("规则 rules        %s %s, %s\n", text_of(*policy, "id").c_str(), text_of(*policy, "version").c_str(),
                text_of(*policy, "document_number").c_str());
  } else {
    std::printf("规则 rules        none in force here 没有生效的规则\n");
  }
  std::string orders = "the root keys";
  for (const Json& institution : array_of(power, "area_orders_by")) orders += "; " + institution_line(institution);
  std::printf("风险区 areas      ordered by %s\n", orders.c_str());
  for (const Json& kind : array_of(power, "kinds")) {
    std::printf("\n%s  %s\n", text_of(kind, "kind").c_str(), both_of(kind, "words").c_str());
    if (flag_of(kind, "resident_may_declare")) std::printf("├─ 本人可申报 / residents declare this themselves\n");
    const Node root = plant(kind, division);
    if (root.below.empty()) {
      std::printf("└─ 没有机构有权 / no institution may\n");
      continue;
    }
    print_node(root, "");
  }
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '+') {
      out += "%2B";
    } else if (c == ' ' || c == '&' || c == '#' || c == '%') {
      out += ' ';  // never part of a division, kind or instant: the server refuses it
    } else {
      out += c;
    }
  }
  return out;
}

Result<void> grants(const GrantsOptions& options) {
  MINGMA_TRY(Connection connection, Connection::open(options.server));
  std::string target = "/v1/grants?division=" + escaped(options.division);
  if (!options.kind.empty()) target += "&kind=" + escaped(options.kind);
  if (!options.at.empty()) target += "&at=" + escaped(options.at);
  MINGMA_TRY(const Json power, connection.get(target));
  if (options.json) {
    std::printf("%s\n", power.to_string().c_str());
  } else {
    print_power(power);
  }
  return {};
}

}  // namespace

void add_grants(CLI::App& program, int& status) {
  const auto options = std::make_shared<GrantsOptions>();
  CLI::App* command =
      program.add_subcommand("grants", "who may change a code here? grants in force, up to the root keys");
  command->footer(
      "Everything shown is public and signed; `--json` names each document's hash and ledger leaf.\n"
      "Examples:\n"
      "  mingma grants --division 410102\n"
      "  mingma grants --division 410102 --kind contact_finding\n"
      "  mingma grants --division 4101 --kind border_entry --at 2022-06-13T08:00:00+08:00 --json");
  command->add_option("--division", options->division, "division code (GB/T 2260): 2, 4, 6 or 9 digits")->required();
  command->add_option("--kind", options->kind, "kind of statement, e.g. contact_finding; all without it");
  command->add_option("--at", options->at, "instant (RFC 3339); now without it");
  command->add_option("--server", options->server.server, "web address of the platform")->capture_default_str();
  command->add_option("--ca-file", options->server.ca_file, "certificates to trust, PEM");
  command->add_flag("--insecure", options->server.insecure, "do not verify the server's certificate");
  command->add_flag("--json", options->json, "print JSON");
  command->callback([options, &status] {
    if (const auto result = grants(*options); !result.ok()) {
      print_error(result.error());
      status = 2;
    }
  });
}

}  // namespace mingma::app
