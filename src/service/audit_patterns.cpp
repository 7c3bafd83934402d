#include "service/audit_patterns.h"

#include <algorithm>
#include <map>
#include <set>

#include "log/local_log.h"
#include "service/alarm_desk.h"
#include "service/figures.h"
#include "service/person.h"
#include "shard/event.h"
#include "shard/tables.h"
#include "shard/tiles.h"

namespace mingma::service {
namespace {

constexpr std::int64_t kRaisedWithinSeconds = 3'600;

struct Found {
  std::vector<shard::Alarm> alarms;
  UnixSeconds last{};  // latest event of all shards
};

Result<Found> find_patterns(const std::vector<std::unique_ptr<store::Store>>& stores,
                            const shard::ControlState& control) {
  Found out;
  shard::Watch watch;
  for (std::size_t n = 1; n < stores.size(); ++n) {
    const shard::WatchSources sources = watch_sources(*stores[n]);
    MINGMA_CHECK(
        log::read_log(*stores[n], shard::kLogTable, Sequence{1}, [&](const log::Record& record) -> Result<void> {
          if (record.is_claim()) return {};
          const Result<shard::Event> event = shard::decode_event(record.body);
          if (!event.ok()) return {};  // the shard's own audit names it
          out.last = std::max(out.last, event->time);
          static_cast<void>(watch.fold(*event, control, sources));  // likewise
          return {};
        }));
  }
  // Days that are over at the last event.
  watch.close(out.last.plus(-kFiguresDelaySeconds), control);
  out.alarms = watch.take();
  return out;
}

bool is_derived(shard::AlarmKind kind) {
  return kind != shard::AlarmKind::kLeaflessCode && kind != shard::AlarmKind::kSplitView;
}

// What a reader of the public leaves counts, day by day.
class Recount {
 public:
  Result<void> read(ShardId shard, const store::Reader& reader) {
    shard::StoreTiles tiles(reader);
    auto ledger = ledger::Ledger::open(tiles);
    if (!ledger.ok()) return {};  // named by the shard's own audit
    std::map<std::int32_t, std::uint64_t>& starts = starts_[shard];
    const std::uint64_t size = ledger->size().value;
    for (std::uint64_t at = 0; at < size;) {
      const ledger::TileName wanted{ledger::TileKind::kEntries, 0, at / ledger::kTileWidth, 0};
      const auto name = ledger::tile_at(wanted, {size});
      const auto bundle = name.ok() ? ledger->read(*name) : Result<Bytes>(name.error());
      const auto entries =
          bundle.ok() ? ledger::parse_bundle(*bundle, name->width) : Result<std::vector<ByteView>>(bundle.error());
      if (!entries.ok()) break;  // likewise
      for (const ByteView entry : *entries) {
        const auto leaf = shard::decode_leaf(entry);
        const std::uint64_t index = at++;
        if (!leaf.ok()) continue;
        const std::int32_t day = china_date({std::int64_t{leaf->hour} * 3'600}).days;
        starts.try_emplace(day, index);
        counts_.try_emplace(day, DayFigures(CivilDate{day})).first->second.add(*leaf);
      }
    }
    sizes_[shard] = size;
    return {};
  }

  std::string text(CivilDate day) {
    DayFigures figures = counts_.try_emplace(day.days, DayFigures(day)).first->second;
    for (const auto& [shard, starts] : starts_) {
      const auto from = [&](std::int32_t days) {
        const auto at = starts.lower_bound(days);
        return LeafIndex{at == starts.end() ? sizes_.at(shard) : at->second};
      };
      figures.add_range({shard, from(day.days), from(day.days + 1)});
    }
    return figures.text();
  }

 private:
  std::map<std::int32_t, DayFigures> counts_;
  std::map<ShardId, std::map<std::int32_t, std::uint64_t>> starts_;  // first leaf of each day
  std::map<ShardId, std::uint64_t> sizes_;
};

Result<void> check_figures(const std::vector<std::unique_ptr<store::Store>>& stores, PatternReport& report) {
  MINGMA_TRY(const std::vector<shard::StoredNotice> published,
             shard::list_notices(*stores.front(), shard::NoticeType::kFigures));
  if (published.empty()) return {};
  Recount recount;
  for (std::size_t n = 1; n < stores.size(); ++n)
    MINGMA_CHECK(recount.read(ShardId{static_cast<std::uint16_t>(n)}, *stores[n]));
  for (const shard::StoredNotice& one : published) {
    ++report.figures;
    const auto json = parse_json(one.notice.text);
    const Json* day = json.ok() ? json->find("day") : nullptr;
    const auto date = day != nullptr && day->is_string() ? parse_date(day->string()) : parse_date("");
    if (date.ok() && one.notice.id == figures_id(*date) && recount.text(*date) == one.notice.text) continue;
    report.findings.push_back({"audit.wrong_figures", "figures, leaf " + std::to_string(one.leaf.value),
                               "the published figures are not what the ledgers' leaves add up to"});
  }
  return {};
}

// A resident belongs to one shard by the pseudonym alone; in another one there would be room for a second chain.
Result<void> check_places(const std::vector<std::unique_ptr<store::Store>>& stores, PatternReport& report) {
  const auto shards = static_cast<std::uint16_t>(stores.size() - 1);
  for (std::size_t n = 1; n < stores.size(); ++n) {
    MINGMA_CHECK(stores[n]->scan(shard::kRowsTable, {}, [&](ByteView, ByteView image) -> Result<void> {
      const auto row = shard::read_row(image);
      if (!row.ok() || shard_of(row->resident, shards).value == n) return {};
      report.findings.push_back(
          {"audit.second_chain", "shard " + std::to_string(n) + ", resident " + row->resident.to_string(),
           "this resident belongs to shard " + std::to_string(shard_of(row->resident, shards).value)});
      return {};
    }));
  }
  return {};
}

std::string place_of(const shard::Alarm& alarm) {
  std::string out(shard::alarm_info(alarm.kind).name);
  if (!alarm.institution.empty()) out += ", institution " + alarm.institution;
  if (alarm.division.value != 0) out += ", division " + alarm.division.to_string();
  if (alarm.from != UnixSeconds{}) out += ", from " + alarm.from.to_local_string();
  return out;
}

}  // namespace

Result<PatternReport> audit_patterns(const std::vector<std::unique_ptr<store::Store>>& stores,
                                     const shard::ControlState& control) {
  PatternReport report;
  MINGMA_TRY(const Found found, find_patterns(stores, control));
  MINGMA_TRY(const std::vector<shard::StoredNotice> alarms,
             shard::list_notices(*stores.front(), shard::NoticeType::kAlarm));
  MINGMA_TRY(const std::vector<shard::StoredNotice> endings,
             shard::list_notices(*stores.front(), shard::NoticeType::kAlarmEnding));
  std::map<shard::NoticeId, std::string> ended;
  for (const shard::StoredNotice& one : endings) {
    if (const auto ending = shard::parse_ending(one.notice); ending.ok()) ended[ending->alarm] = ending->ending;
  }
  std::set<shard::NoticeId> raised;
  for (const shard::StoredNotice& one : alarms) raised.insert(one.notice.id);
  std::set<shard::NoticeId> derived;
  for (const shard::Alarm& alarm : found.alarms) {
    const shard::NoticeId id = shard::alarm_id(alarm);
    derived.insert(id);
    report.patterns.push_back({alarm, raised.contains(id), ended.contains(id) ? ended.at(id) : std::string()});
    const UnixSeconds over = alarm.until == UnixSeconds{} ? found.last : alarm.until;
    if (!raised.contains(id) && over.plus(kRaisedWithinSeconds) < found.last) {
      report.findings.push_back(
          {"audit.missing_alarm", place_of(alarm), "the logs show this pattern, and no alarm was raised"});
    }
  }
  for (const shard::StoredNotice& one : alarms) {
    const auto json = parse_json(one.notice.text);
    const Json* kind = json.ok() ? json->find("kind") : nullptr;
    const shard::AlarmInfo* info =
        kind != nullptr && kind->is_string() ? shard::find_alarm_kind(kind->string()) : nullptr;
    if (info != nullptr && is_derived(info->kind) && !derived.contains(one.notice.id)) {
      report.findings.push_back(
          {"audit.unfounded_alarm", "alarm " + hex_encode(one.notice.id), "an alarm that the logs do not give"});
    }
  }
  MINGMA_CHECK(check_figures(stores, report));
  MINGMA_CHECK(check_places(stores, report));
  return report;
}

}  // namespace mingma::service
