// Alarms: what auditors and the public are told when a pattern appears that an honest epidemic seldom leaves.
//
// An alarm accuses nobody: docs/alarms.md says of each kind what it means, when it is wrong and what to do. It is a
// notice in the control shard's log (notice.h) with a public leaf, holds no personal data, and is raised once for its
// kind, subject and period: its id is a hash of the three.
// Threading: values.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/time.h"

namespace mingma::shard {

// Numbers are part of the ids' input: never renumbered.
enum class AlarmKind : std::uint8_t {
  kMassAssignmentSigner = 1,       // one signing key made many residents worse
  kMassAssignmentInstitution = 2,  // one institution did
  kIdenticalReasons = 3,           // many made worse by statements equal in every field
  kNoNeighbours = 4,               // many made worse in a county without case, contact's case or area order
  kOutsideArea = 5,                // an institution made residents outside its own division worse
  kOutsideKind = 6,                // by statements of a kind that its class does not sign
  kFlipFlop = 7,                   // made worse again soon after statements had cleared them
  kMassClearing = 8,               // many made better by corrections and clearances of one institution
  kLookUpWithoutCase = 9,          // somebody read personal data without a case
  kLeaflessCode = 10,              // a code signed by the platform's key names a leaf that says otherwise, or none
  kSplitView = 11,                 // a signed checkpoint that this ledger does not extend
};

// From when on, in which period. One table: docs/alarms.md shows it, and a test holds both to each other.
struct AlarmInfo {
  AlarmKind kind;
  std::string_view name;  // "mass_assignment_signer"
  std::string_view zh;
  std::string_view en;
  std::uint32_t threshold;      // raised when this many were counted
  std::int64_t period_seconds;  // buckets begin at multiples of it at UTC+8; 0: no period
  std::string_view severity;    // "notice", "warning", "grave"
};
std::span<const AlarmInfo> alarm_table();  // ascending by kind
const AlarmInfo& alarm_info(AlarmKind kind);
const AlarmInfo* find_alarm_kind(std::string_view name);

using NoticeId = std::array<std::uint8_t, 16>;

struct Alarm {
  AlarmKind kind = AlarmKind::kMassAssignmentSigner;
  std::string institution;  // id; empty: none is named
  std::string key_id;       // kMassAssignmentSigner: the signing key
  DivisionCode division{};  // kNoNeighbours: the county; else absent
  std::string detail;  // what tells it from others of the same kind and period: a digest in hex, a checkpoint's size
  UnixSeconds from{};  // its period
  UnixSeconds until{};

  auto operator<=>(const Alarm&) const = default;
};
// Where the period that holds `at` begins.
UnixSeconds period_begin(const AlarmInfo& info, UnixSeconds at);
// First 16 bytes of SHA-256("mingma/v1/alarm" LF || kind u8 || institution LF key LF division LF detail LF from u64
// BE).
NoticeId alarm_id(const Alarm& alarm);
// The public text: one JSON object, exact bytes, a function of the alarm alone; its SHA-256 is in the leaf.
std::string alarm_text(const Alarm& alarm);

}  // namespace mingma::shard
