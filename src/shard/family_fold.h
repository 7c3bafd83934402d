// Guardianships and paper codes within an event: may this be, what it changes, what its leaf is. Owner, replica and
// audit use the same functions. Internal to the room.
#pragma once

#include "shard/event.h"
#include "shard/record.h"
#include "shard/working.h"

namespace mingma::shard {

// What the signed document must say; errors are refusals. `institution`: who signed, already looked up.
Result<Digest> check_guardianship_document(const Working& working, const GuardianshipOperation& op,
                                           const PersonalDocument& document);
Result<Digest> check_paper_document(const Working& working, const PaperOperation& op, const PersonalDocument& document);

// May this operation be done now? Who signed is looked at above; this is about registration, bonds, limits and times.
Result<void> check_guardianship(Working& working, const GuardianshipOperation& op);
// For an issue `op` names the version and colour that the row has, and an expiry.
Result<void> check_paper(Working& working, const PaperOperation& op);
// Is there a guardianship in force?
Result<bool> is_guardian(Working& working, const ResidentId& dependant, const ResidentId& guardian);

// A community institution's class and division fit this resident's home or present place.
Result<void> check_attestor(const Working& working, InstitutionNumber institution, RowNumber row);

Leaf make_guardianship_leaf(const Working& working, const GuardianshipOperation& op);
Leaf make_paper_leaf(const Working& working, const PaperOperation& op);
// Whose signature stands behind it: an institution's id, or "self" for a session.
std::string_view family_institution(const ControlState& control, InstitutionNumber institution);

// `index`: canonical number of its leaf.
Result<void> fold_guardianship(Working& working, const GuardianshipOperation& op, std::uint32_t index);
Result<void> fold_paper(Working& working, const PaperOperation& op, std::uint32_t index);
// Names the leaf's final place in what folding put into the overlay.
Result<void> place_guardianship(Working& working, const GuardianshipOperation& op, LeafIndex leaf);
Result<void> place_paper(Working& working, const PaperOperation& op, LeafIndex leaf);

Bytes seal_context(const GuardianshipOperation& op);
Bytes seal_context(const PaperOperation& op);
// CBOR [document, signature, label].
Bytes encode_personal_material(const PersonalDocument& document, std::string_view label);

// Of family.cpp.
Bytes dependant_key(const ResidentId& guardian, const ResidentId& dependant);
Bytes live_paper_key(UnixSeconds expires, const ResidentId& resident, const PaperId& id);
Bytes encode_stored(const StoredGuardian& stored);
Bytes encode_stored(const StoredPaper& stored);

}  // namespace mingma::shard
