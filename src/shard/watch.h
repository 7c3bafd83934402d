// Watch: looks for the patterns of alarm.h in the logs of the data shards. Deterministic: what it finds is a function
// of the logs alone, whatever the order in which the shards' events are interleaved, so the audit finds the same again.
//
// It counts, for each period, statements' decisions that made residents worse or better; when a count reaches its
// threshold the alarm is given once. No count goes down. Patterns that need a whole day (no_neighbours) are given by
// close(). The first two weeks of a watch that begins in the middle of a history know no earlier cases.
// Threading: one owner. Memory: at most kWatchCountersMax counters; then new subjects are not counted (and full() says
// so). Errors: kShardInvalidEvent for records that cannot be read.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "shard/alarm.h"
#include "shard/control.h"
#include "shard/event.h"

namespace mingma::shard {

inline constexpr std::size_t kWatchCountersMax = 200'000;
inline constexpr std::int64_t kFlipDays = 7;
inline constexpr std::int64_t kNeighbourDays = 14;

// What the watch must look up about the past; all of it is a function of the log.
struct WatchSources {
  std::function<Result<DivisionCode>(RowNumber)> home;
  // The record of an earlier version; nothing when there is none.
  std::function<Result<std::optional<DecisionRecord>>(const ResidentId&, std::uint32_t version)> decision;
};

class Watch {
 public:
  // One event of one data shard, with the control state as that shard had followed it.
  Result<void> fold(const Event& event, const ControlState& control, const WatchSources& sources);
  // Everything up to `until` has been folded: patterns of whole days that ended before it. Forgets what is over.
  void close(UnixSeconds until, const ControlState& control);
  // Alarms found since the last call.
  std::vector<Alarm> take();
  bool full() const { return full_; }

  Bytes encode() const;
  static Result<Watch> decode(ByteView bytes);

  bool operator==(const Watch&) const = default;

 private:
  struct Signer {
    const Institution* institution = nullptr;
    std::string_view key_id;
    const StatementEntry* entry = nullptr;
  };
  void count(Alarm alarm, UnixSeconds at);
  Result<void> made_worse(const DecisionRecord& record, DivisionCode home, const Signer& signer,
                          const WatchSources& sources);
  void count_look_ups(const Event& event, const ControlState& control);
  void made_better(const DecisionRecord& record, const Signer& signer);
  Result<bool> flipped(const DecisionRecord& record, const WatchSources& sources) const;

  std::map<Alarm, std::uint32_t> counts_;
  std::map<std::pair<std::int64_t, std::uint32_t>, std::uint32_t> alone_;  // day, county -> made worse without a case
  std::set<std::pair<std::int64_t, std::uint32_t>> cases_;                 // day, county in which a case was reported
  std::int64_t closed_day_ = 0;
  std::vector<Alarm> found_;
  bool full_ = false;
};

}  // namespace mingma::shard
