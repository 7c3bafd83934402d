#include "code/door.h"

#include <array>

namespace mingma::code {
namespace {

constexpr std::array<VerdictWording, kVerdictCount> kWording{{
    {"green", "绿码", "Green code", "核对姓名和证件末位后放行。",
     "Match the name and the document's last digits, then let in."},
    {"yellow", "黄码", "Yellow code", "核对姓名和证件末位，按黄码规定引导。",
     "Match the name and the document's last digits, then follow the procedure for yellow codes."},
    {"red", "红码", "Red code", "核对姓名和证件末位，按红码规定引导，不得扣留本人。",
     "Match the name and the document's last digits, then follow the procedure for red codes; do not detain the "
     "person."},
    {"expired", "已过期", "Expired", "请持码人联网刷新健康码；纸质码请到社区重新打印。",
     "Ask the holder to go online and refresh the code; paper codes are printed anew at the community office."},
    {"screenshot_or_clock_off", "截图，或手机时间不准", "A screenshot, or a clock that is off",
     "请持码人打开健康码页面现场出示，并核对双方手机的时间。",
     "Ask the holder to open the code itself, and compare the clocks of both phones."},
    {"wrong_phone_key", "不是在本人手机上出示", "Not shown by the phone it was made for",
     "此码是转发或复制的，请持码人在自己的手机上出示。",
     "This code was forwarded or copied; ask the holder to show it on their own phone."},
    {"unknown_issuer", "签发单位未知", "Unknown issuer", "请更新信任包后重试；仍未知则不是有效健康码。",
     "Update the trust pack and try again; if the issuer stays unknown this is no valid code."},
    {"bad_signature", "签名不符，疑为伪造", "The signature is wrong: probably forged",
     "请持码人刷新后重新出示；仍不符请改用证件查验。",
     "Ask the holder to refresh and show it again; if it stays wrong, check by identity document instead."},
    {"revoked", "已作废", "Revoked", "请持码人联网领取新码。", "Ask the holder to go online for a new code."},
    {"pack_too_old", "信任包过旧，或本机时间不准", "The trust pack is too old, or this device's clock is off",
     "请联网更新信任包，并核对本机时间。", "Go online to update the trust pack, and check this device's clock."},
    {"not_a_health_code", "不是健康码", "Not a health code", "请持码人出示健康码。",
     "Ask the holder to show a health code."},
}};

Verdict colour_verdict(Colour colour) {
  switch (colour) {
    case Colour::kGreen:
      return Verdict::kGreen;
    case Colour::kYellow:
      return Verdict::kYellow;
    case Colour::kRed:
      return Verdict::kRed;
  }
  MINGMA_ASSERT(false);
  return Verdict::kNotAHealthCode;
}

bool may_issue(const IssuerKey& issuer, const Claims& claims) {
  return issuer.issuer == claims.issuer && (claims.is_paper() ? issuer.for_paper : issuer.for_phone) &&
         issuer.valid_from <= claims.issued_at && claims.issued_at <= issuer.valid_until;
}

// Of a genuine credential: is it alive, and is this its holder showing it now?
Verdict judge(const Presentation& presentation, const Claims& claims, const TrustPack& pack, UnixSeconds now) {
  if (pack.is_revoked(claims.id)) return Verdict::kRevoked;
  if (claims.expires_at <= now) return Verdict::kExpired;
  if (claims.issued_at > now.plus(kClockSkewSecondsMax)) return Verdict::kScreenshotOrClockOff;
  if (presentation.form == CodeForm::kPaper) {
    return claims.is_paper() ? colour_verdict(claims.colour) : Verdict::kWrongPhoneKey;
  }
  if (!claims.holder) return Verdict::kNotAHealthCode;  // nothing binds a paper credential to the phone that shows it
  const auto phone = claims.holder->verifying_key();
  if (!phone.ok() ||
      !phone->verify(shown_message(presentation.credential, presentation.shown_at), presentation.proof)) {
    return Verdict::kWrongPhoneKey;
  }
  const std::int64_t age = now.value - presentation.shown_at.value;
  if (age > kProofSecondsMax || age < -kClockSkewSecondsMax) return Verdict::kScreenshotOrClockOff;
  return colour_verdict(claims.colour);
}

}  // namespace

DoorCheck check_at_door(std::string_view text, const TrustPack& pack, UnixSeconds now) {
  if (pack.expires_at <= now || now.plus(kClockSkewSecondsMax) < pack.issued_at)
    return {.verdict = Verdict::kPackTooOld};
  const auto presentation = read_presentation(text);
  if (!presentation.ok()) return {.verdict = Verdict::kNotAHealthCode};
  auto credential = read_credential(presentation->credential);
  if (!credential.ok()) return {.verdict = Verdict::kNotAHealthCode};
  const IssuerKey* issuer = pack.find_issuer(credential->envelope.kid);
  if (issuer == nullptr || !may_issue(*issuer, credential->claims)) return {.verdict = Verdict::kUnknownIssuer};
  if (!credential->envelope.verify(issuer->key).ok()) return {.verdict = Verdict::kBadSignature};

  DoorCheck check;
  check.verdict = judge(*presentation, credential->claims, pack, now);
  if (const PolicyTitle* policy = pack.find_policy(credential->claims.policy)) check.policy = *policy;
  check.claims = std::move(credential->claims);
  return check;
}

const VerdictWording& wording(Verdict verdict) {
  const auto index = static_cast<std::size_t>(verdict);
  MINGMA_ASSERT(index < kWording.size());
  return kWording[index];
}

}  // namespace mingma::code
