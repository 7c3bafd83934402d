#include "ledger/note.h"

#include <algorithm>

#include "crypto/digest.h"
#include "ledger/cosignature.h"
#include "ledger/errors.h"

namespace mingma::ledger {
namespace {

constexpr std::size_t kNoteBytesMax = 1u << 20;
constexpr std::size_t kSignaturesMax = 128;
constexpr std::size_t kNameBytesMax = 1'024;
constexpr std::string_view kLinePrefix = "\xE2\x80\x94 ";  // em dash, space

Error invalid(std::string message) { return {errors::kInvalidNote, std::move(message)}; }
Error invalid_key(std::string message) { return {errors::kInvalidNoteKey, std::move(message)}; }

// UTF-8 of the characters with the Unicode property White_Space beyond ASCII.
constexpr std::string_view kSpaces[] = {"\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81",
                                        "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86",
                                        "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
                                        "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"};

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20; }

void put_u32(Bytes& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift & 0xff));
}

std::uint32_t get_u32(ByteView bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | bytes[i];
  return value;
}

std::string key_id_hex(std::uint32_t id) {
  Bytes bytes;
  put_u32(bytes, id);
  return hex_encode(bytes);
}

Result<NoteSignature> parse_line(std::string_view line) {
  if (!line.starts_with(kLinePrefix)) return invalid("a signature line does not begin with an em dash and a space");
  line.remove_prefix(kLinePrefix.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return invalid("a signature line without a signature");
  NoteSignature out;
  out.name = line.substr(0, space);
  if (!valid_note_name(out.name)) return invalid("a signature line with an invalid key name");
  const auto bytes = base64_decode(line.substr(space + 1));
  if (!bytes.ok()) return invalid("a signature that is not canonical base64");
  if (bytes->size() < 5) return invalid("a signature too short for its key id");
  out.key_id = get_u32(*bytes);
  out.signature.assign(bytes->begin() + 4, bytes->end());
  return out;
}

}  // namespace

std::string NoteSignature::to_line() const {
  Bytes bytes;
  put_u32(bytes, key_id);
  append(bytes, signature);
  return std::string(kLinePrefix) + name + " " + base64_encode(bytes) + "\n";
}

std::string Note::to_string() const {
  std::string out = text + "\n";
  for (const auto& signature : signatures) out += signature.to_line();
  return out;
}

Result<Note> parse_note(std::string_view bytes) {
  if (bytes.size() > kNoteBytesMax) return invalid("a note of more than 1 MiB");
  if (!valid_utf8(bytes)) return invalid("a note that is not UTF-8");
  if (std::ranges::any_of(bytes, [](char c) { return is_control(c) && c != '\n'; }))
    return invalid("a note with a control character");
  const std::size_t split = bytes.rfind("\n\n");
  if (split == std::string_view::npos) return invalid("a note without a blank line before its signatures");
  Note out;
  out.text = bytes.substr(0, split + 1);
  std::string_view lines = bytes.substr(split + 2);
  if (lines.empty()) return invalid("a note without signatures");
  if (!lines.ends_with('\n')) return invalid("a note that does not end in a newline");
  while (!lines.empty()) {
    if (out.signatures.size() == kSignaturesMax) return invalid("a note with more than 128 signatures");
    const std::size_t end = lines.find('\n');
    MINGMA_TRY(NoteSignature signature, parse_line(lines.substr(0, end)));
    out.signatures.push_back(std::move(signature));
    lines.remove_prefix(end + 1);
  }
  return out;
}

bool valid_note_name(std::string_view name) {
  if (name.empty() || name.size() > kNameBytesMax || !valid_utf8(name)) return false;
  if (std::ranges::any_of(name, [](char c) { return is_control(c) || c == ' ' || c == '+'; })) return false;
  return std::ranges::none_of(kSpaces,
                              [&](std::string_view space) { return name.find(space) != std::string_view::npos; });
}

std::uint32_t note_key_id(std::string_view name, NoteKeyType type, ByteView public_key) {
  const auto type_byte = static_cast<std::uint8_t>(type);
  return get_u32(crypto::sha256_concat({as_bytes(name), as_bytes("\n"), ByteView(&type_byte, 1), public_key}));
}

NoteVerifier::NoteVerifier(std::string_view name, NoteKeyType type, const crypto::VerifyingKey& key)
    : name_(name), type_(type), key_id_(note_key_id(name, type, key.raw())), key_(key) {}

Result<NoteVerifier> NoteVerifier::make(std::string_view name, NoteKeyType type, const crypto::VerifyingKey& key) {
  MINGMA_ASSERT(key.algorithm() == crypto::SignatureAlgorithm::kEd25519);
  if (!valid_note_name(name)) return invalid_key("a key name must be non-empty, without spaces or plus signs");
  return NoteVerifier(name, type, key);
}

Result<NoteVerifier> NoteVerifier::parse(std::string_view verifier_key) {
  const std::size_t first = verifier_key.find('+');
  const std::size_t second = first == std::string_view::npos ? first : verifier_key.find('+', first + 1);
  if (second == std::string_view::npos) return invalid_key("a verifier key has the form name+id+key");
  const std::string_view name = verifier_key.substr(0, first);
  const std::string_view id = verifier_key.substr(first + 1, second - first - 1);
  const auto bytes = base64_decode(verifier_key.substr(second + 1));
  if (!bytes.ok() || bytes->empty()) return invalid_key("a verifier key whose last part is not canonical base64");
  const auto type = static_cast<NoteKeyType>(bytes->front());
  if (type != NoteKeyType::kEd25519 && type != NoteKeyType::kCosignatureV1) {
    return invalid_key("a verifier key of a type other than Ed25519 (1) or cosignature/v1 (4)");
  }
  const auto key = crypto::VerifyingKey::from_ed25519(ByteView(*bytes).subspan(1));
  if (!key.ok()) return invalid_key("a verifier key without a 32-byte Ed25519 key");
  MINGMA_TRY(NoteVerifier out, make(name, type, *key));
  if (id != key_id_hex(out.key_id())) return invalid_key("a verifier key whose id does not fit its name and key");
  return out;
}

bool NoteVerifier::verify(std::string_view text, const NoteSignature& line) const {
  if (!matches(line)) return false;
  switch (type_) {
    case NoteKeyType::kEd25519:
      return key_.verify(as_bytes(text), line.signature);
    case NoteKeyType::kCosignatureV1: {
      const auto cosignature = Cosignature::parse(line.signature);
      return cosignature.ok() &&
             key_.verify(as_bytes(cosigned_message(text, cosignature->time)), cosignature->signature);
    }
  }
  return false;
}

std::string NoteVerifier::to_string() const {
  Bytes key(1, static_cast<std::uint8_t>(type_));
  append(key, key_.raw());
  return name_ + "+" + key_id_hex(key_id_) + "+" + base64_encode(key);
}

Result<NoteSigners> verify_note(const Note& note, std::span<const NoteVerifier> known) {
  NoteSigners out;
  for (std::size_t i = 0; i < known.size(); ++i) {
    bool signed_by_it = false;
    for (const auto& line : note.signatures) {
      if (!known[i].matches(line)) continue;
      if (!known[i].verify(note.text, line)) {
        return Error(errors::kBadSignature,
                     "the signature of " + known[i].name() + " is not good; do not trust this note");
      }
      if (signed_by_it) continue;
      signed_by_it = true;
      out.positions.push_back(i);
      out.times.push_back(known[i].type() == NoteKeyType::kCosignatureV1
                              ? std::optional(Cosignature::parse(line.signature).value().time)
                              : std::nullopt);
    }
  }
  if (out.positions.empty()) return Error(errors::kNotSigned, "the note is signed by no known key");
  return out;
}

NoteSignature sign_note(std::string_view text, std::string_view name, crypto::SigningKey& key) {
  MINGMA_ASSERT(key.algorithm() == crypto::SignatureAlgorithm::kEd25519 && valid_note_name(name));
  const Bytes public_key = key.verifying_key().raw();
  return {std::string(name), note_key_id(name, NoteKeyType::kEd25519, public_key), key.sign(as_bytes(text))};
}

}  // namespace mingma::ledger
