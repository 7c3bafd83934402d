// Error codes of the log room. Explained in docs/errors.md.
#pragma once

#include "base/error.h"

namespace mingma::errors {

inline constexpr ErrorInfo kLogBrokenChain{"log.broken_chain", 500,
                                           Retry::kNo};  // a record was altered, cut out or put in
inline constexpr ErrorInfo kLogNotOwner{"log.not_owner", 503,
                                        Retry::kLater};  // this process does not (or no longer) own the shard
inline constexpr ErrorInfo kLogTooLarge{"log.too_large", 413, Retry::kAfterFix};

}  // namespace mingma::errors
