// Retention (保存期限): what is kept for how long, and how it ends.
//
// A policy says for each kind of evidence how many days it is kept (rules::Retention). A statement past its days is no
// fact any more: its status becomes expired, its row is reduced without it, its sealed body leaves the tables. What the
// log still holds of the body is sealed under a key of its kind and month; when everything of that kind and month is
// past its days, that key is destroyed, and the body with it, everywhere.
//
//   bodies      statements of one kind received in one month       when the last of them is past its days
//   submissions signed manifests received in one month             when nothing of that month is kept any more
//   residents   persons, openings, cases, of residents registered  when no policy has been in force for the longest
//               in one month                                       retention: the end
//
// Each is an event and a public leaf (LeafKind::kRetention). The ledger verifies as before; the audit checks that
// nothing was destroyed before its time and says what can no longer be opened.
// Which policy: the longest of those in force anywhere in the province, or when none is, of all that ever were.
// Threading: pure functions of the control state and the instant.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shard/control.h"
#include "shard/keys.h"
#include "shard/statement.h"

namespace mingma::shard {

inline constexpr std::size_t kExpiredMax = 5'000;  // statements in one event

// Numbers are part of the stored format.
enum class KeyScope : std::uint8_t { kBodies = 1, kSubmissions = 2, kResidents = 3 };
std::string_view to_string(KeyScope scope);  // "bodies", "submissions", "residents"

struct KeysToDestroy {
  KeyScope scope = KeyScope::kBodies;
  KeyMonth month{};
  rules::EvidenceKind kind{};  // kBodies; else 0
  auto operator<=>(const KeysToDestroy&) const = default;
};
std::string words_of(const KeysToDestroy& keys);  // "bodies of test_result received in 2022-11"

// Days; 0: no policy was ever published, nothing expires.
std::uint32_t retention_days(const ControlState& control, rules::EvidenceKind kind, UnixSeconds at);
bool is_expired(const ControlState& control, rules::EvidenceKind kind, UnixSeconds received_at, UnixSeconds at);
// When a statement received then is past its days, and in words: "contact_finding is kept 60 days after receipt, until
// 2022-08-12 08:00:00".
UnixSeconds kept_until(const ControlState& control, rules::EvidenceKind kind, UnixSeconds received_at, UnixSeconds at);
std::string retention_words(const ControlState& control, rules::EvidenceKind kind, UnixSeconds received_at,
                            UnixSeconds at);
// Why persons' keys are gone: "no policy has been in force since 2022-12-31 08:00:00; the longest retention is 365
// days". Empty: their time has not come.
std::string end_words(const ControlState& control, UnixSeconds at);
// May these keys be destroyed at `at`?
bool may_destroy(const ControlState& control, const KeysToDestroy& keys, UnixSeconds at);
// All that may be destroyed, of months from `first` on, ascending.
std::vector<KeysToDestroy> destroyable(const ControlState& control, KeyMonth first, UnixSeconds at);

struct ExpiredEvidence {
  RowNumber row{};
  std::vector<StatementId> statements;
  bool operator==(const ExpiredEvidence&) const = default;
};
// What the leaves of both operations name: SHA-256 of their canonical CBOR.
Digest expired_digest(const std::vector<ExpiredEvidence>& expired);
Digest destroyed_digest(const KeysToDestroy& keys);

}  // namespace mingma::shard
