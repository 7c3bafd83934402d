#include "shard/hold.h"

#include <algorithm>

#include "base/cbor.h"
#include "shard/image.h"
#include "shard/json_members.h"

namespace mingma::shard {
namespace {

constexpr JsonLimits kApprovalLimits{.depth_max = 4, .bytes_max = 256u << 10};
constexpr std::size_t kGivenMax = 32;

template <std::size_t N>
std::vector<std::string_view> names_of(std::uint8_t bits, const std::array<std::string_view, N>& names) {
  std::vector<std::string_view> out;
  for (std::size_t i = 0; i < N; ++i) {
    if ((bits >> i & 1) != 0) out.push_back(names[i]);
  }
  return out;
}

std::uint32_t seconds_of(UnixSeconds at) { return static_cast<std::uint32_t>(at.value); }

}  // namespace

std::vector<std::string_view> hand_names(std::uint8_t hands) {
  return names_of<4>(hands, {"ordered", "approved", "executed", "other_institution"});
}

std::vector<std::string_view> reason_names(std::uint8_t reasons) {
  return names_of<6>(reasons, {"hands", "flip_back", "signer_brake", "institution_brake", "batch_brake", "uncounted"});
}

std::string_view to_string(HoldState state) {
  constexpr std::array<std::string_view, 5> kStates{"open", "approved", "refused", "lapsed", "corrected"};
  return kStates[static_cast<std::size_t>(state)];
}

void encode_hold(const Hold& hold, Bytes& out) {
  out.clear();
  ImageWriter image(out);
  image.number(static_cast<std::uint8_t>(hold.state))
      .bytes(hold.id)
      .number(hold.institution.value)
      .number(static_cast<std::uint8_t>(hold.kind))
      .number(hold.judgement.missing)
      .number(hold.judgement.reasons)
      .number(hold.judgement.rule)
      .number(hold.judgement.policy.value)
      .number(seconds_of(hold.judgement.lapses))
      .number(seconds_of(hold.since))
      .number(seconds_of(hold.ended))
      .number(static_cast<std::uint8_t>(hold.given.size()));
  for (const GivenHand& given : hold.given) {
    image.number(given.hand).number(seconds_of(given.at));
    image.number(static_cast<std::uint8_t>(given.key_id.size())).bytes(as_bytes(given.key_id));
  }
}

Result<Hold> decode_hold(ByteView bytes) {
  ImageReader in(bytes);
  Hold out;
  const auto state = in.number<std::uint8_t>();
  in.array(out.id.bytes);
  out.institution.value = in.number<std::uint32_t>();
  out.kind = static_cast<rules::EvidenceKind>(in.number<std::uint8_t>());
  out.judgement.worse = true;
  out.judgement.missing = in.number<std::uint8_t>();
  out.judgement.reasons = in.number<std::uint8_t>();
  out.judgement.rule = in.number<std::uint8_t>();
  out.judgement.policy.value = in.number<std::uint16_t>();
  out.judgement.lapses.value = in.number<std::uint32_t>();
  out.since.value = in.number<std::uint32_t>();
  out.ended.value = in.number<std::uint32_t>();
  const auto given = in.number<std::uint8_t>();
  for (std::uint8_t i = 0; i < given && in.ok(); ++i) {
    GivenHand hand;
    hand.hand = in.number<std::uint8_t>();
    hand.at.value = in.number<std::uint32_t>();
    hand.key_id = as_text(in.bytes(in.number<std::uint8_t>()));
    out.given.push_back(std::move(hand));
  }
  if (!in.done() || state > static_cast<std::uint8_t>(HoldState::kCorrected) || given > kGivenMax)
    return Error(errors::kShardDamaged, "a stored hold is damaged; restore the shard from its log");
  out.state = static_cast<HoldState>(state);
  return out;
}

const Hold* HoldBook::find(const HoldKey& key) const {
  const auto found = holds_.find(key);
  return found == holds_.end() ? nullptr : &found->second;
}

std::optional<HoldKey> HoldBook::find_statement(const StatementId& id) const {
  const auto found = by_statement_.find(id);
  if (found == by_statement_.end()) return std::nullopt;
  return found->second;
}

void HoldBook::set(const HoldKey& key, const Hold& hold) {
  if (const auto present = holds_.find(key); present != holds_.end()) {
    lapses_.erase({present->second.judgement.lapses, key});
    by_statement_.erase(present->second.id);
    holds_.erase(present);
  }
  if (hold.state != HoldState::kOpen) return;
  lapses_.emplace(hold.judgement.lapses, key);
  by_statement_.emplace(hold.id, key);
  holds_.emplace(key, hold);
}

UnixSeconds HoldBook::next_lapse() const { return lapses_.empty() ? UnixSeconds{} : lapses_.begin()->first; }

std::vector<HoldKey> HoldBook::due(UnixSeconds now, std::size_t max) const {
  std::vector<HoldKey> out;
  for (const auto& [at, key] : lapses_) {
    if (at > now || out.size() >= max) break;
    out.push_back(key);
  }
  return out;
}

Result<Approval> parse_approval(std::string_view bytes) {
  auto json = parse_json(bytes, kApprovalLimits);
  if (!json.ok()) return Error(errors::kShardInvalidDocument, json.error().message(), json.error().where());
  MINGMA_TRY(JsonMembers members, JsonMembers::open(*json));
  Approval out;
  MINGMA_TRY(const std::string type, members.text("type"));
  if (type != "approval") return members.fail("type", "not \"approval\"");
  MINGMA_TRY(const std::string decision, members.text("decision"));
  if (decision != "approve" && decision != "refuse") return members.fail("decision", "neither approve nor refuse");
  out.refuses = decision == "refuse";
  MINGMA_TRY(out.officer, members.text("officer", 97));
  MINGMA_TRY(const Json::Array* statements, members.array("statements", kApprovalStatementsMax));
  for (const Json& item : *statements) {
    const auto id = item.is_string() ? hex_decode(item.string()) : Result<Bytes>(Bytes{});
    if (!id.ok() || id->size() != 32) return members.fail("statements", "not 64 lower-case hex digits each");
    MINGMA_TRY(const Digest digest, Digest::from(*id));
    if (std::find(out.statements.begin(), out.statements.end(), digest) != out.statements.end())
      return members.fail("statements", "a statement is named twice");
    out.statements.push_back(digest);
  }
  MINGMA_CHECK(members.optional_text("document_number", 64));
  MINGMA_CHECK(members.optional_text("reason", 1'024));
  MINGMA_TRY(out.signed_at, members.instant("signed_at"));
  MINGMA_CHECK(members.end());
  return out;
}

Bytes encode_hold_end(const ResidentId& resident, const StatementId& id, HoldState state, UnixSeconds at,
                      std::string_view officer) {
  CborWriter out;
  out.map(officer.empty() ? 5 : 6);
  out.unsigned_integer(1).unsigned_integer(1);
  out.unsigned_integer(2).bytes(resident.bytes);
  out.unsigned_integer(3).bytes(id);
  out.unsigned_integer(4).unsigned_integer(static_cast<std::uint8_t>(state));
  out.unsigned_integer(5).integer(at.value);
  if (!officer.empty()) out.unsigned_integer(6).text(officer);
  return out.take();
}

}  // namespace mingma::shard
