#include "http/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/errors.h"
#include "http/internal/connection.h"

namespace mingma::http {

using internal::Connection;
using internal::Shared;
using internal::Worker;
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kRateSlots = 1u << 16;

// RFC 9110 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string date_header(UnixSeconds now) {
  constexpr std::array<std::string_view, 7> kDays{"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto days = static_cast<std::int32_t>(now.value / kSecondsPerDay);
  const auto second = now.value % kSecondsPerDay;
  const YearMonthDay date = year_month_day(CivilDate{days});
  return fmt::format("Date: {}, {:02} {} {} {:02}:{:02}:{:02} GMT\r\n", kDays[static_cast<std::size_t>(days % 7)],
                     date.day, kMonths[static_cast<std::size_t>(date.month - 1)], date.year, second / 3600,
                     second / 60 % 60, second % 60);
}

asio::awaitable<void> tick(std::shared_ptr<Shared> shared, Worker& worker) {
  for (;;) {
    worker.date_header = date_header(shared->clock.now());
    worker.timer->expires_after(std::chrono::milliseconds(internal::kTickMillis));
    co_await worker.timer->async_wait(kToken);
    ++worker.tick;
    const bool draining = shared->draining.load();
    for (Connection* each = worker.first; each != nullptr; each = each->next) each->on_tick(draining);
    if (draining && worker.first == nullptr && shared->open.load() == 0) co_return;
  }
}

// What a handler throws is answered by the connection; what remains (no memory) ends this connection and no other.
asio::awaitable<void> serve(std::shared_ptr<Shared> shared, std::unique_ptr<Connection> connection, bool refused) {
  try {
    if (refused) {
      co_await connection->refuse();
    } else {
      co_await connection->run();
    }
  } catch (const std::exception& exception) {
    if (shared->hooks.bug) shared->hooks.bug("connection", exception.what());
  }
}

asio::awaitable<void> take_over(std::shared_ptr<Shared> shared, Worker& worker, tcp::socket socket) {
  const std::size_t before = shared->open.fetch_add(1, std::memory_order_relaxed);
  auto connection = std::make_unique<Connection>(shared, worker, std::move(socket));
  return serve(shared, std::move(connection), before >= shared->limits.connections_max);
}

// One acceptor deals the connections out in turn, so that few connections load the workers as evenly as many do.
asio::awaitable<void> accept(std::shared_ptr<Shared> shared, std::shared_ptr<tcp::acceptor> acceptor) {
  for (std::size_t turn = 0; !shared->draining.load(); ++turn) {
    Worker& worker = *shared->workers[turn % shared->workers.size()];
    auto [error, socket] = co_await acceptor->async_accept(worker.io, kToken);
    if (shared->draining.load()) co_return;
    if (error) {
      // Out of descriptors, most likely: let connections end before trying again.
      asio::steady_timer pause(co_await asio::this_coro::executor, std::chrono::milliseconds(50));
      co_await pause.async_wait(kToken);
      continue;
    }
    asio::post(worker.io, [shared, &worker, moved = std::move(socket)]() mutable {
      asio::co_spawn(worker.io, take_over(shared, worker, std::move(moved)), asio::detached);
    });
  }
}

Result<std::unique_ptr<asio::ssl::context>> tls_context(const TlsFiles& files) {
  try {
    auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
    context->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                         asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
    context->use_certificate_chain_file(files.certificate_chain);
    context->use_private_key_file(files.private_key, asio::ssl::context::pem);
    return context;
  } catch (const boost::system::system_error& error) {
    return Error(errors::kCannotListen, std::string("the TLS files cannot be used: ") + error.code().message());
  }
}

}  // namespace

struct Server::State {
  ServerOptions options;
  std::vector<asio::io_context*> contexts;
  std::shared_ptr<Shared> shared;
  std::shared_ptr<tcp::acceptor> acceptor;
  std::uint16_t port = 0;
};

Server::Server(std::vector<asio::io_context*> workers, const Router& router, ServerOptions options, ServerHooks hooks,
               const Clock& clock, Rng& rng)
    : state_(std::make_shared<State>()) {
  MINGMA_ASSERT(!workers.empty());
  state_->shared = std::make_shared<Shared>(router, clock);
  Shared& shared = *state_->shared;
  shared.limits = options.limits;
  shared.hooks = std::move(hooks);
  if (shared.limits.per_address.per_second > 0) {
    shared.limiter = std::make_unique<RateLimiter>(shared.limits.per_address, kRateSlots, rng);
  }
  for (asio::io_context* io : workers) {
    shared.metrics.push_back(std::make_unique<WorkerMetrics>(router.routes().size()));
    shared.workers.push_back(std::make_unique<Worker>(*io, *shared.metrics.back()));
  }
  state_->options = std::move(options);
  state_->contexts = std::move(workers);
}

// Connections that were cut off in the middle live in their io_context until that is destroyed, and keep `shared`;
// what belongs to an io_context must be gone before.
Server::~Server() {
  state_->acceptor.reset();
  for (const auto& worker : state_->shared->workers) worker->timer.reset();
}

Result<void> Server::start() {
  Shared& shared = *state_->shared;
  if (state_->options.tls) {
    MINGMA_TRY(shared.tls, tls_context(*state_->options.tls));
  }
  boost::system::error_code error;
  const auto address = asio::ip::make_address(state_->options.address, error);
  const tcp::endpoint endpoint(address, state_->options.port);
  auto acceptor = std::make_shared<tcp::acceptor>(*state_->contexts.front());
  if (!error) acceptor->open(endpoint.protocol(), error);
  if (!error) acceptor->set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(4096, error);
  if (error) {
    return Error(errors::kCannotListen, fmt::format("cannot listen on {} port {}: {}", state_->options.address,
                                                    state_->options.port, error.message()));
  }
  state_->port = acceptor->local_endpoint().port();
  state_->acceptor = acceptor;
  for (const auto& worker : shared.workers) {
    asio::co_spawn(worker->io, tick(state_->shared, *worker), asio::detached);
  }
  asio::co_spawn(*state_->contexts.front(), accept(state_->shared, acceptor), asio::detached);
  return {};
}

std::uint16_t Server::port() const { return state_->port; }
std::size_t Server::connections() const { return state_->shared->open.load(); }

void Server::stop(std::uint32_t grace_ms) {
  const auto shared = state_->shared;
  if (shared->draining.exchange(true)) return;
  asio::post(*state_->contexts.front(), [acceptor = state_->acceptor] {
    boost::system::error_code ignored;
    if (acceptor) acceptor->close(ignored);
  });
  for (const auto& each : shared->workers) {
    Worker* worker = each.get();
    asio::post(worker->io, [shared, worker] {
      if (worker->timer) worker->timer->cancel();
    });
    asio::co_spawn(
        worker->io,
        [shared, worker, grace_ms]() -> asio::awaitable<void> {
          asio::steady_timer grace(worker->io);
          // In steps, so that nothing keeps the io_context running longer than its connections.
          for (std::uint32_t waited = 0; waited < grace_ms && shared->open.load() > 0; waited += 20) {
            grace.expires_after(std::chrono::milliseconds(20));
            co_await grace.async_wait(kToken);
          }
          for (Connection* connection = worker->first; connection != nullptr; connection = connection->next) {
            connection->close_now();
          }
        },
        asio::detached);
  }
}

std::string Server::metrics_text(const std::vector<service::Metric>& others) const {
  return http::metrics_text(state_->shared->router, state_->shared->metrics, others);
}

}  // namespace mingma::http
