// Family and paper: who else may see a resident's code, and which sheets of paper carry one.
//
// A guardianship 监护 lets one resident (the guardian) see another's code, receipt and history. It is begun
//   - by the dependant's own consent, in the dependant's session (14 years or older), or
//   - by consent given in person, recorded and signed by a community institution of the dependant's place, or
//   - by age: a child under 14, the relation attested and signed by a community institution. It ends by itself on the
//     14th birthday: from then on personal data is the child's own to consent about (PIPL, article 31; parents are
//     guardians of minors: Civil Code, articles 27 and 34).
// It ends at its date, or when the dependant withdraws it, the guardian gives it up, or a community institution ends
// it. A guardian never changes anything about the dependant's colour: nobody does.
//
// A paper code is a credential without a phone. What it proves, for whom and until when: docs/formats/code.md.
// It is issued at most until the decision's horizon, and it is void once it was revoked or the colour is another one.
//
// Both are kept in the dependant's shard (kFamilyTable), are operations of its log and leaves of its ledger.
// Formats: docs/formats/family.md. Threading: values; the rest within one plan or apply.
// Limits: below. They are counted per shard; the service refuses a guardian's dependants over the same number in all.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/time.h"
#include "rules/decision.h"
#include "shard/row.h"
#include "shard/statement.h"
#include "store/store.h"

namespace mingma::shard {

inline constexpr std::size_t kGuardiansMax = 8;    // of one dependant, in force
inline constexpr std::size_t kDependantsMax = 32;  // of one guardian, in force
inline constexpr std::size_t kPapersMax = 4;       // of one resident, valid
inline constexpr int kOwnConsentYears = 14;
inline constexpr std::int64_t kGuardianshipSecondsMax = 366 * kSecondsPerDay;  // by consent; then it is asked for again
inline constexpr std::int64_t kPaperSecondsMax = 30 * kSecondsPerDay;
inline constexpr std::int64_t kPaperSecondsMin = 60;
inline constexpr std::int64_t kAttestationSecondsMax = 7 * kSecondsPerDay;  // from signing to arrival here

// Numbers are part of the stored format.
enum class GuardianBasis : std::uint8_t { kOwnConsent = 1, kInPerson = 2, kAge = 3 };
enum class GuardianStep : std::uint8_t {
  kBegun = 1,
  kWithdrawn = 2,  // by the dependant
  kGivenUp = 3,    // by the guardian
  kEnded = 4,      // by a community institution's document
};
enum class Relation : std::uint8_t {
  kParent = 1,
  kChild = 2,
  kSpouse = 3,
  kGrandparent = 4,
  kRelative = 5,
  kLegalGuardian = 6,
  kCarer = 7
};
enum class PaperStep : std::uint8_t { kIssued = 1, kRevoked = 2 };
enum class PaperHand : std::uint8_t { kHolder = 1, kGuardian = 2, kInstitution = 3 };
enum class PaperReason : std::uint8_t { kNone = 0, kLost = 1, kReplaced = 2, kNotNeeded = 3, kError = 4 };

std::string_view to_string(GuardianBasis basis);  // "own_consent", "in_person", "age"
std::string_view to_string(GuardianStep step);    // "begun", "withdrawn", "given_up", "ended"
std::string_view to_string(Relation relation);    // "parent", ...
std::string_view to_string(PaperReason reason);   // "", "lost", "replaced", "not_needed", "error"
std::optional<Relation> find_relation(std::string_view name);
std::optional<PaperReason> find_paper_reason(std::string_view name);  // not for ""

// The credential's cti. Random; of a sheet that an institution signed for: the first half of its document's digest, so
// that one document is one sheet.
using PaperId = std::array<std::uint8_t, 16>;

// A document about persons that an institution signed: its exact bytes over document_digest(type, bytes). Empty when a
// session is the authority.
struct PersonalDocument {
  InstitutionId institution;
  std::string key_id;
  Bytes document;
  Bytes signature;
};

// ---- what institutions sign (docs/formats/family.md); persons are resolved by the service

// {"type":"guardianship","institution","basis":"in_person"|"age","relation","dependant":{...},"guardian":{...},
//  "until":"..." (in_person only),"source_record","signed_at"}
// {"type":"guardianship_end","institution","dependant":{...},"guardian":{...},"reason","source_record","signed_at"}
struct GuardianshipDocument {
  GuardianStep step = GuardianStep::kBegun;
  InstitutionId institution;
  GuardianBasis basis = GuardianBasis::kInPerson;
  Relation relation = Relation::kParent;
  UnixSeconds until{};  // by age: derived from the dependant's birth date
  UnixSeconds signed_at{};
  Json dependant;
  Json guardian;
};
// {"type":"paper_code","institution","person":{...},"days":7,"source_record","signed_at"}
// {"type":"paper_code_end","institution","person":{...},"id":"<32 hex>","reason":"lost","source_record","signed_at"}
struct PaperDocument {
  PaperStep step = PaperStep::kIssued;
  InstitutionId institution;
  PaperId id{};  // end only
  PaperReason reason = PaperReason::kNone;
  std::int64_t days = 0;
  UnixSeconds signed_at{};
  Json person;
};
Result<GuardianshipDocument> parse_guardianship(std::string_view bytes);
Result<PaperDocument> parse_paper_document(std::string_view bytes);

// Midnight (UTC+8) of the birthday on which somebody is `years` old; of 29 February: 1 March.
UnixSeconds birthday(CivilDate born, int years);
// Of a person object: out of a resident ID number, else its member "birth_date".
Result<CivilDate> birth_date_of(const Json& person, std::string_view where);

// ---- commands and operations

struct GuardianshipCommand {
  ResidentId dependant;
  ResidentId guardian;
  GuardianStep step = GuardianStep::kBegun;
  GuardianBasis basis = GuardianBasis::kOwnConsent;
  Relation relation = Relation::kParent;
  UnixSeconds until{};        // begun only
  PersonalDocument document;  // kInPerson, kAge, kEnded
  std::string label;          // of the guardian, for the dependant's list: name mask or digits; at most 64 bytes
};

struct PaperCommand {
  ResidentId resident;
  PaperStep step = PaperStep::kIssued;
  PaperId id{};
  UnixSeconds expires{};  // wanted; issued: never after the decision's horizon
  PaperHand hand = PaperHand::kHolder;
  ResidentId guardian;  // kGuardian
  PaperReason reason = PaperReason::kNone;
  PersonalDocument document;  // kInstitution
};

inline constexpr std::uint32_t kNoFamilyLeaf = 0xffff'ffff;  // same value as kNoLeaf (event.h)

struct GuardianshipOperation {
  ResidentId dependant;
  ResidentId guardian;
  GuardianStep step = GuardianStep::kBegun;
  GuardianBasis basis = GuardianBasis::kOwnConsent;
  Relation relation = Relation::kParent;
  UnixSeconds until{};  // zero for an end
  InstitutionNumber institution{};
  std::string key_id;
  Digest authority{};  // document_digest of the signed document; zero for a session
  Bytes sealed;  // CBOR [document, signature, label] under the dependant's key; context: 'g' | dependant | guardian
  std::uint32_t leaf = kNoFamilyLeaf;
};

struct PaperOperation {
  ResidentId resident;
  PaperStep step = PaperStep::kIssued;
  PaperId id{};
  std::uint32_t version = 0;  // issued: of the resident's chain, whose leaf the credential names
  rules::Colour colour = rules::Colour::kNone;
  UnixSeconds expires{};
  PaperHand hand = PaperHand::kHolder;
  ResidentId guardian;
  InstitutionNumber institution{};
  PaperReason reason = PaperReason::kNone;
  std::string key_id;
  Digest authority{};
  Bytes sealed;  // CBOR [document, signature, ""] under the resident's key; context: 'p' | resident | id. Else empty
  std::uint32_t leaf = kNoFamilyLeaf;
};

// ---- what leaves commit to, and what is kept

Bytes encode_guardianship_record(const GuardianshipOperation& op, std::string_view institution, UnixSeconds at);
Bytes encode_paper_record(const PaperOperation& op, std::string_view institution, UnixSeconds at);

// Where a record is: in the log, and in the ledger.
struct RecordPlace {
  LeafIndex leaf{};
  Sequence sequence{};
  std::uint32_t index = 0;  // of the leaf, before the shuffle: with the sequence it makes the opening
};

// kFamilyTable: 'g' | dependant | guardian -> the latest step.
struct StoredGuardian {
  ResidentId dependant;
  ResidentId guardian;
  GuardianStep step = GuardianStep::kBegun;
  GuardianBasis basis = GuardianBasis::kOwnConsent;
  Relation relation = Relation::kParent;
  UnixSeconds since{};
  UnixSeconds until{};
  InstitutionNumber institution{};
  Bytes record;
  RecordPlace place;
  Bytes sealed;

  bool in_force(UnixSeconds now) const { return step == GuardianStep::kBegun && now < until; }
};

// kFamilyTable: 'p' | resident | id.
struct StoredPaper {
  ResidentId resident;
  PaperId id{};
  std::uint32_t version = 0;
  rules::Colour colour = rules::Colour::kNone;
  UnixSeconds issued_at{};
  UnixSeconds expires{};
  PaperHand hand = PaperHand::kHolder;
  InstitutionNumber institution{};
  Bytes record;
  RecordPlace place;
  UnixSeconds revoked_at{};  // zero: not
  PaperReason reason = PaperReason::kNone;
  Bytes end_record;
  RecordPlace end_place;

  bool valid(UnixSeconds now) const { return revoked_at == UnixSeconds{} && now < expires; }
};

Result<StoredGuardian> decode_stored_guardian(ByteView key, ByteView value);
Result<StoredPaper> decode_stored_paper(ByteView key, ByteView value);
Bytes guardian_key(const ResidentId& dependant, const ResidentId& guardian);  // 'g' | dependant | guardian
Bytes paper_key(const ResidentId& resident, const PaperId& id);               // 'p' | resident | id

// ---- reads

// In the order of the guardians' pseudonyms; ended ones too.
Result<std::vector<StoredGuardian>> list_guardians(const store::Reader& reader, const ResidentId& dependant);
Result<std::optional<StoredGuardian>> find_guardian(const store::Reader& reader, const ResidentId& dependant,
                                                    const ResidentId& guardian);
// Of one shard, in force at `now`.
Result<std::vector<ResidentId>> list_dependants(const store::Reader& reader, const ResidentId& guardian,
                                                UnixSeconds now);
Result<std::vector<StoredPaper>> list_papers(const store::Reader& reader, const ResidentId& resident);
Result<std::optional<StoredPaper>> find_paper(const store::Reader& reader, const ResidentId& resident,
                                              const PaperId& id);

// What `sealed` holds, opened.
struct PersonalMaterial {
  Bytes document;
  Bytes signature;
  std::string label;
};
Result<PersonalMaterial> decode_personal_material(ByteView bytes);

// Every sheet that has not expired: whose, which, with what colour, and whether somebody revoked it.
struct LivePaper {
  ResidentId resident;
  PaperId id{};
  rules::Colour colour = rules::Colour::kNone;
  bool revoked = false;
};
Result<std::vector<LivePaper>> list_live_papers(const store::Reader& reader, UnixSeconds now);

}  // namespace mingma::shard
