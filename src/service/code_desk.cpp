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

UnixSeconds expiry(const shard::Row& row, CodeForm form, UnixSeconds now) {
  UnixSeconds end = now.plus(form == CodeForm::kPhone ? kPhoneCodeSeconds : kPaperCodeSeconds);
  if (row.decision.horizon != rules::kNoHorizon) end = std::min(end, row.decision.horizon);
  return std::max(end, now.plus(kShortestCodeSeconds));
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
  return static_cast<std::size_t>((device ^ (std::uint64_t{key.row} * 0x9e37'79b9'7f4a'7c15u)) +
                                  static_cast<std::uint64_t>(key.form));
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
  const auto row_number = shard_.machine().rows().find(request.resident);
  if (!row_number) return Error(errors::kNotRegistered, "register first");
  CodeKey key;
  key.row = row_number->value;
  key.form = request.form;
  if (request.form == CodeForm::kPhone) {
    const Result<Bytes> device = hex_decode(request.device);
    if (!device || device->size() != key.device.size()) return Error(errors::kUnknownDevice, "enrol this phone first");
    std::copy(device->begin(), device->end(), key.device.begin());
  }
  const UnixSeconds now = shard_.clock().now();
  const shard::Row row = shard_.machine().rows().get(*row_number);
  ++counters_.shown;
  if (const Kept* kept = codes_.find(key); kept != nullptr && kept->version == row.version &&
                                           kept->horizon == row.decision.horizon && now < kept->code->refresh_after) {
    return kept->code;
  }
  if (row.decision.status != rules::DecisionStatus::kDecided) {
    return Error(errors::kNoColour, row.decision.status == rules::DecisionStatus::kNoPolicy
                                        ? "no policy is in force"
                                        : "a rule could not be evaluated; the receipt says which");
  }
  MINGMA_TRY(Card* const person, card(request.resident));
  const Device* holder = nullptr;
  if (request.form == CodeForm::kPhone) {
    MINGMA_TRY(holder, device(request.resident, *person, key.device));
  }
  MINGMA_TRY(std::shared_ptr<const ShownCode> code, issue(row, *person, holder, now));
  codes_.insert(key, {row.version, row.decision.horizon, code});
  ++counters_.signed_new;
  return code;
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

Result<std::shared_ptr<const ShownCode>> CodeDesk::issue(const shard::Row& row, const Card& card, const Device* device,
                                                         UnixSeconds now) {
  const shard::ControlState& control = shard_.machine().control();
  const rules::Policy& policy = control.policy(row.policy);
  const rules::Rule* rule = policy.find_rule(row.decision.rule);
  code::Claims claims;
  claims.issuer = issuer_name_;
  claims.issued_at = now;
  claims.expires_at = expiry(row, device == nullptr ? CodeForm::kPaper : CodeForm::kPhone, now);
  rng_.fill(claims.id);
  if (device != nullptr) claims.holder = device->key;
  claims.colour = to_code_colour(row.decision.colour);
  claims.since = row.since;
  claims.rule = rule == nullptr ? "default" : rule->id;
  claims.policy = policy.hash;
  claims.shard = shard_.id();
  claims.leaf = row.leaf;
  claims.name_mask = card.name_mask;
  claims.document_digits = card.document_digits;
  auto shown = std::make_shared<ShownCode>();
  MINGMA_TRY(shown->credential, issuer_.issue(claims));
  if (device == nullptr) shown->text = code::print_on_paper(shown->credential);
  shown->etag = hex_encode(claims.id);
  shown->colour = row.decision.colour;
  shown->issued_at = now;
  shown->expires_at = claims.expires_at;
  shown->refresh_after = now.plus((claims.expires_at.value - now.value) * 2 / 3);
  shown->json = to_json(*shown, claims);
  return std::shared_ptr<const ShownCode>(std::move(shown));
}

}  // namespace mingma::service
