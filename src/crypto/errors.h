// Error codes of the crypto room. Explained in docs/errors.md.
#pragma once

#include "base/error.h"

namespace mingma::errors {

inline constexpr ErrorInfo kInvalidKey{"crypto.invalid_key", 400, Retry::kAfterFix};  // key bytes or PEM
inline constexpr ErrorInfo kInvalidCertificate{"crypto.invalid_certificate", 400,
                                               Retry::kAfterFix};  // X.509 DER or PEM
inline constexpr ErrorInfo kSealBroken{"crypto.seal_broken", 500,
                                       Retry::kNo};  // wrong key, wrong context or changed bytes
inline constexpr ErrorInfo kInvalidDeflate{"crypto.invalid_deflate", 400,
                                           Retry::kAfterFix};  // no zlib stream, or cut short
inline constexpr ErrorInfo kInflatesTooLarge{"crypto.inflates_too_large", 413, Retry::kAfterFix};

}  // namespace mingma::errors
