// HTTP message signatures (RFC 9421): the signature base, taking a signed message apart, and signing one.
//
// Here is decided whether a signature is acceptable in form: which components it covers, when it was made, that its
// nonce is there. Whether the signature verifies and whose key it is, is for service::Api::authenticate (or for
// verify_message, where the key is at hand). Used once is for ReplayWindow.
//
// Components understood: @method @target-uri @authority @scheme @request-target @path @query @status and header fields
// without parameters. Anything else is refused, not skipped. Threading: values and free functions. Errors:
// kSignatureMissing, kSignatureInvalid, kSignatureExpired, kInvalidField. Limits: 32 covered components, 256 bytes of
// key id, 8 to 64 of nonce. Only the fields' first 16 KiB reach this code.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/time.h"
#include "crypto/signature.h"
#include "http/message.h"
#include "http/structured_fields.h"

namespace mingma::http {

// What a signature can cover: a request or a response, as its receiver sees it. Borrows everything.
struct SignedMessage {
  std::string_view method;     // empty for a response
  std::string_view scheme;     // "http" or "https"
  std::string_view authority;  // as in Host; lower case and default ports are handled here
  std::string_view target;     // origin form
  int status = 0;              // 0 for a request
  std::span<const HeaderView> headers;

  static SignedMessage of(const Request& request);
};

// The exact text that is signed (RFC 9421 section 2.5). `input` is the value of one Signature-Input member.
Result<std::string> signature_base(const SignedMessage& message, const InnerList& input);

// What a receiver demands.
struct SignaturePolicy {
  std::int64_t age_seconds_max = 300;  // since `created`
  std::int64_t skew_seconds_max = 30;  // how far `created` may lie in the future
  bool requires_nonce = true;
  bool requires_digest = true;  // content-digest must be covered
  bool requires_target = true;  // @method, and @target-uri or @authority with @path (and @query when there is one)
};

// One signature of a message, taken apart. Its form is acceptable; it is not yet verified.
struct SignatureClaim {
  std::string label;
  std::string key_id;
  std::string algorithm;  // "ed25519", "ecdsa-p256-sha256", or empty when not named
  std::string nonce;
  UnixSeconds created{};
  UnixSeconds expires{};  // created + age_seconds_max when not given; never later than that
  std::string base;
  Bytes signature;
};

// When several signatures are there, the one with tag="mingma" is taken; none or two such are refused.
Result<SignatureClaim> take_signature(const SignedMessage& message, const SignaturePolicy& policy, UnixSeconds now);

// kSignatureInvalid unless `key` made it and the algorithm named is the key's own.
Result<void> verify_claim(const SignatureClaim& claim, const crypto::VerifyingKey& key);

struct SignatureRequest {
  std::vector<std::string> components;  // "@method", "@authority", "@path", "content-digest", ...
  std::string key_id;
  std::string nonce;
  UnixSeconds created{};
  std::optional<UnixSeconds> expires;
  std::string label = "mingma";
};

struct SignatureFields {
  std::string signature_input;
  std::string signature;
};

// Errors: kSignatureInvalid when the message lacks a component.
Result<SignatureFields> sign_message(const SignedMessage& message, const SignatureRequest& request,
                                     crypto::SigningKey& key);

std::string_view signature_algorithm_name(crypto::SignatureAlgorithm algorithm);  // RFC 9421 registry; empty for PS256

}  // namespace mingma::http
