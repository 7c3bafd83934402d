#include "http/message.h"

#include <algorithm>

namespace mingma::http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// A quality in thousandths: "0.8" is 800. Nothing or nonsense is 1000, as if it had not been sent.
int quality(std::string_view parameters) {
  const std::size_t at = parameters.find("q=");
  if (at == std::string_view::npos) return 1000;
  parameters.remove_prefix(at + 2);
  if (parameters.empty() || parameters[0] != '0') return 1000;
  int value = 0;
  int unit = 100;
  for (std::size_t i = 2; i < parameters.size() && unit > 0 && parameters[i] >= '0' && parameters[i] <= '9'; ++i) {
    value += (parameters[i] - '0') * unit;
    unit /= 10;
  }
  return value;
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view to_string(Method method) {
  constexpr std::array<std::string_view, kMethodCount> kNames{"GET",    "HEAD",    "POST", "PUT",
                                                              "DELETE", "OPTIONS", "OTHER"};
  return kNames[static_cast<std::size_t>(method)];
}

Language preferred_language(std::string_view accept_language) {
  int english = 0;
  int chinese = 0;
  while (!accept_language.empty()) {
    const std::size_t comma = accept_language.find(',');
    const std::string_view item = trimmed(accept_language.substr(0, comma));
    accept_language = comma == std::string_view::npos ? std::string_view{} : accept_language.substr(comma + 1);
    const std::size_t semicolon = item.find(';');
    const std::string_view tag = trimmed(item.substr(0, semicolon));
    const int weight = semicolon == std::string_view::npos ? 1000 : quality(item.substr(semicolon + 1));
    const std::string_view primary = tag.substr(0, tag.find('-'));
    if (equal_ignoring_case(primary, "zh")) chinese = std::max(chinese, weight);
    if (equal_ignoring_case(primary, "en")) english = std::max(english, weight);
  }
  return chinese > english ? Language::kChinese : Language::kEnglish;
}

std::string_view Request::header(std::string_view name) const {
  for (const HeaderView& field : headers) {
    if (equal_ignoring_case(field.name, name)) return field.value;
  }
  return {};
}

bool Request::has_header(std::string_view name) const { return count_headers(name) > 0; }

std::size_t Request::count_headers(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(
      headers.begin(), headers.end(), [&](const HeaderView& field) { return equal_ignoring_case(field.name, name); }));
}

Response Response::json(std::string body, int status) {
  Response response(status);
  response.content_type_ = kJsonType;
  response.body_ = std::move(body);
  return response;
}

Response Response::text(std::string body, int status) {
  Response response(status);
  response.content_type_ = kTextType;
  response.body_ = std::move(body);
  return response;
}

Response Response::shared(std::shared_ptr<const void> owner, std::string_view view, std::string_view type) {
  MINGMA_ASSERT(owner != nullptr);
  Response response;
  response.content_type_ = type;
  response.owner_ = std::move(owner);
  response.shared_body_ = view;
  return response;
}

Response Response::stream(std::unique_ptr<BodySource> source, std::string_view type) {
  Response response;
  response.content_type_ = type;
  response.source_ = std::move(source);
  return response;
}

Response Response::redirect(std::string_view location) {
  Response response(303);
  response.add_header("Location", location);
  return response;
}

Response& Response::add_header(std::string_view name, std::string_view value) {
  for (const char c : value) MINGMA_ASSERT(static_cast<unsigned char>(c) >= 0x20 || c == '\t');
  extra_headers_.append(name).append(": ").append(value).append("\r\n");
  return *this;
}

}  // namespace mingma::http
