#include "app/fetch.h"

#include <filesystem>
#include <memory>

#include "app/connection.h"
#include "app/errors.h"
#include "app/files.h"
#include "ledger/errors.h"

namespace mingma::app {

Result<ledger::FetchResource> open_log(const std::string& location) {
  if (location.rfind("http://", 0) != 0 && location.rfind("https://", 0) != 0) {
    const std::filesystem::path root(location);
    if (!std::filesystem::is_directory(root)) {
      return Error(errors::kInvalidArgument, "is neither a web address nor a folder", location);
    }
    return ledger::FetchResource([root](std::string_view path) -> Result<Bytes> {
      if (!std::filesystem::exists(root / path)) return Error(errors::kNoSuchTile, "no such file", std::string(path));
      MINGMA_TRY(const std::string text, read_file(root / path, 16u << 20));
      return to_bytes(as_bytes(text));
    });
  }
  MINGMA_TRY(const http::Url url, http::parse_url(location));
  Connection::Options options;
  options.server = url.origin();
  MINGMA_TRY(Connection opened, Connection::open(options));
  const auto connection = std::make_shared<Connection>(std::move(opened));
  std::string prefix = url.target;
  if (prefix.back() != '/') prefix += '/';
  return ledger::FetchResource([connection, prefix](std::string_view path) -> Result<Bytes> {
    http::ClientRequest request;
    request.target = prefix + std::string(path);
    MINGMA_TRY(const http::ClientResponse response, connection->send(std::move(request)));
    if (response.status == 404) return Error(errors::kNoSuchTile, "the log does not have it", std::string(path));
    if (response.status != 200) return refusal(response);
    return to_bytes(as_bytes(response.body));
  });
}

}  // namespace mingma::app
