#include "http/cookie.h"

namespace mingma::http {
namespace {

bool is_cookie_text(std::string_view value) {
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7f || c == '"' || c == ',' || c == ';' || c == '\\') return false;
  }
  return true;
}

}  // namespace

std::string_view find_cookie(std::string_view cookie_field, std::string_view name) {
  std::string_view found;
  bool seen = false;
  while (!cookie_field.empty()) {
    const std::size_t semicolon = cookie_field.find(';');
    std::string_view pair = cookie_field.substr(0, semicolon);
    cookie_field = semicolon == std::string_view::npos ? std::string_view{} : cookie_field.substr(semicolon + 1);
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
    if (seen) return {};
    seen = true;
    found = pair.substr(equals + 1);
  }
  return is_cookie_text(found) ? found : std::string_view{};
}

std::string write_set_cookie(const NewCookie& cookie) {
  std::string out;
  out.append(cookie.name).append("=").append(cookie.value).append("; Path=").append(cookie.path);
  out.append("; Max-Age=").append(std::to_string(cookie.max_age_seconds)).append("; HttpOnly; SameSite=Lax");
  if (cookie.secure) out.append("; Secure");
  return out;
}

}  // namespace mingma::http
