// One shard at work: its store, log, keys and machine on one executor, with group commit.
//
// Commands queue; one turn takes what is there (bounded), plans it on the shard's thread, has it written and synced on
// a committer thread, then commits to memory and answers. Commands that arrive meanwhile wait for the next turn: that
// is the group commit. Reads run between turns and see the durable state; they never wait for the disk.
//
// A write that failed or whose outcome is unknown, or a plan that could not be made, stops the shard: everything
// waiting and everything that comes later is answered with kShardStopped, reads included, until the process is
// restarted. Other shards go on.
//
// Threading: created anywhere; open() before the executor runs or on it. submit(), run() and read() from any thread;
//   everything else on the executor. Ownership: executor, committer, clock and rng outlive it; the executor has stopped
//   running, and the committer is idle, when it is destroyed.
// Limits: see Limits. A command over the queue's bound is answered with kOverloaded at once.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/rng.h"
#include "base/time.h"
#include "log/shard_log.h"
#include "service/awaiting.h"
#include "service/committer.h"
#include "service/key_vault.h"
#include "service/types.h"
#include "shard/machine.h"

namespace mingma::service {

class ShardRuntime final {
 public:
  struct Limits {
    std::size_t queued_weight_max = 200'000;   // a command weighs 1 + its statements
    std::size_t turn_statements_max = 10'000;  // at most shard::kEventStatementsMax
    std::size_t turn_commands_max = 4'096;
    std::size_t turn_bytes_max = 16u << 20;  // of documents and followed events
    std::size_t resident_keys_cached_max = 50'000;
    std::uint32_t recolour_rows_max = 262'144;  // bounds how long a read waits behind a tick
  };

  using Results = Result<std::vector<shard::CommandResult>>;

  ShardRuntime(ShardId id, boost::asio::io_context& context, Committer& committer, const Clock& clock, Rng& rng,
               const Limits& limits);
  ShardRuntime(const ShardRuntime&) = delete;
  ShardRuntime& operator=(const ShardRuntime&) = delete;

  // Claims the log and loads the state. On failure the runtime is stopped and says why.
  Result<void> open(std::unique_ptr<store::Store> store, const Digest& key_encryption_key);

  // Queues commands that are answered together, in order; they become part of one event. `done` runs on any thread,
  // quickly.
  void submit(std::vector<shard::Command> commands, Done<Results> done);
  // The same, but false when the queue is full: then `commands` is as it was and `done` is not called.
  bool try_submit(std::vector<shard::Command>& commands, const Done<Results>& done);
  // One command; a refusal is the error.
  boost::asio::awaitable<Result<shard::CommandResult>> run(shard::Command command);
  // Calls `use(runtime)` on the shard's thread: at once when the caller is there. `use` returns a Result<T>.
  template <typename T, typename Use>
  boost::asio::awaitable<Result<T>> read(Use use);

  // Takes a turn if anything is queued or due. Called by itself after every submit, and by the timer's owner for the
  // clock.
  void turn();
  // Commands of the shard's own pumps: not bounded by the queue, answered to nobody.
  void submit_internal(shard::Command command);
  // Runs after each commit, on the shard's thread.
  void set_commit_hook(std::function<void()> hook) { commit_hook_ = std::move(hook); }
  // Has the control shard count (shard/brake_count.h) and answers with the sequence of the event that says so, on any
  // thread. Statements that wait for it are sent again when this shard has followed that event; unset, or when it
  // fails, they are held. Set before the executor runs.
  using Counter = std::function<void(std::vector<shard::BrakeAsk>, Done<Result<Sequence>>)>;
  void set_counter(Counter counter) { counter_ = std::move(counter); }
  void stop(std::string reason);
  void note_checkpoint(UnixSeconds at);  // for health(); any thread

  bool here() const { return executor_.running_in_this_thread(); }
  boost::asio::io_context::executor_type executor() const { return executor_; }
  ShardId id() const { return id_; }
  bool serving() const { return state_ == ShardState::kServing; }
  bool idle() const { return queue_.empty() && !writing_ && counting_ == 0 && counted_.empty(); }
  Error stopped_error() const;
  ShardHealth health() const;  // any thread

  // Requires serving(), on the shard's thread.
  shard::ShardMachine& machine() { return *machine_; }
  const shard::ShardMachine& machine() const { return *machine_; }
  KeyVault& keys() { return *keys_; }
  store::Store& store() { return *store_; }
  log::ShardLog& log() { return *log_; }
  Committer& committer() { return committer_; }
  const Clock& clock() const { return clock_; }

  struct Counters {
    std::atomic<std::uint64_t> events{0}, statements{0}, decisions{0}, leaves{0}, overloaded{0};
  };
  const Counters& counters() const { return counters_; }

 private:
  struct Waiting {
    std::vector<shard::Command> commands;
    Done<Results> done;  // empty for internal ones
    std::size_t weight = 0;
    std::size_t bytes = 0;
  };

  struct Counted {
    Sequence sequence{};  // of the control shard
    Waiting waiting;
  };

  void enqueue(Waiting waiting);
  void have_counted(Waiting& waiting, std::vector<shard::CommandResult> results, std::size_t first);
  void take_counted();
  void enqueue_turn();
  void take_batch(std::vector<shard::Command>& commands);
  void on_written(Result<void> written);
  void answer(std::vector<shard::CommandResult>&& results);
  void publish_health();

  ShardId id_;
  boost::asio::io_context::executor_type executor_;
  Committer& committer_;
  const Clock& clock_;
  Rng& rng_;
  Limits limits_;

  std::unique_ptr<store::Store> store_;
  std::unique_ptr<log::ShardLog> log_;
  std::unique_ptr<KeyVault> keys_;
  std::unique_ptr<shard::ShardMachine> machine_;

  std::deque<Waiting> queue_;
  std::vector<Waiting> in_flight_;
  std::vector<shard::Command> planned_commands_;  // of in_flight_, until they are answered
  Counter counter_;
  std::size_t counting_ = 0;      // sent to the counter
  std::vector<Counted> counted_;  // answered; to be sent again when this shard has followed that far
  shard::Planned planned_;
  bool writing_ = false;
  bool turning_ = false;
  std::function<void()> commit_hook_;
  std::atomic<std::size_t> queued_weight_{0};
  std::atomic<ShardState> state_{ShardState::kOpening};
  Counters counters_;

  mutable std::mutex health_mutex_;
  ShardHealth health_;  // guarded by health_mutex_
};

template <typename T, typename Use>
boost::asio::awaitable<Result<T>> ShardRuntime::read(Use use) {
  const auto guarded = [this, &use]() -> Result<T> {
    if (!serving()) return stopped_error();
    return use(*this);
  };
  if (here()) co_return guarded();
  co_return co_await await_callback<Result<T>>([this, &guarded](Done<Result<T>> done) {
    boost::asio::post(executor_, [&guarded, done = std::move(done)] { done(guarded()); });
  });
}

}  // namespace mingma::service
