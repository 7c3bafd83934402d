#include "shard/mandate.h"

#include <algorithm>

namespace mingma::shard {
namespace {

constexpr std::size_t kChainMax = 8;  // as ControlState::authorised

struct Question {
  const ControlState& control;
  rules::EvidenceKind kind;
  DivisionCode area;
  UnixSeconds signed_at;
  UnixSeconds now;
};

bool in_force(const Question& question, const Grant& grant, UnixSeconds at) {
  if (at < grant.from || grant.until <= at) return false;
  const Revocation* revoked = question.control.revocation_of(grant.id);
  return revoked == nullptr || at < revoked->from;
}

bool covers(const Question& question, const Grant& grant) {
  if ((grant.kinds >> static_cast<unsigned>(question.kind) & 1) == 0) return false;
  return std::any_of(grant.areas.begin(), grant.areas.end(),
                     [&](DivisionCode granted) { return granted.contains(question.area); });
}

// Depth first; `chain` is what leads from the institution asked about to `holder`.
void walk(const Question& question, InstitutionNumber holder, std::vector<const Grant*>& chain,
          std::vector<std::vector<const Grant*>>& out) {
  if (chain.size() >= kChainMax || out.size() >= kMandatesMax) return;
  for (const Grant* grant : question.control.grants_of(holder)) {
    if (!chain.empty() && !grant->may_delegate) continue;
    if (!covers(question, *grant) || !in_force(question, *grant, question.signed_at) ||
        !in_force(question, *grant, question.now)) {
      continue;
    }
    if (std::find(chain.begin(), chain.end(), grant) != chain.end()) continue;  // a ring leads nowhere
    chain.push_back(grant);
    if (grant->grantor == kRootGrantor) {
      out.push_back(chain);
    } else {
      walk(question, question.control.institution_number(grant->grantor), chain, out);
    }
    chain.pop_back();
  }
}

void add_parts(const Question& question, InstitutionNumber institution, std::vector<Mandate>& out) {
  std::vector<DivisionCode> parts;
  for (const Grant* grant : question.control.grants_of(institution)) {
    for (const DivisionCode area : grant->areas) {
      if (area != question.area && question.area.contains(area)) parts.push_back(area);
    }
  }
  std::sort(parts.begin(), parts.end());
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  for (const DivisionCode part : parts) {
    if (out.size() >= kMandatesMax) return;
    for (Mandate& mandate :
         mandates_of(question.control, institution, question.kind, part, question.signed_at, question.now))
      out.push_back(std::move(mandate));
  }
}

}  // namespace

std::vector<Mandate> mandates_of(const ControlState& control, InstitutionNumber institution, rules::EvidenceKind kind,
                                 DivisionCode area, UnixSeconds signed_at, UnixSeconds now) {
  const Institution* found = control.institution(institution);
  if (found == nullptr || !may_sign(found->klass, kind)) return {};
  std::vector<std::vector<const Grant*>> chains;
  std::vector<const Grant*> chain;
  walk({control, kind, area, signed_at, now}, institution, chain, chains);
  std::vector<Mandate> out;
  for (auto& each : chains) out.push_back({institution, area, std::move(each)});
  return out;
}

std::vector<Mandate> find_mandates(const ControlState& control, rules::EvidenceKind kind, DivisionCode area,
                                   UnixSeconds at) {
  std::vector<Mandate> whole;
  std::vector<Mandate> parts;
  for (InstitutionNumber number{1}; control.institution(number) != nullptr; ++number.value) {
    if (whole.size() + parts.size() >= kMandatesMax) break;
    std::vector<Mandate> own = mandates_of(control, number, kind, area, at, at);
    if (own.empty() && may_sign(control.institution(number)->klass, kind))
      add_parts({control, kind, area, at, at}, number, parts);
    for (Mandate& mandate : own) whole.push_back(std::move(mandate));
  }
  for (Mandate& mandate : parts) whole.push_back(std::move(mandate));
  if (whole.size() > kMandatesMax) whole.resize(kMandatesMax);
  return whole;
}

}  // namespace mingma::shard
