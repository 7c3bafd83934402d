#include "crypto/digest.h"

#include <gtest/gtest.h>

#include "base/rng.h"

namespace mingma::crypto {
namespace {

Bytes unhex(std::string_view text) { return hex_decode(text).value(); }

TEST(Sha256Test, GivesThePublishedDigests) {  // FIPS 180-4 examples
  EXPECT_EQ(hex_encode(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex_encode(sha256(as_bytes("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_encode(sha256(as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256Test, ConcatenationEqualsTheHashOfTheJoinedBytesHoweverTheyAreCut) {
  const std::uint64_t seed = 20221123;
  SCOPED_TRACE(seed);
  SeededRng rng(seed);
  for (int round = 0; round < 200; ++round) {
    Bytes data(rng.below(300));
    rng.fill(data);
    const std::size_t cut = rng.below(data.size() + 1);
    const ByteView first = ByteView(data).first(cut);
    const ByteView second = ByteView(data).subspan(cut);
    EXPECT_EQ(sha256_concat(first, second), sha256(data));
    EXPECT_EQ(sha256_concat({first, ByteView{}, second}), sha256(data));
    Sha256 running;
    running.update(first);
    Sha256 copy = running;
    EXPECT_EQ(running.update(second).finish(), sha256(data));
    EXPECT_EQ(copy.finish(), sha256(first));
    EXPECT_EQ(running.finish(), sha256({})) << "a finished hash starts anew";
  }
}

TEST(HmacTest, GivesTheVectorsOfRfc4231) {
  EXPECT_EQ(hex_encode(hmac_sha256(Bytes(20, 0x0b), as_bytes("Hi There"))),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex_encode(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex_encode(hmac_sha256(Bytes(20, 0xaa), Bytes(50, 0xdd))),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(
      hex_encode(hmac_sha256(Bytes(131, 0xaa), as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"))),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(HmacTest, AKeyMadeReadyGivesTheSameForWholeAndForParts) {
  const HmacKey key(as_bytes("Jefe"));
  const Digest whole = hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"));
  EXPECT_EQ(key.mac(as_bytes("what do ya want for nothing?")), whole);
  EXPECT_EQ(key.mac({as_bytes("what do ya "), as_bytes("want for nothing?")}), whole);
  EXPECT_EQ(hmac_sha256(as_bytes("Jefe"), {as_bytes("what do ya want"), as_bytes(" for nothing?")}), whole);
}

TEST(HkdfTest, GivesTheVectorsOfRfc5869) {
  EXPECT_EQ(
      hex_encode(hkdf_sha256(Bytes(22, 0x0b), unhex("000102030405060708090a0b0c"), unhex("f0f1f2f3f4f5f6f7f8f9"), 42)),
      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  EXPECT_EQ(hex_encode(hkdf_sha256(Bytes(22, 0x0b), {}, {}, 42)),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
  Bytes key;
  Bytes salt;
  Bytes info;
  for (int i = 0; i < 80; ++i) {
    key.push_back(static_cast<std::uint8_t>(i));
    salt.push_back(static_cast<std::uint8_t>(0x60 + i));
    info.push_back(static_cast<std::uint8_t>(0xb0 + i));
  }
  EXPECT_EQ(hex_encode(hkdf_sha256(key, salt, info, 82)),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
            "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");
}

TEST(HkdfTest, TheShortFormIsTheFirst32Bytes) {
  const Digest key = hkdf_sha256_key(as_bytes("key"), as_bytes("salt"), as_bytes("mingma/v1/seal"));
  EXPECT_TRUE(equal(key, hkdf_sha256(as_bytes("key"), as_bytes("salt"), as_bytes("mingma/v1/seal"), 32)));
  EXPECT_TRUE(hkdf_sha256(as_bytes("key"), {}, {}, 0).empty());
  EXPECT_EQ(hkdf_sha256(as_bytes("key"), {}, {}, 8160).size(), 8160U);
}

}  // namespace
}  // namespace mingma::crypto
