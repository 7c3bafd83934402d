#include "http/target.h"

#include "http/errors.h"

namespace mingma::http {
namespace {

constexpr std::size_t kParametersMax = 32;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

Error bad(std::string_view what) { return {errors::kInvalidTarget, std::string(what)}; }

// Visible ASCII without the characters that URIs leave out; these include what browsers and caches read differently.
bool is_target_character(char c) {
  return c > 0x20 && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '\\' && c != '^' && c != '`' && c != '{' &&
         c != '|' && c != '}' && c != '#';
}

bool is_dot_segment(std::string_view decoded) { return decoded == "." || decoded == ".."; }

Result<void> check_segment(std::string_view segment, bool last) {
  if (segment.empty()) return last ? Result<void>{} : bad("the path has an empty segment");
  if (segment.find('%') == std::string_view::npos) {
    return is_dot_segment(segment) ? bad("the path has a dot segment") : Result<void>{};
  }
  MINGMA_TRY(const std::string decoded, percent_decode(segment));
  if (decoded.find('/') != std::string::npos || decoded.find('\\') != std::string::npos) {
    return bad("the path has an encoded slash");
  }
  return is_dot_segment(decoded) ? bad("the path has a dot segment") : Result<void>{};
}

Result<std::string> decode(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus_is_blank) {
      c = ' ';
    } else if (c == '%') {
      const int high = i + 1 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) return bad("a percent sign is not followed by two hex digits");
      c = static_cast<char>(high * 16 + low);
      if (c == '\0') return bad("an encoded NUL");
      i += 2;
    }
    out.push_back(c);
  }
  return out;
}

}  // namespace

Result<Target> parse_target(std::string_view text) {
  Target target;
  for (const char c : text) {
    if (!is_target_character(c)) return bad("the target has a character that no URI may have");
  }
  if (text.starts_with("http://") || text.starts_with("https://")) {
    const std::size_t authority = text.find("//") + 2;
    const std::size_t slash = text.find_first_of("/?", authority);
    if (slash == authority || slash == std::string_view::npos || text[slash] == '?') {
      return bad("an absolute target needs a host and a path");
    }
    target.origin = text.substr(0, slash);
    text.remove_prefix(slash);
  }
  if (text.empty() || text[0] != '/') return bad("the target must begin with a slash");
  const std::size_t question = text.find('?');
  target.path = text.substr(0, question);
  target.has_query = question != std::string_view::npos;
  if (target.has_query) target.query = text.substr(question + 1);

  std::string_view rest = target.path.substr(1);
  for (;;) {
    const std::size_t slash = rest.find('/');
    MINGMA_CHECK(check_segment(rest.substr(0, slash), slash == std::string_view::npos));
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  return target;
}

Result<std::string> percent_decode(std::string_view text) { return decode(text, false); }
Result<std::string> form_decode(std::string_view text) { return decode(text, true); }

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c)) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.push_back('%');
      out.push_back(kDigits[byte >> 4]);
      out.push_back(kDigits[byte & 15]);
    }
  }
  return out;
}

Result<Parameters> parse_parameters(std::string_view text) {
  Parameters parameters;
  while (!text.empty()) {
    const std::size_t ampersand = text.find('&');
    const std::string_view pair = text.substr(0, ampersand);
    text = ampersand == std::string_view::npos ? std::string_view{} : text.substr(ampersand + 1);
    if (pair.empty()) continue;
    if (parameters.size() == kParametersMax) return Error(errors::kInvalidQuery, "more than 32 parameters");
    const std::size_t equals = pair.find('=');
    MINGMA_TRY(std::string name, form_decode(pair.substr(0, equals)));
    MINGMA_TRY(std::string value,
               form_decode(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1)));
    if (find_parameter(parameters, name) != nullptr) {
      return Error(errors::kInvalidQuery, "the parameter is given twice", std::move(name));
    }
    parameters.emplace_back(std::move(name), std::move(value));
  }
  return parameters;
}

const std::string* find_parameter(const Parameters& parameters, std::string_view name) {
  for (const auto& [key, value] : parameters) {
    if (key == name) return &value;
  }
  return nullptr;
}

}  // namespace mingma::http
