#include "service/province.h"

#include <chrono>
#include <filesystem>
#include <thread>

#include "ledger/errors.h"
#include "log/local_log.h"
#include "service/errors.h"
#include "service/province_unit.h"
#include "shard/tables.h"
#include "store/rocksdb_store.h"

namespace mingma::service {
namespace {

constexpr std::chrono::milliseconds kTick{250};
constexpr unsigned kTicksPerCheckpoint = 4;
// Of all stores together: what a province of any size needs beside its rows.
constexpr std::size_t kBlockCacheBytes = 256u << 20;
constexpr std::size_t kMemtablesBytes = 768u << 20;
constexpr unsigned kTicksPerRevocation = 4 * kRevocationSeconds;

std::string shard_name(ShardId shard) { return "shard-" + std::to_string(shard.value); }

}  // namespace

ProvinceConfig province_config(const DataDir& dir) {
  ProvinceConfig config;
  config.file = dir.province();
  config.spool_path = dir.spool_path();
  config.secret = [&dir](const std::string& name) { return dir.secret(name); };
  config.signing_key = [&dir](const std::string& name) { return dir.signing_key(name); };
  config.drop_store = [&dir](const std::string& name) {
    std::error_code ignored;  // what cannot be removed is refused when it is opened next
    std::filesystem::remove_all(dir.path() + "/" + name, ignored);
  };
  store::RocksDbOptions options;
  options.memory = store::share_rocksdb_memory(kBlockCacheBytes, kMemtablesBytes);
  config.open_store = [&dir, options, drop = config.drop_store](const std::string& name,
                                                                std::span<const store::TableSpec> tables) {
    if (name.starts_with("audit-")) drop(name);  // left by an audit that was cut short
    return store::open_rocksdb_store(dir.path() + "/" + name, tables, options);
  };
  return config;
}

Province::Province(ProvinceConfig config, const Clock& clock, Rng& rng)
    : config_(std::move(config)),
      clock_(clock),
      rng_(rng),
      directory_(clock),
      committer_(config_.committer_threads),
      feed_pool_(config_.feed_threads) {}

Province::~Province() {
  feed_pool_.stop();
  feed_pool_.join();
  proof_pool_.stop();
  proof_pool_.join();
}

Result<std::unique_ptr<Province>> Province::open(ProvinceConfig config, std::vector<boost::asio::io_context*> workers,
                                                 const Clock& clock, Rng& rng) {
  MINGMA_ASSERT(!workers.empty());
  std::unique_ptr<Province> province(new Province(std::move(config), clock, rng));
  const ProvinceConfig& settings = province->config_;
  MINGMA_TRY(province->key_encryption_key_, settings.secret("kek"));
  MINGMA_TRY(const Digest pseudonym_key, settings.secret("pseudonym"));
  province->pseudonyms_ = std::make_unique<Pseudonyms>(pseudonym_key);
  MINGMA_TRY(crypto::SigningKey pack_key, settings.signing_key("trust-pack"));
  MINGMA_TRY(const crypto::SigningKey code_key, settings.signing_key("code"));
  const std::string issuer = "CN-" + settings.file.province.to_string();
  province->trust_packs_ =
      std::make_unique<TrustPacks>(province->directory_, province->revocations_, std::move(pack_key),
                                   code_key.verifying_key(), issuer, settings.file.created, clock);
  const auto exchange_specs = exchange_tables();
  MINGMA_TRY(auto exchange_store, settings.open_store("exchange", exchange_specs));
  province->exchange_ = std::make_unique<Exchange>(std::move(exchange_store), province->key_encryption_key_, rng);

  for (std::uint16_t n = 0; n <= settings.file.data_shards; ++n) {
    province->units_.push_back(std::make_unique<Unit>(ShardId{n}, *workers[n % workers.size()], province->committer_,
                                                      clock, rng, settings.shard_limits));
  }
  // Loading is one sequential scan a shard; they share nothing, so they are loaded side by side.
  std::vector<std::thread> loading;
  for (const auto& unit : province->units_) {
    loading.emplace_back([&province, &unit] {
      if (const Result<void> opened = province->open_unit(*unit); !opened)
        unit->runtime.stop(opened.error().to_string());
    });
  }
  for (std::thread& thread : loading) thread.join();
  MINGMA_CHECK(province->check_genesis());

  province->family_ = std::make_unique<FamilyDesk>(
      FamilyContext{[raw = province.get()](const ResidentId& resident) -> FamilyContext::Place {
                      Unit& unit = raw->unit_of(resident);
                      return {unit.runtime, unit.codes.get()};
                    },
                    [raw = province.get()] {
                      std::vector<ShardRuntime*> out;
                      for (std::size_t n = 1; n < raw->units_.size(); ++n) out.push_back(&raw->units_[n]->runtime);
                      return out;
                    },
                    *province->pseudonyms_, province->revocations_, clock, rng});

  MINGMA_TRY(const Digest exchange_secret, settings.secret("exchange"));
  MINGMA_TRY(crypto::SigningKey exchange_key, settings.signing_key("exchange"));
  province->neighbours_ = std::make_unique<NeighbourDesk>(
      NeighbourContext{[raw = province.get()](const ResidentId& resident) -> NeighbourContext::Place {
                         Unit& unit = raw->unit_of(resident);
                         return {unit.runtime, unit.ledger.get()};
                       },
                       [raw = province.get()] {
                         std::vector<NeighbourContext::Place> out;
                         for (std::size_t n = 1; n < raw->units_.size(); ++n)
                           out.push_back({raw->units_[n]->runtime, raw->units_[n]->ledger.get()});
                         return out;
                       },
                       [raw = province.get()] { return raw->ledger_keys(); }, *province->pseudonyms_,
                       province->directory_, settings.file, clock, rng},
      exchange_secret, std::move(exchange_key));

  PartContext context{
      province->feed_pool_, *province->exchange_, *province->pseudonyms_, settings.file.data_shards,
      [raw = province.get()](ShardId shard) -> ShardRuntime& { return raw->units_.at(shard.value)->runtime; }};
  province->submissions_ = std::make_unique<Submissions>(std::move(context), settings.spool_path, province->directory_,
                                                         province->committer_, clock, rng);
  return province;
}

Result<void> Province::open_unit(Unit& unit) {
  const ShardId id = unit.runtime.id();
  const auto tables = shard::shard_tables();
  MINGMA_TRY(auto store, config_.open_store(shard_name(id), tables));
  MINGMA_CHECK(unit.runtime.open(std::move(store), key_encryption_key_));
  MINGMA_TRY(crypto::SigningKey checkpoint_key, config_.signing_key("checkpoint-" + std::to_string(id.value)));
  MINGMA_TRY(unit.ledger,
             LedgerDesk::open(unit.runtime.store(), config_.file.ledger_origin(id), std::move(checkpoint_key)));
  if (id == kControlShard) return {};
  unit.followed = unit.runtime.machine().followed();
  MINGMA_TRY(crypto::SigningKey code_key, config_.signing_key("code"));
  unit.codes = std::make_unique<CodeDesk>(unit.runtime, std::move(code_key), "CN-" + config_.file.province.to_string(),
                                          rng_, config_.code_limits);
  return {};
}

Result<void> Province::check_genesis() const {
  const Unit& control = *units_.front();
  if (!control.runtime.serving() || !control.runtime.machine().control().has_genesis()) return {};
  const shard::Genesis& genesis = control.runtime.machine().control().genesis();
  if (genesis.province != config_.file.province || genesis.shards != config_.file.data_shards ||
      genesis.origin != config_.file.origin) {
    return Error(errors::kDataDir, "the stores belong to another province or number of shards than province.json says");
  }
  if (genesis.pseudonym_check != pseudonyms_->check_value()) {
    return Error(errors::kDataDir, "keys/pseudonym is not the key this province was made with; restore the right one");
  }
  return {};
}

// Beside the shards, once a second: what was found becomes notices of the control shard.
void Province::look_for_alarms() {
  if (!alarms_ || stopping_ || looking_.exchange(true)) return;
  committer_.run([this, control = directory_.current()] {
    Result<std::vector<shard::Notice>> found = alarms_->look(*control, clock_.now());
    Unit& unit = *units_.front();
    boost::asio::post(unit.runtime.executor(), [this, &unit, held = std::move(found)]() mutable {
      looking_ = false;
      if (!held) {
        ++looks_failed_;
        return;
      }
      for (shard::Notice& notice : *held) unit.runtime.submit_internal(shard::NoticeCommand{std::move(notice)});
    });
  });
}

void Province::start() {
  Unit& control = *units_.front();
  std::vector<AlarmDesk::Shard> shards;
  bool whole = control.runtime.serving() && control.ledger != nullptr;
  for (std::size_t n = 1; n < units_.size(); ++n) {
    whole = whole && units_[n]->runtime.serving() && units_[n]->ledger != nullptr;
    if (whole) shards.push_back({units_[n]->runtime.id(), &units_[n]->runtime.store(), units_[n]->ledger.get()});
  }
  if (whole) alarms_ = std::make_unique<AlarmDesk>(std::move(shards), control.runtime.store());
  if (control.runtime.serving()) {
    directory_.publish(control.runtime.machine().control().clone());
    control.runtime.set_commit_hook([this] {
      directory_.publish(units_.front()->runtime.machine().control().clone());
      follow_control();
    });
  }
  for (std::size_t n = 1; n < units_.size(); ++n) {
    units_[n]->runtime.set_counter(
        [this, shard = units_[n]->runtime.id()](std::vector<shard::BrakeAsk> asks, Done<Result<Sequence>> done) {
          std::vector<shard::Command> commands;
          commands.emplace_back(shard::CountCommand{shard, std::move(asks)});
          units_.front()->runtime.submit(std::move(commands), [done = std::move(done)](ShardRuntime::Results results) {
            if (!results) return done(results.error());
            shard::CommandResult& result = results->front();
            done(result.error ? Result<Sequence>(*result.error) : Result<Sequence>(*result.sequence));
          });
        });
  }
  for (const auto& unit : units_) {
    boost::asio::post(unit->runtime.executor(), [this, raw = unit.get()] {
      follow_control(*raw);
      tick(*raw);
      arm(*raw);
    });
  }
  // Parts that a crash left half-way; errors show in their status, which stays "received".
  if (const Result<void> resumed = submissions_->resume(); !resumed) control.runtime.stop(resumed.error().to_string());
}

void Province::stop() {
  stopping_ = true;
  for (const auto& unit : units_) {
    boost::asio::post(unit->runtime.executor(), [raw = unit.get()] { raw->timer.cancel(); });
  }
}

void Province::arm(Unit& unit) {
  if (stopping_) return;
  unit.timer.expires_after(kTick);
  unit.timer.async_wait([this, &unit](const boost::system::error_code& cancelled) {
    if (cancelled || stopping_) return;
    tick(unit);
    arm(unit);
  });
}

void Province::tick(Unit& unit) {
  if (!unit.runtime.serving()) return;
  unit.runtime.turn();
  if (unit.ticks % kTicksPerRevocation == 0) refresh_revocations(unit);
  if (unit.ticks++ % kTicksPerCheckpoint != 0) return;
  publish_checkpoint(unit);
  if (&unit == units_.front().get()) look_for_alarms();
}

void Province::tick_all() {
  for (const auto& unit : units_) {
    boost::asio::post(unit->runtime.executor(), [this, raw = unit.get()] {
      if (!raw->runtime.serving()) return;
      raw->runtime.turn();
      refresh_revocations(*raw);
      publish_checkpoint(*raw);
      if (raw == units_.front().get()) look_for_alarms();
    });
  }
}

// The table is read beside the shard's thread; the colours are compared on it.
void Province::refresh_revocations(Unit& unit) {
  if (unit.runtime.id() == kControlShard || unit.reading_papers) return;
  unit.reading_papers = true;
  committer_.run([this, &unit] {
    auto papers = shard::list_live_papers(unit.runtime.store(), clock_.now());
    boost::asio::post(unit.runtime.executor(), [this, &unit, read = std::move(papers)] {
      unit.reading_papers = false;
      if (!read) return unit.runtime.stop("paper codes cannot be read: " + read.error().to_string());
      if (unit.runtime.serving())
        revocations_.set(unit.runtime.id(), revoked_papers(unit.runtime.machine().rows(), *read));
    });
  });
}

void Province::publish_checkpoint(Unit& unit) {
  if (unit.publishing || !unit.runtime.serving()) return;
  if (unit.published && *unit.published == unit.runtime.machine().ledger().size()) return;
  unit.publishing = true;
  committer_.run([this, &unit] {
    const UnixSeconds now = clock_.now();
    Result<std::optional<std::string>> note = unit.ledger->publish(now);
    boost::asio::post(unit.runtime.executor(), [this, &unit, now, published = std::move(note)] {
      unit.publishing = false;
      if (!published && published.error().is(errors::kSplitView) && alarms_)
        alarms_->raise(
            {shard::AlarmKind::kSplitView, {}, {}, {}, "shard " + std::to_string(unit.runtime.id().value), {}, {}});
      if (!published) return unit.runtime.stop("no checkpoint can be signed: " + published.error().to_string());
      unit.published = unit.ledger->published_size();
      unit.runtime.note_checkpoint(now);
      Unit& control = *units_.front();
      if (!*published || &unit == &control) return;
      // The small log of checkpoints: who has the control shard's ledger has all of them.
      shard::CheckpointCommand command{unit.runtime.id(), to_bytes(as_bytes(**published))};
      boost::asio::post(control.runtime.executor(), [&control, held = std::move(command)]() mutable {
        control.runtime.submit_internal(std::move(held));
      });
    });
  });
}

void Province::follow_control() {
  for (std::size_t n = 1; n < units_.size(); ++n) {
    boost::asio::post(units_[n]->runtime.executor(), [this, raw = units_[n].get()] { follow_control(*raw); });
  }
}

void Province::follow_control(Unit& unit) {
  const ShardRuntime& control = units_.front()->runtime;
  if (&unit == units_.front().get() || !unit.runtime.serving() || !control.serving()) return;
  const Result<void> read = log::read_log(
      units_.front()->runtime.store(), shard::kLogTable, Sequence{unit.followed.value + 1},
      [&](const log::Record& record) -> Result<void> {
        if (!record.is_claim()) {
          unit.runtime.submit_internal(shard::FollowCommand{record.header.sequence, to_bytes(record.body)});
        }
        unit.followed = record.header.sequence;
        return {};
      });
  if (!read) unit.runtime.stop("the control shard's log cannot be followed: " + read.error().to_string());
}

Province::Unit& Province::unit_of(const ResidentId& resident) const {
  return *units_.at(shard_of(resident, config_.file.data_shards).value);
}

Result<Province::Unit*> Province::unit(ShardId shard) const {
  if (shard.value >= units_.size()) return Error(errors::kNoSuchThing, "there is no such shard");
  Unit* found = units_[shard.value].get();
  if (!found->ledger) return found->runtime.stopped_error();
  return found;
}

Health Province::health() const {
  Health health;
  health.ready = true;
  for (const auto& unit : units_) {
    health.shards.push_back(unit->runtime.health());
    health.ready = health.ready && unit->runtime.serving();
  }
  return health;
}

std::vector<Metric> Province::metrics() const {
  std::vector<Metric> out;
  for (const auto& unit : units_) {
    const ShardHealth shard = unit->runtime.health();
    const ShardRuntime::Counters& counters = unit->runtime.counters();
    const std::string label = std::to_string(shard.shard.value);
    const auto add = [&](std::string name, std::string help, bool counter, std::uint64_t value) {
      out.push_back({std::move(name), std::move(help), counter, {{"shard", label}}, static_cast<double>(value)});
    };
    add("mingma_shard_serving", "1 while the shard serves, 0 after it stopped", false,
        shard.state == ShardState::kServing ? 1 : 0);
    add("mingma_residents", "registered residents", false, shard.residents);
    add("mingma_ledger_leaves", "leaves in the shard's ledger", false, shard.leaves);
    add("mingma_queued_commands", "weight of the commands waiting", false, shard.queued);
    add("mingma_events_total", "events written since start", true, counters.events);
    add("mingma_statements_total", "statements accepted since start", true, counters.statements);
    add("mingma_decisions_total", "new decision versions since start", true, counters.decisions);
    add("mingma_overloaded_total", "commands refused because the queue was full", true, counters.overloaded);
    if (!unit->codes) continue;
    add("mingma_codes_shown_total", "codes shown since start", true, unit->codes->counters().shown);
    add("mingma_codes_signed_total", "credentials signed since start", true, unit->codes->counters().signed_new);
  }
  out.push_back({"mingma_paper_codes_revoked",
                 "paper codes that no door may accept; over 1,000,000 no paper is accepted",
                 false,
                 {},
                 static_cast<double>(revocations_.size())});
  out.push_back({"mingma_alarm_looks_failed_total",
                 "looks for alarms that failed since start: read the log, then run mingma audit",
                 true,
                 {},
                 static_cast<double>(looks_failed_.load())});
  return out;
}

}  // namespace mingma::service
