#include "rules/proof/data_person.h"

#include <string>
#include <vector>

#include "base/time.h"

namespace mingma::rules::proof {
namespace {

constexpr std::int64_t kDaysTried = 400;

// A place in a document: the members and items on the way to it.
using Place = std::vector<std::string>;

class Simplifier {
 public:
  Simplifier(Json data, const DataShows& shows, const Json& fixed)
      : data_(std::move(data)), shows_(shows), fixed_(fixed) {}

  Json run() {
    for (int round = 0; round < 3; ++round) {
      const Json before = data_;
      for (const Place& place : places(data_)) remove(place);
      round_dates();
      for (const Place& place : places(data_)) smaller(place);
      if (data_ == before) break;
    }
    return data_;
  }

 private:
  bool is_fixed(const Place& place) const {
    const Json* known = &fixed_;
    for (const std::string& step : place) {
      known = known->find(step);
      if (known == nullptr) return false;
    }
    return true;
  }
  std::vector<Place> places(const Json& json) const {
    std::vector<Place> out;
    collect(json, {}, out);
    return out;
  }
  void collect(const Json& json, const Place& at, std::vector<Place>& out) const {
    const auto inside = [&](const std::string& step, const Json& value) {
      Place place = at;
      place.push_back(step);
      if (is_fixed(place) && !value.is_object()) return;
      out.push_back(place);
      collect(value, place, out);
    };
    if (json.is_object()) {
      for (const auto& [name, value] : json.object()) inside(name, value);
    } else if (json.is_array()) {
      for (std::size_t i = json.array().size(); i-- > 0;) inside(std::to_string(i), json.array()[i]);
    }
  }
  static Json* find(Json& json, const Place& place, std::size_t depth) {
    Json* at = &json;
    for (std::size_t i = 0; i < depth; ++i) {
      Json* next = nullptr;
      if (at->is_object()) {
        for (auto& [name, value] : at->object()) {
          if (name == place[i]) next = &value;
        }
      } else if (at->is_array() && std::stoul(place[i]) < at->array().size()) {
        next = &at->array()[std::stoul(place[i])];
      }
      if (next == nullptr) return nullptr;
      at = next;
    }
    return at;
  }
  bool try_this(Json candidate) {
    if (!shows_(candidate)) return false;
    data_ = std::move(candidate);
    return true;
  }
  bool try_value(const Place& place, Json value) {
    Json candidate = data_;
    Json* at = find(candidate, place, place.size());
    if (at == nullptr) return false;
    *at = std::move(value);
    return try_this(std::move(candidate));
  }

  void remove(const Place& place) {
    if (is_fixed(place)) return;
    Json candidate = data_;
    Json* parent = find(candidate, place, place.size() - 1);
    if (parent == nullptr) return;
    if (parent->is_object()) {
      std::erase_if(parent->object(), [&](const Json::Member& member) { return member.first == place.back(); });
    } else if (parent->is_array() && std::stoul(place.back()) + 1 == parent->array().size()) {
      parent->array().pop_back();
    }
    try_this(std::move(candidate));
  }

  void smaller(const Place& place) {
    const Json* at = find(data_, place, place.size());
    if (at == nullptr || !at->is_integer()) return;
    const std::int64_t found = at->integer();
    for (const std::int64_t value : {1, 2, 3, 0, 4, 5}) {
      if (value == found || try_value(place, Json(value))) return;
    }
  }

  std::vector<std::pair<Place, UnixSeconds>> dates() const {
    std::vector<std::pair<Place, UnixSeconds>> out;
    Json copy = data_;
    for (const Place& place : places(copy)) {
      const Json* at = find(copy, place, place.size());
      if (at == nullptr || !at->is_string()) continue;
      if (const auto instant = parse_instant(at->string()); instant.ok()) {
        out.emplace_back(place, *instant);
      } else if (const auto day = parse_date(at->string()); day.ok()) {
        out.emplace_back(place, UnixSeconds{day->days * kSecondsPerDay});
      }
    }
    return out;
  }
  void round_dates();

  Json data_;
  const DataShows& shows_;
  const Json& fixed_;
};

void Simplifier::round_dates() {
  if (dates().empty()) return;
  // The whole story to New Year 2022, counted from its clock, or from its latest date where no clock is read.
  UnixSeconds latest{};
  Place clock;
  for (const auto& [place, at] : dates()) {
    const bool is_clock = place.back() == "validationClock";
    if (clock.empty() ? (is_clock || at >= latest) : (is_clock && clock.back() != "validationClock")) {
      latest = at;
      clock = is_clock ? place : Place{};
    }
  }
  const UnixSeconds new_year{1'640'995'200};  // 2022-01-01T00:00:00Z
  Json moved = data_;
  for (const auto& [place, at] : dates())
    *find(moved, place, place.size()) = Json(at.plus(new_year.value - latest.value).to_string());
  if (latest != new_year && try_this(std::move(moved))) latest = new_year;
  for (const auto& [place, at] : dates()) {
    if (place == clock) continue;
    for (std::int64_t days = 0; days <= kDaysTried; ++days) {
      const UnixSeconds wanted = latest.plus(-(days == 0 ? 1 : days == 1 ? 0 : days - 1) * kSecondsPerDay);
      const CivilDate day{static_cast<std::int32_t>(wanted.value / kSecondsPerDay)};
      if (wanted.value % kSecondsPerDay == 0 && try_value(place, Json(day.to_string()))) break;
      if (try_value(place, Json(wanted.to_string()))) break;
    }
  }
}

}  // namespace

Json simplify_data(Json data, const DataShows& shows, const Json& fixed) {
  return Simplifier(std::move(data), shows, fixed).run();
}

}  // namespace mingma::rules::proof
