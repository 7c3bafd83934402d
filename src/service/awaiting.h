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
          boost::asio::post(executor, [waiting, result = std::move(value)]() mutable { (*waiting)(std::move(result)); });
        }));
      },
      boost::asio::use_awaitable, std::move(start));
}

}  // namespace mingma::service
