// Any bytes as a CSV file: split, parsed, never a crash, and statements only with evidence that fits its schema.
#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "feed/feed.h"
#include "feed/splitter.h"
#include "rules/evidence.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mingma;
  feed::FeedParser parser(feed::FeedFormat::kLabCsv, {UnixSeconds{1'700'000'000}});
  feed::LineResult result;
  feed::RecordSplitter splitter(feed::RecordKind::kCsv, 4'096);
  const auto sink = [&](const feed::RawRecord& record) {
    if (record.too_long) return;
    parser.parse(record.text, result);
    for (const feed::FeedStatement& statement : result.statements) {
      MINGMA_ASSERT(statement.action == shard::StatementAction::kWithdraw ||
                    rules::check_evidence(statement.evidence).ok());
      MINGMA_ASSERT(!statement.source_record.empty() && statement.source_record.size() <= feed::kSourceRecordBytesMax);
    }
  };
  splitter.push({reinterpret_cast<const char*>(data), size}, sink);
  splitter.finish(sink);
  return 0;
}
