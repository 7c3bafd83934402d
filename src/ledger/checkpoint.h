// Checkpoints: a log's signed size and root.
//
// Threading: values.
// Errors: kInvalidCheckpoint, kWrongOrigin and those of notes.
// Source: C2SP tlog-checkpoint.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/note.h"
#include "ledger/proof.h"

namespace mingma::ledger {

struct Checkpoint {
  std::string origin;  // one non-empty line
  TreeHead head;
  std::vector<std::string> extensions;  // Mingma writes none and accepts those of others

  std::string to_text() const;
  bool operator==(const Checkpoint&) const = default;
};

// The text of a note (without signatures). An empty tree must have the empty root.
Result<Checkpoint> parse_checkpoint(std::string_view text);

// Whom to believe about one log.
struct LogPolicy {
  std::string origin;
  std::vector<NoteVerifier> log_keys;  // at least one must have signed
  std::vector<NoteVerifier> witnesses;
  std::size_t witnesses_min = 0;  // how many different witnesses must have cosigned
};

struct OpenedCheckpoint {
  Checkpoint checkpoint;
  std::size_t witnesses = 0;  // known witnesses that cosigned
  Note note;
};

// Parses the signed note, checks origin and signatures. kTooFewWitnesses when the policy asks for more.
Result<OpenedCheckpoint> open_checkpoint(std::string_view signed_note, const LogPolicy& policy);

// The signed note of a checkpoint; the key's name is the origin. Requires an Ed25519 key.
std::string sign_checkpoint(const Checkpoint& checkpoint, crypto::SigningKey& key);

}  // namespace mingma::ledger
