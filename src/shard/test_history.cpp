#include "shard/test_history.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "shard/mandate.h"
#include "shard/tables.h"
#include "shard/test_cases.h"

namespace mingma::shard::testing {
namespace {

using rules::EvidenceKind;

constexpr std::string_view kPlaces[] = {"410102", "410103", "410202", "410203"};
constexpr std::string_view kAreas[] = {"41", "4101", "4102", "410102", "410202"};
constexpr std::string_view kKinds[] = {"contact_finding", "test_result", "case_report",
                                       "case_release",    "stay",        "border_entry"};

template <typename T, std::size_t n>
const T& pick(SeededRng& rng, const T (&from)[n]) {
  return from[rng.below(n)];
}

std::string code_of(const CommandResult& result) {
  return result.error ? std::string(result.error->code()) : std::string();
}

}  // namespace

ProvinceHistory::ProvinceHistory(std::uint64_t seed, std::uint16_t data_shards)
    : rng_(seed + 1'000), province_(seed, data_shards) {}

std::uint64_t ProvinceHistory::events() const {
  std::uint64_t sum = clock_steps_;
  for (const auto& [what, count] : seen_) sum += count;
  return sum;
}

void ProvinceHistory::publish(SignedDocument document, const std::string& expected) {
  const std::string type(to_string(document.type));
  const CommandResult result = province_.publish(std::move(document), now_);
  ASSERT_EQ(code_of(result), expected) << type << " at " << now_.to_string()
                                       << (result.error ? ": " + result.error->to_string() : "");
  note(type + (expected.empty() ? "" : " " + expected));
}

void ProvinceHistory::begin() {
  province_.found();
  const auto institution = [&](std::string id, InstitutionClass klass, std::string division) {
    model_.power.institutions.push_back({std::move(id), klass, std::move(division), kStart.plus(-kDay)});
  };
  institution("lab-1", InstitutionClass::kLaboratory, "41");
  institution("cdc-1", InstitutionClass::kCdc, "41");
  institution("hospital-1", InstitutionClass::kHospital, "41");
  institution("post-1", InstitutionClass::kBorderPost, "41");
  institution("command-1", InstitutionClass::kCommand, "41");
  institution("operator-1", InstitutionClass::kOperator, "41");
  const auto granted = [&](std::string id, std::string grantor, std::string grantee, std::vector<std::string> kinds,
                           std::vector<std::string> areas, bool may_delegate, bool publish_too) {
    const UnixSeconds from = kStart.plus(-kDay);
    const UnixSeconds until = kStart.plus(400 * kDay);
    if (publish_too) publish(province_.grant(id, grantee, kinds, areas, from, until, may_delegate, grantor), "");
    ASSERT_EQ(model_.power.publish({id, grantor, grantee, kinds, areas, from, until, may_delegate, {}}, now_), "");
  };
  granted("g-lab", "root", "lab-1", {"test_result"}, {"41"}, false, false);
  granted("g-cdc", "root", "cdc-1",
          {"contact_finding", "exposure_finding", "risk_clearance", "control_order", "control_release", "stay"}, {"41"},
          false, false);
  granted("g-hospital", "root", "hospital-1", {"case_report", "case_release", "case_exclusion"}, {"41"}, false, false);
  granted("g-post", "root", "post-1", {"border_entry"}, {"41"}, false, false);
  policies_.push_back(province_.control().machine().control().policy_document(PolicyNumber{0}).document);
  model_.add_policy(rules::parse_policy(policies_.back().bytes).value());

  publish(province_.institution("cdc-2", InstitutionClass::kCdc, "4102"), "");
  institution("cdc-2", InstitutionClass::kCdc, "4102");
  publish(province_.institution("command-2", InstitutionClass::kCommand, "4102"), "");
  institution("command-2", InstitutionClass::kCommand, "4102");
  publish(province_.institution("cdc-3", InstitutionClass::kCdc, "410202"), "");
  institution("cdc-3", InstitutionClass::kCdc, "410202");
  const std::vector<std::string> all(std::begin(kKinds), std::end(kKinds));
  granted("g-command", "root", "command-1", all, {"41"}, true, true);
  granted("g-city", "command-1", "command-2", all, {"4102"}, true, true);
  granted("g-cdc-2", "command-2", "cdc-2", {"contact_finding", "stay"}, {"4102"}, true, true);
  granted("g-cdc-3", "cdc-2", "cdc-3", {"contact_finding"}, {"410202"}, false, true);

  add_officer("cdc-1/a", "executing");
  add_officer("cdc-1/b", "executing");
  add_officer("cdc-1/c", "approving");
  add_officer("cdc-2/d", "approving");
  add_officer("cdc-2/e", "executing");
  add_officer("command-1/f", "ordering");
  add_officer("hospital-1/g", "executing");
  add_officer("command-1/h", "hotline");
  enforce_ = true;
  publish_policy();
  for (std::uint32_t i = 0; i < kResidents; ++i) {
    homes_.emplace_back(kPlaces[i % 4]);
    ASSERT_EQ(code_of(home_of(i).run(
                  RegisterCommand{province_.resident(i), DivisionCode::parse(homes_.back()).value(), {}}, now_)),
              "");
    model_.add_resident(DivisionCode::parse(homes_.back()).value(), now_);
  }
}

// ---- who may

void ProvinceHistory::change_grants() {
  constexpr std::string_view kGrantors[] = {"root", "root", "command-1", "command-2", "cdc-1", "cdc-2"};
  constexpr std::string_view kGrantees[] = {"cdc-1",  "cdc-2",     "cdc-3",     "lab-1",     "hospital-1",
                                            "post-1", "command-2", "command-1", "operator-1"};
  const std::string id = "d-" + std::to_string(++documents_);
  if (rng_.below(3) != 0) {
    ModelGrant grant{.id = rng_.below(30) == 0 ? model_.power.grants[rng_.below(model_.power.grants.size())].id : id,
                     .grantor = std::string(pick(rng_, kGrantors)),
                     .grantee = std::string(pick(rng_, kGrantees)),
                     .kinds = {},
                     .areas = {},
                     .from = now_.plus(static_cast<std::int64_t>(rng_.below(7 * kDay)) - 5 * kDay),
                     .until = {},
                     .may_delegate = rng_.below(2) == 0,
                     .revoked = {}};
    grant.until = grant.from.plus(static_cast<std::int64_t>(kDay + rng_.below(60 * kDay)));
    for (const std::string_view kind : kKinds) {
      if (rng_.below(2) == 0) grant.kinds.emplace_back(kind);
    }
    if (grant.kinds.empty()) grant.kinds.emplace_back(pick(rng_, kKinds));
    grant.areas.emplace_back(pick(rng_, kAreas));
    const SignedDocument document = province_.grant(grant.id, grant.grantee, grant.kinds, grant.areas, grant.from,
                                                    grant.until, grant.may_delegate, grant.grantor);
    return publish(document, model_.power.publish(grant, now_));
  }
  constexpr std::string_view kRevokers[] = {"root", "root", "command-1", "command-2", "cdc-2"};
  const std::string by(pick(rng_, kRevokers));
  const std::string grant =
      rng_.below(20) == 0 ? "no-such" : model_.power.grants[rng_.below(model_.power.grants.size())].id;
  const UnixSeconds from = now_.plus(static_cast<std::int64_t>(rng_.below(3 * kDay)) - 2 * kDay);
  const Json json(Json::Object{{"type", "revocation"},
                               {"id", id},
                               {"grant", grant},
                               {"revoked_by", by},
                               {"from", from.to_string()},
                               {"reason", "ended"}});
  publish(by == "root" ? province_.sign_by_roots(DocumentType::kRevocation, json.to_string())
                       : province_.sign_by(DocumentType::kRevocation, json.to_string(), by),
          model_.power.revoke(grant, by, from));
}

void ProvinceHistory::add_officer(const std::string& id, const std::string& role) {
  officers_.push_back({id, id.substr(0, id.find('/')), role, {}});
  keys_.emplace_back();
  replace_key(officers_.size() - 1, kStart.plus(-kDay));
}

// The officer's document with one new key instead of the present one.
void ProvinceHistory::replace_key(std::size_t index, UnixSeconds from) {
  ModelOfficer& officer = officers_[index];
  const OfficerKeyKind kind = rng_.below(3) == 0 ? OfficerKeyKind::kPasskey : OfficerKeyKind::kKey;
  auto key = std::make_unique<TestOfficer>(officer.id, officer.role, kind, rng_);
  SignedDocument document = province_.sign_by(
      DocumentType::kOfficer, key->document(now_, Json::Array{key->key_json(from)}), officer.institution);
  key->sign(document);
  publish(document, "");
  if (!officer.keys.empty()) officer.keys.back().replaced = true;
  officer.keys.push_back(
      {.id = key->key_id(), .passkey = kind == OfficerKeyKind::kPasskey, .from = from, .revoked = {}});
  keys_[index].push_back(std::move(key));
}

void ProvinceHistory::change_officers() {
  const std::size_t index = rng_.below(officers_.size());
  ModelOfficer& officer = officers_[index];
  if (rng_.below(2) == 0) return replace_key(index, rng_.below(2) == 0 ? now_ : kStart.plus(-kDay));
  const UnixSeconds from = now_.plus(static_cast<std::int64_t>(rng_.below(2 * kDay)) - kDay);
  const std::string by = rng_.below(2) == 0 ? "root" : officer.institution;
  const std::string json =
      officer_revocation("d-" + std::to_string(++documents_), officer.id, officer.keys.back().id, by, from);
  publish(by == "root" ? province_.sign_by_roots(DocumentType::kOfficerRevocation, json)
                       : province_.sign_by(DocumentType::kOfficerRevocation, json, by),
          "");
  officer.keys.back().revoked.push_back(from);
  // Mostly a new key comes soon; sometimes nobody thinks of it.
  if (rng_.below(4) != 0) {
    now_ = now_.plus(1);
    tick();
    replace_key(index, now_);
  }
}

void ProvinceHistory::ask_who_may() {
  const std::string institution = model_.power.institutions[rng_.below(model_.power.institutions.size())].id;
  const EvidenceKind kind = rules::find_evidence_kind(pick(rng_, kKinds))->kind;
  const DivisionCode place = DivisionCode::parse(pick(rng_, kPlaces)).value();
  const UnixSeconds signed_at = now_.plus(-static_cast<std::int64_t>(rng_.below(5 * kDay)));
  const ControlState& control = province_.data().machine().control();
  const InstitutionNumber number = control.institution_number(institution);
  const bool expected = model_.power.authorised(institution, kind, place, signed_at, now_);
  ASSERT_EQ(control.authorised(number, kind, place, signed_at, now_), expected)
      << institution << " " << rules::evidence_kind_info(kind).name << " " << place.value << " at " << now_.to_string();
  ASSERT_EQ(!mandates_of(control, number, kind, place, signed_at, now_).empty(), expected);
}

void ProvinceHistory::publish_policy() {
  const std::string version = "2.0." + std::to_string(++documents_);
  const bool city = !enforce_ && rng_.below(4) == 0;
  const UnixSeconds from = now_.plus(enforce_ ? 0 : static_cast<std::int64_t>(rng_.below(kDay)));
  const SignedDocument plain = province_.policy(version, static_cast<int>(2 + rng_.below(10)), from,
                                                from.plus(static_cast<std::int64_t>((20 + rng_.below(60)) * kDay)),
                                                city ? "4102" : "41", city ? "city-policy" : "test-policy");
  Json json = parse_json(plain.bytes).value();
  Json rules = *json.find("rules");
  for (Json& rule : rules.array()) {
    Json::Array hands;
    if (rng_.below(2) == 0) hands.emplace_back("executed");
    if (rng_.below(2) == 0) hands.emplace_back("approved");
    if (rng_.below(6) == 0) hands.emplace_back("ordered");
    if (hands.empty()) hands.emplace_back("executed");
    rule.set("hands", std::move(hands));
  }
  json.set("rules", std::move(rules));
  Json brakes = *json.find("brakes");
  const auto limit = [&](std::string_view name, std::uint64_t from_value, std::uint64_t more) {
    brakes.set(name, static_cast<std::int64_t>(from_value + rng_.below(more)));
  };
  limit("signer_worse_per_hour", 1, 3);
  limit("signer_worse_per_day", 2, 8);
  limit("institution_worse_per_hour", 1, 5);
  limit("institution_worse_per_day", 3, 12);
  limit("batch_approval_above", 1, 4);
  limit("no_flip_back_days", 1, 10);
  limit("area_order_population_max", 1'000, 2'000);
  limit("area_order_days_max", 1, 4);
  limit("hold_lapses_after_hours", 2, 40);
  json.set("brakes", std::move(brakes));
  Json::Array others;
  if (rng_.below(4) == 0) others.emplace_back("A2");
  json.set("enforcement", Json(Json::Object{{"hands", enforce_ || rng_.below(5) != 0},
                                            {"brakes", enforce_ || rng_.below(5) != 0},
                                            {"approved_by_other_institution", std::move(others)}}));
  const SignedDocument document = province_.sign_by_roots(DocumentType::kPolicy, json.to_string());
  rules::Policy parsed = rules::parse_policy(document.bytes).value();
  const std::size_t place = policies_.size();
  if (city) {  // with every proof that the gate asks for, or not at all: the gate has its own test
    const auto over = province_.control().machine().control().provincial_policies(parsed, now_);
    if (!over.ok()) return;
    for (const PolicyNumber number : *over) {
      publish(province_.proof(document, policies_.at(number.value)), "");
      model_.add_proof(place, number.value);
    }
  }
  publish(document, "");
  policies_.push_back(document);
  model_.add_policy(std::move(parsed));
  if (!city) prove_cities_again(place);
  enforce_ = false;
}

// Some cities are proved never stricter than the province's new policy as well; the others give way to it.
void ProvinceHistory::prove_cities_again(std::size_t provincial) {
  for (std::size_t i = 0; i < provincial; ++i) {
    if (model_.policies()[i].jurisdiction == model_.policies()[provincial].jurisdiction || rng_.below(2) == 0) continue;
    publish(province_.proof(policies_[i], policies_[provincial]), "");
    model_.add_proof(i, provincial);
  }
}

void ProvinceHistory::publish_order() {
  constexpr std::string_view kIssuers[] = {"root", "command-1", "command-2", "cdc-1"};
  const std::string issuer(pick(rng_, kIssuers));
  const bool again = rng_.below(4) == 0 && documents_ > 0;
  const std::string number =
      "o-" + std::to_string(again ? 1 + rng_.below(static_cast<std::uint64_t>(documents_)) : ++documents_);
  const UnixSeconds from = now_.plus(static_cast<std::int64_t>(rng_.below(kDay)));
  Json json(Json::Object{{"type", "area_order"},
                         {"number", number},
                         {"issuer", issuer},
                         {"area", pick(rng_, kAreas)},
                         {"level", rng_.below(3) == 0 ? "medium" : "high"},
                         {"lockdown", "none"},
                         {"test_interval_hours", 0},
                         {"from", from.to_string()},
                         {"until", from.plus(static_cast<std::int64_t>(1 + rng_.below(4 * kDay))).to_string()}});
  if (rng_.below(4) != 0) json.set("population", static_cast<std::int64_t>(500 + rng_.below(3'000)));
  const SignedDocument document = issuer == "root"
                                      ? province_.sign_by_roots(DocumentType::kAreaOrder, json.to_string())
                                      : province_.sign_by(DocumentType::kAreaOrder, json.to_string(), issuer);
  publish(document, model_.publish_order(parse_area_order(document.bytes).value(), now_));
}

// ---- statements

Statement ProvinceHistory::draw_statement(std::uint32_t number) {
  const std::string record = "r-" + std::to_string(rng_.below(6));
  const UnixSeconds at = now_.plus(-static_cast<std::int64_t>(rng_.below(8 * kDay)) - 1);
  Statement out;
  switch (rng_.below(6)) {
    case 0:
      out = province_.test_result(number,
                                  rng_.below(9) == 0 ? rules::TestResult::kPositive : rules::TestResult::kNegative,
                                  at.plus(-kDay), record, now_);
      break;
    case 1:
      out = {.institution = "hospital-1", .source_record = record};
      out.evidence = {.kind = EvidenceKind::kCaseReport,
                      .level = static_cast<std::uint8_t>(rules::CaseStatus::kConfirmed),
                      .detail = 1,
                      .at = at};
      if (rng_.below(2) == 0) out.evidence = {.kind = EvidenceKind::kCaseRelease, .at = at};
      break;
    case 2:
      out = {.institution = rng_.below(3) == 0 ? "cdc-2" : "cdc-1", .source_record = record};
      out.evidence = {.kind = EvidenceKind::kStay, .area = DivisionCode::parse(pick(rng_, kPlaces)).value(), .at = at};
      if (rng_.below(2) == 0) out.evidence.until = at.plus(static_cast<std::int64_t>(rng_.below(3 * kDay)));
      break;
    case 3:
      out = {.institution = rng_.below(3) != 0 ? "cdc-1" : "post-1", .source_record = record};
      out.evidence = {.kind = EvidenceKind::kBorderEntry, .at = at};
      if (out.institution == "cdc-1") out.evidence.kind = EvidenceKind::kRiskClearance;
      break;
    default: {
      constexpr std::string_view kFinders[] = {"cdc-1", "cdc-1", "cdc-1", "cdc-2", "cdc-3"};
      out = province_.contact_finding(number, at, record, now_);
      out.institution = pick(rng_, kFinders);
      break;
    }
  }
  out.resident = province_.resident(number);
  out.signed_at = now_.plus(-static_cast<std::int64_t>(rng_.below(4) == 0 ? rng_.below(2 * kDay) : 0));
  if (rng_.below(60) == 0) out.signed_at = now_.plus(kHour);
  const auto action = rng_.below(6);
  if (action >= 2) return out;
  out.action = action == 0 ? StatementAction::kReplace : StatementAction::kWithdraw;
  if (action == 1) out.evidence = {.kind = out.evidence.kind};
  out.earlier_record = "r-" + std::to_string(rng_.below(6));
  if (action == 1) out.source_record = "w-" + std::to_string(rng_.below(40));
  out.reason = "amended";
  return out;
}

ProvinceHistory::Signature ProvinceHistory::sign(std::size_t officer, const Digest& digest, Bytes& signature) {
  // Mostly with the present key; sometimes with one that was lost, replaced or copied.
  std::vector<ModelKey>& keys = officers_[officer].keys;
  const std::size_t key = rng_.below(25) == 0 ? rng_.below(keys.size()) : keys.size() - 1;
  signature = keys_[officer][key]->sign(digest);
  return {officer, key, ++keys[key].used};
}

ProvinceHistory::Sent ProvinceHistory::draw_sent() {
  if (rng_.below(12) == 0 && !sent_.empty()) return sent_[rng_.below(sent_.size())];
  Sent out{.number = someone(), .command = {}, .hands = {}};
  const Statement statement = draw_statement(out.number);
  out.command = province_.document(statement);
  const std::string_view type = statement.action == StatementAction::kAdd ? "statement" : "correction";
  const Digest digest = document_digest(type, as_text(out.command.document));
  std::vector<std::size_t> own;
  for (std::size_t i = 0; i < officers_.size(); ++i) {
    if (officers_[i].institution == statement.institution) own.push_back(i);
  }
  if (rng_.below(20) == 0) own = {rng_.below(officers_.size())};
  if (!own.empty() && rng_.below(4) != 0) {
    const std::size_t main = own[rng_.below(own.size())];
    out.command.authority = AuthorityKind::kOfficer;
    out.hands.push_back(sign(main, digest, out.command.signature));
    out.command.key_id = officers_[main].keys[out.hands.back().key].id;
  }
  for (std::uint64_t i = rng_.below(3); i > 0; --i) {
    Bytes signature;
    const Signature hand = sign(rng_.below(officers_.size()), digest, signature);
    out.hands.push_back(hand);
    out.command.hands.push_back({officers_[hand.officer].keys[hand.key].id, signature});
  }
  return out;
}

std::vector<ModelHand> ProvinceHistory::hands_of(const Sent& sent) {
  std::vector<ModelHand> out;
  for (const Signature& hand : sent.hands)
    out.push_back({&officers_[hand.officer], &officers_[hand.officer].keys[hand.key], hand.number});
  return out;
}

ModelSaid ProvinceHistory::said_of(const Sent& sent) {
  return {.statement = sent.command.lines.front().statement,
          .key_signer = "key of " + sent.command.institution,
          .hands = hands_of(sent),
          .by_officer = sent.command.authority == AuthorityKind::kOfficer,
          .batch = {},
          .shard = shard_of(sent.number)};
}

// One document, or several that reach the machine together and become one event. Over several shards, where what must
// be counted is sent twice, one at a time.
void ProvinceHistory::submit() {
  const bool alone = province_.data_shards() > 1 || rng_.below(6) != 0;
  std::vector<Sent> together;
  for (std::uint64_t i = alone ? 1 : 1 + rng_.below(4); i > 0; --i) together.push_back(draw_sent());
  std::vector<CommandResult> results;
  if (alone) {
    results.push_back(province_.run_counted(together[0].command, now_, shard_of(together[0].number)));
  } else {
    std::vector<Command> commands;
    for (const Sent& sent : together) commands.emplace_back(sent.command);
    results = province_.data().run(commands, now_);
  }
  for (std::size_t i = 0; i < together.size(); ++i) {
    const ModelSaid said = said_of(together[i]);
    const std::string refused = model_.check_hands(said, now_);
    ASSERT_EQ(code_of(results[i]), refused) << "a statement at " << now_.to_string();
    if (!refused.empty()) {
      note("statement " + refused);
      continue;
    }
    model_.note_hands(said.hands, said.shard);
    const Outcome expected = model_.submit(together[i].number, said, now_);
    ASSERT_EQ(to_string(results[i].statements.front().outcome), to_string(expected))
        << "resident " << together[i].number << ", " << said.statement.institution << ", "
        << rules::evidence_kind_info(said.statement.evidence.kind).name << ", action "
        << static_cast<int>(said.statement.action) << " at " << now_.to_string();
    note("statement " + std::string(to_string(expected)));
  }
  model_.refresh(now_);
  sent_.insert(sent_.end(), together.begin(), together.end());
  if (sent_.size() > 200) sent_.erase(sent_.begin(), sent_.begin() + 100);
}

void ProvinceHistory::submit_batch() {
  std::vector<Statement> statements;
  std::vector<std::uint32_t> numbers;
  // Over several shards: of residents of one shard, each once.
  const bool spread = province_.data_shards() > 1;
  const std::uint16_t shard = spread ? static_cast<std::uint16_t>(1 + rng_.below(province_.data_shards())) : 1;
  const std::size_t wanted = spread ? 2 + rng_.below(kResidents / province_.data_shards() - 2) : 4 + rng_.below(20);
  std::string institution;
  while (statements.size() < wanted) {
    const std::uint32_t number = someone();
    const bool again = std::find(numbers.begin(), numbers.end(), number) != numbers.end();
    if (spread && (shard_of(number) != shard || again)) continue;
    Statement statement = draw_statement(number);
    if (institution.empty()) institution = statement.institution;
    if (statement.institution != institution) continue;
    statements.push_back(std::move(statement));
    numbers.push_back(number);
  }
  const CommandResult result = province_.run_counted(province_.batch(statements, now_), now_, shard);
  ASSERT_EQ(code_of(result), "") << "a batch at " << now_.to_string();
  const std::string batch = "b-" + std::to_string(++batches_);
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const ModelSaid said{.statement = statements[i],
                         .key_signer = "key of " + institution,
                         .hands = {},
                         .by_officer = false,
                         .batch = batch,
                         .shard = shard};
    const Outcome expected = model_.submit(numbers[i], said, now_);
    ASSERT_EQ(to_string(result.statements[i].outcome), to_string(expected))
        << "line " << i << " at " << now_.to_string();
    note("line " + std::string(to_string(expected)));
  }
  model_.refresh(now_);
}

void ProvinceHistory::approve() {
  std::vector<std::size_t> chosen;
  std::vector<StatementId> ids;
  for (std::size_t i = model_.items.size(); i-- > 0 && chosen.size() < 3;) {
    const bool held = model_.items[i].standing == Standing::kHeld;
    if (!chosen.empty() && shard_of(model_.items[i].number) != shard_of(model_.items[chosen.front()].number)) continue;
    if (rng_.below(held ? 2 : 400) == 0) chosen.push_back(i);
  }
  if (chosen.empty()) return;
  for (const std::size_t i : chosen) ids.push_back(statement_id(model_.items[i].statement));
  const std::size_t officer = rng_.below(officers_.size());
  const bool refuses = rng_.below(6) == 0;
  ApprovalCommand command = approval(*keys_[officer].back(), ids, now_, refuses);
  ModelKey& key = officers_[officer].keys.back();
  ++key.used;  // made by the helper, with the present key
  const std::uint16_t shard = shard_of(model_.items[chosen.front()].number);
  const CommandResult result = province_.data(shard).run(command, now_);
  if (!PowerModel::key_in_force(key, now_)) {
    ASSERT_EQ(code_of(result), "shard.unknown_key");
    return note("approval shard.unknown_key");
  }
  ASSERT_EQ(code_of(result), "");
  std::vector<bool> held;
  for (const std::size_t i : chosen) held.push_back(model_.items[i].standing == Standing::kHeld);
  bool changed = false;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    ApprovalOutcome expected = model_.approve(chosen[i], officers_[officer], refuses, now_);
    // Ended by this very event: a correction that was completed took it back.
    if (held[i] && expected == ApprovalOutcome::kUnknown) expected = ApprovalOutcome::kEnded;
    ASSERT_EQ(to_string(result.approvals[i].outcome), to_string(expected)) << "at " << now_.to_string();
    note("approval " + std::string(to_string(expected)));
    changed = changed || expected <= ApprovalOutcome::kRefused;
  }
  if (changed) model_.note_hands({{&officers_[officer], &key, key.used}}, shard);
  model_.refresh(now_);
}

// ---- cases and look-ups

void ProvinceHistory::open_case() {
  const std::uint32_t who = someone();
  const bool hotline = rng_.below(3) == 0;
  OpenCaseCommand command{.resident = province_.resident(who)};
  if (hotline) {
    command.channel = CaseChannel::kHotline;
    command.consent = CaseConsent::kSpokenOnPhone;
    command.institution = "command-1";
  }
  const RowTable& rows = home_of(who).machine().rows();
  const bool governed = rows.policy(*rows.find(province_.resident(who))) != kNoPolicyNumber;
  const CommandResult result = home_of(who).run(std::move(command), now_);
  if (!governed) {
    ASSERT_EQ(code_of(result), "shard.case_step");
  } else if (const auto contested = model_.contested(who)) {
    ASSERT_EQ(result.ticket, contested);
    ASSERT_TRUE(result.existed);
  } else if (model_.open_cases(who) >= kOpenCasesMax) {
    ASSERT_EQ(code_of(result), "shard.case_step");
  } else {
    ASSERT_EQ(code_of(result), "");
    ASSERT_FALSE(result.existed);
    model_.open_case(*result.ticket, who, !hotline, now_);
    note("case");
  }
}

ModelCase* ProvinceHistory::draw_case() {
  if (model_.cases.empty()) return nullptr;
  return &model_.cases[model_.cases.size() - 1 - rng_.below(std::min<std::size_t>(model_.cases.size(), 8))];
}

void ProvinceHistory::reply() {
  ModelCase* one = draw_case();
  if (one == nullptr || one->items.empty()) return;
  constexpr CaseAnswer kGiven[] = {CaseAnswer::kSubstantiated, CaseAnswer::kSubstantiated,
                                   CaseAnswer::kNotSubstantiated, CaseAnswer::kCorrected};
  const std::size_t k = rng_.below(one->items.size());
  const CaseAnswer answer = pick(rng_, kGiven);
  const Statement& statement = model_.items[one->items[k]].statement;
  const CommandResult result =
      home_of(one->who).run(CaseDocumentCommand{case_reply(province_, one->ticket, statement, answer, now_)}, now_);
  ASSERT_EQ(!result.error.has_value(), model_.reply(*one, k, answer, now_))
      << "a reply in case " << ticket_text(one->ticket) << " at " << now_.to_string() << ": " << code_of(result);
  note("reply");
  model_.refresh(now_);
}

void ProvinceHistory::decide_case() {
  ModelCase* one = draw_case();
  if (one == nullptr) return;
  std::vector<std::size_t> which;
  std::vector<StatementId> ids;
  constexpr std::string_view kOutcomes[] = {"upheld", "corrected", "reinstated"};
  const std::string_view outcome = pick(rng_, kOutcomes);
  for (std::size_t k = 0; k < one->items.size(); ++k) {
    if (rng_.below(2) == 0 || (outcome == "upheld" && rng_.below(3) != 0)) continue;
    which.push_back(k);
    ids.push_back(statement_id(model_.items[one->items[k]].statement));
  }
  const CommandResult result =
      home_of(one->who).run(CaseDocumentCommand{case_decision(province_, one->ticket, outcome, ids, now_)}, now_);
  const CaseEnd end = outcome == "upheld" ? CaseEnd::kUpheld : CaseEnd::kCorrected;
  const bool expected =
      outcome == "reinstated" ? model_.reinstate(*one, which) : model_.decide_case(*one, end, which, now_);
  ASSERT_EQ(!result.error.has_value(), expected) << outcome << " at " << now_.to_string() << ": " << code_of(result);
  note("decided " + std::string(outcome));
  model_.refresh(now_);
}

void ProvinceHistory::case_step() {
  ModelCase* one = draw_case();
  if (one == nullptr) return;
  constexpr CaseStepKind kKinds[] = {CaseStepKind::kAccepted, CaseStepKind::kTold, CaseStepKind::kWithdrawn,
                                     CaseStepKind::kAdded};
  CaseStepCommand command{.ticket = one->ticket, .kind = pick(rng_, kKinds)};
  if (command.kind == CaseStepKind::kAccepted || command.kind == CaseStepKind::kTold) command.institution = "command-1";
  if (command.kind == CaseStepKind::kAdded) command.material = "more";
  const CommandResult result = home_of(one->who).run(command, now_);
  ASSERT_EQ(!result.error.has_value(), model_.step(*one, command.kind, now_)) << to_string(command.kind);
  note("case step");
}

void ProvinceHistory::look_up() {
  const std::uint32_t who = someone();
  const bool city = rng_.below(3) == 0;
  LookUpCommand command{.resident = province_.resident(who),
                        .institution = city ? "command-2" : "command-1",
                        .actor = "o-" + std::to_string(rng_.below(2)),
                        .role = StaffRole::kHotline,
                        .duty = Duty::kCaller};
  const RowTable& rows = home_of(who).machine().rows();
  const auto row = *rows.find(command.resident);
  const DivisionCode kaifeng = DivisionCode::parse("4102").value();
  const bool outside = city && !kaifeng.contains(rows.home(row)) && !kaifeng.contains(rows.stay(row));
  unsigned expected = outside ? unsigned{kLookUpOutsideArea} : 0u;
  const ModelCase* one = draw_case();
  if (one != nullptr && rng_.below(2) == 0) {
    command.role = StaffRole::kCase;
    command.duty = Duty::kCase;
    command.ticket = one->ticket;
    if (one->who != who) {
      ASSERT_EQ(code_of(home_of(who).run(command, now_)), "shard.unknown_case");
      return note("look-up refused");
    }
    if (!one->open() && one->ended.plus(30 * kDay) < now_) expected |= kLookUpEndedCase;
  } else {
    const std::string day = std::to_string((now_.value + 8 * kHour) / kDay) + command.institution + command.actor +
                            std::to_string(shard_of(who));
    expected |= kLookUpNoCase | (++look_ups_[day] > kLookUpsUsualPerDay ? unsigned{kLookUpMany} : 0u);
  }
  const CommandResult result = home_of(who).run(command, now_);
  ASSERT_EQ(code_of(result), "");
  ASSERT_EQ(static_cast<unsigned>(result.look_up_flags), expected);
  note("look-up");
}

// ---- the clock, and comparing

void ProvinceHistory::tick() {
  ++clock_steps_;
  for (std::uint16_t shard = 1; shard <= province_.data_shards(); ++shard) province_.data(shard).settle(now_);
  model_.clock(now_);
}

void ProvinceHistory::step() {
  // Minutes within an hour, mostly; at times days.
  const std::uint64_t pause = rng_.below(40) == 0 ? 3 * kDay : rng_.below(3) == 0 ? 4 * kHour : 20 * 60;
  now_ = now_.plus(1 + static_cast<std::int64_t>(rng_.below(pause)));
  tick();
  const std::uint64_t choice = rng_.below(100);
  if (choice < 5) {
    change_grants();
  } else if (choice < 7) {
    change_officers();
  } else if (choice < 8) {
    publish_policy();
  } else if (choice < 10) {
    publish_order();
  } else if (choice < 42) {
    submit();
  } else if (choice < 52) {
    submit_batch();
  } else if (choice < 66) {
    approve();
  } else if (choice < 71) {
    open_case();
  } else if (choice < 77) {
    reply();
  } else if (choice < 81) {
    decide_case();
  } else if (choice < 86) {
    case_step();
  } else {
    look_up();
  }
  if (::testing::Test::HasFatalFailure()) return;
  tick();
  --clock_steps_;  // the same instant
  ask_who_may();
  if (rng_.below(200) == 0) home_of(someone()).reopen();
  if (rng_.below(500) == 0) province_.control().reopen();
  if (!::testing::Test::HasFatalFailure()) compare();
}

void ProvinceHistory::compare() {
  const std::uint32_t slow = someone();
  for (std::uint32_t i = 0; i < kResidents; ++i) {
    const RowTable& rows = home_of(i).machine().rows();
    const RowNumber row = *rows.find(province_.resident(i));
    const rules::Decision found = rows.decision(row);
    const rules::Decision expected = i == slow ? model_.decide_slowly(i, now_) : model_.decision(i);
    ASSERT_TRUE(found.same_outcome(expected))
        << "resident " << i << " at " << now_.to_string() << ": " << to_string(found.colour) << ", the model says "
        << to_string(expected.colour);
    ASSERT_EQ(found.horizon, expected.horizon) << "resident " << i << " at " << now_.to_string();
    ASSERT_EQ(rows.get(row).version, model_.version(i)) << "resident " << i << " at " << now_.to_string();
  }
  std::size_t held = 0;
  for (const ModelItem& item : model_.items) {
    if (item.standing != Standing::kHeld) continue;
    ++held;
    const HoldBook& holds = home_of(item.number).machine().holds();
    const auto key = holds.find_statement(statement_id(item.statement));
    ASSERT_TRUE(key.has_value());
    ASSERT_EQ(holds.find(*key)->judgement.missing, item.missing);
    ASSERT_EQ(holds.find(*key)->judgement.lapses, item.lapses);
  }
  std::size_t found = 0;
  for (std::uint16_t shard = 1; shard <= province_.data_shards(); ++shard)
    found += province_.data(shard).machine().holds().size();
  ASSERT_EQ(found, held) << "at " << now_.to_string();
  compare_cases();
}

void ProvinceHistory::compare_cases() {
  const std::size_t first = model_.cases.size() > 10 ? model_.cases.size() - 10 : 0;
  for (std::size_t i = first; i < model_.cases.size(); ++i) {
    const ModelCase& expected = model_.cases[i];
    const Case found =
        decode_case(*home_of(expected.who).store().get(kCasesTable, case_key(expected.ticket)).value()).value();
    const std::string what = "case " + ticket_text(expected.ticket) + " at " + now_.to_string();
    ASSERT_EQ(found.statements.size(), expected.items.size()) << what;
    for (std::size_t k = 0; k < found.statements.size(); ++k) {
      ASSERT_EQ(found.statements[k].id, statement_id(model_.items[expected.items[k]].statement)) << what;
      ASSERT_EQ(to_string(found.statements[k].answer), to_string(expected.answers[k])) << what;
    }
    ASSERT_EQ(to_string(found.end), to_string(expected.end)) << what;
    ASSERT_EQ(found.accepted_at != UnixSeconds{}, expected.accepted) << what;
    ASSERT_EQ(found.told_at != UnixSeconds{}, expected.told) << what;
    ASSERT_EQ(found.missed, expected.missed) << what;
  }
}

}  // namespace mingma::shard::testing
