// Where a log's files are: a folder, or a web address.
#pragma once

#include <string>

#include "base/error.h"
#include "ledger/tile_source.h"

namespace mingma::app {

// `location`: "http://...", "https://..." or a folder. A web address is read over one kept connection, so the function
// belongs to one thread. A missing file is ledger.no_such_tile.
Result<ledger::FetchResource> open_log(const std::string& location);

}  // namespace mingma::app
