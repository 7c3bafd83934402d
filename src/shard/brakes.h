// Brakes: how many residents signers and institutions made worse, and of what a resident was cleared. Keys and values
// of kBrakesTable; who counts, and how: brake_count.h.
//
// Threading: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/time.h"
#include "rules/evidence.h"
#include "shard/brake_count.h"
#include "shard/keys.h"
#include "shard/record.h"
#include "shard/row.h"

namespace mingma::shard {

using BrakeHour = StrongInteger<struct BrakeHourTag, std::uint32_t>;
inline BrakeHour brake_hour(UnixSeconds at) { return {static_cast<std::uint32_t>(at.value / 3'600)}; }

// Values: u32 little-endian.
Bytes signer_brake_key(InstitutionNumber institution, std::string_view signer, BrakeHour hour);  // residents made worse
Bytes institution_brake_key(InstitutionNumber institution, BrakeHour hour);
Bytes batch_brake_key(const SubmissionId& submission);  // of one submission, held ones among them
Bytes counter_key(std::string_view key_id);             // a passkey's last signature counter
Bytes brake_answer_key(const BrakeAsk& ask);            // the control shard's answer, until it is used
// When the resident was last cleared of this kind by this institution; of this very record.
Bytes cleared_kind_key(const ResidentId& resident, InstitutionNumber institution, rules::EvidenceKind kind);
Bytes cleared_record_key(const ResidentId& resident, InstitutionNumber institution, const RecordTag& record);

Bytes encode_brake(std::uint32_t value);
std::uint32_t decode_brake(ByteView bytes);

}  // namespace mingma::shard
