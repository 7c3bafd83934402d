#include "service/bundle_hands.h"

#include "service/json.h"
#include "shard/judge.h"

namespace mingma::service {
namespace {

Json to_json(const CheckedHand& hand) {
  Json json;
  json.set("institution", hand.institution);
  json.set("officer", hand.officer.empty() ? Json(nullptr) : Json(hand.officer));
  if (!hand.officer.empty()) json.set("name", Json::Object{{"zh", hand.name.zh}, {"en", hand.name.en}});
  json.set("key", hand.key_id.empty() ? Json(nullptr) : Json(hand.key_id));
  if (hand.later) json.set("later", true);  // when the statement was held
  return json;
}

}  // namespace

CheckedHand name_hand(const shard::ControlState& control, std::uint8_t hand, const std::string& key_id) {
  CheckedHand out{.hand = hand, .key_id = key_id};
  if (const shard::OfficerKeyRef key = control.officers().any_key(key_id)) {
    out.officer = key.officer->id;
    out.institution = key.officer->institution;
    out.name = {key.officer->name_zh, key.officer->name_en};
  }
  return out;
}

std::vector<CheckedHand> hands_in(const shard::ControlState& control, shard::AuthorityKind kind,
                                  const std::string& institution, const std::string& key_id,
                                  const std::vector<std::string>& officers) {
  shard::StatementsOperation operation{.authority = kind, .institution = control.institution_number(institution)};
  for (const std::string& officer : officers) operation.officers.push_back({officer, 0});
  std::vector<CheckedHand> out;
  bool executed = false;
  for (const shard::GivenHand& given : shard::hands_given(control, operation, {})) {
    out.push_back(name_hand(control, given.hand, given.key_id));
    executed = executed || given.hand == shard::kHandExecuted;
  }
  if (!executed) out.push_back({.hand = shard::kHandExecuted, .institution = institution, .key_id = key_id});
  return out;
}

Json hands_json(const std::vector<CheckedHand>& hands) {
  Json ordered(nullptr);
  Json executed(nullptr);
  Json::Array approved;
  for (const CheckedHand& hand : hands) {
    if (hand.hand == shard::kHandOrdered) ordered = to_json(hand);
    if (hand.hand == shard::kHandExecuted) executed = to_json(hand);
    if (hand.hand == shard::kHandApproved) approved.push_back(to_json(hand));
  }
  Json json;
  json.set("ordered", std::move(ordered));
  json.set("approved", approved.empty() ? Json(nullptr) : Json(std::move(approved)));
  json.set("executed", std::move(executed));
  return json;
}

}  // namespace mingma::service
