// Statements, events, records, documents and line proofs: what is written is read back, and nothing else is accepted.
#include <gtest/gtest.h>

#include "base/rng.h"
#include "crypto/digest.h"
#include "shard/document.h"
#include "shard/errors.h"
#include "shard/event.h"
#include "shard/line_proof.h"
#include "shard/record.h"
#include "shard/row_table.h"
#include "shard/statement.h"
#include "shard/statement_document.h"

namespace mingma::shard {
namespace {

Statement example() {
  Statement out{.institution = "lab-41", .source_record = "specimen-2022-0613-7", .signed_at = {1'655'078'400}};
  out.resident.bytes.fill(7);
  out.evidence = {.kind = rules::EvidenceKind::kTestResult,
                  .level = 2,
                  .detail = 1,
                  .at = {1'655'000'000},
                  .until = {1'655'010'000}};
  return out;
}

TEST(StatementCodec, ReadsBackWhatItWroteForEveryAction) {
  Statement statement = example();
  EXPECT_EQ(*decode_statement(encode_statement(statement)), statement);
  statement.action = StatementAction::kReplace;
  statement.earlier_record = "specimen-2022-0613-6";
  statement.reason = "amended";
  EXPECT_EQ(*decode_statement(encode_statement(statement)), statement);
  statement.action = StatementAction::kWithdraw;
  statement.evidence = {.kind = rules::EvidenceKind::kTestResult};
  EXPECT_EQ(*decode_statement(encode_statement(statement)), statement);
}

TEST(StatementCodec, TheExampleInTheDocumentIsStable) {
  EXPECT_EQ(hex_encode(encode_statement(example())),
            "a601500707070707070707070707070707070702666c61622d3431030104540102010000000000c04ba562d072a5"
            "6200000000057473706563696d656e2d323032322d303631332d37081a62a67e00");
  EXPECT_EQ(hex_encode(statement_id(example())), "84a5f7cc1a81b101212f7e900276b211e8cfcaad197498deafb54930d8114cbe");
}

TEST(StatementCodec, RefusesWhatTheSchemaRefuses) {
  const auto refused = [](auto change) {
    Statement statement = example();
    change(statement);
    return !check_statement(statement).ok() && !decode_statement(encode_statement(statement)).ok();
  };
  EXPECT_TRUE(refused([](Statement& s) { s.institution = "ab"; }));
  EXPECT_TRUE(refused([](Statement& s) { s.institution = "lab 41"; }));
  EXPECT_TRUE(refused([](Statement& s) { s.source_record = ""; }));
  EXPECT_TRUE(refused([](Statement& s) { s.source_record = std::string(65, 'x'); }));
  EXPECT_TRUE(refused([](Statement& s) { s.source_record = "a\nb"; }));
  EXPECT_TRUE(refused([](Statement& s) { s.signed_at = {0}; }));
  EXPECT_TRUE(refused([](Statement& s) { s.reason = "amended"; }));
  EXPECT_TRUE(refused([](Statement& s) { s.action = StatementAction::kReplace; }));
  EXPECT_TRUE(refused(
      [](Statement& s) { s.action = StatementAction::kReplace, s.earlier_record = "x", s.reason = "because"; }));
  EXPECT_TRUE(refused(
      [](Statement& s) { s.action = StatementAction::kWithdraw, s.earlier_record = "x", s.reason = "appeal"; }));
  EXPECT_TRUE(refused([](Statement& s) { s.evidence.level = 9; }));
}

TEST(StatementCodec, NoChangedByteGivesTheSameStatement) {
  const Bytes canonical = encode_statement(example());
  for (std::size_t i = 0; i < canonical.size(); ++i) {
    Bytes changed = canonical;
    changed[i] ^= 1;
    const auto read = decode_statement(changed);
    if (!read.ok()) continue;
    EXPECT_EQ(encode_statement(*read), changed) << "one spelling per value; byte " << i;
  }
}

TEST(LeafPermutation, IsAPermutationAndDependsOnTheSeed) {
  const auto first = leaf_permutation(Digest{{1}}, 100);
  EXPECT_EQ(first, leaf_permutation(Digest{{1}}, 100));
  EXPECT_NE(first, leaf_permutation(Digest{{2}}, 100));
  std::vector<bool> seen(100);
  for (const std::uint32_t place : first) {
    ASSERT_LT(place, 100u);
    EXPECT_FALSE(seen[place]);
    seen[place] = true;
  }
  EXPECT_TRUE(leaf_permutation(Digest{}, 0).empty());
}

TEST(LineProof, AnySubsetOfLinesLeadsToTheRootAndNoOtherLinesDo) {
  const std::uint64_t seed = 41;
  SCOPED_TRACE(seed);
  SeededRng rng(seed);
  for (int round = 0; round < 200; ++round) {
    std::vector<Digest> hashes(1 + rng.below(40));
    for (Digest& hash : hashes) rng.fill(hash.bytes);
    std::vector<std::uint32_t> own;
    std::vector<IndexedLine> lines;
    for (std::uint32_t i = 0; i < hashes.size(); ++i) {
      if (rng.below(2) == 0) continue;
      own.push_back(i);
      lines.push_back({i, hashes[i]});
    }
    const auto siblings = prove_lines(hashes, own);
    const auto root = root_from_lines(hashes.size(), lines, siblings);
    ASSERT_TRUE(root.ok());
    EXPECT_EQ(*root, lines_root(hashes));
    if (lines.empty()) continue;
    lines[0].hash.bytes[0] ^= 1;
    EXPECT_NE(*root_from_lines(hashes.size(), lines, siblings), *root);
    auto more = siblings;
    more.emplace_back();
    EXPECT_FALSE(root_from_lines(hashes.size(), lines, more).ok());
    if (siblings.empty()) continue;
    EXPECT_FALSE(root_from_lines(hashes.size(), lines, std::span(siblings).first(siblings.size() - 1)).ok());
  }
  const std::vector<IndexedLine> unordered{{1, {}}, {0, {}}};
  EXPECT_FALSE(root_from_lines(2, unordered, {}).ok());
  const std::vector<IndexedLine> beyond{{2, {}}};
  EXPECT_FALSE(root_from_lines(2, beyond, {}).ok());
}

TEST(Leaf, ReadsBackWhatItWroteAndRefusesUnknownKeys) {
  Leaf leaf{.kind = LeafKind::kDecision,
            .klass = InstitutionClass::kCdc,
            .rule = "A1",
            .from = rules::Colour::kGreen,
            .to = rules::Colour::kRed,
            .city = {410'100'000},
            .hour = 459'744};
  leaf.policy = Digest{{1}};
  leaf.commitment = Digest{{2}};
  leaf.tag = {1, 2, 3};
  Bytes bytes;
  encode_leaf(leaf, bytes);
  const auto read = decode_leaf(bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->rule, "A1");
  EXPECT_EQ(read->commitment, leaf.commitment);
  Bytes again;
  encode_leaf(*read, again);
  EXPECT_EQ(again, bytes);
  bytes[0] += 1;  // one more entry announced
  bytes.push_back(0x0d);
  bytes.push_back(0x00);
  EXPECT_FALSE(decode_leaf(bytes).ok());
}

TEST(Documents, RefuseUnknownMissingAndMisspeltMembersWithTheirPlace) {
  const std::string good =
      R"({"type":"grant","id":"g-1","grantor":"root","grantee":"lab-1","kinds":["test_result"],"areas":["41","410102"],)"
      R"("from":"2022-06-28T00:00:00+08:00","until":"2022-07-28T00:00:00+08:00","may_delegate":false,"document_number":"no. 7"})";
  const auto grant = parse_grant(good);
  ASSERT_TRUE(grant.ok()) << grant.error().to_string();
  EXPECT_EQ(grant->kinds, 1u << 1);
  EXPECT_EQ(grant->areas[1], DivisionCode{410'102'000});
  const auto place_of = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    const auto parsed = parse_grant(text);
    return parsed.ok() ? std::string("accepted") : parsed.error().where();
  };
  EXPECT_EQ(place_of("\"id\":\"g-1\",", ""), "/id");
  EXPECT_EQ(place_of("\"g-1\"", "\"g 1\""), "/id");
  EXPECT_EQ(place_of("test_result", "telecom_match"), "/kinds");
  EXPECT_EQ(place_of("\"410102\"", "\"4\""), "/areas");
  EXPECT_EQ(place_of("2022-07-28", "2022-06-01"), "/until");
  EXPECT_EQ(place_of("\"type\"", "\"tag\":1,\"type\""), "/tag");
  EXPECT_EQ(place_of("\"lab-1\"", "\"root\""), "/grantee");
  EXPECT_EQ(place_of("false", "\"no\""), "/may_delegate");
}

TEST(StatementDocument, SaysWhatTheStatementSays) {
  const auto parsed = parse_statement_document(
      R"({"type":"correction","institution":"cdc-1","person":{"document_type":"resident_card"},"evidence":{"kind":"contact_finding"},)"
      R"("source_record":"w-1","signed_at":"2022-06-28T00:00:00+08:00","action":"withdraw","earlier_record":"c-1","reason":"appeal"})");
  ASSERT_TRUE(parsed.ok()) << parsed.error().to_string();
  EXPECT_EQ(parsed->statement.action, StatementAction::kWithdraw);
  EXPECT_EQ(parsed->statement.earlier_record, "c-1");
  EXPECT_FALSE(parse_statement_document(R"({"type":"statement"})").ok());
  EXPECT_FALSE(parse_statement_document("[]").ok());
  EXPECT_FALSE(parse_statement_document("{").ok());
}

TEST(RowTable, FindsEveryResidentAndKeepsEveryFieldAmongMany) {
  const std::uint64_t seed = 613;
  SCOPED_TRACE(seed);
  SeededRng rng(seed);
  RowTable table;
  std::vector<Row> model;
  for (int i = 0; i < 20'000; ++i) {
    Row row;
    rng.fill(row.resident.bytes);
    row.home = {410'102'000};
    row.stay = row.home;
    row.decision.horizon = {static_cast<std::int64_t>(rng.below(1'000))};
    row.version = static_cast<std::uint32_t>(rng.below(9));
    row.leaf = {rng.below(1ull << 40)};
    EXPECT_FALSE(table.find(row.resident).has_value());
    EXPECT_EQ(table.append(row), RowNumber{static_cast<std::uint32_t>(i)});
    model.push_back(row);
  }
  for (int i = 0; i < 5'000; ++i) {
    const auto at = rng.below(model.size());
    model[at].decision = {rules::DecisionStatus::kDecided,
                          rules::Colour::kRed,
                          rules::Measure::kHospital,
                          7,
                          {static_cast<std::int64_t>(rng.below(1'000))}};
    model[at].flags = kRowHasEvidence;
    model[at].born = {3};
    table.set(RowNumber{static_cast<std::uint32_t>(at)}, model[at]);
  }
  std::vector<RowNumber> expected;
  for (std::uint32_t i = 0; i < model.size(); ++i) {
    ASSERT_EQ(table.find(model[i].resident), RowNumber{i});
    ASSERT_EQ(table.get(RowNumber{i}), model[i]);
    std::array<std::uint8_t, kRowImageBytes> image;
    write_row(model[i], image);
    ASSERT_EQ(*read_row(image), model[i]);
    const auto horizon = model[i].decision.horizon;
    if (horizon != rules::kNoHorizon && horizon.value <= 300) expected.push_back(RowNumber{i});
  }
  std::vector<RowNumber> due;
  table.due({300}, model.size(), due);
  EXPECT_EQ(due, expected);
  table.due({300}, 10, due);
  EXPECT_EQ(due.size(), 10u);
  EXPECT_LE(table.bytes() / table.size(), 250u) << "of a table that is half a block from full";
}

}  // namespace
}  // namespace mingma::shard
