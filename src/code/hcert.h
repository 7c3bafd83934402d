// Foreign certificates in the European form (EU DCC, "HC1:"): evidence of vaccination, test or recovery.
//
// Reading takes any well-formed encoding, bounded; verify_hcert() is the whole check, the functions below it its steps.
// The signer's certificate comes from a trust list the caller keeps; its algorithm (ES256 or PS256) decides, not the
// message. Whether the content convinces is a question for `feed` and the policy.
// Threading: values and pure functions. Errors: code.malformed, code.unknown_signer, code.bad_signature,
// code.not_valid_now, code.wrong_usage.
// Source: eHN HCERT specification 1.0.5; EU DCC gateway certificate governance (key usage).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/json.h"
#include "base/time.h"
#include "crypto/certificate.h"

namespace mingma::code {

inline constexpr std::size_t kHcertTextMax = 16'384;   // characters
inline constexpr std::size_t kHcertBytesMax = 32'768;  // after inflating

enum class HcertKind : std::uint8_t { kTest = 1, kVaccination = 2, kRecovery = 3 };  // last arc of the key usage OIDs

struct HcertClaims {
  std::string issuer;  // country, as written; may be empty
  std::optional<UnixSeconds> issued_at;
  std::optional<UnixSeconds> expires_at;
  Json content;                   // {"ver", "nam", "dob", and "v", "t" or "r"}
  std::optional<HcertKind> kind;  // when the content has exactly one
};

struct Hcert {
  Bytes cose;  // the signed message: keep it as the evidence
  HcertClaims claims;
};

// Text, prefix, base45, zlib, structure, signer, signature, times, usage: everything but trust in the content.
Result<Hcert> verify_hcert(std::string_view text, std::span<const crypto::Certificate> trusted, UnixSeconds now);

// The steps.
Result<std::string_view> hcert_strip_prefix(std::string_view text);  // "HC1:..." without "HC1:"
Result<Bytes> hcert_inflate(ByteView compressed);
Result<HcertClaims> read_hcert_claims(ByteView payload);  // a CWT
Result<Hcert> read_hcert(ByteView cose);
bool hcert_names_signer(const Hcert& hcert, const crypto::Certificate& signer);  // by kid: first 8 bytes of SHA-256
Result<void> check_hcert_signature(const Hcert& hcert, const crypto::Certificate& signer);  // kid included
// By the key alone, for who knows the issuer's key and not its certificate; the kid is not looked at.
Result<void> check_hcert_signature(const Hcert& hcert, const crypto::VerifyingKey& key);
// issued <= now <= expires, and the signer's certificate valid when it was issued and now.
Result<void> check_hcert_times(const Hcert& hcert, const crypto::Certificate& signer, UnixSeconds now);
// A signer's certificate without extended key usage may sign every kind; one with it, only what it lists (RFC 5280).
Result<void> check_hcert_usage(const Hcert& hcert, const crypto::Certificate& signer);

}  // namespace mingma::code
