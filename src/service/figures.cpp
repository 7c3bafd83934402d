#include "service/figures.h"

#include <algorithm>

#include "crypto/digest.h"

namespace mingma::service {
namespace {

std::string_view name_of(shard::LeafKind kind) {
  switch (static_cast<int>(kind)) {
    case 1:
      return "statement";
    case 2:
      return "correction";
    case 3:
      return "decision";
    case 21:
      return "hold";
    case 22:
      return "hold_ended";
    case 23:
      return "case_step";
    case 24:
      return "look_up";
    case 25:
      return "key_destroyed";
    default:
      return "other";
  }
}

std::string_view direction(std::uint8_t from, std::uint8_t to) {
  return to > from ? "worse" : to < from ? "better" : "same";
}

// The outcome of a case step that took a statement, or what was decided upon it, away.
bool is_overturned(std::string_view outcome) {
  return outcome == "corrected" || outcome == "defaulted" || outcome == "not_substantiated";
}

}  // namespace

void DayFigures::add(const shard::Leaf& leaf) {
  ++leaves_;
  ++cells_[{static_cast<std::uint8_t>(leaf.kind), leaf.city.value, static_cast<std::uint8_t>(leaf.klass),
            std::string(leaf.rule), static_cast<std::uint8_t>(leaf.from), static_cast<std::uint8_t>(leaf.to)}];
}

std::string DayFigures::text(std::uint32_t cell_min) const {
  // Ascending by count within each kind, so that the smallest are hidden first.
  std::map<std::uint8_t, std::vector<std::pair<std::uint64_t, const Cell*>>> kinds;
  std::map<std::string, std::uint64_t, std::less<>> totals;
  for (const auto& [cell, count] : cells_) {
    const auto kind = static_cast<shard::LeafKind>(std::get<0>(cell));
    kinds[std::get<0>(cell)].emplace_back(count, &cell);
    totals[std::string(name_of(kind))] += count;
    if (kind == shard::LeafKind::kCaseStep && is_overturned(std::get<3>(cell))) totals["overturned"] += count;
    if (kind == shard::LeafKind::kDecision)
      totals["decision_" + std::string(direction(std::get<4>(cell), std::get<5>(cell)))] += count;
  }
  std::map<const Cell*, bool> hidden;
  for (auto& [kind, list] : kinds) {
    std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) {
      return std::pair(a.first, *a.second) < std::pair(b.first, *b.second);
    });
    std::uint64_t sum = 0;
    std::size_t count = 0;
    for (const auto& [size, cell] : list) {
      const bool small = size < cell_min;
      const bool exposed = count > 0 && (count < 2 || sum < cell_min);
      if (!small && !exposed) break;
      hidden[cell] = true;
      sum += size;
      ++count;
    }
  }
  Json json;
  json.set("type", "figures");
  json.set("day", day_.to_string());
  json.set("cell_min", static_cast<std::int64_t>(cell_min));
  Json::Array ledgers;
  for (const LeafRange& range : ranges_) {
    ledgers.push_back(Json::Object{{"shard", static_cast<std::int64_t>(range.shard.value)},
                                   {"first", static_cast<std::int64_t>(range.first.value)},
                                   {"end", static_cast<std::int64_t>(range.end.value)}});
  }
  json.set("ledgers", std::move(ledgers));
  json.set("leaves", static_cast<std::int64_t>(leaves_));
  Json sums;
  for (const auto& [name, count] : totals) sums.set(name, static_cast<std::int64_t>(count));
  json.set("totals", totals.empty() ? Json(Json::Object{}) : std::move(sums));
  Json::Array cells;
  for (const auto& [cell, count] : cells_) {
    const auto& [kind, city, klass, rule, from, to] = cell;
    Json one;
    one.set("kind", name_of(static_cast<shard::LeafKind>(kind)));
    if (city != 0) one.set("city", DivisionCode{city}.to_string());
    if (klass != 0) one.set("class", shard::to_string(static_cast<shard::InstitutionClass>(klass)));
    if (!rule.empty()) one.set("rule", rule);
    if (static_cast<shard::LeafKind>(kind) == shard::LeafKind::kDecision) {
      one.set("from", rules::to_string(static_cast<rules::Colour>(from)));
      one.set("to", rules::to_string(static_cast<rules::Colour>(to)));
      one.set("direction", direction(from, to));
    }
    if (hidden.contains(&cell)) {
      one.set("suppressed", true);
    } else {
      one.set("count", static_cast<std::int64_t>(count));
    }
    cells.push_back(std::move(one));
  }
  json.set("cells", std::move(cells));
  return json.to_string();
}

shard::NoticeId figures_id(CivilDate day) {
  const Digest digest = crypto::sha256_concat({as_bytes("mingma/v1/figures\n"), as_bytes(day.to_string())});
  shard::NoticeId id;
  std::copy_n(digest.bytes.begin(), id.size(), id.begin());
  return id;
}

Result<void> count_day(LedgerDesk& desk, ShardId shard, DayFigures& figures) {
  const auto hour = [](UnixSeconds at) { return static_cast<std::uint32_t>(at.value / 3'600); };
  MINGMA_TRY(const LeafIndex first, desk.first_leaf_from(hour(china_midnight(figures.day()))));
  MINGMA_TRY(const LeafIndex end, desk.first_leaf_from(hour(china_midnight({figures.day().days + 1}))));
  figures.add_range({shard, first, end});
  return desk.for_each_leaf(first, end, [&](LeafIndex, ByteView entry) -> Result<void> {
    MINGMA_TRY(const shard::Leaf leaf, shard::decode_leaf(entry));
    figures.add(leaf);
    return {};
  });
}

}  // namespace mingma::service
