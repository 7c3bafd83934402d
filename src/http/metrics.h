// Counters of the HTTP server, and the Prometheus text format (version 0.0.4).
//
// Each worker writes its own counters with relaxed atomics and no sharing of cache lines; a scrape adds them up. Labels
// are route templates, never paths, so no identifier of a person or submission reaches a metric.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "http/router.h"
#include "service/types.h"

namespace mingma::http {

inline constexpr std::array<std::uint32_t, 11> kLatencyBoundsMicros{100,    250,    500,     1'000,   2'500,    5'000,
                                                                    10'000, 20'000, 100'000, 500'000, 2'000'000};

// One worker's counters. Only that worker adds.
class WorkerMetrics {
 public:
  explicit WorkerMetrics(std::size_t routes) : routes_(routes + 1) {}  // the last one: requests that matched no route

  void count_request(std::size_t route, int status, std::uint64_t micros);
  void count_bytes(std::uint64_t in, std::uint64_t out);
  void connection_opened() { add(opened_); }
  void connection_closed() { add(closed_); }
  void connection_refused() { add(refused_); }

 private:
  friend std::string metrics_text(const Router&, std::span<const std::unique_ptr<WorkerMetrics>>,
                                  const std::vector<service::Metric>&);
  using Counter = std::atomic<std::uint64_t>;
  static void add(Counter& counter, std::uint64_t n = 1) {
    counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  struct alignas(64) PerRoute {
    std::array<Counter, 6> by_class{};  // index = status / 100
    std::array<Counter, kLatencyBoundsMicros.size() + 1> latency{};
    Counter micros{};
  };
  std::vector<PerRoute> routes_;
  alignas(64) Counter bytes_in_{};
  Counter bytes_out_{};
  Counter opened_{};
  Counter closed_{};
  Counter refused_{};
};

// The whole page: the server's own counters, then `others`.
std::string metrics_text(const Router& router, std::span<const std::unique_ptr<WorkerMetrics>> workers,
                         const std::vector<service::Metric>& others);

}  // namespace mingma::http
