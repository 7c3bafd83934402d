// Bugs stop the program, in release builds too: a wrong colour is worse than a restart.
#pragma once

namespace mingma {
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;
}

#define MINGMA_ASSERT(expression) \
  ((expression) ? static_cast<void>(0) : ::mingma::assertion_failed(#expression, __FILE__, __LINE__))
