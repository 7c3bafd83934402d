#include "crypto/inflate.h"

#include <zlib.h>

#include <algorithm>

#include "crypto/errors.h"

namespace mingma::crypto {
namespace {

// What inflateInit2 takes: the largest window, negative for a stream without zlib's header and checksum.
constexpr int kZlibWindow = MAX_WBITS;
constexpr int kRawWindow = -MAX_WBITS;
constexpr std::size_t kDeflateInputMax = 16u << 20;

struct InflateState {
  z_stream stream{};
  bool ready = false;
  explicit InflateState(int window_bits) { ready = inflateInit2(&stream, window_bits) == Z_OK; }
  InflateState(const InflateState&) = delete;
  InflateState& operator=(const InflateState&) = delete;
  ~InflateState() {
    if (ready) inflateEnd(&stream);
  }
};

Result<Bytes> inflate_all(ByteView compressed, std::size_t bytes_max, int window_bits) {
  const Error invalid(errors::kInvalidDeflate, "not one whole compressed stream");
  if (compressed.size() > kDeflateInputMax)
    return Error(errors::kInflatesTooLarge, "the compressed input is too large");
  InflateState state(window_bits);
  MINGMA_ASSERT(state.ready);
  state.stream.next_in = const_cast<Bytef*>(compressed.data());  // zlib's type; it does not write here
  state.stream.avail_in = static_cast<uInt>(compressed.size());
  Bytes out;
  for (;;) {
    // One byte over the bound tells "exactly full" from "more to come".
    const std::size_t room = std::min<std::size_t>(std::max<std::size_t>(out.size(), 4096), bytes_max + 1 - out.size());
    const std::size_t before = out.size();
    out.resize(before + room);
    state.stream.next_out = out.data() + before;
    state.stream.avail_out = static_cast<uInt>(room);
    const int status = inflate(&state.stream, Z_NO_FLUSH);
    out.resize(out.size() - state.stream.avail_out);
    if (out.size() > bytes_max) {
      return Error(errors::kInflatesTooLarge,
                   "the stream inflates to more than " + std::to_string(bytes_max) + " bytes");
    }
    if (status == Z_STREAM_END) break;
    if (status != Z_OK || (state.stream.avail_in == 0 && state.stream.avail_out > 0)) return invalid;
  }
  if (state.stream.avail_in != 0) return invalid;
  return out;
}

}  // namespace

Result<Bytes> zlib_inflate(ByteView compressed, std::size_t bytes_max) {
  return inflate_all(compressed, bytes_max, kZlibWindow);
}

Result<Bytes> raw_inflate(ByteView compressed, std::size_t bytes_max) {
  return inflate_all(compressed, bytes_max, kRawWindow);
}

Bytes zlib_deflate(ByteView data) {
  MINGMA_ASSERT(data.size() <= kDeflateInputMax);
  uLongf size = compressBound(static_cast<uLong>(data.size()));
  Bytes out(size);
  MINGMA_ASSERT(compress2(out.data(), &size, data.data(), static_cast<uLong>(data.size()), Z_BEST_COMPRESSION) == Z_OK);
  out.resize(size);
  return out;
}

}  // namespace mingma::crypto
