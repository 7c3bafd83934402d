// A province of its own for benchmarks, from nothing: keys, genesis, institutions, grants, policy, laboratories' lines.
// Everything is real (keys, signatures, disk syncs, ledger) but HTTP. Heavy: include in .cpp files only.
// Threading: submit() from any thread, one laboratory at a time each; everything else from one.
#pragma once

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "app/system_clock.h"
#include "app/workers.h"
#include "crypto/random.h"
#include "crypto/signature.h"
#include "feed/simulate.h"
#include "service/manifest.h"
#include "service/province.h"

namespace mingma::app {

struct BenchOptions {
  std::string directory;
  std::string policy;
  std::uint32_t residents = 100'000;
  std::uint32_t nights = 2;
  std::uint32_t part_lines = 50'000;
  std::uint16_t shards = 2;
  std::size_t workers = 2;
  std::uint32_t shows = 100'000;
  bool keep = false;
  bool json = false;
};

// The real clock, moved ahead by hand.
class ShiftedClock final : public Clock {
 public:
  UnixSeconds now() const override { return clock_.now().plus(shift_); }
  void shift(std::int64_t seconds) { shift_ += seconds; }

 private:
  SystemClock clock_;
  std::atomic<std::int64_t> shift_{0};
};

class BenchRig {
 public:
  explicit BenchRig(const BenchOptions& options);
  ~BenchRig() { close(); }

  Result<void> create();
  Result<void> open();
  void close();
  Result<void> publish_institutions();
  Result<void> publish_policy();  // every resident is decided anew under it

  // Runs `one(i)` for every i below `count`, `in_flight` at a time, on every worker; the first failure ends it.
  // `progress(done)` is called now and then on the caller's thread.
  template <typename One>
  Result<void> for_all(std::uint32_t count, std::size_t in_flight, const One& one,
                       const std::function<void(std::uint64_t)>& progress = {});
  template <typename T>
  Result<T> wait(service::Async<T> work);

  // One laboratory's lines as one submission of several parts; gives how many were accepted.
  Result<std::uint64_t> submit(std::size_t laboratory, const std::string& lines);

  const feed::SimulatedCounty& county() const { return county_; }
  service::Province& province() { return *province_; }
  ShiftedClock& clock() { return clock_; }
  Result<ResidentId> identify(std::uint32_t resident) const;

 private:
  static feed::SimulationSettings settings(const BenchOptions& options);
  void cut(const std::string& lines, service::Manifest& manifest, std::vector<std::string_view>& parts) const;
  service::SignedDocument by_roots(std::string type, std::string text);
  Result<void> publish(std::string type, std::string text);
  std::string institution_json(std::size_t index, UnixSeconds from) const;
  std::string grant_json(std::size_t index, UnixSeconds from) const;

  BenchOptions options_;
  ShiftedClock clock_;
  crypto::SystemRng random_;
  Workers workers_;
  feed::SimulatedCounty county_;
  std::vector<crypto::SigningKey> roots_;
  std::vector<crypto::SigningKey> keys_;
  std::unique_ptr<service::DataDir> directory_;
  std::unique_ptr<service::Province> province_;
  std::atomic<std::uint64_t> submissions_{1};
};

template <typename One>
Result<void> BenchRig::for_all(std::uint32_t count, std::size_t in_flight, const One& one,
                               const std::function<void(std::uint64_t)>& progress) {
  std::atomic<std::uint32_t> next{0};
  std::atomic<std::size_t> running{in_flight};
  std::mutex mutex;
  std::optional<Error> failure;
  std::promise<void> finished;
  const auto contexts = workers_.contexts();
  for (std::size_t i = 0; i < in_flight; ++i) {
    boost::asio::co_spawn(
        *contexts[i % contexts.size()],
        [&]() -> boost::asio::awaitable<void> {
          for (std::uint32_t at = next++; at < count; at = next++) {
            const Result<void> result = co_await one(at);
            if (!result.ok()) {
              const std::lock_guard lock(mutex);
              if (!failure) failure = result.error();
              next = count;
            }
          }
          if (--running == 0) finished.set_value();
        },
        boost::asio::detached);
  }
  const std::future<void> done = finished.get_future();
  while (done.wait_for(std::chrono::milliseconds(250)) == std::future_status::timeout) {
    if (progress) progress(std::min(next.load(), count));
  }
  if (failure) return *failure;
  return {};
}

template <typename T>
Result<T> BenchRig::wait(service::Async<T> work) {
  auto done = std::make_shared<std::promise<Result<T>>>();
  auto future = done->get_future();
  boost::asio::co_spawn(
      *workers_.contexts().front(),
      [done, held = std::make_shared<service::Async<T>>(std::move(work))]() -> boost::asio::awaitable<void> {
        done->set_value(co_await std::move(*held));
      },
      boost::asio::detached);
  return future.get();
}

}  // namespace mingma::app
