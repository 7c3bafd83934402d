#include "code/credential.h"

#include <gtest/gtest.h>

#include <limits>

#include "code/errors.h"
#include "code/testing/province.h"

namespace mingma::code {
namespace {

using testing::kNow;
using testing::kSeed;
using testing::Province;

void expect_malformed(const Bytes& bytes) {
  const auto result = read_credential(bytes);
  ASSERT_FALSE(result.ok());
  EXPECT_TRUE(result.error().is(errors::kCodeMalformed)) << result.error().to_string();
}

// A credential whose payload and protected header are what a test wants, signed properly.
Bytes signed_by(crypto::SigningKey& key, ByteView protected_header, ByteView payload) {
  CborWriter to_be_signed;
  to_be_signed.array(4).text("Signature1").bytes(protected_header).bytes({}).bytes(payload);
  CborWriter writer;
  writer.tag(18).array(4).bytes(protected_header).map(0).bytes(payload).bytes(key.sign(to_be_signed.view()));
  return writer.take();
}

TEST(Credential, ReadsWhatWasIssued) {
  Province province;
  for (const Claims& claims : {province.phone_claims(Colour::kYellow), province.paper_claims(Colour::kRed)}) {
    const Bytes bytes = province.issuer.issue(claims).value();
    const auto credential = read_credential(bytes);
    ASSERT_TRUE(credential.ok()) << credential.error().to_string();
    EXPECT_EQ(credential->claims, claims);
    EXPECT_TRUE(credential->envelope.verify(province.code_key.verifying_key()).ok());
    EXPECT_EQ(hex_encode(credential->envelope.kid), province.code_key.verifying_key().key_id());
    EXPECT_FALSE(credential->envelope.verify(province.phone.verifying_key()).ok());
  }
}

TEST(Credential, ReadsExtremeValuesBack) {
  Province province;
  Claims claims = province.paper_claims();
  claims.issued_at = UnixSeconds{0};
  claims.since = UnixSeconds{253'402'300'799};
  claims.expires_at = UnixSeconds{253'402'300'799};
  claims.shard = ShardId{0xFFFF};
  claims.leaf = LeafIndex{std::numeric_limits<std::uint64_t>::max()};
  claims.issuer = std::string(kIssuerBytesMax, 'x');
  claims.rule = std::string(kRuleBytesMax, 'x');
  claims.name_mask = std::string(kNameMaskBytesMax, 'x');
  claims.document_digits = std::string(kDocumentDigitsMax, '9');
  const Bytes bytes = province.issuer.issue(claims).value();
  EXPECT_LE(bytes.size(), kCredentialBytesMax);
  EXPECT_EQ(read_credential(bytes).value().claims, claims);
}

TEST(Credential, IsSmallEnoughForAQrCode) {
  Province province;
  EXPECT_LE(province.issuer.issue(province.phone_claims()).value().size(), 330u);
}

TEST(Credential, IssuerRefusesWhatNoDoorCouldRead) {
  Province province;
  const auto refused = [&](auto change) {
    Claims claims = province.phone_claims();
    change(claims);
    const auto result = province.issuer.issue(claims);
    return !result.ok() && result.error().is(errors::kCodeInvalidClaims);
  };
  EXPECT_TRUE(refused([](Claims& c) { c.issuer = ""; }));
  EXPECT_TRUE(refused([](Claims& c) { c.rule = std::string(kRuleBytesMax + 1, 'x'); }));
  EXPECT_TRUE(refused([](Claims& c) { c.name_mask = "\xFF"; }));
  EXPECT_TRUE(refused([](Claims& c) { c.document_digits = "123456789"; }));
  EXPECT_TRUE(refused([](Claims& c) { c.expires_at = c.issued_at; }));
  EXPECT_TRUE(refused([](Claims& c) { c.since = UnixSeconds{-1}; }));
}

TEST(Credential, EveryChangedBitBreaksStructureOrSignature) {
  Province province;
  const Bytes bytes = province.issuer.issue(province.phone_claims()).value();
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Bytes changed = bytes;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    const auto credential = read_credential(changed);
    if (!credential.ok()) continue;
    EXPECT_FALSE(credential->envelope.verify(province.code_key.verifying_key()).ok()) << "bit " << bit;
  }
}

TEST(Credential, EveryTruncationIsMalformed) {
  Province province;
  const Bytes bytes = province.issuer.issue(province.paper_claims()).value();
  for (std::size_t size = 0; size < bytes.size(); ++size)
    expect_malformed(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)));
  Bytes longer = bytes;
  longer.push_back(0);
  expect_malformed(longer);
}

TEST(Credential, RefusesOtherAlgorithmsHeadersAndDuplicateKeys) {
  Province province;
  const Bytes good = province.issuer.issue(province.paper_claims()).value();
  const Bytes payload = to_bytes(read_credential(good).value().envelope.payload);
  const Bytes header = to_bytes(read_credential(good).value().envelope.protected_header);
  EXPECT_TRUE(read_credential(signed_by(province.code_key, header, payload)).ok());

  const auto with_header = [&](std::string_view hex) {
    return signed_by(province.code_key, hex_decode(hex).value(), payload);
  };
  expect_malformed(with_header("a201270448d919375fc1e7b6b2"));        // EdDSA
  expect_malformed(with_header("a201380404481234567812345678"));      // HMAC
  expect_malformed(with_header("a10126"));                            // no kid
  expect_malformed(with_header("a3012602810304481234567812345678"));  // crit
  expect_malformed(with_header("a3012601260448d919375fc1e7b6b2"));    // twice
  expect_malformed(with_header(""));

  Bytes twice = payload;  // one more claim, the last one repeated: the map's count and an entry {-260: ...}
  twice[0] += 1;
  CborReader reader(payload);
  ASSERT_TRUE(reader.map().ok());
  Bytes last;
  for (int i = 0; i < 5; ++i) {
    const std::size_t start = reader.offset();
    ASSERT_TRUE(reader.item().ok() && reader.item().ok());
    last = Bytes(payload.begin() + static_cast<std::ptrdiff_t>(start),
                 payload.begin() + static_cast<std::ptrdiff_t>(reader.offset()));
  }
  append(twice, last);
  expect_malformed(signed_by(province.code_key, header, twice));
}

TEST(Credential, RefusesABindingThatContradictsThePaperMark) {
  Province province;
  const Bytes good = province.issuer.issue(province.paper_claims()).value();
  const Bytes header = to_bytes(read_credential(good).value().envelope.protected_header);
  Bytes payload = to_bytes(read_credential(good).value().envelope.payload);
  ASSERT_EQ(hex_encode(ByteView(payload).last(2)), "09f5");
  payload.resize(payload.size() - 2);  // neither bound nor marked
  const std::string before = hex_encode(payload);
  const std::size_t members = before.find("a120a9");
  ASSERT_NE(members, std::string::npos);
  payload[members / 2 + 2] = 0xA8;
  expect_malformed(signed_by(province.code_key, header, payload));
}

TEST(Credential, IsAnHcertToOtherDecoders) {
  Province province;
  const Bytes bytes = province.issuer.issue(province.phone_claims()).value();
  const auto foreign = read_foreign_cose_sign1(bytes);
  ASSERT_TRUE(foreign.ok());
  EXPECT_TRUE(foreign->verify(province.code_key.verifying_key()).ok());
  EXPECT_EQ(foreign->algorithm, -7);
}

}  // namespace
}  // namespace mingma::code
