#include "crypto/seal.h"

#include <gtest/gtest.h>

#include "crypto/errors.h"

namespace mingma::crypto {
namespace {

TEST(SealTest, GivesThePublishedVectorOfAes256Gcm) {  // McGrew and Viega, GCM specification, test case 14
  const Bytes sealed = seal(Digest{}, SealNonce{}, {}, Bytes(16, 0));
  EXPECT_EQ(hex_encode(sealed),
            "000000000000000000000000cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
}

TEST(SealTest, OpensToWhatWasSealedAtEveryLength) {
  SeededRng rng(7);
  Digest key;
  rng.fill(key.bytes);
  for (std::size_t length = 0; length < 100; ++length) {
    Bytes plain(length);
    rng.fill(plain);
    const Bytes sealed = seal(key, rng, as_bytes("evidence/1"), plain);
    ASSERT_EQ(sealed.size(), length + kSealOverheadBytes);
    const auto opened = open_sealed(key, as_bytes("evidence/1"), sealed);
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(*opened, plain);
  }
}

TEST(SealTest, EveryChangedBitIsRefused) {
  SeededRng rng(8);
  Digest key;
  rng.fill(key.bytes);
  const Bytes sealed = seal(key, rng, as_bytes("row 1"), as_bytes("a record"));
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    Bytes changed = sealed;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    const auto opened = open_sealed(key, as_bytes("row 1"), changed);
    ASSERT_FALSE(opened.ok()) << "bit " << bit;
    EXPECT_TRUE(opened.error().is(errors::kSealBroken));
  }
}

TEST(SealTest, AnotherPlaceAnotherKeyOrACutValueIsRefused) {
  SeededRng rng(9);
  Digest key;
  rng.fill(key.bytes);
  Digest other = key;
  other.bytes[31] ^= 1;
  const Bytes sealed = seal(key, rng, as_bytes("row 1"), as_bytes("a record"));
  EXPECT_FALSE(open_sealed(key, as_bytes("row 2"), sealed).ok());
  EXPECT_FALSE(open_sealed(key, {}, sealed).ok());
  EXPECT_FALSE(open_sealed(other, as_bytes("row 1"), sealed).ok());
  for (std::size_t n = 0; n < sealed.size(); ++n) {
    EXPECT_FALSE(open_sealed(key, as_bytes("row 1"), ByteView(sealed).first(n)).ok()) << n;
  }
  EXPECT_TRUE(open_sealed(key, as_bytes("row 1"), sealed).ok());
}

}  // namespace
}  // namespace mingma::crypto
