// Error codes of the code room. Explained in docs/errors.md.
#pragma once

#include "base/error.h"

namespace mingma::errors {

// Wrong prefix, encoding, structure or size: not a health code, not a certificate of a known form.
inline constexpr ErrorInfo kCodeMalformed{"code.malformed", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kCodeInvalidClaims{"code.invalid_claims", 500,
                                              Retry::kNo};  // asked to sign what no door could read
inline constexpr ErrorInfo kCodeUnknownSigner{"code.unknown_signer", 422, Retry::kAfterFix};
inline constexpr ErrorInfo kCodeBadSignature{"code.bad_signature", 422, Retry::kAfterFix};
inline constexpr ErrorInfo kCodeNotValidNow{"code.not_valid_now", 422,
                                            Retry::kAfterFix};  // certificate, signer or pack out of its time
inline constexpr ErrorInfo kCodeWrongUsage{"code.wrong_usage", 422,
                                           Retry::kAfterFix};  // the signer may not sign this kind of content
inline constexpr ErrorInfo kPackMalformed{"code.pack_malformed", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kPackRolledBack{"code.pack_rolled_back", 409, Retry::kLater};  // older than one seen before

}  // namespace mingma::errors
