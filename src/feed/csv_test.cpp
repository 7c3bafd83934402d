#include <gtest/gtest.h>

#include "feed/csv_fields.h"
#include "feed/errors.h"
#include "feed/feed_test_support.h"

namespace mingma::feed {
namespace {

constexpr std::string_view kHeader =
    "record,document_type,document_number,name,birth_date,method,result,pooled,sampled_at,reported_at,status,earlier_"
    "record";

// The outcome of one row under a header.
std::string row(std::string_view text, std::string_view header = kHeader) {
  FeedParser parser(FeedFormat::kLabCsv, {test::kReceived});
  LineResult result;
  parser.parse(header, result);
  EXPECT_EQ(test::describe(result), "ignored feed.header");
  parser.parse(text, result);
  for (const FeedStatement& statement : result.statements) {
    EXPECT_TRUE(statement.action == shard::StatementAction::kWithdraw ||
                rules::check_evidence(statement.evidence).ok());
  }
  return test::describe(result);
}

TEST(MinimalCsv, ARowIsAStatement) {
  EXPECT_EQ(
      row("S-1,resident_id,11010519491231002x,张三,1949-12-31,molecular,negative,,2022-11-11 08:00,2022-11-11 20:00,,"),
      "add negative molecular 2022-11-11T00:00:00Z .. 2022-11-11T12:00:00Z S-1 of 11010519491231002X");
}

TEST(MinimalCsv, ChineseHeaderAndWordsAreTheSame) {
  EXPECT_EQ(row("S-1,居民身份证,11010519491231002X,抗原,阳性,2022-11-11 08:00,是",
                "样本编号,证件类型,证件号码,检测方法,检测结果,采样时间,混采"),
            "add positive antigen pooled 2022-11-11T00:00:00Z S-1 of 11010519491231002X");
}

TEST(MinimalCsv, CorrectionsNameAnotherRecordOrTheirOwn) {
  EXPECT_EQ(row("S-2,,11010519491231002X,,,molecular,positive,,2022-11-11 08:00,,corrected,S-1"),
            "replace positive molecular 2022-11-11T00:00:00Z S-2 for S-1 (amended) of 11010519491231002X");
  EXPECT_EQ(row("S-1,,11010519491231002X,,,molecular,positive,,,,withdrawn,"),
            "withdraw S-1 for S-1 (entered_in_error) of 11010519491231002X");
}

TEST(MinimalCsv, WrongRowsAreRefusedWithTheirColumn) {
  EXPECT_EQ(row("S-1,resident_id,110105194912310021,,,molecular,negative,,2022-11-11 08:00,,,"),
            "rejected feed.invalid_identity at column document_number");
  EXPECT_EQ(row("S-1,card,1,,,molecular,negative,,2022-11-11 08:00,,,"),
            "rejected feed.invalid_code at column document_type");
  EXPECT_EQ(row("S-1,,,,,molecular,negative,,2022-11-11 08:00,,,"),
            "rejected feed.missing_identity at column document_number");
  EXPECT_EQ(row(",,11010519491231002X,,,molecular,negative,,2022-11-11 08:00,,,"),
            "rejected feed.missing_record at column record");
  EXPECT_EQ(row("S-1,,11010519491231002X,,,molecular,negative,,,,,"),
            "rejected feed.missing_time at column sampled_at");
  EXPECT_EQ(row("S-1,,11010519491231002X,,,molecular,negative,,2012-11-11,,,"),
            "rejected feed.time_out_of_range at column sampled_at");
  EXPECT_EQ(row("S-1,,11010519491231002X,,,molecular,negative,,2022-11-11 08:00,2022-11-10 08:00,,"),
            "rejected feed.times_contradict at column reported_at");
  EXPECT_EQ(row("S-1,,11010519491231002X,,,smell,negative,,2022-11-11 08:00,,,"),
            "rejected feed.invalid_code at column method");
  EXPECT_EQ(row("S-1,,11010519491231002X,,,molecular,negative,,2022-11-11 08:00,,Q,"),
            "rejected feed.invalid_code at column status");
  EXPECT_EQ(row("S-1,,11010519491231002X,,,molecular,healthy,,2022-11-11 08:00,,,"),
            "ignored feed.no_usable_value at column result");
  EXPECT_EQ(row("S-1,,11010519491231002X"), "rejected feed.invalid_csv");
  EXPECT_EQ(row("S-1,\"x\"y,,,,,,,,,,"), "rejected feed.invalid_csv at column 2");
}

TEST(PdiCsv, ThreeStatusColumnsMustNotContradictEachOther) {
  constexpr std::string_view kPdi =
      "Result_ID,Patient_ID,Ordered_test_code,Test_result_code,Specimen_collection_date_time,Test_result_status,Order_"
      "result_status,Observation_result_status";
  const auto with = [&](std::string_view statuses) {
    return row("R,7,94558-4,260373001,202211110800+0800," + std::string(statuses), kPdi);
  };
  EXPECT_TRUE(with("F,F,F").starts_with("add"));
  EXPECT_TRUE(with(",,").starts_with("add"));
  EXPECT_TRUE(with("U,F,F").starts_with("add"));
  EXPECT_TRUE(with("C,C,F").starts_with("replace"));
  EXPECT_TRUE(with("C,,W").starts_with("withdraw"));
  EXPECT_EQ(with("C,W,F"), "rejected feed.status_contradicts at column test_result_status");
  EXPECT_EQ(with("P,F,"), "rejected feed.status_contradicts at column test_result_status");
  EXPECT_EQ(with("P,,"), "ignored feed.preliminary at column test_result_status");
  EXPECT_EQ(with("X,,"), "ignored feed.not_done at column test_result_status");
}

TEST(CsvHeaders, UnknownRepeatedAndTooWideHeadersAreRefused) {
  const auto header = [](std::string_view text) {
    FeedParser parser(FeedFormat::kLabCsv, {test::kReceived});
    LineResult result;
    parser.parse(text, result);
    return test::describe(result);
  };
  EXPECT_EQ(header("a,b,c"), "rejected feed.unknown_layout");
  EXPECT_EQ(header(std::string(kHeader) + ",Record"), "rejected feed.duplicate_field at column record");
  EXPECT_EQ(header(std::string(300, ',')), "rejected feed.too_large");
  EXPECT_EQ(header("\xD5\xC5,b"), "rejected feed.invalid_text");
}

TEST(CsvFields, Rfc4180) {
  CsvFields fields;
  ASSERT_TRUE(fields.read("a, b ,\"c,\"\"d\"\"\",,\"line\nend\",", 10).ok());
  ASSERT_EQ(fields.size(), 6u);
  EXPECT_EQ(fields[1], "b");
  EXPECT_EQ(fields[2], "c,\"d\"");
  EXPECT_EQ(fields[3], "");
  EXPECT_EQ(fields[4], "line\nend");
  EXPECT_EQ(fields[5], "");
  EXPECT_TRUE(fields.read("\"open", 10).error().is(errors::kFeedInvalidCsv));
  EXPECT_TRUE(fields.read("a,b,c", 2).error().is(errors::kFeedTooLarge));
}

}  // namespace
}  // namespace mingma::feed
