#include "shard/alarm.h"

#include <algorithm>

#include "crypto/digest.h"

namespace mingma::shard {
namespace {

constexpr std::int64_t kHour = 3'600;

constexpr AlarmInfo kTable[] = {
    {AlarmKind::kMassAssignmentSigner, "mass_assignment_signer", "一把签名密钥大批致码变差",
     "one signing key made many residents' codes worse", 100, kHour, "warning"},
    {AlarmKind::kMassAssignmentInstitution, "mass_assignment_institution", "一家机构大批致码变差",
     "one institution made many residents' codes worse", 300, kSecondsPerDay, "warning"},
    {AlarmKind::kIdenticalReasons, "identical_reasons", "大批证据逐项相同",
     "many codes made worse by statements equal in every field", 30, kSecondsPerDay, "warning"},
    {AlarmKind::kNoNeighbours, "no_neighbours", "无病例、无风险区而大批变差",
     "many codes made worse in a county without a case or an area order", 20, kSecondsPerDay, "warning"},
    {AlarmKind::kOutsideArea, "outside_area", "机构对辖区以外居民致码变差",
     "an institution made residents outside its own division worse", 20, kSecondsPerDay, "warning"},
    {AlarmKind::kOutsideKind, "outside_kind", "机构签署其类别通常不签的证据",
     "statements of a kind that institutions of this class do not sign", 5, kSecondsPerDay, "warning"},
    {AlarmKind::kFlipFlop, "flip_flop", "消除后又被赋码", "codes made worse again after statements had cleared them", 3,
     kSecondsPerDay, "warning"},
    {AlarmKind::kMassClearing, "mass_clearing", "一家机构大批消码",
     "one institution's corrections and clearances made many codes better", 100, kHour, "warning"},
    {AlarmKind::kLookUpWithoutCase, "look_up_without_case", "无案查询个人信息", "personal data read without a case", 1,
     kSecondsPerDay, "warning"},
    {AlarmKind::kLeaflessCode, "leafless_code", "出示的码在账本中没有对应的叶",
     "a signed code whose leaf is missing or says otherwise", 1, 0, "grave"},
    {AlarmKind::kSplitView, "split_view", "检查点与账本不一致", "a signed checkpoint that the ledger does not extend",
     1, 0, "grave"},
};

std::string hex(const NoticeId& id) { return hex_encode(id); }

}  // namespace

std::span<const AlarmInfo> alarm_table() { return kTable; }

const AlarmInfo& alarm_info(AlarmKind kind) {
  const auto number = static_cast<std::size_t>(kind);
  MINGMA_ASSERT(number >= 1 && number <= std::size(kTable));
  return kTable[number - 1];
}

const AlarmInfo* find_alarm_kind(std::string_view name) {
  const auto found =
      std::find_if(std::begin(kTable), std::end(kTable), [&](const AlarmInfo& info) { return info.name == name; });
  return found == std::end(kTable) ? nullptr : found;
}

UnixSeconds period_begin(const AlarmInfo& info, UnixSeconds at) {
  if (info.period_seconds == 0) return {};
  const std::int64_t local = at.value + kChinaOffsetSeconds;
  return {local - local % info.period_seconds - kChinaOffsetSeconds};
}

NoticeId alarm_id(const Alarm& alarm) {
  std::array<std::uint8_t, 8> from;
  for (int i = 0; i < 8; ++i)
    from[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(alarm.from.value) >> (56 - 8 * i));
  const std::uint8_t kind[] = {static_cast<std::uint8_t>(alarm.kind)};
  const std::string division = alarm.division.value == 0 ? std::string() : alarm.division.to_string();
  const std::string names = alarm.institution + "\n" + alarm.key_id + "\n" + division + "\n" + alarm.detail + "\n";
  const Digest digest = crypto::sha256_concat({as_bytes("mingma/v1/alarm\n"), kind, as_bytes(names), from});
  NoticeId id;
  std::copy_n(digest.bytes.begin(), id.size(), id.begin());
  return id;
}

std::string alarm_text(const Alarm& alarm) {
  const AlarmInfo& info = alarm_info(alarm.kind);
  Json json;
  json.set("type", "alarm");
  json.set("id", hex(alarm_id(alarm)));
  json.set("kind", info.name);
  json.set("severity", info.severity);
  if (!alarm.institution.empty()) json.set("institution", alarm.institution);
  if (!alarm.key_id.empty()) json.set("key", alarm.key_id);
  if (alarm.division.value != 0) json.set("division", alarm.division.to_string());
  if (!alarm.detail.empty()) json.set("detail", alarm.detail);
  if (alarm.from != UnixSeconds{}) {
    json.set("from", alarm.from.to_string());
    json.set("until", alarm.until.to_string());
  }
  json.set("threshold", static_cast<std::int64_t>(info.threshold));
  json.set("words", Json::Object{{"zh", info.zh}, {"en", info.en}});
  return json.to_string();
}

}  // namespace mingma::shard
