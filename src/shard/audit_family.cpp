// Guardianships and paper codes of an event: documents, rules, records, leaves.
#include "crypto/seal.h"
#include "shard/audit_event.h"
#include "shard/errors.h"
#include "shard/family_fold.h"

namespace mingma::shard {

// Opens what was sealed with the operation. Nothing: without keys (counted), or damaged (a finding).
std::optional<PersonalMaterial> EventAuditor::open_material(const ResidentId& resident, const ResidentKeys* keys,
                                                            ByteView context, ByteView sealed) {
  if (keys == nullptr) {
    ++report_.unopened;
    return std::nullopt;
  }
  const auto plain = crypto::open_sealed(keys->seal, context, sealed);
  auto material = plain.ok() ? decode_personal_material(*plain) : Result<PersonalMaterial>(plain.error());
  if (!material.ok()) {
    findings_.add("bad_authority", at(resident), "a sealed document cannot be opened: " + material.error().to_string());
    return std::nullopt;
  }
  return std::move(material).value();
}

void EventAuditor::check_person(const Json& person, const ResidentId& resident) {
  if (!options_.identify) return;
  const auto found = options_.identify(person);
  if (!found.ok() || *found != resident)
    findings_.add("wrong_person", at(resident), "the signed document is about somebody else");
}

Result<void> EventAuditor::operation(const GuardianshipOperation& op) {
  check_role(false, "a guardianship");
  const std::string where = at(op.dependant);
  if (auto checked = check_guardianship(working_, op); !checked.ok())
    findings_.add("wrong_operation", where, "a guardianship that may not be: " + checked.error().to_string());
  const std::string institution(family_institution(working_.control(), op.institution));
  const auto keys = keys_of(op.dependant);
  const auto material = open_material(op.dependant, keys ? &*keys : nullptr, seal_context(op), op.sealed);
  if (material && op.institution != kSelf && working_.find(op.dependant)) {
    ++report_.signatures;
    const auto authority =
        check_guardianship_document(working_, op, {institution, op.key_id, material->document, material->signature});
    if (!authority.ok() || *authority != op.authority) {
      findings_.add("bad_authority", where,
                    "a guardianship without a good signature: " +
                        (authority.ok() ? std::string("another document") : authority.error().to_string()));
    } else if (const auto said = parse_guardianship(as_text(material->document)); said.ok()) {
      check_person(said->dependant, op.dependant);
      check_person(said->guardian, op.guardian);
    }
  }
  if (index_ < places_.size() && op.leaf != places_[index_])
    findings_.add("wrong_shuffle", where, "a leaf is not where the seed puts it");
  if (working_.find(op.dependant)) {
    check_leaf(op.leaf, make_guardianship_leaf(working_, op), institution, keys ? &*keys : nullptr,
               encode_guardianship_record(op, institution, event_.time), where);
  }
  return fold_operation(working_, op, event_.time, index_);
}

Result<void> EventAuditor::operation(const PaperOperation& op) {
  check_role(false, "a paper code");
  const std::string where = at(op.resident);
  if (auto checked = check_paper(working_, op); !checked.ok())
    findings_.add("wrong_operation", where, "a paper code that may not be: " + checked.error().to_string());
  const std::string institution(family_institution(working_.control(), op.institution));
  const auto keys = keys_of(op.resident);
  if (op.institution != kSelf && working_.find(op.resident)) {
    if (const auto material = open_material(op.resident, keys ? &*keys : nullptr, seal_context(op), op.sealed)) {
      ++report_.signatures;
      const auto authority =
          check_paper_document(working_, op, {institution, op.key_id, material->document, material->signature});
      if (!authority.ok() || *authority != op.authority) {
        findings_.add("bad_authority", where,
                      "a paper code without a good signature: " +
                          (authority.ok() ? std::string("another document") : authority.error().to_string()));
      } else if (const auto said = parse_paper_document(as_text(material->document)); said.ok()) {
        check_person(said->person, op.resident);
      }
    }
  } else if (!keys) {
    ++report_.unopened;
  }
  if (index_ < places_.size() && op.leaf != places_[index_])
    findings_.add("wrong_shuffle", where, "a leaf is not where the seed puts it");
  if (working_.find(op.resident)) {
    check_leaf(op.leaf, make_paper_leaf(working_, op), institution, keys ? &*keys : nullptr,
               encode_paper_record(op, institution, event_.time), where);
  }
  return fold_operation(working_, op, event_.time, index_);
}

}  // namespace mingma::shard
