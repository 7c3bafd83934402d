// CBOR of exports, imports and acknowledgements, without the tag that stands before them. Internal to the room.
#pragma once

#include "base/cbor.h"
#include "shard/neighbour.h"

namespace mingma::shard {

inline constexpr std::uint64_t kExportFields = 9;
inline constexpr std::uint64_t kImportFields = 12;
inline constexpr std::uint64_t kAcknowledgeFields = 7;

void write_fields(CborWriter& out, const ExportOperation& op);
void write_fields(CborWriter& out, const ImportOperation& op);
void write_fields(CborWriter& out, const AcknowledgeOperation& op);
Result<ExportOperation> read_export_fields(CborReader& in);
Result<ImportOperation> read_import_fields(CborReader& in);
Result<AcknowledgeOperation> read_acknowledge_fields(CborReader& in);

}  // namespace mingma::shard
