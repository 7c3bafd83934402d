// Use cases of families and paper codes: guardians see a dependant's code, sheets of paper are issued, listed, revoked.
//
// Who may what is decided in the dependant's shard (shard/family.h): each begin and end, each sheet and revocation is
// an event and a leaf. A guardian's phone shows a dependant's code with the guardian's own key: the phone is enrolled
// once, for its owner, and shows the codes of all dependants (at most kDependantsMax of them). Threading, errors,
// durability: as service/api.h. shard.not_guardian, shard.limit, shard.unknown_paper, shard.no_decision;
// service.forbidden for a child under 14 that would consent itself.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "service/types.h"

namespace mingma::service {

inline constexpr std::int64_t kPaperDaysDefault = 7;

struct NameGuardian {
  ResidentId dependant;  // whose session it is
  Person self;           // their document once more: it shows their age, and that they mean it
  Person guardian;
  std::string relation;  // of the dependant to the guardian: "child", "parent", "spouse", ... (shard/family.h)
  UnixSeconds until{};
};

struct EndGuardianship {
  ResidentId dependant;
  ResidentId guardian;
  bool by_dependant = true;
};

struct GuardianView {
  ResidentId guardian;
  std::string label;  // as the dependant or the community named the guardian: "李** 1239"; empty: key destroyed
  std::string relation;
  std::string basis;  // "own_consent", "in_person", "age"
  std::string step;   // "begun", "withdrawn", "given_up", "ended"
  UnixSeconds since{};
  UnixSeconds until{};
  bool in_force = false;
  std::string institution;  // that attested; empty: own session
  ShardId shard{};
  LeafIndex leaf{};
};

struct DependantView {
  ResidentId dependant;
  std::string name_mask;
  std::string document_digits;
  std::string relation;
  std::string basis;
  UnixSeconds until{};
};

struct GuardianshipDone {
  ResidentId dependant;
  ResidentId guardian;
  std::string step;
  ShardId shard{};
  LeafIndex leaf{};
};

// Whose, and on whose behalf: without a guardian the resident's own.
struct PaperOwner {
  ResidentId resident;
  std::optional<ResidentId> guardian;
};

struct PaperView {
  std::string id;  // 32 hex digits: the credential's cti
  rules::Colour colour = rules::Colour::kNone;
  UnixSeconds issued_at{};
  UnixSeconds expires_at{};
  std::string state;      // "valid", "revoked", "colour_changed", "expired"
  std::string issued_by;  // "holder", "guardian", or the institution's id
  UnixSeconds revoked_at{};
  std::string reason;
  ShardId shard{};
  LeafIndex leaf{};             // of the sheet
  std::string text;             // what the QR code holds: "HC1:..."; only of one sheet that is valid
  std::string name_mask;        // with the text
  std::string document_digits;  // with the text
};

class FamilyApi {
 public:
  template <typename T>
  using Async = boost::asio::awaitable<Result<T>>;

  virtual ~FamilyApi() = default;

  virtual Async<GuardianView> name_guardian(NameGuardian request) = 0;
  virtual Async<GuardianshipDone> end_guardianship(EndGuardianship request) = 0;
  // "guardianship", "guardianship_end", signed by one key of a community institution.
  virtual Async<GuardianshipDone> submit_guardianship(SignedDocument document) = 0;
  virtual Async<std::vector<GuardianView>> guardians(ResidentId dependant) = 0;       // ended ones too
  virtual Async<std::vector<DependantView>> dependants(ResidentId guardian) = 0;      // in force
  virtual Async<bool> check_guardian(ResidentId dependant, ResidentId guardian) = 0;  // shard.not_guardian
  // Bound to the guardian's phone; lives no longer than the guardianship.
  virtual Async<std::shared_ptr<const ShownCode>> dependant_code(ResidentId dependant, ResidentId guardian,
                                                                 std::string device) = 0;

  virtual Async<PaperView> issue_paper(PaperOwner owner, std::int64_t days) = 0;
  virtual Async<std::vector<PaperView>> papers(PaperOwner owner) = 0;  // without texts, newest first
  virtual Async<PaperView> paper(PaperOwner owner, std::string id) = 0;
  virtual Async<PaperView> revoke_paper(PaperOwner owner, std::string id, std::string reason) = 0;
  // "paper_code", "paper_code_end", signed by one key of a community institution.
  virtual Async<PaperView> submit_paper(SignedDocument document) = 0;
};

}  // namespace mingma::service
