// Events, leaves, decision records and stored images from hostile bytes; what is accepted is written back the same.
#include "base/assert.h"
#include "shard/event.h"
#include "shard/working.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace shard = mingma::shard;
  const mingma::ByteView input{data, size};
  const auto event = shard::decode_event(input);
  if (event.ok()) MINGMA_ASSERT(mingma::equal(shard::encode_event(*event), input));
  const auto record = shard::decode_decision_record(input);
  if (record.ok()) MINGMA_ASSERT(mingma::equal(shard::encode_decision_record(*record), input));
  const auto evidence = shard::decode_stored_evidence(input);
  if (evidence.ok()) {
    mingma::Bytes again;
    shard::encode_stored_evidence(*evidence, again);
    MINGMA_ASSERT(mingma::equal(again, input));
  }
  static_cast<void>(shard::decode_leaf(input));
  static_cast<void>(shard::decode_stored_decision(input));
  static_cast<void>(shard::decode_machine_state(input));
  static_cast<void>(shard::read_row(input));
  static_cast<void>(shard::ControlState::decode_published(input));
  return 0;
}
