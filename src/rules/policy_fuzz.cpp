// Bytes as a policy: parsed or refused with a place; what was parsed can be linted and shown.
#include <cstdint>

#include "rules/policy.h"
#include "rules/policy_lint.h"
#include "rules/policy_show.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace mingma;
  const auto policy = rules::parse_policy(as_text({bytes, size}));
  if (!policy) return 0;
  for (const rules::LintFinding& finding : rules::lint_policy(*policy)) MINGMA_ASSERT(!finding.place.empty());
  MINGMA_ASSERT(!rules::show_policy(*policy, rules::Language::kChinese, rules::TableFormat::kText).empty());
  MINGMA_ASSERT(!rules::show_policy(*policy, rules::Language::kEnglish, rules::TableFormat::kMarkdown).empty());
  return 0;
}
