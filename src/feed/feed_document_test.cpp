// The examples in docs/formats/feeds.md give what the page says.
#include <gtest/gtest.h>

#include "base/json.h"
#include "feed/feed_test_support.h"

namespace mingma::feed {
namespace {

std::string block(const std::string& language) {
  const std::string page = test::slurp(MINGMA_SOURCE_DIR "/docs/formats/feeds.md");
  const std::string fence = "```" + language + "\n";
  const std::size_t begin = page.find(fence);
  if (begin == std::string::npos) return {};
  return page.substr(begin + fence.size(), page.find("```", begin + fence.size()) - begin - fence.size());
}

TEST(FeedDocument, TheFhirExample) {
  const auto json = parse_json(block("json"));
  ASSERT_TRUE(json.ok());
  FeedParser parser(FeedFormat::kFhirNdjson, {test::kReceived});
  LineResult result;
  parser.parse(json->to_string(), result);
  EXPECT_EQ(
      test::describe(result),
      "add negative molecular 2022-11-11T00:00:00Z .. 2022-11-11T12:00:00Z S-20221111-0000001 of 11010519491231002X");
}

TEST(FeedDocument, TheCsvExample) {
  std::vector<std::string> outcomes;
  test::for_each_record(block("csv"), FeedFormat::kLabCsv, {test::kReceived},
                        [&](std::uint64_t, const LineResult& result) { outcomes.push_back(test::describe(result)); });
  EXPECT_EQ(outcomes,
            (std::vector<std::string>{
                "ignored feed.header",
                "add negative molecular 2022-11-11T00:00:00Z .. 2022-11-11T12:00:00Z S-1 of 11010519491231002X"}));
}

}  // namespace
}  // namespace mingma::feed
