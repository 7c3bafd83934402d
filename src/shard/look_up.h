// Look-up (查询): a member of staff reads one resident's personal data, for a stated purpose. The resident sees it.
//
// A purpose is one of a closed list of duties that the reader's role has, or a case. Each look-up is an event and a
// leaf before anything is shown. What is unusual is flagged, so that it can be told to the auditors; a look-up without
// a case is always worth telling.
// Threading: values. Format: docs/formats/event.md, section Look-ups. Limits: a note of 500 bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/time.h"
#include "shard/case.h"

namespace mingma::shard {

inline constexpr std::size_t kLookUpNoteBytesMax = 500;
inline constexpr std::uint32_t kLookUpsUsualPerDay = 30;  // of one reader, without a case, in one shard

// Numbers are part of the stored format; those of officers are OfficerRole's.
enum class StaffRole : std::uint8_t {
  kInstitution = 0,  // an institution's own key
  kHotline = 4,
  kAuditor = 5,
  kCase = 6,
  kCommunity = 7,
};
enum class Duty : std::uint8_t {
  kCase = 1,        // a case, named by its ticket
  kCaller = 2,      // hotline: the resident is on the line and was identified
  kVisit = 3,       // community: the resident is being helped in person
  kMandate = 4,     // auditor: an inquiry; the note names its document
  kEmergency = 5,   // case officer: somebody's health is in danger
  kAuthorised = 6,  // all: the holder read out a code (holder_code); the note is that code
};
std::string_view to_string(StaffRole role);  // "institution", "hotline", "auditor", "case", "community"
std::string_view to_string(Duty duty);       // "case", "caller", "visit", "mandate", "emergency", "authorised"
std::optional<StaffRole> find_staff_role(std::string_view name);
std::optional<Duty> find_duty(std::string_view name);
struct DutyInfo {
  Duty duty;
  std::string_view zh;
  std::string_view en;
  std::uint16_t roles;  // bit StaffRole
  bool note_required;
};
std::span<const DutyInfo> duty_schema();  // ascending by duty
const DutyInfo& duty_info(Duty duty);     // must be in the schema
inline bool may_look_up(StaffRole role, Duty duty) {
  return (duty_info(duty).roles >> static_cast<unsigned>(role) & 1u) != 0;
}

enum LookUpFlag : std::uint8_t {
  kLookUpNoCase = 1,
  kLookUpOutsideArea = 2,  // neither home nor present place lies in the institution's division
  kLookUpMany = 4,         // over kLookUpsUsualPerDay this day at UTC+8
  kLookUpEmergency = 8,
  kLookUpEndedCase = 16,  // the case ended over 30 days ago
};
inline constexpr std::uint8_t kLookUpFlagsAll = 31;

// Committed to by LeafKind::kLookUp. Canonical CBOR.
struct LookUpRecord {
  ResidentId resident;
  UnixSeconds at{};
  std::string institution;
  std::string actor;  // officer, or key of the institution
  StaffRole role = StaffRole::kInstitution;
  Duty duty = Duty::kCase;
  Ticket ticket{};  // 0: none
  std::uint8_t flags = 0;
  Digest content{};  // look_up_note_tag; zero: no note
  bool operator==(const LookUpRecord&) const = default;
};
Bytes encode_look_up_record(const LookUpRecord& record);
Result<LookUpRecord> decode_look_up_record(ByteView canonical);

// The holder's authorisation: eight digits that the holder sees and reads out, so that somebody may look up the colour
// by their document. Good in its own quarter of an hour and the next one. Whoever has the resident's key checks it
// again, the audit too. It is no secret of lasting worth: it opens nothing, and each use is on record.
inline constexpr std::int64_t kHolderCodeSeconds = 15 * 60;
struct HolderCode {
  std::string digits;  // "12345678"
  UnixSeconds from{};
  UnixSeconds until{};
};
HolderCode holder_code(const ResidentKeys& keys, UnixSeconds at);
// Blanks and hyphens do not matter.
bool holder_code_fits(const ResidentKeys& keys, UnixSeconds at, std::string_view code);
Digest look_up_note_tag(const ResidentKeys& keys, ByteView note);

struct StoredLookUp {
  Bytes record;
  LeafIndex leaf{};
  Sequence sequence{};
  std::uint32_t index = 0;  // of its leaf, before the shuffle
  Bytes sealed;             // the note under the resident's seal key; context = look_up_key; empty: none
};
Bytes encode_stored_look_up(const StoredLookUp& look_up);
Result<StoredLookUp> decode_stored_look_up(ByteView bytes);

// kLookUpsTable: 'r' | resident | sequence u64 | number u32 -> stored; 'u' | sequence | number -> resident, of those
// with a flag; 'o' | day u32 | institution u32 | actor -> how many without a case that day, u32.
// `number` counts the look-ups of one event.
Bytes look_up_key(const ResidentId& resident, Sequence sequence, std::uint32_t number);
Bytes look_up_flagged_key(Sequence sequence, std::uint32_t number);
Bytes look_up_count_key(UnixSeconds at, InstitutionNumber institution, std::string_view actor);

}  // namespace mingma::shard
