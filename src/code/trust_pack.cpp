#include "code/trust_pack.h"

#include <algorithm>

#include "base/cbor.h"
#include "code/cose.h"
#include "code/errors.h"
#include "crypto/digest.h"

namespace mingma::code {
namespace {

constexpr std::int64_t kFormatVersion = 1;

constexpr std::int64_t kVersion = 1;
constexpr std::int64_t kSequence = 2;
constexpr std::int64_t kIssuedAt = 3;
constexpr std::int64_t kExpiresAt = 4;
constexpr std::int64_t kIssuers = 5;
constexpr std::int64_t kRevoked = 6;
constexpr std::int64_t kPolicies = 7;

constexpr std::uint64_t kUsagePhone = 1;
constexpr std::uint64_t kUsagePaper = 2;

constexpr std::size_t kPointBytes = 65;  // SEC1 uncompressed: one spelling per key
constexpr std::size_t kTextBytesMax = 512;
constexpr std::size_t kPrefixBytes = sizeof(RevokedPrefix);
constexpr std::int64_t kLatestSeconds = 253'402'300'799;  // the end of year 9999: sums with it cannot overflow

Error malformed(const char* what) { return Error(errors::kPackMalformed, what); }

Result<UnixSeconds> read_time(CborReader& reader) {
  MINGMA_TRY(const std::int64_t value, reader.integer());
  if (value < 0 || value > kLatestSeconds) return malformed("a time is out of range");
  return UnixSeconds{value};
}

Result<std::string> read_text(CborReader& reader) {
  MINGMA_TRY(const std::string_view text, reader.text());
  if (text.size() > kTextBytesMax) return malformed("a text is too long");
  return std::string(text);
}

RevokedPrefix big_endian(ByteView bytes) {
  RevokedPrefix value = 0;
  for (std::size_t i = 0; i < kPrefixBytes; ++i) value = value << 8 | bytes[i];
  return value;
}

Result<IssuerKey> read_issuer(CborReader& reader) {
  MINGMA_TRY(const std::uint64_t parts, reader.array());
  if (parts != 5) return malformed("an issuer key has five parts");
  MINGMA_TRY(const ByteView point, reader.bytes());
  auto key = crypto::VerifyingKey::from_p256(point);
  if (!key.ok() || point.size() != kPointBytes) return malformed("an issuer key is not on P-256");
  IssuerKey issuer{.key = std::move(key).value()};
  MINGMA_TRY(issuer.issuer, read_text(reader));
  MINGMA_TRY(const std::uint64_t usage, reader.unsigned_integer());
  if (usage > (kUsagePhone | kUsagePaper)) return malformed("a usage is not understood");
  issuer.for_phone = (usage & kUsagePhone) != 0;
  issuer.for_paper = (usage & kUsagePaper) != 0;
  MINGMA_TRY(issuer.valid_from, read_time(reader));
  MINGMA_TRY(issuer.valid_until, read_time(reader));
  return issuer;
}

Result<void> read_issuers(CborReader& reader, std::vector<IssuerKey>& issuers) {
  MINGMA_TRY(const std::uint64_t count, reader.array());
  if (count > kPackIssuersMax) return malformed("too many issuer keys");
  for (std::uint64_t i = 0; i < count; ++i) {
    MINGMA_TRY(IssuerKey issuer, read_issuer(reader));
    for (const IssuerKey& other : issuers) {
      if (other.key.key_id() == issuer.key.key_id()) return malformed("an issuer key occurs twice");
    }
    issuers.push_back(std::move(issuer));
  }
  return {};
}

Result<void> read_revoked(CborReader& reader, std::vector<RevokedPrefix>& revoked) {
  MINGMA_TRY(const ByteView bytes, reader.bytes());
  if (bytes.size() % kPrefixBytes != 0 || bytes.size() / kPrefixBytes > kPackRevokedMax) {
    return malformed("the revocation filter has an impossible size");
  }
  revoked.reserve(bytes.size() / kPrefixBytes);
  for (std::size_t i = 0; i < bytes.size(); i += kPrefixBytes) {
    const RevokedPrefix prefix = big_endian(bytes.subspan(i, kPrefixBytes));
    if (!revoked.empty() && prefix <= revoked.back()) return malformed("the revocation filter is not in order");
    revoked.push_back(prefix);
  }
  return {};
}

Result<void> read_policies(CborReader& reader, std::vector<PolicyTitle>& policies) {
  MINGMA_TRY(const std::uint64_t count, reader.array());
  if (count > kPackPoliciesMax) return malformed("too many policies");
  for (std::uint64_t i = 0; i < count; ++i) {
    MINGMA_TRY(const std::uint64_t parts, reader.array());
    if (parts != 5) return malformed("a policy title has five parts");
    PolicyTitle policy;
    MINGMA_TRY(const ByteView hash, reader.bytes());
    MINGMA_TRY(policy.hash, Digest::from(hash));
    MINGMA_TRY(policy.id, read_text(reader));
    MINGMA_TRY(policy.version, read_text(reader));
    MINGMA_TRY(policy.title_zh, read_text(reader));
    MINGMA_TRY(policy.title_en, read_text(reader));
    if (!policies.empty() && policy.hash <= policies.back().hash) return malformed("the policies are not in order");
    policies.push_back(std::move(policy));
  }
  return {};
}

Result<TrustPack> read_pack(ByteView payload) {
  TrustPack pack;
  unsigned seen = 0;
  CborReader reader(payload);
  MINGMA_CHECK(reader.integer_map([&](std::int64_t label) -> Result<void> {
    if (label >= kVersion && label <= kPolicies) seen |= 1u << label;
    switch (label) {
      case kVersion: {
        MINGMA_TRY(const std::int64_t version, reader.integer());
        if (version != kFormatVersion)
          return malformed("this version of the trust pack is not understood; update the program");
        return {};
      }
      case kSequence: {
        MINGMA_TRY(pack.sequence, reader.unsigned_integer());
        return {};
      }
      case kIssuedAt: {
        MINGMA_TRY(pack.issued_at, read_time(reader));
        return {};
      }
      case kExpiresAt: {
        MINGMA_TRY(pack.expires_at, read_time(reader));
        return {};
      }
      case kIssuers:
        return read_issuers(reader, pack.issuers);
      case kRevoked:
        return read_revoked(reader, pack.revoked);
      case kPolicies:
        return read_policies(reader, pack.policies);
      default:
        return malformed("a member of the trust pack is not understood");
    }
  }));
  MINGMA_CHECK(reader.end());
  if (seen != 0xFEu) return malformed("a member of the trust pack is missing");  // labels 1 to 7
  return pack;
}

bool in_range(UnixSeconds t) { return t.value >= 0 && t.value <= kLatestSeconds; }

// A title too long for a door's screen must not make the whole pack unreadable: it is cut between two characters.
std::string_view cut(std::string_view text) {
  std::size_t size = std::min(text.size(), kTextBytesMax);
  while (size < text.size() && size > 0 && (text[size] & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

void write_issuer(CborWriter& writer, const IssuerKey& issuer) {
  MINGMA_ASSERT(!issuer.issuer.empty() && issuer.issuer.size() <= kIssuerBytesMax);
  MINGMA_ASSERT(in_range(issuer.valid_from) && in_range(issuer.valid_until));
  MINGMA_ASSERT(issuer.key.algorithm() == crypto::SignatureAlgorithm::kEs256);
  writer.array(5).bytes(issuer.key.raw()).text(issuer.issuer);
  writer.unsigned_integer((issuer.for_phone ? kUsagePhone : 0) | (issuer.for_paper ? kUsagePaper : 0));
  writer.integer(issuer.valid_from.value).integer(issuer.valid_until.value);
}

}  // namespace

RevokedPrefix revoked_prefix(const CredentialId& id) { return big_endian(crypto::sha256(id)); }

const IssuerKey* TrustPack::find_issuer(ByteView kid) const {
  const std::string id = hex_encode(kid);
  const auto found =
      std::find_if(issuers.begin(), issuers.end(), [&](const IssuerKey& i) { return i.key.key_id() == id; });
  return found == issuers.end() ? nullptr : &*found;
}

const PolicyTitle* TrustPack::find_policy(const Digest& hash) const {
  const auto found =
      std::lower_bound(policies.begin(), policies.end(), hash,
                       [](const PolicyTitle& policy, const Digest& wanted) { return policy.hash < wanted; });
  return found == policies.end() || found->hash != hash ? nullptr : &*found;
}

bool TrustPack::is_revoked(const CredentialId& id) const {
  return std::binary_search(revoked.begin(), revoked.end(), revoked_prefix(id));
}

Bytes sign_trust_pack(const TrustPack& pack, crypto::SigningKey& pack_key) {
  std::vector<RevokedPrefix> revoked = pack.revoked;
  std::sort(revoked.begin(), revoked.end());
  revoked.erase(std::unique(revoked.begin(), revoked.end()), revoked.end());
  std::vector<PolicyTitle> policies = pack.policies;
  std::sort(policies.begin(), policies.end());
  policies.erase(std::unique(policies.begin(), policies.end(),
                             [](const PolicyTitle& a, const PolicyTitle& b) { return a.hash == b.hash; }),
                 policies.end());
  MINGMA_ASSERT(pack.issuers.size() <= kPackIssuersMax && revoked.size() <= kPackRevokedMax &&
                policies.size() <= kPackPoliciesMax);

  MINGMA_ASSERT(in_range(pack.issued_at) && in_range(pack.expires_at));
  Bytes filter;
  filter.reserve(revoked.size() * kPrefixBytes);
  for (const RevokedPrefix prefix : revoked) {
    for (int shift = 56; shift >= 0; shift -= 8) filter.push_back(static_cast<std::uint8_t>(prefix >> shift));
  }
  CborWriter writer;
  writer.map(7).integer(kVersion).integer(kFormatVersion);
  writer.integer(kSequence).unsigned_integer(pack.sequence);
  writer.integer(kIssuedAt).integer(pack.issued_at.value);
  writer.integer(kExpiresAt).integer(pack.expires_at.value);
  writer.integer(kIssuers).array(pack.issuers.size());
  for (const IssuerKey& issuer : pack.issuers) write_issuer(writer, issuer);
  writer.integer(kRevoked).bytes(filter);
  writer.integer(kPolicies).array(policies.size());
  for (const PolicyTitle& policy : policies) {
    writer.array(5).bytes(policy.hash).text(cut(policy.id)).text(cut(policy.version));
    writer.text(cut(policy.title_zh)).text(cut(policy.title_en));
  }
  return CoseSigner(pack_key).sign(writer.view());
}

Result<OpenedPack> open_trust_pack(ByteView file, const crypto::VerifyingKey& pack_key,
                                   const std::optional<PackMark>& newest) {
  if (file.size() > kPackBytesMax) return malformed("too large for a trust pack");
  const auto envelope = read_cose_sign1(file);
  if (!envelope.ok()) return malformed("not a trust pack");
  MINGMA_CHECK(envelope->verify(pack_key));
  auto pack = read_pack(envelope->payload);
  if (!pack.ok()) return Error(errors::kPackMalformed, pack.error().message(), pack.error().where());
  const PackMark mark{pack->sequence, crypto::sha256(file)};
  if (newest &&
      (mark.sequence < newest->sequence || (mark.sequence == newest->sequence && mark.hash != newest->hash))) {
    return Error(errors::kPackRolledBack, "a newer trust pack was already in use here; fetch the current one");
  }
  return OpenedPack{std::move(pack).value(), mark};
}

}  // namespace mingma::code
