#include "code/hcert.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/cbor.h"
#include "code/cbor_json.h"
#include "code/cose.h"
#include "code/errors.h"
#include "crypto/inflate.h"

namespace mingma::code {
namespace {

constexpr std::string_view kPrefix = "HC1:";
constexpr std::int64_t kIss = 1;
constexpr std::int64_t kExp = 4;
constexpr std::int64_t kIat = 6;
constexpr std::int64_t kHcert = -260;
constexpr std::int64_t kDccVersion1 = 1;
constexpr std::size_t kKidBytes = 8;
constexpr double kLatestSeconds = 253'402'300'799.0;  // the end of year 9999
// The second arc is a misprint of the first in early guidance; issuers used both.
constexpr std::array<std::string_view, 2> kUsageArcs{"1.3.6.1.4.1.1847.2021.1.", "1.3.6.1.4.1.0.1847.2021.1."};

Error malformed(const char* what) { return Error(errors::kCodeMalformed, what); }

// NumericDate: some issuers write floats.
Result<UnixSeconds> read_time(CborReader& reader) {
  while (reader.peek() == CborType::kTag) MINGMA_CHECK(reader.tag());
  double value = 0;
  if (reader.peek() == CborType::kFloat) {
    MINGMA_TRY(value, reader.floating());
  } else {
    MINGMA_TRY(const std::int64_t integer, reader.integer());
    value = static_cast<double>(integer);
  }
  if (!(value >= 0 && value <= kLatestSeconds)) return malformed("a time is out of range");
  return UnixSeconds{static_cast<std::int64_t>(std::floor(value))};
}

std::optional<HcertKind> kind_of(const Json& content) {
  std::optional<HcertKind> kind;
  constexpr std::pair<const char*, HcertKind> kNames[] = {
      {"t", HcertKind::kTest}, {"v", HcertKind::kVaccination}, {"r", HcertKind::kRecovery}};
  for (const auto& [name, candidate] : kNames) {
    const Json* list = content.find(name);
    if (list == nullptr || list->is_null()) continue;
    if (kind) return std::nullopt;
    kind = candidate;
  }
  return kind;
}

Result<Json> read_content(CborReader& reader) {
  MINGMA_TRY(const std::uint64_t count, reader.map());
  for (std::uint64_t i = 0; i < count; ++i) {
    MINGMA_TRY(const std::int64_t version, reader.integer());
    MINGMA_TRY(const ByteView content, reader.item());
    if (version == kDccVersion1) return cbor_to_json(content);
  }
  return malformed("the certificate has no content of version 1");
}

Result<HcertClaims> read_claims(ByteView payload) {
  CborReader whole(payload, CborMode::kLenient);
  MINGMA_CHECK(whole.item());  // well-formed and without duplicate keys
  MINGMA_CHECK(whole.end());
  HcertClaims claims;
  bool has_content = false;
  CborReader reader(payload, CborMode::kLenient);
  MINGMA_TRY(const std::uint64_t count, reader.map());
  for (std::uint64_t i = 0; i < count; ++i) {
    const bool known_form = reader.peek() == CborType::kInteger;
    MINGMA_TRY(const ByteView label_item, reader.item());
    std::int64_t label = 0;
    if (known_form) {
      MINGMA_TRY(label, CborReader(label_item, CborMode::kLenient).integer());
    }
    MINGMA_TRY(const ByteView item, reader.item());
    CborReader value(item, CborMode::kLenient);
    if (label == kIss && value.peek() == CborType::kText) {
      MINGMA_TRY(claims.issuer, value.text());
    } else if (label == kIat) {
      MINGMA_TRY(claims.issued_at, read_time(value));
    } else if (label == kExp) {
      MINGMA_TRY(claims.expires_at, read_time(value));
    } else if (label == kHcert) {
      MINGMA_TRY(claims.content, read_content(value));
      has_content = true;
    }
  }
  if (!has_content) return malformed("the certificate has no health content");
  claims.kind = kind_of(claims.content);
  return claims;
}

Result<Hcert> read(ByteView cose) {
  if (cose.size() > kHcertBytesMax) return malformed("too large for a certificate");
  MINGMA_TRY(const CoseSign1 envelope, read_foreign_cose_sign1(cose));
  MINGMA_TRY(HcertClaims claims, read_claims(envelope.payload));
  return Hcert{to_bytes(cose), std::move(claims)};
}

template <typename T>
Result<T> as_malformed(Result<T> result) {
  if (result.ok() || result.error().is(errors::kCodeMalformed)) return result;
  return Error(errors::kCodeMalformed, "not a certificate: " + result.error().message(), result.error().where());
}

}  // namespace

Result<std::string_view> hcert_strip_prefix(std::string_view text) {
  if (text.size() > kHcertTextMax) return malformed("too long for a certificate");
  if (!text.starts_with(kPrefix)) return malformed("a certificate begins with HC1:");
  return text.substr(kPrefix.size());
}

Result<Bytes> hcert_inflate(ByteView compressed) {
  return as_malformed(crypto::zlib_inflate(compressed, kHcertBytesMax));
}

Result<HcertClaims> read_hcert_claims(ByteView payload) { return as_malformed(read_claims(payload)); }

Result<Hcert> read_hcert(ByteView cose) { return as_malformed(read(cose)); }

bool hcert_names_signer(const Hcert& hcert, const crypto::Certificate& signer) {
  const auto envelope = read_foreign_cose_sign1(hcert.cose);
  return envelope.ok() && equal(envelope->kid, ByteView(signer.fingerprint()).first(kKidBytes));
}

Result<void> check_hcert_signature(const Hcert& hcert, const crypto::Certificate& signer) {
  MINGMA_TRY(const CoseSign1 envelope, as_malformed(read_foreign_cose_sign1(hcert.cose)));
  if (!equal(envelope.kid, ByteView(signer.fingerprint()).first(kKidBytes))) {
    return Error(errors::kCodeUnknownSigner, "the certificate names another signer");
  }
  return envelope.verify(signer.key());
}

Result<void> check_hcert_signature(const Hcert& hcert, const crypto::VerifyingKey& key) {
  MINGMA_TRY(const CoseSign1 envelope, as_malformed(read_foreign_cose_sign1(hcert.cose)));
  return envelope.verify(key);
}

Result<void> check_hcert_times(const Hcert& hcert, const crypto::Certificate& signer, UnixSeconds now) {
  const auto not_now = [](const char* why) { return Error(errors::kCodeNotValidNow, why); };
  const HcertClaims& claims = hcert.claims;
  if (!claims.issued_at || !claims.expires_at) return not_now("the certificate has no issue time or no expiry");
  if (now < *claims.issued_at) return not_now("the certificate is not yet valid");
  if (now > *claims.expires_at) return not_now("the certificate has expired");
  if (!signer.valid_at(*claims.issued_at))
    return not_now("the signer's certificate was not valid when this was issued");
  if (!signer.valid_at(now)) return not_now("the signer's certificate is not valid now");
  return {};
}

Result<void> check_hcert_usage(const Hcert& hcert, const crypto::Certificate& signer) {
  const std::vector<std::string>& usage = signer.extended_key_usage();
  if (usage.empty()) return {};
  for (const std::string_view arc : kUsageArcs) {
    if (!hcert.claims.kind) break;
    const std::string wanted = std::string(arc) + std::to_string(static_cast<int>(*hcert.claims.kind));
    if (std::find(usage.begin(), usage.end(), wanted) != usage.end()) return {};
  }
  return Error(errors::kCodeWrongUsage, "the signer may not sign this kind of certificate");
}

Result<Hcert> verify_hcert(std::string_view text, std::span<const crypto::Certificate> trusted, UnixSeconds now) {
  MINGMA_TRY(const std::string_view body, hcert_strip_prefix(text));
  MINGMA_TRY(const Bytes compressed, as_malformed(base45_decode(body)));
  MINGMA_TRY(const Bytes cose, hcert_inflate(compressed));
  MINGMA_TRY(Hcert hcert, read_hcert(cose));
  if (!hcert.claims.kind) return malformed("a certificate has exactly one of vaccination, test and recovery");
  // Eight bytes of a fingerprint can name two certificates of the list: any that verifies will do.
  Error failure(errors::kCodeUnknownSigner, "no certificate of the trust list is the signer's");
  for (const crypto::Certificate& signer : trusted) {
    if (!hcert_names_signer(hcert, signer)) continue;
    if (auto checked = check_hcert_signature(hcert, signer); !checked.ok()) {
      failure = std::move(checked).error();
      continue;
    }
    MINGMA_CHECK(check_hcert_times(hcert, signer, now));
    MINGMA_CHECK(check_hcert_usage(hcert, signer));
    return hcert;
  }
  return failure;
}

}  // namespace mingma::code
