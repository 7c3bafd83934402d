// Error codes of the store room. Explained in docs/errors.md.
#pragma once

#include "base/error.h"

namespace mingma::errors {

inline constexpr ErrorInfo kStoreIoFailed{"store.failed", 503,
                                          Retry::kLater};  // a read or write failed; for a write: unknown state
inline constexpr ErrorInfo kStoreCannotOpen{"store.cannot_open", 500, Retry::kAfterFix};
inline constexpr ErrorInfo kStoreUnsupported{"store.unsupported", 500, Retry::kNo};  // copy_to on a store in memory

}  // namespace mingma::errors
