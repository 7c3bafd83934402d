// The first byte chooses the kind and the size of the chunks, the second the limit; cut anywhere, the records and the
// pieces of those over the limit are the same as from one chunk.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/assert.h"
#include "feed/splitter.h"

namespace {

std::vector<std::string> split(mingma::feed::RecordKind kind, std::string_view text, std::size_t limit,
                               std::size_t chunk) {
  mingma::feed::RecordSplitter splitter(kind, limit);
  std::vector<std::string> records;
  std::string long_record;
  splitter.give_long_records_to([&](std::string_view piece) { long_record += piece; });
  const auto sink = [&](const mingma::feed::RawRecord& record) {
    MINGMA_ASSERT(record.too_long == (long_record.size() > limit));
    records.push_back(std::to_string(record.line) + ":" + std::string(record.text) + long_record);
    long_record.clear();
  };
  for (std::size_t at = 0; at < text.size(); at += chunk) splitter.push(text.substr(at, chunk), sink);
  splitter.finish(sink);
  return records;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const auto kind = data[0] % 2 == 0 ? mingma::feed::RecordKind::kNdjson : mingma::feed::RecordKind::kCsv;
  const std::size_t limit = data[1] == 0 ? 1u << 20 : data[1];
  const std::string_view text(reinterpret_cast<const char*>(data + 2), size - 2);
  MINGMA_ASSERT(split(kind, text, limit, 1 + data[0] / 2) == split(kind, text, limit, text.size()));
  return 0;
}
