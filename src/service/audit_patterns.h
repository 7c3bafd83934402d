// The part of the audit that looks at what honest signatures add up to: patterns (shard/watch.h) found again in the
// logs and compared with the alarms that were raised, and each day's figures counted again from the ledgers. Internal
// to audit.cpp.
//
// A pattern is no fraud and no finding; that its alarm was not raised, an hour after, is one. Patterns are listed with
// what they name, and whether anybody said how they ended.
// Threading: one caller, stores at rest. Errors: of reading.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "shard/audit.h"
#include "shard/control.h"
#include "shard/notice.h"
#include "store/store.h"

namespace mingma::service {

struct Pattern {
  shard::Alarm alarm;
  bool raised = false;
  std::string ending;  // "explained", ...; empty: nobody has said yet
};

struct PatternReport {
  std::vector<Pattern> patterns;
  std::vector<shard::Finding>
      findings;  // "audit.missing_alarm", "audit.unfounded_alarm", "audit.wrong_figures", "audit.second_chain"
  std::uint64_t figures = 0;  // days counted again
};

// `stores`: control shard first.
Result<PatternReport> audit_patterns(const std::vector<std::unique_ptr<store::Store>>& stores,
                                     const shard::ControlState& control);

}  // namespace mingma::service
