// Error codes of the base room. Explained in docs/errors.md.
#pragma once

#include "base/error.h"

namespace mingma::errors {

inline constexpr ErrorInfo kInvalidText{"base.invalid_text", 400, Retry::kAfterFix};  // hex, base64, base45
inline constexpr ErrorInfo kInvalidId{"base.invalid_id", 400, Retry::kAfterFix};      // ResidentId, DivisionCode, ...
inline constexpr ErrorInfo kInvalidTime{"base.invalid_time", 400, Retry::kAfterFix};  // date or date-time
inline constexpr ErrorInfo kInvalidCbor{"base.invalid_cbor", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kInvalidJson{"base.invalid_json", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kTooLarge{"base.too_large", 413, Retry::kAfterFix};

}  // namespace mingma::errors
