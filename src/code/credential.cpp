#include "code/credential.h"

#include <algorithm>

#include "code/errors.h"

namespace mingma::code {
namespace {

// CWT claims (RFC 8392, RFC 8747, eHN HCERT).
constexpr std::int64_t kIss = 1;
constexpr std::int64_t kExp = 4;
constexpr std::int64_t kIat = 6;
constexpr std::int64_t kCti = 7;
constexpr std::int64_t kCnf = 8;
constexpr std::int64_t kHcert = -260;
constexpr std::int64_t kHcertColour = -1;

// Inside the colour.
constexpr std::int64_t kColour = 1;
constexpr std::int64_t kRule = 2;
constexpr std::int64_t kPolicy = 3;
constexpr std::int64_t kShard = 4;
constexpr std::int64_t kLeaf = 5;
constexpr std::int64_t kNameMask = 6;
constexpr std::int64_t kDocumentDigits = 7;
constexpr std::int64_t kSince = 8;
constexpr std::int64_t kPaper = 9;

// COSE_Key of an elliptic curve point (RFC 9053 section 7.1).
constexpr std::int64_t kCnfKey = 1;
constexpr std::int64_t kKeyType = 1;
constexpr std::int64_t kKeyTypeEc2 = 2;
constexpr std::int64_t kCurve = -1;
constexpr std::int64_t kCurveP256 = 1;
constexpr std::int64_t kX = -2;
constexpr std::int64_t kY = -3;

constexpr std::int64_t kLatestSeconds = 253'402'300'799;  // the end of year 9999: sums with it cannot overflow

Error malformed(const char* what) { return Error(errors::kCodeMalformed, what); }

Result<UnixSeconds> read_time(CborReader& reader) {
  MINGMA_TRY(const std::int64_t value, reader.integer());
  if (value < 0 || value > kLatestSeconds) return malformed("a time is out of range");
  return UnixSeconds{value};
}

Result<std::string> read_text(CborReader& reader, std::size_t bytes_max) {
  MINGMA_TRY(const std::string_view text, reader.text());
  if (text.empty() || text.size() > bytes_max) return malformed("a text is empty or too long");
  return std::string(text);
}

template <std::size_t N>
Result<void> read_exactly(CborReader& reader, std::array<std::uint8_t, N>& out) {
  MINGMA_TRY(const ByteView bytes, reader.bytes());
  if (bytes.size() != N) return malformed("a byte string has the wrong length");
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return {};
}

Result<HolderKey> read_holder(CborReader& reader) {
  HolderKey key;
  unsigned seen = 0;
  MINGMA_CHECK(reader.integer_map([&](std::int64_t label) -> Result<void> {
    if (label == kX) return seen |= 4u, read_exactly(reader, key.x);
    if (label == kY) return seen |= 8u, read_exactly(reader, key.y);
    if (label != kKeyType && label != kCurve) return malformed("a member of the holder's key is not understood");
    MINGMA_TRY(const std::int64_t value, reader.integer());
    if (value != (label == kKeyType ? kKeyTypeEc2 : kCurveP256)) return malformed("the holder's key is not on P-256");
    seen |= label == kKeyType ? 1u : 2u;
    return {};
  }));
  if (seen != 15u) return malformed("the holder's key is incomplete");
  return key;
}

Result<HolderKey> read_confirmation(CborReader& reader) {
  MINGMA_TRY(const std::uint64_t count, reader.map());
  MINGMA_TRY(const std::int64_t method, reader.integer());
  if (count != 1 || method != kCnfKey) return malformed("the holder is not confirmed by a COSE key");
  return read_holder(reader);
}

Result<void> read_colour_member(CborReader& reader, std::int64_t label, Claims& claims) {
  switch (label) {
    case kColour: {
      MINGMA_TRY(const std::uint64_t value, reader.unsigned_integer());
      if (value < 1 || value > 3) return malformed("there is no such colour");
      claims.colour = static_cast<Colour>(value);
      return {};
    }
    case kRule: {
      MINGMA_TRY(claims.rule, read_text(reader, kRuleBytesMax));
      return {};
    }
    case kPolicy:
      return read_exactly(reader, claims.policy.bytes);
    case kShard: {
      MINGMA_TRY(const std::uint64_t value, reader.unsigned_integer());
      if (value > 0xFFFF) return malformed("there is no such shard");
      claims.shard = ShardId{static_cast<std::uint16_t>(value)};
      return {};
    }
    case kLeaf: {
      MINGMA_TRY(claims.leaf.value, reader.unsigned_integer());
      return {};
    }
    case kNameMask: {
      MINGMA_TRY(claims.name_mask, read_text(reader, kNameMaskBytesMax));
      return {};
    }
    case kDocumentDigits: {
      MINGMA_TRY(claims.document_digits, read_text(reader, kDocumentDigitsMax));
      return {};
    }
    case kSince: {
      MINGMA_TRY(claims.since, read_time(reader));
      return {};
    }
    default:
      return malformed("a member of the colour is not understood");
  }
}

// Gives whether the credential says it is for paper.
Result<bool> read_colour(CborReader& reader, Claims& claims) {
  MINGMA_TRY(const std::uint64_t count, reader.map());
  MINGMA_TRY(const std::int64_t kind, reader.integer());
  if (count != 1 || kind != kHcertColour) return malformed("not a health code: the certificate has other content");
  bool paper = false;
  unsigned seen = 0;
  MINGMA_CHECK(reader.integer_map([&](std::int64_t label) -> Result<void> {
    if (label != kPaper) {
      if (label >= kColour && label <= kSince) seen |= 1u << label;
      return read_colour_member(reader, label, claims);
    }
    MINGMA_TRY(paper, reader.boolean());
    if (!paper) return malformed("the paper mark is either true or absent");
    return {};
  }));
  if (seen != 0x1FEu) return malformed("the colour is incomplete");  // labels 1 to 8
  return paper;
}

Result<Claims> read_claims(ByteView payload) {
  Claims claims;
  bool paper = false;
  unsigned seen = 0;
  CborReader reader(payload);
  MINGMA_CHECK(reader.integer_map([&](std::int64_t label) -> Result<void> {
    switch (label) {
      case kIss: {
        MINGMA_TRY(claims.issuer, read_text(reader, kIssuerBytesMax));
        return seen |= 1u, Result<void>{};
      }
      case kExp: {
        MINGMA_TRY(claims.expires_at, read_time(reader));
        return seen |= 2u, Result<void>{};
      }
      case kIat: {
        MINGMA_TRY(claims.issued_at, read_time(reader));
        return seen |= 4u, Result<void>{};
      }
      case kCti:
        return seen |= 8u, read_exactly(reader, claims.id);
      case kCnf: {
        MINGMA_TRY(claims.holder, read_confirmation(reader));
        return {};
      }
      case kHcert: {
        MINGMA_TRY(paper, read_colour(reader, claims));
        return seen |= 16u, Result<void>{};
      }
      default:
        return malformed("a claim is not understood");
    }
  }));
  MINGMA_CHECK(reader.end());
  if (seen != 31u) return malformed("a claim is missing");
  if (paper != claims.is_paper()) return malformed("a credential is either bound to a phone or marked as paper");
  if (claims.expires_at <= claims.issued_at) return malformed("the expiry is not after the issue");
  return claims;
}

Result<Credential> read(ByteView bytes) {
  if (bytes.size() > kCredentialBytesMax) return malformed("too large for a credential");
  MINGMA_TRY(const CoseSign1 envelope, read_cose_sign1(bytes));
  if (envelope.algorithm != cose_algorithm(crypto::SignatureAlgorithm::kEs256)) {
    return malformed("a credential is signed with ES256");
  }
  MINGMA_TRY(Claims claims, read_claims(envelope.payload));
  return Credential{envelope, std::move(claims)};
}

void write_holder(CborWriter& writer, const HolderKey& key) {
  writer.integer(kCnf).map(1).integer(kCnfKey);
  writer.map(4).integer(kKeyType).integer(kKeyTypeEc2).integer(kCurve).integer(kCurveP256);
  writer.integer(kX).bytes(key.x).integer(kY).bytes(key.y);
}

void write_claims(CborWriter& writer, const Claims& claims) {
  writer.map(claims.is_paper() ? 5 : 6);
  writer.integer(kIss).text(claims.issuer);
  writer.integer(kExp).integer(claims.expires_at.value);
  writer.integer(kIat).integer(claims.issued_at.value);
  writer.integer(kCti).bytes(claims.id);
  if (claims.holder) write_holder(writer, *claims.holder);
  writer.integer(kHcert).map(1).integer(kHcertColour).map(claims.is_paper() ? 9 : 8);
  writer.integer(kColour).unsigned_integer(static_cast<std::uint64_t>(claims.colour));
  writer.integer(kRule).text(claims.rule);
  writer.integer(kPolicy).bytes(claims.policy);
  writer.integer(kShard).unsigned_integer(claims.shard.value);
  writer.integer(kLeaf).unsigned_integer(claims.leaf.value);
  writer.integer(kNameMask).text(claims.name_mask);
  writer.integer(kDocumentDigits).text(claims.document_digits);
  writer.integer(kSince).integer(claims.since.value);
  if (claims.is_paper()) writer.integer(kPaper).boolean(true);
}

Result<void> check_claims(const Claims& claims) {
  const auto fits = [](const std::string& text, std::size_t bytes_max) {
    return !text.empty() && text.size() <= bytes_max && valid_utf8(text);
  };
  const auto in_range = [](UnixSeconds t) { return t.value >= 0 && t.value <= kLatestSeconds; };
  if (!fits(claims.issuer, kIssuerBytesMax) || !fits(claims.rule, kRuleBytesMax) ||
      !fits(claims.name_mask, kNameMaskBytesMax) || !fits(claims.document_digits, kDocumentDigitsMax)) {
    return Error(errors::kCodeInvalidClaims, "a text of the credential is empty, too long or not UTF-8");
  }
  if (!in_range(claims.issued_at) || !in_range(claims.expires_at) || !in_range(claims.since) ||
      claims.expires_at <= claims.issued_at) {
    return Error(errors::kCodeInvalidClaims, "the credential's times are out of range or in the wrong order");
  }
  return {};
}

}  // namespace

Result<HolderKey> HolderKey::from(const crypto::VerifyingKey& key) {
  if (key.algorithm() != crypto::SignatureAlgorithm::kEs256) {
    return Error(errors::kCodeInvalidClaims, "a phone's key is on P-256");
  }
  return from_checked_point(key.raw());
}

Result<HolderKey> HolderKey::from_checked_point(ByteView point) {
  if (point.size() != 65 || point[0] != 4) return Error(errors::kCodeInvalidClaims, "not an uncompressed P-256 point");
  HolderKey holder;
  std::copy_n(point.begin() + 1, 32, holder.x.begin());
  std::copy_n(point.begin() + 33, 32, holder.y.begin());
  return holder;
}

Result<crypto::VerifyingKey> HolderKey::verifying_key() const {
  std::array<std::uint8_t, 65> point{4};  // SEC1: uncompressed
  std::copy(x.begin(), x.end(), point.begin() + 1);
  std::copy(y.begin(), y.end(), point.begin() + 33);
  return crypto::VerifyingKey::from_p256(point);
}

Result<Credential> read_credential(ByteView bytes) {
  auto credential = read(bytes);
  if (credential.ok() || credential.error().is(errors::kCodeMalformed)) return credential;
  return Error(errors::kCodeMalformed, "not a credential: " + credential.error().message(), credential.error().where());
}

CredentialIssuer::CredentialIssuer(crypto::SigningKey& key) : signer_(key) {
  MINGMA_ASSERT(key.algorithm() == crypto::SignatureAlgorithm::kEs256);
}

Result<Bytes> CredentialIssuer::issue(const Claims& claims) {
  MINGMA_CHECK(check_claims(claims));
  CborWriter writer(std::move(payload_));
  write_claims(writer, claims);
  payload_ = writer.take();
  return signer_.sign(payload_);
}

}  // namespace mingma::code
