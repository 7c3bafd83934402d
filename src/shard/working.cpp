#include "shard/working.h"

#include <algorithm>

#include "base/cbor.h"
#include "rules/reducers.h"
#include "shard/brakes.h"
#include "shard/errors.h"

namespace mingma::shard {
namespace {

// One order, and whether it is in force: when either changes, its area must be looked at again.
struct OrderInForce {
  const rules::AreaOrder* order;
  bool in_force;
};

std::vector<OrderInForce> orders_in(const ControlView& view) {
  std::vector<OrderInForce> out;
  for (const rules::AreaOrder& order : view.areas.orders()) out.push_back({&order, order.in_force(view.as_of)});
  return out;
}

bool same(const OrderInForce& a, const OrderInForce& b) { return *a.order == *b.order && a.in_force == b.in_force; }

// Areas whose orders differ between two views; orders are in the same order in both (by area, then number).
void add_changes(const ControlView& before, const ControlView& after, AreaScope& scope) {
  const auto add_missing = [&](const std::vector<OrderInForce>& from, const std::vector<OrderInForce>& in) {
    for (const OrderInForce& order : from) {
      if (std::none_of(in.begin(), in.end(), [&](const OrderInForce& other) { return same(order, other); }))
        scope.add(order.order->area);
    }
  };
  const auto old_orders = orders_in(before);
  const auto new_orders = orders_in(after);
  add_missing(old_orders, new_orders);
  add_missing(new_orders, old_orders);
}

bool same_policies(const ControlView& a, const ControlView& b) {
  return std::equal(a.policies.begin(), a.policies.end(), b.policies.begin(), b.policies.end(),
                    [](const PolicyInForce& x, const PolicyInForce& y) {
                      return x.jurisdiction == y.jurisdiction && x.number == y.number;
                    });
}

}  // namespace

void AreaScope::add(DivisionCode area) {
  // Facts reach as far as the prefecture ("left a city with a risk area").
  const DivisionCode city = area == area.province() ? area : area.prefecture();
  const auto place = std::lower_bound(areas.begin(), areas.end(), city);
  if (place != areas.end() && *place == city) return;
  areas.insert(place, city);
  if (areas.size() > kAreasMax) {
    areas.clear();
    everywhere = true;
  }
}

bool AreaScope::concerns(DivisionCode home, DivisionCode stay, std::uint8_t flags) const {
  if (everywhere) return true;
  if (areas.empty()) return false;
  if ((flags & kRowHasStays) != 0) return true;
  return std::any_of(areas.begin(), areas.end(),
                     [&](DivisionCode area) { return area.contains(home) || area.contains(stay); });
}

bool AreaScope::concerns(const Row& row) const { return concerns(row.home, row.stay, row.flags); }

Bytes encode_machine_state(const MachineState& state) {
  CborWriter out;
  out.array(8);
  out.unsigned_integer(state.position.value).integer(state.time.value).unsigned_integer(state.followed.value);
  out.boolean(state.recolouring).unsigned_integer(state.recolour_next.value).integer(state.recolour_since.value);
  out.boolean(state.scope.everywhere).array(state.scope.areas.size());
  for (const DivisionCode area : state.scope.areas) out.unsigned_integer(area.value);
  return out.take();
}

Result<MachineState> decode_machine_state(ByteView bytes) {
  const Error damaged(errors::kShardDamaged, "the machine's stored state is damaged; restore the shard from its log");
  CborReader in(bytes);
  MachineState out;
  MINGMA_TRY(const std::uint64_t fields, in.array());
  if (fields != 8) return damaged;
  MINGMA_TRY(out.position.value, in.unsigned_integer());
  MINGMA_TRY(out.time.value, in.integer());
  MINGMA_TRY(out.followed.value, in.unsigned_integer());
  MINGMA_TRY(out.recolouring, in.boolean());
  MINGMA_TRY(const std::uint64_t next, in.unsigned_integer());
  out.recolour_next.value = static_cast<std::uint32_t>(next);
  MINGMA_TRY(out.recolour_since.value, in.integer());
  MINGMA_TRY(out.scope.everywhere, in.boolean());
  MINGMA_TRY(const std::uint64_t areas, in.array());
  if (next > 0xffff'ffff || areas > AreaScope::kAreasMax) return damaged;
  for (std::uint64_t i = 0; i < areas; ++i) {
    MINGMA_TRY(const std::uint64_t area, in.unsigned_integer());
    out.scope.areas.push_back({static_cast<std::uint32_t>(area)});
  }
  MINGMA_CHECK(in.end());
  return out;
}

Working::Working(const ShardState& state, const store::Reader& reader, UnixSeconds time, Sequence sequence)
    : state_(state),
      reader_(reader),
      time_(time),
      sequence_(sequence),
      machine_(state.machine),
      control_(state.control),
      view_(state.view),
      family_(reader, kFamilyTable),
      neighbours_(reader, kNeighboursTable) {
  documents_before_ = control_->documents().size();
  machine_.time = time;
  machine_.position = sequence;
  if (view_->next_change != UnixSeconds{} && time >= view_->next_change) renew_view();
}

void Working::renew_view() {
  std::shared_ptr<const ControlView> next = control_->view_at(time_);
  AreaScope changed;
  add_changes(*view_, *next, changed);
  if (!changed.empty() || !same_policies(*view_, *next)) {
    // Whoever was still waiting for an earlier recolouring waits for this one.
    if (!machine_.recolouring) machine_.scope = {};
    machine_.scope.everywhere |= changed.everywhere;
    for (const DivisionCode area : changed.areas) machine_.scope.add(area);
    machine_.recolouring = state_.rows.size() + new_rows_ > 0;
    machine_.recolour_next = {};
    machine_.recolour_since = time_;
    if (!machine_.recolouring) machine_.scope = {};
  }
  view_ = std::move(next);
}

Result<void> Working::add_document(const SignedDocument& document, UnixSeconds published_at,
                                   Sequence control_sequence) {
  ControlState next = control_->clone();
  MINGMA_CHECK(next.add({.document = document, .published_at = published_at, .sequence = control_sequence}));
  control_ = std::make_shared<const ControlState>(std::move(next));
  control_changed_ = true;
  renew_view();
  return {};
}

std::span<const std::shared_ptr<const PublishedDocument>> Working::new_documents() const {
  return control_->documents().subspan(documents_before_);
}

Result<void> Working::follow(const FollowOperation& operation) {
  if (operation.control_sequence <= machine_.followed)
    return Error(errors::kShardInvalidEvent, "a control event that was followed already");
  MINGMA_TRY(const Event event, decode_event(operation.event));
  std::vector<const DocumentOperation*> documents;
  for (const Operation& inner : event.operations) {
    if (std::holds_alternative<CheckpointOperation>(inner) || std::holds_alternative<NoticeOperation>(inner)) continue;
    if (const auto* count = std::get_if<CountOperation>(&inner)) {
      for (const BrakeAnswer& answer : count->answers) {
        if (count->shard == state_.shard) keep_answer(*this, answer, event.time);
      }
      continue;
    }
    const auto* document = std::get_if<DocumentOperation>(&inner);
    if (document == nullptr) return Error(errors::kShardInvalidEvent, "not an event of the control shard");
    documents.push_back(document);
  }
  machine_.followed = operation.control_sequence;
  if (documents.empty()) return {};
  ControlState next = control_->clone();
  for (const DocumentOperation* document : documents) {
    MINGMA_CHECK(
        next.add({.document = document->document, .published_at = event.time, .sequence = operation.control_sequence}));
  }
  control_changed_ = true;
  control_ = std::make_shared<const ControlState>(std::move(next));
  renew_view();
  return {};
}

std::optional<RowNumber> Working::find(const ResidentId& resident) const {
  if (const auto row = state_.rows.find(resident)) return row;
  const auto found = new_residents_.find(resident);
  if (found == new_residents_.end()) return std::nullopt;
  return found->second;
}

const Touched* Working::peek(RowNumber number) const {
  const auto found = touched_rows_.find(number.value);
  return found == touched_rows_.end() ? nullptr : &touched_[found->second];
}

DivisionCode Working::home(RowNumber row) const {
  const Touched* touched = peek(row);
  return touched != nullptr ? touched->row.home : state_.rows.home(row);
}

DivisionCode Working::stay(RowNumber row) const {
  const Touched* touched = peek(row);
  return touched != nullptr ? touched->row.stay : state_.rows.stay(row);
}

std::uint8_t Working::flags(RowNumber row) const {
  const Touched* touched = peek(row);
  return touched != nullptr ? touched->row.flags : state_.rows.flags(row);
}

Touched* Working::find_touched(RowNumber number) {
  const auto found = touched_rows_.find(number.value);
  return found == touched_rows_.end() ? nullptr : &touched_[found->second];
}

Touched& Working::touched(RowNumber number) {
  Touched* found = find_touched(number);
  MINGMA_ASSERT(found != nullptr);
  return *found;
}

const Row& Working::touch(RowNumber number, DecisionCause cause) {
  const auto [place, added] = touched_rows_.try_emplace(number.value, static_cast<std::uint32_t>(touched_.size()));
  if (added) {
    Touched& touched = touched_.emplace_back();
    touched.number = number;
    touched.row = state_.rows.get(number);
    touched.before = touched.row;
    touched.cause = cause;
  }
  return touched_[place->second].row;
}

RowNumber Working::add_resident(const RegisterOperation& operation) {
  const RowNumber number{static_cast<std::uint32_t>(row_count())};
  ++new_rows_;
  new_residents_.emplace(operation.resident, number);
  touched_rows_.emplace(number.value, static_cast<std::uint32_t>(touched_.size()));
  Touched& touched = touched_.emplace_back();
  touched.number = number;
  touched.row.resident = operation.resident;
  touched.row.home = operation.home;
  touched.row.stay = operation.home;
  touched.row.born = operation.born;
  touched.before = touched.row;
  touched.cause = DecisionCause::kRegister;
  touched.is_new = true;
  touched.reduce = true;
  return number;
}

Result<bool> Working::has_evidence(const ResidentId& resident, RowNumber row, const StatementId& id) const {
  if (const Touched* touched = peek(row)) {
    for (std::uint32_t at = touched->first_pending; at != 0; at = pending_[at - 1].next) {
      if (pending_[at - 1].stored.id == id) return true;
    }
    if (touched->is_new) return false;
  }
  if (row.value < state_.rows.size() && (state_.rows.flags(row) & kRowHasEvidence) == 0) return false;
  thread_local Bytes scratch;
  return reader_.get_into(kEvidenceTable, evidence_key(resident, id), scratch);
}

Result<std::vector<StoredEvidence>> Working::all_evidence(RowNumber row) const {
  std::vector<StoredEvidence> out;
  const Touched* touched = peek(row);
  const bool stored = touched == nullptr ? (state_.rows.flags(row) & kRowHasEvidence) != 0
                                         : !touched->is_new && (touched->before.flags & kRowHasEvidence) != 0;
  if (stored) {
    const ResidentId resident = state_.rows.resident(row);
    MINGMA_CHECK(reader_.scan(kEvidenceTable, resident.bytes, [&](ByteView, ByteView value) -> Result<void> {
      MINGMA_TRY(StoredEvidence evidence, decode_stored_evidence(value));
      out.push_back(std::move(evidence));
      return {};
    }));
  }
  if (touched == nullptr) return out;
  const std::size_t from_store = out.size();
  for (std::uint32_t at = touched->first_pending; at != 0; at = pending_[at - 1].next) {
    const PendingEvidence& pending = pending_[at - 1];
    if (pending.from_event) {
      out.push_back(pending.stored);
      continue;
    }
    for (std::size_t i = 0; i < from_store; ++i) {
      if (out[i].id == pending.stored.id) out[i].status = pending.stored.status;
    }
  }
  return out;
}

void Working::attach(Touched& touched, PendingEvidence pending) {
  pending.next = touched.first_pending;
  pending_.push_back(std::move(pending));
  touched.first_pending = static_cast<std::uint32_t>(pending_.size());
}

void Working::change_status(Touched& touched, const StoredEvidence& earlier, EvidenceStatus status) {
  bool pending = false;
  for (std::uint32_t at = touched.first_pending; at != 0; at = pending_[at - 1].next) {
    if (pending_[at - 1].stored.id != earlier.id) continue;
    pending_[at - 1].stored.status = status;
    pending = true;
  }
  if (pending) return;
  PendingEvidence changed{.stored = earlier};
  changed.stored.status = status;
  attach(touched, std::move(changed));
}

Result<void> Working::correct(RowNumber row, InstitutionNumber institution, StatementAction action,
                              const RecordTag& earlier, const StatementId& by) {
  const EvidenceStatus status =
      action == StatementAction::kReplace ? EvidenceStatus::kReplaced : EvidenceStatus::kWithdrawn;
  MINGMA_TRY(const auto evidence, all_evidence(row));
  Touched& touched = this->touched(row);
  for (const StoredEvidence& other : evidence) {
    const bool held = other.status == EvidenceStatus::kHeld;
    if ((!held && !is_correctable(other.status)) || other.institution != institution || other.record != earlier ||
        other.id == by)
      continue;
    change_status(touched, other, held ? EvidenceStatus::kLapsed : status);  // what was held never counted
    if (!held) continue;
    const HoldKey key = evidence_key(touched.row.resident, other.id);
    const Hold* found = find_hold(key);
    if (found == nullptr) return Error(errors::kShardInvalidEvent, "a held statement without its hold");
    Hold hold = *found;
    hold.state = HoldState::kCorrected;
    hold.ended = time_;
    set_hold(key, std::move(hold));
  }
  touched.row.flags |= kRowWasCorrected;
  touched.reduce = true;
  return {};
}

Result<void> Working::add_statement(RowNumber row, InstitutionNumber institution, const StatementEntry& entry,
                                    std::uint32_t index) {
  touch(row, DecisionCause::kStatements);
  const bool held = entry.outcome == Outcome::kHeld;
  if (entry.action != StatementAction::kAdd && !held)
    MINGMA_CHECK(correct(row, institution, entry.action, entry.earlier, entry.id));
  Touched& touched = this->touched(row);
  const bool superseded = entry.outcome == Outcome::kSuperseded;
  const bool withdrawal = entry.action == StatementAction::kWithdraw;
  PendingEvidence pending{.stored = {.id = entry.id,
                                     .status = superseded   ? EvidenceStatus::kSuperseded
                                               : held       ? EvidenceStatus::kHeld
                                               : withdrawal ? EvidenceStatus::kNoEvidence
                                                            : EvidenceStatus::kEffective,
                                     .action = entry.action,
                                     .institution = institution,
                                     .evidence = entry.evidence,
                                     .signed_at = entry.signed_at,
                                     .received_at = time_,
                                     .sequence = sequence_,
                                     .index = index,
                                     .record = entry.record,
                                     .earlier = entry.earlier},
                          .from_event = true};
  attach(touched, std::move(pending));
  touched.row.flags |= kRowHasEvidence;
  if (superseded || held) return {};
  touched.institution = institution;
  touched.by_statement = true;
  if (withdrawal) return {};
  if (entry.evidence.kind == rules::EvidenceKind::kStay) touched.row.flags |= kRowHasStays;
  if (!touched.reduce && !rules::reduce_one(touched.row.facts, entry.evidence)) touched.reduce = true;
  return {};
}

const Hold* Working::find_hold(const HoldKey& key) const {
  const auto changed = holds_.find(key);
  return changed != holds_.end() ? &changed->second : state_.holds.find(key);
}

std::optional<HoldKey> Working::find_hold_of(const StatementId& id) const {
  for (const auto& [key, hold] : holds_) {
    if (hold.id == id) return key;
  }
  return state_.holds.find_statement(id);
}

Result<std::optional<StoredEvidence>> Working::find_evidence(RowNumber row, const StatementId& id) const {
  MINGMA_TRY(auto evidence, all_evidence(row));
  for (StoredEvidence& stored : evidence) {
    if (stored.id == id) return std::optional<StoredEvidence>(std::move(stored));
  }
  return std::optional<StoredEvidence>{};
}

Result<void> Working::end_hold(const HoldKey& key, HoldState state) {
  const Hold* found = find_hold(key);
  if (found == nullptr || found->state != HoldState::kOpen)
    return Error(errors::kShardInvalidEvent, "the end of a hold that is not there");
  Hold hold = *found;
  hold.state = state;
  hold.ended = time_;
  MINGMA_TRY(const ResidentId resident, ResidentId::from(ByteView(key).first(16)));
  const auto row = find(resident);
  if (!row) return Error(errors::kShardInvalidEvent, "a hold of someone who is not registered");
  touch(*row, DecisionCause::kHold);
  MINGMA_TRY(const auto stored, find_evidence(*row, hold.id));
  if (!stored || stored->status != EvidenceStatus::kHeld)
    return Error(errors::kShardInvalidEvent, "a hold without its statement");
  if (state == HoldState::kApproved) {
    const bool withdrawal = stored->action == StatementAction::kWithdraw;
    if (stored->action != StatementAction::kAdd)
      MINGMA_CHECK(correct(*row, stored->institution, stored->action, stored->earlier, stored->id));
    Touched& touched = this->touched(*row);
    change_status(touched, *stored, withdrawal ? EvidenceStatus::kNoEvidence : EvidenceStatus::kEffective);
    if (!withdrawal && stored->evidence.kind == rules::EvidenceKind::kStay) touched.row.flags |= kRowHasStays;
    touched.cause = DecisionCause::kHold;
    touched.institution = stored->institution;
    touched.by_statement = true;
    touched.reduce = true;
  } else {
    change_status(this->touched(*row), *stored, EvidenceStatus::kLapsed);
  }
  set_hold(key, std::move(hold));
  return {};
}

Result<std::uint32_t> Working::brake(const Bytes& key) const {
  if (const auto changed = brakes_.find(key); changed != brakes_.end()) return changed->second;
  thread_local Bytes scratch;
  MINGMA_TRY(const bool found, reader_.get_into(kBrakesTable, key, scratch));
  return found ? decode_brake(scratch) : 0u;
}

void Working::recolour(const RecolourOperation& operation) {
  const AreaScope& scope = machine_.scope;
  if (!scope.empty()) {
    const std::size_t end = std::min<std::size_t>(operation.end.value, state_.rows.size());
    for (RowNumber row = operation.first; row.value < end; ++row.value) {
      if (!scope.concerns(state_.rows.home(row), state_.rows.stay(row), state_.rows.flags(row))) continue;
      touch(row, DecisionCause::kRecolour);
      touched(row).reduce = true;
    }
  }
  machine_.recolour_next = operation.end;
  if (operation.end.value >= row_count()) {
    machine_.recolouring = false;
    machine_.recolour_next = {};
    machine_.recolour_since = {};
    machine_.scope = {};
  }
}

void Working::derive(Row& row, std::span<const rules::Evidence> effective) const {
  const rules::Residence residence{row.home};
  row.facts = rules::reduce(effective, residence, view_->areas);
  row.stay = rules::present_place(effective, residence);
}

Result<void> Working::reduce(Touched& touched) {
  std::vector<rules::Evidence> effective;
  if ((touched.row.flags & kRowHasEvidence) != 0) {
    MINGMA_TRY(const auto evidence, all_evidence(touched.number));
    for (const StoredEvidence& item : evidence) {
      if (item.status == EvidenceStatus::kEffective) effective.push_back(item.evidence);
    }
  }
  derive(touched.row, effective);
  touched.reduce = false;
  return {};
}

// Facts about areas lag behind while a recolouring is on its way to this row.
bool Working::is_stale(const Row& row, RowNumber number) const {
  return machine_.recolouring && number >= machine_.recolour_next && machine_.scope.concerns(row);
}

Result<Row> Working::current(RowNumber number) const {
  const Touched* touched = peek(number);
  Row row = touched != nullptr ? touched->row : state_.rows.get(number);
  if (!(touched != nullptr && touched->reduce) && !is_stale(row, number)) return row;
  std::vector<rules::Evidence> effective;
  MINGMA_TRY(const auto evidence, all_evidence(number));
  for (const StoredEvidence& item : evidence) {
    if (item.status == EvidenceStatus::kEffective) effective.push_back(item.evidence);
  }
  derive(row, effective);
  return row;
}

Result<DivisionCode> Working::stay_now(RowNumber number) const {
  const Touched* touched = peek(number);
  if (touched == nullptr || !touched->reduce) return stay(number);
  MINGMA_TRY(const Row row, current(number));
  return row.stay;
}

Result<Row> Working::preview(RowNumber number, InstitutionNumber institution, const StatementEntry& entry) const {
  MINGMA_TRY(Row row, current(number));
  if (entry.action == StatementAction::kAdd && entry.evidence.kind != rules::EvidenceKind::kStay &&
      rules::reduce_one(row.facts, entry.evidence))
    return row;
  std::vector<rules::Evidence> effective;
  MINGMA_TRY(const auto evidence, all_evidence(number));
  for (const StoredEvidence& item : evidence) {
    const bool corrected =
        entry.action != StatementAction::kAdd && item.institution == institution && item.record == entry.earlier;
    if (item.status == EvidenceStatus::kEffective && !corrected) effective.push_back(item.evidence);
  }
  if (entry.action != StatementAction::kWithdraw) effective.push_back(entry.evidence);
  derive(row, effective);
  return row;
}

Result<void> Working::settle() {
  for (Touched& touched : touched_) {
    if (is_stale(touched.row, touched.number)) touched.reduce = true;
    if (touched.reduce) MINGMA_CHECK(reduce(touched));
  }
  return {};
}

std::vector<Touched*> Working::sorted() {
  std::vector<Touched*> out;
  out.reserve(touched_.size());
  for (Touched& touched : touched_) out.push_back(&touched);
  std::sort(out.begin(), out.end(), [](const Touched* a, const Touched* b) { return a->number < b->number; });
  return out;
}

}  // namespace mingma::shard
