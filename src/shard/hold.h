// Holds: statements that would make somebody worse and still miss a hand. Stored, with a leaf, and read by nothing as a
// fact until those who are missing have signed; refused or lapsed they never count. Holding delays no better colour.
//
// Which hands, which brakes: docs/accountability.md, "Three hands" and "Brakes". Images and CBOR:
// docs/formats/event.md. Threading: values and pure functions.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/time.h"
#include "rules/decision.h"
#include "rules/evidence.h"
#include "shard/row.h"
#include "shard/statement.h"

namespace mingma::shard {

// Hands, as bits. Numbers are part of the stored format.
inline constexpr std::uint8_t kHandOrdered = 1;
inline constexpr std::uint8_t kHandApproved = 2;
inline constexpr std::uint8_t kHandExecuted = 4;
inline constexpr std::uint8_t kHandOtherBody = 8;  // the approval must come from another institution
inline constexpr std::uint8_t kHandsAll = 15;
std::vector<std::string_view> hand_names(std::uint8_t hands);  // "ordered", "approved", "executed", "other_institution"

// Why, as bits.
inline constexpr std::uint8_t kReasonHands = 1;             // the deciding rule asks for hands that are not there
inline constexpr std::uint8_t kReasonFlipBack = 2;          // the resident was cleared of this not long ago
inline constexpr std::uint8_t kReasonSignerBrake = 4;       // too many made worse by this signer
inline constexpr std::uint8_t kReasonInstitutionBrake = 8;  // ... by this institution
inline constexpr std::uint8_t kReasonBatchBrake = 16;       // ... in this submission
inline constexpr std::uint8_t kReasonUncounted = 32;        // the shard that counts could not be asked about it in time
inline constexpr std::uint8_t kReasonsAll = 63;
std::vector<std::string_view> reason_names(std::uint8_t reasons);  // "hands", "flip_back", "signer_brake", ...

// What rules, hands and brakes say about one statement, beside its outcome. All zero: nothing.
struct Judgement {
  bool worse = false;   // it makes the resident worse, or would
  bool clears = false;  // a correction that made the resident better, or withdraws what made them worse
  std::uint8_t missing = 0;
  std::uint8_t reasons = 0;
  rules::RuleIndex rule = rules::kDefaultRule;  // that decides with the statement
  PolicyNumber policy = kNoPolicyNumber;
  UnixSeconds lapses{};  // held ones: when nobody has signed

  bool empty() const { return !worse && !clears; }
  bool operator==(const Judgement&) const = default;
};

// kHoldsTable: resident || first 16 bytes of the statement's id, as its evidence.
using HoldKey = std::array<std::uint8_t, 32>;

enum class HoldState : std::uint8_t { kOpen = 0, kApproved = 1, kRefused = 2, kLapsed = 3, kCorrected = 4 };
std::string_view to_string(HoldState state);  // "open", "approved", "refused", "lapsed", "corrected"

struct GivenHand {
  std::uint8_t hand = 0;  // one bit; 0: refused by
  std::string key_id;
  UnixSeconds at{};
  bool operator==(const GivenHand&) const = default;
};

struct Hold {
  StatementId id{};
  InstitutionNumber institution{};
  rules::EvidenceKind kind{};
  Judgement judgement;  // `missing`: what is missing still
  HoldState state = HoldState::kOpen;
  UnixSeconds since{};
  UnixSeconds ended{};
  std::vector<GivenHand> given;  // by officers: with the statement, and since
  bool operator==(const Hold&) const = default;
};
void encode_hold(const Hold& hold, Bytes& out);
Result<Hold> decode_hold(ByteView bytes);

// The open holds of a shard, by key, by statement and by the time they lapse. Owned by one shard.
class HoldBook {
 public:
  const Hold* find(const HoldKey& key) const;
  std::optional<HoldKey> find_statement(const StatementId& id) const;
  void set(const HoldKey& key, const Hold& hold);  // adds, changes; forgets what is no longer open
  UnixSeconds next_lapse() const;                  // {0}: none
  std::vector<HoldKey> due(UnixSeconds now, std::size_t max) const;
  std::size_t size() const { return holds_.size(); }
  const std::map<HoldKey, Hold>& all() const { return holds_; }

 private:
  std::map<HoldKey, Hold> holds_;
  std::set<std::pair<UnixSeconds, HoldKey>> lapses_;
  std::map<StatementId, HoldKey> by_statement_;
};

// {"type":"approval","decision":"approve"|"refuse","officer":"cdc-2/li","statements":["<64 hex>",...],
//  "document_number":"..."?,"reason":"..."?,"signed_at":"..."}, signed by that officer over
// document_digest("approval", bytes). At most 1,000 statements.
struct Approval {
  bool refuses = false;
  std::string officer;
  std::vector<StatementId> statements;
  UnixSeconds signed_at{};
};
inline constexpr std::size_t kApprovalStatementsMax = 1'000;
Result<Approval> parse_approval(std::string_view bytes);

// The record that the leaf of an ended hold commits to: canonical CBOR
// {1: 1, 2: resident, 3: statement id, 4: state, 5: at, ? 6: officer}.
Bytes encode_hold_end(const ResidentId& resident, const StatementId& id, HoldState state, UnixSeconds at,
                      std::string_view officer);

}  // namespace mingma::shard
