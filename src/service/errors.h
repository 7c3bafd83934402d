// Error codes of the service room. Explained in docs/errors.md.
#pragma once

#include "base/error.h"

namespace mingma::errors {

inline constexpr ErrorInfo kOverloaded{"service.overloaded", 503, Retry::kLater};  // the shard's queue is full
inline constexpr ErrorInfo kShardStopped{"service.shard_stopped", 503,
                                         Retry::kLater};                        // after a failed or unknown write
inline constexpr ErrorInfo kNotReady{"service.not_ready", 503, Retry::kLater};  // still opening, or shutting down
inline constexpr ErrorInfo kNoSuchThing{"service.not_found", 404, Retry::kNo};
inline constexpr ErrorInfo kNotRegistered{"service.not_registered", 404, Retry::kAfterFix};  // no such resident
inline constexpr ErrorInfo kUnknownDevice{"service.unknown_device", 403,
                                          Retry::kAfterFix};                    // device key not enrolled, or no longer
inline constexpr ErrorInfo kNoColour{"service.no_colour", 409, Retry::kLater};  // no policy in force, or undetermined
inline constexpr ErrorInfo kUnknownKey{"service.unknown_key", 401,
                                       Retry::kAfterFix};  // no institution in force has this key
inline constexpr ErrorInfo kSignatureRefused{"service.bad_signature", 401, Retry::kAfterFix};
inline constexpr ErrorInfo kForbidden{"service.forbidden", 403, Retry::kNo};  // key is good, but not allowed to do this
inline constexpr ErrorInfo kBadRequest{"service.invalid_request", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kSubmissionConflict{"service.conflict", 409, Retry::kAfterFix};  // same id, other content
inline constexpr ErrorInfo kDigestMismatch{"service.digest_mismatch", 422,
                                           Retry::kAfterFix};  // body is not what the manifest names
inline constexpr ErrorInfo kKeyDestroyed{"service.key_destroyed", 410, Retry::kNo};    // the record's key was destroyed
inline constexpr ErrorInfo kBundleRefused{"service.bundle_refused", 422, Retry::kNo};  // a proof in a bundle fails
inline constexpr ErrorInfo kItDid{"service.it_did", 409, Retry::kNo};  // no negative: the institution did do it
inline constexpr ErrorInfo kUnknownIssuer{"service.unknown_issuer", 422,
                                          Retry::kAfterFix};  // of a certificate from abroad
inline constexpr ErrorInfo kOthersCertificate{"service.others_certificate", 403, Retry::kNo};
inline constexpr ErrorInfo kDataDir{"service.data_dir", 500,
                                    Retry::kAfterFix};  // missing, foreign, newer layout, locked
inline constexpr ErrorInfo kStricterThanProvince{"service.stricter_than_province", 422,
                                                 Retry::kAfterFix};  // refuted, with somebody it is stricter for
inline constexpr ErrorInfo kPolicyNotProved{"service.policy_not_proved", 422, Retry::kAfterFix};  // the solver gave up
inline constexpr ErrorInfo kStoreFailed{"service.store_failed", 500, Retry::kLater};

}  // namespace mingma::errors
