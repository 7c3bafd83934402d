// The two texts a door scans: a code shown on a phone, and a code on paper.
//
// Phone: "MM1:" base45(CBOR [credential, shown_at, signature]); the phone makes it itself, every 20 seconds, with
//   the key its credential is bound to. What it signs is shown_message(credential, shown_at).
// Paper: "HC1:" base45(zlib(credential)), as any HCERT; the credential has no holder key.
// Reading bounds every size and proves nothing about signatures: that is door.h. Errors: code.malformed.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/time.h"
#include "code/credential.h"
#include "crypto/signature.h"

namespace mingma::code {

inline constexpr std::size_t kCodeTextMax = 2'048;  // characters; a QR code of version 25 holds fewer
inline constexpr std::int64_t kRefreshSeconds = 20;

enum class CodeForm : std::uint8_t { kPhone, kPaper };

struct Presentation {
  CodeForm form = CodeForm::kPhone;
  Bytes credential;
  UnixSeconds shown_at{};                // phone only
  std::array<std::uint8_t, 64> proof{};  // phone only: ES256, r||s
};

Result<Presentation> read_presentation(std::string_view text);

// CBOR ["MM1", credential, shown_at]: the bytes the phone's key signs.
Bytes shown_message(ByteView credential, UnixSeconds shown_at);
// What a phone does; used by the command line and tests. `phone` must be ES256.
std::string show_on_phone(ByteView credential, UnixSeconds now, crypto::SigningKey& phone);
std::string print_on_paper(ByteView credential);

}  // namespace mingma::code
