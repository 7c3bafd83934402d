#include "app/connection.h"

#include <vector>

#include "app/errors.h"
#include "app/json_text.h"
#include "app/system_clock.h"
#include "crypto/random.h"
#include "http/content_digest.h"
#include "http/message_signature.h"

namespace mingma::app {

Error refusal(const http::ClientResponse& response) {
  const auto problem = parse_json(response.body);
  if (!problem.ok()) {
    return Error(errors::kServerFailed,
                 "the server answered " + std::to_string(response.status) + " without saying why");
  }
  std::string words = text_of(*problem, "code");
  if (const std::string detail = text_of(*problem, "detail"); !detail.empty()) words += ": " + detail;
  if (words.empty()) words = "status " + std::to_string(response.status);
  return Error(errors::kServerRefused, words, text_of(*problem, "where"));
}

Connection::Connection(http::Client client, const http::Url& url, std::string token)
    : client_(std::move(client)), scheme_(url.scheme), authority_(url.authority()), token_(std::move(token)) {}

Result<Connection> Connection::open(const Options& options) {
  MINGMA_TRY(http::Url url, http::parse_url(options.server));
  http::ClientOptions client;
  client.ca_file = options.ca_file;
  client.verify_tls = !options.insecure;
  client.inactivity_timeout_ms = 300'000;  // a part of a million lines is answered when every effect is durable
  return Connection(http::Client(url, client), url, options.token);
}

Result<http::ClientResponse> Connection::send(http::ClientRequest request) {
  if (!token_.empty()) request.headers.emplace_back("Authorization", "Bearer " + token_);
  return client_.send(request);
}

Result<http::ClientResponse> Connection::call(http::ClientRequest request) {
  MINGMA_TRY(http::ClientResponse response, send(std::move(request)));
  if (response.status >= 300) return refusal(response);
  return response;
}

Result<Json> Connection::get(std::string target) {
  http::ClientRequest request;
  request.target = std::move(target);
  request.headers.emplace_back("Accept", "application/json");
  MINGMA_TRY(const http::ClientResponse response, call(std::move(request)));
  return parse_json(response.body, {.depth_max = 64, .bytes_max = 64u << 20});
}

Result<Json> Connection::post(std::string target, const Json& body) {
  http::ClientRequest request;
  request.method = "POST";
  request.target = std::move(target);
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = body.to_string();
  MINGMA_TRY(const http::ClientResponse response, call(std::move(request)));
  if (response.body.empty()) return Json();
  return parse_json(response.body, {.depth_max = 64, .bytes_max = 64u << 20});
}

Result<Json> Connection::get_signed(std::string target, crypto::SigningKey& key) {
  http::ClientRequest request{.method = "GET", .target = std::move(target)};
  MINGMA_TRY(request, signed_by(std::move(request), http::write_content_digest({}), key));
  MINGMA_TRY(const http::ClientResponse response, call(std::move(request)));
  return parse_json(response.body);
}

Result<Json> Connection::post_signed(std::string target, const Json& body, crypto::SigningKey& key) {
  http::ClientRequest request;
  request.method = "POST";
  request.target = std::move(target);
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = body.to_string();
  std::string digest = http::write_content_digest(as_bytes(request.body));
  MINGMA_TRY(request, signed_by(std::move(request), std::move(digest), key));
  MINGMA_TRY(const http::ClientResponse response, call(std::move(request)));
  return parse_json(response.body, {.depth_max = 64, .bytes_max = 64u << 20});
}

Result<std::string> Connection::download(std::string target) {
  http::ClientRequest request;
  request.target = std::move(target);
  MINGMA_TRY(http::ClientResponse response, call(std::move(request)));
  return std::move(response.body);
}

Result<http::ClientRequest> Connection::signed_by(http::ClientRequest request, std::string content_digest,
                                                  crypto::SigningKey& key) const {
  return sign_request(std::move(request), scheme_, authority_, std::move(content_digest), SystemClock().now(), key);
}

Result<http::ClientRequest> sign_request(http::ClientRequest request, std::string_view scheme,
                                         std::string_view authority, std::string content_digest, UnixSeconds now,
                                         crypto::SigningKey& key) {
  request.headers.emplace_back("Content-Digest", std::move(content_digest));
  std::vector<http::HeaderView> headers;
  for (const auto& [name, value] : request.headers) headers.push_back({name, value});
  crypto::SystemRng random;
  std::array<std::uint8_t, 16> nonce{};
  random.fill(nonce);

  http::SignedMessage message;
  message.method = request.method;
  message.scheme = scheme;
  message.authority = authority;
  message.target = request.target;
  message.headers = headers;
  http::SignatureRequest wanted;
  wanted.components = {"@method", "@authority", "@path", "content-digest"};
  if (request.target.find('?') != std::string::npos) wanted.components.emplace_back("@query");
  wanted.key_id = key.verifying_key().key_id();
  wanted.nonce = base64url_encode(nonce);
  wanted.created = now;
  MINGMA_TRY(http::SignatureFields fields, http::sign_message(message, wanted, key));
  request.headers.emplace_back("Signature-Input", std::move(fields.signature_input));
  request.headers.emplace_back("Signature", std::move(fields.signature));
  return request;
}

}  // namespace mingma::app
