#include "service/officer_json.h"

#include "service/json.h"

namespace mingma::service {
namespace {

Json to_list(const std::vector<std::string>& names) {
  Json::Array out;
  for (const std::string& name : names) out.push_back(name);
  return Json(std::move(out));
}

}  // namespace

Json to_json(const HoldView& hold) {
  Json out;
  out.set("statement", hex_encode(hold.statement));
  out.set("shard", static_cast<std::int64_t>(hold.shard.value));
  out.set("institution", to_json(hold.institution));
  out.set("kind", hold.kind);
  out.set("kind_words", Json(Json::Object{{"zh", hold.kind_words.zh}, {"en", hold.kind_words.en}}));
  out.set("rule", hold.rule);
  out.set("missing", to_list(hold.missing));
  out.set("reasons", to_list(hold.reasons));
  out.set("since", hold.since.to_string());
  out.set("lapses_at", hold.lapses.to_string());
  Json::Array given;
  for (const GivenHandView& hand : hold.given) {
    given.push_back(Json(Json::Object{
        {"hand", hand.hand}, {"officer", hand.officer}, {"key", hand.key_id}, {"at", hand.at.to_string()}}));
  }
  out.set("given", std::move(given));
  return out;
}

Json to_json(const StatementPreviewView& preview) {
  const auto counts = [](const std::map<std::string, std::uint32_t>& of) {
    Json out(Json::Object{});
    for (const auto& [name, count] : of) out.set(name, static_cast<std::int64_t>(count));
    return out;
  };
  std::map<std::string, std::uint32_t> outcomes;
  Json::Array problems;
  for (std::size_t i = 0; i < preview.outcomes.size(); ++i) {
    const StatementOutcome& one = preview.outcomes[i];
    ++outcomes[std::string(to_string(one.outcome))];
    if (one.outcome != StatementOutcomeCode::kAccepted && one.outcome != StatementOutcomeCode::kHeld)
      problems.push_back(line_to_json(i, one));
  }
  Json out;
  out.set("statements", static_cast<std::int64_t>(preview.outcomes.size()));
  out.set("outcomes", counts(outcomes));
  out.set("worse", static_cast<std::int64_t>(preview.worse));
  out.set("better", static_cast<std::int64_t>(preview.better));
  out.set("worse_when_approved", static_cast<std::int64_t>(preview.worse_when_approved));
  out.set("missing", counts(preview.missing));
  out.set("reasons", counts(preview.reasons));
  out.set("problems", std::move(problems));
  return out;
}

Json to_json(const ApprovalView& approval) {
  Json out;
  out.set("statement", hex_encode(approval.statement));
  out.set("outcome", approval.outcome);
  out.set("missing", to_list(approval.missing));
  return out;
}

Json to_json(const OfficerCaller& caller) {
  Json out;
  out.set("officer", caller.officer);
  out.set("institution", caller.institution);
  out.set("role", shard::to_string(caller.role));
  out.set("key", caller.key_id);
  return out;
}

Json to_json(const OfficerKeyView& key) {
  Json out;
  out.set("key", key.key_id);
  out.set("kind", shard::to_string(key.kind));
  if (key.kind == shard::OfficerKeyKind::kPasskey) {
    out.set("credential", base64url_encode(key.credential));
    out.set("rp_id", key.scope.rp_id);
    out.set("origin", key.scope.origin);
  }
  out.set("from", key.from.to_string());
  if (key.until != UnixSeconds{}) out.set("until", key.until.to_string());
  out.set("in_force", key.in_force);
  if (!key.revoked_for.empty()) out.set("revoked_for", key.revoked_for);
  return out;
}

Json to_json(const OfficerView& officer) {
  Json out;
  out.set("id", officer.id);
  out.set("institution", officer.institution);
  out.set("role", shard::to_string(officer.role));
  out.set("name", Json(Json::Object{{"zh", officer.name.zh}, {"en", officer.name.en}}));
  if (!officer.phone.empty()) out.set("phone", officer.phone);
  Json::Array keys;
  for (const OfficerKeyView& key : officer.keys) keys.push_back(to_json(key));
  out.set("keys", std::move(keys));
  out.set("document_hash", hex_encode(officer.document));
  out.set("leaf", leaf_place(kControlShard, officer.leaf));
  return out;
}

}  // namespace mingma::service
