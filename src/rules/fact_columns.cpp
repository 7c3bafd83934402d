#include "rules/fact_columns.h"

#include <array>
#include <new>

#include "base/assert.h"

namespace mingma::rules {

struct alignas(64) FactColumns::Block {
  std::array<std::array<std::uint32_t, kBlockRows>, kInstantFacts> instants{};
  std::array<std::array<std::uint16_t, kBlockRows>, kDateFacts> dates{};
  std::array<std::array<std::uint8_t, kBlockRows>, kByteFacts> bytes{};
};

void FactColumns::BlockDeleter::operator()(Block* block) const { delete block; }

std::size_t FactColumns::allocated_bytes() const { return blocks_.size() * sizeof(Block); }

void FactColumns::resize(std::size_t rows) {
  MINGMA_ASSERT(rows >= size_);
  while (blocks_.size() * kBlockRows < rows) blocks_.emplace_back(new Block());
  size_ = rows;
}

std::size_t FactColumns::append(const FactRow& row) {
  resize(size_ + 1);
  set(size_ - 1, row);
  return size_ - 1;
}

FactRow FactColumns::get(std::size_t row) const {
  MINGMA_ASSERT(row < size_);
  const Block& block = *blocks_[row / kBlockRows];
  const std::size_t lane = row % kBlockRows;
  FactRow value;
  for (std::size_t i = 0; i < kInstantFacts; ++i) value.instants_[i] = block.instants[i][lane];
  for (std::size_t i = 0; i < kDateFacts; ++i) value.dates_[i] = block.dates[i][lane];
  for (std::size_t i = 0; i < kByteFacts; ++i) value.bytes_[i] = block.bytes[i][lane];
  return value;
}

void FactColumns::set(std::size_t row, const FactRow& value) {
  MINGMA_ASSERT(row < size_);
  Block& block = *blocks_[row / kBlockRows];
  const std::size_t lane = row % kBlockRows;
  for (std::size_t i = 0; i < kInstantFacts; ++i) block.instants[i][lane] = value.instants_[i];
  for (std::size_t i = 0; i < kDateFacts; ++i) block.dates[i][lane] = value.dates_[i];
  for (std::size_t i = 0; i < kByteFacts; ++i) block.bytes[i][lane] = value.bytes_[i];
}

std::uint32_t FactColumns::get(std::size_t row, FactId id) const {
  MINGMA_ASSERT(row < size_);
  const std::size_t lane = row % kBlockRows;
  switch (fact_info(id).width_bytes()) {
    case 4:
      return instants(row / kBlockRows, id)[lane];
    case 2:
      return dates(row / kBlockRows, id)[lane];
    default:
      return bytes(row / kBlockRows, id)[lane];
  }
}

std::span<const std::uint32_t, FactColumns::kBlockRows> FactColumns::instants(std::size_t block, FactId id) const {
  const auto index = static_cast<std::size_t>(id);
  MINGMA_ASSERT(block < blocks_.size() && index < kInstantFacts);
  return blocks_[block]->instants[index];
}

std::span<const std::uint16_t, FactColumns::kBlockRows> FactColumns::dates(std::size_t block, FactId id) const {
  const auto index = static_cast<std::size_t>(id) - kInstantFacts;
  MINGMA_ASSERT(block < blocks_.size() && index < kDateFacts);
  return blocks_[block]->dates[index];
}

std::span<const std::uint8_t, FactColumns::kBlockRows> FactColumns::bytes(std::size_t block, FactId id) const {
  const auto index = static_cast<std::size_t>(id) - kInstantFacts - kDateFacts;
  MINGMA_ASSERT(block < blocks_.size() && index < kByteFacts);
  return blocks_[block]->bytes[index];
}

}  // namespace mingma::rules
