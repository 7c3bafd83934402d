#include "http/message_signature.h"

#include <algorithm>

#include "http/errors.h"

namespace mingma::http {
namespace {

constexpr std::size_t kComponentsMax = 32;
constexpr std::size_t kKeyIdBytesMax = 256;
constexpr std::size_t kNonceBytesMin = 8;
constexpr std::size_t kNonceBytesMax = 64;
constexpr std::string_view kTag = "mingma";

Error invalid(std::string what, std::string where = {}) {
  return {errors::kSignatureInvalid, std::move(what), std::move(where)};
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

// RFC 9421 2.2.3: lower case, without the scheme's default port.
std::string normal_authority(const SignedMessage& message) {
  std::string authority = lower(message.authority);
  const std::string_view port = message.scheme == "https" ? ":443" : ":80";
  if (authority.ends_with(port)) authority.resize(authority.size() - port.size());
  return authority;
}

Result<std::string> derived_component(const SignedMessage& message, std::string_view name) {
  if (name == "@status") {
    if (message.status == 0) return invalid("a request has no status", "@status");
    return std::to_string(message.status);
  }
  if (message.method.empty()) return invalid("a response has no such component", std::string(name));
  const std::size_t question = message.target.find('?');
  if (name == "@method") return std::string(message.method);
  if (name == "@authority") return normal_authority(message);
  if (name == "@scheme") return lower(message.scheme);
  if (name == "@request-target") return std::string(message.target);
  if (name == "@path") return std::string(message.target.substr(0, question));
  if (name == "@query")
    return question == std::string_view::npos ? std::string("?") : std::string(message.target.substr(question));
  if (name == "@target-uri")
    return lower(message.scheme) + "://" + normal_authority(message) + std::string(message.target);
  return invalid("this component is not understood here", std::string(name));
}

// RFC 9421 2.1: all fields of the name, each without surrounding blanks, joined.
Result<std::string> field_component(const SignedMessage& message, std::string_view name) {
  std::string value;
  bool found = false;
  for (const HeaderView& field : message.headers) {
    if (!equal_ignoring_case(field.name, name)) continue;
    if (found) value += ", ";
    value += field.value;
    found = true;
  }
  if (!found) return invalid("the message lacks a field that its signature covers", std::string(name));
  return value;
}

bool covers(const InnerList& input, std::string_view component) {
  return std::any_of(input.items.begin(), input.items.end(), [&](const Item& item) {
    const std::string* name = std::get_if<std::string>(&item.value);
    return name != nullptr && *name == component;
  });
}

Result<void> check_coverage(const SignedMessage& message, const InnerList& input, const SignaturePolicy& policy) {
  const auto need = [&](std::string_view component) -> Result<void> {
    if (covers(input, component)) return {};
    return invalid("the signature must cover this component", std::string(component));
  };
  if (policy.requires_target) {
    MINGMA_CHECK(need("@method"));
    if (!covers(input, "@target-uri")) {
      MINGMA_CHECK(need("@authority"));
      MINGMA_CHECK(need("@path"));
      if (message.target.find('?') != std::string_view::npos) MINGMA_CHECK(need("@query"));
    }
  }
  if (policy.requires_digest) MINGMA_CHECK(need("content-digest"));
  return {};
}

template <typename T>
Result<std::optional<T>> typed_parameter(const InnerList& input, std::string_view name) {
  const BareItem* item = find_parameter(input.parameters, name);
  if (item == nullptr) return std::optional<T>{};
  const T* value = std::get_if<T>(item);
  if (value == nullptr) return invalid("this parameter has the wrong type", std::string(name));
  return std::optional<T>(*value);
}

std::string joined(const SignedMessage& message, std::string_view name) {
  auto value = field_component(message, name);
  return value.ok() ? std::move(value).value() : std::string();
}

// Which member of Signature-Input is meant for us.
Result<std::pair<std::string, InnerList>> choose(const FieldDictionary& inputs) {
  const std::pair<std::string, FieldMember>* chosen = nullptr;
  for (const auto& member : inputs) {
    const InnerList* list = std::get_if<InnerList>(&member.second);
    if (list == nullptr) return invalid("a Signature-Input member is no inner list", member.first);
    const BareItem* tag = find_parameter(list->parameters, "tag");
    if (inputs.size() > 1 && (tag == nullptr || *tag != BareItem(std::string(kTag)))) continue;
    if (chosen != nullptr) return invalid("two signatures are tagged 'mingma'", member.first);
    chosen = &member;
  }
  if (chosen == nullptr) return invalid("none of several signatures is tagged 'mingma'");
  return std::pair(chosen->first, std::get<InnerList>(chosen->second));
}

Result<void> read_parameters(const InnerList& input, const SignaturePolicy& policy, UnixSeconds now,
                             SignatureClaim& claim) {
  MINGMA_TRY(const auto key_id, typed_parameter<std::string>(input, "keyid"));
  MINGMA_TRY(const auto algorithm, typed_parameter<std::string>(input, "alg"));
  MINGMA_TRY(const auto nonce, typed_parameter<std::string>(input, "nonce"));
  MINGMA_TRY(const auto created, typed_parameter<std::int64_t>(input, "created"));
  MINGMA_TRY(const auto expires, typed_parameter<std::int64_t>(input, "expires"));
  if (!key_id || key_id->empty() || key_id->size() > kKeyIdBytesMax) return invalid("a key id is required", "keyid");
  if (algorithm && *algorithm != "ed25519" && *algorithm != "ecdsa-p256-sha256") {
    return invalid("the algorithm is neither ed25519 nor ecdsa-p256-sha256", "alg");
  }
  if (policy.requires_nonce && !nonce) return invalid("a nonce is required", "nonce");
  if (nonce && (nonce->size() < kNonceBytesMin || nonce->size() > kNonceBytesMax)) {
    return invalid("a nonce has 8 to 64 characters", "nonce");
  }
  if (!created) return invalid("the time of signing is required", "created");
  if (*created > now.value + policy.skew_seconds_max) {
    return Error(errors::kSignatureExpired, "the signature was made in the future; check the clock", "created");
  }
  claim.created = {*created};
  claim.expires = {*created + policy.age_seconds_max};
  if (expires && *expires < claim.expires.value) claim.expires = {*expires};
  if (now > claim.expires) return Error(errors::kSignatureExpired, "the signature is too old; sign again", "created");
  claim.key_id = *key_id;
  claim.algorithm = algorithm.value_or("");
  claim.nonce = nonce.value_or("");
  return {};
}

}  // namespace

SignedMessage SignedMessage::of(const Request& request) {
  return {.method = request.method_text,
          .scheme = request.scheme(),
          .authority = request.authority,
          .target = request.has_query
                        ? std::string_view(request.path.data(), request.path.size() + 1 + request.query.size())
                        : request.path,
          .status = 0,
          .headers = request.headers};
}

Result<std::string> signature_base(const SignedMessage& message, const InnerList& input) {
  if (input.items.size() > kComponentsMax) return invalid("the signature covers too many components");
  std::string base;
  std::vector<std::string_view> seen;
  for (const Item& item : input.items) {
    const std::string* name = std::get_if<std::string>(&item.value);
    if (name == nullptr || name->empty()) return invalid("a component's name is a string");
    if (!item.parameters.empty()) return invalid("component parameters are not understood here", *name);
    if (*name != lower(*name)) return invalid("a component's name is in lower case", *name);
    if (std::find(seen.begin(), seen.end(), *name) != seen.end()) return invalid("a component is covered twice", *name);
    seen.push_back(*name);
    MINGMA_TRY(const std::string value,
               name->front() == '@' ? derived_component(message, *name) : field_component(message, *name));
    if (value.find_first_of("\r\n") != std::string::npos) return invalid("a component has a line break", *name);
    base += write_item(item) + ": " + value + "\n";
  }
  base += "\"@signature-params\": " + write_inner_list(input);
  return base;
}

Result<SignatureClaim> take_signature(const SignedMessage& message, const SignaturePolicy& policy, UnixSeconds now) {
  const std::string input_field = joined(message, "signature-input");
  const std::string signature_field = joined(message, "signature");
  if (input_field.empty() || signature_field.empty()) {
    return Error(errors::kSignatureMissing, "Signature-Input and Signature are required (RFC 9421)");
  }
  MINGMA_TRY(const FieldDictionary inputs, parse_dictionary(input_field));
  MINGMA_TRY(const FieldDictionary signatures, parse_dictionary(signature_field));
  MINGMA_TRY(const auto chosen, choose(inputs));
  const auto& [label, input] = chosen;
  SignatureClaim claim;
  claim.label = label;
  MINGMA_CHECK(check_coverage(message, input, policy));
  MINGMA_CHECK(read_parameters(input, policy, now, claim));
  const FieldMember* member = find_member(signatures, label);
  const Item* item = member == nullptr ? nullptr : std::get_if<Item>(member);
  const Bytes* bytes = item == nullptr ? nullptr : std::get_if<Bytes>(&item->value);
  if (bytes == nullptr) return invalid("Signature lacks the member that Signature-Input names", label);
  claim.signature = *bytes;
  MINGMA_TRY(claim.base, signature_base(message, input));
  return claim;
}

std::string_view signature_algorithm_name(crypto::SignatureAlgorithm algorithm) {
  switch (algorithm) {
    case crypto::SignatureAlgorithm::kEd25519:
      return "ed25519";
    case crypto::SignatureAlgorithm::kEs256:
      return "ecdsa-p256-sha256";
    case crypto::SignatureAlgorithm::kPs256:
      return {};
  }
  return {};
}

Result<void> verify_claim(const SignatureClaim& claim, const crypto::VerifyingKey& key) {
  const std::string_view algorithm = signature_algorithm_name(key.algorithm());
  if (algorithm.empty() || (!claim.algorithm.empty() && claim.algorithm != algorithm)) {
    return invalid("the algorithm is not the key's", "alg");
  }
  if (!key.verify(as_bytes(claim.base), claim.signature)) return invalid("the signature does not verify");
  return {};
}

Result<SignatureFields> sign_message(const SignedMessage& message, const SignatureRequest& request,
                                     crypto::SigningKey& key) {
  InnerList input;
  for (const std::string& component : request.components) input.items.push_back({component, {}});
  input.parameters.emplace_back("created", request.created.value);
  if (request.expires) input.parameters.emplace_back("expires", request.expires->value);
  if (!request.nonce.empty()) input.parameters.emplace_back("nonce", request.nonce);
  input.parameters.emplace_back("keyid", request.key_id);
  input.parameters.emplace_back("alg", std::string(signature_algorithm_name(key.algorithm())));
  input.parameters.emplace_back("tag", std::string(kTag));
  MINGMA_TRY(const std::string base, signature_base(message, input));
  return SignatureFields{.signature_input = request.label + "=" + write_inner_list(input),
                         .signature = request.label + "=:" + base64_encode(key.sign(as_bytes(base))) + ":"};
}

}  // namespace mingma::http
