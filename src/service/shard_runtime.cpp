#include "service/shard_runtime.h"

#include <algorithm>
#include <iterator>

#include "log/local_log.h"
#include "service/errors.h"
#include "shard/tables.h"

namespace mingma::service {
namespace {

std::size_t statements_in(const shard::Command& command) {
  const auto* statements = std::get_if<shard::StatementsCommand>(&command);
  return statements == nullptr ? 0 : statements->lines.size();
}

std::size_t bytes_in(const shard::Command& command) {
  if (const auto* publish = std::get_if<shard::PublishCommand>(&command)) return publish->document.bytes.size();
  if (const auto* follow = std::get_if<shard::FollowCommand>(&command)) return follow->event.size();
  if (const auto* statements = std::get_if<shard::StatementsCommand>(&command))
    return statements->document.size() + 32 * statements->siblings.size();
  return 256;
}

}  // namespace

ShardRuntime::ShardRuntime(ShardId id, boost::asio::io_context& context, Committer& committer, const Clock& clock,
                           Rng& rng, const Limits& limits)
    : id_(id), executor_(context.get_executor()), committer_(committer), clock_(clock), rng_(rng), limits_(limits) {
  health_.shard = id;
}

Result<void> ShardRuntime::open(std::unique_ptr<store::Store> store, const Digest& key_encryption_key) {
  store_ = std::move(store);
  const auto opened = [&]() -> Result<void> {
    MINGMA_TRY(log_, log::open_local_log(*store_, shard::kLogTable));
    store::Batch batch;
    MINGMA_TRY(const log::RecordHeader claim, log_->claim(batch));
    MINGMA_CHECK(store_->write(batch, store::Durability::kSynced));
    log_->advance(claim);
    keys_ = std::make_unique<KeyVault>(*store_, key_encryption_key, rng_, limits_.resident_keys_cached_max);
    shard::MachineOptions options;
    options.shard = id_;
    options.recolour_rows_max = limits_.recolour_rows_max;
    MINGMA_TRY(machine_, shard::ShardMachine::open(options, *store_, *log_, keys_.get()));
    return {};
  }();
  if (!opened) {
    stop(opened.error().to_string());
    return opened;
  }
  state_ = ShardState::kServing;
  publish_health();
  return {};
}

Error ShardRuntime::stopped_error() const {
  if (state_ == ShardState::kOpening) return {errors::kNotReady, "the shard is still opening; try again"};
  return {errors::kShardStopped,
          "shard " + std::to_string(id_.value) + " has stopped; it serves again after the operator restarts it"};
}

void ShardRuntime::submit(std::vector<shard::Command> commands, Done<Results> done) {
  if (try_submit(commands, done)) return;
  ++counters_.overloaded;
  done(Error(errors::kOverloaded, "too many commands are waiting; try again in a second"));
}

bool ShardRuntime::try_submit(std::vector<shard::Command>& commands, const Done<Results>& done) {
  Waiting waiting;
  waiting.weight = commands.size();
  for (const shard::Command& command : commands) {
    waiting.weight += statements_in(command);
    waiting.bytes += bytes_in(command);
  }
  if (queued_weight_ + waiting.weight > limits_.queued_weight_max) return false;
  queued_weight_ += waiting.weight;
  waiting.commands = std::move(commands);
  waiting.done = done;
  if (here()) {
    enqueue(std::move(waiting));
  } else {
    boost::asio::post(executor_,
                      [this, held = std::make_shared<Waiting>(std::move(waiting))] { enqueue(std::move(*held)); });
  }
  return true;
}

void ShardRuntime::submit_internal(shard::Command command) {
  Waiting waiting;
  waiting.weight = 1;
  waiting.bytes = bytes_in(command);
  waiting.commands.push_back(std::move(command));
  queued_weight_ += 1;
  enqueue(std::move(waiting));
}

boost::asio::awaitable<Result<shard::CommandResult>> ShardRuntime::run(shard::Command command) {
  std::vector<shard::Command> commands;
  commands.push_back(std::move(command));
  Results results = co_await await_callback<Results>(
      [this, &commands](Done<Results> done) { submit(std::move(commands), std::move(done)); });
  if (!results) co_return std::move(results).error();
  shard::CommandResult result = std::move(results->front());
  if (result.error) co_return *std::move(result.error);
  co_return result;
}

void ShardRuntime::enqueue(Waiting waiting) {
  if (!serving()) {
    queued_weight_ -= waiting.weight;
    if (waiting.done) waiting.done(stopped_error());
    return;
  }
  queue_.push_back(std::move(waiting));
  enqueue_turn();
}

void ShardRuntime::take_batch(std::vector<shard::Command>& commands) {
  std::size_t statements = 0;
  std::size_t bytes = 0;
  while (!queue_.empty()) {
    Waiting& next = queue_.front();
    const std::size_t more = next.weight - next.commands.size();
    const bool fits = statements + more <= limits_.turn_statements_max &&
                      bytes + next.bytes <= limits_.turn_bytes_max &&
                      commands.size() + next.commands.size() <= limits_.turn_commands_max;
    if (!fits && !commands.empty()) return;
    statements += more;
    bytes += next.bytes;
    for (shard::Command& command : next.commands) commands.push_back(std::move(command));
    in_flight_.push_back(std::move(next));
    queue_.pop_front();
  }
}

void ShardRuntime::turn() {
  turning_ = false;
  if (!serving() || writing_) return;
  const UnixSeconds now = clock_.now();
  take_counted();
  std::vector<shard::Command>& commands = planned_commands_;
  commands.clear();
  take_batch(commands);
  // Last in the batch, so that statements and a long recolouring take turns.
  if (machine_->due(now)) commands.emplace_back(shard::TickCommand{});
  if (commands.empty()) return;
  for (const shard::Command& command : commands) {
    const auto* statements = std::get_if<shard::StatementsCommand>(&command);
    if (statements == nullptr || statements->authority != shard::AuthorityKind::kManifest) continue;
    if (const auto made = keys_->ensure_submission(statements->submission, now); !made)
      return stop(made.error().to_string());
  }
  if (id_ != kControlShard) {
    if (const auto made = keys_->ensure_bodies(std::max(now, machine_->time())); !made)
      return stop(made.error().to_string());
  }
  Digest seed;
  rng_.fill(seed.bytes);
  Result<shard::Planned> planned = machine_->plan(commands, now, seed);
  if (!planned) return stop(planned.error().to_string());
  planned_ = *std::move(planned);
  if (planned_.empty) {
    answer(std::move(planned_.results));
    if (!queue_.empty()) enqueue_turn();
    return;
  }
  keys_->take_pending(planned_.batch);
  for (std::size_t i = 0; i < commands.size(); ++i) {
    // With the event that says so, in one write.
    const auto* destroy = std::get_if<shard::DestroyKeysCommand>(&commands[i]);
    if (destroy == nullptr || planned_.results[i].error) continue;
    if (const auto done = keys_->destroy(destroy->keys, planned_.batch); !done) return stop(done.error().to_string());
  }
  writing_ = true;
  committer_.write(*store_, planned_.batch, [this](Result<void> written) {
    boost::asio::post(executor_, [this, result = std::move(written)] { on_written(result); });
  });
}

void ShardRuntime::on_written(Result<void> written) {
  writing_ = false;
  if (!written) return stop("a write failed, its outcome is unknown: " + written.error().to_string());
  ++counters_.events;
  counters_.statements += planned_.statements_accepted;
  counters_.decisions += planned_.decisions;
  counters_.leaves += planned_.leaves;
  std::vector<shard::CommandResult> results = std::move(planned_.results);
  machine_->commit(std::move(planned_));
  keys_->written();
  publish_health();
  answer(std::move(results));
  if (commit_hook_) commit_hook_();
  if (serving() && (!queue_.empty() || !counted_.empty() || machine_->due(clock_.now()))) enqueue_turn();
}

// Posted, not called: everything that arrives in the same round of the executor shares one sync.
void ShardRuntime::enqueue_turn() {
  if (turning_ || writing_) return;
  turning_ = true;
  boost::asio::post(executor_, [this] { turn(); });
}

void ShardRuntime::answer(std::vector<shard::CommandResult>&& results) {
  std::size_t next = 0;
  for (Waiting& waiting : in_flight_) {
    const std::size_t end = next + waiting.commands.size();
    queued_weight_ -= waiting.weight;
    std::vector<shard::CommandResult> own(std::make_move_iterator(results.begin() + static_cast<std::ptrdiff_t>(next)),
                                          std::make_move_iterator(results.begin() + static_cast<std::ptrdiff_t>(end)));
    if (std::any_of(own.begin(), own.end(), [](const shard::CommandResult& one) { return !one.asks.empty(); })) {
      have_counted(waiting, std::move(own), next);
    } else if (waiting.done) {
      waiting.done(std::move(own));
    }
    next = end;
  }
  in_flight_.clear();
}

// Those of the commands that asked are sent once more; `first`: of them in planned_commands_. The others are done.
void ShardRuntime::have_counted(Waiting& waiting, std::vector<shard::CommandResult> results, std::size_t first) {
  auto again = std::make_shared<Waiting>();
  std::vector<shard::BrakeAsk> asks;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i].asks.empty()) continue;
    shard::Command& command = planned_commands_[first + i];
    if (auto* statements = std::get_if<shard::StatementsCommand>(&command)) statements->counted = true;
    if (auto* import = std::get_if<shard::ImportCommand>(&command)) import->statements.counted = true;
    again->weight += 1 + statements_in(command);
    again->bytes += bytes_in(command);
    again->commands.push_back(std::move(command));
    std::move(results[i].asks.begin(), results[i].asks.end(), std::back_inserter(asks));
    places.push_back(i);
  }
  again->done = [done = std::move(waiting.done), held = std::move(results), places](Results second) mutable {
    if (!done) return;
    if (!second) return done(std::move(second));
    for (std::size_t i = 0; i < places.size(); ++i) held[places[i]] = std::move((*second)[i]);
    done(std::move(held));
  };
  queued_weight_ += again->weight;
  ++counting_;
  const Done<Result<Sequence>> counted = [this, again](Result<Sequence> sequence) {
    boost::asio::post(executor_, [this, again, until = sequence ? *sequence : Sequence{}] {
      --counting_;
      if (!serving()) return enqueue(std::move(*again));  // is told so
      counted_.push_back({until, std::move(*again)});
      enqueue_turn();
    });
  };
  if (!counter_) return counted(Error(errors::kNotReady, "nobody counts"));
  counter_(std::move(asks), counted);
}

void ShardRuntime::take_counted() {
  for (std::size_t i = counted_.size(); i-- > 0;) {
    if (machine_->followed() < counted_[i].sequence) continue;
    queue_.push_front(std::move(counted_[i].waiting));
    counted_.erase(counted_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

void ShardRuntime::stop(std::string reason) {
  {
    const std::lock_guard lock(health_mutex_);
    if (health_.state == ShardState::kStopped) return;
    health_.state = ShardState::kStopped;
    health_.reason = std::move(reason);
  }
  state_ = ShardState::kStopped;
  for (Waiting& waiting : in_flight_) {
    queued_weight_ -= waiting.weight;
    if (waiting.done) waiting.done(stopped_error());
  }
  in_flight_.clear();
  for (Counted& one : counted_) queue_.push_back(std::move(one.waiting));
  counted_.clear();
  for (Waiting& waiting : queue_) {
    queued_weight_ -= waiting.weight;
    if (waiting.done) waiting.done(stopped_error());
  }
  queue_.clear();
}

void ShardRuntime::publish_health() {
  const std::lock_guard lock(health_mutex_);
  health_.state = state_;
  health_.residents = machine_->rows().size();
  health_.sequence = machine_->position().value;
  health_.leaves = machine_->ledger().size().value;
}

void ShardRuntime::note_checkpoint(UnixSeconds at) {
  const std::lock_guard lock(health_mutex_);
  health_.checkpoint_at = at;
}

ShardHealth ShardRuntime::health() const {
  const std::lock_guard lock(health_mutex_);
  ShardHealth health = health_;
  health.queued = queued_weight_;
  return health;
}

}  // namespace mingma::service
