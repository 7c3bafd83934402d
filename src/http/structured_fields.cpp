#include "http/structured_fields.h"

#include <algorithm>

#include "http/errors.h"

namespace mingma::http {
namespace {

constexpr std::size_t kTextBytesMax = 8u << 10;
constexpr std::size_t kMembersMax = 64;
constexpr int kIntegerDigitsMax = 15;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_alpha(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }
bool is_key_character(char c) { return is_lower(c) || is_digit(c) || c == '_' || c == '-' || c == '.' || c == '*'; }
bool is_token_character(char c) {
  return is_alpha(c) || is_digit(c) || std::string_view("!#$%&'*+-.^_`|~:/").find(c) != std::string_view::npos;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<FieldDictionary> dictionary() {
    if (text_.size() > kTextBytesMax) return fail("the field is too long");
    FieldDictionary members;
    skip_spaces();
    while (!at_end()) {
      MINGMA_TRY(std::string key, parse_key());
      if (find_member(members, key) != nullptr) return fail("a key occurs twice");
      if (members.size() == kMembersMax) return fail("too many members");
      if (take('=')) {
        MINGMA_TRY(FieldMember member, parse_member());
        members.emplace_back(std::move(key), std::move(member));
      } else {
        MINGMA_TRY(FieldParameters parameters, parse_parameters());
        members.emplace_back(std::move(key), Item{true, std::move(parameters)});
      }
      skip_blanks();
      if (at_end()) break;
      if (!take(',')) return fail("a comma is missing");
      skip_blanks();
      if (at_end()) return fail("nothing follows a comma");
    }
    return members;
  }

 private:
  bool at_end() const { return offset_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[offset_]; }
  bool take(char c) {
    if (at_end() || text_[offset_] != c) return false;
    ++offset_;
    return true;
  }
  void skip_spaces() {
    while (peek() == ' ') ++offset_;
  }
  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t') ++offset_;
  }
  Error fail(std::string_view what) const {
    return {errors::kInvalidField, std::string(what), "offset " + std::to_string(offset_)};
  }

  Result<std::string> parse_key() {
    if (!is_lower(peek()) && peek() != '*') return fail("a key begins with a lower-case letter or '*'");
    const std::size_t begin = offset_;
    while (!at_end() && is_key_character(peek())) ++offset_;
    return std::string(text_.substr(begin, offset_ - begin));
  }

  Result<FieldParameters> parse_parameters() {
    FieldParameters parameters;
    while (take(';')) {
      skip_spaces();
      MINGMA_TRY(std::string key, parse_key());
      if (find_parameter(parameters, key) != nullptr) return fail("a parameter occurs twice");
      if (parameters.size() == kMembersMax) return fail("too many parameters");
      BareItem value = true;
      if (take('=')) {
        MINGMA_TRY(value, parse_bare_item());
      }
      parameters.emplace_back(std::move(key), std::move(value));
    }
    return parameters;
  }

  Result<Item> parse_item() {
    MINGMA_TRY(BareItem value, parse_bare_item());
    MINGMA_TRY(FieldParameters parameters, parse_parameters());
    return Item{std::move(value), std::move(parameters)};
  }

  Result<FieldMember> parse_member() {
    if (!take('(')) {
      MINGMA_TRY(Item item, parse_item());
      return FieldMember(std::move(item));
    }
    InnerList list;
    for (;;) {
      skip_spaces();
      if (take(')')) break;
      if (at_end()) return fail("an inner list does not end");
      if (list.items.size() == kMembersMax) return fail("too many items in an inner list");
      MINGMA_TRY(Item item, parse_item());
      list.items.push_back(std::move(item));
      if (peek() != ' ' && peek() != ')') return fail("items of an inner list are separated by blanks");
    }
    MINGMA_TRY(list.parameters, parse_parameters());
    return FieldMember(std::move(list));
  }

  Result<BareItem> parse_bare_item() {
    const char c = peek();
    if (c == '-' || is_digit(c)) return parse_integer();
    if (c == '"') return parse_string();
    if (c == ':') return parse_byte_sequence();
    if (c == '?') return parse_boolean();
    if (c == '*' || is_alpha(c)) {
      const std::size_t begin = offset_;
      while (!at_end() && is_token_character(peek())) ++offset_;
      return BareItem(Token{std::string(text_.substr(begin, offset_ - begin))});
    }
    return fail("an item was expected");
  }

  Result<BareItem> parse_integer() {
    const bool negative = take('-');
    std::int64_t value = 0;
    int digits = 0;
    while (is_digit(peek())) {
      if (++digits > kIntegerDigitsMax) return fail("an integer has over 15 digits");
      value = value * 10 + (text_[offset_++] - '0');
    }
    if (digits == 0) return fail("a digit was expected");
    if (peek() == '.') return fail("decimals are not taken here");
    return BareItem(negative ? -value : value);
  }

  Result<BareItem> parse_string() {
    ++offset_;
    std::string value;
    for (;;) {
      if (at_end()) return fail("a string does not end");
      char c = text_[offset_++];
      if (c == '"') return BareItem(std::move(value));
      if (c == '\\') {
        if (peek() != '"' && peek() != '\\') return fail("only a quote or a backslash may be escaped");
        c = text_[offset_++];
      } else if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e) {
        return fail("a string holds printable ASCII only");
      }
      value.push_back(c);
    }
  }

  Result<BareItem> parse_byte_sequence() {
    ++offset_;
    const std::size_t end = text_.find(':', offset_);
    if (end == std::string_view::npos) return fail("a byte sequence does not end");
    auto bytes = base64_decode(text_.substr(offset_, end - offset_));
    if (!bytes.ok()) return fail("a byte sequence is not canonical base64");
    offset_ = end + 1;
    return BareItem(std::move(bytes).value());
  }

  Result<BareItem> parse_boolean() {
    ++offset_;
    if (take('1')) return BareItem(true);
    if (take('0')) return BareItem(false);
    return fail("a boolean is ?0 or ?1");
  }

  std::string_view text_;
  std::size_t offset_ = 0;
};

struct Writer {
  std::string out;

  void operator()(std::int64_t value) { out += std::to_string(value); }
  void operator()(const std::string& value) {
    out.push_back('"');
    for (const char c : value) {
      MINGMA_ASSERT(static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) <= 0x7e);
      if (c == '"' || c == '\\') out.push_back('\\');
      out.push_back(c);
    }
    out.push_back('"');
  }
  void operator()(const Token& value) { out += value.text; }
  void operator()(const Bytes& value) { out.append(":").append(base64_encode(value)).append(":"); }
  void operator()(bool value) { out += value ? "?1" : "?0"; }

  void parameters(const FieldParameters& parameters) {
    for (const auto& [key, value] : parameters) {
      out.append(";").append(key);
      if (value == BareItem(true)) continue;
      out.push_back('=');
      std::visit(*this, value);
    }
  }
  void item(const Item& item) {
    std::visit(*this, item.value);
    parameters(item.parameters);
  }
  void inner_list(const InnerList& list) {
    out.push_back('(');
    for (std::size_t i = 0; i < list.items.size(); ++i) {
      if (i > 0) out.push_back(' ');
      item(list.items[i]);
    }
    out.push_back(')');
    parameters(list.parameters);
  }
};

}  // namespace

Result<FieldDictionary> parse_dictionary(std::string_view text) { return Parser(text).dictionary(); }

std::string write_item(const Item& item) {
  Writer writer;
  writer.item(item);
  return std::move(writer.out);
}

std::string write_inner_list(const InnerList& list) {
  Writer writer;
  writer.inner_list(list);
  return std::move(writer.out);
}

std::string write_dictionary(const FieldDictionary& dictionary) {
  Writer writer;
  for (const auto& [key, member] : dictionary) {
    if (!writer.out.empty()) writer.out += ", ";
    writer.out += key;
    if (const Item* item = std::get_if<Item>(&member); item != nullptr && item->value == BareItem(true)) {
      writer.parameters(item->parameters);
      continue;
    }
    writer.out.push_back('=');
    if (const Item* item = std::get_if<Item>(&member)) writer.item(*item);
    if (const InnerList* list = std::get_if<InnerList>(&member)) writer.inner_list(*list);
  }
  return std::move(writer.out);
}

const BareItem* find_parameter(const FieldParameters& parameters, std::string_view name) {
  const auto found =
      std::find_if(parameters.begin(), parameters.end(), [&](const auto& each) { return each.first == name; });
  return found == parameters.end() ? nullptr : &found->second;
}

const FieldMember* find_member(const FieldDictionary& dictionary, std::string_view key) {
  const auto found =
      std::find_if(dictionary.begin(), dictionary.end(), [&](const auto& each) { return each.first == key; });
  return found == dictionary.end() ? nullptr : &found->second;
}

}  // namespace mingma::http
