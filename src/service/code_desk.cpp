#include "service/code_desk.h"

#include <algorithm>
#include <cstring>

#include "base/json.h"
#include "code/presentation.h"
#include "crypto/digest.h"
#include "crypto/seal.h"
#include "rules/policy.h"
#include "service/errors.h"
#include "service/person.h"
#include "shard/view.h"

namespace mingma::service {
namespace {

UnixSeconds expiry(const shard::Row& row, UnixSeconds now) {
  UnixSeconds end = now.plus(kPhoneCodeSeconds);
  if (row.decision.horizon != rules::kNoHorizon) end = std::min(end, row.decision.horizon);
  return std::max(end, now.plus(kShortestCodeSeconds));
}

Result<DeviceId> parse_device(std::string_view text) {
  const Result<Bytes> raw = hex_decode(text);
  DeviceId id;
  if (!raw || raw->size() != id.size()) return Error(errors::kUnknownDevice, "enrol this phone first");
  std::copy(raw->begin(), raw->end(), id.begin());
  return id;
}

Error no_colour(const shard::Row& row) {
  return {errors::kNoColour, row.decision.status == rules::DecisionStatus::kNoPolicy
                                 ? "no policy is in force"
                                 : "a rule could not be evaluated; the receipt says which"};
}

code::Colour to_code_colour(rules::Colour colour) { return static_cast<code::Colour>(colour); }
static_assert(static_cast<int>(code::Colour::kGreen) == static_cast<int>(rules::Colour::kGreen) &&
              static_cast<int>(code::Colour::kYellow) == static_cast<int>(rules::Colour::kYellow) &&
              static_cast<int>(code::Colour::kRed) == static_cast<int>(rules::Colour::kRed));

std::string to_json(const ShownCode& code, const code::Claims& claims) {
  Json json;
  if (code.text.empty()) {
    json.set("credential", base64url_encode(code.credential));
  } else {
    json.set("paper", code.text);
  }
  json.set("colour", rules::to_string(code.colour));
  json.set("since", claims.since.to_string());
  json.set("rule", claims.rule);
  json.set("policy", hex_encode(claims.policy));
  json.set("name", claims.name_mask);
  json.set("document_digits", claims.document_digits);
  json.set("issued_at", code.issued_at.to_string());
  json.set("expires_at", code.expires_at.to_string());
  json.set("refresh_after", code.refresh_after.to_string());
  Json leaf;
  leaf.set("shard", static_cast<std::int64_t>(claims.shard.value));
  leaf.set("index", static_cast<std::int64_t>(claims.leaf.value));
  json.set("leaf", std::move(leaf));
  return json.to_string();
}

}  // namespace

DeviceId device_id(ByteView public_key) {
  const Digest digest = crypto::sha256(public_key);
  DeviceId id;
  std::copy_n(digest.bytes.begin(), id.size(), id.begin());
  return id;
}

std::size_t CodeDesk::CodeKeyHash::operator()(const CodeKey& key) const {
  std::uint64_t device = 0;  // the digest is uniform already
  std::memcpy(&device, key.device.data(), sizeof device);
  return static_cast<std::size_t>(device ^ (std::uint64_t{key.row} * 0x9e37'79b9'7f4a'7c15u));
}

CodeDesk::CodeDesk(ShardRuntime& shard, crypto::SigningKey key, std::string issuer, Rng& rng, const Limits& limits)
    : shard_(shard),
      key_(std::move(key)),
      issuer_(key_),
      issuer_name_(std::move(issuer)),
      rng_(rng),
      cards_(limits.cards_max),
      codes_(limits.codes_max) {}

Result<std::shared_ptr<const ShownCode>> CodeDesk::show(const CodeRequest& request) {
  if (request.form == CodeForm::kPaper) return show_paper(request.resident);
  if (!shard_.machine().rows().find(request.resident)) return Error(errors::kNotRegistered, "register first");
  MINGMA_TRY(const DeviceId device, parse_device(request.device));
  return show(request.resident, device, nullptr, UnixSeconds{});
}

Result<std::shared_ptr<const ShownCode>> CodeDesk::show_on(const ResidentId& resident, const Phone& phone,
                                                           UnixSeconds until) {
  return show(resident, phone.id, &phone.key, until);
}

// `key`: somebody else's phone, not to be looked for among the resident's own. `until` 0: no end of its own.
Result<std::shared_ptr<const ShownCode>> CodeDesk::show(const ResidentId& resident, const DeviceId& device_id,
                                                        const code::HolderKey* key, UnixSeconds until) {
  const auto row_number = shard_.machine().rows().find(resident);
  if (!row_number) return Error(errors::kNotRegistered, "register first");
  const CodeKey kept_under{row_number->value, device_id};
  const UnixSeconds now = shard_.clock().now();
  const shard::Row row = shard_.machine().rows().get(*row_number);
  ++counters_.shown;
  if (const Kept* kept = codes_.find(kept_under);
      kept != nullptr && kept->version == row.version && kept->horizon == row.decision.horizon &&
      now < kept->code->refresh_after && (until == UnixSeconds{} || kept->code->expires_at <= until)) {
    return kept->code;
  }
  if (row.decision.status != rules::DecisionStatus::kDecided) return no_colour(row);
  MINGMA_TRY(Card* const person, card(resident));
  if (key == nullptr) {
    MINGMA_TRY(const Device* const own, device(resident, *person, device_id));
    key = &own->key;
  }
  MINGMA_TRY(std::shared_ptr<const ShownCode> code, issue(row, *person, *key, now, until));
  codes_.insert(kept_under, {row.version, row.decision.horizon, code});
  ++counters_.signed_new;
  return code;
}

Result<CodeDesk::Phone> CodeDesk::phone(const ResidentId& owner, std::string_view device_text) {
  MINGMA_TRY(const DeviceId id, parse_device(device_text));
  MINGMA_TRY(Card* const person, card(owner));
  MINGMA_TRY(const Device* const own, device(owner, *person, id));
  return Phone{own->id, own->key};
}

Result<CodeDesk::Label> CodeDesk::label(const ResidentId& resident) {
  MINGMA_TRY(const Card* person, card(resident));
  return Label{person->name_mask, person->document_digits};
}

void CodeDesk::forget(const ResidentId& resident) { cards_.erase(resident); }

void CodeDesk::forget_all() {
  cards_.clear();
  codes_.clear();
}

Result<CodeDesk::Card*> CodeDesk::card(const ResidentId& resident) {
  if (Card* const kept = cards_.find(resident); kept != nullptr) return kept;
  MINGMA_TRY(Card read, read_card(resident));
  return &cards_.insert(resident, std::move(read));
}

Result<CodeDesk::Card> CodeDesk::read_card(const ResidentId& resident) {
  Card card;
  MINGMA_TRY(const auto sealed, shard::sealed_person(shard_.store(), resident));
  if (!sealed || sealed->empty()) return Error(errors::kNotRegistered, "register first");
  MINGMA_TRY(const shard::ResidentKeys keys, shard_.keys().resident_keys(resident));
  MINGMA_TRY(const Bytes plain, crypto::open_sealed(keys.seal, resident.bytes, *sealed));
  MINGMA_TRY(const PersonCard person, decode_person(plain));
  card.name_mask = mask_name(person.name);
  card.document_digits = person.document_digits;
  return card;
}

Result<const CodeDesk::Device*> CodeDesk::device(const ResidentId& resident, Card& card, const DeviceId& id) const {
  const auto kept = std::find_if(card.devices.begin(), card.devices.end(), [&](const Device& d) { return d.id == id; });
  if (kept != card.devices.end()) return &*kept;
  // Its point was checked when it was enrolled.
  MINGMA_TRY(const auto public_key, shard::find_device(shard_.store(), resident, id));
  if (!public_key) return Error(errors::kUnknownDevice, "enrol this phone first");
  MINGMA_TRY(const code::HolderKey holder, code::HolderKey::from_checked_point(*public_key));
  return &card.devices.emplace_back(id, holder);
}

code::Claims CodeDesk::claims_of(const shard::Row& row, const Card& card) const {
  const rules::Policy& policy = shard_.machine().control().policy(row.policy);
  const rules::Rule* rule = policy.find_rule(row.decision.rule);
  code::Claims claims;
  claims.issuer = issuer_name_;
  claims.colour = to_code_colour(row.decision.colour);
  claims.since = row.since;
  claims.rule = rule == nullptr ? "default" : rule->id;
  claims.policy = policy.hash;
  claims.shard = shard_.id();
  claims.leaf = row.leaf;
  claims.name_mask = card.name_mask;
  claims.document_digits = card.document_digits;
  return claims;
}

Result<std::shared_ptr<const ShownCode>> CodeDesk::issue(const shard::Row& row, const Card& card,
                                                         const code::HolderKey& holder, UnixSeconds now,
                                                         UnixSeconds until) {
  code::Claims claims = claims_of(row, card);
  claims.issued_at = now;
  claims.expires_at = expiry(row, now);
  if (until != UnixSeconds{}) claims.expires_at = std::min(claims.expires_at, until);
  rng_.fill(claims.id);
  claims.holder = holder;
  auto shown = std::make_shared<ShownCode>();
  MINGMA_TRY(shown->credential, issuer_.issue(claims));
  shown->etag = hex_encode(claims.id);
  shown->colour = row.decision.colour;
  shown->issued_at = now;
  shown->expires_at = claims.expires_at;
  shown->refresh_after = now.plus((claims.expires_at.value - now.value) * 2 / 3);
  shown->json = to_json(*shown, claims);
  return std::shared_ptr<const ShownCode>(std::move(shown));
}

Result<std::string> CodeDesk::print(const shard::StoredPaper& paper) {
  MINGMA_TRY(const std::shared_ptr<const ShownCode> shown, print_sheet(paper));
  return shown->text;
}

// Everything is that of the decision the sheet was issued for, so it is the same each time.
Result<std::shared_ptr<const ShownCode>> CodeDesk::print_sheet(const shard::StoredPaper& paper) {
  const auto row_number = shard_.machine().rows().find(paper.resident);
  if (!row_number) return Error(errors::kNotRegistered, "register first");
  const shard::Row row = shard_.machine().rows().get(*row_number);
  if (row.decision.status != rules::DecisionStatus::kDecided) return no_colour(row);
  if (row.decision.colour != paper.colour || !paper.valid(shard_.clock().now()))
    return Error(errors::kNoSuchThing, "this sheet is not valid any more");
  MINGMA_TRY(const auto decided, shard::find_decision(shard_.store(), paper.resident, paper.version));
  if (!decided || !decided->record.policy) return Error(errors::kNoSuchThing, "this sheet's decision is not there");
  MINGMA_TRY(const Card* person, card(paper.resident));
  code::Claims claims = claims_of(row, *person);
  claims.since = decided->record.at;
  claims.rule = decided->record.rule;
  claims.policy = *decided->record.policy;
  claims.leaf = decided->stored.leaf;
  claims.issued_at = paper.issued_at;
  claims.expires_at = paper.expires;
  claims.id = paper.id;
  auto shown = std::make_shared<ShownCode>();
  MINGMA_TRY(shown->credential, issuer_.issue(claims));
  shown->text = code::print_on_paper(shown->credential);
  shown->etag = hex_encode(claims.id);
  shown->colour = row.decision.colour;
  shown->issued_at = paper.issued_at;
  shown->expires_at = shown->refresh_after = paper.expires;
  shown->json = to_json(*shown, claims);
  return std::shared_ptr<const ShownCode>(std::move(shown));
}

Result<std::shared_ptr<const ShownCode>> CodeDesk::show_paper(const ResidentId& resident) {
  const auto row_number = shard_.machine().rows().find(resident);
  if (!row_number) return Error(errors::kNotRegistered, "register first");
  const rules::Colour colour = shard_.machine().rows().decision(*row_number).colour;
  MINGMA_TRY(const auto papers, shard::list_papers(shard_.store(), resident));
  const shard::StoredPaper* newest = nullptr;
  for (const shard::StoredPaper& paper : papers) {
    if (!paper.valid(shard_.clock().now()) || paper.colour != colour) continue;
    if (newest == nullptr || newest->issued_at < paper.issued_at) newest = &paper;
  }
  if (newest == nullptr) return Error(errors::kNoSuchThing, "no paper code is valid; issue one at /v1/me/paper-codes");
  return print_sheet(*newest);
}

}  // namespace mingma::service
