// What institutions and reviewers sign in a case: exact bytes are kept, sealed under the resident's key.
//
// {"type":"case_reply","institution":"...","ticket":"0000-010-250","statement":"<64 hex>","answer":"substantiated",
//  "evidence":{"kind":...},"source_record":"...","grounds":"...","signed_at":"..."}
//   answer: "substantiated" says again, from the institution's own records, what the statement says (it must be the
//   very record that the ledger commits to); "not_substantiated" and "corrected" have no evidence and source_record.
// {"type":"case_decision","institution":"...","ticket":"...","outcome":"corrected","statements":["<64 hex>"],
//  "reply":{"zh":"...","en":"..."},"signed_at":"..."}
//   outcome: "upheld", "corrected" (statements: those suspended), "reinstated" (statements: those that count again).
//
// The signature is over document_digest(type, bytes) with a key in force of the institution, or of one of its officers
// who sign for it (executing, approving, ordering, case).
// Threading: values. Limits: 64 KiB; texts 4,000 bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/policy.h"
#include "shard/case.h"
#include "shard/control.h"

namespace mingma::shard {

inline constexpr std::string_view kCaseReply = "case_reply";
inline constexpr std::string_view kCaseDecision = "case_decision";
inline constexpr std::string_view kCaseMaterial = "material";

struct CaseReply {
  InstitutionId institution;
  Ticket ticket{};
  StatementId statement{};
  CaseAnswer answer = CaseAnswer::kSubstantiated;  // or kNotSubstantiated, kCorrected
  rules::Evidence evidence;                        // kSubstantiated only
  std::string source_record;                       // kSubstantiated only
  std::string grounds;
  UnixSeconds signed_at{};
};
Result<CaseReply> parse_case_reply(std::string_view bytes);

struct CaseDecision {
  InstitutionId institution;
  Ticket ticket{};
  CaseEnd end = CaseEnd::kUpheld;  // kUpheld or kCorrected
  bool reinstates = false;         // then `end` says nothing
  std::vector<StatementId> statements;
  rules::LocalText reply;
  UnixSeconds signed_at{};
};
Result<CaseDecision> parse_case_decision(std::string_view bytes);

// Is `signature` one of this institution's over the document, with a key in force at `at`? kShardUnknownKey,
// kShardBadSignature.
Result<void> check_case_signature(const ControlState& control, InstitutionNumber institution,
                                  const CaseContent& content, UnixSeconds at);

}  // namespace mingma::shard
