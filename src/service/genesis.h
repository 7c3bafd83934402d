// The first document of a province: who holds the root keys, and how the shards are laid out.
//
// `mingma init` makes the data directory, then this document, has k of the n root keys sign it, and writes it: nothing
// else is taken before it. Signing happens where the root keys are; this room never sees one.
#pragma once

#include <string>
#include <vector>

#include "crypto/signature.h"
#include "service/data_dir.h"
#include "service/types.h"

namespace mingma::service {

struct RootKey {
  std::string name;  // of the office that holds it
  crypto::VerifyingKey key;
};

struct GenesisRequest {
  Bilingual name;               // "河南省", "Henan"
  std::vector<RootKey> roots;   // n
  std::uint16_t threshold = 1;  // k
};

// The document to be signed. Deterministic: the same request and directory give the same bytes.
Result<std::string> genesis_document(const DataDir& dir, const GenesisRequest& request);
// Makes the control shard's store and writes the signed document as its first event, durably. Refused when there is
// one.
Result<void> write_genesis(const DataDir& dir, const SignedDocument& genesis, UnixSeconds now);

}  // namespace mingma::service
