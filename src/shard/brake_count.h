// Counting for the brakes, exactly, however many shards there are.
//
// With one data shard, it counts for itself. With several, the control shard counts for all: a data shard that finds a
// statement which would make somebody worse, where a policy enforces brakes, has nothing recorded and asks
// (CommandResult::asks); the control shard answers each question in one logged event, and every data shard follows that
// event as it follows documents. Then the statement is sent again and is judged by the answer. So one number decides
// for all shards, it is durable, it survives any restart, the Nth passes and the N+1st is held; and the audit of the
// control shard derives every answer again, as that of a data shard derives who had to ask.
//
// Nothing else waits: statements that make nobody worse, and policies that enforce no brakes, never ask.
// Answers are kept in the data shard's kBrakesTable until they are used, and hold for the clock hour in which they were
// given and the next one. A statement whose circumstances changed meanwhile is asked about again, or held
// (kReasonUncounted): a hold may then come early, never late.
//
// Windows are clock hours: "in an hour" is this hour, "in a day" is this hour and the 23 before it.
// Threading: pure but for reads of the store, within one plan, fold or audit. Format: docs/formats/event.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "base/time.h"
#include "shard/record.h"
#include "shard/row.h"
#include "shard/statement.h"

namespace mingma::rules {
struct Brakes;
}

namespace mingma::shard {

class ControlState;
class Working;

// Numbers are part of the stored format.
enum class BrakeMode : std::uint8_t {
  kTake = 1,   // counts, if no limit is reached
  kCount = 2,  // counts in any case: another body has approved it already
  kLook = 3,   // is held for another reason; counts in its batch only
};

struct BrakeAsk {
  StatementId statement{};  // the one that would make somebody worse
  InstitutionNumber institution{};
  std::string signer;         // officer's id or key's
  SubmissionId submission{};  // of a manifest; zero: none
  PolicyNumber policy = kNoPolicyNumber;
  BrakeMode mode = BrakeMode::kTake;
};

struct BrakeAnswer {
  BrakeAsk ask;
  std::uint8_t reasons = 0;  // kReason...; 0: go on
};

inline constexpr std::size_t kBrakeSignerBytesMax = 128;

// Does the control shard count for this province?
bool counts_centrally(const ControlState& control);
// Which limits are reached before this one is counted.
Result<std::uint8_t> answer_brakes(const Working& working, const BrakeAsk& ask);
// Adds it to the counts that belong to its mode and answer.
Result<void> count_worsening(Working& working, const BrakeAsk& ask, std::uint8_t reasons);

// ---- answers in a data shard's kBrakesTable

void keep_answer(Working& working, const BrakeAnswer& answer, UnixSeconds at);
// Absent: not asked, or too long ago.
Result<std::optional<std::uint8_t>> find_answer(const Working& working, const BrakeAsk& ask);
// It was used, or is of no use any more.
Result<void> forget_answers(Working& working, const BrakeAsk& ask);

}  // namespace mingma::shard
