// Signed notes: a text and its signature lines.
//
// Parsing is strict: UTF-8, no control characters but newline, canonical base64, one text, at least one signature
// line. Lines by unknown keys are ignored; a bad signature by a known key refuses the whole note. The signature type
// belongs to the key: plain Ed25519 (0x01) or a timestamped cosignature (0x04, cosignature.h). A further type is one
// more case in NoteVerifier.
// Threading: values.
// Errors: kInvalidNote, kInvalidNoteKey, kBadSignature, kNotSigned.
// Limits: a note of 1 MiB, 128 signatures.
// Source: C2SP signed-note.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/time.h"
#include "crypto/signature.h"

namespace mingma::ledger {

struct NoteSignature {
  std::string name;
  std::uint32_t key_id = 0;
  Bytes signature;  // without the key id

  std::string to_line() const;  // with its newline
  bool operator==(const NoteSignature&) const = default;
};

struct Note {
  std::string text;  // ends in a newline
  std::vector<NoteSignature> signatures;

  std::string to_string() const;
  bool operator==(const Note&) const = default;
};

Result<Note> parse_note(std::string_view bytes);

enum class NoteKeyType : std::uint8_t { kEd25519 = 0x01, kCosignatureV1 = 0x04 };

// Non-empty, valid UTF-8, no Unicode space, control character or plus.
bool valid_note_name(std::string_view name);
// First four bytes of SHA-256(name || newline || type || key).
std::uint32_t note_key_id(std::string_view name, NoteKeyType type, ByteView public_key);

class NoteVerifier {
 public:
  // "<name>+<8 hex digits>+<base64 of type and key>"
  static Result<NoteVerifier> parse(std::string_view verifier_key);
  // Requires an Ed25519 key; kInvalidNoteKey for a bad name.
  static Result<NoteVerifier> make(std::string_view name, NoteKeyType type, const crypto::VerifyingKey& key);

  const std::string& name() const { return name_; }
  NoteKeyType type() const { return type_; }
  std::uint32_t key_id() const { return key_id_; }
  const crypto::VerifyingKey& key() const { return key_; }
  bool matches(const NoteSignature& line) const { return line.key_id == key_id_ && line.name == name_; }
  // True if `line`, which must match, is this key's signature of `text`.
  bool verify(std::string_view text, const NoteSignature& line) const;
  std::string to_string() const;  // the verifier key

 private:
  NoteVerifier(std::string_view name, NoteKeyType type, const crypto::VerifyingKey& key);
  std::string name_;
  NoteKeyType type_;
  std::uint32_t key_id_;
  crypto::VerifyingKey key_;
};

// Who signed. Positions in the `known` list given to verify_note, ascending, each once.
struct NoteSigners {
  std::vector<std::size_t> positions;
  // For cosignatures: when; parallel to positions, nullopt for plain signatures.
  std::vector<std::optional<UnixSeconds>> times;
};

// kBadSignature if any line by a known key fails; kNotSigned if no line is by a known key.
Result<NoteSigners> verify_note(const Note& note, std::span<const NoteVerifier> known);

// A plain Ed25519 signature line. Requires an Ed25519 key and a valid name.
NoteSignature sign_note(std::string_view text, std::string_view name, crypto::SigningKey& key);

}  // namespace mingma::ledger
