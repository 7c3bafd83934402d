#include "code/smart_health_card.h"

#include <algorithm>
#include <cmath>

#include "base/bytes.h"
#include "code/errors.h"
#include "crypto/digest.h"
#include "crypto/inflate.h"

namespace mingma::code {
namespace {

constexpr std::string_view kNumericPrefix = "shc:/";
constexpr std::string_view kCardType = "https://smarthealth.cards#health-card";
constexpr int kFirstCharacter = '-';  // a pair of digits counts from here
constexpr int kLastCharacter = 'z';
constexpr double kLatestSeconds = 253'402'300'799.0;  // the end of year 9999

Error malformed(const char* what) { return Error(errors::kCodeMalformed, what); }

template <typename T>
Result<T> as_malformed(Result<T> result) {
  if (result.ok() || result.error().is(errors::kCodeMalformed)) return result;
  return Error(errors::kCodeMalformed, "not a health card: " + result.error().message(), result.error().where());
}

const std::string* text_member(const Json& json, std::string_view name) {
  const Json* member = json.find(name);
  return member != nullptr && member->is_string() ? &member->string() : nullptr;
}

// NumericDate (RFC 7519): may have a fraction.
Result<UnixSeconds> read_time(const Json& json) {
  if (!json.is_integer() && !json.is_double()) return malformed("a time is not a number");
  const double value = json.is_integer() ? static_cast<double>(json.integer()) : json.floating();
  if (!(value >= 0 && value <= kLatestSeconds)) return malformed("a time is out of range");
  return UnixSeconds{static_cast<std::int64_t>(std::floor(value))};
}

// Gives the key id.
Result<std::string> read_header(std::string_view encoded) {
  MINGMA_TRY(const Bytes bytes, as_malformed(base64url_decode(encoded)));
  MINGMA_TRY(const Json header, as_malformed(parse_json(as_text(bytes))));
  const std::string* algorithm = text_member(header, "alg");
  const std::string* compression = text_member(header, "zip");
  const std::string* key_id = text_member(header, "kid");
  if (algorithm == nullptr || *algorithm != "ES256") return malformed("a health card is signed with ES256");
  if (compression == nullptr || *compression != "DEF") return malformed("a health card is deflated");
  if (key_id == nullptr || header.find("crit") != nullptr) return malformed("the header is not a health card's");
  return *key_id;
}

Result<Json> read_bundle(const Json& payload) {
  const Json* vc = payload.find("vc");
  const Json* types = vc == nullptr ? nullptr : vc->find("type");
  const Json* subject = vc == nullptr ? nullptr : vc->find("credentialSubject");
  const Json* bundle = subject == nullptr ? nullptr : subject->find("fhirBundle");
  const auto is_card = [](const Json& type) { return type.is_string() && type.string() == kCardType; };
  if (types == nullptr || !types->is_array() || std::none_of(types->array().begin(), types->array().end(), is_card)) {
    return malformed("the content is not a health card");
  }
  if (bundle == nullptr || !bundle->is_object()) return malformed("a health card holds a FHIR bundle");
  return *bundle;
}

Result<HealthCard> read_payload(std::string_view encoded) {
  MINGMA_TRY(const Bytes compressed, as_malformed(base64url_decode(encoded)));
  MINGMA_TRY(const Bytes bytes, as_malformed(crypto::raw_inflate(compressed, kHealthCardBytesMax)));
  MINGMA_TRY(const Json payload, as_malformed(parse_json(as_text(bytes))));
  const std::string* issuer = text_member(payload, "iss");
  const Json* not_before = payload.find("nbf");
  if (issuer == nullptr || not_before == nullptr) return malformed("a health card names its issuer and its start");
  HealthCard card;
  card.issuer = *issuer;
  MINGMA_TRY(card.not_before, read_time(*not_before));
  if (const Json* expiry = payload.find("exp")) {
    MINGMA_TRY(card.expires_at, read_time(*expiry));
  }
  MINGMA_TRY(card.fhir_bundle, read_bundle(payload));
  return card;
}

}  // namespace

Result<std::string> health_card_jws(std::string_view text) {
  if (text.size() > kHealthCardTextMax) return malformed("too long for a health card");
  if (!text.starts_with(kNumericPrefix)) return std::string(text);
  text.remove_prefix(kNumericPrefix.size());
  if (text.find('/') != std::string_view::npos)
    return malformed("health cards split over several codes are not accepted");
  if (text.size() % 2 != 0) return malformed("the digits of a health card come in pairs");
  std::string jws;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const bool digits = text[i] >= '0' && text[i] <= '9' && text[i + 1] >= '0' && text[i + 1] <= '9';
    const int character = (text[i] - '0') * 10 + (text[i + 1] - '0') + kFirstCharacter;
    if (!digits || character > kLastCharacter) return malformed("not the digits of a health card");
    jws += static_cast<char>(character);
  }
  return jws;
}

std::string jwk_thumbprint(const crypto::VerifyingKey& key) {
  MINGMA_ASSERT(key.algorithm() == crypto::SignatureAlgorithm::kEs256);
  const Bytes point = key.raw();
  const ByteView view(point);
  const std::string jwk = R"({"crv":"P-256","kty":"EC","x":")" + base64url_encode(view.subspan(1, 32)) + R"(","y":")" +
                          base64url_encode(view.subspan(33, 32)) + R"("})";
  return base64url_encode(crypto::sha256(as_bytes(jwk)));
}

Result<HealthCard> verify_health_card(std::string_view text, std::span<const HealthCardIssuer> trusted,
                                      UnixSeconds now) {
  MINGMA_TRY(std::string jws, health_card_jws(text));
  const std::size_t first = jws.find('.');
  const std::size_t second = first == std::string::npos ? first : jws.find('.', first + 1);
  if (second == std::string::npos || jws.find('.', second + 1) != std::string::npos) {
    return malformed("a health card is a JWS of three parts");
  }
  const std::string_view view(jws);
  MINGMA_TRY(const std::string key_id, read_header(view.substr(0, first)));
  MINGMA_TRY(const Bytes signature, as_malformed(base64url_decode(view.substr(second + 1))));

  const auto named = [&](const HealthCardIssuer& issuer) { return jwk_thumbprint(issuer.key) == key_id; };
  const auto by_key = std::find_if(trusted.begin(), trusted.end(), named);
  if (by_key == trusted.end()) return Error(errors::kCodeUnknownSigner, "no key of the trust list is the signer's");
  if (!by_key->key.verify(as_bytes(view.substr(0, second)), signature)) {
    return Error(errors::kCodeBadSignature, "the signature does not verify");
  }
  MINGMA_TRY(HealthCard card, read_payload(view.substr(first + 1, second - first - 1)));
  const auto both = [&](const HealthCardIssuer& issuer) { return issuer.url == card.issuer && named(issuer); };
  if (std::none_of(trusted.begin(), trusted.end(), both)) {
    return Error(errors::kCodeUnknownSigner, "the key is not one of the issuer the card names");
  }
  if (now < card.not_before) return Error(errors::kCodeNotValidNow, "the health card is not yet valid");
  if (card.expires_at && *card.expires_at <= now) return Error(errors::kCodeNotValidNow, "the health card has expired");
  card.jws = std::move(jws);
  return card;
}

}  // namespace mingma::code
