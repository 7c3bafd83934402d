#include "http/router.h"

#include <algorithm>
#include <array>

#include "http/target.h"

namespace mingma::http {

struct Router::Node {
  std::vector<std::pair<std::string, std::unique_ptr<Node>>> literals;
  std::unique_ptr<Node> parameter;
  std::unique_ptr<Node> rest;
  std::array<Route*, kMethodCount> by_method{};

  bool has_route() const {
    return std::any_of(by_method.begin(), by_method.end(), [](const Route* route) { return route != nullptr; });
  }
  Node* literal(std::string_view segment) const {
    for (const auto& [text, node] : literals) {
      if (text == segment) return node.get();
    }
    return nullptr;
  }
};

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string decoded(std::string_view segment) {
  if (segment.find('%') == std::string_view::npos) return std::string(segment);
  auto text = percent_decode(segment);
  return text.ok() ? std::move(text).value() : std::string(segment);
}

}  // namespace

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

Route& Router::insert(Method method, std::string_view path, RouteOptions options) {
  MINGMA_ASSERT(!path.empty() && path[0] == '/');
  Node* node = root_.get();
  std::size_t parameters = 0;
  std::string_view left = path.substr(1);
  for (bool more = true; more;) {
    const std::size_t slash = left.find('/');
    const std::string_view segment = left.substr(0, slash);
    more = slash != std::string_view::npos;
    if (more) left.remove_prefix(slash + 1);
    std::unique_ptr<Node>* next = nullptr;
    if (segment.starts_with('{')) {
      MINGMA_ASSERT(segment.ends_with('}') && ++parameters <= Request::kParametersMax);
      const bool takes_rest = segment.ends_with("...}");
      MINGMA_ASSERT(!takes_rest || !more);
      next = takes_rest ? &node->rest : &node->parameter;
    } else if (node->literal(segment) == nullptr) {
      next = &node->literals.emplace_back(std::string(segment), nullptr).second;
    }
    if (next != nullptr && *next == nullptr) *next = std::make_unique<Node>();
    node = next != nullptr ? next->get() : node->literal(segment);
  }
  Route*& slot = node->by_method[static_cast<std::size_t>(method)];
  MINGMA_ASSERT(slot == nullptr);
  auto route = std::make_unique<Route>();
  route->name = std::string(to_string(method)) + ' ' + std::string(path);
  route->options = std::move(options);
  route->index = routes_.size();
  slot = route.get();
  routes_.push_back(std::move(route));
  return *slot;
}

void Router::add(Method method, std::string_view path, RouteOptions options, Handler handler) {
  insert(method, path, std::move(options)).handler = std::move(handler);
}

void Router::add_plain(Method method, std::string_view path, RouteOptions options, PlainHandler handler) {
  insert(method, path, std::move(options)).plain = std::move(handler);
}

// Literals before parameters before the rest. As deep as the longest template, whatever the path.
const Router::Node* Router::walk(const Node& node, std::string_view left, Request& request, std::size_t parameter) {
  const std::size_t slash = left.find('/');
  const std::string_view segment = left.substr(0, slash);
  const auto enter = [&](const Node* next, std::size_t parameters) -> const Node* {
    if (next == nullptr) return nullptr;
    if (slash == std::string_view::npos) return next->has_route() ? next : nullptr;
    return walk(*next, left.substr(slash + 1), request, parameters);
  };
  const bool escaped = segment.find('%') != std::string_view::npos;
  if (const Node* found = enter(escaped ? node.literal(decoded(segment)) : node.literal(segment), parameter))
    return found;
  if (node.parameter != nullptr && !segment.empty()) {
    request.parameters[parameter] = decoded(segment);
    if (const Node* found = enter(node.parameter.get(), parameter + 1)) return found;
  }
  if (node.rest == nullptr) return nullptr;
  request.parameters[parameter] = decoded(left);
  return node.rest.get();
}

Router::Match Router::find(Request& request) const {
  const Node* found = walk(*root_, request.path.substr(1), request, 0);
  if (found == nullptr) return {};

  const auto& by_method = found->by_method;
  const Method method = request.method == Method::kHead ? Method::kGet : request.method;
  Match match;
  match.route = by_method[static_cast<std::size_t>(method)];
  if (match.route == nullptr) {
    for (int i = 0; i < kMethodCount; ++i) {
      if (by_method[static_cast<std::size_t>(i)] == nullptr) continue;
      match.allow.append(to_string(static_cast<Method>(i))).append(", ");
      if (static_cast<Method>(i) == Method::kGet) match.allow.append("HEAD, ");
    }
    match.allow.append("OPTIONS");
  }
  return match;
}

bool is_media_type(std::string_view content_type, std::string_view type) {
  return equal_ignoring_case(trimmed(content_type.substr(0, content_type.find(';'))), type);
}

bool accepts(std::string_view accept, std::string_view type) {
  if (trimmed(accept).empty() || type.empty()) return true;
  type = trimmed(type.substr(0, type.find(';')));
  while (!accept.empty()) {
    const std::size_t comma = accept.find(',');
    std::string_view item = accept.substr(0, comma);
    accept = comma == std::string_view::npos ? std::string_view{} : accept.substr(comma + 1);
    const std::size_t semicolon = item.find(';');
    const std::string_view weight =
        semicolon == std::string_view::npos ? std::string_view{} : trimmed(item.substr(semicolon + 1));
    const std::string_view range = trimmed(item.substr(0, semicolon));
    if (weight == "q=0" || weight == "q=0.0" || weight == "q=0.00" || weight == "q=0.000") continue;
    if (range == "*/*" || equal_ignoring_case(range, type)) return true;
    if (range.ends_with("/*") && type.substr(0, type.find('/') + 1) == range.substr(0, range.size() - 1)) return true;
  }
  return false;
}

}  // namespace mingma::http
