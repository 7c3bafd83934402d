#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace mingma {

void assertion_failed(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr, "mingma: assertion failed at %s:%d: %s\n", file, line, expression);
  std::abort();
}

}  // namespace mingma
