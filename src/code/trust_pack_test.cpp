#include "code/trust_pack.h"

#include <gtest/gtest.h>

#include "code/cose.h"
#include "code/errors.h"
#include "code/testing/province.h"

namespace mingma::code {
namespace {

using testing::kNow;
using testing::kSeed;
using testing::Province;

TEST(TrustPack, ReadsWhatWasSigned) {
  Province province;
  TrustPack pack = province.pack();
  CredentialId revoked{};
  revoked.fill(9);
  pack.revoked = {~0ull, revoked_prefix(revoked), 0, 0};
  pack.policies.push_back({Digest{}, "p", "1.0.0", "zh", "en"});
  const auto opened = open_trust_pack(sign_trust_pack(pack, province.pack_key), province.pack_key.verifying_key(), {});
  ASSERT_TRUE(opened.ok()) << opened.error().to_string();
  EXPECT_EQ(opened->pack.sequence, 5u);
  EXPECT_EQ(opened->pack.issued_at, pack.issued_at);
  EXPECT_EQ(opened->pack.expires_at, pack.expires_at);
  ASSERT_EQ(opened->pack.issuers.size(), 1u);
  EXPECT_TRUE(opened->pack.issuers[0].key == province.code_key.verifying_key());
  EXPECT_EQ(opened->pack.issuers[0].issuer, "CN-41");
  EXPECT_TRUE(opened->pack.issuers[0].for_phone && opened->pack.issuers[0].for_paper);
  EXPECT_EQ(opened->pack.revoked.size(), 3u);  // sorted, without the duplicate
  EXPECT_TRUE(opened->pack.is_revoked(revoked));
  EXPECT_FALSE(opened->pack.is_revoked(province.phone_claims().id));
  ASSERT_NE(opened->pack.find_policy(province.phone_claims().policy), nullptr);
  EXPECT_EQ(opened->pack.find_policy(province.phone_claims().policy)->title_en, "Henan");
  Digest unknown;
  unknown.bytes.fill(1);
  EXPECT_EQ(opened->pack.find_policy(unknown), nullptr);
  EXPECT_NE(opened->pack.find_issuer(kid_of(province.code_key.verifying_key())), nullptr);
  EXPECT_EQ(opened->pack.find_issuer(kid_of(province.phone.verifying_key())), nullptr);
  EXPECT_EQ(opened->pack.find_issuer({}), nullptr);
}

TEST(TrustPack, NeverGoesBack) {
  Province province;
  const auto& key = province.pack_key.verifying_key();
  TrustPack pack = province.pack();
  const Bytes five = sign_trust_pack(pack, province.pack_key);
  const PackMark mark = open_trust_pack(five, key, {}).value().mark;
  EXPECT_TRUE(open_trust_pack(five, key, mark).ok());  // the same file again

  const auto rolled_back = [&](const TrustPack& other) {
    const auto result = open_trust_pack(sign_trust_pack(other, province.pack_key), key, mark);
    return !result.ok() && result.error().is(errors::kPackRolledBack);
  };
  pack.sequence = 4;
  EXPECT_TRUE(rolled_back(pack));
  pack.sequence = 5;
  pack.issuers.clear();  // two packs under one number
  EXPECT_TRUE(rolled_back(pack));
  pack.sequence = 6;
  EXPECT_FALSE(rolled_back(pack));
}

TEST(TrustPack, EveryChangedByteIsRefused) {
  Province province;
  const Bytes file = sign_trust_pack(province.pack(), province.pack_key);
  for (std::size_t i = 0; i < file.size(); ++i) {
    Bytes changed = file;
    changed[i] ^= 1;
    EXPECT_FALSE(open_trust_pack(changed, province.pack_key.verifying_key(), {}).ok()) << "byte " << i;
    EXPECT_FALSE(open_trust_pack(ByteView(file).first(i), province.pack_key.verifying_key(), {}).ok());
  }
}

TEST(TrustPack, OnlyThePinnedKeyCounts) {
  Province province;
  const auto result =
      open_trust_pack(sign_trust_pack(province.pack(), province.code_key), province.pack_key.verifying_key(), {});
  ASSERT_FALSE(result.ok());
  EXPECT_TRUE(result.error().is(errors::kCodeBadSignature));
  // A credential is a COSE_Sign1 too, but no pack.
  const Bytes credential = province.issuer.issue(province.phone_claims()).value();
  const auto confused = open_trust_pack(credential, province.code_key.verifying_key(), {});
  ASSERT_FALSE(confused.ok());
  EXPECT_TRUE(confused.error().is(errors::kPackMalformed));
}

TEST(TrustPack, CutsALongTitleBetweenCharacters) {
  Province province;
  TrustPack pack = province.pack();
  pack.policies[0].title_zh.clear();
  for (int i = 0; i < 300; ++i) pack.policies[0].title_zh += "\xE6\xB2\xB3";
  const auto opened = open_trust_pack(sign_trust_pack(pack, province.pack_key), province.pack_key.verifying_key(), {});
  ASSERT_TRUE(opened.ok()) << opened.error().to_string();
  EXPECT_EQ(opened->pack.policies[0].title_zh, pack.policies[0].title_zh.substr(0, 510));
}

TEST(TrustPack, RefusesAFilterOutOfOrder) {
  Province province;
  const auto opens = [&](std::string_view filter) {
    CborWriter writer;
    writer.map(7).integer(1).integer(1).integer(2).integer(5).integer(3).integer(0).integer(4).integer(9);
    writer.integer(5).array(0).integer(6).bytes(hex_decode(filter).value()).integer(7).array(0);
    const Bytes file = CoseSigner(province.pack_key).sign(writer.view());
    return open_trust_pack(file, province.pack_key.verifying_key(), {}).ok();
  };
  EXPECT_TRUE(opens(""));
  EXPECT_TRUE(opens("00000000000000010000000000000002"));
  EXPECT_FALSE(opens("00000000000000020000000000000001"));
  EXPECT_FALSE(opens("00000000000000010000000000000001"));
  EXPECT_FALSE(opens("0000000000000001000000"));
}

TEST(TrustPack, FindsEveryRevokedCredential) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  Province province;
  TrustPack pack = province.pack();
  std::vector<CredentialId> revoked(5'000);
  for (CredentialId& id : revoked) {
    province.rng.fill(id);
    pack.revoked.push_back(revoked_prefix(id));
  }
  const auto opened = open_trust_pack(sign_trust_pack(pack, province.pack_key), province.pack_key.verifying_key(), {});
  ASSERT_TRUE(opened.ok());
  for (CredentialId& id : revoked) {
    EXPECT_TRUE(opened->pack.is_revoked(id));
    id[0] ^= 1;
    EXPECT_FALSE(opened->pack.is_revoked(id));
  }
}

}  // namespace
}  // namespace mingma::code
