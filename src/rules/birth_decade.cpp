#include "rules/birth_decade.h"

#include <algorithm>

#include "rules/errors.h"

namespace mingma::rules {
namespace {

constexpr int kFirstYear = 1930;  // of decade 2

int first_year(BirthDecade decade) { return kFirstYear + (decade.value - 2) * 10; }

}  // namespace

BirthDecade BirthDecade::of(std::optional<CivilDate> born) {
  if (!born) return {};
  const std::int64_t year = year_month_day(*born).year;
  if (year < kFirstYear) return {1};
  return {static_cast<std::uint8_t>(std::min<std::int64_t>(2 + (year - kFirstYear) / 10, kCount - 1))};
}

std::string BirthDecade::to_string() const {
  if (value == 0) return "unknown";
  if (value == 1) return "earlier";
  return std::to_string(first_year(*this)) + "s";
}

Result<BirthDecade> BirthDecade::parse(std::string_view text) {
  for (std::uint8_t i = 0; i < kCount; ++i) {
    if (BirthDecade{i}.to_string() == text) return BirthDecade{i};
  }
  return Error(errors::kInvalidPolicy, "no such decade of birth");
}

std::string ages_of(BirthDecade born, UnixSeconds at) {
  const auto year = static_cast<int>(year_month_day(china_date(at)).year);
  if (born.value == 0) return "";
  if (born.value == 1) return std::to_string(year - kFirstYear) + "+";
  const int oldest = year - first_year(born);
  if (oldest < 0) return "";
  return std::to_string(std::max(0, oldest - 10)) + "-" + std::to_string(oldest);
}

}  // namespace mingma::rules
