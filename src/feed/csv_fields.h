// Internal to the feed room: the fields of one CSV record (RFC 4180), reusing its storage from record to record.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace mingma::feed {

class CsvFields final {
 public:
  // Splits `record` (without its line end) at commas; quoted fields may hold commas, doubled quotes and line ends.
  // Fails with feed.invalid_csv for a quote inside a plain field, text after a closing quote, or an unclosed quote;
  // feed.too_large over `columns_max`. Views returned later point into `record` or into this object.
  Result<void> read(std::string_view record, std::size_t columns_max);

  std::size_t size() const { return fields_.size(); }
  // Without surrounding blanks.
  std::string_view operator[](std::size_t i) const { return fields_[i]; }

 private:
  std::vector<std::string_view> fields_;
  std::string unquoted_;
};

}  // namespace mingma::feed
