// Internal to the feed room: which columns a CSV header has, and what they mean.
//
// Three layouts are known (docs/formats/feeds.md): our own minimal one, the "PDI COVID-19" format, and the standard
// bulk upload of SimpleReport and ReportStream. A header is recognised by the columns a layout cannot do without;
// letter case and order do not matter, other columns are not read.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "feed/csv_fields.h"

namespace mingma::feed {

enum class CsvColumn : std::uint8_t {
  kRecord,         // source record number at the laboratory
  kEarlierRecord,  // the record that this one corrects
  kStatus,
  kOrderStatus,
  kObservationStatus,
  kDocumentType,
  kDocumentNumber,
  kName,
  kFamilyName,
  kGivenName,
  kBirthDate,
  kTestCode,  // LOINC
  kMethod,    // "molecular", "antigen"
  kResult,
  kPooled,
  kSampledAt,
  kReportedAt,
  kReleasedAt,  // read when kReportedAt is empty
  kProcessingMode,
  kCount
};

enum class CsvLayoutKind : std::uint8_t { kMinimal, kPdi, kStandard };

class CsvLayout final {
 public:
  // Fails with feed.unknown_layout, or feed.duplicate_field when a column that is read occurs twice.
  static Result<CsvLayout> recognise(const CsvFields& header);

  CsvLayoutKind kind() const { return kind_; }
  std::size_t columns() const { return columns_; }
  // The field of a record with columns() fields; empty when the layout or the file has no such column.
  std::string_view get(const CsvFields& record, CsvColumn column) const {
    const int index = index_[static_cast<std::size_t>(column)];
    return index < 0 ? std::string_view() : record[static_cast<std::size_t>(index)];
  }
  // "column sampled_at": the column's name in this layout.
  std::string place(CsvColumn column) const;

 private:
  CsvLayoutKind kind_ = CsvLayoutKind::kMinimal;
  std::size_t columns_ = 0;
  std::array<int, static_cast<std::size_t>(CsvColumn::kCount)> index_{};
};

}  // namespace mingma::feed
