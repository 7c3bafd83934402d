// MINGMA_TRY and MINGMA_CHECK for coroutines that return Result.
#pragma once

#include "base/error.h"

#define MINGMA_CO_TRY_(temporary, declaration, expression)     \
  auto temporary = (expression);                               \
  if (!temporary.ok()) co_return std::move(temporary).error(); \
  declaration = std::move(temporary).value()
#define MINGMA_CO_TRY(declaration, expression) MINGMA_CO_TRY_(MINGMA_CONCAT(co_try_, __LINE__), declaration, expression)
#define MINGMA_CO_CHECK(expression)                                                             \
  do {                                                                                          \
    if (auto co_check_ = (expression); !co_check_.ok()) co_return std::move(co_check_).error(); \
  } while (false)
