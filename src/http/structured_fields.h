// Structured header fields (RFC 8941): dictionaries, inner lists, items and their parameters.
//
// The subset that Signature-Input, Signature and Content-Digest need: integers, strings, tokens, byte sequences and
// booleans; no decimals, no top-level lists. Stricter than the RFC in one point: a key that occurs twice is refused
// instead of the last one winning, because two readers that disagree on which one counts is how signatures are faked.
// Threading: values and free functions. Errors: errors::kInvalidField with the offset as the place.
// Limits: 8 KiB of text, 64 members of any container.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace mingma::http {

struct Token {
  std::string text;
  bool operator==(const Token&) const = default;
};

using BareItem = std::variant<std::int64_t, std::string, Token, Bytes, bool>;
using FieldParameters = std::vector<std::pair<std::string, BareItem>>;

struct Item {
  BareItem value;
  FieldParameters parameters;
  bool operator==(const Item&) const = default;
};

struct InnerList {
  std::vector<Item> items;
  FieldParameters parameters;
  bool operator==(const InnerList&) const = default;
};

using FieldMember = std::variant<Item, InnerList>;
using FieldDictionary = std::vector<std::pair<std::string, FieldMember>>;

Result<FieldDictionary> parse_dictionary(std::string_view text);

// The one canonical text (RFC 8941 section 4.1). Strings must be printable ASCII; that is asserted.
std::string write_item(const Item& item);
std::string write_inner_list(const InnerList& list);
std::string write_dictionary(const FieldDictionary& dictionary);

const BareItem* find_parameter(const FieldParameters& parameters, std::string_view name);
const FieldMember* find_member(const FieldDictionary& dictionary, std::string_view key);

}  // namespace mingma::http
