// Policies that enforce hands and brakes, statements that officers sign, and approvals, for tests.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "shard/test_officers.h"

namespace mingma::shard::testing {

struct Enforced {
  std::vector<std::string> hands{"executed", "approved"};  // of every rule
  bool enforce_hands = true;
  bool enforce_brakes = true;
  std::vector<std::string> other_institution;  // rules
  std::vector<std::pair<std::string, int>> brakes;
};

inline SignedDocument enforced_policy(TestProvince& province, std::string_view version, const Enforced& wanted) {
  Json json = parse_json(province.policy(version).bytes).value();
  Json::Array names;
  for (const std::string& hand : wanted.hands) names.push_back(hand);
  Json rules = *json.find("rules");
  for (Json& rule : rules.array()) rule.set("hands", names);
  json.set("rules", std::move(rules));
  Json brakes = *json.find("brakes");
  for (const auto& [name, value] : wanted.brakes) brakes.set(name, value);
  json.set("brakes", std::move(brakes));
  Json::Array others;
  for (const std::string& rule : wanted.other_institution) others.push_back(rule);
  json.set("enforcement", Json(Json::Object{{"hands", wanted.enforce_hands},
                                            {"brakes", wanted.enforce_brakes},
                                            {"approved_by_other_institution", std::move(others)}}));
  return province.sign_by_roots(DocumentType::kPolicy, json.to_string());
}

// The statement signed by its officer, and by others whose hands it carries.
inline StatementsCommand officer_statement(TestProvince& province, const Statement& statement, TestOfficer& officer,
                                           const std::vector<TestOfficer*>& hands = {}) {
  StatementsCommand command = province.document(statement);
  const std::string_view type = statement.action == StatementAction::kAdd ? "statement" : "correction";
  const Digest digest = document_digest(type, as_text(command.document));
  command.authority = AuthorityKind::kOfficer;
  command.key_id = officer.key_id();
  command.signature = officer.sign(digest);
  for (TestOfficer* hand : hands) command.hands.push_back({hand->key_id(), hand->sign(digest)});
  return command;
}

inline ApprovalCommand approval(TestOfficer& officer, const std::vector<StatementId>& statements, UnixSeconds at,
                                bool refuses = false) {
  Json::Array ids;
  for (const StatementId& id : statements) ids.push_back(hex_encode(id));
  Json json;
  json.set("type", "approval");
  json.set("decision", refuses ? "refuse" : "approve");
  json.set("officer", officer.id());
  json.set("statements", std::move(ids));
  json.set("signed_at", at.to_string());
  ApprovalCommand command{json.to_string(), {}};
  command.signature = {officer.key_id(), officer.sign(document_digest("approval", command.document))};
  return command;
}

}  // namespace mingma::shard::testing
