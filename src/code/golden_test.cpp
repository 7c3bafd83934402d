// Fixed bytes of every format of this room, as in docs/formats/code.md: they must be read for ever.
#include <gtest/gtest.h>

#include "code/door.h"
#include "code/testing/province.h"

namespace mingma::code {
namespace {

using testing::kNow;
using testing::Province;

constexpr std::string_view kCredential =
    "d2844da201260448785ae4a3f039839ca058bea60165434e2d3431041a62a7cf80061a62a67ba8075007070707070707"
    "07070707070707070708a101a401022001215820694bc81731e02f13b89ccff008d144f7940859f259adbb8ce2299732"
    "11818b1022582083c130dcf348bc0b3ed174b052e5655624a43469dd2fc8d7d18ea55cb66780c8390103a120a8010102"
    "62423303582042424242424242424242424242424242424242424242424242424242424242420403051a00141bef0665"
    "e5bca02a2a076431323358081a62a289805840cda08679250a4adb97cc52ce54487fa86380cc2bd15463ec0f1c5725bf"
    "cd89a0a9729168ef5485ab1d0278f5f5ccd1663d1736ee4c65573f2ccb256ca286b67c";
constexpr std::string_view kOnPhone =
    "MM1:ARG560RRQT 9O60GO0U9FV+SRGUWSG8CKQ4O.70+M87W5%864F3T9LE8G4F342L+ALC5A:*0:*0:*0:*0:*0:*0:*00+"
    "0.FK0XK4C0J60F6B0EDDDPXD6 .5AFN.CQ751FW86WIVGB7FB.VNRQS65JQ925QHHF4/441JO/-RZ89/I1PLQ3DM00T2+A6Y"
    "KBHD$16YCRM1IJWB 3D2EPY50SGKYALX50:IC9K6F6B.G8.G8.G8.G8.G8.G8.G8.G8.G8.G8.G8.G8.G8.G8.G8.G8$M01T"
    "0K00-N3H 0.1T7BK4E5:TCQF6 5B4F3TOK6AGT889DK8EFOD1AYRG$PZ3QJ79.CLWCGCO53UA-$TAQ3XY4C:P:DKYLE/BD$U"
    "AKSL2E0A4V8+PS-C2.2T5UN CH:7UUP0XDG1H0VF9LC -F27BIT3*9MP/PKGB3SP25Q6*3GVMATU$PH *OI-H8.QJQGT4LZ%"
    "9*$5KDG$ASIQ02%LD/Q+BV+P95C3K2BM5L$O2$/1HLRJ T7$3";
constexpr std::string_view kOnPaper =
    "HC1:NCFOXN%TSMAHN-H2SKUUT1QS+2JWOEDR8BX5/T979VRW65WCCH9TBP5DOT-I9 L8V0E10$G35VCM/BMEMDIIWC5%LPXA"
    "70LO6204EC$*IB42I1G+3JNYEHC0L 5CP27O4$013KL1 8JW1A1CZS3-T5A+V5HCCSSM9FN1TJ:LYIQ 5DA.OUYU+SDB$BB3"
    "QZOUSOFE/I41A$Y08UF513EMR.ZU/ UIEF8CJIM4*6PI+6UP9KD5JTT%CW640JU1%2";
constexpr std::string_view kPack =
    "d2844da201270448f69e57b8521d3129a058b8a701010205031a62a66ff0041a62afb88005818558410403cfa5ff1391"
    "61af5987d0607bacb101ebd3cfd41c49bd0b35d4514ec7976d112360bdd93c9dc3fbcf2416a3e70bcc6f0c460fd7eb21"
    "9fd202b25a0c842e7ae165434e2d3431031a622fd7001a631d250006500000000000000001fedcba9876543210078185"
    "582042424242424242424242424242424242424242424242424242424242424242426568656e616e65392e302e3066e6"
    "b2b3e58d976548656e616e58401d50d5ea4d37e0874dcdc360114bb12ddabfe7de66b206b20b7b846c83459c2324cdd5"
    "65d6fb41ce1517c453750967117d4c0b02c79f6ad46979481eff9cb700";

class GoldenTest : public ::testing::Test {
 protected:
  OpenedPack opened() const {
    auto pack = open_trust_pack(hex_decode(kPack).value(), province_.pack_key.verifying_key(), {});
    EXPECT_TRUE(pack.ok());
    return std::move(pack).value();
  }
  Province province_;
};

TEST_F(GoldenTest, ReadsTheCredential) {
  const Bytes bytes = hex_decode(kCredential).value();
  const auto credential = read_credential(bytes);
  ASSERT_TRUE(credential.ok()) << credential.error().to_string();
  EXPECT_EQ(credential->claims, province_.phone_claims());
  EXPECT_TRUE(credential->envelope.verify(province_.code_key.verifying_key()).ok());
}

TEST_F(GoldenTest, ReadsTheTrustPack) {
  const OpenedPack pack = opened();
  EXPECT_EQ(pack.mark.sequence, 5u);
  EXPECT_EQ(pack.pack.revoked, (std::vector<RevokedPrefix>{1, 0xfedcba9876543210}));
  EXPECT_EQ(pack.pack.policies, province_.pack().policies);
  ASSERT_EQ(pack.pack.issuers.size(), 1u);
  EXPECT_TRUE(pack.pack.issuers[0].key == province_.code_key.verifying_key());
}

TEST_F(GoldenTest, ChecksBothFormsAtTheDoor) {
  const OpenedPack pack = opened();
  const DoorCheck on_phone = check_at_door(kOnPhone, pack.pack, kNow);
  EXPECT_EQ(on_phone.verdict, Verdict::kGreen);
  EXPECT_EQ(on_phone.claims, province_.phone_claims());
  const DoorCheck on_paper = check_at_door(kOnPaper, pack.pack, kNow);
  EXPECT_EQ(on_paper.verdict, Verdict::kRed);
  EXPECT_EQ(on_paper.claims, province_.paper_claims(Colour::kRed));
}

}  // namespace
}  // namespace mingma::code
