// Internal to the feed room: one CSV record to one statement, or the reason why not (Retry::kNo: ignored).
#pragma once

#include "feed/csv_layout.h"
#include "feed/feed.h"

namespace mingma::feed {

Result<FeedStatement> read_csv_row(const FeedContext& context, const CsvLayout& layout, const CsvFields& row);

}  // namespace mingma::feed
