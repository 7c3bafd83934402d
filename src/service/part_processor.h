// Processing one verified part: read chunks from its spool, parse them in parallel, hand each shard its statements in
// order, keep the outcomes.
//
// A part that is processed again (after a crash) gives the same outcomes: chunks whose outcomes are kept are not read
// again, and batches that a shard has recorded are not sent again; their recorded outcomes are taken. Order is kept: a
// chunk is queued at every shard before the next one is. Threading: run() is a coroutine on the pool's executor. Held
// by a shared_ptr, which the parsing tasks share. Memory: at most kChunksAhead chunks being parsed and as many being
// written, beside the part's line hashes (96 bytes a line). Errors: kShardStopped when a shard stopped under way (the
// part stays received), store and spool errors.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "service/awaiting.h"
#include "service/part_lines.h"
#include "service/shard_runtime.h"

namespace mingma::service {

inline constexpr std::size_t kChunksAhead = 3;
inline constexpr std::size_t kBatchStatementsMax = 10'000;

// What processing needs of the province.
struct PartContext {
  boost::asio::thread_pool& pool;
  Exchange& exchange;
  const Pseudonyms& pseudonyms;
  std::uint16_t data_shards = 1;
  std::function<ShardRuntime&(ShardId)> shard;
};

// What a shard said about one statement, as an institution is told.
StatementOutcome to_outcome(const shard::StatementResult& result);

class PartProcessor final : public std::enable_shared_from_this<PartProcessor> {
 public:
  PartProcessor(PartContext context, StoredSubmission submission, PartKey key, std::string spool_path,
                std::vector<Digest> line_hashes);

  boost::asio::awaitable<Result<PartStatus>> run();

 private:
  using Parsing = std::shared_ptr<Later<ParsedChunk>>;
  struct Sent;  // one chunk at the shards

  Result<void> open();
  boost::asio::awaitable<Result<void>> load_recorded();
  Result<bool> start_parsing();  // false: no chunk left
  boost::asio::awaitable<void> send(ParsedChunk chunk);
  boost::asio::awaitable<void> send_batch(std::shared_ptr<Sent> sent, ShardId shard,
                                          std::vector<shard::StatementLine> lines);
  boost::asio::awaitable<Result<void>> settle_oldest();
  shard::StatementsCommand make_command(std::vector<shard::StatementLine> lines) const;

  PartContext context_;
  StoredSubmission submission_;
  PartKey key_;
  std::string spool_path_;
  std::vector<Digest> line_hashes_;
  shard::SubmissionId submission_id_{};
  bool resumed_ = false;
  std::vector<std::vector<shard::StatementResult>> recorded_;  // by shard, ascending by line; only when resumed
  std::unique_ptr<LineTree> tree_;
  std::unique_ptr<ChunkReader> reader_;
  PartStatus status_;
  std::deque<Parsing> parsing_;
  std::deque<std::shared_ptr<Sent>> sent_;
};

// Reads a spool again to know its lines' hashes: after a restart. The part was verified before it was spooled for good.
Result<std::vector<Digest>> hash_spooled_lines(const std::string& path, const StoredSubmission& submission,
                                               std::uint32_t part);

}  // namespace mingma::service
