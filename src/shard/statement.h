// Statement: one signed piece of evidence about one resident.
//
// Format: docs/formats/statement.md. The canonical form is deterministic CBOR; StatementId is its SHA-256, for
// additions with signed_at 0: an institution that says the same about the same record again, in whatever submission and
// on whatever day, has said nothing new. Corrections are dated: the same correction may be needed twice. Threading:
// values.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/time.h"
#include "rules/evidence.h"

namespace mingma::shard {

using StatementId = Digest;

// An institution's identifier: its unified social credit code or a registry number; 3 to 32 of [0-9A-Za-z-].
using InstitutionId = std::string;

// What a statement does to earlier ones of the same institution.
enum class StatementAction : std::uint8_t {
  kAdd = 1,       // new evidence
  kReplace = 2,   // correction: `earlier_record` no longer counts, this evidence counts instead
  kWithdraw = 3,  // correction: `earlier_record` no longer counts; `evidence` repeats its kind, nothing else is read
};

struct Statement {
  ResidentId resident;
  InstitutionId institution;  // the resident's own declarations: "self"
  StatementAction action = StatementAction::kAdd;
  rules::Evidence evidence;
  std::string source_record;  // specimen, case-report, border-crossing number at the institution; 1 to 64 bytes
  std::string
      earlier_record;  // for kReplace and kWithdraw: the source record that stops counting; may equal source_record
  std::string
      reason;  // for corrections, a closed word: "entered_in_error", "amended", "appeal", "duplicate"; else empty
  UnixSeconds signed_at{};  // when the institution issued it

  bool operator==(const Statement&) const = default;
};

// Refuses missing or over-long fields, unknown reasons, evidence against its schema.
Result<void> check_statement(const Statement& statement);
Bytes encode_statement(const Statement& statement);
Result<Statement> decode_statement(ByteView canonical);
StatementId statement_id(const Statement& statement);

}  // namespace mingma::shard
