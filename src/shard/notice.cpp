#include "shard/notice.h"

#include <algorithm>

#include "base/cbor.h"
#include "crypto/digest.h"
#include "shard/errors.h"
#include "shard/json_members.h"
#include "shard/tables.h"

namespace mingma::shard {

Result<void> check_notice(const Notice& notice) {
  const auto refused = [](std::string message) { return Error(errors::kShardInvalidDocument, std::move(message)); };
  if (notice.text.size() > kNoticeBytesMax) return refused("a notice has at most 1 MiB");
  const auto json = parse_json(notice.text, {.depth_max = 8, .bytes_max = kNoticeBytesMax});
  if (!json.ok() || !json->is_object()) return refused("a notice is one JSON object");
  const Json* type = json->find("type");
  const std::string_view expected = notice.type == NoticeType::kAlarm     ? "alarm"
                                    : notice.type == NoticeType::kFigures ? "figures"
                                                                          : "alarm_ending";
  if (type == nullptr || !type->is_string() || type->string() != expected) return refused("a notice says its own type");
  if (notice.type == NoticeType::kAlarmEnding) {
    MINGMA_TRY(const AlarmEnding ending, parse_ending(notice));
    return {};
  }
  if (notice.type != NoticeType::kAlarm) return {};
  const Json* id = json->find("id");
  if (id == nullptr || !id->is_string() || id->string() != hex_encode(notice.id))
    return refused("an alarm says its own id");
  return {};
}

Notice make_notice(const Alarm& alarm) { return {NoticeType::kAlarm, alarm_id(alarm), alarm_text(alarm)}; }

Notice make_ending_notice(std::string envelope) {
  Notice notice{NoticeType::kAlarmEnding, {}, std::move(envelope)};
  const Digest digest = crypto::sha256(as_bytes(notice.text));
  std::copy_n(digest.bytes.begin(), notice.id.size(), notice.id.begin());
  return notice;
}

namespace {

struct Envelope {
  std::string document;
  std::string key_id;
  Bytes signature;
};

Result<Envelope> open_envelope(const Notice& notice) {
  MINGMA_TRY(const Json json, parse_json(notice.text, {.depth_max = 8, .bytes_max = kNoticeBytesMax}));
  MINGMA_TRY(JsonMembers members, JsonMembers::open(json));
  Envelope out;
  MINGMA_TRY(const std::string type, members.text("type"));
  MINGMA_TRY(out.document, members.text("document", 16u << 10));
  MINGMA_TRY(const Json::Array* signatures, members.array("signatures", 1));
  MINGMA_CHECK(members.end());
  MINGMA_TRY(JsonMembers signature, JsonMembers::open(signatures->front(), "/signatures/0"));
  MINGMA_TRY(out.key_id, signature.text("key"));
  MINGMA_TRY(const std::string encoded, signature.text("signature", 1'024));
  MINGMA_CHECK(signature.end());
  MINGMA_TRY(out.signature, base64_decode(encoded));
  if (type != "alarm_ending" || make_ending_notice(notice.text).id != notice.id)
    return members.fail("type", "not the envelope of an ending under its own id");
  return out;
}

}  // namespace

Result<AlarmEnding> parse_ending(const Notice& notice) {
  MINGMA_TRY(const Envelope envelope, open_envelope(notice));
  MINGMA_TRY(const Json json, parse_json(envelope.document, {.depth_max = 8, .bytes_max = kNoticeBytesMax}));
  MINGMA_TRY(JsonMembers members, JsonMembers::open(json));
  AlarmEnding out;
  MINGMA_TRY(const std::string type, members.text("type"));
  if (type != "alarm_ending") return members.fail("type", "not an ending");
  MINGMA_TRY(const std::string alarm, members.text("alarm", 32));
  const auto id = hex_decode(alarm);
  if (!id.ok() || id->size() != out.alarm.size()) return members.fail("alarm", "not the id of an alarm");
  std::copy(id->begin(), id->end(), out.alarm.begin());
  MINGMA_TRY(out.ending, members.text("ending", 32));
  constexpr std::string_view kEndings[] = {"explained", "unfounded", "corrected", "misuse", "referred"};
  if (std::find(std::begin(kEndings), std::end(kEndings), out.ending) == std::end(kEndings))
    return members.fail("ending", "explained, unfounded, corrected, misuse or referred");
  MINGMA_TRY(out.by, members.text("by", 32));
  MINGMA_TRY(const Json* words, members.object("text"));
  MINGMA_TRY(JsonMembers text, JsonMembers::open(*words, "/text"));
  MINGMA_TRY(out.zh, text.text("zh", 4'096));
  MINGMA_TRY(out.en, text.text("en", 4'096));
  MINGMA_CHECK(text.end());
  MINGMA_TRY(out.at, members.instant("at"));
  MINGMA_CHECK(members.end());
  return out;
}

Result<void> check_ending(const Notice& notice, const ControlState& control, UnixSeconds now) {
  MINGMA_TRY(const AlarmEnding ending, parse_ending(notice));
  MINGMA_TRY(const Envelope envelope, open_envelope(notice));
  const Institution* by = control.find_institution(ending.by);
  if (by == nullptr) return Error(errors::kShardUnknownInstitution, "no such institution", "/by");
  if (by->klass != InstitutionClass::kAuditor && by->klass != InstitutionClass::kCommand &&
      by->klass != InstitutionClass::kHealthCommission)
    return Error(errors::kShardNotAuthorised, "auditors, commands and health commissions say how an alarm ended",
                 "/by");
  const crypto::VerifyingKey* key =
      control.institution_key(control.institution_number(ending.by), envelope.key_id, now);
  if (key == nullptr) return Error(errors::kShardUnknownKey, "not a key of this institution in force", envelope.key_id);
  if (!key->verify(document_digest("alarm_ending", envelope.document), envelope.signature))
    return Error(errors::kShardBadSignature, "the signature does not verify", envelope.key_id);
  return {};
}

Bytes notice_key(NoticeType type, const NoticeId& id) {
  Bytes key{static_cast<std::uint8_t>(type)};
  append(key, id);
  return key;
}

Bytes encode_stored_notice(const StoredNotice& stored) {
  CborWriter out;
  out.array(5)
      .unsigned_integer(static_cast<std::uint8_t>(stored.notice.type))
      .bytes(stored.notice.id)
      .bytes(as_bytes(stored.notice.text))
      .integer(stored.raised_at.value)
      .unsigned_integer(stored.leaf.value);
  return out.take();
}

Result<StoredNotice> decode_stored_notice(ByteView bytes) {
  const Error damaged(errors::kShardDamaged, "a stored notice is damaged; restore the shard from its log");
  CborReader in(bytes);
  StoredNotice out;
  MINGMA_TRY(const std::uint64_t fields, in.array());
  MINGMA_TRY(const std::uint64_t type, in.unsigned_integer());
  if (fields != 5 || type < 1 || type > 3) return damaged;
  out.notice.type = static_cast<NoticeType>(type);
  MINGMA_TRY(const ByteView id, in.bytes());
  if (id.size() != out.notice.id.size()) return damaged;
  std::copy(id.begin(), id.end(), out.notice.id.begin());
  MINGMA_TRY(const ByteView text, in.bytes());
  out.notice.text = as_text(text);
  MINGMA_TRY(out.raised_at.value, in.integer());
  MINGMA_TRY(out.leaf.value, in.unsigned_integer());
  MINGMA_CHECK(in.end());
  return out;
}

Result<std::optional<StoredNotice>> find_notice(const store::Reader& control, NoticeType type, const NoticeId& id) {
  MINGMA_TRY(const auto value, control.get(kNoticesTable, notice_key(type, id)));
  if (!value) return std::optional<StoredNotice>{};
  MINGMA_TRY(StoredNotice stored, decode_stored_notice(*value));
  return std::optional<StoredNotice>(std::move(stored));
}

Result<std::vector<StoredNotice>> list_notices(const store::Reader& control, NoticeType type) {
  std::vector<StoredNotice> out;
  const std::uint8_t prefix[] = {static_cast<std::uint8_t>(type)};
  MINGMA_CHECK(control.scan(kNoticesTable, prefix, [&](ByteView, ByteView value) -> Result<void> {
    MINGMA_TRY(StoredNotice stored, decode_stored_notice(value));
    out.push_back(std::move(stored));
    return {};
  }));
  std::sort(out.begin(), out.end(), [](const StoredNotice& a, const StoredNotice& b) { return a.leaf < b.leaf; });
  return out;
}

}  // namespace mingma::shard
