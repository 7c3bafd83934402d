#include <charconv>

#include "http/client.h"
#include "http/errors.h"
#include "http/target.h"

namespace mingma::http {
namespace {

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

Error bad(std::string_view what) { return {errors::kInvalidUrl, std::string(what)}; }

}  // namespace

std::string Url::authority() const {
  const std::string shown = host.find(':') == std::string::npos ? host : "[" + host + "]";
  const bool is_default = port == (scheme == "https" ? 443 : 80);
  return is_default ? shown : shown + ":" + std::to_string(port);
}

Result<Url> parse_url(std::string_view text) {
  Url url;
  if (text.starts_with("https://")) {
    url.scheme = "https";
    url.port = 443;
  } else if (text.starts_with("http://")) {
    url.scheme = "http";
  } else {
    return bad("a URL begins with http:// or https://");
  }
  text.remove_prefix(url.scheme.size() + 3);
  const std::size_t slash = text.find_first_of("/?");
  std::string_view authority = text.substr(0, slash);
  url.target = slash == std::string_view::npos ? "/" : std::string(text.substr(slash));
  if (url.target.front() == '?') url.target.insert(0, 1, '/');
  if (!parse_target(url.target).ok()) return bad("the URL's path or query is malformed");

  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return bad("the URL's host is malformed");
    url.host = std::string(authority.substr(1, end - 1));
    for (const char c : url.host) {
      if (std::string_view("0123456789abcdefABCDEF:.").find(c) == std::string_view::npos)
        return bad("the URL's host is malformed");
    }
    authority.remove_prefix(end + 1);
    if (!authority.empty() && authority[0] != ':') return bad("the URL's host is malformed");
  } else {
    const std::size_t colon = authority.find(':');
    url.host = std::string(authority.substr(0, colon));
    for (const char c : url.host) {
      if (!is_host_character(c)) return bad("the URL's host is malformed");
    }
    authority = colon == std::string_view::npos ? std::string_view{} : authority.substr(colon);
  }
  if (url.host.empty()) return bad("the URL has no host");
  if (!authority.empty()) {
    authority.remove_prefix(1);
    const auto [end, error] = std::from_chars(authority.data(), authority.data() + authority.size(), url.port);
    if (error != std::errc() || end != authority.data() + authority.size() || url.port == 0)
      return bad("the URL's port is malformed");
  }
  return url;
}

}  // namespace mingma::http
