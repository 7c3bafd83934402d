// A verified bundle in sentences.
#include "service/bundle.h"
#include "service/bundle_hands.h"
#include "service/json.h"

namespace mingma::service {
namespace {

std::string_view colour_zh(rules::Colour colour) {
  switch (colour) {
    case rules::Colour::kGreen:
      return "绿";
    case rules::Colour::kYellow:
      return "黄";
    case rules::Colour::kRed:
      return "红";
    default:
      return "无";
  }
}

std::string chain_of(const CheckedStatement& statement, bool chinese) {
  if (statement.mandates.empty()) return chinese ? "（无须授权）" : "no grant needed";
  std::string out;
  for (const GrantLink& link : statement.mandates.front()) {
    if (!out.empty()) out += " <- ";
    out += link.id;
    if (!link.document_number.empty()) out += " (" + link.document_number + ")";
  }
  const GrantLink& last = statement.mandates.front().back();
  return out + " <- " + (chinese ? last.grantor.name.zh : last.grantor.name.en);
}

// " (entered by ... of ...; approved by ...)"
Bilingual hands_of(const CheckedStatement& one) {
  Bilingual out;
  for (const CheckedHand& hand : one.hands) {
    if (hand.officer.empty()) continue;
    const bool entered = hand.hand == shard::kHandExecuted;
    const bool ordered = hand.hand == shard::kHandOrdered;
    const std::string who = hand.officer + " (" + hand.institution + ")";
    out.zh += "；" + std::string(entered ? "录入" : ordered ? "决定" : "批准") + " " + hand.name.zh + " " + who;
    out.en += "; " +
              std::string(entered   ? "entered"
                          : ordered ? "ordered"
                                    : "approved") +
              " by " + hand.name.en + ", " + who;
  }
  return out;
}

Bilingual describe(const CheckedStatement& one) {
  const rules::EvidenceKindInfo& kind = rules::evidence_kind_info(one.statement.evidence.kind);
  const std::string at = one.statement.signed_at.to_local_string();
  const std::string& record = one.statement.source_record;
  return {std::string(kind.zh) + "，来源记录 " + record + "，" + at + " 由 " + one.institution.name.zh + "（" +
              one.institution.id + "，电话 " + one.institution.phone + "）签署" + hands_of(one).zh + "；授权 " +
              chain_of(one, true),
          std::string(kind.en) + ", source record " + record + ", signed " + at + " by " + one.institution.name.en +
              " (" + one.institution.id + ", phone " + one.institution.phone + ")" + hands_of(one).en +
              "; granted by " + chain_of(one, false)};
}

Json statement_json(const CheckedStatement& one) {
  Json json;
  json.set("kind", rules::evidence_kind_info(one.statement.evidence.kind).name);
  json.set("evidence", rules::evidence_to_json(one.statement.evidence));
  json.set("institution", to_json(one.institution));
  json.set("source_record", one.statement.source_record);
  json.set("signed_at", one.statement.signed_at.to_string());
  json.set("received_at", one.received_at.to_string());
  json.set("counted", one.counted);
  json.set("deciding", one.deciding);
  json.set("proved_by", one.proved_by);
  json.set("hands", hands_json(one.hands));
  Json::Array chains;
  for (const auto& chain : one.mandates) {
    Json::Array links;
    for (const GrantLink& link : chain) links.push_back(to_json(link));
    chains.emplace_back(std::move(links));
  }
  json.set("mandates", std::move(chains));
  json.set("leaf", static_cast<std::int64_t>(one.leaf.value));
  json.set("words", bilingual(describe(one)));
  return json;
}

// What the file proves, in one sentence each.
Bilingual conclude(const CheckedBundle& bundle) {
  const shard::DecisionRecord& record = bundle.version().record;
  const std::string at = record.at.to_local_string();
  const std::string number = std::to_string(bundle.asked);
  if (bundle.question == "negative") {
    const Bilingual what =
        bundle.claim == "none"
            ? Bilingual{"该机构没有签署过任何关于此人的证据，", "It signed nothing about this resident, "}
        : bundle.claim == "not_deciding"
            ? Bilingual{"该机构签署过的证据与此判定无关，去掉后结论不变，",
                        "What it signed about this resident made no difference: without it the decision is the same, "}
            : Bilingual{"平台当时记录的起因不是该机构，", "The platform recorded another cause at the time, "};
    return {"第 " + number + " 版判定（" + std::string(colour_zh(record.colour)) + "，" + at + "）不是 " +
                bundle.accused + " 所致。" + what.zh + "判定公开叶上的标记也不是它的。",
            "Version " + number + " (" + std::string(rules::to_string(record.colour)) + ", " + at +
                ") was not caused by " + bundle.accused + ". " + what.en +
                "and the tag in the decision's public leaf is not its own."};
  }
  return {"第 " + number + " 版判定：" + std::string(colour_zh(record.from)) + "→" +
              std::string(colour_zh(record.colour)) + "，" + at + "；规则 " + record.rule + "“" + bundle.rule_title.zh +
              "”，规则集 " + bundle.policy_id + " " + bundle.policy_version + "（" + bundle.policy_document_number +
              "）。",
          "Version " + number + ": " + std::string(rules::to_string(record.from)) + " to " +
              std::string(rules::to_string(record.colour)) + ", " + at + "; rule " + record.rule + " \"" +
              bundle.rule_title.en + "\" of policy " + bundle.policy_id + " " + bundle.policy_version + " (" +
              bundle.policy_document_number + ")."};
}

}  // namespace

Json to_json(const CheckedBundle& bundle) {
  Json json;
  json.set("verified", true);
  json.set("question", bundle.question);
  if (!bundle.accused.empty()) {
    json.set("accused", bundle.accused);
    json.set("claim", bundle.claim);
  }
  json.set("conclusion", bilingual(conclude(bundle)));
  json.set("made_at", bundle.made_at.to_string());
  json.set("province", bilingual(bundle.province));
  json.set("resident", bundle.resident.to_string());
  const shard::DecisionRecord& record = bundle.version().record;
  Json decision;
  decision.set("version", static_cast<std::int64_t>(bundle.asked));
  decision.set("from", rules::to_string(record.from));
  decision.set("colour", rules::to_string(record.colour));
  decision.set("since", record.at.to_string());
  decision.set("rule", record.rule);
  decision.set("rule_title", bilingual(bundle.rule_title));
  Json policy;
  policy.set("id", bundle.policy_id);
  policy.set("version", bundle.policy_version);
  policy.set("document_number", bundle.policy_document_number);
  Json::Array signers;
  for (const std::string& name : bundle.policy_signers) signers.emplace_back(name);
  policy.set("signed_by", std::move(signers));
  decision.set("policy", std::move(policy));
  decision.set("caused_by", bundle.version().caused_by);
  decision.set("derived", bundle.version().derived);
  decision.set("leaf", leaf_place(bundle.shard, bundle.version().leaf));
  json.set("decision", std::move(decision));
  Json::Array versions;
  for (const CheckedVersion& version : bundle.versions) {
    Json one;
    one.set("version", static_cast<std::int64_t>(version.record.version));
    one.set("at", version.record.at.to_string());
    one.set("colour", rules::to_string(version.record.colour));
    one.set("rule", version.record.rule);
    one.set("caused_by", version.caused_by);
    one.set("derived", version.derived);
    versions.push_back(std::move(one));
  }
  json.set("chain", std::move(versions));
  Json::Array statements;
  for (const CheckedStatement& one : bundle.statements) statements.push_back(statement_json(one));
  json.set("statements", std::move(statements));
  Json checked;
  checked.set("leaves", static_cast<std::int64_t>(bundle.leaves));
  checked.set("signatures", static_cast<std::int64_t>(bundle.signatures));
  checked.set("documents", static_cast<std::int64_t>(bundle.documents));
  Json::Array origins;
  for (const std::string& origin : bundle.origins) origins.emplace_back(origin);
  checked.set("ledgers", std::move(origins));
  json.set("checked", std::move(checked));
  Json::Array notes;
  for (const Bilingual& note : bundle.notes) notes.push_back(bilingual(note));
  json.set("notes", std::move(notes));
  return json;
}

}  // namespace mingma::service
