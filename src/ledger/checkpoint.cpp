#include "ledger/checkpoint.h"

#include <algorithm>
#include <limits>

#include "ledger/decimal.h"
#include "ledger/errors.h"

namespace mingma::ledger {
namespace {

// No log reaches this; it keeps sizes out of the range where arithmetic on them could wrap.
constexpr std::uint64_t kTreeSizeMax = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t kExtensionsMax = 64;

Error invalid(std::string message) { return {errors::kInvalidCheckpoint, std::move(message)}; }

std::size_t count_witnesses(const NoteSigners& signers, std::span<const NoteVerifier> witnesses) {
  // A witness may be known under several keys; it counts once.
  std::vector<std::string_view> names;
  for (const std::size_t position : signers.positions) names.push_back(witnesses[position].name());
  std::ranges::sort(names);
  return static_cast<std::size_t>(std::unique(names.begin(), names.end()) - names.begin());
}

}  // namespace

std::string Checkpoint::to_text() const {
  std::string out = origin + "\n" + std::to_string(head.size.value) + "\n" + base64_encode(head.root) + "\n";
  for (const auto& line : extensions) out += line + "\n";
  return out;
}

Result<Checkpoint> parse_checkpoint(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return invalid("a checkpoint's last line has no newline");
    if (end == 0) return invalid("a checkpoint with an empty line");
    if (lines.size() == 3 + kExtensionsMax) return invalid("a checkpoint with more than 64 extension lines");
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  if (lines.size() < 3) return invalid("a checkpoint has at least three lines");
  Checkpoint out;
  out.origin = lines[0];
  const auto size = parse_decimal(lines[1], kTreeSizeMax);
  if (!size) return invalid("a checkpoint's size must be a decimal number without leading zeroes");
  out.head.size = {*size};
  const auto root = base64_decode(lines[2]);
  if (!root.ok() || root->size() != sizeof(Digest))
    return invalid("a checkpoint's root must be 32 bytes in canonical base64");
  out.head.root = Digest::from(*root).value();
  if (*size == 0 && out.head.root != empty_root())
    return invalid("a checkpoint of an empty log with another root than the empty one");
  for (const auto line : std::span(lines).subspan(3)) out.extensions.emplace_back(line);
  return out;
}

Result<OpenedCheckpoint> open_checkpoint(std::string_view signed_note, const LogPolicy& policy) {
  MINGMA_TRY(Note note, parse_note(signed_note));
  MINGMA_TRY(Checkpoint checkpoint, parse_checkpoint(note.text));
  if (checkpoint.origin != policy.origin) return Error(errors::kWrongOrigin, "this is a checkpoint of another log");
  MINGMA_CHECK(verify_note(note, policy.log_keys));
  OpenedCheckpoint out{std::move(checkpoint), 0, std::move(note)};
  const auto cosigners = verify_note(out.note, policy.witnesses);
  if (cosigners.ok()) {
    out.witnesses = count_witnesses(*cosigners, policy.witnesses);
  } else if (!cosigners.error().is(errors::kNotSigned)) {
    return cosigners.error();
  }
  if (out.witnesses < policy.witnesses_min) {
    return Error(errors::kTooFewWitnesses, "cosigned by " + std::to_string(out.witnesses) + " known witnesses of " +
                                               std::to_string(policy.witnesses_min) + " needed");
  }
  return out;
}

std::string sign_checkpoint(const Checkpoint& checkpoint, crypto::SigningKey& key) {
  Note note{checkpoint.to_text(), {}};
  note.signatures.push_back(sign_note(note.text, checkpoint.origin, key));
  return note.to_string();
}

}  // namespace mingma::ledger
