// Bytes as a test table: read or refused with a line; every line that was read names its source.
#include <cstdint>

#include "rules/policy_table.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace mingma;
  const auto tests = rules::parse_policy_tests(as_text({bytes, size}));
  if (!tests) {
    MINGMA_ASSERT(!tests.error().where().empty() || size > (1u << 20));
    return 0;
  }
  for (const rules::PolicyTest& test : *tests) MINGMA_ASSERT(!test.source.empty() && test.line > 0);
  return 0;
}
