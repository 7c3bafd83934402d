// The signature behind a batch of statements: what is checked before any of them counts. Pure functions. Internal to
// the room.
//
// Manifest (docs/formats/feeds.md, docs/formats/statement.md): JSON with submission_id (uuid), institution, created,
// parts[i] {count, lines_root (base64), digest}. The signature base (RFC 9421) must cover content-digest, and its
// sha-256 must be that of the manifest's bytes.
#pragma once

#include "shard/command.h"
#include "shard/control.h"
#include "shard/working.h"
#include "store/store.h"

namespace mingma::shard {

struct CheckedAuthority {
  Digest digest{};  // SHA-256 of the manifest, or document_digest of the document
  UnixSeconds created{};
  std::vector<OfficerMark> officers;  // whose signatures stand on the document
};

// `verified`: this very manifest was verified before; the signature is not checked again, everything else is.
Result<CheckedAuthority> check_manifest(const StatementsCommand& command, const ControlState& control,
                                        InstitutionNumber institution, UnixSeconds now, bool verified);
// kDocument: signed by the institution's key; kOfficer: by one of its officers. Officers' further signatures (hands)
// are verified too; every key must be in force when the document was signed and now. The signed document must say
// exactly what the statement says, the person excepted (that is the service's to resolve).
Result<CheckedAuthority> check_document(const StatementsCommand& command, const ControlState& control,
                                        InstitutionNumber institution, UnixSeconds now);

// `document` is the certificate (COSE_Sign1): signed by a key of the institution that was in force when it was issued,
// not expired at `now`, and saying exactly what the statement says. Whose it is, is for the service to establish.
Result<CheckedAuthority> check_certificate(const StatementsCommand& command, const ControlState& control,
                                           InstitutionNumber institution, UnixSeconds now);

// An approval, its officer's key and what the shard writes down of them.
struct CheckedApproval {
  Approval approval;
  OfficerKeyRef officer;
  OfficerMark mark;
};
Result<CheckedApproval> check_approval(const Working& working, const std::string& document,
                                       const DocumentSignature& signature);

// What sealed_authority holds, opened: CBOR [document, signature base, signature] and perhaps [[key, signature]...].
struct AuthorityMaterial {
  Bytes document;
  Bytes signature_base;
  Bytes signature;
  std::vector<DocumentSignature> hands;
};
Bytes encode_authority(const StatementsCommand& command);
Result<AuthorityMaterial> decode_authority(ByteView bytes);

// kSubmissionsTable under a submission's id: whose signature it was, from its first batch in this shard.
struct StoredAuthority {
  AuthorityKind kind = AuthorityKind::kManifest;
  InstitutionNumber institution{};
  Digest digest{};
  std::string key_id;
  Bytes sealed;
};
void encode_stored_authority(const StatementsOperation& operation, Bytes& out);
Result<std::optional<StoredAuthority>> find_stored_authority(const store::Reader& reader,
                                                             const SubmissionId& submission);

}  // namespace mingma::shard
