// Beast's HTTP/1 parser as a sink of views: nothing is copied or allocated per field.
//
// Give put() a buffer that holds a whole header (end_of_header() tells); every view in `head` then points into it and
// stays valid as long as those bytes stay where they are. Body bytes come one piece per put(), in `piece`.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace mingma::http::internal {

struct MessageHead {
  std::string_view method;
  std::string_view target;
  int version = 11;  // 10 or 11
  int status = 0;
  std::vector<HeaderView> headers;  // reused between messages
  std::size_t headers_max = 64;
  bool too_many_headers = false;
  bool folded = false;  // a value written over several lines, which RFC 9112 5.2 lets a server refuse
  std::size_t host_count = 0;
  std::size_t length_count = 0;
  std::size_t transfer_encoding_count = 0;
  std::string_view host;
  std::string_view transfer_encoding;
  std::string_view expect;
  std::string_view accept;
  std::string_view accept_language;
  std::string_view content_type;

  void clear() {
    headers.clear();
    method = target = host = transfer_encoding = expect = accept = accept_language = content_type = {};
    status = 0;
    version = 11;
    too_many_headers = folded = false;
    host_count = length_count = transfer_encoding_count = 0;
  }
};

// Offset just behind the empty line that ends a header, or 0 when it is not there yet. `scanned` remembers how far was
// looked, so that bytes arriving one by one do not cost a quadratic scan.
inline std::size_t end_of_header(std::string_view bytes, std::size_t& scanned) {
  const std::size_t from = scanned > 3 ? scanned - 3 : 0;
  const std::size_t at = bytes.find("\r\n\r\n", from);
  scanned = bytes.size();
  return at == std::string_view::npos ? 0 : at + 4;
}

template <bool IsRequest>
class MessageParser final : public boost::beast::http::basic_parser<IsRequest> {
 public:
  MessageParser(MessageHead& head, std::string_view header_bytes) : head_(head), bytes_(header_bytes) {
    head_.clear();
    this->header_limit(static_cast<std::uint32_t>(header_bytes.size() + 1));
    this->body_limit(boost::none);  // the limit belongs to the route; whoever reads the pieces counts
  }

  std::string_view piece;

 private:
  using Code = boost::beast::error_code;
  using Text = boost::beast::string_view;
  using Field = boost::beast::http::field;
  static std::string_view view(Text text) { return {text.data(), text.size()}; }

  void on_request_impl(boost::beast::http::verb, Text method, Text target, int version, Code&) override {
    head_.version = version;
    head_.method = view(method);
    head_.target = view(target);
  }
  void on_response_impl(int status, Text, int version, Code&) override {
    head_.version = version;
    head_.status = status;
  }

  void on_field_impl(Field field, Text name, Text text, Code&) override {
    if (in_body_) return;  // trailers are read over
    const std::string_view value = view(text);
    if (!value.empty() && (value.data() < bytes_.data() || value.data() >= bytes_.data() + bytes_.size())) {
      head_.folded = true;
      return;
    }
    if (head_.headers.size() == head_.headers_max) {
      head_.too_many_headers = true;
      return;
    }
    head_.headers.push_back({view(name), value});
    switch (field) {
      case Field::host:
        head_.host = value, ++head_.host_count;
        break;
      case Field::content_length:
        ++head_.length_count;
        break;
      case Field::transfer_encoding:
        head_.transfer_encoding = value, ++head_.transfer_encoding_count;
        break;
      case Field::expect:
        head_.expect = value;
        break;
      case Field::accept:
        head_.accept = value;
        break;
      case Field::accept_language:
        head_.accept_language = value;
        break;
      case Field::content_type:
        head_.content_type = value;
        break;
      default:
        break;
    }
  }
  void on_header_impl(Code&) override { in_body_ = true; }
  void on_body_init_impl(boost::optional<std::uint64_t> const&, Code&) override {}
  std::size_t on_body_impl(Text body, Code&) override {
    piece = view(body);
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, Text, Code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text body, Code&) override {
    piece = view(body);
    return body.size();
  }
  void on_finish_impl(Code&) override {}

  MessageHead& head_;
  std::string_view bytes_;
  bool in_body_ = false;
};

}  // namespace mingma::http::internal
