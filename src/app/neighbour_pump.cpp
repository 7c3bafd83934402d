#include "app/neighbour_pump.h"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <future>

#include "app/connection.h"

namespace mingma::app {
namespace {

template <typename T>
Result<T> wait(boost::asio::io_context& worker, service::NeighbourApi::Async<T> work) {
  auto promise = std::make_shared<std::promise<Result<T>>>();
  auto result = promise->get_future();
  boost::asio::co_spawn(
      worker,
      [promise,
       held = std::make_shared<service::NeighbourApi::Async<T>>(std::move(work))]() -> boost::asio::awaitable<void> {
        Result<T> value = co_await std::move(*held);
        promise->set_value(std::move(value));
      },
      [](std::exception_ptr failure) {
        if (failure) std::rethrow_exception(failure);
      });
  return result.get();
}

Result<service::SignedDocument> deliver(const service::OutgoingExport& outgoing) {
  Connection::Options options;
  options.server = outgoing.url;
  MINGMA_TRY(Connection connection, Connection::open(options));
  http::ClientRequest request;
  request.method = "POST";
  request.target = "/v1/neighbours/statements";
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = service::write_signed_document(outgoing.envelope);
  MINGMA_TRY(const http::ClientResponse response, connection.call(std::move(request)));
  return service::parse_signed_document(response.body);
}

}  // namespace

void NeighbourPump::start() {
  thread_ = std::thread([this] { run(); });
}

void NeighbourPump::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void NeighbourPump::run() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, std::chrono::seconds(every_seconds_), [this] { return stopping_; })) {
    lock.unlock();
    round();
    lock.lock();
  }
}

void NeighbourPump::round() {
  const auto waiting = wait<std::vector<service::OutgoingExport>>(worker_, api_.outbox());
  if (!waiting.ok()) return;  // the shard says so in health
  for (const service::OutgoingExport& outgoing : *waiting) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    auto answer = deliver(outgoing);
    if (!answer.ok()) {
      spdlog::warn("export {}: not delivered to {}: {}", hex_encode(outgoing.exported).substr(0, 16), outgoing.url,
                   answer.error().to_string());
      continue;
    }
    const auto recorded = wait<service::ExportView>(worker_, api_.acknowledge(std::move(answer).value()));
    if (!recorded.ok())
      spdlog::warn("export {}: the answer of {} does not hold: {}", hex_encode(outgoing.exported).substr(0, 16),
                   outgoing.url, recorded.error().to_string());
  }
}

}  // namespace mingma::app
