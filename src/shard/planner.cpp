#include "shard/planner.h"

#include "crypto/digest.h"
#include "crypto/seal.h"
#include "shard/errors.h"
#include "shard/image.h"

namespace mingma::shard {
namespace {

constexpr std::size_t kSealedPersonBytesMax = 4u << 10;
constexpr std::size_t kNoteBytesMax = 64u << 10;

CommandResult refuse(Error error) {
  CommandResult result;
  result.error = std::move(error);
  return result;
}

CommandResult refuse(const ErrorInfo& info, std::string message, std::string where = {}) {
  return refuse(Error(info, std::move(message), std::move(where)));
}

CommandResult refuse_role() {
  return refuse(errors::kShardWrongShard, "this command belongs to a shard of the other kind");
}

}  // namespace

Planner::Planner(const MachineOptions& options, const ShardState& state, const store::Reader& reader,
                 const KeySource& keys, UnixSeconds time, Sequence sequence, const Digest& seed)
    : options_(options), reader_(reader), keys_(keys), working_(state, reader, time, sequence) {
  event_.time = time;
  event_.seed = seed;
}

Result<CommandResult> Planner::run(const Command& command) {
  command_leaf_ = kNoLeaf;
  return std::visit([&](const auto& specific) { return run(specific); }, command);
}

std::uint32_t Planner::add_leaf(const Leaf& leaf) {
  encode_leaf(leaf, leaves_.emplace_back());
  return static_cast<std::uint32_t>(leaves_.size() - 1);
}

std::uint32_t Planner::add_personal_leaf(Leaf leaf, const ResidentKeys& keys, ByteView record, std::string_view tag) {
  const Digest opening = make_opening(keys, working_.sequence(), static_cast<std::uint32_t>(leaves_.size()));
  leaf.commitment = make_commitment(keys, opening, record);
  leaf.tag = make_blinded_tag(opening, tag);
  return add_leaf(leaf);
}

ResidentKeys Planner::orphan_keys(const ResidentId& resident) const {
  return derive_resident_keys(crypto::sha256_concat({as_bytes("mingma/v1/orphan"), event_.seed, resident.bytes}));
}

const ResidentKeys* Planner::keys_of(RowNumber row, const ResidentId& resident) {
  const auto known = resident_keys_.find(row.value);
  if (known != resident_keys_.end()) return &known->second;
  auto keys = keys_.resident_keys(resident);
  if (!keys.ok()) return nullptr;
  return &resident_keys_.emplace(row.value, std::move(keys).value()).first->second;
}

Bytes Planner::seal(const Digest& key, ByteView context, ByteView plain) {
  // The seed is fresh for every event, even for one planned again after a failed write: no nonce is used twice.
  std::array<std::uint8_t, 4> counter;
  put_big_endian(seals_++, counter.data());
  const Digest drawn = crypto::sha256_concat({as_bytes("mingma/v1/nonce"), event_.seed, counter});
  crypto::SealNonce nonce;
  std::copy_n(drawn.bytes.begin(), nonce.size(), nonce.begin());
  return crypto::seal(key, nonce, context, plain);
}

Result<Digest> Planner::body_key_of(const ResidentKeys& keys, rules::EvidenceKind kind) {
  auto known = body_secrets_.find(kind);
  if (known == body_secrets_.end()) {
    MINGMA_TRY(const Digest secret, keys_.body_secret(key_month(event_.time), kind));
    known = body_secrets_.emplace(kind, secret).first;
  }
  return body_key(keys, known->second);
}

Result<CommandResult> Planner::run(const PublishCommand& command) {
  if (!is_control()) return refuse_role();
  CommandResult result;
  result.document = crypto::sha256(as_bytes(command.document.bytes));
  if (const PublishedDocument* present = working_.control().find_document(*result.document)) {
    result.existed = true;
    if (present->sequence < working_.sequence()) result.leaf = present->leaf;  // else: published in this very event
    return result;
  }
  if (auto checked = working_.control().check(command.document, event_.time); !checked.ok())
    return refuse(checked.error());
  MINGMA_CHECK(working_.add_document(command.document, event_.time, working_.sequence()));
  command_leaf_ = add_leaf(make_document_leaf(working_, command.document));
  event_.operations.emplace_back(DocumentOperation{command.document, command_leaf_});
  return result;
}

Result<CommandResult> Planner::run(const CheckpointCommand& command) {
  if (!is_control()) return refuse_role();
  if (!working_.control().has_genesis())
    return refuse(errors::kShardNoGenesis, "the first document must be the genesis document");
  if (command.note.empty() || command.note.size() > kNoteBytesMax)
    return refuse(errors::kShardTooLarge, "a checkpoint is 1 byte to 64 KiB");
  command_leaf_ = add_leaf(make_checkpoint_leaf(working_, command.note));
  event_.operations.emplace_back(CheckpointOperation{command.shard, command.note, command_leaf_});
  return CommandResult{};
}

Result<CommandResult> Planner::run(const NoticeCommand& command) {
  if (!is_control()) return refuse_role();
  if (!working_.control().has_genesis())
    return refuse(errors::kShardNoGenesis, "the first document must be the genesis document");
  if (auto checked = check_notice(command.notice); !checked.ok()) return refuse(checked.error());
  if (command.notice.type == NoticeType::kAlarmEnding) {
    if (auto checked = check_ending(command.notice, working_.control(), event_.time); !checked.ok())
      return refuse(checked.error());
    MINGMA_TRY(const AlarmEnding ending, parse_ending(command.notice));
    MINGMA_TRY(const auto alarm, find_notice(reader_, NoticeType::kAlarm, ending.alarm));
    if (!alarm) return refuse(errors::kShardInvalidDocument, "no such alarm was raised", "/alarm");
  }
  CommandResult result;
  MINGMA_TRY(const auto present, find_notice(reader_, command.notice.type, command.notice.id));
  const Notice* known = present ? &present->notice : nullptr;
  for (const Operation& operation : event_.operations) {
    const auto* other = std::get_if<NoticeOperation>(&operation);
    if (other != nullptr && other->notice.type == command.notice.type && other->notice.id == command.notice.id)
      known = &other->notice;
  }
  if (known != nullptr) {
    if (known->text != command.notice.text)
      return refuse(errors::kShardConflict, "this notice was published with another text; it is never changed");
    result.existed = true;
    if (present) result.leaf = present->leaf;
    return result;
  }
  command_leaf_ = add_leaf(make_notice_leaf(working_, command.notice));
  event_.operations.emplace_back(NoticeOperation{command.notice, command_leaf_});
  return result;
}

Result<CommandResult> Planner::run(const FollowCommand& command) {
  if (is_control()) return refuse_role();
  CommandResult result;
  if (command.control_sequence <= working_.machine().followed) {
    result.existed = true;
    return result;
  }
  FollowOperation operation{command.control_sequence, command.event};
  if (auto followed = working_.follow(operation); !followed.ok()) return refuse(followed.error());
  event_.operations.emplace_back(std::move(operation));
  return result;
}

Result<CommandResult> Planner::run(const RegisterCommand& command) {
  if (is_control()) return refuse_role();
  if (!working_.control().has_genesis())
    return refuse(errors::kShardNoGenesis, "the shard has not followed the control shard yet");
  CommandResult result;
  if (const auto row = working_.find(command.resident)) {
    result.row = row;
    result.existed = true;
    return result;
  }
  if (!working_.control().genesis().province.contains(command.home)) {
    return refuse(errors::kShardInvalidStatement, "a resident's home lies in the province", "home");
  }
  if (command.sealed_person.size() > kSealedPersonBytesMax)
    return refuse(errors::kShardTooLarge, "a person's sealed record is at most 4 KiB");
  if (auto keys = keys_.resident_keys(command.resident); !keys.ok()) return refuse(keys.error());
  RegisterOperation operation{command.resident, command.home, command.sealed_person, command.born};
  result.row = working_.add_resident(operation);
  event_.operations.emplace_back(std::move(operation));
  return result;
}

Result<CommandResult> Planner::run(const DeviceCommand& command) {
  if (is_control()) return refuse_role();
  if (!working_.find(command.resident)) return refuse(errors::kShardUnknownResident, "not registered");
  if (command.public_key.size() != 65)
    return refuse(errors::kShardInvalidStatement, "not an uncompressed P-256 point of 65 bytes", "public_key");
  event_.operations.emplace_back(DeviceOperation{command.resident, command.public_key});
  return CommandResult{};
}

}  // namespace mingma::shard
