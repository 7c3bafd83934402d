#include "code/cose.h"

#include "code/errors.h"

namespace mingma::code {
namespace {

constexpr std::int64_t kHeaderAlgorithm = 1;
constexpr std::int64_t kHeaderCritical = 2;
constexpr std::int64_t kHeaderKeyId = 4;

Error malformed(const char* what) { return Error(errors::kCodeMalformed, what); }

struct Header {
  std::optional<std::int64_t> algorithm;
  std::optional<ByteView> kid;
};

// Reads one header map. Labels may be integers or text (RFC 9052 section 1.5).
Result<Header> read_foreign_header(ByteView encoded) {
  Header header;
  if (encoded.empty()) return header;  // the empty protected header is an empty string
  CborReader whole(encoded, CborMode::kLenient);
  MINGMA_CHECK(whole.item());  // well-formed and without duplicate keys
  MINGMA_CHECK(whole.end());
  CborReader reader(encoded, CborMode::kLenient);
  MINGMA_TRY(const std::uint64_t count, reader.map());
  for (std::uint64_t i = 0; i < count; ++i) {
    if (reader.peek() != CborType::kInteger) {
      MINGMA_CHECK(reader.item());
      MINGMA_CHECK(reader.item());
      continue;
    }
    MINGMA_TRY(const std::int64_t label, reader.integer());
    if (label == kHeaderCritical) return malformed("a COSE message has critical headers, which are not understood");
    if (label == kHeaderAlgorithm && reader.peek() == CborType::kInteger) {
      MINGMA_TRY(header.algorithm, reader.integer());
    } else if (label == kHeaderKeyId && reader.peek() == CborType::kBytes) {
      MINGMA_TRY(header.kid, reader.bytes());
    } else {
      MINGMA_CHECK(reader.item());
    }
  }
  return header;
}

// Sig_structure of RFC 9052 section 4.4, without external data.
void write_to_be_signed(CborWriter& writer, ByteView protected_header, ByteView payload) {
  writer.array(4).text("Signature1").bytes(protected_header).bytes({}).bytes(payload);
}

}  // namespace

Result<void> CoseSign1::verify(const crypto::VerifyingKey& key) const {
  if (cose_algorithm(key.algorithm()) != algorithm) {
    return Error(errors::kCodeBadSignature, "the message names another algorithm than its signer's key has");
  }
  CborWriter writer;
  write_to_be_signed(writer, protected_header, payload);
  if (!key.verify(writer.view(), signature)) return Error(errors::kCodeBadSignature, "the signature does not verify");
  return {};
}

Result<CoseSign1> read_cose_sign1(ByteView message) {
  CoseSign1 read;
  CborReader reader(message);
  MINGMA_TRY(const std::uint64_t tag, reader.tag());
  if (tag != kCoseSign1Tag) return malformed("not a COSE_Sign1 message");
  MINGMA_TRY(const std::uint64_t parts, reader.array());
  if (parts != 4) return malformed("a COSE_Sign1 message has four parts");
  MINGMA_TRY(read.protected_header, reader.bytes());
  MINGMA_TRY(const std::uint64_t unprotected, reader.map());
  if (unprotected != 0) return malformed("unprotected headers are not allowed here");
  MINGMA_TRY(read.payload, reader.bytes());
  MINGMA_TRY(read.signature, reader.bytes());
  MINGMA_CHECK(reader.end());

  int headers = 0;
  CborReader header(read.protected_header);
  MINGMA_CHECK(header.integer_map([&](std::int64_t label) -> Result<void> {
    ++headers;
    if (label == kHeaderAlgorithm) {
      MINGMA_TRY(read.algorithm, header.integer());
    } else if (label == kHeaderKeyId) {
      MINGMA_TRY(read.kid, header.bytes());
    } else {
      return malformed("a header is not understood");
    }
    return {};
  }));
  MINGMA_CHECK(header.end());
  if (headers != 2) return malformed("the algorithm or the key id is missing");
  return read;
}

Result<CoseSign1> read_foreign_cose_sign1(ByteView message) {
  CoseSign1 read;
  CborReader reader(message, CborMode::kLenient);
  if (reader.peek() == CborType::kTag) {
    MINGMA_TRY(const std::uint64_t tag, reader.tag());
    if (tag != kCoseSign1Tag) return malformed("not a COSE_Sign1 message");
  }
  MINGMA_TRY(const std::uint64_t parts, reader.array());
  if (parts != 4) return malformed("a COSE_Sign1 message has four parts");
  MINGMA_TRY(read.protected_header, reader.bytes());
  MINGMA_TRY(const ByteView unprotected_map, reader.item());
  MINGMA_TRY(read.payload, reader.bytes());
  MINGMA_TRY(read.signature, reader.bytes());
  MINGMA_CHECK(reader.end());

  MINGMA_TRY(const Header strong, read_foreign_header(read.protected_header));
  MINGMA_TRY(const Header weak, read_foreign_header(unprotected_map));
  const auto algorithm = strong.algorithm ? strong.algorithm : weak.algorithm;
  if (!algorithm) return malformed("the algorithm is missing");
  read.algorithm = *algorithm;
  read.kid = strong.kid ? *strong.kid : weak.kid.value_or(ByteView{});
  return read;
}

std::int64_t cose_algorithm(crypto::SignatureAlgorithm algorithm) {
  switch (algorithm) {
    case crypto::SignatureAlgorithm::kEd25519:
      return -8;
    case crypto::SignatureAlgorithm::kEs256:
      return -7;
    case crypto::SignatureAlgorithm::kPs256:
      return -37;
  }
  MINGMA_ASSERT(false);
  return 0;
}

Bytes kid_of(const crypto::VerifyingKey& key) {
  auto kid = hex_decode(key.key_id());
  MINGMA_ASSERT(kid.ok());
  return std::move(kid).value();
}

CoseSigner::CoseSigner(crypto::SigningKey& key) : key_(key) {
  CborWriter header;
  header.map(2).integer(kHeaderAlgorithm).integer(cose_algorithm(key.algorithm()));
  header.integer(kHeaderKeyId).bytes(kid_of(key.verifying_key()));
  protected_ = header.take();
}

Bytes CoseSigner::sign(ByteView payload) {
  CborWriter to_be_signed(std::move(scratch_));
  write_to_be_signed(to_be_signed, protected_, payload);
  const Bytes signature = key_.sign(to_be_signed.view());
  scratch_ = to_be_signed.take();

  Bytes message;
  message.reserve(payload.size() + protected_.size() + signature.size() + 16);
  CborWriter writer(std::move(message));
  writer.tag(kCoseSign1Tag).array(4).bytes(protected_).map(0).bytes(payload).bytes(signature);
  return writer.take();
}

}  // namespace mingma::code
