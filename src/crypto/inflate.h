// zlib streams (RFC 1950) and raw deflate (RFC 1951) with a bound: hostile input cannot make more than `bytes_max`.
// Threading: safe anywhere.
#pragma once

#include "base/bytes.h"
#include "base/error.h"

namespace mingma::crypto {

// Requires one whole stream and nothing after it.
// Errors: kInvalidDeflate (no zlib stream, damaged, cut short, trailing bytes), kInflatesTooLarge.
Result<Bytes> zlib_inflate(ByteView compressed, std::size_t bytes_max);
// The same for a deflate stream without header and checksum, as SMART Health Cards have it.
Result<Bytes> raw_inflate(ByteView compressed, std::size_t bytes_max);
// Best compression: for codes that become pictures. Input of at most 16 MiB.
Bytes zlib_deflate(ByteView data);

}  // namespace mingma::crypto
