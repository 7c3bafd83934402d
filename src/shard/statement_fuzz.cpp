// Canonical statements and signed statement documents from hostile bytes.
#include "base/assert.h"
#include "shard/statement.h"
#include "shard/statement_document.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const mingma::ByteView input{data, size};
  const auto statement = mingma::shard::decode_statement(input);
  if (statement.ok()) MINGMA_ASSERT(mingma::equal(mingma::shard::encode_statement(*statement), input));
  const auto document = mingma::shard::parse_statement_document(mingma::as_text(input));
  if (document.ok()) MINGMA_ASSERT(mingma::shard::check_statement(document->statement).ok());
  return 0;
}
