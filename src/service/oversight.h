// What auditors, journalists and the accused may ask of the platform: who may, who did, who did not. The other half of
// service/api.h, of which everything said there about threads, errors and durability holds here too.
#pragma once

#include "service/api.h"
#include "service/power.h"
#include "shard/notice.h"

namespace mingma::service {

// A notice as published: an alarm, how one ended, or a day's figures.
struct NoticeView {
  shard::NoticeType type = shard::NoticeType::kAlarm;
  std::string id;    // 32 hex digits
  std::string text;  // exact bytes; the leaf names their SHA-256
  UnixSeconds raised_at{};
  LeafIndex leaf{};                 // control shard's ledger
  std::vector<NoticeView> endings;  // of an alarm
};

// What somebody found out there: a code or a checkpoint, compared with the ledger.
struct Comparison {
  bool fits = false;
  bool early = false;  // too young to be compared: ask again in a minute
  Bilingual finding;
  std::string alarm;  // id of the alarm that it raised
};

// Who is asked about, why, and by whom. `person` or `resident`.
struct DossierRequest {
  Caller caller;  // authenticated: an auditor or a command
  std::optional<Person> person;
  std::optional<ResidentId> resident;
  std::uint32_t version = 0;  // in the resident's chain; 0: the newest
  std::string accused;        // institution; empty for "who"
  bool chain_only = false;    // a "negative" without anybody's statements: for handing to the accused
  std::string purpose;        // 1 to 200 bytes: why
};

class Oversight {
 public:
  virtual ~Oversight() = default;

  // ---- public
  // Who may change a code here?
  virtual Result<Power> who_may(const PowerRequest& request) const = 0;

  // Alarms, endings or figures, in the order of their leaves, those behind leaf `after` (all: absent).
  virtual Async<std::vector<NoticeView>> notices(shard::NoticeType type, std::optional<LeafIndex> after) = 0;
  // Does the leaf that a credential of this province names say what the credential says? If not, that is an alarm and
  // the credential is proof. kSignatureRefused: not signed by this province's code key.
  virtual Async<Comparison> compare_code(Bytes credential) = 0;
  // Does this ledger extend a checkpoint that it signed? If not, that is an alarm.
  virtual Async<Comparison> compare_checkpoint(ShardId shard, std::string note) = 0;
  // How an alarm ended: the envelope of a signed "alarm_ending" document (shard/notice.h).
  virtual Async<NoticeView> end_alarm(SignedDocument ending) = 0;

  // ---- auditors and the command
  // Who turned this code red: a bundle (bundle.h, docs/formats/bundle.md). kForbidden for other institutions.
  virtual Async<std::string> who(DossierRequest request) = 0;
  // That `accused` did not do it: a bundle. kItDid, kForbidden.
  virtual Async<std::string> negative(DossierRequest request) = 0;
};

Json to_json(const NoticeView& notice);
Json to_json(const Comparison& comparison);

}  // namespace mingma::service
