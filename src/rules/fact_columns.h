// Facts of many residents as columns, in memory: what re-colouring scans.
//
// Rows are numbered from 0 in the order of appending and never move; the shard's own columns (resident, home, stay,
// decision) use the same numbers. Columns grow in blocks of kBlockRows rows: one allocation per block, one contiguous
// array per fact inside it, aligned to 64 bytes; no growth ever copies a row.
//
// Threading: one writer and no reader at the same time; any number of readers otherwise (as a shard's state is used).
// Errors: a row number that is not there is a bug.
// Memory: FactRow::kImageBytes (119) bytes a row, rounded up to whole blocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "rules/facts.h"

namespace mingma::rules {

class FactColumns {
 public:
  static constexpr std::size_t kBlockRows = 4096;

  std::size_t size() const { return size_; }
  std::size_t block_count() const { return blocks_.size(); }
  std::size_t allocated_bytes() const;

  // Returns the new row's number.
  std::size_t append(const FactRow& row);
  void resize(std::size_t rows);  // new rows are default rows; never shrinks
  FactRow get(std::size_t row) const;
  void set(std::size_t row, const FactRow& value);
  std::uint32_t get(std::size_t row, FactId id) const;

  // One fact's column in one block. All kBlockRows entries can be read; those past size() are 0.
  std::span<const std::uint32_t, kBlockRows> instants(std::size_t block, FactId id) const;
  std::span<const std::uint16_t, kBlockRows> dates(std::size_t block, FactId id) const;
  std::span<const std::uint8_t, kBlockRows> bytes(std::size_t block, FactId id) const;

 private:
  struct Block;
  struct BlockDeleter {
    void operator()(Block* block) const;
  };
  std::vector<std::unique_ptr<Block, BlockDeleter>> blocks_;
  std::size_t size_ = 0;
};

}  // namespace mingma::rules
