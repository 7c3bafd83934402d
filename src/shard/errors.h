// Error codes of the shard room: why a command is refused as a whole. Refusals of single statements are Outcomes
// (event.h). Explained in docs/errors.md.
#pragma once

#include "base/error.h"

namespace mingma::errors {

inline constexpr ErrorInfo kShardInvalidStatement{"shard.invalid_statement", 422, Retry::kAfterFix};
inline constexpr ErrorInfo kShardInvalidDocument{"shard.invalid_document", 422,
                                                 Retry::kAfterFix};  // a control document; `where` names the member
inline constexpr ErrorInfo kShardInvalidEvent{"shard.invalid_event", 500,
                                              Retry::kNo};  // stored bytes that are no event
inline constexpr ErrorInfo kShardUnknownInstitution{"shard.unknown_institution", 403, Retry::kAfterFix};
inline constexpr ErrorInfo kShardUnknownKey{"shard.unknown_key", 403,
                                            Retry::kAfterFix};  // not a key of that institution in force
inline constexpr ErrorInfo kShardBadSignature{"shard.bad_signature", 403, Retry::kAfterFix};
inline constexpr ErrorInfo kShardNotAuthorised{"shard.not_authorised", 403,
                                               Retry::kAfterFix};  // signer may not publish this document
inline constexpr ErrorInfo kShardCounterBack{"shard.counter_back", 403,
                                             Retry::kNo};  // a passkey's counter did not rise
inline constexpr ErrorInfo kShardLineProof{"shard.line_proof", 422,
                                           Retry::kAfterFix};  // lines are not under the signed root
inline constexpr ErrorInfo kShardConflict{"shard.conflict", 409, Retry::kAfterFix};  // same id, other content
inline constexpr ErrorInfo kShardUnknownResident{"shard.unknown_resident", 404, Retry::kAfterFix};
inline constexpr ErrorInfo kShardNoGenesis{"shard.no_genesis", 409, Retry::kLater};
inline constexpr ErrorInfo kShardWrongShard{"shard.wrong_shard", 500,
                                            Retry::kNo};  // a command for another role or range
inline constexpr ErrorInfo kShardKeyDestroyed{"shard.key_destroyed", 410, Retry::kNo};
inline constexpr ErrorInfo kShardCaseStep{"shard.case_step", 409, Retry::kAfterFix};  // cannot follow in this case
inline constexpr ErrorInfo kShardUnknownCase{"shard.unknown_case", 404, Retry::kAfterFix};
inline constexpr ErrorInfo kShardNotSubstantiated{"shard.not_substantiated", 422,
                                                  Retry::kAfterFix};  // a reply that is not what the statement says
inline constexpr ErrorInfo kShardTooEarly{"shard.too_early", 409, Retry::kLater};   // these keys are needed still
inline constexpr ErrorInfo kShardPurpose{"shard.purpose", 403, Retry::kAfterFix};   // no purpose this role may have
inline constexpr ErrorInfo kShardUncounted{"shard.uncounted", 503, Retry::kLater};  // the control shard counts first
inline constexpr ErrorInfo kShardUnproved{"shard.unproved", 422,
                                          Retry::kAfterFix};  // a city's policy without proof or exception
inline constexpr ErrorInfo kShardNoProvincialPolicy{"shard.no_provincial_policy", 409, Retry::kAfterFix};
inline constexpr ErrorInfo kShardTooLarge{"shard.too_large", 413, Retry::kAfterFix};
inline constexpr ErrorInfo kShardNotGuardian{"shard.not_guardian", 403, Retry::kAfterFix};  // none in force
inline constexpr ErrorInfo kShardLimit{"shard.limit", 409, Retry::kAfterFix};  // guardians, dependants, paper codes
inline constexpr ErrorInfo kShardUnknownPaper{"shard.unknown_paper", 404, Retry::kNo};
inline constexpr ErrorInfo kShardNoDecision{"shard.no_decision", 409, Retry::kLater};  // no colour, or about to change
inline constexpr ErrorInfo kShardUntrustedProvince{"shard.untrusted_province", 403,
                                                   Retry::kAfterFix};  // no document of the roots trusts it now
inline constexpr ErrorInfo kShardBadProof{"shard.bad_proof", 422, Retry::kAfterFix};  // what came does not prove itself
inline constexpr ErrorInfo kShardDamaged{"shard.damaged", 500, Retry::kNo};           // stored state contradicts itself

}  // namespace mingma::errors
