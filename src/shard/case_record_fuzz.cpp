// What a store gives back of cases and look-ups: damaged bytes are refused or read; what is read is written the same
// again.
#include <cstdint>

#include "base/assert.h"
#include "shard/case.h"
#include "shard/look_up.h"

namespace {

using mingma::Bytes;
using mingma::ByteView;

template <typename Decode, typename Encode>
void round_trip(ByteView input, Decode decode, Encode encode) {
  const auto read = decode(input);
  if (!read.ok()) return;
  const Bytes again = encode(*read);
  const auto second = decode(again);
  MINGMA_ASSERT(second.ok());
  MINGMA_ASSERT(mingma::equal(encode(*second), again));
}

}  // namespace

// The first byte chooses the format.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mingma::shard;
  if (size == 0) return 0;
  const ByteView input(data + 1, size - 1);
  switch (data[0] % 6) {
    case 0:
      round_trip(input, decode_case, encode_case);
      break;
    case 1:
      round_trip(input, decode_case_record, encode_case_record);
      break;
    case 2:
      round_trip(input, decode_case_content, encode_case_content);
      break;
    case 3:
      round_trip(input, decode_stored_case_step, encode_stored_case_step);
      break;
    case 4:
      round_trip(input, decode_look_up_record, encode_look_up_record);
      break;
    default:
      round_trip(input, decode_stored_look_up, encode_stored_look_up);
  }
  return 0;
}
