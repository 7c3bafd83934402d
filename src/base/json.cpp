#include "base/json.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <unordered_set>

#include "base/errors.h"

namespace mingma {
namespace {

namespace bj = boost::json;

// The exact integer that `text` (a valid JSON number) writes, if it is one and fits 64 bits. Decided on the digits:
// going through a double would turn 9007199254740993.0 into its neighbour.
std::optional<std::int64_t> integral_value(std::string_view text) {
  const bool negative = text.front() == '-';
  if (negative) text.remove_prefix(1);
  std::string digits;
  std::int64_t exponent = 0;
  bool in_fraction = false;
  std::size_t i = 0;
  for (; i < text.size() && text[i] != 'e' && text[i] != 'E'; ++i) {
    if (text[i] == '.') {
      in_fraction = true;
    } else {
      digits += text[i];
      if (in_fraction) --exponent;
    }
  }
  if (i < text.size()) {
    ++i;
    if (text[i] == '+') ++i;
    int written = 0;
    // An exponent too large for an int belongs to zero or to no 64-bit integer; the latter stays a double.
    const auto parsed = std::from_chars(text.data() + i, text.data() + text.size(), written);
    if (parsed.ec != std::errc()) written = text[i] == '-' ? -1'000'000 : 1'000'000;
    exponent += written;
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.empty()) return 0;
  while (exponent < 0 && digits.back() == '0') {
    digits.pop_back();
    ++exponent;
  }
  if (exponent < 0 || exponent > 18) return std::nullopt;
  digits.append(static_cast<std::size_t>(exponent), '0');
  if (negative) digits.insert(digits.begin(), '-');
  std::int64_t value = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (parsed.ec != std::errc()) return std::nullopt;
  return value;
}

// One array or object that is still open.
struct Frame {
  Json container;
  std::string name;                       // of the member whose value comes next
  std::unordered_set<std::string> names;  // used once the object is too large to search
};

constexpr double kTwoTo63 = 9'223'372'036'854'775'808.0;
constexpr std::size_t kSearchedMembersMax = 16;

// Turns the parser's events into a Json. The names of the functions are Boost's.
struct Builder {
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();

  Json root;
  std::vector<Frame> open;
  std::string text;  // a string, name or number that came in parts
  const char* refusal = nullptr;

  bool add(Json value) {
    if (open.empty()) {
      root = std::move(value);
    } else if (Frame& frame = open.back(); frame.container.is_array()) {
      frame.container.array().push_back(std::move(value));
    } else {
      frame.container.object().emplace_back(std::move(frame.name), std::move(value));
    }
    return true;
  }
  bool close() {
    Json value = std::move(open.back().container);
    open.pop_back();
    return add(std::move(value));
  }
  bool refuse(const char* why, bj::error_code& ec) {
    refusal = why;
    ec = bj::error::syntax;
    return false;
  }
  bool part(bj::string_view s) {
    text.append(s.data(), s.size());
    return true;
  }
  std::string whole(bj::string_view s) {
    part(s);
    return std::exchange(text, {});
  }
  bool is_new_name(const std::string& name) {
    Frame& frame = open.back();
    const Json::Object& members = frame.container.object();
    if (members.size() < kSearchedMembersMax) {
      return std::none_of(members.begin(), members.end(), [&](const Json::Member& m) { return m.first == name; });
    }
    if (frame.names.empty()) {
      for (const Json::Member& member : members) frame.names.insert(member.first);
    }
    return frame.names.insert(name).second;
  }

  bool on_document_begin(bj::error_code&) { return true; }
  bool on_document_end(bj::error_code&) { return true; }
  bool on_array_begin(bj::error_code&) { return open.push_back({Json(Json::Array{}), {}, {}}), true; }
  bool on_array_end(std::size_t, bj::error_code&) { return close(); }
  bool on_object_begin(bj::error_code&) { return open.push_back({Json(Json::Object{}), {}, {}}), true; }
  bool on_object_end(std::size_t, bj::error_code&) { return close(); }
  bool on_string_part(bj::string_view s, std::size_t, bj::error_code&) { return part(s); }
  bool on_string(bj::string_view s, std::size_t, bj::error_code&) { return add(Json(whole(s))); }
  bool on_key_part(bj::string_view s, std::size_t, bj::error_code&) { return part(s); }
  bool on_key(bj::string_view s, std::size_t, bj::error_code& ec) {
    std::string name = whole(s);
    if (!is_new_name(name)) return refuse("an object has the same name twice", ec);
    open.back().name = std::move(name);
    return true;
  }
  bool on_number_part(bj::string_view s, bj::error_code&) { return part(s); }
  bool on_int64(std::int64_t value, bj::string_view, bj::error_code&) { return text.clear(), add(Json(value)); }
  bool on_uint64(std::uint64_t value, bj::string_view, bj::error_code&) {
    return text.clear(), add(Json(static_cast<double>(value)));  // only called beyond the signed range
  }
  // Boost's own value is not the nearest double (measured: off by one unit in the last place), so the text decides.
  bool on_double(double, bj::string_view s, bj::error_code& ec) {
    const std::string number = whole(s);
    if (const auto integer = integral_value(number)) return add(Json(*integer));
    double value = 0;
    const auto parsed = std::from_chars(number.data(), number.data() + number.size(), value);
    if (parsed.ec != std::errc()) return refuse("a number is too large or too close to zero", ec);
    // 1.00000000000000000001 is not 1, but as a double could not be told from it once it is printed and read again.
    if (value >= -kTwoTo63 && value < kTwoTo63 && std::trunc(value) == value) {
      return refuse("a number has more digits than can be kept", ec);
    }
    return add(Json(value));
  }
  bool on_bool(bool value, bj::error_code&) { return add(Json(value)); }
  bool on_null(bj::error_code&) { return add(Json()); }
  bool on_comment_part(bj::string_view, bj::error_code&) { return true; }
  bool on_comment(bj::string_view, bj::error_code&) { return true; }
};

std::string place(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t newline = before.rfind('\n');
  const std::size_t column = before.size() - (newline == std::string_view::npos ? 0 : newline + 1) + 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

void write_string(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          out += kHex[static_cast<unsigned char>(c) >> 4];
          out += kHex[c & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void write_double(std::string& out, double value) {
  MINGMA_ASSERT(std::isfinite(value));
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  out.append(buffer, end);
}

// Writes arrays and objects on several lines when `indent` is not negative.
class Printer {
 public:
  explicit Printer(bool pretty) : pretty_(pretty) {}

  void value(const Json& json) {
    if (json.is_array()) {
      list(json.array(), '[', ']', [this](const Json& item) { value(item); });
    } else if (json.is_object()) {
      list(json.object(), '{', '}', [this](const Json::Member& member) {
        write_string(out_, member.first);
        out_ += pretty_ ? ": " : ":";
        value(member.second);
      });
    } else if (json.is_string()) {
      write_string(out_, json.string());
    } else if (json.is_integer()) {
      out_ += std::to_string(json.integer());
    } else if (json.is_double()) {
      write_double(out_, json.floating());
    } else {
      out_ += json.is_null() ? "null" : json.boolean() ? "true" : "false";
    }
  }
  std::string take() { return std::move(out_); }

 private:
  template <typename Items, typename Write>
  void list(const Items& items, char open, char close, Write&& write) {
    out_ += open;
    ++level_;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out_ += ',';
      new_line();
      write(items[i]);
    }
    --level_;
    if (!items.empty()) new_line();
    out_ += close;
  }
  void new_line() {
    if (!pretty_) return;
    out_ += '\n';
    out_.append(2 * level_, ' ');
  }

  bool pretty_;
  std::size_t level_ = 0;
  std::string out_;
};

}  // namespace

const Json* Json::find(std::string_view name) const {
  const Object* members = std::get_if<Object>(&value_);
  if (members == nullptr) return nullptr;
  for (const Member& member : *members) {
    if (member.first == name) return &member.second;
  }
  return nullptr;
}

Json& Json::set(std::string_view name, Json value) {
  if (is_null()) value_ = Object{};
  for (Member& member : object()) {
    if (member.first == name) return member.second = std::move(value);
  }
  return object().emplace_back(std::string(name), std::move(value)).second;
}

bool Json::operator==(const Json& other) const {
  if (!is_object() || !other.is_object()) return value_ == other.value_;
  if (object().size() != other.object().size()) return false;
  const auto by_name = [](const Member* a, const Member* b) { return a->first < b->first; };
  const auto sorted = [&](const Object& members) {
    std::vector<const Member*> pointers;
    for (const Member& member : members) pointers.push_back(&member);
    std::stable_sort(pointers.begin(), pointers.end(), by_name);
    return pointers;
  };
  const auto mine = sorted(object());
  const auto theirs = sorted(other.object());
  return std::equal(mine.begin(), mine.end(), theirs.begin(),
                    [](const Member* a, const Member* b) { return a->first == b->first && a->second == b->second; });
}

std::string Json::to_string() const {
  Printer printer(false);
  printer.value(*this);
  return printer.take();
}

std::string Json::to_pretty_string() const {
  Printer printer(true);
  printer.value(*this);
  return printer.take();
}

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes_max) {
    return Error(errors::kTooLarge, "a JSON text is longer than " + std::to_string(limits.bytes_max) + " bytes");
  }
  bj::parse_options options;
  options.max_depth = limits.depth_max;
  bj::basic_parser<Builder> parser(options);
  bj::error_code ec;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), ec);
  Builder& builder = parser.handler();
  if (ec) {
    std::string why = builder.refusal != nullptr ? builder.refusal : "not JSON: " + ec.message();
    return Error(errors::kInvalidJson, std::move(why), place(text, read));
  }
  if (read < text.size()) {
    return Error(errors::kInvalidJson, "there is more text after the JSON value", place(text, read));
  }
  return std::move(builder.root);
}

}  // namespace mingma
