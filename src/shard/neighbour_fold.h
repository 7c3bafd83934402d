// Exports, imports and acknowledgements within an event. Owner, replica and audit use the same functions. Internal to
// the room.
#pragma once

#include "shard/authority.h"
#include "shard/event.h"
#include "shard/keys.h"
#include "shard/record.h"
#include "shard/working.h"

namespace mingma::shard {

// What a row is said to be decided again for.
inline DecisionCause cause_of(AuthorityKind authority) {
  return authority == AuthorityKind::kImported ? DecisionCause::kImport : DecisionCause::kStatements;
}

// ---- at the receiver

struct CheckedImport {
  CheckedAuthority authority;  // digest of the material
  ProvedImport proved;
  Digest exported{};
};
// The command's document is an export material; its one line must be what it proves, for the resident the service
// found.
Result<CheckedImport> check_import(const StatementsCommand& command, const ControlState& control, UnixSeconds now);
ImportOperation make_import(const CheckedImport& checked, DivisionCode origin, const StatementEntry& entry);
Result<void> fold_import(Working& working, const ImportOperation& op);

// ---- at the origin

// The evidence that an order names, found by its record number: effective, by the institution that signs the order.
Result<StoredEvidence> find_exportable(Working& working, RowNumber row, InstitutionNumber institution,
                                       const RecordTag& record);
Result<Digest> check_export_order(const Working& working, const ExportOperation& op, const PersonalDocument& order);
// Registered, trusted province in force, not given away before, within the limit.
Result<void> check_export(Working& working, const ExportOperation& op);
// To whom a correction must follow what it corrects, ascending.
Result<std::vector<DivisionCode>> provinces_to_follow(Working& working, const ResidentId& resident,
                                                      InstitutionNumber institution, const StatementEntry& entry);
Result<Acknowledgement> check_acknowledgement(Working& working, const AcknowledgeOperation& op);

Bytes encode_export_record(const ExportOperation& op, std::string_view institution, UnixSeconds at);
Bytes encode_acknowledged_record(const AcknowledgeOperation& op, UnixSeconds at);
Leaf make_export_leaf(const Working& working, const ResidentId& resident, InstitutionNumber institution);

Result<void> fold_export(Working& working, const ExportOperation& op, std::uint32_t index);
Result<void> fold_acknowledge(Working& working, const AcknowledgeOperation& op, std::uint32_t index);
Result<void> place_export(Working& working, const ExportOperation& op, LeafIndex leaf);
Result<void> place_acknowledge(Working& working, const AcknowledgeOperation& op, LeafIndex leaf);

// Of neighbour_store.cpp.
Bytes unacknowledged_key(UnixSeconds at, ByteView export_key);
Bytes import_key(const ResidentId& resident, const StatementId& statement);
Bytes imported_key(const Digest& exported);
Bytes encode_import(const ImportOperation& op, UnixSeconds at);

}  // namespace mingma::shard
