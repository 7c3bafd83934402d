#include "service/part_processor.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <mutex>

#include "service/errors.h"
#include "shard/view.h"

namespace mingma::service {
namespace {

constexpr std::chrono::milliseconds kFullQueuePause{20};

}  // namespace

StatementOutcome to_outcome(const shard::StatementResult& result) {
  StatementOutcome out;
  out.statement = result.id;
  switch (result.outcome) {
    case shard::Outcome::kAccepted:
      out.outcome = StatementOutcomeCode::kAccepted;
      return out;
    case shard::Outcome::kDuplicate:
      out.outcome = StatementOutcomeCode::kDuplicate;
      break;
    case shard::Outcome::kUnknownResident:
      out.outcome = StatementOutcomeCode::kUnknownResident;
      break;
    case shard::Outcome::kHeld:
      out.outcome = StatementOutcomeCode::kHeld;
      break;
    default:
      out.outcome = StatementOutcomeCode::kRejected;
      break;
  }
  out.code = shard::to_string(result.outcome);
  return out;
}

struct PartProcessor::Sent {
  std::uint32_t end_line = 0;
  std::mutex mutex;
  std::size_t open = 1;  // batches not answered yet, and one for the sender
  std::vector<LineOutcome> outcomes;
  std::optional<Error> failed;
  Later<bool> settled;

  void close_one() {
    {
      const std::lock_guard lock(mutex);
      if (--open > 0) return;
    }
    settled.set(true);
  }

  void take(const ShardRuntime::Results& results, const std::vector<std::uint32_t>& lines) {
    {
      const std::lock_guard lock(mutex);
      if (!results) {
        failed = results.error();
      } else if (const shard::CommandResult& result = results->front(); result.error) {
        for (const std::uint32_t line : lines) {
          outcomes.push_back({line, {StatementOutcomeCode::kRejected, std::string(result.error->code()), {}, {}}});
        }
      } else {
        for (const shard::StatementResult& one : result.statements) outcomes.push_back({one.line, to_outcome(one)});
      }
    }
    close_one();
  }
};

Result<std::vector<Digest>> hash_spooled_lines(const std::string& path, const StoredSubmission& submission,
                                               std::uint32_t part) {
  MINGMA_TRY(SpoolReader spool, SpoolReader::open(path, submission.spool_key));
  PartCheck check(submission.manifest, part);
  for (;;) {
    MINGMA_TRY(const Bytes bytes, spool.next());
    if (bytes.empty()) break;
    check.push(bytes);
  }
  MINGMA_CHECK(check.finish());
  return check.take_hashes();
}

PartProcessor::PartProcessor(PartContext context, StoredSubmission submission, PartKey key, std::string spool_path,
                             std::vector<Digest> line_hashes)
    : context_(std::move(context)),
      submission_(std::move(submission)),
      key_(std::move(key)),
      spool_path_(std::move(spool_path)),
      line_hashes_(std::move(line_hashes)) {}

Result<void> PartProcessor::open() {
  MINGMA_TRY(submission_id_, parse_submission_id(key_.first));
  MINGMA_TRY(status_, context_.exchange.part(key_));
  resumed_ = line_hashes_.empty();
  if (resumed_) {
    MINGMA_TRY(line_hashes_, hash_spooled_lines(spool_path_, submission_, key_.second));
  }
  MINGMA_TRY(SpoolReader spool, SpoolReader::open(spool_path_, submission_.spool_key));
  reader_ = std::make_unique<ChunkReader>(std::move(spool), record_kind(submission_.manifest.format));
  tree_ = std::make_unique<LineTree>(line_hashes_);
  return {};
}

boost::asio::awaitable<Result<void>> PartProcessor::load_recorded() {
  recorded_.resize(std::size_t{context_.data_shards} + 1);
  for (std::uint16_t n = 1; n <= context_.data_shards; ++n) {
    using Recorded = std::vector<shard::StatementResult>;
    Result<Recorded> recorded = co_await context_.shard(ShardId{n}).read<Recorded>([&](ShardRuntime& shard) {
      return shard::list_outcomes(shard.store(), submission_id_, key_.second);
    });
    if (!recorded) co_return std::move(recorded).error();
    recorded_[n] = *std::move(recorded);
  }
  co_return Result<void>();
}

boost::asio::awaitable<Result<PartStatus>> PartProcessor::run() {
  if (Result<void> opened = open(); !opened) co_return std::move(opened).error();
  if (resumed_) {
    if (Result<void> loaded = co_await load_recorded(); !loaded) co_return std::move(loaded).error();
  }
  for (;;) {
    while (parsing_.size() < kChunksAhead) {
      const Result<bool> more = start_parsing();
      if (!more) co_return more.error();
      if (!*more) break;
    }
    if (parsing_.empty()) break;
    const Parsing oldest = parsing_.front();
    parsing_.pop_front();
    ParsedChunk chunk = co_await oldest->wait();
    if (sent_.size() >= kChunksAhead) {
      const Result<void> settled = co_await settle_oldest();
      if (!settled) co_return settled.error();
    }
    co_await send(std::move(chunk));
  }
  while (!sent_.empty()) {
    const Result<void> settled = co_await settle_oldest();
    if (!settled) co_return settled.error();
  }
  status_.state = PartState::kDone;
  const Result<void> kept = context_.exchange.put_part(key_, status_, store::Durability::kSynced);
  if (!kept) co_return kept.error();
  co_return status_;
}

Result<bool> PartProcessor::start_parsing() {
  for (;;) {
    MINGMA_TRY(std::optional<Chunk> chunk, reader_->next());
    if (!chunk) return false;
    if (chunk->end_line() <= status_.processed) continue;
    auto later = std::make_shared<Later<ParsedChunk>>();
    parsing_.push_back(later);
    boost::asio::post(context_.pool,
                      [this, self = shared_from_this(), later, held = std::make_shared<Chunk>(std::move(*chunk))] {
                        later->set(parse_chunk(*held, reader_->header(), submission_, context_.pseudonyms,
                                               context_.data_shards, line_hashes_));
                      });
    return true;
  }
}

boost::asio::awaitable<void> PartProcessor::send(ParsedChunk chunk) {
  auto sent = std::make_shared<Sent>();
  sent->end_line = chunk.end_line;
  sent->outcomes = std::move(chunk.outcomes);
  sent_.push_back(sent);
  for (std::size_t shard = 0; shard < chunk.by_shard.size(); ++shard) {
    std::vector<shard::StatementLine>& lines = chunk.by_shard[shard];
    std::size_t begin = 0;
    while (begin < lines.size()) {
      // A batch ends between two lines, never inside one: a line is proved once.
      std::size_t end = std::min(lines.size(), begin + kBatchStatementsMax);
      while (end < lines.size() && end > begin && lines[end].line == lines[end - 1].line) --end;
      if (end == begin) end = lines.size();
      std::vector<shard::StatementLine> batch(
          std::make_move_iterator(lines.begin() + static_cast<std::ptrdiff_t>(begin)),
          std::make_move_iterator(lines.begin() + static_cast<std::ptrdiff_t>(end)));
      co_await send_batch(sent, ShardId{static_cast<std::uint16_t>(shard)}, std::move(batch));
      begin = end;
    }
  }
  sent->close_one();
}

boost::asio::awaitable<void> PartProcessor::send_batch(std::shared_ptr<Sent> sent, ShardId shard,
                                                       std::vector<shard::StatementLine> lines) {
  if (resumed_) {
    const std::vector<shard::StatementResult>& recorded = recorded_[shard.value];
    const auto before = [](const shard::StatementResult& one, std::uint32_t line) { return one.line < line; };
    const auto begin = std::lower_bound(recorded.begin(), recorded.end(), lines.front().line, before);
    const auto end = std::lower_bound(begin, recorded.end(), lines.back().line + 1, before);
    if (begin != end) {  // a batch is one event: all of it is recorded, or nothing
      const std::lock_guard lock(sent->mutex);
      for (auto one = begin; one != end; ++one) sent->outcomes.push_back({one->line, to_outcome(*one)});
      co_return;
    }
  }
  {
    const std::lock_guard lock(sent->mutex);
    ++sent->open;
  }
  std::vector<std::uint32_t> numbers;
  numbers.reserve(lines.size());
  for (const shard::StatementLine& line : lines) numbers.push_back(line.line);
  std::vector<shard::Command> commands;
  commands.emplace_back(make_command(std::move(lines)));
  const Done<ShardRuntime::Results> done = [sent, numbers = std::move(numbers)](ShardRuntime::Results results) {
    sent->take(results, numbers);
  };
  boost::asio::steady_timer pause(context_.pool);
  while (!context_.shard(shard).try_submit(commands, done)) {
    pause.expires_after(kFullQueuePause);
    co_await pause.async_wait(boost::asio::use_awaitable);
  }
}

shard::StatementsCommand PartProcessor::make_command(std::vector<shard::StatementLine> lines) const {
  shard::StatementsCommand command;
  command.authority = shard::AuthorityKind::kManifest;
  command.institution = submission_.manifest.institution;
  command.key_id = submission_.signature.key_id;
  command.submission = submission_id_;
  command.part = key_.second;
  command.part_lines = tree_->count();
  command.document = submission_.manifest_bytes;
  command.signature_base = submission_.signature.base;
  command.signature = submission_.signature.signature;
  std::vector<std::uint32_t> own;
  for (const shard::StatementLine& line : lines) {
    if (own.empty() || own.back() != line.line) own.push_back(line.line);
  }
  command.siblings = tree_->prove(own);
  command.lines = std::move(lines);
  return command;
}

boost::asio::awaitable<Result<void>> PartProcessor::settle_oldest() {
  const std::shared_ptr<Sent> sent = sent_.front();
  sent_.pop_front();
  co_await sent->settled.wait();
  if (sent->failed) co_return *sent->failed;
  std::stable_sort(sent->outcomes.begin(), sent->outcomes.end(),
                   [](const LineOutcome& a, const LineOutcome& b) { return a.line < b.line; });
  for (const LineOutcome& line : sent->outcomes) ++status_.counts[static_cast<std::size_t>(line.outcome.outcome)];
  status_.processed = sent->end_line;
  co_return context_.exchange.put_outcomes(key_, sent->end_line - 1, sent->outcomes, status_);
}

}  // namespace mingma::service
