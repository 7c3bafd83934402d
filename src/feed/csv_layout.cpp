#include "feed/csv_layout.h"

#include <optional>
#include <span>

#include "feed/errors.h"

namespace mingma::feed {

namespace {

struct ColumnName {
  CsvColumn column;
  std::string_view name;   // lower case
  std::string_view other;  // a second accepted name; empty when there is none
  bool needed = false;
};

constexpr ColumnName kMinimalColumns[] = {
    {CsvColumn::kRecord, "record", "样本编号", true},
    {CsvColumn::kDocumentNumber, "document_number", "证件号码", true},
    {CsvColumn::kMethod, "method", "检测方法", true},
    {CsvColumn::kResult, "result", "检测结果", true},
    {CsvColumn::kSampledAt, "sampled_at", "采样时间", true},
    {CsvColumn::kDocumentType, "document_type", "证件类型"},
    {CsvColumn::kName, "name", "姓名"},
    {CsvColumn::kBirthDate, "birth_date", "出生日期"},
    {CsvColumn::kPooled, "pooled", "混采"},
    {CsvColumn::kReportedAt, "reported_at", "报告时间"},
    {CsvColumn::kStatus, "status", "状态"},
    {CsvColumn::kEarlierRecord, "earlier_record", "原样本编号"},
};

constexpr ColumnName kPdiColumns[] = {
    {CsvColumn::kRecord, "result_id", "", true},
    {CsvColumn::kDocumentNumber, "patient_id", "", true},
    {CsvColumn::kTestCode, "ordered_test_code", "", true},
    {CsvColumn::kResult, "test_result_code", "", true},
    {CsvColumn::kSampledAt, "specimen_collection_date_time", "", true},
    {CsvColumn::kEarlierRecord, "corrected_result_id", ""},
    {CsvColumn::kStatus, "test_result_status", ""},
    {CsvColumn::kOrderStatus, "order_result_status", ""},
    {CsvColumn::kObservationStatus, "observation_result_status", ""},
    {CsvColumn::kFamilyName, "patient_last_name", ""},
    {CsvColumn::kGivenName, "patient_first_name", ""},
    {CsvColumn::kBirthDate, "patient_dob", ""},
    {CsvColumn::kReportedAt, "test_date", ""},
    {CsvColumn::kReleasedAt, "date_result_released", ""},
    {CsvColumn::kProcessingMode, "processing_mode_code", ""},
};

constexpr ColumnName kStandardColumns[] = {
    {CsvColumn::kRecord, "accession_number", "", true},
    {CsvColumn::kDocumentNumber, "patient_id", ""},
    {CsvColumn::kTestCode, "test_performed_code", "", true},
    {CsvColumn::kResult, "test_result", "", true},
    {CsvColumn::kSampledAt, "specimen_collection_date", ""},
    {CsvColumn::kReportedAt, "test_result_date", "", true},
    {CsvColumn::kReleasedAt, "date_result_released", ""},
    {CsvColumn::kStatus, "test_result_status", ""},
    {CsvColumn::kFamilyName, "patient_last_name", ""},
    {CsvColumn::kGivenName, "patient_first_name", ""},
    {CsvColumn::kBirthDate, "patient_dob", ""},
    {CsvColumn::kProcessingMode, "processing_mode_code", ""},
};

std::span<const ColumnName> columns_of(CsvLayoutKind kind) {
  switch (kind) {
    case CsvLayoutKind::kMinimal:
      return kMinimalColumns;
    case CsvLayoutKind::kPdi:
      return kPdiColumns;
    case CsvLayoutKind::kStandard:
      return kStandardColumns;
  }
  return {};
}

bool same_name(std::string_view header, std::string_view lower) {
  if (header.size() != lower.size()) return false;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const char c = header[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c) != lower[i]) return false;
  }
  return true;
}

bool names(const ColumnName& column, std::string_view header) {
  return !header.empty() && (same_name(header, column.name) || same_name(header, column.other));
}

bool has_all_needed(const CsvFields& header, std::span<const ColumnName> columns) {
  for (const ColumnName& column : columns) {
    bool found = !column.needed;
    for (std::size_t i = 0; i < header.size() && !found; ++i) found = names(column, header[i]);
    if (!found) return false;
  }
  return true;
}

}  // namespace

Result<CsvLayout> CsvLayout::recognise(const CsvFields& header) {
  std::optional<CsvLayoutKind> kind;
  for (const CsvLayoutKind candidate : {CsvLayoutKind::kMinimal, CsvLayoutKind::kPdi, CsvLayoutKind::kStandard}) {
    if (!kind && has_all_needed(header, columns_of(candidate))) kind = candidate;
  }
  if (!kind) return Error(errors::kFeedUnknownLayout, "the header is none of the layouts in docs/formats/feeds.md");
  CsvLayout layout;
  layout.kind_ = *kind;
  layout.columns_ = header.size();
  layout.index_.fill(-1);
  for (std::size_t i = 0; i < header.size(); ++i) {
    for (const ColumnName& column : columns_of(*kind)) {
      if (!names(column, header[i])) continue;
      int& index = layout.index_[static_cast<std::size_t>(column.column)];
      if (index >= 0)
        return Error(errors::kFeedDuplicateField, "the column occurs twice", "column " + std::string(column.name));
      index = static_cast<int>(i);
    }
  }
  return layout;
}

std::string CsvLayout::place(CsvColumn column) const {
  for (const ColumnName& known : columns_of(kind_)) {
    if (known.column == column) return "column " + std::string(known.name);
  }
  return {};
}

}  // namespace mingma::feed
