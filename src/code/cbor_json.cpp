#include "code/cbor_json.h"

#include <cmath>

#include "base/cbor.h"
#include "code/errors.h"

namespace mingma::code {
namespace {

constexpr double kExactIntegers = 9'007'199'254'740'992.0;  // 2^53

// The reader has passed item() over the whole input before, which bounds the depth of this recursion.
Result<Json> convert(CborReader& reader) {
  switch (reader.peek()) {
    case CborType::kInteger: {
      MINGMA_TRY(const std::int64_t value, reader.integer());
      return Json(value);
    }
    case CborType::kText: {
      MINGMA_TRY(const std::string_view text, reader.text());
      return Json(text);
    }
    case CborType::kBytes: {
      MINGMA_TRY(const ByteView bytes, reader.bytes());
      return Json(base64url_encode(bytes));
    }
    case CborType::kBoolean: {
      MINGMA_TRY(const bool value, reader.boolean());
      return Json(value);
    }
    case CborType::kFloat: {
      MINGMA_TRY(const double value, reader.floating());
      if (!std::isfinite(value)) return Error(errors::kCodeMalformed, "not a number");
      if (std::trunc(value) == value && std::abs(value) <= kExactIntegers)
        return Json(static_cast<std::int64_t>(value));
      return Json(value);
    }
    case CborType::kTag: {
      MINGMA_CHECK(reader.tag());
      return convert(reader);
    }
    case CborType::kArray: {
      MINGMA_TRY(const std::uint64_t count, reader.array());
      Json::Array items;
      for (std::uint64_t i = 0; i < count; ++i) {
        MINGMA_TRY(Json item, convert(reader));
        items.push_back(std::move(item));
      }
      return Json(std::move(items));
    }
    case CborType::kMap: {
      MINGMA_TRY(const std::uint64_t count, reader.map());
      Json::Object members;
      for (std::uint64_t i = 0; i < count; ++i) {
        if (reader.peek() != CborType::kText) return Error(errors::kCodeMalformed, "a name is not a text");
        MINGMA_TRY(const std::string_view name, reader.text());
        MINGMA_TRY(Json value, convert(reader));
        members.emplace_back(std::string(name), std::move(value));
      }
      return Json(std::move(members));
    }
    case CborType::kNull:
    case CborType::kEnd:
      break;
  }
  MINGMA_CHECK(reader.null());
  return Json();
}

}  // namespace

Result<Json> cbor_to_json(ByteView encoded) {
  CborReader whole(encoded, CborMode::kLenient);
  MINGMA_CHECK(whole.item());
  MINGMA_CHECK(whole.end());
  CborReader reader(encoded, CborMode::kLenient);
  return convert(reader);
}

}  // namespace mingma::code
