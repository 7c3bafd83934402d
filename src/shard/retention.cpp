#include "shard/retention.h"

#include <algorithm>

#include "base/cbor.h"
#include "crypto/digest.h"
#include "rules/policy.h"

namespace mingma::shard {
namespace {

constexpr std::int64_t kDay = 86'400;

template <typename Use>
void each_policy(const ControlState& control, UnixSeconds at, Use use) {
  bool any = false;
  for (std::size_t i = 0; i < control.policy_count(); ++i) {
    const rules::Policy& policy = control.policy(PolicyNumber{static_cast<std::uint16_t>(i)});
    if (!policy.in_force(at)) continue;
    any = true;
    use(policy);
  }
  if (any) return;
  for (std::size_t i = 0; i < control.policy_count(); ++i)
    use(control.policy(PolicyNumber{static_cast<std::uint16_t>(i)}));
}

std::uint32_t longest_days(const ControlState& control, UnixSeconds at) {
  std::uint32_t days = 0;
  for (const rules::EvidenceKindInfo& kind : rules::evidence_schema())
    days = std::max(days, retention_days(control, kind.kind, at));
  return days;
}

// The end of the last policy, when none is in force or to come.
std::optional<UnixSeconds> end_of_policies(const ControlState& control, UnixSeconds at) {
  std::optional<UnixSeconds> end;
  for (std::size_t i = 0; i < control.policy_count(); ++i) {
    const rules::Policy& policy = control.policy(PolicyNumber{static_cast<std::uint16_t>(i)});
    if (at < policy.effective_to) return std::nullopt;
    end = std::max(end.value_or(UnixSeconds{}), policy.effective_to);
  }
  return end;
}

}  // namespace

std::string_view to_string(KeyScope scope) {
  switch (scope) {
    case KeyScope::kBodies:
      return "bodies";
    case KeyScope::kSubmissions:
      return "submissions";
    case KeyScope::kResidents:
      return "residents";
  }
  return "unknown";
}

std::string words_of(const KeysToDestroy& keys) {
  const std::string month = month_text(keys.month);
  switch (keys.scope) {
    case KeyScope::kBodies:
      return "bodies of " + std::string(rules::evidence_kind_info(keys.kind).name) + " received in " + month;
    case KeyScope::kSubmissions:
      return "signed manifests received in " + month;
    case KeyScope::kResidents:
      return "persons registered in " + month;
  }
  return {};
}

std::uint32_t retention_days(const ControlState& control, rules::EvidenceKind kind, UnixSeconds at) {
  std::uint32_t days = 0;
  each_policy(control, at, [&](const rules::Policy& policy) { days = std::max(days, policy.retention.days(kind)); });
  return days;
}

bool is_expired(const ControlState& control, rules::EvidenceKind kind, UnixSeconds received_at, UnixSeconds at) {
  const std::uint32_t days = retention_days(control, kind, at);
  return days > 0 && received_at.plus(days * kDay) <= at;
}

UnixSeconds kept_until(const ControlState& control, rules::EvidenceKind kind, UnixSeconds received_at, UnixSeconds at) {
  return received_at.plus(retention_days(control, kind, at) * kDay);
}

std::string retention_words(const ControlState& control, rules::EvidenceKind kind, UnixSeconds received_at,
                            UnixSeconds at) {
  return std::string(rules::evidence_kind_info(kind).name) + " is kept " +
         std::to_string(retention_days(control, kind, at)) + " days after receipt, until " +
         kept_until(control, kind, received_at, at).to_local_string();
}

std::string end_words(const ControlState& control, UnixSeconds at) {
  const auto last = end_of_policies(control, at);
  const std::uint32_t days = longest_days(control, at);
  if (!last || at < last->plus(days * kDay)) return {};
  return "no policy has been in force since " + last->to_local_string() + "; the longest retention is " +
         std::to_string(days) + " days";
}

bool may_destroy(const ControlState& control, const KeysToDestroy& keys, UnixSeconds at) {
  const UnixSeconds end = month_end(keys.month);
  switch (keys.scope) {
    case KeyScope::kBodies:
      return is_expired(control, keys.kind, end, at);
    case KeyScope::kSubmissions: {
      const std::uint32_t days = longest_days(control, at);
      return days > 0 && end.plus(days * kDay) <= at;
    }
    case KeyScope::kResidents: {
      const auto last = end_of_policies(control, at);
      return last && end <= at && last->plus(longest_days(control, at) * kDay) <= at;
    }
  }
  return false;
}

std::vector<KeysToDestroy> destroyable(const ControlState& control, KeyMonth first, UnixSeconds at) {
  std::vector<KeysToDestroy> out;
  const auto consider = [&](const KeysToDestroy& keys) {
    if (may_destroy(control, keys, at)) out.push_back(keys);
  };
  for (KeyMonth month = first; month_end(month) <= at; ++month.value) {
    for (const rules::EvidenceKindInfo& kind : rules::evidence_schema())
      consider({KeyScope::kBodies, month, kind.kind});
    consider({KeyScope::kSubmissions, month, {}});
    consider({KeyScope::kResidents, month, {}});
  }
  std::sort(out.begin(), out.end());
  return out;
}

Digest expired_digest(const std::vector<ExpiredEvidence>& expired) {
  CborWriter out;
  out.array(2).unsigned_integer(1).array(expired.size());
  for (const ExpiredEvidence& one : expired) {
    out.array(2).unsigned_integer(one.row.value).array(one.statements.size());
    for (const StatementId& id : one.statements) out.bytes(id);
  }
  return crypto::sha256(out.view());
}

Digest destroyed_digest(const KeysToDestroy& keys) {
  CborWriter out;
  out.array(4).unsigned_integer(2).unsigned_integer(static_cast<std::uint8_t>(keys.scope));
  out.unsigned_integer(keys.month.value).unsigned_integer(static_cast<std::uint8_t>(keys.kind));
  return crypto::sha256(out.view());
}

}  // namespace mingma::shard
