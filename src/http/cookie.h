// The Cookie request field and Set-Cookie (RFC 6265), as strict as servers may be.
#pragma once

#include <string>
#include <string_view>

namespace mingma::http {

// The value of the only cookie of that name; empty when absent, given twice, or with characters no cookie may have.
std::string_view find_cookie(std::string_view cookie_field, std::string_view name);

struct NewCookie {
  std::string_view name;
  std::string_view value;  // base64url or empty
  std::string_view path = "/";
  int max_age_seconds = 0;  // 0: the browser forgets it at once
  bool secure = true;
};
// HttpOnly and SameSite=Lax always: pages never read it, and other sites' forms and scripts never send it.
std::string write_set_cookie(const NewCookie& cookie);

}  // namespace mingma::http
