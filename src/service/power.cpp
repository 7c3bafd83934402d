#include "service/power.h"

#include "rules/policy.h"
#include "service/directory.h"
#include "service/errors.h"
#include "service/json.h"

namespace mingma::service {
namespace {

constexpr std::string_view kHotline = "12345";

Json areas_json(const std::vector<DivisionCode>& areas) {
  Json::Array out;
  for (const DivisionCode area : areas) out.emplace_back(area.to_string());
  return out;
}

KindPower power_over(const shard::ControlState& control, rules::EvidenceKind kind, DivisionCode division,
                     UnixSeconds at) {
  const rules::EvidenceKindInfo& info = rules::evidence_kind_info(kind);
  KindPower out{std::string(info.name), {std::string(info.zh), std::string(info.en)}, info.resident_may_sign, {}};
  for (const shard::Mandate& mandate : shard::find_mandates(control, kind, division, at)) {
    MandateView& view =
        out.mandates.emplace_back(MandateView{summarise(*control.institution(mandate.institution)), mandate.area, {}});
    for (const shard::Grant* grant : mandate.chain) view.chain.push_back(to_link(control, *grant));
  }
  return out;
}

void name_rules(Power& power, const shard::ControlState& control) {
  const shard::Genesis& genesis = control.genesis();
  power.province = {genesis.name_zh, genesis.name_en};
  power.threshold = genesis.threshold;
  power.root_names = genesis.root_names;
  const shard::PolicyNumber number = control.view_at(power.at)->policy_for(power.division);
  if (number == shard::kNoPolicyNumber) return;
  const rules::Policy& policy = control.policy(number);
  power.policy_id = policy.id;
  power.policy_version = policy.version.to_string();
  power.policy_document_number = policy.document_no;
  power.policy_hash = policy.hash;
}

}  // namespace

InstitutionSummary summarise_command(const shard::ControlState& control) {
  InstitutionSummary out{
      std::string(shard::kRootGrantor), {"疫情防控指挥部", "Epidemic command"}, "command", std::string(kHotline)};
  if (control.has_genesis())
    out.name = {control.genesis().name_zh + out.name.zh, control.genesis().name_en + " " + out.name.en};
  return out;
}

InstitutionSummary summarise(const shard::ControlState& control, std::string_view institution) {
  if (institution == "self") return {"self", {"本人", "The resident"}, "self", std::string(kHotline)};
  const shard::Institution* found = control.find_institution(institution);
  return found == nullptr ? summarise_command(control) : summarise(*found);
}

GrantLink to_link(const shard::ControlState& control, const shard::Grant& grant) {
  GrantLink link;
  link.id = grant.id;
  link.grantor = summarise(control, grant.grantor);
  link.grantee = summarise(control, grant.grantee);
  link.areas = grant.areas;
  for (const rules::EvidenceKindInfo& kind : rules::evidence_schema()) {
    if ((grant.kinds >> static_cast<unsigned>(kind.kind) & 1) != 0) link.kinds.emplace_back(kind.name);
  }
  link.from = grant.from;
  link.until = grant.until;
  if (const shard::Revocation* revoked = control.revocation_of(grant.id))
    link.until = std::min(link.until, revoked->from);
  link.may_delegate = grant.may_delegate;
  link.document_number = grant.document_number;
  for (const auto& document : control.documents()) {
    if (document->document.type != shard::DocumentType::kGrant || document->id != grant.id) continue;
    link.hash = document->hash;
    link.leaf = document->leaf;
    break;
  }
  return link;
}

Result<Power> describe_power(const shard::ControlState& control, const PowerRequest& request, UnixSeconds now) {
  if (!control.has_genesis()) return Error(errors::kNotReady, "no genesis document was published yet");
  if (!control.genesis().province.contains(request.division))
    return Error(errors::kBadRequest, "this place is not in the province", "division");
  Power power;
  power.division = request.division;
  power.at = request.at.value_or(now);
  name_rules(power, control);
  for (shard::InstitutionNumber number{1}; control.institution(number) != nullptr; ++number.value) {
    const shard::Institution& institution = *control.institution(number);
    if (institution.klass == shard::InstitutionClass::kCommand && institution.division.contains(request.division))
      power.area_orders_by.push_back(summarise(institution));
  }
  for (const rules::EvidenceKindInfo& kind : rules::evidence_schema()) {
    if (request.kind && kind.kind != *request.kind) continue;
    power.kinds.push_back(power_over(control, kind.kind, request.division, power.at));
  }
  return power;
}

Json to_json(const GrantLink& link) {
  Json json;
  json.set("id", link.id);
  json.set("grantor", to_json(link.grantor));
  json.set("grantee", to_json(link.grantee));
  json.set("areas", areas_json(link.areas));
  Json::Array kinds;
  for (const std::string& kind : link.kinds) kinds.emplace_back(kind);
  json.set("kinds", std::move(kinds));
  json.set("from", link.from.to_string());
  json.set("until", link.until.to_string());
  json.set("may_delegate", link.may_delegate);
  json.set("document_number", link.document_number);
  json.set("document_hash", hex_encode(link.hash));
  json.set("leaf", leaf_place(kControlShard, link.leaf));
  return json;
}

Json to_json(const Power& power) {
  Json json;
  json.set("division", power.division.to_string());
  json.set("at", power.at.to_string());
  json.set("province", bilingual(power.province));
  Json roots;
  roots.set("threshold", static_cast<std::int64_t>(power.threshold));
  Json::Array names;
  for (const std::string& name : power.root_names) names.emplace_back(name);
  roots.set("names", std::move(names));
  json.set("roots", std::move(roots));
  if (!power.policy_id.empty()) {
    Json policy;
    policy.set("id", power.policy_id);
    policy.set("version", power.policy_version);
    policy.set("document_number", power.policy_document_number);
    policy.set("hash", hex_encode(power.policy_hash));
    json.set("policy", std::move(policy));
  }
  Json::Array orders;
  for (const InstitutionSummary& institution : power.area_orders_by) orders.push_back(to_json(institution));
  json.set("area_orders_by", std::move(orders));
  Json::Array kinds;
  for (const KindPower& kind : power.kinds) {
    Json entry;
    entry.set("kind", kind.kind);
    entry.set("words", bilingual(kind.words));
    entry.set("resident_may_declare", kind.resident_may_declare);
    Json::Array mandates;
    for (const MandateView& mandate : kind.mandates) {
      Json one;
      one.set("institution", to_json(mandate.institution));
      one.set("area", mandate.area.to_string());
      Json::Array chain;
      for (const GrantLink& link : mandate.chain) chain.push_back(to_json(link));
      one.set("chain", std::move(chain));
      mandates.push_back(std::move(one));
    }
    entry.set("mandates", std::move(mandates));
    kinds.push_back(std::move(entry));
  }
  json.set("kinds", std::move(kinds));
  return json;
}

}  // namespace mingma::service
