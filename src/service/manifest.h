// The manifest of a submission: what an institution signs once for many lines. Format: docs/formats/submission.md.
//
//   {"submission_id": "<uuid>", "institution": "...", "format": "fhir-ndjson" | "lab-csv", "created": "<instant>",
//    "salt": "<base64, 32 bytes>", "parts": [{"count": n, "digest": "sha-256=:<base64>:", "lines_root": "<base64>"},
//    ...]}
//
// A line's hash is HMAC-SHA-256(salt, bytes of the line without its line end); lines_root is the RFC 6962 root over the
// hashes as entries, in the order of the part. So every line is provable against the one signature, and once the salt
// is destroyed the hashes say nothing. Blank lines are no lines. Unknown members are refused. Threading: values.
// Limits: manifest 1 MiB, 1,000 parts, 1,000,000 lines a part.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/time.h"
#include "feed/feed.h"

namespace mingma::service {

inline constexpr std::size_t kManifestBytesMax = 1u << 20;
inline constexpr std::size_t kManifestPartsMax = 1'000;
inline constexpr std::uint64_t kPartLinesMax = 1'000'000;

struct ManifestPart {
  std::uint64_t count = 0;
  Digest digest{};  // SHA-256 of the part's bytes
  Digest lines_root{};
};

struct Manifest {
  std::string submission_id;  // lower case
  std::string institution;
  feed::FeedFormat format = feed::FeedFormat::kFhirNdjson;
  UnixSeconds created{};
  Digest salt{};
  std::vector<ManifestPart> parts;
};

Result<Manifest> parse_manifest(std::string_view text);
std::string write_manifest(const Manifest& manifest);

// Finds the signed Content-Digest in an RFC 9421 signature base and compares it with the body (RFC 9530, sha-256 only).
Result<void> check_covered_digest(ByteView signature_base, ByteView body);

}  // namespace mingma::service
