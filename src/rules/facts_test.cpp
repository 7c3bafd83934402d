#include "rules/facts.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

#include "rules/compiled_random.h"
#include "rules/errors.h"
#include "rules/fact_columns.h"

namespace mingma::rules {
namespace {

TEST(Facts, EveryFactHasAUniqueNameAndWordsInBothLanguages) {
  std::set<std::string_view> names;
  for (const FactInfo& info : fact_schema()) {
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_FALSE(info.zh.empty() || info.en.empty()) << info.name;
    EXPECT_EQ(find_fact(info.name), &info);
    EXPECT_EQ(info.kind == FactKind::kEnumeration, !info.values.empty()) << info.name;
    EXPECT_EQ(info.nullable, info.kind == FactKind::kInstant || info.kind == FactKind::kDate) << info.name;
    EXPECT_TRUE(info.values.empty() || info.values[0].name == "none") << info.name;
  }
  EXPECT_EQ(find_fact("favourite_colour"), nullptr);
}

TEST(Facts, TheSchemaOfVersion1NeverChanges) {
  // Rows, policies and receipts of version 1 are read for ever: a change here needs kFactSchemaVersion 2.
  const std::string text = fact_schema_text();
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325;
  for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100'0000'01B3;
  EXPECT_EQ(kFactSchemaVersion, 1);
  EXPECT_EQ(hash, 14'418'367'285'066'434'126u) << text;
  EXPECT_EQ(FactRow::kImageBytes, 119u);
}

TEST(Facts, ARowSurvivesItsImageAndItsJson) {
  RandomRules random(1);
  for (int i = 0; i < 2'000; ++i) {
    const FactRow row = random.row();
    std::array<std::uint8_t, FactRow::kImageBytes> image{};
    row.write(image);
    const auto read = FactRow::read(image);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(*read, row);
    const auto from_json = facts_from_json(facts_to_json(row));
    ASSERT_TRUE(from_json.ok()) << from_json.error().to_string();
    EXPECT_EQ(*from_json, row);
  }
}

TEST(Facts, RuleDataHasEveryFactAndAbsentOnesAreNull) {
  FactRow row;
  row.set_instant(FactId::kLastExposureAt, UnixSeconds{1'668'124'800});
  row.set(FactId::kContactLevel, 3);
  const Json data = to_rule_data(row, UnixSeconds{1'668'211'200});
  EXPECT_EQ(data.find("now")->string(), "2022-11-12T00:00:00Z");
  const Json& facts = *data.find("facts");
  EXPECT_EQ(facts.object().size(), kFacts);
  EXPECT_EQ(facts.find("last_exposure_at")->string(), "2022-11-11T00:00:00Z");
  EXPECT_EQ(facts.find("contact_level")->string(), "close");
  EXPECT_TRUE(facts.find("arrived_at")->is_null());
  EXPECT_EQ(facts.find("risk_cleared")->boolean(), false);
}

TEST(Facts, UnknownNamesAndValuesAreRefusedWithTheirPlace) {
  const auto refused = [](std::string_view text) {
    const auto result = facts_from_json(parse_json(text).value());
    EXPECT_FALSE(result.ok()) << text;
    return result.ok() ? std::string() : result.error().where();
  };
  EXPECT_EQ(refused(R"({"colour":"red"})"), "colour");
  EXPECT_EQ(refused(R"({"contact_level":"distant"})"), "contact_level");
  EXPECT_EQ(refused(R"({"contact_level":3})"), "contact_level");
  EXPECT_EQ(refused(R"({"arrived_at":"2022-11-11"})"), "arrived_at");
  EXPECT_EQ(refused(R"({"spaced_negatives_3d":5})"), "spaced_negatives_3d");
  EXPECT_EQ(refused(R"({"risk_cleared":1})"), "risk_cleared");
}

TEST(Facts, AnImageWithAValueOutOfRangeIsRefused) {
  std::array<std::uint8_t, FactRow::kImageBytes> image{};
  FactRow{}.write(image);
  image[FactRow::kImageBytes - 1] = 200;
  const auto read = FactRow::read(image);
  ASSERT_FALSE(read.ok());
  EXPECT_TRUE(read.error().is(errors::kInvalidFacts));
  EXPECT_FALSE(FactRow::read(ByteView(image).first(100)).ok());
}

TEST(FactColumns, RowsAreReadBackAcrossBlocksAndNewOnesAreEmpty) {
  RandomRules random(2);
  FactColumns columns;
  std::vector<FactRow> rows;
  for (std::size_t i = 0; i < 2 * FactColumns::kBlockRows + 10; ++i) {
    rows.push_back(random.row());
    EXPECT_EQ(columns.append(rows.back()), i);
  }
  columns.set(5, rows[6]);
  rows[5] = rows[6];
  columns.resize(columns.size() + 3);
  rows.resize(rows.size() + 3);
  ASSERT_EQ(columns.size(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) ASSERT_EQ(columns.get(i), rows[i]) << i;
  for (const FactInfo& info : fact_schema())
    EXPECT_EQ(columns.get(4'100, info.id), rows[4'100].get(info.id)) << info.name;
  EXPECT_EQ(columns.instants(1, FactId::kArrivedAt)[4], rows[4'100].get(FactId::kArrivedAt));
}

}  // namespace
}  // namespace mingma::rules
