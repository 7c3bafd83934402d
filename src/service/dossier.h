// Dossier: everything about one resident's colours that can be proved, gathered in one place: the chain of decisions,
// the statements, who signed them and by which grants, each with its leaf's opening and inclusion proof.
//
// It is what `mingma who` and `mingma negative` put into their bundles (docs/formats/bundle.md, bundle.h). It opens
// personal records, so only those whom the routes let through may ask (auditors, the command; see oversight.h).
// Threading: values; gather() parts run where their comments say.
// Limits: 1,000 versions, 200 statements.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "service/exchange.h"
#include "service/ledger_desk.h"
#include "service/power.h"
#include "service/receipts.h"
#include "service/shard_runtime.h"
#include "shard/authority.h"
#include "shard/view.h"

namespace mingma::service {

inline constexpr std::size_t kDossierVersionsMax = 1'000;
inline constexpr std::size_t kDossierLinesMax = 4;  // each reads its whole part: about 0.3 s per 100,000 lines

// One line of a submission, provable under the manifest's one signature.
struct DossierLine {
  std::uint32_t part = 0;
  std::uint32_t line = 0;
  std::uint32_t part_lines = 0;
  std::string text;
  std::string header;            // CSV: line 0, proved together with `line`; else empty
  std::vector<Digest> siblings;  // of {line}, or of {0, line} with a header
};

// The signature behind a statement, opened.
struct DossierAuthority {
  shard::AuthorityKind kind = shard::AuthorityKind::kSession;
  std::string key_id;
  Bytes document;  // manifest, or signed statement; empty: the resident's session, or the key is destroyed
  Bytes signature_base;
  Bytes signature;
  std::vector<shard::DocumentSignature> hands;  // of officers, beside it, over the same document
  std::optional<DossierLine> line;
};

// A hand that was given later, when the statement was held: the approval that completed it.
struct DossierApproval {
  std::string document;
  shard::DocumentSignature signature;
  std::uint8_t hand = 0;  // one bit (shard/hold.h)
  Sequence sequence{};    // from which event on the statement counts
};

struct DossierStatement {
  shard::EvidenceView evidence;
  Cause cause;
  bool counted = false;   // effective when the version asked for was decided
  bool deciding = false;  // counted, and of a kind that its rule reads
  LeafOpening leaf;
  DossierAuthority authority;
  std::optional<DossierApproval> approval;
  std::vector<std::vector<GrantLink>> mandates;  // at signing and at receipt
};

// A statement whose body retention destroyed. Its leaf is there still, and whose it was: the tag opens.
struct DossierDestroyed {
  shard::StoredEvidence stored;
  Cause cause;
  UnixSeconds kept_until{};
  std::string rule;  // in words: shard::retention_words
  LeafOpening leaf;  // without record
};

struct DossierVersion {
  shard::DecisionVersion version;
  LeafOpening leaf;
};

struct DossierDocument {
  shard::SignedDocument document;
  UnixSeconds published_at{};
  LeafOpening leaf;  // without record, opening and key: the leaf names the document's hash
};

struct Dossier {
  ResidentId resident;
  DivisionCode home{};
  std::uint32_t asked = 0;                   // version
  std::vector<DossierVersion> versions;      // ascending, from 1 to the newest
  std::vector<DossierStatement> statements;  // in the order they were recorded
  std::vector<DossierDestroyed> destroyed;   // likewise; not among `statements`
  std::vector<DossierDocument> documents;    // control documents that the rest needs, in order of publication
};

// Which statements count as of an event: recorded by then, not a withdrawal, not superseded, not corrected by then.
// `statements` in the order they were recorded. Pure.
struct RecordedStatement {
  const shard::Statement* statement = nullptr;
  Sequence sequence{};
  shard::EvidenceStatus status = shard::EvidenceStatus::kEffective;
};
std::vector<bool> counted_as_of(const std::vector<RecordedStatement>& statements, Sequence sequence);

// 1. On the shard's thread: versions, statements and their openings, without proofs. `version` 0: the newest.
// kNotRegistered, kKeyDestroyed, kNoSuchThing (no such version).
Result<Dossier> open_dossier(ShardRuntime& shard, const ResidentId& resident, std::uint32_t version);
// 2. On a disk thread: which batch each statement came in.
struct DossierBatch {
  shard::StatementsOperation operation;  // entries: the one statement's only
  std::optional<shard::StoredAuthority> authority;
  std::optional<DossierApproval> approval;
};
Result<std::vector<DossierBatch>> find_batches(const store::Reader& reader, const Dossier& dossier);
// 3. On the shard's thread: opens the signed material.
void open_authorities(ShardRuntime& shard, const std::vector<DossierBatch>& batches, Dossier& dossier);
// 4. On a disk thread: lines of deciding statements, grants, documents, and every proof. kNotReady: a leaf is not under
// a published checkpoint yet.
struct DossierSources {
  LedgerDesk& ledger;
  LedgerDesk& control_ledger;
  const shard::ControlState& control;  // the control shard's own: with leaf indexes
  Exchange& exchange;
  std::string spool_path;
};
Result<void> prove_dossier(const DossierSources& sources, const std::vector<DossierBatch>& batches, Dossier& dossier);

}  // namespace mingma::service
