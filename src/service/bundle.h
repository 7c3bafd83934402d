// Bundle: a dossier as one JSON file that anyone verifies offline with nothing but the ledgers' verifier keys.
//
// Format: docs/formats/bundle.md. Two questions: "who" (who made this colour) and "negative" (that an institution did
// not). check_bundle() believes no sentence in the file: it opens each leaf against a signed checkpoint, recomputes
// each commitment and tag, verifies the signatures of statements, manifests and documents, folds the documents into a
// control state of its own, and derives each version of the chain again from the statements and the rules. What it
// gives back, for people to read, is made of what it verified. What it must take on trust it lists in `notes`.
// Threading: pure functions. Errors: kBundleRefused with the place in where(). Limits: 32 MiB.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/note.h"
#include "service/dossier.h"

namespace mingma::service {

inline constexpr std::size_t kBundleBytesMax = 32u << 20;
inline constexpr std::string_view kBundleFormat = "mingma/bundle/1";

// `accused`: empty for "who", else the institution of a "negative". Without statements (`chain_only`) it shows whose
// statements the platform took for the cause of each version, and nothing else about the resident.
struct BundleOptions {
  std::string accused;
  bool chain_only = false;
  UnixSeconds made_at{};
};
std::string write_bundle(const Dossier& dossier, const shard::ControlState& control, const BundleOptions& options);

// Why an institution can have no "negative" about the version asked for: it did do it. Empty: it did not.
std::string reason_it_did(const Dossier& dossier, std::string_view institution);

// Why nobody can prove it any more: it signed something before that version, and retention destroyed it.
std::string reason_unprovable(const Dossier& dossier, std::string_view institution);

// Who gave a hand (shard/hold.h); without an officer, the institution's own key.
struct CheckedHand {
  std::uint8_t hand = 0;  // one bit
  std::string officer;
  std::string institution;
  Bilingual name;
  std::string key_id;
  bool later = false;  // by an approval, when the statement was held
};

// One statement as verified.
struct CheckedStatement {
  shard::Statement statement;
  InstitutionSummary institution;
  UnixSeconds received_at{};
  std::string key_id;
  std::string proved_by;  // "line", "document", "officer", "manifest" (over the line's hash only), "session"
  std::vector<CheckedHand> hands;
  bool counted = false;
  bool deciding = false;
  std::vector<std::vector<GrantLink>> mandates;
  LeafIndex leaf{};
};

// One whose body retention destroyed: that it was there and whose it was is verified, what it said cannot be.
struct CheckedDestroyed {
  std::string institution;
  std::string kind;  // the operator's word, as the rest
  UnixSeconds received_at{};
  std::string rule;
  Sequence sequence{};
  LeafIndex leaf{};
};

struct CheckedVersion {
  shard::DecisionRecord record;
  LeafIndex leaf{};
  std::string caused_by;  // institution, "self", "" (nobody's statement); "?" when the bundle has no statements
  bool derived = false;   // follows from the statements and the rules in the bundle
};

struct CheckedBundle {
  std::string question;  // "who" or "negative"
  std::string accused;
  UnixSeconds made_at{};
  ResidentId resident;
  DivisionCode home{};
  ShardId shard{};
  std::uint32_t asked = 0;
  std::vector<CheckedVersion> versions;
  std::vector<CheckedStatement> statements;
  std::vector<CheckedDestroyed> destroyed;
  Bilingual province;
  std::string policy_id, policy_version, policy_document_number;
  Bilingual rule_title;
  std::vector<std::string> policy_signers;  // names of the root keys
  // "none": it signed nothing about this resident; "not_deciding": what it signed made no difference; "not_attributed"
  // (chain only): the platform took another for the cause of every version.
  std::string claim;
  std::uint64_t leaves = 0, signatures = 0, documents = 0;
  std::vector<std::string> origins;  // ledgers whose checkpoints were verified
  std::vector<Bilingual> notes;      // what could not be checked

  const CheckedVersion& version() const { return versions.at(asked - 1); }
};

Result<CheckedBundle> check_bundle(std::string_view text, std::span<const ledger::NoteVerifier> keys);
// In sentences for a person who was not there, Chinese and English.
Json to_json(const CheckedBundle& bundle);

}  // namespace mingma::service
