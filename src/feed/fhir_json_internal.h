// Internal to the feed room: typed, strict access to parsed JSON. The only header that names simdjson.
//
// A Node is an element with the path that led to it, so that any complaint can name its place. Paths are linked frames
// on the caller's stack and cost nothing until an error is made.
#pragma once

#include <simdjson.h>

#include <array>

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "feed/errors.h"

namespace mingma::feed {

struct Path {
  const Path* parent = nullptr;
  std::string_view name;  // empty: an array index
  std::size_t index = 0;

  std::string to_string() const {
    if (parent == nullptr) return {};
    return parent->to_string() + "/" + (name.empty() ? std::to_string(index) : std::string(name));
  }
};

inline Error fhir_error(const ErrorInfo& info, std::string_view message, const Path& path,
                        std::string_view member = {}) {
  std::string where = path.to_string();
  if (!member.empty()) where.append("/").append(member);
  return {info, std::string(message), std::move(where)};
}

using Element = simdjson::dom::element;

// The members of an object that a reader knows, by their position in its list of names. One pass; other members are
// passed over. A known member that occurs twice is refused: two readers could take different ones.
template <std::size_t N>
class Members {
 public:
  static Result<Members> read(const Element& element, const std::array<std::string_view, N>& names, const Path& path) {
    simdjson::dom::object object;
    if (element.get(object) != simdjson::SUCCESS) return fhir_error(errors::kFeedNotFhir, "not an object", path);
    Members members(names);
    for (const simdjson::dom::key_value_pair field : object) {
      for (std::size_t i = 0; i < N; ++i) {
        if (field.key != names[i]) continue;
        if (members.present_[i])
          return fhir_error(errors::kFeedDuplicateField, "the member occurs twice", path, names[i]);
        members.present_[i] = true;
        members.values_[i] = field.value;
        break;
      }
    }
    return members;
  }

  bool has(std::size_t i) const { return present_[i]; }
  const Element& at(std::size_t i) const { return values_[i]; }
  std::string_view name(std::size_t i) const { return (*names_)[i]; }

  // The member as text; empty when absent.
  Result<std::string_view> text(std::size_t i, const Path& path) const {
    if (!present_[i]) return std::string_view();
    std::string_view value;
    if (values_[i].get(value) != simdjson::SUCCESS)
      return fhir_error(errors::kFeedNotFhir, "not a string", path, name(i));
    return value;
  }
  // The member as an array; empty when absent.
  Result<std::optional<simdjson::dom::array>> array(std::size_t i, const Path& path) const {
    if (!present_[i]) return std::optional<simdjson::dom::array>();
    simdjson::dom::array value;
    if (values_[i].get(value) != simdjson::SUCCESS)
      return fhir_error(errors::kFeedNotFhir, "not an array", path, name(i));
    return std::optional(value);
  }

 private:
  explicit Members(const std::array<std::string_view, N>& names) : names_(&names) {}

  const std::array<std::string_view, N>* names_;
  std::array<bool, N> present_{};
  std::array<Element, N> values_{};
};

// Calls `handle(element, path)` for each element; it returns Result<void>.
template <typename Handler>
Result<void> for_each(const std::optional<simdjson::dom::array>& array, const Path& parent, std::string_view name,
                      Handler&& handle) {
  if (!array) return {};
  const Path at_array{&parent, name, 0};
  std::size_t index = 0;
  for (const Element element : *array) {
    const Path at_element{&at_array, {}, index++};
    MINGMA_CHECK(handle(element, at_element));
  }
  return {};
}

struct Coding {
  std::string_view system;
  std::string_view code;
};

// Calls `handle(coding)` for each coding of a CodeableConcept that has a code.
template <typename Handler>
Result<void> for_each_coding(const Element& concept_element, const Path& path, Handler&& handle) {
  static constexpr std::array<std::string_view, 1> kConcept{"coding"};
  static constexpr std::array<std::string_view, 2> kCoding{"system", "code"};
  MINGMA_TRY(const auto members, Members<1>::read(concept_element, kConcept, path));
  MINGMA_TRY(const auto codings, members.array(0, path));
  return for_each(codings, path, "coding", [&](const Element& element, const Path& at) -> Result<void> {
    MINGMA_TRY(const auto coding, Members<2>::read(element, kCoding, at));
    MINGMA_TRY(const std::string_view system, coding.text(0, at));
    MINGMA_TRY(const std::string_view code, coding.text(1, at));
    if (!code.empty()) handle(Coding{system, code});
    return {};
  });
}

}  // namespace mingma::feed
