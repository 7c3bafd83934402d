#include "service/manifest.h"

#include <algorithm>

#include "base/errors.h"
#include "base/json.h"
#include "crypto/digest.h"
#include "service/errors.h"

namespace mingma::service {
namespace {

constexpr std::string_view kDigestPrefix = "sha-256=:";

Error invalid(std::string what, std::string where) { return {errors::kBadRequest, std::move(what), std::move(where)}; }

Result<std::string> text_member(const Json& object, std::string_view name) {
  const Json* member = object.find(name);
  if (member == nullptr || !member->is_string())
    return invalid("this member must be a string", "/" + std::string(name));
  return member->string();
}

Result<Digest> digest_from_base64(std::string_view text, const std::string& where) {
  const Result<Bytes> bytes = base64_decode(text);
  if (!bytes || bytes->size() != 32) return invalid("this must be 32 bytes in base64", where);
  return Digest::from(*bytes);
}

// "sha-256=:<base64>:" exactly: one algorithm, no parameters.
Result<Digest> parse_content_digest(std::string_view text, const std::string& where) {
  if (!text.starts_with(kDigestPrefix) || text.size() <= kDigestPrefix.size() || !text.ends_with(':')) {
    return invalid("this must be sha-256=:<base64>:", where);
  }
  return digest_from_base64(text.substr(kDigestPrefix.size(), text.size() - kDigestPrefix.size() - 1), where);
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

Result<void> refuse_unknown_members(const Json& object, std::initializer_list<std::string_view> known,
                                    const std::string& where) {
  for (const Json::Member& member : object.object()) {
    if (std::find(known.begin(), known.end(), member.first) == known.end())
      return invalid("unknown member", where + "/" + member.first);
  }
  return {};
}

Result<ManifestPart> parse_part(const Json& json, const std::string& where) {
  if (!json.is_object()) return invalid("a part must be an object", where);
  MINGMA_CHECK(refuse_unknown_members(json, {"count", "digest", "lines_root"}, where));
  const Json* count = json.find("count");
  if (count == nullptr || !count->is_integer() || count->integer() < 0 ||
      count->integer() > static_cast<std::int64_t>(kPartLinesMax)) {
    return invalid("count must be 0 to " + std::to_string(kPartLinesMax), where + "/count");
  }
  ManifestPart part;
  part.count = static_cast<std::uint64_t>(count->integer());
  MINGMA_TRY(const std::string digest, text_member(json, "digest"));
  MINGMA_TRY(part.digest, parse_content_digest(digest, where + "/digest"));
  MINGMA_TRY(const std::string root, text_member(json, "lines_root"));
  MINGMA_TRY(part.lines_root, digest_from_base64(root, where + "/lines_root"));
  return part;
}

}  // namespace

Result<Manifest> parse_manifest(std::string_view text) {
  if (text.size() > kManifestBytesMax) return Error(errors::kTooLarge, "a manifest has at most 1 MiB");
  MINGMA_TRY(const Json json, parse_json(text));
  if (!json.is_object()) return invalid("a manifest must be an object", "/");
  MINGMA_CHECK(
      refuse_unknown_members(json, {"submission_id", "institution", "format", "created", "salt", "parts"}, ""));
  Manifest manifest;
  MINGMA_TRY(manifest.submission_id, text_member(json, "submission_id"));
  if (!is_uuid(manifest.submission_id)) return invalid("this must be a UUID in lower case", "/submission_id");
  MINGMA_TRY(manifest.institution, text_member(json, "institution"));
  MINGMA_TRY(const std::string format, text_member(json, "format"));
  MINGMA_TRY(manifest.format, feed::parse_feed_format(format));
  MINGMA_TRY(const std::string created, text_member(json, "created"));
  MINGMA_TRY(manifest.created, parse_instant(created));
  MINGMA_TRY(const std::string salt, text_member(json, "salt"));
  MINGMA_TRY(manifest.salt, digest_from_base64(salt, "/salt"));
  const Json* parts = json.find("parts");
  if (parts == nullptr || !parts->is_array() || parts->array().empty() || parts->array().size() > kManifestPartsMax) {
    return invalid("there must be 1 to 1000 parts", "/parts");
  }
  for (std::size_t i = 0; i < parts->array().size(); ++i) {
    MINGMA_TRY(const ManifestPart part, parse_part(parts->array()[i], "/parts/" + std::to_string(i)));
    manifest.parts.push_back(part);
  }
  return manifest;
}

std::string write_manifest(const Manifest& manifest) {
  Json json;
  json.set("submission_id", manifest.submission_id);
  json.set("institution", manifest.institution);
  json.set("format", feed::to_string(manifest.format));
  json.set("created", manifest.created.to_string());
  json.set("salt", base64_encode(manifest.salt));
  Json::Array parts;
  for (const ManifestPart& part : manifest.parts) {
    Json entry;
    entry.set("count", static_cast<std::int64_t>(part.count));
    entry.set("digest", std::string(kDigestPrefix) + base64_encode(part.digest) + ":");
    entry.set("lines_root", base64_encode(part.lines_root));
    parts.push_back(std::move(entry));
  }
  json.set("parts", std::move(parts));
  return json.to_string();
}

Result<void> check_covered_digest(ByteView signature_base, ByteView body) {
  constexpr std::string_view kLine = "\"content-digest\": ";
  std::string_view rest = as_text(signature_base);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!line.starts_with(kLine)) continue;
    MINGMA_TRY(const Digest digest, parse_content_digest(line.substr(kLine.size()), "content-digest"));
    if (digest != crypto::sha256(body))
      return Error(errors::kDigestMismatch, "the body is not the one that was signed");
    return {};
  }
  return Error(errors::kSignatureRefused, "the signature does not cover content-digest");
}

}  // namespace mingma::service
