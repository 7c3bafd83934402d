// Public figures: what happened on one day (UTC+8), counted from the public leaves of every data shard's ledger.
//
// Published once a day, some minutes after its end, as a notice with a leaf of its own, and never again in another
// form: so two publications cannot be subtracted from each other. Totals by kind of leaf are exact. Cells by city,
// class, rule, colour and direction under kCellMin are left out; with them, in each kind, so many more of the smallest
// that at least two are hidden and what is hidden together is at least kCellMin, because the totals are public. A
// reader who counts the leaves of the ranges named in the text gets the same totals and the same cells
// (alarms_test.cpp does so through the public interface). What protects persons is what a leaf leaves out, not this:
// see docs/accountability.md. Threading: values; pure but for count_day, which reads ledgers on a disk thread.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "base/time.h"
#include "service/ledger_desk.h"
#include "service/statistics.h"
#include "shard/alarm.h"
#include "shard/record.h"

namespace mingma::service {

struct LeafRange {
  ShardId shard{};
  LeafIndex first{};
  LeafIndex end{};  // exclusive
  bool operator==(const LeafRange&) const = default;
};

class DayFigures {
 public:
  explicit DayFigures(CivilDate day) : day_(day) {}

  CivilDate day() const { return day_; }
  void add_range(const LeafRange& range) { ranges_.push_back(range); }
  void add(const shard::Leaf& leaf);
  std::uint64_t leaves() const { return leaves_; }
  // The text that is published: one JSON object, a function of what was added.
  std::string text(std::uint32_t cell_min = kCellMin) const;

 private:
  // kind of leaf, city, class, rule, from, to
  using Cell = std::tuple<std::uint8_t, std::uint32_t, std::uint8_t, std::string, std::uint8_t, std::uint8_t>;

  CivilDate day_;
  std::vector<LeafRange> ranges_;
  std::map<Cell, std::uint64_t> cells_;
  std::uint64_t leaves_ = 0;
};

// "2022-06-13" as an id: first 16 bytes of SHA-256("mingma/v1/figures" LF || day).
shard::NoticeId figures_id(CivilDate day);

// Counts the published leaves of `day` in the ledger of a data shard.
Result<void> count_day(LedgerDesk& desk, ShardId shard, DayFigures& figures);

}  // namespace mingma::service
