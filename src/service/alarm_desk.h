// The desk that looks for alarms and makes each day's figures: follows the logs of all data shards with a shard::Watch,
// and gives the notices that the control shard is to publish.
//
// It runs beside the shards: it reads what is durable, and nothing waits for it. Its place and counts are kept in the
// control shard's meta table ("s/watch"), written now and then; after a crash it reads some events again, and a notice
// that is there already changes nothing. Observations of the service itself (a code without a leaf, a checkpoint that
// does not fit) come in through raise().
// Threading: look() one at a time, on a disk thread; raise() from any. Ownership: borrows stores and desks.
#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "service/figures.h"
#include "service/ledger_desk.h"
#include "shard/notice.h"
#include "shard/watch.h"
#include "store/store.h"

namespace mingma::service {

inline constexpr std::int64_t kFiguresDelaySeconds = 600;  // after the end of a day
inline constexpr int kFiguresDaysBack = 14;                // days without figures that are made up for
inline constexpr std::size_t kWatchEventsMax = 2'000;      // of one shard, in one look

// What a watch looks up about a shard's past, out of its store.
shard::WatchSources watch_sources(const store::Reader& reader);

class AlarmDesk final {
 public:
  struct Shard {
    ShardId id{};
    store::Store* store = nullptr;
    LedgerDesk* ledger = nullptr;
  };
  // `shards`: the data shards.
  AlarmDesk(std::vector<Shard> shards, store::Store& control) : shards_(std::move(shards)), control_(control) {}

  // Notices that are not published yet, as far as this desk knows.
  Result<std::vector<shard::Notice>> look(const shard::ControlState& control, UnixSeconds now);
  void raise(shard::Alarm alarm);

 private:
  Result<void> load();
  Result<void> save();
  Result<bool> follow(std::size_t number, const shard::ControlState& control);  // true: there is more
  Result<void> add_figures(UnixSeconds now, std::vector<shard::Notice>& out);

  std::vector<Shard> shards_;
  store::Store& control_;
  bool loaded_ = false;
  bool changed_ = false;
  UnixSeconds saved_at_{};
  CivilDate figures_until_{};  // days before it have theirs
  shard::Watch watch_;
  std::vector<Sequence> positions_;  // parallel to shards_: last event folded

  std::mutex mutex_;
  std::vector<shard::Alarm> raised_;  // guarded by mutex_
};

}  // namespace mingma::service
