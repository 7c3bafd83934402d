#include "base/cbor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/errors.h"
#include "base/rng.h"

namespace mingma {
namespace {

constexpr std::uint64_t kSeed = 20220613;

Bytes hex(std::string_view text) { return hex_decode(text).value(); }
std::string written(const CborWriter& writer) { return hex_encode(writer.view()); }

bool well_formed(const Bytes& input, CborMode mode) {
  CborReader reader(input, mode);
  return reader.item().ok() && reader.end().ok();
}
bool strict(std::string_view text) { return well_formed(hex(text), CborMode::kStrict); }
bool lenient(std::string_view text) { return well_formed(hex(text), CborMode::kLenient); }

TEST(CborWriter, WritesTheShortestHeads) {
  const std::pair<std::int64_t, const char*> examples[] = {
      {0, "00"},
      {23, "17"},
      {24, "1818"},
      {255, "18ff"},
      {256, "190100"},
      {65'535, "19ffff"},
      {65'536, "1a00010000"},
      {4'294'967'295, "1affffffff"},
      {4'294'967'296, "1b0000000100000000"},
      {-1, "20"},
      {-24, "37"},
      {-25, "3818"},
      {std::numeric_limits<std::int64_t>::min(), "3b7fffffffffffffff"}};
  for (const auto& [value, encoded] : examples) {
    EXPECT_EQ(written(CborWriter().integer(value)), encoded);
    const Bytes input = hex(encoded);
    EXPECT_EQ(CborReader(input).integer().value(), value);
  }
  EXPECT_EQ(written(CborWriter().unsigned_integer(~0ull)), "1bffffffffffffffff");
}

TEST(CborWriter, WritesEveryKindOfItem) {
  CborWriter writer;
  writer.map(2).integer(1).array(4).bytes(Bytes{0xAB}).text("\xE7\xA0\x81").boolean(true).null();
  writer.text("a").tag(18).raw(hex("80"));
  EXPECT_EQ(written(writer), "a2018441ab63e7a081f5f66161d280");
  EXPECT_TRUE(strict(written(writer)));
}

TEST(CborReader, ReadsItemByItem) {
  const Bytes input = hex("a2018441ab63e7a081f5f66161d280");
  CborReader reader(input);
  EXPECT_EQ(reader.map().value(), 2u);
  EXPECT_EQ(reader.unsigned_integer().value(), 1u);
  EXPECT_EQ(reader.array().value(), 4u);
  EXPECT_EQ(reader.peek(), CborType::kBytes);
  EXPECT_EQ(to_bytes(reader.bytes().value()), Bytes{0xAB});
  EXPECT_EQ(reader.text().value(), "\xE7\xA0\x81");
  EXPECT_TRUE(reader.boolean().value());
  EXPECT_TRUE(reader.null().ok());
  EXPECT_EQ(to_bytes(reader.item().value()), hex("6161"));
  EXPECT_EQ(reader.tag().value(), 18u);
  EXPECT_FALSE(reader.end().ok());
  EXPECT_EQ(reader.array().value(), 0u);
  EXPECT_EQ(reader.peek(), CborType::kEnd);
  EXPECT_TRUE(reader.end().ok());
}

TEST(CborReader, NamesTheByteOfAnError) {
  const Bytes input = hex("8201");
  CborReader reader(input);
  const auto result = reader.item();
  ASSERT_FALSE(result.ok());
  EXPECT_TRUE(result.error().is(errors::kInvalidCbor));
  EXPECT_EQ(result.error().where(), "byte 1");
}

TEST(CborStrict, RefusesEverySecondSpelling) {
  EXPECT_FALSE(strict("1800"));  // 0 in two bytes
  EXPECT_FALSE(strict("1900ff"));
  EXPECT_FALSE(strict("1a0000ffff"));
  EXPECT_FALSE(strict("1b00000000ffffffff"));
  EXPECT_FALSE(strict("5801aa"));    // long length
  EXPECT_FALSE(strict("5f41aaff"));  // indefinite
  EXPECT_FALSE(strict("9f01ff"));
  EXPECT_FALSE(strict("bf0102ff"));
  EXPECT_FALSE(strict("a202000100"));  // order
  EXPECT_FALSE(strict("a201000100"));  // twice
  EXPECT_FALSE(strict("f90000"));      // float
  EXPECT_FALSE(strict("f7"));          // undefined
  EXPECT_TRUE(strict("a2010002f4"));
}

TEST(CborLenient, AcceptsOtherSpellingsOfTheSameItem) {
  for (const char* text : {"1800", "5801aa", "5f41aa41bbff", "7f6161ff", "9f019f02ffff", "bf0102ff", "a202000100",
                           "f90000", "f7", "fb3ff0000000000000"}) {
    EXPECT_TRUE(lenient(text)) << text;
  }
}

TEST(CborLenient, RefusesAKeyThatOccursTwiceInAnySpelling) {
  EXPECT_FALSE(lenient("a201000100"));
  EXPECT_FALSE(lenient("a20100180100"));
  EXPECT_FALSE(lenient("a261610078016100"));
  EXPECT_FALSE(lenient("bf01000100ff"));
  EXPECT_FALSE(lenient("81a201000100"));   // inside another item
  EXPECT_FALSE(lenient("a17f6161ff00"));   // a key in pieces cannot be compared
  EXPECT_TRUE(lenient("a201002000"));      // 1 and -1
  EXPECT_TRUE(lenient("a2416100616100"));  // bytes and text
}

TEST(CborReader, RefusesWhatIsNotWellFormed) {
  for (const char* text : {"",
                           "18",
                           "1b00",
                           "42aa",
                           "62ff",
                           "61ff",
                           "82",
                           "8201",
                           "a101",
                           "bf01ff",
                           "9f01",
                           "5f01ff",
                           "5f5f41aaffff",
                           "1c",
                           "1f",
                           "df01",
                           "ff",
                           "f8",
                           "e0",
                           "f820",
                           "c1",
                           "9bffffffffffffffff",
                           "bbffffffffffffffff",
                           "bb8000000000000000",
                           "5bffffffffffffffff"}) {
    EXPECT_FALSE(lenient(text)) << text;
    EXPECT_FALSE(strict(text)) << text;
  }
}

TEST(CborReader, ReadsIndefiniteContainersLikeDefiniteOnes) {
  const Bytes input = hex("9fbf0102ff9fff03ff04");
  CborReader reader(input, CborMode::kLenient);
  EXPECT_EQ(reader.array().value(), 3u);
  EXPECT_EQ(reader.map().value(), 1u);
  EXPECT_EQ(reader.integer().value(), 1);
  EXPECT_EQ(reader.integer().value(), 2);
  EXPECT_EQ(reader.array().value(), 0u);
  EXPECT_EQ(reader.integer().value(), 3);
  EXPECT_EQ(reader.peek(), CborType::kInteger);
  EXPECT_EQ(reader.integer().value(), 4);
  EXPECT_TRUE(reader.end().ok());
}

TEST(CborReader, ReadsFloatsOfEveryWidth) {
  const std::pair<const char*, double> examples[] = {{"f93c00", 1.0},
                                                     {"f90001", 5.960464477539063e-08},
                                                     {"f9c400", -4.0},
                                                     {"fa47c35000", 100000.0},
                                                     {"fbc010666666666666", -4.1}};
  for (const auto& [text, value] : examples) {
    const Bytes input = hex(text);
    EXPECT_EQ(CborReader(input, CborMode::kLenient).floating().value(), value);
    EXPECT_FALSE(CborReader(input).floating().ok());
  }
  const Bytes infinity = hex("f97c00");
  EXPECT_TRUE(std::isinf(CborReader(infinity, CborMode::kLenient).floating().value()));
}

TEST(CborReader, BoundsDepth) {
  Bytes deep(16, 0x81);
  deep.push_back(0x00);
  EXPECT_TRUE(well_formed(deep, CborMode::kStrict));
  deep.insert(deep.begin(), 0x81);
  EXPECT_FALSE(well_formed(deep, CborMode::kStrict));
  EXPECT_FALSE(well_formed(Bytes(1'000'000, 0x9F), CborMode::kLenient));
}

TEST(CborReader, RefusesIntegersBeyondSigned64Bits) {
  const Bytes large = hex("1b8000000000000000");
  EXPECT_FALSE(CborReader(large).integer().ok());
  EXPECT_EQ(CborReader(large).unsigned_integer().value(), 0x8000000000000000u);
  const Bytes low = hex("3b8000000000000000");
  EXPECT_FALSE(CborReader(low).integer().ok());
}

Result<std::vector<std::int64_t>> keys_of(std::string_view text, CborMode mode) {
  const Bytes input = hex(text);
  CborReader reader(input, mode);
  std::vector<std::int64_t> keys;
  MINGMA_CHECK(reader.integer_map([&](std::int64_t key) -> Result<void> {
    keys.push_back(key);
    MINGMA_CHECK(reader.item());
    return {};
  }));
  MINGMA_CHECK(reader.end());
  return keys;
}

TEST(CborIntegerMap, CallsOncePerEntryInOrder) {
  EXPECT_EQ(keys_of("a401000200390103002000", CborMode::kLenient).value(), (std::vector<std::int64_t>{1, 2, -260, -1}));
  EXPECT_EQ(keys_of("a401000200200039010300", CborMode::kStrict).value(), (std::vector<std::int64_t>{1, 2, -1, -260}));
}

TEST(CborIntegerMap, RefusesUnorderedOrRepeatedKeys) {
  EXPECT_FALSE(keys_of("a202000100", CborMode::kStrict).ok());
  EXPECT_FALSE(keys_of("a220000100", CborMode::kStrict).ok());
  EXPECT_FALSE(keys_of("a201000100", CborMode::kLenient).ok());
  EXPECT_TRUE(keys_of("a201002000", CborMode::kStrict).ok());
}

// Writes random items and keeps map keys ascending, as the writer's callers must.
void write_random(CborWriter& writer, SeededRng& rng, int depth) {
  switch (rng.below(depth > 0 ? 8 : 5)) {
    case 0:
      writer.integer(static_cast<std::int64_t>(rng.next() >> rng.below(64)));
      break;
    case 1:
      writer.integer(-1 - static_cast<std::int64_t>(rng.next() >> (1 + rng.below(63))));
      break;
    case 2:
      writer.bytes(Bytes(rng.below(300), 7));
      break;
    case 3:
      writer.text(std::string(rng.below(300), 'x'));
      break;
    case 4:
      rng.below(2) == 0 ? writer.null() : writer.boolean(rng.below(2) == 0);
      break;
    case 5:
      writer.tag(rng.below(1'000)), write_random(writer, rng, depth - 1);
      break;
    case 6: {
      const std::uint64_t count = rng.below(5);
      writer.array(count);
      for (std::uint64_t i = 0; i < count; ++i) write_random(writer, rng, depth - 1);
      break;
    }
    default: {
      const std::uint64_t count = rng.below(5);
      writer.map(count);
      for (std::uint64_t i = 0; i < count; ++i) {
        writer.unsigned_integer(i * 100);
        write_random(writer, rng, depth - 1);
      }
    }
  }
}

TEST(CborWriter, WritesOnlyWhatStrictReadersAccept) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  SeededRng rng(kSeed);
  for (int i = 0; i < 2'000; ++i) {
    CborWriter writer;
    write_random(writer, rng, 5);
    EXPECT_TRUE(well_formed(writer.view(), CborMode::kStrict)) << written(writer);
    EXPECT_TRUE(well_formed(writer.view(), CborMode::kLenient));
  }
}

}  // namespace
}  // namespace mingma
