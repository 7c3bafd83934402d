// The HTTP/1.1 server: connections, limits, timeouts; requests go to a Router.
//
// Speaks HTTP/1.1 with keep-alive and pipelining (responses of pipelined requests leave in one write), over TCP or TLS.
// HTTP/1.0 clients are answered and closed. No upgrade, no CONNECT, no trailers, no line folding.
//
// Threading: one worker per io_context; each io_context is run by one thread of the caller (create it with concurrency
//   hint 1). A connection lives on one worker; handlers run there. start() and stop() from any thread.
// Ownership: router, clock and hooks outlive the io_contexts' runs. Destroy the Server when the io_contexts no longer
// run
//   and before they are destroyed.
// Errors: kCannotListen from start(). What goes wrong with a client is answered to it and counted, never thrown.
// Limits: see ServerLimits. Memory of an idle connection is about 6 KiB.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/rng.h"
#include "base/time.h"
#include "http/metrics.h"
#include "http/rate_limiter.h"
#include "http/router.h"

namespace boost::asio {
class io_context;
}

namespace mingma::http {

struct ServerLimits {
  std::size_t connections_max = 20'000;  // over all workers; more are answered 503 and closed
  std::size_t header_bytes_max = 16u << 10;
  std::size_t headers_max = 64;
  std::size_t target_bytes_max = 4u << 10;
  std::uint32_t header_timeout_ms = 10'000;  // from the first byte of a request to the end of its header
  std::uint32_t body_timeout_ms = 20'000;    // without a byte of a body
  std::uint32_t idle_timeout_ms = 75'000;    // between requests
  std::uint32_t write_timeout_ms = 30'000;   // without a byte of a response taken by the client
  std::size_t requests_per_connection_max = 1'000'000;
  RateLimit per_address{};  // of requests; institutions have their own limit in the routes
};

// PEM files. The key must be unencrypted.
struct TlsFiles {
  std::string certificate_chain;
  std::string private_key;
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: the system chooses
  std::unique_ptr<TlsFiles> tls;
  ServerLimits limits;
};

// One line of the access log. `route` is the template: nothing of the path, query, address or headers is kept.
struct AccessRecord {
  std::string_view route;
  int status = 0;
  std::uint64_t request_bytes = 0;
  std::uint64_t response_bytes = 0;
  std::uint64_t micros = 0;
};

struct ServerHooks {
  std::function<void(const AccessRecord&)> access_log;                     // from worker threads; empty: none
  std::function<void(std::string_view route, std::string_view what)> bug;  // a handler threw; no personal data
};

class Server {
 public:
  Server(std::vector<boost::asio::io_context*> workers, const Router& router, ServerOptions options, ServerHooks hooks,
         const Clock& clock, Rng& rng);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Listens on every worker (SO_REUSEPORT). Call once.
  Result<void> start();
  std::uint16_t port() const;  // after start()

  // Stops accepting, closes idle connections, lets requests in progress finish; after `grace_ms` closes all.
  // Returns at once; connections() tells when it is done. No worker keeps running because of the server afterwards.
  void stop(std::uint32_t grace_ms);
  std::size_t connections() const;

  std::string metrics_text(const std::vector<service::Metric>& others) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace mingma::http
