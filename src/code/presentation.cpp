#include "code/presentation.h"

#include <algorithm>

#include "base/cbor.h"
#include "code/errors.h"
#include "crypto/inflate.h"

namespace mingma::code {
namespace {

constexpr std::string_view kPhonePrefix = "MM1:";
constexpr std::string_view kPaperPrefix = "HC1:";
constexpr std::int64_t kLatestSeconds = 253'402'300'799;  // the end of year 9999: sums with it cannot overflow

Error malformed(const char* what) { return Error(errors::kCodeMalformed, what); }

Result<Presentation> read_phone(ByteView bytes) {
  Presentation shown;
  shown.form = CodeForm::kPhone;
  CborReader reader(bytes);
  MINGMA_TRY(const std::uint64_t parts, reader.array());
  if (parts != 3) return malformed("a code on a phone has three parts");
  MINGMA_TRY(const ByteView credential, reader.bytes());
  MINGMA_TRY(shown.shown_at.value, reader.integer());
  MINGMA_TRY(const ByteView proof, reader.bytes());
  MINGMA_CHECK(reader.end());
  if (credential.size() > kCredentialBytesMax) return malformed("too large for a credential");
  if (shown.shown_at.value < 0 || shown.shown_at.value > kLatestSeconds) return malformed("a time is out of range");
  if (proof.size() != shown.proof.size()) return malformed("the phone's signature has 64 bytes");
  shown.credential = to_bytes(credential);
  std::copy(proof.begin(), proof.end(), shown.proof.begin());
  return shown;
}

Result<Presentation> read(std::string_view text) {
  if (text.size() > kCodeTextMax) return malformed("too long for a health code");
  const bool on_phone = text.starts_with(kPhonePrefix);
  if (!on_phone && !text.starts_with(kPaperPrefix)) return malformed("a health code begins with MM1: or HC1:");
  MINGMA_TRY(const Bytes bytes, base45_decode(text.substr(kPhonePrefix.size())));
  if (on_phone) return read_phone(bytes);
  Presentation printed;
  printed.form = CodeForm::kPaper;
  MINGMA_TRY(printed.credential, crypto::zlib_inflate(bytes, kCredentialBytesMax));
  return printed;
}

}  // namespace

Result<Presentation> read_presentation(std::string_view text) {
  auto presentation = read(text);
  if (presentation.ok() || presentation.error().is(errors::kCodeMalformed)) return presentation;
  return Error(errors::kCodeMalformed, "not a health code: " + presentation.error().message(),
               presentation.error().where());
}

Bytes shown_message(ByteView credential, UnixSeconds shown_at) {
  CborWriter writer;
  writer.array(3).text("MM1").bytes(credential).integer(shown_at.value);
  return writer.take();
}

std::string show_on_phone(ByteView credential, UnixSeconds now, crypto::SigningKey& phone) {
  MINGMA_ASSERT(phone.algorithm() == crypto::SignatureAlgorithm::kEs256);
  const Bytes proof = phone.sign(shown_message(credential, now));
  CborWriter writer;
  writer.array(3).bytes(credential).integer(now.value).bytes(proof);
  return std::string(kPhonePrefix) + base45_encode(writer.view());
}

std::string print_on_paper(ByteView credential) {
  return std::string(kPaperPrefix) + base45_encode(crypto::zlib_deflate(credential));
}

}  // namespace mingma::code
