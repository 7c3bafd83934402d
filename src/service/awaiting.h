// Waiting for a callback in a coroutine. Internal to the service room.
//
// Threading: `start` runs on the thread of the awaiting coroutine; it hands a `done` function to whoever does the work,
// on any thread. done() must be called exactly once; the coroutine resumes on its own executor, never inside done().
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace mingma::service {

template <typename T>
using Done = std::function<void(T)>;

template <typename T, typename Start>
boost::asio::awaitable<T> await_callback(Start start) {
  co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void(T)>(
      [](auto handler, Start begin) {
        auto waiting = std::make_shared<decltype(handler)>(std::move(handler));
        auto executor = boost::asio::get_associated_executor(*waiting);
        begin(Done<T>([waiting, executor](T value) {
          boost::asio::post(executor,
                            [waiting, result = std::move(value)]() mutable { (*waiting)(std::move(result)); });
        }));
      },
      boost::asio::use_awaitable, std::move(start));
}

// A value that will be there: set() once, from any thread; wait() once, in a coroutine, before or after.
template <typename T>
class Later {
 public:
  void set(T value) {
    Done<T> waiter;
    {
      const std::lock_guard lock(mutex_);
      if (!waiter_) {
        value_ = std::move(value);
        return;
      }
      waiter = std::move(waiter_);
    }
    waiter(std::move(value));
  }

  boost::asio::awaitable<T> wait() {
    co_return co_await await_callback<T>([this](Done<T> done) {
      {
        const std::lock_guard lock(mutex_);
        if (!value_) {
          waiter_ = std::move(done);
          return;
        }
      }
      done(std::move(*value_));
    });
  }

 private:
  std::mutex mutex_;
  std::optional<T> value_;
  Done<T> waiter_;
};

}  // namespace mingma::service
