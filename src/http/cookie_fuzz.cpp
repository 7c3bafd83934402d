// First line: the name; the rest: a Cookie field. Tokens and key sets of strangers go through the same bytes.
#include <cstdint>

#include "http/client.h"
#include "http/cookie.h"
#include "http/jwt.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mingma::http;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = text.find('\n');
  if (line != text.npos) {
    const std::string_view value = find_cookie(text.substr(line + 1), text.substr(0, line));
    MINGMA_ASSERT(value.find_first_of("; ,\r\n") == value.npos);
  }
  static_cast<void>(parse_jwks(text).ok());
  MINGMA_ASSERT(!verify_jwt(text, {}).ok());
  if (const auto url = parse_url(text); url.ok()) MINGMA_ASSERT(parse_url(url->to_string()).ok());
  return 0;
}
