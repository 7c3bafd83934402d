// Witness cosignatures of checkpoints (cosignature/v1): "at this time, this was the largest consistent tree I had
// seen".
//
// A cosignature is a note signature of key type 0x04 whose bytes are a big-endian time and an Ed25519 signature.
// Threading: safe anywhere.
// Source: C2SP tlog-cosignature, Ed25519 type.
#pragma once

#include "ledger/note.h"

namespace mingma::ledger {

struct Cosignature {
  UnixSeconds time{};  // 0 to 2^63 - 1
  Bytes signature;     // 64 bytes

  Bytes encode() const;
  static Result<Cosignature> parse(ByteView bytes);  // kInvalidNote
};

// What a cosigner signs: two header lines before the whole checkpoint text.
std::string cosigned_message(std::string_view checkpoint_text, UnixSeconds time);

// For tests and for a witness of our own. Requires an Ed25519 key and a valid name.
NoteSignature cosign(std::string_view checkpoint_text, std::string_view name, UnixSeconds time,
                     crypto::SigningKey& key);

}  // namespace mingma::ledger
