// The client's connection as coroutines: client.h waits for it, the OpenID Connect relying party awaits it.
// Belongs to one executor; one send() at a time.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <string>

#include "http/client.h"
#include "http/internal/message_parser.h"

namespace mingma::http::internal {

namespace asio = boost::asio;

class AsyncClient {
 public:
  AsyncClient(asio::any_io_executor executor, Url server, ClientOptions options);
  asio::awaitable<Result<ClientResponse>> send(const ClientRequest& request);

 private:
  using Stream = asio::ssl::stream<asio::ip::tcp::socket>;
  using Parser = MessageParser<false>;

  asio::awaitable<Result<void>> connect();
  asio::awaitable<Result<void>> connect_tls();
  asio::awaitable<Result<ClientResponse>> exchange(const ClientRequest& request);
  asio::awaitable<Result<void>> send_body(const ClientRequest& request);
  asio::awaitable<Result<void>> write(std::string_view bytes);
  asio::awaitable<Result<std::size_t>> read_more();
  asio::awaitable<Result<void>> read_head();
  asio::awaitable<Result<void>> read_body(const ClientRequest& request, ClientResponse& response);
  void arm(std::uint32_t timeout_ms);
  void disarm();
  void close();
  Error failed(const ErrorInfo& info, std::string_view what) const;

  asio::any_io_executor executor_;
  Url server_;
  ClientOptions options_;
  std::unique_ptr<asio::ssl::context> tls_context_;
  std::unique_ptr<asio::ip::tcp::socket> socket_;  // plain connection
  std::unique_ptr<Stream> tls_;                    // or TLS
  asio::steady_timer timer_;
  std::uint64_t timer_round_ = 0;
  bool late_ = false;
  bool reused_ = false;
  bool answered_ = false;
  std::string in_;
  std::size_t end_ = 0;
  std::size_t begin_ = 0;
  MessageHead head_;
  std::optional<Parser> parser_;
};

}  // namespace mingma::http::internal
