#include "base/json.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/errors.h"
#include "base/rng.h"

namespace mingma {
namespace {

constexpr std::uint64_t kSeed = 20220613;

Json parsed(std::string_view text) {
  auto result = parse_json(text);
  EXPECT_TRUE(result.ok()) << text;
  return result.ok() ? std::move(result).value() : Json();
}

void expect_refused(std::string_view text, const std::string& where) {
  const auto result = parse_json(text);
  ASSERT_FALSE(result.ok()) << text;
  EXPECT_TRUE(result.error().is(errors::kInvalidJson));
  EXPECT_EQ(result.error().where(), where) << text;
}

TEST(ParseJson, KeepsTheOrderOfMembers) {
  EXPECT_EQ(parsed(R"({"b": [1, true, null], "a": {"c": "x\u4e2d"}})").to_string(),
            "{\"b\":[1,true,null],\"a\":{\"c\":\"x\xE4\xB8\xAD\"}}");
}

TEST(ParseJson, ReadsIntegralNumbersAsIntegersExactly) {
  EXPECT_EQ(parsed("1.0").integer(), 1);
  EXPECT_EQ(parsed("1e2").integer(), 100);
  EXPECT_EQ(parsed("1200e-2").integer(), 12);
  EXPECT_EQ(parsed("-0.0").integer(), 0);
  EXPECT_EQ(parsed("0e5").integer(), 0);
  EXPECT_EQ(parsed("9007199254740993.0").integer(), 9007199254740993);
  EXPECT_EQ(parsed("-9223372036854775808").integer(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(parsed("922337203685477580.7e1").integer(), std::numeric_limits<std::int64_t>::max());
}

TEST(ParseJson, MarksEveryOtherNumberAsADouble) {
  for (const char* text :
       {"1.5", "0.1", "9223372036854775808", "18446744073709551616", "-9223372036854777856", "1e19", "1e-1"}) {
    EXPECT_TRUE(parsed(text).is_double()) << text;
  }
  expect_refused("1e400", "line 1, column 6");
}

// Found by fuzzing: such a number would print as the integer beside it.
TEST(ParseJson, RefusesANumberThatADoubleCannotTellFromAnInteger) {
  for (const char* text :
       {"1.00000000000000000001", "1e-400", "-1e-400", "4503599627370497.0625", "-9223372036854775809"}) {
    const auto result = parse_json(text);
    ASSERT_FALSE(result.ok()) << text;
    EXPECT_TRUE(result.error().is(errors::kInvalidJson));
  }
  EXPECT_TRUE(parsed("1e-300").is_double());
  EXPECT_TRUE(parsed("9223372036854775807.5").is_double());
}

// Found by fuzzing: Boost.JSON 1.81 gives a neighbour of the nearest double.
TEST(ParseJson, ReadsTheNearestDouble) {
  EXPECT_EQ(parsed("9.223372036845776e+30").floating(), 9.223372036845776e+30);
  EXPECT_EQ(parsed("0.1").floating(), 0.1);
  EXPECT_EQ(parsed("123456789012345678901234567890").floating(), 123456789012345678901234567890.0);
}

TEST(ParseJson, NamesThePlaceOfAnError) {
  expect_refused("", "line 1, column 1");
  expect_refused("{\"a\":1,\n \"a\":2}", "line 2, column 4");
  expect_refused("[1,\n 2,\n 3,]", "line 3, column 4");
  expect_refused("1 2", "line 1, column 3");
  expect_refused("[NaN]", "line 1, column 2");
  expect_refused("/* c */ 1", "line 1, column 1");
  expect_refused("\"\xFF\"", "line 1, column 2");
  expect_refused("\"\\ud800\"", "line 1, column 8");
  expect_refused("\xEF\xBB\xBF{}", "line 1, column 1");
}

TEST(ParseJson, RefusesARepeatedNameInLargeObjectsToo) {
  std::string text = "{";
  for (int i = 0; i < 100; ++i) text += "\"n" + std::to_string(i) + "\":0,";
  EXPECT_TRUE(parse_json(text + "\"n100\":0}").ok());
  for (const char* repeated : {"n0", "n15", "n16", "n99"}) {
    EXPECT_FALSE(parse_json(text + "\"" + repeated + "\":0}").ok()) << repeated;
  }
  EXPECT_FALSE(parse_json(R"({"a":1,"\u0061":2})").ok());
}

TEST(ParseJson, HoldsItsLimits) {
  EXPECT_TRUE(parse_json("[[[]]]", {.depth_max = 3}).ok());
  EXPECT_FALSE(parse_json("[[[[]]]]", {.depth_max = 3}).ok());
  EXPECT_FALSE(parse_json(std::string(1'000'000, '[')).ok());
  const auto large = parse_json("[1, 2]", {.bytes_max = 5});
  ASSERT_FALSE(large.ok());
  EXPECT_TRUE(large.error().is(errors::kTooLarge));
}

TEST(Json, EqualityIgnoresTheOrderOfMembers) {
  EXPECT_EQ(parsed(R"({"a":1,"b":[{"c":2,"d":3}]})"), parsed(R"({"b":[{"d":3.0,"c":2}],"a":1})"));
  EXPECT_FALSE(parsed(R"({"a":1})") == parsed(R"({"a":2})"));
  EXPECT_FALSE(parsed(R"({"a":1})") == parsed(R"({"b":1})"));
  EXPECT_FALSE(parsed("[1,2]") == parsed("[2,1]"));
  EXPECT_FALSE(parsed("1") == parsed("\"1\""));
}

TEST(Json, SetAppendsOrReplaces) {
  Json json;
  json.set("a", 1);
  json.set("b", Json()).set("inner", true) = false;
  json.set("a", 2);
  EXPECT_EQ(json.to_string(), R"({"a":2,"b":{"inner":false}})");
  EXPECT_EQ(json.find("c"), nullptr);
  EXPECT_EQ(Json(3).find("a"), nullptr);
}

TEST(Json, PrettyPrintingIndentsByTwo) {
  EXPECT_EQ(parsed(R"({"a":[1,{}],"b":[]})").to_pretty_string(), "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}");
}

Json random_json(SeededRng& rng, int depth) {
  switch (rng.below(depth > 0 ? 7 : 5)) {
    case 0:
      return Json();
    case 1:
      return Json(rng.below(2) == 0);
    case 2:
      return Json(static_cast<std::int64_t>(rng.next() >> rng.below(64)));
    case 3:
      return Json(static_cast<double>(rng.below(1'000'000)) + 0.375);
    case 4: {
      std::string text;
      for (std::uint64_t n = rng.below(6); n > 0; --n) text += static_cast<char>(rng.below(128));
      return Json(text);
    }
    case 5: {
      Json::Array items;
      for (std::uint64_t n = rng.below(4); n > 0; --n) items.push_back(random_json(rng, depth - 1));
      return Json(std::move(items));
    }
    default: {
      Json object(Json::Object{});
      for (std::uint64_t n = rng.below(4); n > 0; --n)
        object.set("k" + std::to_string(rng.below(9)), random_json(rng, depth - 1));
      return object;
    }
  }
}

TEST(Json, ReadsWhatItWrites) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  SeededRng rng(kSeed);
  for (int i = 0; i < 2'000; ++i) {
    const Json json = random_json(rng, 4);
    EXPECT_EQ(parsed(json.to_string()), json);
    EXPECT_EQ(parsed(json.to_pretty_string()), json);
  }
}

}  // namespace
}  // namespace mingma
