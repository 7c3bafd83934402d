// The first line is Signature-Input, the second Signature, the rest the target: whatever is taken has a base that ends
// with the canonical parameters and covers what the policy demands.
#include "http/message_signature.h"
#include "http/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mingma::http;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t first = text.find('\n');
  const std::size_t second = first == text.npos ? text.npos : text.find('\n', first + 1);
  if (second == text.npos) return 0;
  const std::string_view target = text.substr(second + 1);
  if (!parse_target(target).ok()) return 0;
  const std::vector<HeaderView> headers{{"Signature-Input", text.substr(0, first)},
                                        {"Signature", text.substr(first + 1, second - first - 1)},
                                        {"Content-Digest", "sha-256=:AAAA:"}};
  const SignedMessage message{
      .method = "POST", .scheme = "https", .authority = "h", .target = target, .status = 0, .headers = headers};
  const auto claim = take_signature(message, {}, mingma::UnixSeconds{1'700'000'000});
  if (!claim.ok()) return 0;
  MINGMA_ASSERT(claim->base.find("\"@method\": POST\n") != std::string::npos);
  MINGMA_ASSERT(claim->base.find("\"content-digest\": ") != std::string::npos);
  MINGMA_ASSERT(claim->base.find("\"@signature-params\": (") != std::string::npos);
  MINGMA_ASSERT(!claim->key_id.empty() && claim->nonce.size() >= 8);
  return 0;
}
