#include "shard/row_table.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace mingma::shard {
namespace {

constexpr std::uint32_t kNever = 0xffff'ffff;
constexpr std::size_t kSlotsMin = 64;
constexpr std::size_t kRowsMax = 0xffff'fffe;

std::uint64_t hash_of(ByteView resident) {
  std::uint64_t value = 0;
  // The last bytes: the first ones choose the shard and so are alike within it.
  for (std::size_t i = 8; i < 16; ++i) value = value << 8 | resident[i];
  return value;
}

}  // namespace

RowTable::Head& RowTable::head(RowNumber row) {
  MINGMA_ASSERT(row.value < size());
  return blocks_[row.value / kBlockRows][row.value % kBlockRows];
}

const RowTable::Head& RowTable::head(RowNumber row) const {
  MINGMA_ASSERT(row.value < size());
  return blocks_[row.value / kBlockRows][row.value % kBlockRows];
}

std::size_t RowTable::bytes() const {
  return facts_.allocated_bytes() + blocks_.size() * kBlockRows * sizeof(Head) +
         block_horizon_.capacity() * sizeof(std::uint32_t) + index_.capacity() * sizeof(std::uint32_t);
}

std::optional<RowNumber> RowTable::find(const ResidentId& resident) const {
  if (index_.empty()) return std::nullopt;
  const std::size_t mask = index_.size() - 1;
  for (std::size_t slot = hash_of(resident.bytes) & mask; index_[slot] != 0; slot = (slot + 1) & mask) {
    const RowNumber row{index_[slot] - 1};
    if (std::memcmp(head(row).resident.data(), resident.bytes.data(), resident.bytes.size()) == 0) return row;
  }
  return std::nullopt;
}

ResidentId RowTable::resident(RowNumber row) const { return ResidentId{head(row).resident}; }
DivisionCode RowTable::home(RowNumber row) const { return {head(row).home}; }
DivisionCode RowTable::stay(RowNumber row) const { return {head(row).stay}; }
std::uint8_t RowTable::flags(RowNumber row) const { return head(row).flags; }
rules::BirthDecade RowTable::born(RowNumber row) const { return {head(row).born}; }
PolicyNumber RowTable::policy(RowNumber row) const { return {head(row).policy}; }

rules::Decision RowTable::decision(RowNumber row) const {
  const Head& at = head(row);
  return {.status = static_cast<rules::DecisionStatus>(at.outcome & 3),
          .colour = static_cast<rules::Colour>(at.outcome >> 2 & 3),
          .measure = static_cast<rules::Measure>(at.outcome >> 4),
          .rule = at.rule,
          .horizon = {at.horizon}};
}

Row RowTable::get(RowNumber row) const {
  const Head& at = head(row);
  return {.resident = {at.resident},
          .home = {at.home},
          .stay = {at.stay},
          .facts = facts_.get(row.value),
          .decision = decision(row),
          .policy = {at.policy},
          .since = {at.since},
          .version = at.version,
          .leaf = {static_cast<std::uint64_t>(at.leaf_high) << 32 | at.leaf_low},
          .flags = at.flags,
          .born = {at.born}};
}

void RowTable::write_head(Head& at, const Row& row) {
  MINGMA_ASSERT(row.leaf.value >> 40 == 0);
  at.resident = row.resident.bytes;
  at.home = row.home.value;
  at.stay = row.stay.value;
  at.horizon = static_cast<std::uint32_t>(row.decision.horizon.value);
  at.since = static_cast<std::uint32_t>(row.since.value);
  at.version = row.version;
  at.leaf_low = static_cast<std::uint32_t>(row.leaf.value);
  at.leaf_high = static_cast<std::uint8_t>(row.leaf.value >> 32);
  at.policy = row.policy.value;
  at.rule = row.decision.rule;
  at.outcome = static_cast<std::uint8_t>(static_cast<unsigned>(row.decision.status) |
                                         static_cast<unsigned>(row.decision.colour) << 2 |
                                         static_cast<unsigned>(row.decision.measure) << 4);
  at.flags = row.flags;
  at.born = row.born.value;
  at.unused = 0;
}

void RowTable::insert_index(const ResidentId& resident, std::uint32_t row) {
  const std::size_t mask = index_.size() - 1;
  std::size_t slot = hash_of(resident.bytes) & mask;
  while (index_[slot] != 0) slot = (slot + 1) & mask;
  index_[slot] = row + 1;
}

void RowTable::grow_index(std::size_t slots) {
  // The old index is freed first: at ten million rows both together would be felt.
  index_ = {};
  index_.assign(slots, 0);
  for (std::uint32_t row = 0; row < size(); ++row) insert_index(resident(RowNumber{row}), row);
}

void RowTable::reserve(std::size_t rows) {
  const std::size_t slots = std::max(kSlotsMin, std::bit_ceil(rows + rows / 3 + 1));
  if (slots > index_.size()) grow_index(slots);
}

RowNumber RowTable::append(const Row& row) {
  MINGMA_ASSERT(size() < kRowsMax);
  // At most three quarters full.
  if (4 * (size() + 1) > 3 * index_.size()) grow_index(std::max(kSlotsMin, index_.size() * 2));
  const RowNumber number{static_cast<std::uint32_t>(facts_.append(row.facts))};
  if (number.value / kBlockRows == blocks_.size()) {
    blocks_.push_back(std::make_unique<Head[]>(kBlockRows));
    block_horizon_.push_back(kNever);
  }
  insert_index(row.resident, number.value);
  write_head(head(number), row);
  if (row.decision.horizon != rules::kNoHorizon) {
    std::uint32_t& earliest = block_horizon_[number.value / kBlockRows];
    earliest = std::min(earliest, head(number).horizon);
  }
  return number;
}

void RowTable::set(RowNumber number, const Row& row) {
  Head& at = head(number);
  MINGMA_ASSERT(at.resident == row.resident.bytes && at.home == row.home.value);
  facts_.set(number.value, row.facts);
  write_head(at, row);
  if (row.decision.horizon != rules::kNoHorizon) {
    std::uint32_t& earliest = block_horizon_[number.value / kBlockRows];
    earliest = std::min(earliest, at.horizon);
  }
}

void RowTable::due(UnixSeconds now, std::size_t count_max, std::vector<RowNumber>& out) const {
  out.clear();
  const auto limit = static_cast<std::uint32_t>(std::clamp<std::int64_t>(now.value, 0, kNever - 1));
  for (std::size_t block = 0; block < blocks_.size() && out.size() < count_max; ++block) {
    if (block_horizon_[block] > limit) continue;
    const std::size_t rows = std::min(kBlockRows, size() - block * kBlockRows);
    std::uint32_t earliest = kNever;
    bool whole = true;
    for (std::size_t i = 0; i < rows; ++i) {
      const std::uint32_t horizon = blocks_[block][i].horizon;
      if (horizon == 0) continue;
      earliest = std::min(earliest, horizon);
      if (horizon > limit) continue;
      if (out.size() == count_max) {
        whole = false;
        break;
      }
      out.push_back(RowNumber{static_cast<std::uint32_t>(block * kBlockRows + i)});
    }
    if (whole) block_horizon_[block] = earliest;
  }
}

UnixSeconds RowTable::next_horizon() const {
  std::uint32_t earliest = kNever;
  for (const std::uint32_t horizon : block_horizon_) earliest = std::min(earliest, horizon);
  return earliest == kNever ? rules::kNoHorizon : UnixSeconds{earliest};
}

}  // namespace mingma::shard
