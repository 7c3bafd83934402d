#include "service/alarm_desk.h"

#include "base/cbor.h"
#include "log/local_log.h"
#include "service/errors.h"
#include "shard/errors.h"
#include "shard/tables.h"
#include "shard/tiles.h"
#include "shard/view.h"

namespace mingma::service {
namespace {

constexpr std::string_view kWatchKey = "s/watch";
constexpr std::int64_t kSaveSeconds = 30;

// Is every leaf of the days before `today` under a checkpoint?
Result<bool> all_published(const store::Reader& stored, LedgerDesk& published, CivilDate today) {
  if (const ledger::TreeSize size = published.published_size(); size.value > 0) {
    MINGMA_TRY(const Bytes bytes, published.entry({size.value - 1}));
    MINGMA_TRY(const shard::Leaf newest, shard::decode_leaf(bytes));
    if (std::int64_t{newest.hour} * 3'600 >= china_midnight(today).value) return true;
  }
  const shard::StoreTiles tiles(stored);
  MINGMA_TRY(const ledger::Ledger ledger, ledger::Ledger::open(tiles));
  return ledger.size() == published.published_size();
}

}  // namespace

shard::WatchSources watch_sources(const store::Reader& reader) {
  return {[&reader](shard::RowNumber row) -> Result<DivisionCode> {
            MINGMA_TRY(const auto image, reader.get(shard::kRowsTable, shard::row_key(row)));
            if (!image) return Error(errors::kShardDamaged, "a decision names a row that is not there");
            MINGMA_TRY(const shard::Row read, shard::read_row(*image));
            return read.home;
          },
          [&reader](const ResidentId& resident, std::uint32_t version) -> Result<std::optional<shard::DecisionRecord>> {
            MINGMA_TRY(const auto found, shard::find_decision(reader, resident, version));
            return found ? std::optional<shard::DecisionRecord>(found->record) : std::nullopt;
          }};
}

Result<void> AlarmDesk::load() {
  positions_.assign(shards_.size(), Sequence{});
  loaded_ = true;
  MINGMA_TRY(const auto stored, control_.get(shard::kMetaTable, as_bytes(kWatchKey)));
  if (!stored) return {};
  CborReader in(*stored);
  MINGMA_TRY(const std::uint64_t fields, in.array());
  MINGMA_TRY(const ByteView watch, in.bytes());
  auto decoded = shard::Watch::decode(watch);
  MINGMA_TRY(const std::uint64_t count, in.array());
  if (fields != 2 || !decoded.ok() || count != shards_.size()) return {};  // begins again: only time is lost
  watch_ = std::move(decoded).value();
  for (Sequence& position : positions_) {
    MINGMA_TRY(position.value, in.unsigned_integer());
  }
  return {};
}

Result<void> AlarmDesk::save() {
  CborWriter out;
  out.array(2).bytes(watch_.encode()).array(positions_.size());
  for (const Sequence position : positions_) out.unsigned_integer(position.value);
  store::Batch batch;
  batch.put(shard::kMetaTable, as_bytes(kWatchKey), out.view());
  return control_.write(batch, store::Durability::kBuffered);
}

Result<bool> AlarmDesk::follow(std::size_t number, const shard::ControlState& control) {
  MINGMA_TRY(const auto snapshot, shards_[number].store->snapshot());
  const shard::WatchSources sources = watch_sources(*snapshot);
  std::size_t seen = 0;
  const Error enough(errors::kOverloaded, "the rest in the next look");
  const Result<void> read = log::read_log(*snapshot, shard::kLogTable, Sequence{positions_[number].value + 1},
                                          [&](const log::Record& record) -> Result<void> {
                                            if (seen++ == kWatchEventsMax) return enough;
                                            if (!record.is_claim()) {
                                              MINGMA_TRY(const shard::Event event, shard::decode_event(record.body));
                                              MINGMA_CHECK(watch_.fold(event, control, sources));
                                            }
                                            positions_[number] = record.header.sequence;
                                            changed_ = true;
                                            return {};
                                          });
  if (!read.ok() && !read.error().is(errors::kOverloaded)) return read.error();
  return !read.ok();
}

Result<void> AlarmDesk::add_figures(UnixSeconds now, std::vector<shard::Notice>& out) {
  const CivilDate today = china_date(now.plus(-kFiguresDelaySeconds));
  if (figures_until_ >= today) return {};
  // After a stop the last day's leaves may be stored and under no checkpoint yet: they are counted too.
  for (const Shard& shard : shards_) {
    MINGMA_TRY(const bool current, all_published(*shard.store, *shard.ledger, today));
    if (!current) return {};
  }
  // Nothing happened before the first leaf, and there are no figures of nothing.
  CivilDate first = today;
  for (const Shard& shard : shards_) {
    if (shard.ledger->published_size().value == 0) continue;
    MINGMA_TRY(const Bytes bytes, shard.ledger->entry({0}));
    MINGMA_TRY(const shard::Leaf leaf, shard::decode_leaf(bytes));
    first = std::min(first, china_date({std::int64_t{leaf.hour} * 3'600}));
  }
  CivilDate day{std::max({today.days - kFiguresDaysBack, first.days, figures_until_.days})};
  for (; day < today; ++day.days) {
    MINGMA_TRY(const auto present, shard::find_notice(control_, shard::NoticeType::kFigures, figures_id(day)));
    if (present) continue;
    DayFigures figures(day);
    for (const Shard& shard : shards_) MINGMA_CHECK(count_day(*shard.ledger, shard.id, figures));
    out.push_back({shard::NoticeType::kFigures, figures_id(day), figures.text()});
  }
  figures_until_ = today;
  return {};
}

Result<std::vector<shard::Notice>> AlarmDesk::look(const shard::ControlState& control, UnixSeconds now) {
  if (!loaded_) MINGMA_CHECK(load());
  bool more = false;
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    MINGMA_TRY(const bool behind, follow(i, control));
    more = more || behind;
  }
  // A day is whole some time after its end, when no shard has anything left of it.
  if (!more) watch_.close(now.plus(-kFiguresDelaySeconds), control);
  std::vector<shard::Notice> out;
  for (const shard::Alarm& alarm : watch_.take()) out.push_back(shard::make_notice(alarm));
  {
    const std::lock_guard lock(mutex_);
    for (const shard::Alarm& alarm : raised_) out.push_back(shard::make_notice(alarm));
    raised_.clear();
  }
  if (!more) MINGMA_CHECK(add_figures(now, out));
  // What was found must be published before the place behind it is kept; so the save comes one look later.
  if (changed_ && out.empty() && now.value - saved_at_.value >= kSaveSeconds) {
    MINGMA_CHECK(save());
    saved_at_ = now;
    changed_ = false;
  }
  return out;
}

void AlarmDesk::raise(shard::Alarm alarm) {
  const std::lock_guard lock(mutex_);
  if (raised_.size() < 1'000) raised_.push_back(std::move(alarm));
}

}  // namespace mingma::service
