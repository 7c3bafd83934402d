#include "ledger/tlog_proof.h"

#include <limits>

#include "ledger/decimal.h"
#include "ledger/errors.h"

namespace mingma::ledger {
namespace {

constexpr std::string_view kFirstLine = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";
constexpr std::size_t kProofBytesMax = 1u << 20;
constexpr std::size_t kPathMax = 63;

Error invalid(std::string message) { return {errors::kInvalidProof, std::move(message)}; }

// The next line without its newline, taken off the front of `text`.
Result<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return invalid("a proof that is cut short");
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

std::string TlogProof::to_string() const {
  std::string out = std::string(kFirstLine) + "\n";
  if (extra) out += std::string(kExtra) + base64_encode(*extra) + "\n";
  out += std::string(kIndex) + std::to_string(index.value) + "\n";
  for (const Digest& hash : path) out += base64_encode(hash) + "\n";
  return out + "\n" + checkpoint;
}

Result<TlogProof> parse_tlog_proof(std::string_view text) {
  if (text.size() > kProofBytesMax) return invalid("a proof of more than 1 MiB");
  TlogProof out;
  MINGMA_TRY(std::string_view line, take_line(text));
  if (line != kFirstLine) return invalid("a proof begins with " + std::string(kFirstLine));
  MINGMA_TRY(line, take_line(text));
  if (line.starts_with(kExtra)) {
    auto extra = base64_decode(line.substr(kExtra.size()));
    if (!extra.ok() || extra->empty()) return invalid("a proof's extra data must be non-empty canonical base64");
    out.extra = std::move(extra).value();
    MINGMA_TRY(line, take_line(text));
  }
  if (!line.starts_with(kIndex)) return invalid("a proof without an index line");
  const auto index = parse_decimal(line.substr(kIndex.size()), std::numeric_limits<std::int64_t>::max());
  if (!index) return invalid("a proof's index must be a decimal number without leading zeroes");
  out.index = {*index};
  for (;;) {
    MINGMA_TRY(line, take_line(text));
    if (line.empty()) break;
    if (out.path.size() == kPathMax) return invalid("a proof with more than 63 hashes");
    const auto hash = base64_decode(line);
    if (!hash.ok() || hash->size() != sizeof(Digest))
      return invalid("a proof's hash must be 32 bytes in canonical base64");
    out.path.push_back(Digest::from(*hash).value());
  }
  MINGMA_TRY(const Note note, parse_note(text));
  MINGMA_CHECK(parse_checkpoint(note.text));
  out.checkpoint = text;
  return out;
}

Result<OpenedCheckpoint> verify_tlog_proof(const TlogProof& proof, const Digest& leaf_hash, const LogPolicy& policy) {
  MINGMA_TRY(OpenedCheckpoint opened, open_checkpoint(proof.checkpoint, policy));
  const TreeHead& head = opened.checkpoint.head;
  MINGMA_CHECK(verify_inclusion(proof.path, proof.index, head.size, leaf_hash, head.root));
  return opened;
}

}  // namespace mingma::ledger
