// What a connection sends: status line, head, body, and how it ends. Reading is in connection.cpp.
#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <iterator>
#include <utility>

#include "http/errors.h"
#include "http/internal/connection.h"
#include "http/problem.h"

namespace mingma::http::internal {
namespace {

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kLingerBytesMax = 16u << 20;  // of an unread body, to let the client read our answer
constexpr std::uint32_t kLingerMillis = 2'000;

std::string_view status_line(int status) {
  switch (status) {
    case 200:
      return "HTTP/1.1 200 OK\r\n";
    case 201:
      return "HTTP/1.1 201 Created\r\n";
    case 202:
      return "HTTP/1.1 202 Accepted\r\n";
    case 204:
      return "HTTP/1.1 204 No Content\r\n";
    case 303:
      return "HTTP/1.1 303 See Other\r\n";
    case 304:
      return "HTTP/1.1 304 Not Modified\r\n";
    case 400:
      return "HTTP/1.1 400 Bad Request\r\n";
    case 401:
      return "HTTP/1.1 401 Unauthorized\r\n";
    case 403:
      return "HTTP/1.1 403 Forbidden\r\n";
    case 404:
      return "HTTP/1.1 404 Not Found\r\n";
    case 405:
      return "HTTP/1.1 405 Method Not Allowed\r\n";
    case 406:
      return "HTTP/1.1 406 Not Acceptable\r\n";
    case 408:
      return "HTTP/1.1 408 Request Timeout\r\n";
    case 409:
      return "HTTP/1.1 409 Conflict\r\n";
    case 410:
      return "HTTP/1.1 410 Gone\r\n";
    case 411:
      return "HTTP/1.1 411 Length Required\r\n";
    case 413:
      return "HTTP/1.1 413 Content Too Large\r\n";
    case 414:
      return "HTTP/1.1 414 URI Too Long\r\n";
    case 415:
      return "HTTP/1.1 415 Unsupported Media Type\r\n";
    case 417:
      return "HTTP/1.1 417 Expectation Failed\r\n";
    case 422:
      return "HTTP/1.1 422 Unprocessable Content\r\n";
    case 429:
      return "HTTP/1.1 429 Too Many Requests\r\n";
    case 431:
      return "HTTP/1.1 431 Request Header Fields Too Large\r\n";
    case 500:
      return "HTTP/1.1 500 Internal Server Error\r\n";
    case 501:
      return "HTTP/1.1 501 Not Implemented\r\n";
    case 502:
      return "HTTP/1.1 502 Bad Gateway\r\n";
    case 503:
      return "HTTP/1.1 503 Service Unavailable\r\n";
    case 504:
      return "HTTP/1.1 504 Gateway Timeout\r\n";
    default:
      return {};
  }
}

}  // namespace

void Connection::answer(Result<Response> result) {
  if (!result.ok()) return answer_error(result.error());
  Response response = std::move(result).value();
  if (response.close() || shared_->draining.load(std::memory_order_relaxed)) keep_alive_ = false;
  status_ = response.status();
  source_ = response.take_source();
  const std::string_view body = response.body();
  const bool head_only = request_.method == Method::kHead;
  if (source_ && head_.version != 11) keep_alive_ = false;
  append_head(response, body.size(), source_ != nullptr);
  if (head_only) {
    source_.reset();
  } else if (!source_) {
    out_.append(body);
  }
}

void Connection::answer_error(const Error& error, int retry_after_seconds) {
  answer(problem(error, request_.language, retry_after_seconds > 0 ? retry_after_seconds : kRetryAfterSeconds));
}

void Connection::append_head(const Response& response, std::size_t length, bool streamed) {
  const std::string_view line = status_line(response.status());
  if (line.empty()) {
    fmt::format_to(std::back_inserter(out_), "HTTP/1.1 {} Other\r\n", response.status());
  } else {
    out_.append(line);
  }
  out_.append(worker_.date_header);
  if (!response.content_type().empty()) out_.append("Content-Type: ").append(response.content_type()).append("\r\n");
  if (streamed) {
    if (head_.version == 11) out_.append("Transfer-Encoding: chunked\r\n");
  } else if (response.status() != 204 && response.status() != 304) {
    out_.append("Content-Length: ");
    fmt::format_to(std::back_inserter(out_), FMT_STRING("{}"), length);
    out_.append("\r\n");
  }
  if (!response.cache_control().empty()) out_.append("Cache-Control: ").append(response.cache_control()).append("\r\n");
  out_.append("X-Content-Type-Options: nosniff\r\n");
  out_.append(response.extra_headers());
  if (!keep_alive_) {
    out_.append("Connection: close\r\n");
  } else if (head_.version == 10) {
    out_.append("Connection: keep-alive\r\n");
  }
  out_.append("\r\n");
}

void Connection::account() {
  const auto micros =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - started_).count();
  const std::size_t index = route_ != nullptr ? route_->index : shared_->router.routes().size();
  worker_.metrics.count_request(index, status_, static_cast<std::uint64_t>(micros));
  if (!shared_->hooks.access_log) return;
  AccessRecord record;
  record.route = route_ != nullptr ? std::string_view(route_->name) : std::string_view("none");
  record.status = status_;
  record.request_bytes = request_bytes_;
  record.response_bytes = out_.size() >= out_before_ ? out_.size() - out_before_ : 0;
  record.micros = static_cast<std::uint64_t>(micros);
  shared_->hooks.access_log(record);
}

asio::awaitable<void> Connection::send_source(BodySource& source, bool chunked) {
  for (bool more = true; more && !broken_;) {
    auto piece = co_await source.next();
    if (!piece.ok()) {
      keep_alive_ = false;
      co_await flush();
      co_return;
    }
    more = !piece->empty();
    if (chunked) {
      fmt::format_to(std::back_inserter(out_), "{:x}\r\n", piece->size());
      out_.append(*piece).append("\r\n");
    } else {
      out_.append(*piece);
    }
    if (out_.size() >= kOutputFlushBytes) co_await flush();
  }
}

asio::awaitable<void> Connection::flush() {
  co_await write(out_);
  out_.clear();
  out_before_ = 0;
  if (out_.capacity() > 4 * kOutputFlushBytes) out_ = {};
}

asio::awaitable<void> Connection::write(std::string_view bytes) {
  while (!bytes.empty() && !broken_) {
    boost::system::error_code error;
    std::size_t sent = 0;
    if (!tls_) sent = socket_.write_some(asio::buffer(bytes), error);
    if (tls_ || error == asio::error::would_block) {
      const Phase before = phase_;
      arm(Phase::kWriting, shared_->limits.write_timeout_ms);
      if (tls_) {
        std::tie(error, sent) = co_await tls_->async_write_some(asio::buffer(bytes), kToken);
      } else {
        std::tie(error, sent) = co_await socket_.async_write_some(asio::buffer(bytes), kToken);
      }
      disarm();
      phase_ = before;
    }
    if (error || timed_out_) broken_ = true;
    bytes.remove_prefix(sent);
    worker_.metrics.count_bytes(0, sent);
  }
}

// Sends what is left and ends the connection. After input that was not read, it waits for the client to read the answer
// and close: closing a socket with unread input makes the kernel drop what was sent (RFC 9112 9.6).
asio::awaitable<void> Connection::finish() {
  timed_out_ = false;
  if (!out_.empty()) co_await flush();
  boost::system::error_code ignored;
  if (!broken_ && tls_) {
    arm(Phase::kWriting, kLingerMillis);
    co_await tls_->async_shutdown(kToken);
    disarm();
  }
  if (broken_ || keep_alive_) co_return;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  if (parser_ && parser_->is_done() && begin_ == end_ && !body_in_use_) co_return;
  arm(Phase::kWriting, kLingerMillis);
  std::string sink(4096, '\0');
  for (std::size_t skipped = 0; skipped < kLingerBytesMax && !timed_out_;) {
    const auto [error, count] = co_await socket_.async_read_some(asio::buffer(sink), kToken);
    if (error) break;
    skipped += count;
  }
  disarm();
}

}  // namespace mingma::http::internal
