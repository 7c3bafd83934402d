// One server as the commands see it: JSON in and out, problems as errors, requests signed by an institution.
// Threading: an object belongs to one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "base/time.h"
#include "crypto/signature.h"
#include "http/client.h"

namespace mingma::app {

inline constexpr std::string_view kDefaultServer = "http://127.0.0.1:8641";

class Connection {
 public:
  struct Options {
    std::string server{kDefaultServer};
    std::string token;      // of a signed-in resident; empty: none
    std::string ca_file;    // PEM; empty: the system's
    bool insecure = false;  // do not verify TLS
  };

  static Result<Connection> open(const Options& options);

  // Any status; the answer as it came.
  Result<http::ClientResponse> send(http::ClientRequest request);
  // Statuses from 300 on become app.refused with the server's own code, place and words.
  Result<http::ClientResponse> call(http::ClientRequest request);
  Result<Json> get(std::string target);
  Result<Json> post(std::string target, const Json& body);
  // The same, signed by an institution or an officer.
  Result<Json> get_signed(std::string target, crypto::SigningKey& key);
  Result<Json> post_signed(std::string target, const Json& body, crypto::SigningKey& key);
  Result<std::string> download(std::string target);
  // RFC 9421 over method, authority, path and content-digest (RFC 9530), with a fresh nonce; `content_digest` is the
  // field for the body that will be sent, also when that is uploaded in pieces.
  Result<http::ClientRequest> signed_by(http::ClientRequest request, std::string content_digest,
                                        crypto::SigningKey& key) const;

  const std::string& authority() const { return authority_; }

 private:
  Connection(http::Client client, const http::Url& url, std::string token);

  http::Client client_;
  std::string scheme_;
  std::string authority_;
  std::string token_;
};

// RFC 9421 over method, authority, path, query and content-digest, with a fresh nonce: adds the three fields to it.
Result<http::ClientRequest> sign_request(http::ClientRequest request, std::string_view scheme,
                                         std::string_view authority, std::string content_digest, UnixSeconds now,
                                         crypto::SigningKey& key);

// The server's problem details as an error of ours.
Error refusal(const http::ClientResponse& response);

}  // namespace mingma::app
