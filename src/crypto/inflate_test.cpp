#include "crypto/inflate.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "crypto/errors.h"

namespace mingma::crypto {
namespace {

TEST(InflateTest, GivesBackWhatWasDeflated) {
  SeededRng rng(11);
  for (std::size_t length : {0, 1, 100, 4095, 4096, 4097, 50'000}) {
    Bytes data(length);
    for (auto& byte : data) byte = static_cast<std::uint8_t>(rng.below(7));
    const auto back = zlib_inflate(zlib_deflate(data), length);
    ASSERT_TRUE(back.ok()) << length << ": " << back.error().to_string();
    EXPECT_EQ(*back, data);
  }
}

TEST(InflateTest, StopsOneByteOverTheBound) {
  const Bytes data(10'000, 'x');
  const Bytes compressed = zlib_deflate(data);
  EXPECT_TRUE(zlib_inflate(compressed, 10'000).ok());
  for (std::size_t bound : {0, 1, 9'999}) {
    const auto back = zlib_inflate(compressed, bound);
    ASSERT_FALSE(back.ok()) << bound;
    EXPECT_TRUE(back.error().is(errors::kInflatesTooLarge));
  }
}

TEST(InflateTest, ABombIsStoppedAtTheBound) {
  const Bytes compressed = zlib_deflate(Bytes(16u << 20, 0));
  ASSERT_LT(compressed.size(), 20'000U);
  const auto back = zlib_inflate(compressed, 65'536);
  ASSERT_FALSE(back.ok());
  EXPECT_TRUE(back.error().is(errors::kInflatesTooLarge));
}

TEST(InflateTest, CutDamagedOrTrailingBytesAreRefused) {
  const Bytes compressed = zlib_deflate(as_bytes("health code health code health code"));
  for (std::size_t n = 0; n < compressed.size(); ++n) {
    const auto back = zlib_inflate(ByteView(compressed).first(n), 1000);
    ASSERT_FALSE(back.ok()) << n;
    EXPECT_TRUE(back.error().is(errors::kInvalidDeflate));
  }
  Bytes trailing = compressed;
  trailing.push_back(0);
  EXPECT_FALSE(zlib_inflate(trailing, 1000).ok());
  Bytes damaged = compressed;
  damaged.back() ^= 1;  // the checksum
  EXPECT_FALSE(zlib_inflate(damaged, 1000).ok());
  EXPECT_FALSE(zlib_inflate(as_bytes("not a zlib stream"), 1000).ok());
}

TEST(InflateTest, ReadsRawDeflateOnlyWhenAsked) {
  const Bytes zlib = zlib_deflate(as_bytes("health code health code health code"));
  const ByteView raw = ByteView(zlib).subspan(2, zlib.size() - 6);  // without header and checksum
  EXPECT_EQ(raw_inflate(raw, 1000).value(), to_bytes(as_bytes("health code health code health code")));
  EXPECT_FALSE(raw_inflate(raw, 34).ok());
  EXPECT_FALSE(raw_inflate(zlib, 1000).ok());
  EXPECT_FALSE(zlib_inflate(raw, 1000).ok());
  EXPECT_FALSE(raw_inflate(raw.first(raw.size() - 1), 1000).ok());
}

}  // namespace
}  // namespace mingma::crypto
