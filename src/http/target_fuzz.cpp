// A target that is accepted has no dot segment after decoding, and percent-encoding round-trips.
#include <string>

#include "http/router.h"
#include "http/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mingma::http;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto again = percent_decode(percent_encode(text));
  MINGMA_ASSERT(text.find('\0') != text.npos ? !again.ok() : *again == text);
  if (const auto parameters = parse_parameters(text); parameters.ok()) MINGMA_ASSERT(parameters->size() <= 32);
  static_cast<void>(preferred_language(text));
  static_cast<void>(accepts(text, "application/json"));
  const auto target = parse_target(text);
  if (!target.ok()) return 0;
  const auto path = percent_decode(target->path);
  MINGMA_ASSERT(path.ok() && path->front() == '/');
  const std::string bounded = *path + "/";
  MINGMA_ASSERT(bounded.find("/../") == std::string::npos && bounded.find("/./") == std::string::npos);
  return 0;
}
