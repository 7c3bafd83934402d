// A real server on loopback for tests, and a client that can misbehave: it sends exactly the bytes it is told.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/rng.h"
#include "http/server.h"

namespace mingma::http::testing {

class TestServer {
 public:
  explicit TestServer(const Router& router, ServerOptions options = {}, ServerHooks hooks = {},
                      UnixSeconds now = {1'660'000'000})
      : clock_(now), rng_(7) {
    for (int i = 0; i < 2; ++i) contexts_.push_back(std::make_unique<boost::asio::io_context>(1));
    server_ = std::make_unique<Server>(std::vector{contexts_[0].get(), contexts_[1].get()}, router, std::move(options),
                                       std::move(hooks), clock_, rng_);
    const auto started = server_->start();
    if (!started.ok()) throw std::runtime_error(started.error().to_string());
    for (auto& context : contexts_) {
      guards_.push_back(boost::asio::make_work_guard(*context));
      threads_.emplace_back([&context] { context->run(); });
    }
  }
  ~TestServer() {
    server_->stop(0);
    for (auto& context : contexts_) context->stop();
    for (auto& thread : threads_) thread.join();
    server_.reset();
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  Server& server() { return *server_; }
  std::uint16_t port() const { return server_->port(); }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port()); }
  ManualClock& clock() { return clock_; }
  boost::asio::io_context& context() { return *contexts_[0]; }

 private:
  ManualClock clock_;
  SeededRng rng_;
  std::vector<std::unique_ptr<boost::asio::io_context>> contexts_;
  std::unique_ptr<Server> server_;
  std::vector<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> guards_;
  std::vector<std::thread> threads_;
};

struct Reply {
  int status = 0;  // 0: the connection ended first
  std::string head;
  std::string body;

  std::string header(std::string_view name) const {
    std::size_t at = 0;
    while ((at = head.find("\r\n", at)) != std::string::npos) {
      at += 2;
      const std::size_t colon = head.find(':', at);
      if (colon == std::string::npos) break;
      if (equal_ignoring_case(std::string_view(head).substr(at, colon - at), name)) {
        const std::size_t end = head.find("\r\n", at);
        return head.substr(colon + 2, end - colon - 2);
      }
    }
    return {};
  }
};

class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      ::close(fd_);
      fd_ = -1;
    }
  }
  ~RawClient() {
    if (fd_ >= 0) ::close(fd_);
  }
  RawClient(RawClient&& other) noexcept : fd_(std::exchange(other.fd_, -1)), input_(std::move(other.input_)) {}
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  RawClient& operator=(RawClient&&) = delete;

  bool connected() const { return fd_ >= 0; }

  // False when the server has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void end_sending() { ::shutdown(fd_, SHUT_WR); }

  // Reads one response, chunked or with a length; `head_only` for answers to HEAD.
  Reply receive(bool head_only = false) {
    Reply reply;
    std::size_t end = 0;
    while ((end = input_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return reply;
    }
    reply.head = input_.substr(0, end + 2);
    input_.erase(0, end + 4);
    reply.status = std::stoi(reply.head.substr(9, 3));
    if (head_only || reply.status == 100 || reply.status == 204 || reply.status == 304) return reply;
    if (reply.header("Transfer-Encoding") == "chunked") {
      for (;;) {
        std::size_t line = 0;
        while ((line = input_.find("\r\n")) == std::string::npos) {
          if (!more()) return truncated(reply);
        }
        const std::size_t size = std::stoul(input_.substr(0, line), nullptr, 16);
        while (input_.size() < line + 2 + size + 2) {
          if (!more()) return truncated(reply);
        }
        reply.body += input_.substr(line + 2, size);
        input_.erase(0, line + 2 + size + 2);
        if (size == 0) return reply;
      }
    }
    const std::string length = reply.header("Content-Length");
    if (length.empty()) {
      while (more()) {
      }
      reply.body = std::exchange(input_, {});
      return reply;
    }
    const std::size_t size = std::stoul(length);
    while (input_.size() < size) {
      if (!more()) return truncated(reply);
    }
    reply.body = input_.substr(0, size);
    input_.erase(0, size);
    return reply;
  }

  Reply request(std::string_view bytes) {
    send(bytes);
    return receive();
  }

  // True when the server ends the connection within the time, having sent nothing more.
  bool ends_within(int milliseconds) {
    pollfd waiting{fd_, POLLIN, 0};
    if (!input_.empty() || ::poll(&waiting, 1, milliseconds) <= 0) return false;
    return !more();
  }

 private:
  static Reply truncated(Reply reply) {
    reply.status = 0;
    return reply;
  }
  bool more() {
    pollfd waiting{fd_, POLLIN, 0};
    if (::poll(&waiting, 1, 15'000) <= 0) return false;
    char buffer[16'384];
    const ssize_t received = ::recv(fd_, buffer, sizeof buffer, 0);
    if (received <= 0) return false;
    input_.append(buffer, static_cast<std::size_t>(received));
    return true;
  }

  int fd_;
  std::string input_;
};

}  // namespace mingma::http::testing
