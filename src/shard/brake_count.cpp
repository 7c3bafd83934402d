#include "shard/brake_count.h"

#include "rules/policy.h"
#include "shard/brakes.h"
#include "shard/hold.h"
#include "shard/working.h"

namespace mingma::shard {
namespace {

constexpr std::uint32_t kDayHours = 24;
constexpr std::uint32_t kGiven = 1;

template <typename KeyOf>
Result<std::uint32_t> worse_in_day(const Working& working, BrakeHour hour, KeyOf key_of) {
  std::uint32_t sum = 0;
  for (std::uint32_t back = 0; back < kDayHours; ++back) {
    MINGMA_TRY(const std::uint32_t count, working.brake(key_of(BrakeHour{hour.value - back})));
    sum += count;
  }
  return sum;
}

Result<void> add_one(Working& working, const Bytes& key) {
  MINGMA_TRY(const std::uint32_t count, working.brake(key));
  working.set_brake(key, count + 1);
  return {};
}

}  // namespace

bool counts_centrally(const ControlState& control) { return control.genesis().shards > 1; }

Result<std::uint8_t> answer_brakes(const Working& working, const BrakeAsk& ask) {
  if (ask.mode == BrakeMode::kCount) return std::uint8_t{0};
  const rules::Brakes& brakes = working.control().policy(ask.policy).brakes;
  const BrakeHour hour = brake_hour(working.time());
  const auto by_signer = [&](BrakeHour at) { return signer_brake_key(ask.institution, ask.signer, at); };
  const auto by_institution = [&](BrakeHour at) { return institution_brake_key(ask.institution, at); };
  MINGMA_TRY(const std::uint32_t signer_hour, working.brake(by_signer(hour)));
  MINGMA_TRY(const std::uint32_t signer_day, worse_in_day(working, hour, by_signer));
  MINGMA_TRY(const std::uint32_t institution_hour, working.brake(by_institution(hour)));
  MINGMA_TRY(const std::uint32_t institution_day, worse_in_day(working, hour, by_institution));
  std::uint8_t reasons = 0;
  if (signer_hour >= brakes.signer_worse_per_hour || signer_day >= brakes.signer_worse_per_day)
    reasons |= kReasonSignerBrake;
  if (institution_hour >= brakes.institution_worse_per_hour || institution_day >= brakes.institution_worse_per_day)
    reasons |= kReasonInstitutionBrake;
  if (ask.submission != SubmissionId{}) {
    MINGMA_TRY(const std::uint32_t batch, working.brake(batch_brake_key(ask.submission)));
    if (batch >= brakes.batch_approval_above) reasons |= kReasonBatchBrake;
  }
  return reasons;
}

Result<void> count_worsening(Working& working, const BrakeAsk& ask, std::uint8_t reasons) {
  if (ask.submission != SubmissionId{}) MINGMA_CHECK(add_one(working, batch_brake_key(ask.submission)));
  if (ask.mode == BrakeMode::kLook || (ask.mode == BrakeMode::kTake && reasons != 0)) return {};
  const BrakeHour hour = brake_hour(working.time());
  MINGMA_CHECK(add_one(working, signer_brake_key(ask.institution, ask.signer, hour)));
  return add_one(working, institution_brake_key(ask.institution, hour));
}

// u32: the hour in which it was given << 8 | reasons << 1 | 1.
void keep_answer(Working& working, const BrakeAnswer& answer, UnixSeconds at) {
  working.set_brake(brake_answer_key(answer.ask),
                    brake_hour(at).value << 8 | std::uint32_t{answer.reasons} << 1 | kGiven);
}

Result<std::optional<std::uint8_t>> find_answer(const Working& working, const BrakeAsk& ask) {
  MINGMA_TRY(const std::uint32_t kept, working.brake(brake_answer_key(ask)));
  if (kept == 0 || brake_hour(working.time()).value > (kept >> 8) + 1) return std::optional<std::uint8_t>{};
  return std::optional<std::uint8_t>(static_cast<std::uint8_t>(kept >> 1 & 0x7f));
}

Result<void> forget_answers(Working& working, const BrakeAsk& ask) {
  BrakeAsk any = ask;
  for (const BrakeMode mode : {BrakeMode::kTake, BrakeMode::kCount, BrakeMode::kLook}) {
    any.mode = mode;
    const Bytes key = brake_answer_key(any);
    MINGMA_TRY(const std::uint32_t kept, working.brake(key));
    if (kept != 0) working.set_brake(key, 0);
  }
  return {};
}

}  // namespace mingma::shard
