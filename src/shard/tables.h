// The tables of a shard's store. What each holds, who gains what by changing it, and when it ends: docs/data.md.
#pragma once

#include <array>
#include <span>

#include "store/store.h"

namespace mingma::shard {

inline constexpr store::TableId kLogTable{0};        // sequence -> record (log/local_log.h)
inline constexpr store::TableId kRowsTable{1};       // row u32 -> row image (shard/row.h); restart reads it whole
inline constexpr store::TableId kResidentsTable{2};  // resident -> sealed person; resident | 'd' | device -> device key
inline constexpr store::TableId kEvidenceTable{
    3};  // resident | first 16 bytes of statement id -> evidence image (shard/record.h)
inline constexpr store::TableId kSubmissionsTable{
    4};  // submission id -> sealed manifest; id | part u32 | first line u32 -> outcomes
inline constexpr store::TableId kDecisionsTable{5};    // resident | version u32 -> decision image (shard/record.h)
inline constexpr store::TableId kControlTable{6};      // index u32 -> control document with signatures
inline constexpr store::TableId kLedgerTilesTable{7};  // packed hash tiles and entry bundles (ledger room's keys)
inline constexpr store::TableId kLedgerMetaTable{8};   // right edge of the tree
inline constexpr store::TableId kCheckpointsTable{9};  // the service's: signed checkpoints
inline constexpr store::TableId kKeysTable{10};  // the service's: wrapped resident and period keys; never in the log
inline constexpr store::TableId kMetaTable{
    11};  // "state" -> log position and counters of the machine; "s/..." is the service's
inline constexpr store::TableId kHoldsTable{12};    // resident | first 16 bytes of statement id -> hold (shard/hold.h)
inline constexpr store::TableId kBrakesTable{13};   // counts, clearances, passkey counters (shard/brakes.h)
inline constexpr store::TableId kCasesTable{14};    // appeals and their steps (shard/case.h)
inline constexpr store::TableId kLookUpsTable{15};  // who read what about whom (shard/look_up.h)
inline constexpr store::TableId kNoticesTable{16};  // alarms and figures (shard/notice.h)
inline constexpr store::TableId kFamilyTable{17};   // guardians and paper codes (shard/family.h)
inline constexpr store::TableId kNeighboursTable{18};  // statements to and from other provinces
inline constexpr std::size_t kTableCount = 19;

inline std::array<store::TableSpec, kTableCount> shard_tables() {
  using enum store::TableKind;
  return {{{"log", kBlob},
           {"rows", kPoint},
           {"residents", kPoint},
           {"evidence", kPoint},
           {"submissions", kSequence},
           {"decisions", kPoint},
           {"control", kSequence},
           {"ledger_tiles", kBlob},
           {"ledger_meta", kPoint},
           {"checkpoints", kSequence},
           {"keys", kPoint},
           {"meta", kPoint},
           {"holds", kSequence},
           {"brakes", kPoint},
           {"cases", kSequence},
           {"lookups", kSequence},
           {"notices", kSequence},
           {"family", kPoint},
           {"neighbours", kPoint}}};
}

// Which tables the state digest covers: everything that is a fold over the log.
inline constexpr std::array<store::TableId, 15> kDigestTables{
    kRowsTable,    kResidentsTable,   kEvidenceTable,   kSubmissionsTable, kDecisionsTable,
    kControlTable, kLedgerTilesTable, kLedgerMetaTable, kCasesTable,       kLookUpsTable,
    kNoticesTable, kFamilyTable,      kNeighboursTable, kHoldsTable,       kBrakesTable};

}  // namespace mingma::shard
