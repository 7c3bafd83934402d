// Error codes of the store room. Explained in docs/errors.md.
#pragma once

#include "base/error.h"

namespace mingma::store::errors {

inline constexpr ErrorInfo kFailed{"store.failed", 503, Retry::kLater};          // a read or write failed; for a write: unknown state
inline constexpr ErrorInfo kCannotOpen{"store.cannot_open", 500, Retry::kAfterFix};
inline constexpr ErrorInfo kUnsupported{"store.unsupported", 500, Retry::kNo};   // copy_to on a store in memory

}  // namespace mingma::store::errors
