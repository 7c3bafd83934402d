#include "http/content_digest.h"

#include <openssl/evp.h>

#include <array>

#include "crypto/digest.h"
#include "http/errors.h"
#include "http/structured_fields.h"

namespace mingma::http {
namespace {

struct ContextDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

Error mismatch() { return {errors::kDigestMismatch, "the body does not match its Content-Digest; send it again"}; }

Result<std::optional<Bytes>> digest_of(const FieldDictionary& members, std::string_view name, std::size_t size) {
  const FieldMember* member = find_member(members, name);
  if (member == nullptr) return std::optional<Bytes>{};
  const Item* item = std::get_if<Item>(member);
  const Bytes* bytes = item == nullptr ? nullptr : std::get_if<Bytes>(&item->value);
  if (bytes == nullptr || bytes->size() != size) {
    return Error(errors::kInvalidField, "a digest is a byte sequence of its algorithm's length", "content-digest");
  }
  return std::optional<Bytes>(*bytes);
}

}  // namespace

struct ContentHash::Impl {
  ContentDigest expected;
  crypto::Sha256 sha256;
  std::unique_ptr<EVP_MD_CTX, ContextDeleter> sha512;
};

ContentHash::ContentHash(ContentDigest expected) : impl_(std::make_unique<Impl>()) {
  impl_->expected = std::move(expected);
  if (!impl_->expected.sha512) return;
  impl_->sha512.reset(EVP_MD_CTX_new());
  MINGMA_ASSERT(impl_->sha512 != nullptr && EVP_DigestInit_ex(impl_->sha512.get(), EVP_sha512(), nullptr) == 1);
}
ContentHash::~ContentHash() = default;
ContentHash::ContentHash(ContentHash&&) noexcept = default;
ContentHash& ContentHash::operator=(ContentHash&&) noexcept = default;

void ContentHash::update(ByteView piece) {
  if (impl_->expected.sha256) impl_->sha256.update(piece);
  if (impl_->sha512) MINGMA_ASSERT(EVP_DigestUpdate(impl_->sha512.get(), piece.data(), piece.size()) == 1);
}

Result<void> ContentHash::finish() {
  if (impl_->expected.sha256 && !equal(impl_->sha256.finish(), *impl_->expected.sha256)) return mismatch();
  if (impl_->sha512) {
    std::array<std::uint8_t, 64> actual{};
    MINGMA_ASSERT(EVP_DigestFinal_ex(impl_->sha512.get(), actual.data(), nullptr) == 1);
    if (!equal(actual, *impl_->expected.sha512)) return mismatch();
  }
  return {};
}

Result<ContentDigest> parse_content_digest(std::string_view field) {
  if (field.empty()) return Error(errors::kDigestMissing, "a Content-Digest field is required");
  MINGMA_TRY(const FieldDictionary members, parse_dictionary(field));
  ContentDigest digest;
  MINGMA_TRY(digest.sha256, digest_of(members, "sha-256", 32));
  MINGMA_TRY(digest.sha512, digest_of(members, "sha-512", 64));
  if (!digest.sha256 && !digest.sha512) {
    return Error(errors::kDigestMissing, "Content-Digest names neither sha-256 nor sha-512");
  }
  return digest;
}

std::string write_content_digest(ByteView body) { return "sha-256=:" + base64_encode(crypto::sha256(body)) + ":"; }

Result<void> check_content_digest(std::string_view field, ByteView body) {
  MINGMA_TRY(ContentDigest digest, parse_content_digest(field));
  ContentHash hash(std::move(digest));
  hash.update(body);
  return hash.finish();
}

}  // namespace mingma::http
