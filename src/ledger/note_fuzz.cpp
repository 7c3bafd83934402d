#include <cstdint>

#include "base/assert.h"
#include "ledger/note.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mingma::ledger;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto note = parse_note(text);
  if (note.ok()) {
    MINGMA_ASSERT(note->to_string() == text);  // one spelling per note
    MINGMA_ASSERT(parse_note(note->to_string()).value() == *note);
  }
  const auto key = NoteVerifier::parse(text);
  if (key.ok()) MINGMA_ASSERT(key->to_string() == text);
  return 0;
}
