// What a handler gets and gives.
//
// A Request borrows: every view in it lives until the handler has returned its Response. A Response owns or shares what
// it sends. Both belong to the connection's worker thread.
#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace mingma::http {

enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kDelete, kOptions, kOther };
inline constexpr int kMethodCount = 7;
std::string_view to_string(Method method);  // "OTHER" for kOther

enum class Language : std::uint8_t { kEnglish, kChinese };
// The better liked of the two by an Accept-Language field (RFC 9110 12.5.4); English when it says nothing.
Language preferred_language(std::string_view accept_language);

struct HeaderView {
  std::string_view name;   // as sent; names compare without regard to case
  std::string_view value;  // without surrounding blanks
};

bool equal_ignoring_case(std::string_view a, std::string_view b);

// An address as rate limits see it: IPv4 whole, IPv6 its /64, because one subscriber owns at least that much.
struct ClientAddress {
  std::array<std::uint8_t, 8> bytes{};
  bool is_v6 = false;
  auto operator<=>(const ClientAddress&) const = default;
};

// A request body that arrives in pieces, for routes with BodyMode::kStream. One read at a time.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  // The next piece, valid until the next read(); empty at the end. Errors: kBodyTooLarge, kTimeout, kBadRequest (cut
  // off or badly chunked); after an error or the end every further call gives the same.
  virtual boost::asio::awaitable<Result<ByteView>> read() = 0;
};

struct Request {
  static constexpr std::size_t kParametersMax = 4;

  Method method = Method::kGet;
  std::string_view method_text;
  std::string_view target;  // origin form as received: "/v1/policies?limit=2"
  std::string_view path;    // still percent-encoded
  std::string_view query;   // still percent-encoded, without '?'
  bool has_query = false;
  std::string_view authority;  // Host, as received
  bool over_tls = false;
  std::span<const HeaderView> headers;
  std::string_view body;              // BodyMode::kWhole
  BodyReader* body_stream = nullptr;  // BodyMode::kStream
  ClientAddress client;
  Language language = Language::kEnglish;
  std::array<std::string, kParametersMax> parameters;  // of the path template, in order, decoded

  // The first field of that name; empty when absent.
  std::string_view header(std::string_view name) const;
  bool has_header(std::string_view name) const;
  std::size_t count_headers(std::string_view name) const;
  std::string_view scheme() const { return over_tls ? "https" : "http"; }
};

// Pieces of a response that is too large to hold.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // Empty at the end. An error ends the connection without the final chunk, so that the client notices.
  virtual boost::asio::awaitable<Result<std::string>> next() = 0;
};

class Response {
 public:
  Response() = default;
  explicit Response(int status) : status_(status) {}
  static Response json(std::string body, int status = 200);
  static Response text(std::string body, int status = 200);
  // `view` lives as long as `owner`; nothing is copied before it is sent.
  static Response shared(std::shared_ptr<const void> owner, std::string_view view, std::string_view type);
  static Response stream(std::unique_ptr<BodySource> source, std::string_view type);
  static Response redirect(std::string_view location);  // 303

  // `type` must be static text.
  Response& set_type(std::string_view type) {
    content_type_ = type;
    return *this;
  }
  Response& set_status(int status) {
    status_ = status;
    return *this;
  }
  // Appends a field. A control character in the value would let a client write headers; that is a bug, asserted.
  Response& add_header(std::string_view name, std::string_view value);
  // Replaces the default "no-store". Must be static text.
  Response& set_cache_control(std::string_view value) {
    cache_control_ = value;
    return *this;
  }
  // After this response the connection ends.
  Response& set_close() {
    close_ = true;
    return *this;
  }

  int status() const { return status_; }
  std::string_view content_type() const { return content_type_; }
  std::string_view cache_control() const { return cache_control_; }
  std::string_view body() const { return owner_ ? shared_body_ : std::string_view(body_); }
  std::string_view extra_headers() const { return extra_headers_; }         // "Name: value\r\n" each
  std::unique_ptr<BodySource> take_source() { return std::move(source_); }  // null when there is none
  bool close() const { return close_; }

 private:
  int status_ = 200;
  bool close_ = false;
  std::string_view content_type_;
  std::string_view cache_control_ = "no-store";
  std::string body_;
  std::string extra_headers_;
  std::shared_ptr<const void> owner_;
  std::string_view shared_body_;
  std::unique_ptr<BodySource> source_;
};

inline constexpr std::string_view kJsonType = "application/json";
inline constexpr std::string_view kProblemType = "application/problem+json";
inline constexpr std::string_view kNdjsonType = "application/x-ndjson";
inline constexpr std::string_view kTextType = "text/plain; charset=utf-8";
inline constexpr std::string_view kHtmlType = "text/html; charset=utf-8";
inline constexpr std::string_view kBytesType = "application/octet-stream";

}  // namespace mingma::http
