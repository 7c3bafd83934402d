// An HTTP/1.1 client for the command line: one server, one connection kept alive, calls that block.
//
// Uploads come from memory or from a reader function in pieces; downloads go to memory (bounded) or to a sink.
// A request on a kept connection that the server had meanwhile closed is sent once more on a fresh one, when its body
// can be sent again and nothing of an answer had come.
//
// Threading: one object, one thread at a time. Redirects are not followed; a status is an answer, not an error.
// Errors: kInvalidUrl, kUnreachable (name, connection, TLS), kNoAnswer (time), kInvalidAnswer (no HTTP, too large).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace mingma::http {

struct Url {
  std::string scheme;  // "http" or "https"
  std::string host;    // without brackets for IPv6
  std::uint16_t port = 80;
  std::string target;  // origin form, at least "/"

  std::string authority() const;  // host with the port unless it is the scheme's default
  std::string origin() const { return scheme + "://" + authority(); }
  std::string to_string() const { return origin() + target; }
};

// Absolute http or https URLs without user info and fragment.
Result<Url> parse_url(std::string_view text);

struct ClientOptions {
  std::uint32_t connect_timeout_ms = 10'000;
  std::uint32_t inactivity_timeout_ms = 60'000;  // without a byte in either direction
  std::size_t response_bytes_max = 64u << 20;    // of a body kept in memory
  std::string ca_file;                           // PEM; empty: the system's
  bool verify_tls = true;
};

using ClientHeaders = std::vector<std::pair<std::string, std::string>>;

struct ClientRequest {
  std::string method = "GET";
  std::string target = "/";
  ClientHeaders headers;  // Host, Content-Length, Transfer-Encoding and Connection are added
  std::string body;

  // Instead of `body`: fills the span, gives the count, 0 at the end. With `upload_bytes` the length is announced and
  // must be kept, without it the body is chunked.
  std::function<Result<std::size_t>(std::span<char>)> upload;
  std::optional<std::uint64_t> upload_bytes;
  std::function<void(std::uint64_t sent)> progress;

  // Instead of ClientResponse::body, for answers of any size with status 200.
  std::function<Result<void>(ByteView)> sink;
};

struct ClientResponse {
  int status = 0;
  ClientHeaders headers;
  std::string body;

  std::string_view header(std::string_view name) const;  // the first of that name; empty when absent
};

class Client {
 public:
  // Only scheme, host and port of `server` matter. No connection is made yet.
  explicit Client(Url server, ClientOptions options = {});
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  Result<ClientResponse> send(const ClientRequest& request);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mingma::http
