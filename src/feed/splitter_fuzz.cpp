// The first byte chooses the kind and the size of the chunks; cut anywhere, the records are the same as from one piece.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/assert.h"
#include "feed/splitter.h"

namespace {

std::vector<std::string> split(mingma::feed::RecordKind kind, std::string_view text, std::size_t chunk) {
  mingma::feed::RecordSplitter splitter(kind, 1u << 20);
  std::vector<std::string> records;
  const auto sink = [&](const mingma::feed::RawRecord& record) {
    records.push_back(std::to_string(record.line) + ":" + std::string(record.text));
  };
  for (std::size_t at = 0; at < text.size(); at += chunk) splitter.push(text.substr(at, chunk), sink);
  splitter.finish(sink);
  return records;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto kind = data[0] % 2 == 0 ? mingma::feed::RecordKind::kNdjson : mingma::feed::RecordKind::kCsv;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  MINGMA_ASSERT(split(kind, text, 1 + data[0] / 2) == split(kind, text, text.size()));
  return 0;
}
