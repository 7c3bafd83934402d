// The worker threads: one Asio io_context each, run by one thread. Everything that happens in a server happens on them.
// Threading: construct, start and stop from one thread. Heavy: include in .cpp files only.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <thread>
#include <vector>

namespace mingma::app {

class Workers {
 public:
  explicit Workers(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      contexts_.push_back(std::make_unique<boost::asio::io_context>(1));
      guards_.push_back(boost::asio::make_work_guard(*contexts_.back()));
    }
  }
  ~Workers() { stop(); }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  std::vector<boost::asio::io_context*> contexts() const {
    std::vector<boost::asio::io_context*> out;
    for (const auto& context : contexts_) out.push_back(context.get());
    return out;
  }
  void start() {
    for (const auto& context : contexts_) threads_.emplace_back([&context = *context] { context.run(); });
  }
  // Lets work under way finish, for at most what the work itself takes, then joins.
  void stop() {
    guards_.clear();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }
  // For work that would never end by itself: drops what is queued.
  void stop_now() {
    for (const auto& context : contexts_) context->stop();
    stop();
  }

 private:
  std::vector<std::unique_ptr<boost::asio::io_context>> contexts_;
  std::vector<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> guards_;
  std::vector<std::thread> threads_;
};

}  // namespace mingma::app
