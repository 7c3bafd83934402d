#include "feed/splitter.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/rng.h"

namespace mingma::feed {
namespace {

std::vector<std::string> split(RecordKind kind, std::string_view input, std::size_t chunk,
                               std::size_t record_bytes_max = 1'000) {
  RecordSplitter splitter(kind, record_bytes_max);
  std::vector<std::string> records;
  const auto sink = [&](const RawRecord& record) {
    records.push_back(std::to_string(record.line) + ":" + (record.too_long ? "<too long>" : std::string(record.text)));
  };
  for (std::size_t at = 0; at < input.size(); at += chunk) splitter.push(input.substr(at, chunk), sink);
  splitter.finish(sink);
  return records;
}

using Records = std::vector<std::string>;

TEST(RecordSplitter, ChunkBoundariesDoNotMatter) {
  const std::string_view input = "\xEF\xBB\xBF{\"a\":1}\r\n\n{\"b\":2}\n   \n{\"c\":3}";
  const Records expected{"1:{\"a\":1}", "3:{\"b\":2}", "5:{\"c\":3}"};
  for (std::size_t chunk = 1; chunk <= input.size(); ++chunk)
    EXPECT_EQ(split(RecordKind::kNdjson, input, chunk), expected) << chunk;
}

TEST(RecordSplitter, QuotedLineEndsBelongToTheCsvRecord) {
  const std::string_view input = "a,b\r\n\"one\ntwo\",\"say \"\"hi\"\"\n\"\n3,4\n";
  const Records expected{"1:a,b", "2:\"one\ntwo\",\"say \"\"hi\"\"\n\"", "5:3,4"};
  for (std::size_t chunk = 1; chunk <= input.size(); ++chunk)
    EXPECT_EQ(split(RecordKind::kCsv, input, chunk), expected) << chunk;
}

TEST(RecordSplitter, AQuoteInsideAPlainFieldDoesNotSwallowTheFile) {
  EXPECT_EQ(split(RecordKind::kCsv, "5\" pipe,x\nnext,y\n", 100), (Records{"1:5\" pipe,x", "2:next,y"}));
}

TEST(RecordSplitter, ATooLongLineIsReportedOnceAndTheRestIsRead) {
  const std::string input = "ok\n" + std::string(50, 'x') + "\nok2\n" + std::string(10, 'y');
  const Records expected{"1:ok", "2:<too long>", "3:ok2", "4:yyyyyyyyyy"};
  for (std::size_t chunk = 1; chunk <= 60; ++chunk)
    EXPECT_EQ(split(RecordKind::kNdjson, input, chunk, 10), expected) << chunk;
}

TEST(RecordSplitter, AnUnclosedQuoteCostsOneRecordNotTheWholeFile) {
  const std::string input = "a\n\"never closed\n" + std::string(40, 'x') + "\nb\nc\n";
  // The limit is reached inside the quoted field, which then ends at the next line end, however the bytes come.
  for (std::size_t chunk = 1; chunk <= input.size(); ++chunk)
    EXPECT_EQ(split(RecordKind::kCsv, input, chunk, 20), (Records{"1:a", "2:<too long>", "4:b", "5:c"})) << chunk;
}

TEST(RecordSplitter, BytesOfATooLongLineAreGivenInPiecesWithoutItsLineEnd) {
  const std::string input = "ok\n" + std::string(50, 'x') + "\r\r\nok2\n" + std::string(11, 'y');
  for (std::size_t chunk = 1; chunk <= input.size(); ++chunk) {
    RecordSplitter splitter(RecordKind::kNdjson, 10);
    Records records;
    std::string pieces;
    splitter.give_long_records_to([&](std::string_view piece) { pieces += piece; });
    const auto sink = [&](const RawRecord& record) {
      records.push_back(std::string(record.text) + std::exchange(pieces, {}));
    };
    for (std::size_t at = 0; at < input.size(); at += chunk)
      splitter.push(std::string_view(input).substr(at, chunk), sink);
    splitter.finish(sink);
    EXPECT_EQ(records, (Records{"ok", std::string(50, 'x') + "\r", "ok2", std::string(11, 'y')})) << chunk;
  }
}

TEST(RecordSplitter, EmptyInputHasNoRecords) {
  EXPECT_TRUE(split(RecordKind::kNdjson, "", 1).empty());
  EXPECT_TRUE(split(RecordKind::kNdjson, "\xEF\xBB\xBF", 1).empty());
  EXPECT_TRUE(split(RecordKind::kCsv, "\n\r\n", 1).empty());
  EXPECT_EQ(split(RecordKind::kNdjson, "\xEF\xBB", 1), (Records{"1:\xEF\xBB"}));  // no mark: bytes like any other
}

TEST(RecordSplitter, RandomCutsOfRandomTextAgreeWithOnePiece) {
  const std::uint64_t seed = 20221111;
  SCOPED_TRACE("seed " + std::to_string(seed));
  SeededRng rng(seed);
  for (int round = 0; round < 2'000; ++round) {
    std::string input;
    const std::size_t length = rng.below(60);
    for (std::size_t i = 0; i < length; ++i) input += "\"\",a\n\r\xEF\xBB\xBF"[rng.below(9)];
    for (const RecordKind kind : {RecordKind::kNdjson, RecordKind::kCsv}) {
      RecordSplitter splitter(kind, 1'000);
      Records records;
      const auto sink = [&](const RawRecord& record) {
        records.push_back(std::to_string(record.line) + ":" + std::string(record.text));
      };
      for (std::size_t at = 0; at < input.size();) {
        const std::size_t n = std::min<std::size_t>(rng.below(5), input.size() - at);
        splitter.push(std::string_view(input).substr(at, n), sink);
        at += n;
      }
      splitter.finish(sink);
      ASSERT_EQ(records, split(kind, input, input.size() + 1)) << input;
    }
  }
}

}  // namespace
}  // namespace mingma::feed
