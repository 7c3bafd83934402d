// One resident's row: what a shard knows about a resident in fixed width, and its stored image.
//
// In memory: RowTable (row_table.h), at most 200 bytes a resident. On disk: kRowsTable, one image a row, written in the
// same batch as the event that changed it, so that a restart is one sequential scan.
// Image: docs/formats/event.md, section Row image. Little-endian, without padding.
// Threading: values.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/ids.h"
#include "rules/birth_decade.h"
#include "rules/decision.h"
#include "rules/facts.h"

namespace mingma::shard {

// Rows are numbered from 0 in the order of registration and never move.
using RowNumber = StrongInteger<struct RowNumberTag, std::uint32_t>;
// Index of a policy among the control shard's policies, in order of publication.
using PolicyNumber = StrongInteger<struct PolicyNumberTag, std::uint16_t>;
inline constexpr PolicyNumber kNoPolicyNumber{0xffff};
// Index of an institution in order of first publication, from 1. 0 is the resident ("self").
using InstitutionNumber = StrongInteger<struct InstitutionNumberTag, std::uint32_t>;
inline constexpr InstitutionNumber kSelf{0};

enum RowFlag : std::uint8_t {
  kRowHasEvidence = 1,   // there is at least one evidence image
  kRowHasStays = 2,      // a stay was ever declared: area orders elsewhere may matter
  kRowWasCorrected = 4,  // a correction exists: late originals must be looked up
};

struct Row {
  ResidentId resident;
  DivisionCode home{};
  DivisionCode stay{};  // where the resident is now; equal to home without an open stay
  rules::FactRow facts;
  rules::Decision decision;
  PolicyNumber policy = kNoPolicyNumber;  // under which the decision was made
  UnixSeconds since{};                    // when the present version was decided
  std::uint32_t version = 0;              // length of the decision chain
  LeafIndex leaf{};                       // of the present version
  std::uint8_t flags = 0;
  rules::BirthDecade born;  // for counts by age only; nothing is decided by it

  bool operator==(const Row&) const = default;
};

inline constexpr std::size_t kRowImageBytes = 16 + 4 + 4 + rules::FactRow::kImageBytes + 4 + 4 + 2 + 4 + 4 + 8 + 1 + 1;

void write_row(const Row& row, std::span<std::uint8_t, kRowImageBytes> image);
Result<Row> read_row(ByteView image);
std::array<std::uint8_t, 4> row_key(RowNumber row);  // big-endian

}  // namespace mingma::shard
