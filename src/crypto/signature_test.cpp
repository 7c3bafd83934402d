#include "crypto/signature.h"

#include <gtest/gtest.h>

#include <set>

#include "crypto/errors.h"
#include "crypto/random.h"

namespace mingma::crypto {
namespace {

Bytes unhex(std::string_view text) { return hex_decode(text).value(); }

std::string pem(std::string_view type, ByteView body) {
  return "-----BEGIN " + std::string(type) + "-----\n" + base64_encode(body) + "\n-----END " + std::string(type) +
         "-----\n";
}

// RFC 6979, A.2.5
constexpr std::string_view kScalar = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
constexpr std::string_view kPoint =
    "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
constexpr std::string_view kEcPkcs8Head = "308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420";
constexpr std::string_view kEcPkcs8Middle = "a144034200";

// Made with the openssl program: the same key with explicit curve parameters, and with a compressed point.
constexpr std::string_view kExplicitCurvePem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBSzCCAQMGByqGSM49AgEwgfcCAQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAA\n"
    "AAAAAAAAAAAA////////////////MFsEIP////8AAAABAAAAAAAAAAAAAAAA////\n"
    "///////////8BCBaxjXYqjqT57PrvVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMVAMSd\n"
    "NgiG5wSTamZ44ROdJreBn36QBEEEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5\n"
    "RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA\n"
    "//////////+85vqtpxeehPO5ysL8YyVRAgEBA0IABCb42kuKQAUYGfScmpBpB8H3\n"
    "HknkllSCztUHD/bnvrppt2OOf8vLuMf6M6lnlRnX3Clx2ahbP9uyqJGl0yc7qXA=\n"
    "-----END PUBLIC KEY-----\n";
constexpr std::string_view kCompressedSpki =
    "3039301306072a8648ce3d020106082a8648ce3d0301070322000226f8da4b8a40051819f49c9a906907c1f71e49e4965482ced5070ff6e7be"
    "ba69";

// Made with the openssl program: RSA-2048, RSASSA-PSS over "sample", salts of 32 and of 20 bytes.
constexpr std::string_view kRsaPem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA3LkWgrxwusQmZbPfdhcl\n"
    "IKub5YUc1yQBbdLxElZDgkkPMsFfabyiZcuo0va8WaUgb0IuE5uCqx+jkllPfROn\n"
    "UfH2fO8+UM8Te6vGOwyhMIhFQBCYIZxK1P4aRxt+CHmb/66C6gGBsUDmGpwe6RrF\n"
    "VzYfGeETykdjX/k2KzwrchRX5MjVD4DpwWYM2ZyHhOqf7VhM1d/yMrCm6X1N/VX/\n"
    "p56Jd+xlK2Tf+wyDwNk6d++kI8lJz5qjzEl//UlQb2Gy0tcRXdv+/P6vawkYUKaC\n"
    "dXlaX1gMgyxdLV90SW91Ozq0oAcllio8qZDp5IzKZBGt9fVgqivbHHMVuKDQEPGi\n"
    "0QIDAQAB\n"
    "-----END PUBLIC KEY-----\n";
constexpr std::string_view kPs256Signature =
    "ba0b7525ea74fde24aa0a9b786270ce67195dacb2ae972babbf3d3db24c6f2c6e3c669b62ca7ba629478b6b1b0a6b30a"
    "d7cb2a0640362f7cfbea0571009737e22a3b1d108febc81ffd1a567e1a70ad6c10fb00ed6d65153f041ca73d46ec75d6"
    "69d5e8b16dab3caf06f943c7b1a9238b1ee49e68a0972c259820e1cf29e13d3d190ccf6e889b7bda75766e44760a7c17"
    "f8a446d913b149f35aadca3a8b74faa8b97c92a0b14fdcfd98f4a7003e8a9d3535198724edb63261875996b83cc2d771"
    "493e3a8b2cea146df274f1e6e32aa93d2033b2978c12b156d9fbf27584a9c8dd7376ccaecfc49c8f53aa73e0d95169e0"
    "d5d4af31f2dfc23c467514be946734f0";
constexpr std::string_view kShortSaltSignature =
    "101a6d3fa720e5930e75eee52f2e3b882cfe6e5a32ecea6b504b5b6b04fb686aeb9e3cea287b2571ad6b672ec33fc502"
    "1488aff2e1f794ddce16fbe776db55e1ee0fb61ca50f7b2ce2454249b5044915e66ad5e81b5968d6421e0b3780573416"
    "3c3e11c8f5999004d55cc22d7bda92ce687a5defacb641ade1a50c5a53c12ddf7657aca663f3de10a18023695de344aa"
    "f2c2cacc89ad81eae3324b6ac4a8f396bc1d96a9c13873c83ebef9905a73edcd7cd389a7fa5f9476823f584410698b96"
    "857bb6ae44d5784518d3b4186d550ecf99716407645d30e7f6633501f1e41859698074dff16ab9e140562f27c60208cd"
    "9663780c7c26f3437e0465db56615a40";

struct Ed25519Vector {
  std::string_view seed, key, message, signature;
};
// RFC 8032, 7.1, tests 1 to 3
constexpr Ed25519Vector kRfc8032[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
     "d25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
     "387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
     "4a7c15e9716ed28dc027beceea1ec40a"},
};

void expect_every_flipped_bit_refused(const VerifyingKey& key, ByteView message, const Bytes& signature) {
  ASSERT_TRUE(key.verify(message, signature));
  for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
    Bytes changed = signature;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    EXPECT_FALSE(key.verify(message, changed)) << "bit " << bit;
  }
}

TEST(Ed25519Test, SignsAndVerifiesTheVectorsOfRfc8032) {
  for (const auto& vector : kRfc8032) {
    auto signer = SigningKey::from_ed25519_seed(unhex(vector.seed));
    ASSERT_TRUE(signer.ok());
    EXPECT_EQ(hex_encode(signer->verifying_key().raw()), vector.key);
    EXPECT_EQ(hex_encode(signer->sign(unhex(vector.message))), vector.signature);
    const auto key = VerifyingKey::from_ed25519(unhex(vector.key));
    ASSERT_TRUE(key.ok());
    EXPECT_TRUE(key->verify(unhex(vector.message), unhex(vector.signature)));
    EXPECT_FALSE(key->verify(as_bytes("another message"), unhex(vector.signature)));
    EXPECT_EQ(*key, signer->verifying_key());
  }
}

TEST(Ed25519Test, EveryFlippedBitOfASignatureIsRefused) {
  const auto key = VerifyingKey::from_ed25519(unhex(kRfc8032[2].key)).value();
  expect_every_flipped_bit_refused(key, unhex(kRfc8032[2].message), unhex(kRfc8032[2].signature));
}

TEST(Es256Test, VerifiesTheSignaturesOfRfc6979) {
  const auto key = VerifyingKey::from_p256(unhex(kPoint));
  ASSERT_TRUE(key.ok());
  const Bytes sample = unhex(
      "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
      "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
  const Bytes test = unhex(
      "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
      "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083");
  EXPECT_TRUE(key->verify(as_bytes("sample"), sample));
  EXPECT_TRUE(key->verify(as_bytes("test"), test));
  EXPECT_FALSE(key->verify(as_bytes("test"), sample));
  expect_every_flipped_bit_refused(*key, as_bytes("sample"), sample);
}

TEST(Es256Test, RefusesZeroesShortLongAndDerSignatures) {
  auto signer = SigningKey::generate(SignatureAlgorithm::kEs256);
  const auto& key = signer.verifying_key();
  EXPECT_FALSE(key.verify(as_bytes("m"), Bytes(64, 0)));
  EXPECT_FALSE(key.verify(as_bytes("m"), Bytes(64, 0xff)));
  Bytes signature = signer.sign(as_bytes("m"));
  ASSERT_EQ(signature.size(), 64U);
  EXPECT_FALSE(key.verify(as_bytes("m"), ByteView(signature).first(63)));
  signature.push_back(0);
  EXPECT_FALSE(key.verify(as_bytes("m"), signature));
  EXPECT_FALSE(key.verify(as_bytes("m"), {}));
}

TEST(Es256Test, SignaturesVerifyManyTimesOver) {
  SeededRng rng(5);
  auto signer = SigningKey::generate(SignatureAlgorithm::kEs256, rng);
  std::set<Bytes> seen;
  for (int i = 0; i < 300; ++i) {  // enough to meet r and s with leading zero bytes
    Bytes message(rng.below(100));
    rng.fill(message);
    const Bytes signature = signer.sign(message);
    ASSERT_EQ(signature.size(), 64U);
    ASSERT_TRUE(signer.verifying_key().verify(message, signature));
    seen.insert(signature);
  }
  EXPECT_EQ(seen.size(), 300U);
}

TEST(Ps256Test, VerifiesWithASaltOf32BytesOnly) {
  const auto key = VerifyingKey::from_pem(kRsaPem);
  ASSERT_TRUE(key.ok()) << key.error().to_string();
  EXPECT_EQ(key->algorithm(), SignatureAlgorithm::kPs256);
  EXPECT_TRUE(key->verify(as_bytes("sample"), unhex(kPs256Signature)));
  EXPECT_FALSE(key->verify(as_bytes("Sample"), unhex(kPs256Signature)));
  EXPECT_FALSE(key->verify(as_bytes("sample"), unhex(kShortSaltSignature)));
  EXPECT_FALSE(key->verify(as_bytes("sample"), {}));
}

TEST(VerifyingKeyTest, OneKeyHasOneIdHoweverItIsWritten) {
  const auto explicit_curve = VerifyingKey::from_pem(kExplicitCurvePem);
  const auto compressed = VerifyingKey::from_spki_der(unhex(kCompressedSpki));
  ASSERT_TRUE(explicit_curve.ok()) << explicit_curve.error().to_string();
  ASSERT_TRUE(compressed.ok());
  EXPECT_EQ(*explicit_curve, *compressed);
  EXPECT_EQ(explicit_curve->key_id(), compressed->key_id());
  EXPECT_EQ(explicit_curve->spki_der(), compressed->spki_der());
  const Bytes raw = compressed->raw();
  ASSERT_EQ(raw.size(), 65U);
  Bytes short_form(1, static_cast<std::uint8_t>(2 + (raw[64] & 1)));
  append(short_form, ByteView(raw).subspan(1, 32));
  EXPECT_EQ(VerifyingKey::from_p256(short_form).value(), *compressed);
  EXPECT_EQ(VerifyingKey::from_p256(raw).value(), *compressed);
  EXPECT_EQ(compressed->key_id().size(), 16U);
}

TEST(VerifyingKeyTest, PemAndDerGiveBackTheSameKey) {
  for (const auto algorithm : {SignatureAlgorithm::kEd25519, SignatureAlgorithm::kEs256}) {
    auto signer = SigningKey::generate(algorithm);
    const auto& key = signer.verifying_key();
    EXPECT_EQ(VerifyingKey::from_pem(key.to_pem()).value(), key);
    EXPECT_EQ(VerifyingKey::from_spki_der(key.spki_der()).value(), key);
    EXPECT_EQ(VerifyingKey::from_pem(key.to_pem())->algorithm(), algorithm);
  }
}

TEST(VerifyingKeyTest, RefusesWhatIsNoKey) {
  EXPECT_FALSE(VerifyingKey::from_ed25519(Bytes(31, 1)).ok());
  EXPECT_FALSE(VerifyingKey::from_ed25519(Bytes(33, 1)).ok());
  Bytes off_curve = unhex(kPoint);
  off_curve[64] ^= 1;
  EXPECT_FALSE(VerifyingKey::from_p256(off_curve).ok());
  EXPECT_FALSE(VerifyingKey::from_p256(Bytes(65, 4)).ok());
  EXPECT_FALSE(VerifyingKey::from_p256(Bytes(1, 0)).ok()) << "the point at infinity";
  EXPECT_FALSE(VerifyingKey::from_p256({}).ok());
  Bytes trailing = SigningKey::generate(SignatureAlgorithm::kEd25519).verifying_key().spki_der();
  trailing.push_back(0);
  const auto refused = VerifyingKey::from_spki_der(trailing);
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(refused.error().is(errors::kInvalidKey));
}

TEST(SigningKeyTest, PemIsThePkcs8OfRfc8410AndReadsBack) {
  auto signer = SigningKey::from_ed25519_seed(unhex(kRfc8032[0].seed)).value();
  const std::string expected =
      pem("PRIVATE KEY", unhex("302e020100300506032b657004220420" + std::string(kRfc8032[0].seed)));
  EXPECT_EQ(signer.to_pem(), expected);
  auto again = SigningKey::from_pem(expected);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->sign({}), unhex(kRfc8032[0].signature));

  auto p256 = SigningKey::generate(SignatureAlgorithm::kEs256);
  auto p256_again = SigningKey::from_pem(p256.to_pem());
  ASSERT_TRUE(p256_again.ok());
  EXPECT_TRUE(p256.verifying_key().verify(as_bytes("m"), p256_again->sign(as_bytes("m"))));
}

TEST(SigningKeyTest, APrivateKeyWithTheWrongPublicHalfIsRefused) {
  const Bytes good =
      unhex(std::string(kEcPkcs8Head) + std::string(kScalar) + std::string(kEcPkcs8Middle) + std::string(kPoint));
  const auto read = SigningKey::from_pem(pem("PRIVATE KEY", good));
  ASSERT_TRUE(read.ok()) << read.error().to_string();
  EXPECT_EQ(hex_encode(read->verifying_key().raw()), kPoint);
  const Bytes other = SigningKey::generate(SignatureAlgorithm::kEs256).verifying_key().raw();
  const Bytes bad =
      unhex(std::string(kEcPkcs8Head) + std::string(kScalar) + std::string(kEcPkcs8Middle) + hex_encode(other));
  EXPECT_FALSE(SigningKey::from_pem(pem("PRIVATE KEY", bad)).ok());
}

TEST(SigningKeyTest, RefusesPemThatIsNotExactlyOnePrivateKey) {
  const std::string good = SigningKey::generate(SignatureAlgorithm::kEd25519).to_pem();
  EXPECT_TRUE(SigningKey::from_pem("\n" + good + "\n\n").ok());
  EXPECT_FALSE(SigningKey::from_pem("").ok());
  EXPECT_FALSE(SigningKey::from_pem(good + good).ok());
  EXPECT_FALSE(SigningKey::from_pem("# a comment\n" + good).ok());
  EXPECT_FALSE(SigningKey::from_pem(good.substr(0, good.size() - 10)).ok());
  EXPECT_FALSE(SigningKey::from_pem(SigningKey::generate(SignatureAlgorithm::kEd25519).verifying_key().to_pem()).ok());
  EXPECT_FALSE(VerifyingKey::from_pem(good).ok());
  EXPECT_FALSE(SigningKey::from_pem(pem("PRIVATE KEY", as_bytes("nonsense"))).ok());
  EXPECT_FALSE(SigningKey::from_ed25519_seed(Bytes(31, 1)).ok());
}

TEST(SigningKeyTest, OneSeedOneKeyAndFreshKeysDiffer) {
  for (const auto algorithm : {SignatureAlgorithm::kEd25519, SignatureAlgorithm::kEs256}) {
    SeededRng one(42);
    SeededRng two(42);
    EXPECT_EQ(SigningKey::generate(algorithm, one).verifying_key(),
              SigningKey::generate(algorithm, two).verifying_key());
    EXPECT_NE(SigningKey::generate(algorithm).verifying_key(), SigningKey::generate(algorithm).verifying_key());
  }
}

TEST(SystemRngTest, FillsEveryByteAndNeverRepeats) {
  SystemRng rng;
  Bytes a(64, 0);
  Bytes b(64, 0);
  rng.fill(a);
  rng.fill(b);
  EXPECT_NE(a, b);
  EXPECT_NE(Bytes(a.end() - 16, a.end()), Bytes(16, 0));
  rng.fill({});
}

}  // namespace
}  // namespace mingma::crypto
