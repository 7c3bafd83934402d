// Which handler answers a method and path.
//
// Templates are made of literal segments, "{name}" for one segment, and "{name...}" at the end for all the rest:
// "/v1/submissions/{id}/parts/{part}". A literal wins over a parameter. A route for GET answers HEAD too.
// Built before the server starts, then read by every worker: immutable, no locks.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "http/message.h"

namespace mingma::http {

using PlainHandler = std::function<Result<Response>(Request&)>;
using Handler = std::function<boost::asio::awaitable<Result<Response>>(Request&)>;

enum class BodyMode : std::uint8_t {
  kNone,    // a body is refused
  kWhole,   // collected up to body_bytes_max, in Request::body
  kStream,  // read by the handler through Request::body_stream
};

struct RouteOptions {
  BodyMode body = BodyMode::kNone;
  std::size_t body_bytes_max = 64u << 10;
  std::vector<std::string_view> consumes;  // media types of the body; empty: any. A missing Content-Type is refused
  std::string_view produces;               // checked against Accept; empty: anything goes
  bool rate_limited = true;                // false for probes of the operator
};

struct Route {
  std::string name;  // "GET /v1/policies/{id}": what logs and metrics show instead of the path
  RouteOptions options;
  PlainHandler plain;  // exactly one of the two is set; plain ones save a coroutine
  Handler handler;
  std::size_t index = 0;  // position in routes()
};

class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  // A template that is malformed or taken is a bug. At most Request::kParametersMax parameters.
  void add(Method method, std::string_view path, RouteOptions options, Handler handler);
  void add_plain(Method method, std::string_view path, RouteOptions options, PlainHandler handler);

  struct Match {
    const Route* route = nullptr;
    std::string allow;  // when the path exists but not with this method: "GET, HEAD, OPTIONS"
  };
  // Fills request.parameters. The path must have passed parse_target.
  Match find(Request& request) const;

  const std::vector<std::unique_ptr<Route>>& routes() const { return routes_; }

 private:
  struct Node;
  static const Node* walk(const Node& node, std::string_view left, Request& request, std::size_t parameter);
  Route& insert(Method method, std::string_view path, RouteOptions options);

  std::unique_ptr<Node> root_;
  std::vector<std::unique_ptr<Route>> routes_;
};

// True when an Accept field (empty: anything) takes `type`.
bool accepts(std::string_view accept, std::string_view type);
// True when a Content-Type field names `type`, whatever its parameters.
bool is_media_type(std::string_view content_type, std::string_view type);

}  // namespace mingma::http
