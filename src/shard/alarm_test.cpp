#include "shard/alarm.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace mingma::shard {
namespace {

std::vector<std::string> table_rows() {
  std::ifstream in(std::filesystem::path(MINGMA_SOURCE_DIR) / "docs/alarms.md");
  std::vector<std::string> rows;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("| `")) rows.push_back(line);
  }
  return rows;
}

// " `name` | zh | raised when | severity " as trimmed cells.
std::vector<std::string> cells_of(const std::string& row) {
  std::vector<std::string> cells;
  std::istringstream in(row.substr(1));
  for (std::string cell; std::getline(in, cell, '|');) {
    const auto first = cell.find_first_not_of(" `");
    const auto last = cell.find_last_not_of(" `");
    if (first != std::string::npos) cells.push_back(cell.substr(first, last - first + 1));
  }
  return cells;
}

bool has_number(const std::string& text, std::uint32_t number) {
  std::istringstream in(text);
  for (std::string word; in >> word;) {
    if (word == std::to_string(number)) return true;
  }
  return false;
}

TEST(AlarmTable, IsTheOneInTheManual) {
  const std::vector<std::string> rows = table_rows();
  ASSERT_EQ(rows.size(), alarm_table().size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const AlarmInfo& info = alarm_table()[i];
    const std::vector<std::string> cells = cells_of(rows[i]);
    ASSERT_EQ(cells.size(), 4u) << rows[i];
    EXPECT_EQ(cells[0], info.name);
    EXPECT_EQ(cells[1], info.zh) << info.name;
    EXPECT_EQ(cells[3], info.severity) << info.name;
    // A count of one is said in words.
    if (info.threshold > 1) {
      EXPECT_TRUE(has_number(cells[2], info.threshold)) << info.name << " is raised at " << info.threshold;
      EXPECT_NE(cells[2].find(info.period_seconds == 3600 ? "hour" : "day"), std::string::npos) << rows[i];
    }
  }
}

TEST(AlarmTable, IsAscendingAndFoundByName) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < alarm_table().size(); ++i) {
    const AlarmInfo& info = alarm_table()[i];
    EXPECT_EQ(static_cast<std::size_t>(info.kind), i + 1);
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_EQ(find_alarm_kind(info.name), &info);
    EXPECT_EQ(&alarm_info(info.kind), &info);
  }
  EXPECT_EQ(find_alarm_kind("no_such_alarm"), nullptr);
}

TEST(AlarmPeriod, BeginsAtMidnightInChinaAndAtTheFullHour) {
  const UnixSeconds at = *parse_instant("2022-11-25T17:30:00Z");  // 01:30 of the 26th at UTC+8
  EXPECT_EQ(period_begin(alarm_info(AlarmKind::kFlipFlop), at).to_string(), "2022-11-25T16:00:00Z");
  EXPECT_EQ(period_begin(alarm_info(AlarmKind::kMassClearing), at).to_string(), "2022-11-25T17:00:00Z");
}

}  // namespace
}  // namespace mingma::shard
