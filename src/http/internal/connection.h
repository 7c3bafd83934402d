// One client's connection: reads requests, calls handlers, writes responses. Lives on one worker's thread.
//
// A deadline is a number of the worker's ticks; the worker looks at all its connections once a tick and cancels the
// late ones. So a request on the fast path arms no timer.
#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "http/internal/message_parser.h"
#include "http/server.h"

namespace mingma::http::internal {

namespace asio = boost::asio;

inline constexpr std::uint32_t kTickMillis = 250;
inline constexpr std::size_t kOutputFlushBytes = 64u << 10;  // what is written at once

class Connection;

// What the connections of one thread share; all of it belongs to that thread.
struct Worker {
  Worker(asio::io_context& context, WorkerMetrics& counters)
      : io(context), timer(std::make_unique<asio::steady_timer>(context)), metrics(counters) {}
  asio::io_context& io;
  std::unique_ptr<asio::steady_timer> timer;
  WorkerMetrics& metrics;
  std::uint64_t tick = 1;
  std::string date_header;  // "Date: ...\r\n"
  Connection* first = nullptr;
};

// What all connections share. It outlives them: each holds a share of it.
struct Shared {
  Shared(const Router& routes, const Clock& wall_clock) : router(routes), clock(wall_clock) {}
  const Router& router;
  const Clock& clock;
  ServerLimits limits;
  ServerHooks hooks;
  std::unique_ptr<RateLimiter> limiter;
  std::unique_ptr<asio::ssl::context> tls;
  std::vector<std::unique_ptr<WorkerMetrics>> metrics;
  std::vector<std::unique_ptr<Worker>> workers;
  std::atomic<bool> draining{false};
  std::atomic<std::size_t> open{0};
};

class Connection final : public BodyReader {
 public:
  Connection(std::shared_ptr<Shared> shared, Worker& worker, asio::ip::tcp::socket socket);
  ~Connection() override;

  asio::awaitable<void> run();
  // Refuses politely: a 503 and the end. For connections over the limit.
  asio::awaitable<void> refuse();
  void on_tick(bool draining);
  void close_now();

  asio::awaitable<Result<ByteView>> read() override;

  Connection* next = nullptr;  // the worker's list
  Connection* previous = nullptr;

 private:
  using Parser = MessageParser<true>;
  enum class Phase : std::uint8_t { kIdle, kHeader, kBody, kHandling, kWriting };

  void arm(Phase phase, std::uint32_t timeout_ms);
  void disarm() { deadline_tick_ = 0; }
  asio::awaitable<bool> handshake();
  asio::awaitable<std::size_t> read_some(char* into, std::size_t size);
  asio::awaitable<bool> wait_for_header(std::size_t& header_end);
  asio::awaitable<void> handle();
  asio::awaitable<Result<void>> collect_body();
  asio::awaitable<void> send_source(BodySource& source, bool chunked);
  asio::awaitable<void> skip_body();
  asio::awaitable<void> write(std::string_view bytes);
  asio::awaitable<void> flush();
  asio::awaitable<void> finish();

  bool begin_request(std::size_t header_end);
  bool take_head();
  bool check_body_headers(const Route& route);
  bool within_rate(const Route& route);
  void answer(Result<Response> result);
  void answer_error(const Error& error, int retry_after_seconds = 0);
  void append_head(const Response& response, std::size_t length, bool chunked);
  void account();
  void rest_to_input();
  Error body_failed(const ErrorInfo& info, std::string_view message);

  std::shared_ptr<Shared> shared_;
  Worker& worker_;
  asio::ip::tcp::socket socket_;
  std::optional<asio::ssl::stream<asio::ip::tcp::socket&>> tls_;
  ClientAddress client_;

  std::uint64_t deadline_tick_ = 0;  // 0: none
  Phase phase_ = Phase::kIdle;
  bool timed_out_ = false;
  bool keep_alive_ = true;
  bool expects_continue_ = false;
  bool broken_ = false;  // a write failed: nothing more can be said

  std::string in_;  // input; [begin_, end_) is not yet used. Not moved while a request is served
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t scanned_ = 0;
  std::string body_in_;  // input of a body that did not fit behind its header; [body_begin_, body_end_)
  std::size_t body_begin_ = 0;
  std::size_t body_end_ = 0;
  bool body_in_use_ = false;
  std::uint64_t body_received_ = 0;
  std::uint64_t body_bytes_max_ = 0;
  std::optional<Error> body_error_;
  std::string body_whole_;
  std::string out_;  // responses not yet sent
  std::uint64_t request_bytes_ = 0;
  std::size_t out_before_ = 0;          // out_.size() when the current request began
  int status_ = 0;                      // of the current response
  std::unique_ptr<BodySource> source_;  // of the current response, when it is streamed
  std::chrono::steady_clock::time_point started_{};

  MessageHead head_;
  std::optional<Parser> parser_;
  const Route* route_ = nullptr;
  Request request_;
};

}  // namespace mingma::http::internal
