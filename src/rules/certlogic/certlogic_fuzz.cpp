// Bytes as {"expression": ..., "data": ...}: whatever they are, parsing and evaluation end with a value or an error
// that says where, the validator and the parser agree, and an expression that was accepted reads back its own places.
#include <cstdint>

#include "base/json.h"
#include "rules/certlogic/expression.h"
#include "rules/certlogic/interpreter.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace mingma;
  const auto json = parse_json(as_text({bytes, size}), {.depth_max = 160, .bytes_max = 1u << 16});
  if (!json) return 0;
  const Json* wrapped = json->find("expression");
  const Json& tree = wrapped != nullptr ? *wrapped : *json;
  const auto expression = rules::certlogic::Expression::parse(tree);
  MINGMA_ASSERT(expression.ok() == rules::certlogic::validate(tree).empty());
  if (!expression) return 0;
  for (std::size_t i = 1; i < expression->nodes().size(); ++i) {
    MINGMA_ASSERT(!expression->place(static_cast<rules::certlogic::NodeIndex>(i)).empty());
  }
  const Json* data = json->find("data");
  const Json nothing;
  const auto value = rules::certlogic::evaluate(*expression, data != nullptr ? *data : nothing);
  const auto truth = rules::certlogic::is_truthy(*expression, data != nullptr ? *data : nothing);
  // A value that is no error is truthy or falsy, unless it is a date-time.
  if (value.ok() && !truth.ok()) MINGMA_ASSERT(value->is_string());
  return 0;
}
