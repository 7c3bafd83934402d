// The audit of a whole province at rest: every shard derived again from its log (shard/audit.h), every published
// checkpoint compared with the ledger, every submission compared with what its institution signed.
//
// For submissions: the manifest's signature and digest, each spooled part's digest, count and lines_root, and, line by
// line, that the statements which the shards recorded are those that the signed lines say. So an operator who altered a
// line between the laboratory and the log is found. Submissions whose key was destroyed are counted as unopened. Runs
// on a data directory that no process serves (it holds the lock), or on stores that are at rest. Threading: one caller.
// Memory: one shard's scratch store at a time, as ProvinceConfig::open_store gives it under "audit-N". Errors: only of
// reading and of the scratch stores; everything wrong with what is audited is a finding.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "service/audit_patterns.h"
#include "service/province.h"
#include "shard/audit.h"

namespace mingma::service {

struct ShardAudit {
  ShardId shard{};
  shard::AuditReport report;
  std::uint64_t checkpoints = 0;  // published ones that were compared
};

struct ProvinceAudit {
  std::vector<ShardAudit> shards;
  std::vector<shard::Finding> findings;  // about submissions and checkpoints
  std::uint64_t submissions = 0;
  std::uint64_t parts = 0;
  std::uint64_t lines = 0;
  std::uint64_t unopened = 0;  // submissions whose key was destroyed

  std::vector<Pattern> patterns;  // what honest signatures add up to: for people to look at
  std::uint64_t figures = 0;      // days counted again

  bool clean() const;  // no finding; patterns are none
};

struct AuditProgress {
  std::string step;  // "shard 2", "submissions"
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};

Result<ProvinceAudit> audit_province(const ProvinceConfig& config, Rng& rng,
                                     const std::function<void(const AuditProgress&)>& progress);

}  // namespace mingma::service
