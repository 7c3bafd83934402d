#include "http/jwt.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "http/errors.h"

namespace mingma::http {
namespace {

constexpr std::size_t kTokenBytesMax = 16u << 10;
constexpr std::size_t kSetBytesMax = 64u << 10;
constexpr std::size_t kKeysMax = 64;
constexpr std::size_t kCoordinateBytes = 32;
constexpr JsonLimits kJsonLimits{.depth_max = 8, .bytes_max = kSetBytesMax};

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

Error invalid(std::string_view what) { return {errors::kInvalidToken, std::string(what)}; }

std::string_view text_member(const Json& json, std::string_view name) {
  const Json* member = json.find(name);
  return member != nullptr && member->is_string() ? std::string_view(member->string()) : std::string_view{};
}

}  // namespace

class Rs256Key {
 public:
  static std::shared_ptr<const Rs256Key> from(ByteView modulus, ByteView exponent) {
    if (modulus.size() < 256 || modulus.size() > 1024 || exponent.empty() || exponent.size() > 4) return nullptr;
    const std::unique_ptr<BIGNUM, Deleter<BN_free>> n(
        BN_bin2bn(modulus.data(), static_cast<int>(modulus.size()), nullptr));
    const std::unique_ptr<BIGNUM, Deleter<BN_free>> e(
        BN_bin2bn(exponent.data(), static_cast<int>(exponent.size()), nullptr));
    const std::unique_ptr<OSSL_PARAM_BLD, Deleter<OSSL_PARAM_BLD_free>> builder(OSSL_PARAM_BLD_new());
    if (!n || !e || !builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
      return nullptr;
    }
    const std::unique_ptr<OSSL_PARAM, Deleter<OSSL_PARAM_free>> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
    const std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>> context(
        EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
    EVP_PKEY* key = nullptr;
    if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
      return nullptr;
    }
    auto made = std::make_shared<Rs256Key>();
    made->key_.reset(key);
    return made;
  }

  bool verify(ByteView message, ByteView signature) const {
    const std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
    return context && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
           EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
  }

 private:
  std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>> key_;
};

namespace {

// Nothing for keys of other kinds and uses; an error for a key of ours that is malformed.
Result<std::optional<JsonWebKey>> read_key(const Json& json) {
  const std::string_view type = text_member(json, "kty");
  const std::string_view curve = text_member(json, "crv");
  const std::string_view use = text_member(json, "use");
  if (!use.empty() && use != "sig") return std::optional<JsonWebKey>{};
  JsonWebKey key;
  key.id = std::string(text_member(json, "kid"));
  if (type == "EC" && curve == "P-256") {
    MINGMA_TRY(const Bytes x, base64url_decode(text_member(json, "x")));
    MINGMA_TRY(const Bytes y, base64url_decode(text_member(json, "y")));
    if (x.size() != kCoordinateBytes || y.size() != kCoordinateBytes) return invalid("a coordinate has not 32 bytes");
    Bytes point{4};
    append(point, x);
    append(point, y);
    MINGMA_TRY(key.key, crypto::VerifyingKey::from_p256(point));
  } else if (type == "OKP" && curve == "Ed25519") {
    MINGMA_TRY(const Bytes x, base64url_decode(text_member(json, "x")));
    MINGMA_TRY(key.key, crypto::VerifyingKey::from_ed25519(x));
  } else if (type == "RSA") {
    MINGMA_TRY(const Bytes n, base64url_decode(text_member(json, "n")));
    MINGMA_TRY(const Bytes e, base64url_decode(text_member(json, "e")));
    key.rsa = Rs256Key::from(n, e);
    if (!key.rsa) return invalid("an RSA key has 2048 to 8192 bits");
  } else {
    return std::optional<JsonWebKey>{};
  }
  return std::optional<JsonWebKey>(std::move(key));
}

bool verifies(const JsonWebKey& key, std::string_view algorithm, ByteView message, ByteView signature) {
  if (key.rsa) return algorithm == "RS256" && key.rsa->verify(message, signature);
  const std::string_view own = key.key->algorithm() == crypto::SignatureAlgorithm::kEs256 ? "ES256" : "EdDSA";
  return algorithm == own && key.key->verify(message, signature);
}

}  // namespace

Result<std::vector<JsonWebKey>> parse_jwks(std::string_view text) {
  auto json = parse_json(text, kJsonLimits);
  const Json* list = json.ok() ? json->find("keys") : nullptr;
  if (list == nullptr || !list->is_array() || list->array().size() > kKeysMax)
    return invalid("this is no JSON Web Key set");
  std::vector<JsonWebKey> keys;
  for (const Json& each : list->array()) {
    auto key = read_key(each);
    if (!key.ok()) return invalid("a key of the set is malformed");
    if (*key) keys.push_back(**key);
  }
  return keys;
}

Result<Json> verify_jwt(std::string_view token, const std::vector<JsonWebKey>& keys) {
  if (token.size() > kTokenBytesMax) return invalid("the token is too long");
  const std::size_t first = token.find('.');
  const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos) return invalid("a token has three parts");
  const auto header_bytes = base64url_decode(token.substr(0, first));
  const auto payload = base64url_decode(token.substr(first + 1, second - first - 1));
  const auto signature = base64url_decode(token.substr(second + 1));
  if (!header_bytes.ok() || !payload.ok() || !signature.ok()) return invalid("a part of the token is not base64url");
  const auto header = parse_json(as_text(*header_bytes), kJsonLimits);
  if (!header.ok() || !header->is_object()) return invalid("the token's header is no JSON object");
  if (header->find("crit") != nullptr) return invalid("the token demands an extension");
  const std::string_view key_id = text_member(*header, "kid");
  const std::string_view algorithm = text_member(*header, "alg");
  const ByteView message = as_bytes(token.substr(0, second));
  bool good = false;
  for (const JsonWebKey& key : keys) {
    if (!key_id.empty() && key.id != key_id) continue;
    good = good || verifies(key, algorithm, message, *signature);
  }
  if (!good) return invalid("the token's signature does not verify");
  auto claims = parse_json(as_text(*payload), kJsonLimits);
  if (!claims.ok() || !claims->is_object()) return invalid("the token's claims are no JSON object");
  return std::move(claims).value();
}

std::string sign_jwt(const Json& claims, std::string_view key_id, crypto::SigningKey& key) {
  MINGMA_ASSERT(key.algorithm() == crypto::SignatureAlgorithm::kEs256);
  const Json header{Json::Object{{"alg", "ES256"}, {"typ", "JWT"}, {"kid", key_id}}};
  std::string token =
      base64url_encode(as_bytes(header.to_string())) + "." + base64url_encode(as_bytes(claims.to_string()));
  const Bytes signature = key.sign(as_bytes(token));
  return token + "." + base64url_encode(signature);
}

std::string write_jwks(std::string_view key_id, const crypto::VerifyingKey& key) {
  MINGMA_ASSERT(key.algorithm() == crypto::SignatureAlgorithm::kEs256);
  const Bytes point = key.raw();
  const ByteView coordinates = ByteView(point).subspan(1);
  Json::Object json{{"kty", "EC"}, {"crv", "P-256"}, {"use", "sig"}, {"alg", "ES256"}, {"kid", key_id}};
  json.emplace_back("x", base64url_encode(coordinates.first(kCoordinateBytes)));
  json.emplace_back("y", base64url_encode(coordinates.subspan(kCoordinateBytes)));
  Json::Array keys;
  keys.emplace_back(std::move(json));
  return Json(Json::Object{{"keys", std::move(keys)}}).to_string();
}

}  // namespace mingma::http
