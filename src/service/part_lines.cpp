#include "service/part_lines.h"

#include <algorithm>
#include <bit>

#include "base/errors.h"
#include "feed/errors.h"
#include "ledger/hash.h"
#include "service/errors.h"

namespace mingma::service {
namespace {

shard::Statement to_statement(feed::FeedStatement&& from, const StoredSubmission& submission,
                              const ResidentId& resident) {
  shard::Statement statement;
  statement.resident = resident;
  statement.institution = submission.manifest.institution;
  statement.action = from.action;
  statement.evidence = from.evidence;
  statement.source_record = std::move(from.source_record);
  statement.earlier_record = std::move(from.earlier_record);
  statement.reason = std::move(from.reason);
  statement.signed_at = submission.manifest.created;
  return statement;
}

StatementOutcome too_long_outcome() {
  StatementOutcome outcome;
  outcome.outcome = StatementOutcomeCode::kInvalid;
  outcome.code = errors::kFeedTooLarge.code;
  return outcome;
}

StatementOutcome to_outcome(const feed::LineResult& result) {
  StatementOutcome outcome;
  outcome.outcome =
      result.outcome == feed::Outcome::kIgnored ? StatementOutcomeCode::kIgnored : StatementOutcomeCode::kInvalid;
  outcome.code = result.code == nullptr ? std::string() : std::string(result.code->code);
  outcome.place = result.place;
  return outcome;
}

}  // namespace

feed::RecordKind record_kind(feed::FeedFormat format) {
  return format == feed::FeedFormat::kLabCsv ? feed::RecordKind::kCsv : feed::RecordKind::kNdjson;
}

LineHasher::LineHasher(const Digest& salt, feed::RecordKind kind)
    : salt_(salt), long_line_(salt_.begin()), splitter_(kind, feed::kRecordBytesMax) {
  splitter_.give_long_records_to([this](std::string_view piece) { long_line_.update(as_bytes(piece)); });
}

void LineHasher::line(const feed::RawRecord& record) {
  if (count_++ < hashes_max_)
    hashes_.push_back(record.too_long ? salt_.finish(long_line_) : salt_.mac(as_bytes(record.text)));
  if (record.too_long) long_line_ = salt_.begin();
}

void LineHasher::push(ByteView bytes) {
  splitter_.push(as_text(bytes), [this](const feed::RawRecord& record) { line(record); });
}

void LineHasher::finish() {
  splitter_.finish([this](const feed::RawRecord& record) { line(record); });
}

PartCheck::PartCheck(const Manifest& manifest, std::uint32_t part)
    : expected_(manifest.parts.at(part)), lines_(manifest.salt, record_kind(manifest.format)) {
  lines_.keep_at_most(expected_.count);
  lines_.hashes().reserve(std::min<std::uint64_t>(expected_.count, kPartLinesMax));
}

void PartCheck::push(ByteView bytes) {
  digest_.update(bytes);
  lines_.push(bytes);
}

Result<void> PartCheck::finish() {
  lines_.finish();
  if (digest_.finish() != expected_.digest)
    return Error(errors::kDigestMismatch, "the part is not the one whose digest was signed");
  if (lines_.count() != expected_.count)
    return Error(errors::kDigestMismatch, "the part has another number of lines than the signed count");
  ledger::CompactTree tree;
  for (const Digest& hash : lines_.hashes()) tree.append(ledger::leaf_hash(hash));
  if (tree.root() != expected_.lines_root)
    return Error(errors::kDigestMismatch, "the lines do not give the signed lines_root");
  return {};
}

LineTree::LineTree(std::span<const Digest> line_hashes) {
  std::vector<Digest> level;
  level.reserve(line_hashes.size());
  for (const Digest& hash : line_hashes) level.push_back(ledger::leaf_hash(hash));
  levels_.push_back(std::move(level));
  while (levels_.back().size() >= 2) {
    const std::vector<Digest>& below = levels_.back();
    std::vector<Digest> above;
    above.reserve(below.size() / 2);
    for (std::size_t i = 0; i + 1 < below.size(); i += 2) above.push_back(ledger::node_hash(below[i], below[i + 1]));
    levels_.push_back(std::move(above));
  }
}

Digest LineTree::range(std::uint64_t first, std::uint64_t count) const {
  if (count == 0) return ledger::empty_root();
  if (std::has_single_bit(count) && first % count == 0)
    return levels_[static_cast<std::size_t>(std::countr_zero(count))][first / count];
  const std::uint64_t left = std::bit_floor(count - 1);
  return ledger::node_hash(range(first, left), range(first + left, count - left));
}

Digest LineTree::root() const { return range(0, count()); }

void LineTree::prove_range(std::uint64_t first, std::uint64_t count, std::span<const std::uint32_t> own,
                           std::vector<Digest>& out) const {
  if (own.empty()) {
    out.push_back(range(first, count));
    return;
  }
  if (own.size() == count) return;
  const std::uint64_t left = std::bit_floor(count - 1);
  const auto middle = std::lower_bound(own.begin(), own.end(), first + left);
  const auto own_left = static_cast<std::size_t>(middle - own.begin());
  prove_range(first, left, own.first(own_left), out);
  prove_range(first + left, count - left, own.subspan(own_left), out);
}

std::vector<Digest> LineTree::prove(std::span<const std::uint32_t> own) const {
  std::vector<Digest> out;
  if (count() > 0) prove_range(0, count(), own, out);
  return out;
}

void ChunkReader::line(const feed::RawRecord& record) {
  if (lines_ == 0) header_ = record.text;
  if (open_.lines.empty()) open_.first_line = lines_;
  open_.lines.emplace_back(static_cast<std::uint32_t>(open_.text.size()),
                           record.too_long ? Chunk::kTooLong : static_cast<std::uint32_t>(record.text.size()));
  open_.text += record.text;
  ++lines_;
  if (open_.lines.size() >= kChunkLinesMax || open_.text.size() >= kChunkBytesMax)
    ready_.push_back(std::exchange(open_, {}));
}

Result<std::optional<Chunk>> ChunkReader::next() {
  const auto sink = [this](const feed::RawRecord& record) { line(record); };
  while (ready_.empty() && !ended_) {
    MINGMA_TRY(const Bytes bytes, spool_.next());
    if (!bytes.empty()) {
      splitter_.push(as_text(bytes), sink);
      continue;
    }
    splitter_.finish(sink);
    ended_ = true;
    if (!open_.lines.empty()) ready_.push_back(std::exchange(open_, {}));
  }
  if (ready_.empty()) return std::optional<Chunk>{};
  std::optional<Chunk> chunk(std::move(ready_.front()));
  ready_.erase(ready_.begin());
  return chunk;
}

ParsedChunk parse_chunk(const Chunk& chunk, const std::string& header, const StoredSubmission& submission,
                        const Pseudonyms& pseudonyms, std::uint16_t data_shards, std::span<const Digest> line_hashes) {
  feed::FeedContext context;
  context.received_at = submission.received_at;
  feed::FeedParser parser(submission.manifest.format, context);
  feed::LineResult result;
  if (submission.manifest.format == feed::FeedFormat::kLabCsv && chunk.first_line > 0) parser.parse(header, result);
  ParsedChunk out;
  out.first_line = chunk.first_line;
  out.end_line = chunk.end_line();
  out.by_shard.resize(std::size_t{data_shards} + 1);
  for (std::size_t i = 0; i < chunk.lines.size(); ++i) {
    const std::uint32_t number = chunk.first_line + static_cast<std::uint32_t>(i);
    parser.parse(chunk.line(i), result);  // a long line as an empty one: as the header of a CSV file it is of no layout
    if (chunk.too_long(i)) {
      out.outcomes.push_back({number, too_long_outcome()});
      continue;
    }
    if (result.outcome != feed::Outcome::kStatements) {
      out.outcomes.push_back({number, to_outcome(result)});
      continue;
    }
    for (feed::FeedStatement& statement : result.statements) {
      const ResidentId resident = pseudonyms.of(statement.person);
      out.by_shard[shard_of(resident, data_shards).value].push_back(
          {to_statement(std::move(statement), submission, resident), number, line_hashes[number]});
    }
  }
  return out;
}

}  // namespace mingma::service
