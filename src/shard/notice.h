// Notices: what the platform itself makes public under a leaf: alarms (alarm.h) and each day's figures. They stand in
// the control shard's log, hold no personal data, and are fixed: the same id with another text is refused for ever.
//
// A leaf names the SHA-256 of the text's exact bytes, so who has the text finds it in the ledger. kNoticesTable: type
// u8 | id -> stored notice. Threading: values. Format: docs/formats/event.md. Limits: a text of 1 MiB.
#pragma once

#include <string>
#include <vector>

#include "shard/alarm.h"
#include "shard/control.h"
#include "store/store.h"

namespace mingma::shard {

inline constexpr std::size_t kNoticeBytesMax = 1u << 20;

// Numbers are part of the stored format.
enum class NoticeType : std::uint8_t {
  kAlarm = 1,
  kFigures = 2,
  kAlarmEnding = 3,  // how an alarm ended: an auditor's or the command's signed document, in its envelope
};

struct Notice {
  NoticeType type = NoticeType::kAlarm;
  NoticeId id{};
  std::string text;  // JSON, exact bytes; its member "type" says the same
  bool operator==(const Notice&) const = default;
};
// A JSON object of its type, within the limit; an alarm's member "id" is its id.
Result<void> check_notice(const Notice& notice);
Notice make_notice(const Alarm& alarm);

// {"type":"alarm_ending","alarm":"<32 hex>","ending":"explained","by":"<institution>","text":{"zh","en"},"at":"..."},
// signed over document_digest("alarm_ending", bytes) by a key of `by`, whose class is auditor, command or
// health_commission. Endings: "explained" (an honest reason), "unfounded" (the pattern is not there), "corrected" (what
// was wrong was undone), "misuse" (proved), "referred" (handed to another authority).
struct AlarmEnding {
  NoticeId alarm{};
  std::string ending;
  std::string by;
  std::string zh, en;
  UnixSeconds at{};
};
// The notice of an ending out of its envelope {"type","document","signatures"}; its id is the text's hash.
Notice make_ending_notice(std::string envelope);
Result<AlarmEnding> parse_ending(const Notice& notice);
// Signed by whom it says, who may. kShardNotAuthorised, kShardBadSignature, kShardUnknownKey.
Result<void> check_ending(const Notice& notice, const ControlState& control, UnixSeconds now);

struct StoredNotice {
  Notice notice;
  UnixSeconds raised_at{};
  LeafIndex leaf{};  // control shard's ledger
};
Bytes notice_key(NoticeType type, const NoticeId& id);
Bytes encode_stored_notice(const StoredNotice& stored);
Result<StoredNotice> decode_stored_notice(ByteView bytes);
Result<std::optional<StoredNotice>> find_notice(const store::Reader& control, NoticeType type, const NoticeId& id);
Result<std::vector<StoredNotice>> list_notices(const store::Reader& control, NoticeType type);  // ascending by leaf

}  // namespace mingma::shard
