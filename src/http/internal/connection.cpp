#include "http/internal/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>
#include <utility>

#include "http/errors.h"
#include "http/problem.h"
#include "http/target.h"

namespace mingma::http::internal {
namespace {

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kInputBytes = 4u << 10;
constexpr std::size_t kBodyInputBytes = 64u << 10;
constexpr std::size_t kSkipBytesMax = 64u << 10;  // of an unread body, to save the connection

Method method_from(std::string_view text) {
  for (int i = 0; i < kMethodCount - 1; ++i) {
    if (to_string(static_cast<Method>(i)) == text) return static_cast<Method>(i);
  }
  return Method::kOther;
}

ClientAddress client_address(const asio::ip::tcp::socket& socket) {
  ClientAddress client;
  boost::system::error_code ignored;
  const auto address = socket.remote_endpoint(ignored).address();
  if (address.is_v4()) {
    const auto bytes = address.to_v4().to_bytes();
    std::copy(bytes.begin(), bytes.end(), client.bytes.begin());
  } else {
    const auto bytes = address.to_v6().to_bytes();
    std::copy_n(bytes.begin(), client.bytes.size(), client.bytes.begin());
    client.is_v6 = true;
  }
  return client;
}

}  // namespace

Connection::Connection(std::shared_ptr<Shared> shared, Worker& worker, asio::ip::tcp::socket socket)
    : shared_(std::move(shared)), worker_(worker), socket_(std::move(socket)), client_(client_address(socket_)) {
  boost::system::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
  head_.headers_max = shared_->limits.headers_max;
  if (shared_->tls) tls_.emplace(socket_, *shared_->tls);
  next = worker_.first;
  if (next != nullptr) next->previous = this;
  worker_.first = this;
  worker_.metrics.connection_opened();
}

Connection::~Connection() {
  if (previous != nullptr) previous->next = next;
  if (next != nullptr) next->previous = previous;
  if (worker_.first == this) worker_.first = next;
  worker_.metrics.connection_closed();
  shared_->open.fetch_sub(1, std::memory_order_relaxed);
}

void Connection::arm(Phase phase, std::uint32_t timeout_ms) {
  phase_ = phase;
  deadline_tick_ = worker_.tick + timeout_ms / kTickMillis + 1;
}

void Connection::on_tick(bool draining) {
  const bool idle = phase_ == Phase::kIdle && begin_ == end_;
  if ((deadline_tick_ != 0 && worker_.tick >= deadline_tick_) || (draining && idle)) {
    timed_out_ = true;
    deadline_tick_ = 0;
    boost::system::error_code ignored;
    socket_.cancel(ignored);
  }
}

void Connection::close_now() {
  timed_out_ = broken_ = true;
  boost::system::error_code ignored;
  socket_.close(ignored);
}

// ---- input

asio::awaitable<bool> Connection::handshake() {
  arm(Phase::kHeader, shared_->limits.header_timeout_ms);
  const auto [error] = co_await tls_->async_handshake(asio::ssl::stream_base::server, kToken);
  disarm();
  co_return !error && !timed_out_;
}

// 0: the client is gone, or late (then timed_out_).
asio::awaitable<std::size_t> Connection::read_some(char* into, std::size_t size) {
  const auto buffer = asio::buffer(into, size);
  std::size_t received = 0;
  if (tls_) {
    const auto [error, count] = co_await tls_->async_read_some(buffer, kToken);
    received = error ? 0 : count;
  } else {
    const auto [error, count] = co_await socket_.async_read_some(buffer, kToken);
    received = error ? 0 : count;
  }
  worker_.metrics.count_bytes(received, 0);
  co_return timed_out_ ? 0 : received;
}

// False: nobody will send a header here any more; what had to be said is in out_.
asio::awaitable<bool> Connection::wait_for_header(std::size_t& header_end) {
  const ServerLimits& limits = shared_->limits;
  const auto refuse_header = [this](const ErrorInfo& info, std::string_view message) {
    keep_alive_ = false;
    request_.method = Method::kGet;
    answer_error({info, std::string(message)});
  };
  if (begin_ == end_) begin_ = end_ = scanned_ = 0;
  std::uint64_t header_deadline = 0;  // from the first byte on, whatever trickles in later
  for (;;) {
    while (end_ - begin_ >= 2 && in_[begin_] == '\r' && in_[begin_ + 1] == '\n') begin_ += 2, scanned_ = 0;
    header_end = end_of_header({in_.data() + begin_, end_ - begin_}, scanned_);
    const std::size_t size = header_end != 0 ? header_end : end_ - begin_;
    if (size > limits.header_bytes_max) {
      refuse_header(errors::kHeaderTooLarge, "the request's header is too large");
      co_return false;
    }
    if (header_end != 0) co_return true;
    if (!out_.empty()) co_await flush();
    if (broken_ || (begin_ == end_ && shared_->draining.load(std::memory_order_relaxed))) co_return false;

    if (begin_ == end_) {
      arm(Phase::kIdle, limits.idle_timeout_ms);
    } else {
      arm(Phase::kHeader, limits.header_timeout_ms);
      if (header_deadline == 0) header_deadline = deadline_tick_;
      deadline_tick_ = header_deadline;
    }
    if (begin_ > 0) {
      std::memmove(in_.data(), in_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (in_.size() == end_) in_.resize(std::max(kInputBytes, 2 * in_.size()));
    const std::size_t received = co_await read_some(in_.data() + end_, in_.size() - end_);
    disarm();
    if (received == 0) {
      if (timed_out_ && begin_ != end_) refuse_header(errors::kTimeout, "the request's header did not arrive in time");
      co_return false;
    }
    end_ += received;
  }
}

Error Connection::body_failed(const ErrorInfo& info, std::string_view message) {
  body_error_.emplace(info, std::string(message));
  keep_alive_ = false;
  return *body_error_;
}

asio::awaitable<Result<ByteView>> Connection::read() {
  for (;;) {
    if (body_error_) co_return *body_error_;
    std::string& input = body_in_use_ ? body_in_ : in_;
    std::size_t& begin = body_in_use_ ? body_begin_ : begin_;
    std::size_t& end = body_in_use_ ? body_end_ : end_;
    while (!parser_->is_done() && begin != end) {
      parser_->piece = {};
      boost::system::error_code error;
      begin += parser_->put(asio::const_buffer(input.data() + begin, end - begin), error);
      if (error == boost::beast::http::error::need_more) break;
      if (error) co_return body_failed(errors::kBadRequest, "the body's chunks cannot be read");
      const std::string_view piece = parser_->piece;
      if (piece.empty()) continue;
      body_received_ += piece.size();
      if (body_received_ > body_bytes_max_) {
        co_return body_failed(errors::kBodyTooLarge, fmt::format("the body is over {} bytes", body_bytes_max_));
      }
      co_return as_bytes(piece);
    }
    if (parser_->is_done()) co_return ByteView{};

    if (expects_continue_) {
      expects_continue_ = false;
      out_.append("HTTP/1.1 100 Continue\r\n\r\n");
      out_before_ = out_.size();
      co_await flush();
    }
    // in_ keeps the header where the request's views point; everything further arrives in body_in_.
    if (body_in_.empty()) body_in_.resize(kBodyInputBytes);
    const std::size_t left = end - begin;
    if (left >= body_in_.size()) co_return body_failed(errors::kBadRequest, "a chunk's header is too long");
    std::memmove(body_in_.data(), input.data() + begin, left);
    begin = end;
    body_in_use_ = true;
    body_begin_ = 0;
    arm(Phase::kBody, shared_->limits.body_timeout_ms);
    const std::size_t received = co_await read_some(body_in_.data() + left, body_in_.size() - left);
    disarm();
    phase_ = Phase::kHandling;
    body_end_ = left + received;
    request_bytes_ += received;
    if (received == 0) {
      const bool late = std::exchange(timed_out_, false);
      co_return late ? body_failed(errors::kTimeout, "the body did not arrive in time")
                     : body_failed(errors::kBadRequest, "the body ended early");
    }
  }
}

asio::awaitable<Result<void>> Connection::collect_body() {
  body_whole_.clear();
  for (;;) {
    auto piece = co_await read();
    if (!piece.ok()) co_return std::move(piece).error();
    if (piece->empty()) break;
    if (body_whole_.empty() && parser_->is_done()) {
      request_.body = as_text(*piece);  // the usual small body stays where it is
      co_return Result<void>{};
    }
    body_whole_.append(as_text(*piece));
  }
  request_.body = body_whole_;
  co_return Result<void>{};
}

// Reads over what the handler left, so that the next request can follow; gives up on long bodies.
asio::awaitable<void> Connection::skip_body() {
  if (parser_->is_done()) co_return;
  if (body_error_ || expects_continue_ || !keep_alive_) {
    keep_alive_ = false;
    co_return;
  }
  body_bytes_max_ = body_received_ + kSkipBytesMax;
  for (;;) {
    const auto piece = co_await read();
    if (!piece.ok() || piece->empty()) co_return;
  }
}

void Connection::rest_to_input() {
  if (body_in_use_) {
    const std::size_t left = body_end_ - body_begin_;
    if (in_.size() < left) in_.resize(left);
    std::memcpy(in_.data(), body_in_.data() + body_begin_, left);
    begin_ = 0;
    end_ = left;
    body_in_use_ = false;
    if (body_whole_.capacity() > kBodyInputBytes) body_whole_ = {};
    body_in_ = {};
  }
  scanned_ = 0;
}

// ---- one request

// Parses and checks the header. False: refused, the answer is in out_.
bool Connection::take_head() {
  const ServerLimits& limits = shared_->limits;
  keep_alive_ = parser_->keep_alive();
  request_.method = method_from(head_.method);
  request_.method_text = head_.method;
  request_.target = head_.target;
  request_.headers = head_.headers;
  request_.authority = head_.host;
  request_.over_tls = tls_.has_value();
  request_.client = client_;
  request_.body = {};
  request_.body_stream = nullptr;
  request_.language = head_.accept_language.empty() ? Language::kEnglish : preferred_language(head_.accept_language);

  const auto refuse = [this](const ErrorInfo& info, std::string_view message) {
    keep_alive_ = false;
    answer_error({info, std::string(message)});
    return false;
  };
  if (head_.too_many_headers) return refuse(errors::kHeaderTooLarge, "too many header fields");
  if (head_.folded) return refuse(errors::kBadRequest, "a header field is folded over several lines");
  if (head_.host_count > 1 || (head_.host_count == 0 && head_.version == 11)) {
    return refuse(errors::kBadRequest, "exactly one Host field is required");
  }
  if (head_.length_count > 1) return refuse(errors::kBadRequest, "Content-Length is given twice");
  if (head_.transfer_encoding_count > 0 && head_.length_count > 0) {
    return refuse(errors::kBadRequest, "Content-Length and Transfer-Encoding exclude each other");
  }
  if (head_.transfer_encoding_count > 0 && (head_.transfer_encoding_count > 1 || head_.version != 11 ||
                                            !equal_ignoring_case(head_.transfer_encoding, "chunked"))) {
    return refuse(errors::kTransferNotImplemented, "only the transfer encoding 'chunked' is understood");
  }
  expects_continue_ = equal_ignoring_case(head_.expect, "100-continue");
  if (!head_.expect.empty() && !expects_continue_)
    return refuse(errors::kExpectationFailed, "only 100-continue is understood");
  if (head_.target.size() > limits.target_bytes_max) return refuse(errors::kTargetTooLong, "the target is too long");

  auto target = parse_target(head_.target);
  if (!target.ok()) {
    answer_error(target.error());
    return false;
  }
  request_.path = target->path;
  request_.query = target->query;
  request_.has_query = target->has_query;
  return true;
}

bool Connection::check_body_headers(const Route& route) {
  const RouteOptions& options = route.options;
  const bool has_body = head_.length_count > 0 || head_.transfer_encoding_count > 0;
  if (!accepts(head_.accept, options.produces)) {
    answer_error({errors::kNotAcceptable, fmt::format("this answers {} only", options.produces)});
    return false;
  }
  body_bytes_max_ = options.body_bytes_max;
  if (options.body == BodyMode::kNone) {
    body_bytes_max_ = 0;
    if (parser_->is_done()) return true;
    answer_error({errors::kBodyTooLarge, "this takes no body"});
    return false;
  }
  if (!has_body) {
    answer_error({errors::kLengthRequired, "a body is required, with Content-Length or chunked"});
    return false;
  }
  const bool known = options.consumes.empty() ||
                     std::any_of(options.consumes.begin(), options.consumes.end(),
                                 [this](std::string_view type) { return is_media_type(head_.content_type, type); });
  if (!known) {
    answer_error({errors::kUnsupportedMediaType, fmt::format("Content-Type must be {}", options.consumes.front())});
    return false;
  }
  if (parser_->content_length().value_or(0) > body_bytes_max_) {
    keep_alive_ = false;
    answer_error({errors::kBodyTooLarge, fmt::format("the body is over {} bytes", body_bytes_max_)});
    return false;
  }
  return true;
}

bool Connection::within_rate(const Route& route) {
  if (!shared_->limiter || !route.options.rate_limited) return true;
  const auto now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(started_.time_since_epoch()).count();
  const std::uint32_t wait_ms = shared_->limiter->take(client_.bytes, static_cast<std::uint64_t>(now_ms));
  if (wait_ms == 0) return true;
  answer_error({errors::kTooManyRequests, "too many requests from this address"},
               static_cast<int>((wait_ms + 999) / 1000));
  return false;
}

// False: answered already (a refusal, or OPTIONS). route_ is set as soon as it is known.
bool Connection::begin_request(std::size_t header_end) {
  started_ = std::chrono::steady_clock::now();
  phase_ = Phase::kHandling;
  out_before_ = out_.size();
  request_bytes_ = header_end;
  body_received_ = 0;
  body_error_.reset();
  route_ = nullptr;
  request_.method = Method::kGet;
  const std::string_view header(in_.data() + begin_, header_end);
  parser_.emplace(head_, header);
  boost::system::error_code error;
  const std::size_t used = parser_->put(asio::const_buffer(header.data(), header.size()), error);
  if (error || used != header_end || !parser_->is_header_done()) {
    keep_alive_ = false;
    answer_error({errors::kBadRequest, "this is no HTTP/1.1 request"});
    return false;
  }
  begin_ += header_end;
  scanned_ = 0;
  if (!take_head()) return false;
  const Router::Match match = shared_->router.find(request_);
  if (match.route == nullptr) {
    if (match.allow.empty()) {
      answer_error({errors::kNotFound, "there is nothing at this path"});
    } else if (request_.method == Method::kOptions) {
      answer(std::move(Response(204).add_header("Allow", match.allow)));
    } else {
      Response response =
          problem({errors::kMethodNotAllowed, "this path does not take this method"}, request_.language);
      answer(std::move(response.add_header("Allow", match.allow)));
    }
    return false;
  }
  route_ = match.route;
  return within_rate(*route_) && check_body_headers(*route_);
}

asio::awaitable<void> Connection::run() {
  if (tls_ && !co_await handshake()) co_return;
  const ServerLimits& limits = shared_->limits;
  for (std::size_t served = 1; !broken_; ++served) {
    std::size_t header_end = begin_ == end_ ? 0 : end_of_header({in_.data() + begin_, end_ - begin_}, scanned_);
    if (header_end == 0 || header_end > limits.header_bytes_max) {
      scanned_ = 0;
      if (!co_await wait_for_header(header_end)) break;
    }
    if (begin_request(header_end)) {
      keep_alive_ = keep_alive_ && served < limits.requests_per_connection_max;
      co_await handle();
    }
    account();
    if (!parser_->is_header_done()) break;
    if (!parser_->is_done()) co_await skip_body();
    if (!keep_alive_ || !parser_->is_done()) break;
    rest_to_input();
    if (out_.size() >= kOutputFlushBytes) co_await flush();
  }
  co_await finish();
}

asio::awaitable<void> Connection::handle() {
  const Route& route = *route_;
  if (route.options.body == BodyMode::kStream) request_.body_stream = this;
  std::optional<Result<Response>> result;
  if (route.options.body == BodyMode::kWhole) {
    auto collected = co_await collect_body();
    if (!collected.ok()) result.emplace(std::move(collected).error());
  }
  if (!result) {
    try {
      if (route.plain) {
        result.emplace(route.plain(request_));
      } else {
        result.emplace(co_await route.handler(request_));
      }
    } catch (const std::exception& exception) {
      if (shared_->hooks.bug) shared_->hooks.bug(route.name, exception.what());
      result.emplace(Error(errors::kInternal, "an internal error; it was recorded"));
    }
  }
  answer(*std::move(result));
  if (source_) {
    co_await send_source(*source_, head_.version == 11);
    source_.reset();
  }
}

asio::awaitable<void> Connection::refuse() {
  keep_alive_ = false;
  if (!tls_) {
    answer_error({errors::kBusy, "too many connections"}, kRetryAfterSeconds);
    worker_.metrics.connection_refused();
  }
  co_await finish();
}

}  // namespace mingma::http::internal
