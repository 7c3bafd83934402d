// The embedded ShardLog: records live in one table of the shard's own store. Nothing to install.
//
// Threading: as ShardLog. Ownership is the store's directory lock; epochs are kept all the same, so that a log can
// move.
#pragma once

#include <memory>

#include "log/shard_log.h"
#include "store/store.h"

namespace mingma::log {

// Reads the end of the chain from the table. `store` must outlive the log.
Result<std::unique_ptr<ShardLog>> open_local_log(const store::Store& store, store::TableId table);

// The chain up to `store`'s last record, for readers that are no owner (audit, followers).
Result<void> read_log(const store::Reader& reader, store::TableId table, Sequence from, const ShardLog::Visitor& visit);

}  // namespace mingma::log
