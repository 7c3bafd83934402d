// RowTable: the rows of a shard in memory, as columns, with an index from resident to row.
//
// Facts are rules::FactColumns; the rest is one 48-byte head a row in blocks that never move. The index is open
// addressing over u32 with linear probing; ResidentId is uniform already, so its trailing bytes are the hash.
// Memory: 119 (facts) + 48 (head) + at most 10.7 (index) bytes a row.
//
// Threading: one writer and no reader at the same time; any number of readers otherwise.
// Limits: 2^32 - 2 rows; instants of rows are kept as 32 bits (until 2106), leaf indexes as 40 bits.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "rules/fact_columns.h"
#include "shard/row.h"

namespace mingma::shard {

class RowTable {
 public:
  static constexpr std::size_t kBlockRows = rules::FactColumns::kBlockRows;

  std::size_t size() const { return facts_.size(); }
  std::size_t bytes() const;  // allocated

  std::optional<RowNumber> find(const ResidentId& resident) const;
  Row get(RowNumber row) const;
  ResidentId resident(RowNumber row) const;
  DivisionCode home(RowNumber row) const;
  DivisionCode stay(RowNumber row) const;
  std::uint8_t flags(RowNumber row) const;
  rules::BirthDecade born(RowNumber row) const;
  rules::Decision decision(RowNumber row) const;
  PolicyNumber policy(RowNumber row) const;
  const rules::FactColumns& facts() const { return facts_; }

  void reserve(std::size_t rows);
  // The resident must not be there yet.
  RowNumber append(const Row& row);
  // The resident, home and birth decade of a row never change.
  void set(RowNumber number, const Row& row);

  // Rows whose horizon is at or before `now`, ascending, at most `count_max`.
  void due(UnixSeconds now, std::size_t count_max, std::vector<RowNumber>& out) const;
  // The earliest horizon of all rows; kNoHorizon: none. Looks at one number per block.
  UnixSeconds next_horizon() const;

 private:
  struct Head {
    std::array<std::uint8_t, 16> resident;
    std::uint32_t home;
    std::uint32_t stay;
    std::uint32_t horizon;  // 0: none
    std::uint32_t since;
    std::uint32_t version;
    std::uint32_t leaf_low;
    std::uint16_t policy;
    std::uint8_t rule;
    std::uint8_t outcome;  // status | colour << 2 | measure << 4
    std::uint8_t flags;
    std::uint8_t leaf_high;
    std::uint8_t born;
    std::uint8_t unused;
  };
  static_assert(sizeof(Head) == 48);

  Head& head(RowNumber row);
  const Head& head(RowNumber row) const;
  void write_head(Head& head, const Row& row);
  void grow_index(std::size_t slots);
  void insert_index(const ResidentId& resident, std::uint32_t row);

  rules::FactColumns facts_;
  std::vector<std::unique_ptr<Head[]>> blocks_;
  mutable std::vector<std::uint32_t> block_horizon_;  // a lower bound of the block's horizons; tightened when scanned
  std::vector<std::uint32_t> index_;                  // row + 1; 0: free
};

}  // namespace mingma::shard
