// Statements to and from other provinces: proofs, orders, what had to follow, acknowledgements.
#include "shard/audit_event.h"
#include "shard/errors.h"
#include "shard/family_fold.h"
#include "shard/neighbour_fold.h"

namespace mingma::shard {

// What this batch of statements obliges the event to hold after it.
Result<void> EventAuditor::expect_exports(const StatementsOperation& op) {
  for (const StatementEntry& entry : op.entries) {
    MINGMA_TRY(const auto provinces, provinces_to_follow(working_, entry.resident, op.institution, entry));
    for (const DivisionCode to : provinces) {
      expected_exports_.push_back({.resident = entry.resident,
                                   .statement = entry.id,
                                   .to = to,
                                   .basis = ExportBasis::kCorrection,
                                   .institution = op.institution});
    }
  }
  return {};
}

void EventAuditor::check_expectations() {
  for (const ExportOperation& missing : expected_exports_) {
    findings_.add("missing_export", at(missing.resident),
                  "a correction was not given to province " + missing.to.to_string() + ", which has what it corrects");
  }
  if (expected_import_) findings_.add("wrong_operation", at(), "an import does not say where it is from");
}

// The proof of another province, held against our roots' trust once more.
Result<void> EventAuditor::check_imported(const StatementsOperation& op, const StatementsCommand& command) {
  const StatementEntry& entry = op.entries.front();
  const auto checked = check_import(command, working_.control(), event_.time);
  const auto material = decode_export(command.document);
  if (!checked.ok() || !material.ok() || checked->authority.digest != op.authority_digest) {
    findings_.add("bad_authority", at(entry.resident),
                  "an imported statement without a good proof: " +
                      (checked.ok() ? std::string("another material") : checked.error().to_string()));
    return {};
  }
  check_person(checked->proved.person, entry.resident);
  expected_import_ = make_import(*checked, material->origin, entry);
  return {};
}

Result<void> EventAuditor::operation(const ExportOperation& op) {
  check_role(false, "an export");
  const std::string where = at(op.resident);
  if (auto checked = check_export(working_, op); !checked.ok())
    findings_.add("wrong_operation", where, "given away though it may not be: " + checked.error().to_string());
  const std::string institution(family_institution(working_.control(), op.institution));
  const auto keys = keys_of(op.resident);
  if (op.basis == ExportBasis::kCorrection) {
    const bool expected = !expected_exports_.empty() && expected_exports_.front().resident == op.resident &&
                          expected_exports_.front().statement == op.statement &&
                          expected_exports_.front().to == op.to &&
                          expected_exports_.front().institution == op.institution;
    if (expected) {
      expected_exports_.erase(expected_exports_.begin());
    } else {
      findings_.add("wrong_operation", where, "given away as a correction of something that was not");
    }
    if (!keys) ++report_.unopened;
  } else if (const auto material = open_material(op.resident, keys ? &*keys : nullptr,
                                                 export_key(op.resident, op.statement, op.to), op.sealed)) {
    ++report_.signatures;
    const auto authority =
        check_export_order(working_, op, {institution, op.key_id, material->document, material->signature});
    const auto said = parse_export_order(as_text(material->document));
    const auto row = working_.find(op.resident);
    if (!authority.ok() || *authority != op.authority || !said.ok() || !row) {
      findings_.add("bad_authority", where, "given away without the signed order of the institution that stated it");
    } else {
      const auto evidence =
          find_exportable(working_, *row, op.institution, make_record_tag(*keys, said->institution, said->record));
      if (!evidence.ok() || evidence->id != op.statement)
        findings_.add("bad_authority", where, "another statement was given away than the order names");
      check_person(said->person, op.resident);
    }
  }
  if (index_ < places_.size() && op.leaf != places_[index_])
    findings_.add("wrong_shuffle", where, "a leaf is not where the seed puts it");
  check_leaf(op.leaf, make_export_leaf(working_, op.resident, op.institution), institution, keys ? &*keys : nullptr,
             encode_export_record(op, institution, event_.time), where);
  return fold_operation(working_, op, event_.time, index_);
}

Result<void> EventAuditor::operation(const ImportOperation& op) {
  check_role(false, "an import");
  // Without the resident's key, or when nothing came of it, there is nothing to compare with.
  if (expected_import_ && encode_import(*expected_import_, event_.time) != encode_import(op, event_.time))
    findings_.add("wrong_operation", at(op.resident), "an import says another origin than its proof");
  expected_import_.reset();
  return fold_operation(working_, op, event_.time, index_);
}

Result<void> EventAuditor::operation(const AcknowledgeOperation& op) {
  check_role(false, "an acknowledgement");
  const std::string where = at(op.resident);
  if (auto checked = check_acknowledgement(working_, op); !checked.ok())
    findings_.add("bad_authority", where, "an acknowledgement that does not hold: " + checked.error().to_string());
  ++report_.signatures;
  if (index_ < places_.size() && op.leaf != places_[index_])
    findings_.add("wrong_shuffle", where, "a leaf is not where the seed puts it");
  const auto keys = keys_of(op.resident);
  if (!keys) ++report_.unopened;
  check_leaf(op.leaf, make_export_leaf(working_, op.resident, kSelf), "", keys ? &*keys : nullptr,
             encode_acknowledged_record(op, event_.time), where);
  return fold_operation(working_, op, event_.time, index_);
}

}  // namespace mingma::shard
