// Expected failures: bad input, absent, conflict, overload, a store that failed.
//
// Every error carries a stable code that clients, documents and tests rely on. Each room lists its codes as
// constants in <room>/errors.h; docs/errors.md explains each and tools/check compares the two.
// A bug is not an Error: use MINGMA_ASSERT (base/assert.h).
//
// Threading: values; ErrorInfo objects are constants and live for the whole program.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/assert.h"

namespace mingma {

enum class Retry : unsigned char { kNo, kLater, kAfterFix };

// One stable error code. `http_status` is what the HTTP room answers; no other room looks at it.
struct ErrorInfo {
  std::string_view code;  // "rules.invalid_date": room, dot, snake_case; never changes once released
  int http_status = 400;
  Retry retry = Retry::kNo;
};

// What happened. `message` is one line: what happened and what to do; never personal data.
// `where` locates the cause in the input ("line 3, column 14", "/rules/2/when/and/0"); empty when there is no input.
class [[nodiscard]] Error {
 public:
  Error(const ErrorInfo& info, std::string message, std::string where = {})
      : info_(&info), message_(std::move(message)), where_(std::move(where)) {}

  const ErrorInfo& info() const { return *info_; }
  std::string_view code() const { return info_->code; }
  const std::string& message() const { return message_; }
  const std::string& where() const { return where_; }
  bool is(const ErrorInfo& info) const { return info_->code == info.code; }

  // "rules.invalid_date at /rules/2/when: 2022-13-01 is no date"
  std::string to_string() const;
  // The same error with `prefix` put before its place.
  Error within(std::string_view prefix) const;

 private:
  const ErrorInfo* info_;
  std::string message_;
  std::string where_;
};

// A value or an Error. Reading the side that is not there is a bug and stops the program.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  const T& value() const& {
    MINGMA_ASSERT(ok());
    return std::get<0>(state_);
  }
  T& value() & {
    MINGMA_ASSERT(ok());
    return std::get<0>(state_);
  }
  T&& value() && {
    MINGMA_ASSERT(ok());
    return std::get<0>(std::move(state_));
  }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

  const Error& error() const& {
    MINGMA_ASSERT(!ok());
    return std::get<1>(state_);
  }
  Error&& error() && {
    MINGMA_ASSERT(!ok());
    return std::get<1>(std::move(state_));
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const& {
    MINGMA_ASSERT(!ok());
    return *error_;
  }
  Error&& error() && {
    MINGMA_ASSERT(!ok());
    return *std::move(error_);
  }

 private:
  std::optional<Error> error_;
};

}  // namespace mingma

// MINGMA_TRY(auto x, f());  declares x from a Result or returns its error.
// MINGMA_CHECK(f());        returns the error of a Result<void> (or of any Result whose value is not needed).
// Names are numbered by __COUNTER__, so that either may stand in a lambda inside the other.
#define MINGMA_CONCAT_(a, b) a##b
#define MINGMA_CONCAT(a, b) MINGMA_CONCAT_(a, b)
#define MINGMA_TRY_(temporary, declaration, expression)     \
  auto temporary = (expression);                            \
  if (!temporary.ok()) return std::move(temporary).error(); \
  declaration = std::move(temporary).value()
#define MINGMA_CHECK_(temporary, expression)                                                 \
  do {                                                                                       \
    if (auto temporary = (expression); !temporary.ok()) return std::move(temporary).error(); \
  } while (false)
#define MINGMA_TRY(declaration, expression) MINGMA_TRY_(MINGMA_CONCAT(try_, __COUNTER__), declaration, expression)
#define MINGMA_CHECK(expression) MINGMA_CHECK_(MINGMA_CONCAT(check_, __COUNTER__), expression)
