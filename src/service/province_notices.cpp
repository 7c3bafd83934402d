// Alarms, their endings, figures; and comparing what somebody found with the ledger.
#include "code/credential.h"
#include "ledger/checkpoint.h"
#include "service/errors.h"
#include "service/json.h"
#include "service/province_unit.h"
#include "shard/record.h"

namespace mingma::service {
namespace {

constexpr std::int64_t kYoungSeconds = 120;  // a code is signed before its leaf's checkpoint is published

NoticeView to_view(const shard::StoredNotice& stored) {
  return {stored.notice.type, hex_encode(stored.notice.id), stored.notice.text, stored.raised_at, stored.leaf, {}};
}

Result<std::vector<NoticeView>> read_notices(const store::Reader& control, shard::NoticeType type,
                                             std::optional<LeafIndex> after) {
  MINGMA_TRY(const std::vector<shard::StoredNotice> stored, shard::list_notices(control, type));
  std::vector<shard::StoredNotice> endings;
  if (type == shard::NoticeType::kAlarm) {
    MINGMA_TRY(endings, shard::list_notices(control, shard::NoticeType::kAlarmEnding));
  }
  std::vector<NoticeView> out;
  for (const shard::StoredNotice& one : stored) {
    if (after && one.leaf <= *after) continue;
    NoticeView view = to_view(one);
    for (const shard::StoredNotice& ending : endings) {
      MINGMA_TRY(const shard::AlarmEnding parsed, shard::parse_ending(ending.notice));
      if (parsed.alarm == one.notice.id) view.endings.push_back(to_view(ending));
    }
    out.push_back(std::move(view));
  }
  return out;
}

// What the leaf says against what the code says; empty: the same.
Bilingual compare(const code::Claims& claims, const Result<Bytes>& entry) {
  if (!entry) return {"账本中没有这片叶。", "The ledger has no such leaf."};
  const auto leaf = shard::decode_leaf(*entry);
  if (!leaf.ok() || leaf->kind != shard::LeafKind::kDecision) return {"该叶不是判定。", "The leaf is no decision."};
  if (static_cast<int>(leaf->to) != static_cast<int>(claims.colour))
    return {"该叶的颜色与码不同。", "The leaf has another colour than the code."};
  if (leaf->rule != claims.rule || !leaf->policy || *leaf->policy != claims.policy)
    return {"该叶的规则与码不同。", "The leaf names another rule than the code."};
  return {};
}

}  // namespace

Async<std::vector<NoticeView>> Province::notices(shard::NoticeType type, std::optional<LeafIndex> after) {
  Unit& control = *units_.front();
  if (!control.runtime.serving()) co_return control.runtime.stopped_error();
  co_return co_await on_disk<std::vector<NoticeView>>(
      [&] { return read_notices(control.runtime.store(), type, after); });
}

Async<Comparison> Province::compare_code(Bytes credential) {
  const Result<code::Credential> read = code::read_credential(credential);
  if (!read) co_return read.error();
  const Result<crypto::SigningKey> key = config_.signing_key("code");
  if (!key) co_return key.error();
  if (!read->envelope.verify(key->verifying_key()).ok())
    co_return Error(errors::kSignatureRefused, "not signed by this province's code key");
  const code::Claims claims = read->claims;
  const Result<Unit*> found = unit(claims.shard);
  const Result<Bytes> entry = co_await on_disk<Bytes>([&]() -> Result<Bytes> {
    if (!found) return found.error();
    if ((*found)->ledger->published_size().value <= claims.leaf.value)
      return Error(errors::kNoSuchThing, "no such leaf");
    return (*found)->ledger->entry(claims.leaf);
  });
  Comparison out;
  out.finding = compare(claims, entry);
  out.fits = out.finding.zh.empty();
  out.early = !out.fits && !entry.ok() && clock_.now() < claims.issued_at.plus(kYoungSeconds);
  if (out.fits) out.finding = {"码与账本一致。", "The code is what the ledger says."};
  if (out.fits || out.early || !alarms_) co_return out;
  const Digest digest = crypto::sha256(credential);
  const shard::Alarm alarm{shard::AlarmKind::kLeaflessCode, {}, {}, {}, hex_encode(digest), {}, {}};
  out.alarm = hex_encode(shard::alarm_id(alarm));
  alarms_->raise(alarm);
  co_return out;
}

Async<Comparison> Province::compare_checkpoint(ShardId shard, std::string note) {
  const Result<Unit*> found = unit(shard);
  if (!found) co_return found.error();
  LedgerDesk& desk = *(*found)->ledger;
  const Result<ledger::NoteVerifier> verifier = ledger::NoteVerifier::parse(desk.verifier_key());
  if (!verifier) co_return verifier.error();
  const ledger::LogPolicy policy{verifier->name(), {*verifier}, {}, 0};
  const Result<ledger::OpenedCheckpoint> opened = ledger::open_checkpoint(note, policy);
  if (!opened) co_return Error(errors::kSignatureRefused, "not a checkpoint that this ledger's key signed");
  const ledger::TreeHead head = opened->checkpoint.head;
  const Result<Digest> root = co_await on_disk<Digest>([&] { return desk.root_at(head.size.value); });
  Comparison out;
  out.fits = root.ok() && *root == head.root;
  out.finding = out.fits    ? Bilingual{"检查点是本账本的一部分。", "The ledger extends this checkpoint."}
                : root.ok() ? Bilingual{"账本在此大小处的根与检查点不同：历史被改写。",
                                        "At this size the ledger has another root: history was rewritten."}
                            : Bilingual{"签署过的检查点大于现有账本：账本被截断。",
                                        "The signed checkpoint is larger than the ledger: it was cut."};
  if (out.fits || !alarms_) co_return out;
  const std::string detail =
      opened->checkpoint.origin + " " + std::to_string(head.size.value) + " " + base64_encode(head.root);
  const shard::Alarm alarm{shard::AlarmKind::kSplitView, {}, {}, {}, detail, {}, {}};
  out.alarm = hex_encode(shard::alarm_id(alarm));
  alarms_->raise(alarm);
  co_return out;
}

Async<NoticeView> Province::end_alarm(SignedDocument ending) {
  if (ending.type != "alarm_ending") co_return Error(errors::kBadRequest, "not an alarm's ending", "/type");
  if (ending.signatures.size() != 1) co_return Error(errors::kBadRequest, "one key signs it", "/signatures");
  shard::Notice notice = shard::make_ending_notice(write_signed_document(ending));
  NoticeView view{notice.type, hex_encode(notice.id), notice.text, clock_.now(), {}, {}};
  shard::Command command = shard::NoticeCommand{std::move(notice)};
  const Result<shard::CommandResult> done = co_await units_.front()->runtime.run(std::move(command));
  if (!done) co_return done.error();
  view.leaf = done->leaf.value_or(LeafIndex{});
  co_return view;
}

Json to_json(const NoticeView& notice) {
  Json json;
  json.set("id", notice.id);
  json.set("raised_at", notice.raised_at.to_string());
  json.set("leaf", leaf_place(kControlShard, notice.leaf));
  json.set("text", notice.text);
  const auto content = parse_json(notice.text);
  if (content.ok()) json.set("content", *content);
  if (notice.type == shard::NoticeType::kAlarm) {
    Json::Array endings;
    for (const NoticeView& ending : notice.endings) {
      Json one = to_json(ending);
      const auto envelope = parse_json(ending.text);
      const Json* document = envelope.ok() ? envelope->find("document") : nullptr;
      const auto words =
          document != nullptr && document->is_string() ? parse_json(document->string()) : parse_json("{}");
      if (words.ok()) one.set("content", *words);
      endings.push_back(std::move(one));
    }
    json.set("endings", std::move(endings));
  }
  return json;
}

Json to_json(const Comparison& comparison) {
  Json json;
  json.set("fits", comparison.fits);
  if (comparison.early) json.set("early", true);
  json.set("finding", Json::Object{{"zh", comparison.finding.zh}, {"en", comparison.finding.en}});
  if (!comparison.alarm.empty()) json.set("alarm", comparison.alarm);
  return json;
}

}  // namespace mingma::service
