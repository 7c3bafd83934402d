#include "shard/row.h"

#include "shard/errors.h"
#include "shard/image.h"

namespace mingma::shard {

void write_row(const Row& row, std::span<std::uint8_t, kRowImageBytes> image) {
  thread_local Bytes out;
  out.clear();
  std::array<std::uint8_t, rules::FactRow::kImageBytes> facts;
  row.facts.write(facts);
  ImageWriter(out)
      .bytes(row.resident.bytes)
      .number(row.home.value)
      .number(row.stay.value)
      .bytes(facts)
      .number(static_cast<std::uint8_t>(row.decision.status))
      .number(static_cast<std::uint8_t>(row.decision.colour))
      .number(static_cast<std::uint8_t>(row.decision.measure))
      .number(row.decision.rule)
      .number(static_cast<std::uint32_t>(row.decision.horizon.value))
      .number(row.policy.value)
      .number(static_cast<std::uint32_t>(row.since.value))
      .number(row.version)
      .number(row.leaf.value)
      .number(row.flags)
      .number(row.born.value);
  MINGMA_ASSERT(out.size() == kRowImageBytes);
  std::memcpy(image.data(), out.data(), kRowImageBytes);
}

Result<Row> read_row(ByteView image) {
  const Error damaged(errors::kShardDamaged, "a row image is damaged; restore the shard from its log");
  if (image.size() != kRowImageBytes) return damaged;
  ImageReader in(image);
  Row row;
  in.array(row.resident.bytes);
  row.home.value = in.number<std::uint32_t>();
  row.stay.value = in.number<std::uint32_t>();
  auto facts = rules::FactRow::read(in.bytes(rules::FactRow::kImageBytes));
  if (!facts.ok()) return damaged;
  row.facts = *facts;
  const auto status = in.number<std::uint8_t>();
  const auto colour = in.number<std::uint8_t>();
  const auto measure = in.number<std::uint8_t>();
  if (status > 2 || colour > 3 || measure > 5) return damaged;
  row.decision.status = static_cast<rules::DecisionStatus>(status);
  row.decision.colour = static_cast<rules::Colour>(colour);
  row.decision.measure = static_cast<rules::Measure>(measure);
  row.decision.rule = in.number<std::uint8_t>();
  row.decision.horizon.value = in.number<std::uint32_t>();
  row.policy.value = in.number<std::uint16_t>();
  row.since.value = in.number<std::uint32_t>();
  row.version = in.number<std::uint32_t>();
  row.leaf.value = in.number<std::uint64_t>();
  row.flags = in.number<std::uint8_t>();
  row.born.value = in.number<std::uint8_t>();
  if (row.born.value >= rules::BirthDecade::kCount) return damaged;
  return row;
}

std::array<std::uint8_t, 4> row_key(RowNumber row) {
  std::array<std::uint8_t, 4> key;
  put_big_endian(row.value, key.data());
  return key;
}

}  // namespace mingma::shard
