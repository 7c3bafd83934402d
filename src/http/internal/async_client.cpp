#include "http/internal/async_client.h"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstring>

#include "http/errors.h"

namespace mingma::http::internal {
namespace {

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kInputBytes = 64u << 10;
constexpr std::size_t kUploadPieceBytes = 256u << 10;

std::string head_of(const ClientRequest& request, const Url& server) {
  std::string head = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", request.method, request.target, server.authority());
  for (const auto& [name, value] : request.headers) {
    MINGMA_ASSERT(value.find_first_of("\r\n") == std::string::npos);
    head.append(name).append(": ").append(value).append("\r\n");
  }
  if (request.upload && !request.upload_bytes) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (request.upload || !request.body.empty() || request.method == "POST" || request.method == "PUT") {
    head += fmt::format("Content-Length: {}\r\n", request.upload ? *request.upload_bytes : request.body.size());
  }
  return head + "\r\n";
}

}  // namespace

AsyncClient::AsyncClient(asio::any_io_executor executor, Url server, ClientOptions options)
    : executor_(executor), server_(std::move(server)), options_(std::move(options)), timer_(executor) {}

Error AsyncClient::failed(const ErrorInfo& info, std::string_view what) const {
  if (late_) return {errors::kNoAnswer, fmt::format("{} did not answer in time", server_.origin())};
  return {info, fmt::format("{}: {}", server_.origin(), what)};
}

void AsyncClient::close() {
  boost::system::error_code ignored;
  if (socket_) socket_->close(ignored);
  if (tls_) tls_->next_layer().close(ignored);
}

// The timer's handler may run after the operation it guarded; the round tells whether it still means the current one.
void AsyncClient::arm(std::uint32_t timeout_ms) {
  late_ = false;
  timer_.expires_after(std::chrono::milliseconds(timeout_ms));
  timer_.async_wait([this, round = ++timer_round_](boost::system::error_code error) {
    if (error || round != timer_round_) return;
    late_ = true;
    close();
  });
}

void AsyncClient::disarm() {
  ++timer_round_;
  timer_.cancel();
}

asio::awaitable<Result<void>> AsyncClient::connect() {
  close();
  begin_ = end_ = 0;
  reused_ = false;
  tls_.reset();
  socket_ = std::make_unique<asio::ip::tcp::socket>(executor_);
  asio::ip::tcp::resolver resolver(executor_);
  const auto [not_found, endpoints] =
      co_await resolver.async_resolve(server_.host, std::to_string(server_.port), kToken);
  if (not_found) co_return failed(errors::kUnreachable, not_found.message());
  arm(options_.connect_timeout_ms);
  const auto [refused, endpoint] = co_await asio::async_connect(*socket_, endpoints, kToken);
  disarm();
  if (refused) co_return failed(errors::kUnreachable, refused.message());
  boost::system::error_code ignored;
  socket_->set_option(asio::ip::tcp::no_delay(true), ignored);
  if (server_.scheme == "https") co_return co_await connect_tls();
  co_return Result<void>{};
}

asio::awaitable<Result<void>> AsyncClient::connect_tls() {
  boost::system::error_code error;
  if (!tls_context_) {
    tls_context_ = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_client);
    if (options_.ca_file.empty()) {
      tls_context_->set_default_verify_paths(error);
    } else {
      tls_context_->load_verify_file(options_.ca_file, error);
    }
    if (error) co_return failed(errors::kUnreachable, "the CA file cannot be used: " + error.message());
  }
  tls_ = std::make_unique<Stream>(std::move(*socket_), *tls_context_);
  socket_.reset();
  tls_->set_verify_mode(options_.verify_tls ? asio::ssl::verify_peer : asio::ssl::verify_none);
  tls_->set_verify_callback(asio::ssl::host_name_verification(server_.host));
  SSL_set_tlsext_host_name(tls_->native_handle(), server_.host.c_str());
  arm(options_.connect_timeout_ms);
  std::tie(error) = co_await tls_->async_handshake(asio::ssl::stream_base::client, kToken);
  disarm();
  if (error) co_return failed(errors::kUnreachable, "TLS: " + error.message());
  co_return Result<void>{};
}

asio::awaitable<Result<void>> AsyncClient::write(std::string_view bytes) {
  arm(options_.inactivity_timeout_ms);
  boost::system::error_code error;
  std::size_t sent = 0;
  if (tls_) {
    std::tie(error, sent) = co_await asio::async_write(*tls_, asio::buffer(bytes), kToken);
  } else {
    std::tie(error, sent) = co_await asio::async_write(*socket_, asio::buffer(bytes), kToken);
  }
  disarm();
  if (error) co_return failed(errors::kUnreachable, error.message());
  co_return Result<void>{};
}

asio::awaitable<Result<std::size_t>> AsyncClient::read_more() {
  if (in_.size() < end_ + kInputBytes / 4) in_.resize(std::max(kInputBytes, 2 * in_.size()));
  arm(options_.inactivity_timeout_ms);
  boost::system::error_code error;
  std::size_t received = 0;
  const auto buffer = asio::buffer(in_.data() + end_, in_.size() - end_);
  if (tls_) {
    std::tie(error, received) = co_await tls_->async_read_some(buffer, kToken);
  } else {
    std::tie(error, received) = co_await socket_->async_read_some(buffer, kToken);
  }
  disarm();
  end_ += received;
  if (received > 0) answered_ = true;
  if (late_) co_return failed(errors::kNoAnswer, "");
  const bool ended = error == asio::error::eof || error == asio::ssl::error::stream_truncated;
  if (error && !ended) co_return failed(errors::kUnreachable, error.message());
  co_return received;  // 0: the server ended the connection
}

asio::awaitable<Result<void>> AsyncClient::send_body(const ClientRequest& request) {
  if (!request.upload) {
    if (request.body.empty()) co_return Result<void>{};
    co_return co_await write(request.body);
  }
  std::string piece(kUploadPieceBytes, '\0');
  std::uint64_t sent = 0;
  for (;;) {
    auto count = request.upload(std::span(piece.data(), piece.size()));
    if (!count.ok()) co_return std::move(count).error();
    if (request.upload_bytes && sent + *count > *request.upload_bytes) {
      co_return Error(errors::kInvalidAnswer, "the upload is longer than announced");
    }
    const std::string frame = request.upload_bytes ? std::string() : fmt::format("{:x}\r\n", *count);
    if (!frame.empty()) {
      if (auto written = co_await write(frame); !written.ok()) co_return written;
    }
    if (*count > 0) {
      if (auto written = co_await write({piece.data(), *count}); !written.ok()) co_return written;
    }
    if (!request.upload_bytes) {
      if (auto written = co_await write("\r\n"); !written.ok()) co_return written;
    }
    sent += *count;
    if (request.progress) request.progress(sent);
    if (*count == 0) break;
  }
  if (request.upload_bytes && sent != *request.upload_bytes) {
    co_return Error(errors::kInvalidAnswer, "the upload is shorter than announced");
  }
  co_return Result<void>{};
}

// Reads until a header that is no 100 Continue stands in in_[0, begin_); further bytes follow it.
asio::awaitable<Result<void>> AsyncClient::read_head() {
  std::size_t scanned = 0;
  for (;;) {
    const std::size_t header_end = end_of_header({in_.data() + begin_, end_ - begin_}, scanned);
    if (header_end == 0) {
      if (end_ - begin_ > kInputBytes) co_return failed(errors::kInvalidAnswer, "the answer's header is too large");
      auto received = co_await read_more();
      if (!received.ok()) co_return std::move(received).error();
      if (*received == 0) co_return failed(errors::kUnreachable, "the connection ended before an answer");
      continue;
    }
    parser_.emplace(head_, std::string_view(in_.data() + begin_, header_end));
    boost::system::error_code error;
    parser_->put(asio::const_buffer(in_.data() + begin_, header_end), error);
    if (error || !parser_->is_header_done()) co_return failed(errors::kInvalidAnswer, "this is no HTTP/1.1 answer");
    begin_ += header_end;
    scanned = 0;
    if (head_.status != 100) co_return Result<void>{};
  }
}

asio::awaitable<Result<void>> AsyncClient::read_body(const ClientRequest& request, ClientResponse& response) {
  std::string& body = response.body;
  const bool to_sink = request.sink && response.status == 200;
  while (!parser_->is_done()) {
    if (begin_ == end_) {
      begin_ = end_ = 0;
    } else if (begin_ > 0) {
      std::memmove(in_.data(), in_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    bool starving = begin_ == end_;
    while (!starving && begin_ != end_ && !parser_->is_done()) {
      parser_->piece = {};
      boost::system::error_code error;
      begin_ += parser_->put(asio::const_buffer(in_.data() + begin_, end_ - begin_), error);
      starving = error == boost::beast::http::error::need_more;
      if (error && !starving) co_return failed(errors::kInvalidAnswer, "the answer's body is malformed");
      const std::string_view piece = parser_->piece;
      if (to_sink && !piece.empty()) {
        if (auto taken = request.sink(as_bytes(piece)); !taken.ok()) co_return taken;
      } else if (!to_sink) {
        if (body.size() + piece.size() > options_.response_bytes_max)
          co_return failed(errors::kInvalidAnswer, "the answer is too large");
        body.append(piece);
      }
    }
    if (parser_->is_done() || (!starving && begin_ != end_)) continue;
    auto received = co_await read_more();
    if (!received.ok()) co_return std::move(received).error();
    if (*received == 0) {
      boost::system::error_code error;
      parser_->put_eof(error);
      if (error) co_return failed(errors::kInvalidAnswer, "the answer broke off");
    }
  }
  co_return Result<void>{};
}

asio::awaitable<Result<ClientResponse>> AsyncClient::exchange(const ClientRequest& request) {
  answered_ = false;
  begin_ = end_ = 0;
  auto written = co_await write(head_of(request, server_));
  if (written.ok()) written = co_await send_body(request);
  // A server that refuses early answers before the body is through; its answer says more than our broken pipe.
  if (!written.ok() && late_) co_return std::move(written).error();
  if (auto read = co_await read_head(); !read.ok())
    co_return written.ok() ? std::move(read).error() : std::move(written).error();

  ClientResponse response;
  response.status = head_.status;
  for (const HeaderView& field : head_.headers) response.headers.emplace_back(field.name, field.value);
  if (request.method == "HEAD") {
    close();
    co_return response;
  }
  if (auto read = co_await read_body(request, response); !read.ok()) co_return std::move(read).error();
  if (!parser_->keep_alive() || !written.ok()) close();
  co_return response;
}

asio::awaitable<Result<ClientResponse>> AsyncClient::send(const ClientRequest& request) {
  const bool open = tls_ ? tls_->next_layer().is_open() : socket_ && socket_->is_open();
  reused_ = open;
  if (!open) {
    if (auto connected = co_await connect(); !connected.ok()) co_return std::move(connected).error();
  }
  auto result = co_await exchange(request);
  if (!result.ok() && reused_ && !answered_ && !late_ && !request.upload) {
    if (auto connected = co_await connect(); !connected.ok()) co_return std::move(connected).error();
    result = co_await exchange(request);
  }
  if (!result.ok()) close();
  co_return result;
}

}  // namespace mingma::http::internal
