#include "feed/csv_fields.h"

#include <algorithm>

#include "feed/errors.h"

namespace mingma::feed {

namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

Error invalid(std::string_view what, std::size_t column) {
  return {errors::kFeedInvalidCsv, std::string(what), "column " + std::to_string(column + 1)};
}

}  // namespace

Result<void> CsvFields::read(std::string_view record, std::size_t columns_max) {
  fields_.clear();
  unquoted_.clear();
  unquoted_.reserve(record.size());  // so that views into it stay valid
  std::size_t at = 0;
  while (true) {
    if (fields_.size() == columns_max) return Error(errors::kFeedTooLarge, "more than 256 columns");
    if (at < record.size() && record[at] == '"') {
      const std::size_t begin = unquoted_.size();
      for (++at;; ++at) {
        if (at == record.size()) return invalid("a quoted field does not end", fields_.size());
        if (record[at] == '"') {
          if (at + 1 == record.size() || record[at + 1] != '"') break;
          ++at;
        }
        unquoted_ += record[at];
      }
      ++at;
      if (at < record.size() && record[at] != ',') return invalid("text after a closing quote", fields_.size());
      fields_.push_back(trimmed(std::string_view(unquoted_).substr(begin)));
    } else {
      const std::size_t end = std::min(record.find(',', at), record.size());
      const std::string_view field = record.substr(at, end - at);
      if (field.find('"') != std::string_view::npos) return invalid("a quote inside an unquoted field", fields_.size());
      fields_.push_back(trimmed(field));
      at = end;
    }
    if (at >= record.size()) return {};
    ++at;  // the comma; a record that ends in one has an empty last field
  }
}

}  // namespace mingma::feed
