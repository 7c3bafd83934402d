// Foreign certificates, as text and as bytes past the outer layers: no crash, no excess, and content that reads prints
// as JSON.
#include "base/assert.h"
#include "code/cbor_json.h"
#include "code/hcert.h"
#include "code/smart_health_card.h"
#include "code/testing/province.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mingma;
  static const code::testing::Province province;
  static const std::vector<code::HealthCardIssuer> issuers{
      {"https://lab.example/shc", province.code_key.verifying_key()}};
  const ByteView input(data, size);
  const auto whole = code::verify_hcert(as_text(input), {}, code::testing::kNow);
  MINGMA_ASSERT(!whole.ok());  // nobody is trusted
  if (const auto hcert = code::read_hcert(input); hcert.ok()) {
    MINGMA_ASSERT(parse_json(hcert->claims.content.to_string()).ok());
  }
  if (const auto json = code::cbor_to_json(input); json.ok()) MINGMA_ASSERT(!json->to_string().empty());
  const auto card = code::verify_health_card(as_text(input), issuers, code::testing::kNow);
  if (card.ok()) MINGMA_ASSERT(card->fhir_bundle.is_object());
  return 0;
}
