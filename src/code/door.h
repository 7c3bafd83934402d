// The check at a door: one scanned text, a trust pack and a clock give one verdict. Nothing is sent or recorded.
//
// Checks in this order, and the first that fails is the verdict: pack, structure, issuer, signature, revocation,
// expiry, phone key, age of the picture. So a forged code never says "expired", and "wrong phone key" is only said of
// a genuine, living credential.
// Accepts hostile text: sizes are bounded before anything is decoded.
// Threading: pure; a TrustPack may be shared.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "code/credential.h"
#include "code/presentation.h"
#include "code/trust_pack.h"

namespace mingma::code {

enum class Verdict : std::uint8_t {
  kGreen,
  kYellow,
  kRed,
  kExpired,
  kScreenshotOrClockOff,  // the proof is older than a minute or from the future, or the credential is not yet valid
  kWrongPhoneKey,         // shown by another phone, or a phone's code copied onto paper
  kUnknownIssuer,
  kBadSignature,
  kRevoked,
  kPackTooOld,  // or the door's own clock stands before the pack's issue
  kNotAHealthCode,
};
inline constexpr int kVerdictCount = 11;

// How old a shown proof may be, and how far any two clocks may differ.
inline constexpr std::int64_t kProofSecondsMax = 60;
inline constexpr std::int64_t kClockSkewSecondsMax = 60;

struct DoorCheck {
  Verdict verdict = Verdict::kNotAHealthCode;
  // What the screen may show beside the verdict; only of a credential whose signature is good.
  std::optional<Claims> claims;
  std::optional<PolicyTitle> policy;  // when the pack knows it
};

DoorCheck check_at_door(std::string_view text, const TrustPack& pack, UnixSeconds now);

// What a door reads: what it is, and what to do.
struct VerdictWording {
  std::string_view name;  // stable identifier: "green", "screenshot_or_clock_off", ...
  std::string_view zh;
  std::string_view en;
  std::string_view action_zh;
  std::string_view action_en;
};
const VerdictWording& wording(Verdict verdict);

}  // namespace mingma::code
