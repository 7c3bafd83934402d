#include "http/structured_fields.h"

#include <gtest/gtest.h>

#include "http/errors.h"

namespace mingma::http {
namespace {

std::string rewritten(std::string_view text) {
  const auto parsed = parse_dictionary(text);
  return parsed.ok() ? write_dictionary(*parsed) : "error: " + parsed.error().message();
}

TEST(StructuredFields, KeepCanonicalTextAsItIs) {
  for (const std::string text : {"", "a=1", "a=-15", "a=?0", "a", "a;b=2;c", "en=\"Applepie\", da=:w4ZibGV0w6ZydGU=:",
                                 "a=token/x:y", "sig1=(\"@method\" \"@path\";bs);created=1618884473;keyid=\"k\"",
                                 "e=()", "quoted=\"a\\\"b\\\\c\"", "*k.x-y_z=*tok"}) {
    EXPECT_EQ(rewritten(text), text);
  }
}

TEST(StructuredFields, AreWrittenInOneForm) {
  EXPECT_EQ(rewritten("a=1 ,\t b=(  \"x\"   \"y\" );  q=2"), "a=1, b=(\"x\" \"y\");q=2");
  EXPECT_EQ(rewritten("a=?1, b;x=?1"), "a, b;x");
}

TEST(StructuredFields, RefuseEverythingElse) {
  for (const std::string text : {"a=",
                                 "A=1",
                                 "a=1,",
                                 ",a=1",
                                 "a=1 b=2",
                                 "a=1;",
                                 "a=1.5",
                                 "a=1234567890123456",
                                 "a=-",
                                 "a=\"x",
                                 "a=\"\\x\"",
                                 "a=\"\x7f\"",
                                 "a=\"\xc3\xa9\"",
                                 "a=:YQ:",
                                 "a=:YQ==",
                                 "a=:Y=:",
                                 "a=?2",
                                 "a=(1 2",
                                 "a=(\"x\"\"y\")",
                                 "a=(\"x\",\"y\")",
                                 "a=((1))",
                                 "a=1, a=2",
                                 "a;b=1;b=2",
                                 "a=@x",
                                 "1=2",
                                 "a = 1",
                                 "a=\"\t\""}) {
    const auto parsed = parse_dictionary(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().code(), "http.invalid_field") << text;
  }
}

TEST(StructuredFields, HaveALargestSize) {
  EXPECT_FALSE(parse_dictionary("a=\"" + std::string(9000, 'x') + "\"").ok());
  std::string many;
  for (int i = 0; i < 65; ++i) many += (i ? ",k" : "k") + std::to_string(i);
  EXPECT_FALSE(parse_dictionary(many).ok());
}

}  // namespace
}  // namespace mingma::http
