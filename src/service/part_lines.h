// The lines of one part: hashed against the manifest, cut into chunks, read into statements.
//
// Threading: a PartCheck and a ChunkReader have one owner; LineTree and the function parse_chunk() are pure.
// Memory: 32 bytes a line for the hashes, twice that for the tree, one chunk for the reader.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "crypto/digest.h"
#include "feed/splitter.h"
#include "service/exchange.h"
#include "service/person.h"
#include "service/spool.h"
#include "shard/command.h"

namespace mingma::service {

// A chunk ends with the line that reaches either bound. Part of the format: chunks name the batches in the shards'
// logs, so a part that is processed again meets its own results.
inline constexpr std::size_t kChunkLinesMax = 5'000;
inline constexpr std::size_t kChunkBytesMax = 8u << 20;

feed::RecordKind record_kind(feed::FeedFormat format);

// The line hashes of a part, as its manifest commits to them: HMAC-SHA-256(salt, line without its line end). Lines over
// feed::kRecordBytesMax have one like every other, in bounded memory.
class LineHasher final {
 public:
  LineHasher(const Digest& salt, feed::RecordKind kind);
  LineHasher(const LineHasher&) = delete;
  LineHasher& operator=(const LineHasher&) = delete;

  void push(ByteView bytes);
  void finish();
  std::uint64_t count() const { return count_; }  // of lines, blank ones left out
  std::vector<Digest>& hashes() { return hashes_; }
  void keep_at_most(std::uint64_t hashes_max) { hashes_max_ = hashes_max; }  // later ones are counted, not kept

 private:
  void line(const feed::RawRecord& record);

  crypto::HmacKey salt_;
  crypto::Sha256 long_line_;
  feed::RecordSplitter splitter_;
  std::vector<Digest> hashes_;
  std::uint64_t count_ = 0;
  std::uint64_t hashes_max_ = ~std::uint64_t{0};
};

// Compares what arrives with what was signed, in one pass.
class PartCheck final {
 public:
  PartCheck(const Manifest& manifest, std::uint32_t part);
  void push(ByteView bytes);
  // kDigestMismatch when digest, count or lines_root differ.
  Result<void> finish();
  std::vector<Digest> take_hashes() { return std::move(lines_.hashes()); }

 private:
  ManifestPart expected_;
  crypto::Sha256 digest_;
  LineHasher lines_;
};

// Proofs for many batches out of one part, as shard::prove_lines gives them, each at O(own + log n).
class LineTree final {
 public:
  explicit LineTree(std::span<const Digest> line_hashes);
  std::uint32_t count() const { return static_cast<std::uint32_t>(levels_.front().size()); }
  Digest root() const;
  // `own` ascending, without duplicates, below count().
  std::vector<Digest> prove(std::span<const std::uint32_t> own) const;

 private:
  Digest range(std::uint64_t first, std::uint64_t count) const;
  void prove_range(std::uint64_t first, std::uint64_t count, std::span<const std::uint32_t> own,
                   std::vector<Digest>& out) const;

  std::vector<std::vector<Digest>> levels_;  // [h][i]: root of the complete subtree over leaves i*2^h .. (i+1)*2^h - 1
};

struct Chunk {
  static constexpr std::uint32_t kTooLong = ~std::uint32_t{0};  // as a size: over feed::kRecordBytesMax, not read

  std::uint32_t first_line = 0;
  std::string text;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> lines;  // begin and size in `text`

  std::uint32_t end_line() const { return first_line + static_cast<std::uint32_t>(lines.size()); }
  bool too_long(std::size_t i) const { return lines[i].second == kTooLong; }
  // Empty when it is too long.
  std::string_view line(std::size_t i) const {
    return too_long(i) ? std::string_view() : std::string_view(text).substr(lines[i].first, lines[i].second);
  }
};

class ChunkReader final {
 public:
  ChunkReader(SpoolReader spool, feed::RecordKind kind)
      : spool_(std::move(spool)), splitter_(kind, feed::kRecordBytesMax) {}
  // The next chunk; nothing at the end.
  Result<std::optional<Chunk>> next();
  // The part's first line: the header of a CSV file. Known after the first chunk.
  const std::string& header() const { return header_; }

 private:
  void line(const feed::RawRecord& record);

  SpoolReader spool_;
  feed::RecordSplitter splitter_;
  std::string header_;
  std::uint32_t lines_ = 0;
  bool ended_ = false;
  Chunk open_;
  std::vector<Chunk> ready_;  // at most what one spool frame completes
};

// What a chunk says: statements by shard (index = shard id), and an outcome for every line that gave none.
struct ParsedChunk {
  std::uint32_t first_line = 0;
  std::uint32_t end_line = 0;
  std::vector<std::vector<shard::StatementLine>> by_shard;
  std::vector<LineOutcome> outcomes;
};

// A function of its arguments only: the same part gives the same statements whenever it is read.
ParsedChunk parse_chunk(const Chunk& chunk, const std::string& header, const StoredSubmission& submission,
                        const Pseudonyms& pseudonyms, std::uint16_t data_shards, std::span<const Digest> line_hashes);

}  // namespace mingma::service
