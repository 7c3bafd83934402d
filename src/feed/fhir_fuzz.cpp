// Any bytes as one FHIR line: an outcome, never a crash, and statements only with evidence that fits its schema.
#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "feed/feed.h"
#include "rules/evidence.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mingma;
  static feed::FeedParser parser(feed::FeedFormat::kFhirNdjson, {UnixSeconds{1'700'000'000}});
  static feed::LineResult result;
  parser.parse({reinterpret_cast<const char*>(data), size}, result);
  MINGMA_ASSERT((result.outcome == feed::Outcome::kStatements) == !result.statements.empty());
  MINGMA_ASSERT((result.outcome == feed::Outcome::kStatements) == (result.code == nullptr));
  for (const feed::FeedStatement& statement : result.statements) {
    MINGMA_ASSERT(statement.action == shard::StatementAction::kWithdraw ||
                  rules::check_evidence(statement.evidence).ok());
    MINGMA_ASSERT(!statement.source_record.empty() && statement.source_record.size() <= feed::kSourceRecordBytesMax);
    MINGMA_ASSERT(!statement.person.number.empty());
  }
  return 0;
}
