// Carries what was given to other provinces: asks the province what waits, posts each envelope, hands the answers back.
//
// One thread of its own, because the HTTP client waits. What fails is tried again at the next round; nothing is lost,
// the waiting list is the province's. Threading: construct, start, stop from one thread; the workers run meanwhile.
#pragma once

#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "service/neighbour_api.h"

namespace mingma::app {

class NeighbourPump {
 public:
  NeighbourPump(service::NeighbourApi& api, boost::asio::io_context& worker, std::uint32_t every_seconds)
      : api_(api), worker_(worker), every_seconds_(every_seconds) {}
  ~NeighbourPump() { stop(); }
  NeighbourPump(const NeighbourPump&) = delete;
  NeighbourPump& operator=(const NeighbourPump&) = delete;

  void start();
  void stop();  // while the worker still runs

 private:
  void run();
  void round();

  service::NeighbourApi& api_;
  boost::asio::io_context& worker_;
  std::uint32_t every_seconds_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace mingma::app
