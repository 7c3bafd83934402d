#include <algorithm>
#include <map>

#include "crypto/digest.h"
#include "ledger/checkpoint.h"
#include "ledger/hash.h"
#include "ledger/tlog_proof.h"
#include "rules/policy.h"
#include "rules/reducers.h"
#include "service/bundle.h"
#include "service/bundle_hands.h"
#include "service/bundle_signatures.h"
#include "shard/mandate.h"

namespace mingma::service {
namespace {

// A leaf whose place under a signed checkpoint was verified.
struct ProvedLeaf {
  ShardId shard{};
  LeafIndex index{};
  Bytes entry;
  shard::Leaf leaf;  // borrows from the bytes of `entry`, which a move leaves where they are
  Digest opening{};
  Bytes record;
};

struct Recorded {
  shard::Statement statement;
  shard::EvidenceStatus status = shard::EvidenceStatus::kEffective;
  UnixSeconds received_at{};
  Sequence sequence{};
  LeafIndex leaf{};
  Sequence counts_from{};  // `sequence`, or the event of the approval of one that was held
};

std::uint32_t hour_of(UnixSeconds at) { return static_cast<std::uint32_t>(at.value / 3'600); }

Result<shard::EvidenceStatus> parse_status(const std::string& name, const std::string& where) {
  for (int i = 1; i <= 32; ++i) {
    const auto status = static_cast<shard::EvidenceStatus>(i);
    if (shard::to_string(status) == name) return status;
  }
  return bundle_refused("no such status", where + "/status");
}

class Checker {
 public:
  Checker(const Json& json, std::span<const ledger::NoteVerifier> keys) : json_(json), keys_(keys) {}

  Result<CheckedBundle> run() {
    MINGMA_CHECK(read_head());
    MINGMA_CHECK(check_documents());
    MINGMA_CHECK(check_chain());
    MINGMA_CHECK(check_statements());
    MINGMA_CHECK(check_destroyed());
    MINGMA_CHECK(check_origins());
    MINGMA_CHECK(check_causes());
    MINGMA_CHECK(check_order());
    derive_all();
    if (!out_.version().derived && !chain_only_ && !excused_)
      return bundle_refused("the version asked for does not follow from the statements and the rules", "/chain");
    MINGMA_CHECK(describe_asked());
    if (out_.question == "negative") MINGMA_CHECK(check_negative());
    add_notes();
    return std::move(out_);
  }

 private:
  Result<void> read_head() {
    MINGMA_TRY(const std::string format, bundle_text(json_, "format", ""));
    if (format != kBundleFormat) return bundle_refused("not a bundle of this version", "/format");
    MINGMA_TRY(out_.question, bundle_text(json_, "question", ""));
    if (out_.question != "who" && out_.question != "negative") return bundle_refused("no such question", "/question");
    if (out_.question == "negative") {
      MINGMA_TRY(const Json* accused, bundle_member(json_, "accused", ""));
      MINGMA_TRY(out_.accused, bundle_text(*accused, "id", "/accused"));
    }
    MINGMA_TRY(out_.made_at, bundle_instant(json_, "made_at", ""));
    MINGMA_TRY(const std::string resident, bundle_text(json_, "resident", ""));
    auto id = ResidentId::parse(resident);
    if (!id.ok()) return bundle_refused("no pseudonym", "/resident");
    out_.resident = *id;
    MINGMA_TRY(const std::string home, bundle_text(json_, "home", ""));
    auto division = DivisionCode::parse(home);
    if (!division.ok()) return bundle_refused("no division code", "/home");
    out_.home = *division;
    MINGMA_TRY(const std::uint64_t asked, bundle_number(json_, "version", ""));
    out_.asked = static_cast<std::uint32_t>(asked);
    const Json* chain_only = json_.find("chain_only");
    chain_only_ = chain_only != nullptr && chain_only->is_boolean() && chain_only->boolean();
    return {};
  }

  const ledger::NoteVerifier* find_key(std::string_view origin) const {
    for (const ledger::NoteVerifier& key : keys_) {
      if (key.name() == origin) return &key;
    }
    return nullptr;
  }

  // The leaf's entry is under a checkpoint that a known key signed.
  Result<ProvedLeaf> prove(const Json& json, const std::string& where) {
    ProvedLeaf out;
    MINGMA_TRY(const std::uint64_t shard, bundle_number(json, "shard", where));
    MINGMA_TRY(out.index.value, bundle_number(json, "index", where));
    out.shard.value = static_cast<std::uint16_t>(shard);
    MINGMA_TRY(out.entry, bundle_bytes(json, "entry", where));
    MINGMA_TRY(const std::string text, bundle_text(json, "proof", where));
    const auto proof = ledger::parse_tlog_proof(text);
    if (!proof.ok()) return bundle_refused("the proof cannot be read: " + proof.error().message(), where);
    if (proof->index != out.index) return bundle_refused("the proof is of another leaf", where);
    const auto note = ledger::parse_note(proof->checkpoint);
    if (!note.ok()) return bundle_refused("the checkpoint cannot be read", where);
    const auto stated = ledger::parse_checkpoint(note->text);
    if (!stated.ok()) return bundle_refused("the checkpoint cannot be read", where);
    const ledger::NoteVerifier* key = find_key(stated->origin);
    if (key == nullptr) return bundle_refused("no key is known for the ledger " + stated->origin, where);
    if (!stated->origin.ends_with("/shard/" + std::to_string(shard)))
      return bundle_refused("the proof is of another shard's ledger", where);
    const auto opened =
        ledger::verify_tlog_proof(*proof, ledger::leaf_hash(out.entry), {stated->origin, {*key}, {}, 0});
    if (!opened.ok()) return bundle_refused(opened.error().message(), where);
    auto leaf = shard::decode_leaf(out.entry);
    if (!leaf.ok()) return bundle_refused("the entry is no leaf", where);
    out.leaf = *leaf;
    if (std::find(out_.origins.begin(), out_.origins.end(), stated->origin) == out_.origins.end())
      out_.origins.push_back(stated->origin);
    ++out_.leaves;
    return out;
  }

  // And its commitment opens to the record.
  Result<ProvedLeaf> open(const Json& json, const std::string& where) {
    MINGMA_TRY(ProvedLeaf out, prove(json, where));
    MINGMA_TRY(out.record, bundle_bytes(json, "record", where));
    MINGMA_TRY(out.opening, bundle_digest(json, "opening", where));
    MINGMA_TRY(const Digest key, bundle_digest(json, "commitment_key", where));
    if (commitment_key_ && *commitment_key_ != key)
      return bundle_refused("not opened with the same resident's key as the others", where);
    commitment_key_ = key;
    if (!out.leaf.commitment || *out.leaf.commitment != crypto::hmac_sha256(key, {out.opening, out.record}))
      return bundle_refused("the leaf does not commit to this record", where);
    if (out_.shard != ShardId{} && out_.shard != out.shard)
      return bundle_refused("leaves of one resident are in one shard", where);
    out_.shard = out.shard;
    return out;
  }

  Result<void> check_documents() {
    MINGMA_TRY(const Json::Array* list, bundle_array(json_, "documents", ""));
    states_.emplace_back();
    for (std::size_t i = 0; i < list->size(); ++i) {
      const std::string where = "/documents/" + std::to_string(i);
      const Json& json = (*list)[i];
      shard::PublishedDocument published;
      MINGMA_TRY(const std::string type, bundle_text(json, "type", where));
      const auto found = shard::find_document_type(type);
      if (!found) return bundle_refused("no such type of document", where);
      published.document.type = *found;
      MINGMA_TRY(published.document.bytes, bundle_text(json, "document", where));
      MINGMA_TRY(const Json::Array* signatures, bundle_array(json, "signatures", where));
      for (const Json& one : *signatures) {
        MINGMA_TRY(std::string key, bundle_text(one, "key", where));
        MINGMA_TRY(Bytes signature, bundle_bytes(one, "signature", where));
        published.document.signatures.push_back({std::move(key), std::move(signature)});
      }
      MINGMA_TRY(published.published_at, bundle_instant(json, "published_at", where));
      MINGMA_TRY(const Json* leaf, bundle_member(json, "leaf", where));
      MINGMA_TRY(const ProvedLeaf proved, prove(*leaf, where + "/leaf"));
      published.leaf = proved.index;
      if (proved.shard != kControlShard || !proved.leaf.document ||
          *proved.leaf.document != crypto::sha256(as_bytes(published.document.bytes)))
        return bundle_refused("the leaf is not this document's", where);
      if (proved.leaf.hour != hour_of(published.published_at) || published.published_at < published_.back())
        return bundle_refused("published at another time, or out of order", where);
      if (auto checked = states_.back().check(published.document, published.published_at); !checked.ok())
        return bundle_refused(checked.error().message(), where);
      shard::ControlState next = states_.back().clone();
      published_.push_back(published.published_at);
      MINGMA_CHECK(next.add(std::move(published)));
      states_.push_back(std::move(next));
      out_.signatures += signatures->size();
      ++out_.documents;
    }
    if (!states_.back().has_genesis()) return bundle_refused("the genesis document is missing", "/documents");
    const shard::Genesis& genesis = states_.back().genesis();
    out_.province = {genesis.name_zh, genesis.name_en};
    return {};
  }

  Result<void> check_origins() const {
    const shard::Genesis& genesis = states_.back().genesis();
    for (const std::string& origin : out_.origins) {
      if (!origin.starts_with(genesis.origin + "/shard/"))
        return bundle_refused("the genesis document is of another province", "/documents/0");
    }
    return {};
  }

  // As it was published by then.
  const shard::ControlState& control_at(UnixSeconds at) const {
    const auto end = std::upper_bound(published_.begin() + 1, published_.end(), at);
    return states_[static_cast<std::size_t>(end - published_.begin()) - 1];
  }

  Result<void> check_chain() {
    MINGMA_TRY(const Json::Array* chain, bundle_array(json_, "chain", ""));
    if (out_.asked == 0 || out_.asked > chain->size()) return bundle_refused("is not in the chain", "/version");
    Digest previous{};
    for (std::size_t i = 0; i < chain->size(); ++i) {
      const std::string where = "/chain/" + std::to_string(i);
      MINGMA_TRY(const Json* place, bundle_member((*chain)[i], "leaf", where));
      MINGMA_TRY(ProvedLeaf leaf, open(*place, where + "/leaf"));
      auto record = shard::decode_decision_record(leaf.record);
      if (!record.ok()) return bundle_refused("no decision record", where);
      const shard::Leaf& seen = leaf.leaf;
      if (record->resident != out_.resident) return bundle_refused("a decision about somebody else", where);
      if (record->version != i + 1 || record->previous != previous)
        return bundle_refused("the chain of decisions has a gap or a fork", where);
      const bool fits = seen.kind == shard::LeafKind::kDecision && seen.from == record->from &&
                        seen.to == record->colour && seen.rule == record->rule && seen.policy == record->policy &&
                        seen.hour == hour_of(record->at);
      if (!fits) return bundle_refused("the public leaf says something else than its record", where);
      if (!out_.versions.empty() && leaf.index <= out_.versions.back().leaf)
        return bundle_refused("leaves of the chain are out of order", where);
      previous = crypto::sha256(leaf.record);
      MINGMA_TRY(const std::uint64_t sequence, bundle_number((*chain)[i], "sequence", where));
      sequences_.push_back({sequence});
      out_.versions.push_back({std::move(record).value(), leaf.index, "?", false});
      chain_leaves_.push_back(std::move(leaf));
    }
    return {};
  }

  Result<void> check_statements() {
    MINGMA_TRY(const Json::Array* list, bundle_array(json_, "statements", ""));
    if (chain_only_ && !list->empty()) return bundle_refused("a chain alone has no statements", "/statements");
    for (std::size_t i = 0; i < list->size(); ++i)
      MINGMA_CHECK(check_statement((*list)[i], "/statements/" + std::to_string(i)));
    return {};
  }

  Result<void> check_statement(const Json& json, const std::string& where) {
    MINGMA_TRY(const Json* place, bundle_member(json, "leaf", where));
    MINGMA_TRY(const ProvedLeaf leaf, open(*place, where + "/leaf"));
    auto statement = shard::decode_statement(leaf.record);
    if (!statement.ok()) return bundle_refused("no statement", where);
    if (statement->resident != out_.resident) return bundle_refused("a statement about somebody else", where);
    Recorded recorded{*statement, {}, {}, {}, leaf.index};
    MINGMA_TRY(recorded.received_at, bundle_instant(json, "received_at", where));
    MINGMA_TRY(recorded.sequence.value, bundle_number(json, "sequence", where));
    recorded.counts_from = recorded.sequence;
    MINGMA_TRY(const std::string status, bundle_text(json, "status", where));
    MINGMA_TRY(recorded.status, parse_status(status, where));
    const shard::Leaf& seen = leaf.leaf;
    const bool add = statement->action == shard::StatementAction::kAdd;
    // One that was held is so in its leaf for ever.
    const bool fits = seen.kind == (add ? shard::LeafKind::kStatement : shard::LeafKind::kCorrection) ||
                      seen.kind == shard::LeafKind::kHold;
    if (!fits || seen.hour != hour_of(recorded.received_at) ||
        seen.tag != shard::make_blinded_tag(leaf.opening, statement->institution))
      return bundle_refused("the public leaf says something else than its record", where);
    const shard::ControlState& control = control_at(recorded.received_at);
    const shard::InstitutionNumber number = control.institution_number(statement->institution);
    MINGMA_TRY(const Json* authority, bundle_member(json, "authority", where));
    MINGMA_TRY(const CheckedAuthority signed_by,
               check_authority(*authority, *statement, control, recorded.received_at, where + "/authority"));
    CheckedStatement out;
    out.statement = *statement;
    out.received_at = recorded.received_at;
    out.key_id = signed_by.key_id;
    out.proved_by = signed_by.proved_by;
    out.leaf = leaf.index;
    out.institution = summarise(control, statement->institution);
    out_.signatures += signed_by.verified + signed_by.officers.size() - (signed_by.proved_by == "officer");
    if (number != shard::kSelf) {
      const shard::AuthorityKind kind =
          signed_by.proved_by == "officer" ? shard::AuthorityKind::kOfficer : shard::AuthorityKind::kDocument;
      // A key that nothing here was verified with names nobody: the leaf's tag names the institution.
      const std::string key_id = signed_by.verified ? signed_by.key_id : std::string();
      out.hands = hands_in(control, kind, statement->institution, key_id, signed_by.officers);
    }
    if (const Json* approval = json.find("approval")) {
      MINGMA_CHECK(add_approval(*approval, *statement, recorded, out, where + "/approval"));
    }
    if (number != shard::kSelf) {
      for (const shard::Mandate& mandate : shard::mandates_of(control, number, statement->evidence.kind, out_.home,
                                                              statement->signed_at, recorded.received_at)) {
        std::vector<GrantLink>& chain = out.mandates.emplace_back();
        for (const shard::Grant* grant : mandate.chain) chain.push_back(to_link(control, *grant));
      }
    }
    recorded_.push_back(std::move(recorded));
    out_.statements.push_back(std::move(out));
    return {};
  }

  // Of what retention destroyed, the leaf stands, and its tag opens to whose it was.
  Result<void> check_destroyed() {
    if (json_.find("destroyed") == nullptr) return {};
    MINGMA_TRY(const Json::Array* list, bundle_array(json_, "destroyed", ""));
    for (std::size_t i = 0; i < list->size(); ++i) {
      const std::string where = "/destroyed/" + std::to_string(i);
      const Json& json = (*list)[i];
      CheckedDestroyed out;
      MINGMA_TRY(const Json* place, bundle_member(json, "leaf", where));
      MINGMA_TRY(const ProvedLeaf leaf, prove(*place, where + "/leaf"));
      MINGMA_TRY(const Digest opening, bundle_digest(*place, "opening", where + "/leaf"));
      MINGMA_TRY(const Json* institution, bundle_member(json, "institution", where));
      MINGMA_TRY(out.institution, bundle_text(*institution, "id", where + "/institution"));
      MINGMA_TRY(out.kind, bundle_text(json, "kind", where));
      MINGMA_TRY(out.rule, bundle_text(json, "rule", where));
      MINGMA_TRY(out.received_at, bundle_instant(json, "received_at", where));
      MINGMA_TRY(out.sequence.value, bundle_number(json, "sequence", where));
      out.leaf = leaf.index;
      const bool statement =
          leaf.leaf.kind == shard::LeafKind::kStatement || leaf.leaf.kind == shard::LeafKind::kCorrection;
      if (!statement || leaf.shard != out_.shard || leaf.leaf.hour != hour_of(out.received_at) ||
          leaf.leaf.tag != shard::make_blinded_tag(opening, out.institution))
        return bundle_refused("the public leaf says something else than what is said to be destroyed", where);
      out_.destroyed.push_back(std::move(out));
    }
    return {};
  }

  // A statement that was held counts from the event of its approval on.
  Result<void> add_approval(const Json& json, const shard::Statement& statement, Recorded& recorded,
                            CheckedStatement& out, const std::string& where) {
    MINGMA_TRY(recorded.counts_from.value, bundle_number(json, "sequence", where));
    const auto version = std::find(sequences_.begin(), sequences_.end(), recorded.counts_from);
    if (version == sequences_.end() || recorded.counts_from < recorded.sequence)
      return bundle_refused("no version of the chain came of this approval", where);
    const shard::DecisionRecord& record = out_.versions[static_cast<std::size_t>(version - sequences_.begin())].record;
    if (record.cause != shard::DecisionCause::kHold)
      return bundle_refused("no version of the chain came of this approval", where);
    const shard::ControlState& control = control_at(record.at);
    MINGMA_TRY(const CheckedApprovalHand hand, check_approval(json, statement, control, where));
    out.hands.push_back(name_hand(control, hand.hand, hand.key_id));
    out.hands.back().later = true;
    ++out_.signatures;
    return {};
  }

  // Whose statement each version's public tag names.
  Result<void> check_causes() {
    for (std::size_t i = 0; i < out_.versions.size(); ++i) {
      const ProvedLeaf& leaf = chain_leaves_[i];
      const auto& tag = leaf.leaf.tag;
      const auto is = [&](std::string_view name) { return tag == shard::make_blinded_tag(leaf.opening, name); };
      if (out_.question == "negative" && i + 1 == out_.asked && is(out_.accused))
        return bundle_refused("the public leaf names the accused institution as the cause",
                              "/chain/" + std::to_string(i));
      if (is("")) {
        out_.versions[i].caused_by = "";
        continue;
      }
      if (chain_only_) continue;  // the statement that it would be compared with is not here
      const auto found = std::find_if(recorded_.begin(), recorded_.end(), [&](const Recorded& one) {
        return one.counts_from == sequences_[i] && is(one.statement.institution);
      });
      const auto gone = std::find_if(out_.destroyed.begin(), out_.destroyed.end(), [&](const CheckedDestroyed& one) {
        return one.sequence == sequences_[i] && is(one.institution);
      });
      if (found == recorded_.end() && gone != out_.destroyed.end()) {
        out_.versions[i].caused_by = gone->institution;
        continue;
      }
      if (found == recorded_.end())
        return bundle_refused("the statement that caused this version is not in the bundle",
                              "/chain/" + std::to_string(i));
      out_.versions[i].caused_by = found->statement.institution;
    }
    return {};
  }

  // Sequences are the operator's word, but they must order the leaves as the ledger does.
  Result<void> check_order() {
    std::vector<std::pair<LeafIndex, Sequence>> all;
    for (std::size_t i = 0; i < out_.versions.size(); ++i) all.emplace_back(out_.versions[i].leaf, sequences_[i]);
    for (const Recorded& one : recorded_) all.emplace_back(one.leaf, one.sequence);
    for (const CheckedDestroyed& one : out_.destroyed) all.emplace_back(one.leaf, one.sequence);
    std::sort(all.begin(), all.end());
    for (std::size_t i = 1; i < all.size(); ++i) {
      if (all[i].first == all[i - 1].first || all[i].second < all[i - 1].second)
        return bundle_refused("events are in another order than their leaves", "/chain");
    }
    return {};
  }

  // Statements that count as of a version, without those of `without`.
  std::vector<bool> counted(std::size_t version) const {
    std::vector<RecordedStatement> list;
    for (const Recorded& one : recorded_) list.push_back({&one.statement, one.counts_from, one.status});
    return counted_as_of(list, sequences_[version]);
  }

  // Does the record follow from the statements that count (those of `without` left out) under the rules of its time?
  bool derives(std::size_t version, std::string_view without) const {
    const shard::DecisionRecord& record = out_.versions[version].record;
    const shard::ControlState& control = control_at(record.at);
    const auto view = control.view_at(record.at);
    const std::vector<bool> counts = counted(version);
    std::vector<rules::Evidence> effective;
    for (std::size_t i = 0; i < recorded_.size(); ++i) {
      if (counts[i] && (without.empty() || recorded_[i].statement.institution != without))
        effective.push_back(recorded_[i].statement.evidence);
    }
    const rules::Residence residence{out_.home};
    const rules::FactRow facts = rules::reduce(effective, residence, view->areas);
    const DivisionCode stay = rules::present_place(effective, residence);
    const shard::PolicyNumber policy = view->policy_for(stay, out_.home);
    const rules::Decision decision = control.decide(policy, facts, record.at);
    if (policy == shard::kNoPolicyNumber) return !record.policy && record.status == rules::DecisionStatus::kNoPolicy;
    return record.policy && *record.policy == control.policy_hash(policy) && record.status == decision.status &&
           record.colour == decision.colour && record.measure == decision.measure &&
           record.rule == control.rule_id(policy, decision);
  }

  void derive_all() {
    if (chain_only_) return;
    // Holds, cases and retention change what counts by events that a bundle does not hold.
    excused_ = !out_.destroyed.empty() || std::any_of(recorded_.begin(), recorded_.end(), [](const Recorded& one) {
      return static_cast<int>(one.status) > static_cast<int>(shard::EvidenceStatus::kNoEvidence);
    });
    for (std::size_t i = 0; i < out_.versions.size(); ++i) out_.versions[i].derived = derives(i, {});
  }

  Result<void> describe_asked() {
    const std::size_t asked = out_.asked - 1;
    const shard::DecisionRecord& record = out_.versions[asked].record;
    const shard::ControlState& control = control_at(record.at);
    for (std::size_t i = 0; record.policy && i < control.policy_count(); ++i) {
      const shard::PolicyNumber number{static_cast<std::uint16_t>(i)};
      if (control.policy_hash(number) != *record.policy) continue;
      const rules::Policy& policy = control.policy(number);
      out_.policy_id = policy.id;
      out_.policy_version = policy.version.to_string();
      out_.policy_document_number = policy.document_no;
      out_.rule_title = {policy.default_reason.zh, policy.default_reason.en};
      std::uint32_t kinds = 0;
      if (const auto rule = policy.index_of(record.rule)) {
        out_.rule_title = {policy.rules[*rule].title.zh, policy.rules[*rule].title.en};
        kinds = shard::deciding_kinds(control, number, *rule);
      }
      mark_deciding(asked, kinds);
      name_signers(control, number);
    }
    if (record.policy && out_.policy_id.empty()) return bundle_refused("the policy is not in the bundle", "/documents");
    return {};
  }

  void mark_deciding(std::size_t asked, std::uint32_t kinds) {
    const std::vector<bool> counts = counted(asked);
    for (std::size_t i = 0; i < counts.size(); ++i) {
      CheckedStatement& statement = out_.statements[i];
      statement.counted = counts[i];
      statement.deciding = counts[i] && (kinds >> static_cast<unsigned>(statement.statement.evidence.kind) & 1u) != 0;
    }
  }

  void name_signers(const shard::ControlState& control, shard::PolicyNumber number) {
    const shard::Genesis& genesis = control.genesis();
    for (const shard::DocumentSignature& signature : control.policy_document(number).document.signatures) {
      for (std::size_t i = 0; i < genesis.roots.size(); ++i) {
        if (genesis.roots[i].key_id() == signature.key_id) out_.policy_signers.push_back(genesis.root_names[i]);
      }
    }
  }

  Result<void> check_negative() {
    if (chain_only_) {
      out_.claim = "not_attributed";
      return {};
    }
    for (const CheckedDestroyed& one : out_.destroyed) {
      if (one.institution == out_.accused && !(sequences_[out_.asked - 1] < one.sequence))
        return bundle_refused("a statement of the accused institution was destroyed: nobody can prove it any more",
                              "/destroyed");
    }
    bool signed_any = false;
    for (const CheckedStatement& one : out_.statements) {
      if (one.statement.institution != out_.accused) continue;
      signed_any = true;
      if (one.deciding) return bundle_refused("the accused institution signed a deciding statement", "/statements");
    }
    if (signed_any && !excused_ && !derives(out_.asked - 1, out_.accused))
      return bundle_refused("without the accused institution's statements the version does not follow", "/statements");
    out_.claim = signed_any ? "not_deciding" : "none";
    return {};
  }

  void add_notes() {
    const auto note = [&](std::string zh, std::string en) { out_.notes.push_back({std::move(zh), std::move(en)}); };
    std::size_t underived = 0;
    std::size_t hashes_only = 0;
    for (const CheckedVersion& version : out_.versions) underived += !version.derived;
    for (const CheckedStatement& one : out_.statements)
      hashes_only += one.deciding && (one.proved_by == "manifest" || one.proved_by == "destroyed");
    if (chain_only_) {
      note("本证明不含证据，只显示平台当时记为何人所致。",
           "Without statements: it shows only whom the platform took for the cause.");
    } else if (underived > 0) {
      note("有 " + std::to_string(underived) + " 个历史版本未能由所附证据重新推出（暂缓、申诉或已到期的证据）。",
           std::to_string(underived) +
               " versions could not be derived again from the statements here (holds, cases, retention).");
    }
    for (const CheckedDestroyed& one : out_.destroyed) {
      note(one.institution + " 的一条证据（" + one.kind + "）已按保存期限销毁：" + one.rule + "。",
           "A statement of " + one.institution + " was destroyed by retention: " + one.rule + ".");
    }
    if (hashes_only > 0) {
      note("有决定性证据的原始行已不在，只有机构对其哈希的签名。",
           "Of " + std::to_string(hashes_only) +
               " deciding statements the signed line is gone; the institution's signature is over its hash.");
    }
    note("所附检查点之后发生的事、撤销授权的文件是否齐全，须对照公开账本。",
         "What came after these checkpoints, and whether every revocation is here, is for the public ledgers to say.");
  }

  const Json& json_;
  std::span<const ledger::NoteVerifier> keys_;
  CheckedBundle out_;
  bool chain_only_ = false;
  bool excused_ = false;
  std::optional<Digest> commitment_key_;
  std::vector<shard::ControlState> states_;            // after 0, 1, 2, ... documents
  std::vector<UnixSeconds> published_{UnixSeconds{}};  // [i]: of the i-th document, from 1
  std::vector<Sequence> sequences_;                    // of versions
  std::vector<ProvedLeaf> chain_leaves_;
  std::vector<Recorded> recorded_;
};

}  // namespace

Result<CheckedBundle> check_bundle(std::string_view text, std::span<const ledger::NoteVerifier> keys) {
  auto json = parse_json(text, {.depth_max = 16, .bytes_max = kBundleBytesMax});
  if (!json.ok()) return bundle_refused(json.error().message(), json.error().where());
  return Checker(*json, keys).run();
}

}  // namespace mingma::service
