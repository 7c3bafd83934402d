// JSON of families, paper codes and the exchange with other provinces (json.h).
#include "service/json.h"

namespace mingma::service {
namespace {

void set_text(Json& json, std::string_view name, const std::string& text) {
  if (!text.empty()) json.set(name, text);
}
void set_time(Json& json, std::string_view name, UnixSeconds instant) {
  if (instant != UnixSeconds{}) json.set(name, instant.to_string());
}
void set_leaf(Json& json, ShardId shard, LeafIndex leaf) {
  Json place;
  place.set("shard", static_cast<std::int64_t>(shard.value));
  place.set("index", static_cast<std::int64_t>(leaf.value));
  json.set("leaf", std::move(place));
}

}  // namespace

Json to_json(const GuardianView& guardian) {
  Json json;
  json.set("guardian", guardian.guardian.to_string());
  set_text(json, "label", guardian.label);
  json.set("relation", guardian.relation);
  json.set("basis", guardian.basis);
  json.set("step", guardian.step);
  json.set("in_force", guardian.in_force);
  set_time(json, "since", guardian.since);
  set_time(json, "until", guardian.until);
  set_text(json, "institution", guardian.institution);
  set_leaf(json, guardian.shard, guardian.leaf);
  return json;
}

Json to_json(const DependantView& dependant) {
  Json json;
  json.set("dependant", dependant.dependant.to_string());
  set_text(json, "name", dependant.name_mask);
  set_text(json, "document_digits", dependant.document_digits);
  json.set("relation", dependant.relation);
  json.set("basis", dependant.basis);
  set_time(json, "until", dependant.until);
  return json;
}

Json to_json(const GuardianshipDone& done) {
  Json json;
  json.set("dependant", done.dependant.to_string());
  json.set("guardian", done.guardian.to_string());
  json.set("step", done.step);
  set_leaf(json, done.shard, done.leaf);
  return json;
}

Json to_json(const PaperView& paper) {
  Json json;
  json.set("id", paper.id);
  json.set("colour", rules::to_string(paper.colour));
  json.set("state", paper.state);
  set_time(json, "issued_at", paper.issued_at);
  set_time(json, "expires_at", paper.expires_at);
  json.set("issued_by", paper.issued_by);
  set_time(json, "revoked_at", paper.revoked_at);
  set_text(json, "reason", paper.reason);
  set_leaf(json, paper.shard, paper.leaf);
  if (paper.text.empty()) return json;
  json.set("text", paper.text);
  json.set("name", paper.name_mask);
  json.set("document_digits", paper.document_digits);
  Json proves;
  proves.set(
      "zh",
      "本码证明：签发时持证人的码色，以及此后未变更、未注销（以核验端信任包为准），至失效时刻止。不证明持有人身份，"
      "须核对姓名与证件末位。");
  proves.set(
      "en",
      "This code proves the colour of the person named when it was issued and, with the door's trust pack, that it "
      "has not changed or been revoked since, until it expires. It does not prove who holds it: compare name "
      "and document.");
  json.set("proves", std::move(proves));
  return json;
}

Json to_json(const ExportView& exported) {
  Json json;
  json.set("export", hex_encode(exported.exported));
  json.set("to", exported.to.to_string());
  json.set("basis", exported.basis);
  set_time(json, "at", exported.at);
  json.set("acknowledged", exported.acknowledged_at != UnixSeconds{});
  set_time(json, "acknowledged_at", exported.acknowledged_at);
  set_text(json, "outcome", exported.outcome);
  set_leaf(json, exported.shard, exported.leaf);
  return json;
}

}  // namespace mingma::service
