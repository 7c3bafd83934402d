#include "ledger/cosignature.h"

#include <limits>

#include "ledger/errors.h"

namespace mingma::ledger {
namespace {

constexpr std::size_t kTimeBytes = 8;
constexpr std::size_t kSignatureBytes = 64;

}  // namespace

Bytes Cosignature::encode() const {
  MINGMA_ASSERT(time.value >= 0 && signature.size() == kSignatureBytes);
  Bytes out;
  const auto seconds = static_cast<std::uint64_t>(time.value);
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(seconds >> shift & 0xff));
  append(out, signature);
  return out;
}

Result<Cosignature> Cosignature::parse(ByteView bytes) {
  if (bytes.size() != kTimeBytes + kSignatureBytes) return Error(errors::kInvalidNote, "a cosignature has 72 bytes");
  std::uint64_t seconds = 0;
  for (const std::uint8_t byte : bytes.first(kTimeBytes)) seconds = seconds << 8 | byte;
  if (seconds > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return Error(errors::kInvalidNote, "a cosignature's time is out of range");
  }
  return Cosignature{{static_cast<std::int64_t>(seconds)}, to_bytes(bytes.subspan(kTimeBytes))};
}

std::string cosigned_message(std::string_view checkpoint_text, UnixSeconds time) {
  return "cosignature/v1\ntime " + std::to_string(time.value) + "\n" + std::string(checkpoint_text);
}

NoteSignature cosign(std::string_view checkpoint_text, std::string_view name, UnixSeconds time,
                     crypto::SigningKey& key) {
  MINGMA_ASSERT(key.algorithm() == crypto::SignatureAlgorithm::kEd25519 && valid_note_name(name) && time.value >= 0);
  const Cosignature cosignature{time, key.sign(as_bytes(cosigned_message(checkpoint_text, time)))};
  return {std::string(name), note_key_id(name, NoteKeyType::kCosignatureV1, key.verifying_key().raw()),
          cosignature.encode()};
}

}  // namespace mingma::ledger
