// Checks a whole log, or all that was added to it since a checkpoint checked before, through a fetch function.
//
// It trusts the policy's keys only. It hashes every entry, compares every hash with every tile, and both with the
// signed root; so one changed bit anywhere in what a log of this size serves is found, and named.
// Threading: one caller.
// Memory: one bundle and one tile per level.
// Errors: of checkpoints; kLedgerBroken or kInvalidBundle with the path of the resource in where(); kSplitView when
// the log does not extend the earlier checkpoint; errors of the fetch function.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "ledger/checkpoint.h"
#include "ledger/tile_source.h"

namespace mingma::ledger {

struct LogReport {
  OpenedCheckpoint opened;    // the checkpoint everything was compared with
  std::uint64_t entries = 0;  // entries hashed
  std::uint64_t tiles = 0;    // hash tiles and bundles read
};

// Sees each entry in order, after its bundle agreed with its tile. An error stops the check and is returned.
using EntryVisitor = std::function<Result<void>(LeafIndex, ByteView)>;

// From the first entry on.
Result<LogReport> verify_log(const FetchResource& fetch, const LogPolicy& policy, const EntryVisitor& visit = {});
// From a tree head that was checked before: the log must extend it, and every entry since is checked.
Result<LogReport> verify_log_since(const FetchResource& fetch, const LogPolicy& policy, const TreeHead& earlier,
                                   const EntryVisitor& visit = {});

// One entry's proof from a log's public tiles, ready to be kept; checked before it is returned.
Result<std::string> fetch_tlog_proof(const FetchResource& fetch, const LogPolicy& policy, LeafIndex index);

// Every resource of the log as its public files: path and bytes, checkpoint last. For copies and static hosting.
using ResourceSink = std::function<Result<void>(std::string_view path, ByteView bytes)>;
Result<void> export_log(TileSource& source, std::string_view signed_checkpoint, const ResourceSink& sink);

}  // namespace mingma::ledger
