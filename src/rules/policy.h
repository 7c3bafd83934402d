// A policy: the numbered, versioned, expiring document by which residents of a jurisdiction are coloured.
//
// Immutable once parsed. Rules are tried in order and the first that is true decides; when none is, the default colour
// holds. The conditions are CertLogic over {"facts": {...}, "now": "..."} (rules/facts.h: to_rule_data).
// parse_policy refuses what cannot be a policy; what can but should not be published is found by rules/policy_lint.h.
//
// Format: docs/rules.md, "Policy document". JSON, UTF-8, at most 1 MiB; unknown and repeated names are refused.
// The document is signed as bytes, so its hash is SHA-256 of exactly the bytes given, spaces included.
// Threading: immutable after parse; any number of readers.
#pragma once

#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/time.h"
#include "rules/certlogic/expression.h"
#include "rules/decision.h"
#include "rules/evidence.h"

namespace mingma::rules {

inline constexpr std::size_t kPolicyBytesMax = 1u << 20;
inline constexpr int kPolicyDaysMax = 90;          // effective_to is at most this long after effective_from
inline constexpr int kCatchAllPolicyDaysMax = 14;  // the same for a policy with a catch-all rule

enum class Language : std::uint8_t { kChinese, kEnglish };

// A text in both languages; neither is empty.
struct LocalText {
  std::string zh;
  std::string en;
  const std::string& in(Language language) const { return language == Language::kChinese ? zh : en; }
};

// "2.0.1"
struct PolicyVersion {
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  std::uint32_t patch = 0;
  auto operator<=>(const PolicyVersion&) const = default;
  std::string to_string() const;
};

// The hands that the statements read by a rule must carry beside the institution's own signature.
struct Hands {
  bool ordered = false;
  bool approved = false;
  bool executed = false;
  bool operator==(const Hands&) const = default;
};

struct Rule {
  std::string id;  // "A1": letters, digits, '.', '-', '_'; at most 32; unique in the policy
  Colour colour = Colour::kGreen;
  Measure measure = Measure::kNone;
  certlogic::Expression when;
  LocalText title;
  LocalText reason;        // on the resident's receipt: why
  LocalText way_out;       // what ends it
  LocalText control_mode;  // what it asks of the resident, in words
  std::string legal_basis;
  Hands hands;
  // The published document that names the persons; only for a rule that matches people by no evidence of their own.
  std::optional<std::string> catch_all_document;
  // Declarations, with the reason; what they excuse is in docs/proofs.md. A resident may come under this rule by
  // waiting alone, such as by a test that has lapsed; and may stay under it until there is new evidence, such as a
  // discharge.
  std::optional<LocalText> worsens_by_waiting;
  std::optional<LocalText> held_until_evidence;
};

// Limits over which statements are held for another body (docs/rules.md, "Brakes"). All are at least 1.
struct Brakes {
  std::uint32_t signer_worse_per_hour = 0;  // residents one signer may make worse
  std::uint32_t signer_worse_per_day = 0;
  std::uint32_t institution_worse_per_hour = 0;
  std::uint32_t institution_worse_per_day = 0;
  std::uint32_t batch_approval_above = 0;  // residents in one batch
  std::uint32_t no_flip_back_days = 0;     // after a correction or a case cleared the resident
  std::uint32_t area_order_population_max = 0;
  std::uint32_t area_order_days_max = 0;
  std::uint32_t hold_lapses_after_hours = 0;
};

// Which of a policy's hands and brakes hold statements back. A document without "enforcement" states them only.
struct Enforcement {
  bool hands = false;
  bool brakes = false;
  std::vector<std::string> approved_by_other_institution;  // rules whose approving hand is of another institution
  bool needs_other_institution(std::string_view rule) const;
};

// Hours from the opening of a case to the end of each step; none is before the one above it.
struct CaseDeadlines {
  std::uint32_t accept_hours = 0;
  std::uint32_t substantiate_hours = 0;
  std::uint32_t decide_hours = 0;
  std::uint32_t reply_hours = 0;
};

// Days for which statements of each kind are kept; every kind has its own.
class Retention {
 public:
  std::uint32_t days(EvidenceKind kind) const { return days_[static_cast<std::size_t>(kind)]; }
  void set(EvidenceKind kind, std::uint32_t days) { days_[static_cast<std::size_t>(kind)] = days; }

 private:
  std::array<std::uint32_t, 32> days_{};
};

struct Policy {
  Digest hash;
  std::string id;  // "henan-demo"
  PolicyVersion version;
  DivisionCode jurisdiction;
  LocalText title;
  std::string document_no;
  UnixSeconds effective_from;
  UnixSeconds effective_to;  // first instant at which it no longer holds
  std::uint32_t fact_schema_version = 0;
  std::vector<Rule> rules;  // at most kRulesMax
  Colour default_colour = Colour::kGreen;
  LocalText default_reason;
  Brakes brakes;
  Enforcement enforcement;
  CaseDeadlines cases;
  Retention retention;
  std::optional<LocalText> notes;
  std::vector<std::string> sources;  // where the wording was read, for restated policies

  bool in_force(UnixSeconds now) const { return effective_from <= now && now < effective_to; }
  // The rule of a decision under this policy, or a null pointer for the default colour.
  const Rule* find_rule(RuleIndex index) const { return index < rules.size() ? &rules[index] : nullptr; }
  std::optional<RuleIndex> index_of(std::string_view rule_id) const;
};

// Error kInvalidPolicy with the place ("/rules/2/when/and/0", "line 3, column 14") of the first thing wrong.
// Also refused: paths that name no fact, a fact schema version other than ours, a life over kPolicyDaysMax.
Result<Policy> parse_policy(std::string_view text);

Result<Colour> parse_colour(std::string_view name);    // "green", "yellow", "red"
Result<Measure> parse_measure(std::string_view name);  // "none", "test_only", ...

}  // namespace mingma::rules
