#include "http/client.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "http/errors.h"
#include "http/internal/async_client.h"

namespace mingma::http {

std::string_view ClientResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (equal_ignoring_case(key, name)) return value;
  }
  return {};
}

struct Client::Impl {
  Impl(Url server, ClientOptions options) : client(io.get_executor(), std::move(server), std::move(options)) {}
  boost::asio::io_context io{1};
  internal::AsyncClient client;
};

Client::Client(Url server, ClientOptions options)
    : impl_(std::make_unique<Impl>(std::move(server), std::move(options))) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<ClientResponse> Client::send(const ClientRequest& request) {
  std::optional<Result<ClientResponse>> result;
  const auto run = [&]() -> boost::asio::awaitable<void> {
    try {
      result.emplace(co_await impl_->client.send(request));
    } catch (const std::exception&) {
      result.reset();
    }
  };
  boost::asio::co_spawn(impl_->io, run, boost::asio::detached);
  impl_->io.restart();
  impl_->io.run();
  if (!result) return Error(errors::kUnreachable, "the client failed inside");
  return *std::move(result);
}

}  // namespace mingma::http
