// CBOR of guardianship and paper operations, without the tag that stands before them. Internal to the room.
#pragma once

#include "base/cbor.h"
#include "shard/family.h"

namespace mingma::shard {

inline constexpr std::uint64_t kGuardianshipFields = 11;
inline constexpr std::uint64_t kPaperFields = 14;

void write_fields(CborWriter& out, const GuardianshipOperation& op);
void write_fields(CborWriter& out, const PaperOperation& op);
Result<GuardianshipOperation> read_guardianship_fields(CborReader& in);
Result<PaperOperation> read_paper_fields(CborReader& in);

}  // namespace mingma::shard
