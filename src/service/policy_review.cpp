#include "service/policy_review.h"

#include <algorithm>
#include <map>
#include <optional>
#include <thread>

#include "rules/decide_clock.h"
#include "service/awaiting.h"
#include "service/errors.h"
#include "shard/tables.h"

namespace mingma::service {
namespace {

constexpr std::size_t kPrefectures = 100;                             // two digits of the division code
constexpr std::uint32_t kSliceRows = rules::FactColumns::kBlockRows;  // some milliseconds of a shard's thread

// The smaller of two jurisdictions; one outside the province (a national rule set, a neighbour's) does not limit.
Result<DivisionCode> common_jurisdiction(DivisionCode province, DivisionCode before, DivisionCode after) {
  const bool before_inside = province.contains(before);
  const bool after_inside = province.contains(after);
  if (!before_inside && !after_inside) return province;
  if (!before_inside || before.contains(after)) return after;
  if (!after_inside || after.contains(before)) return before;
  return Error(errors::kBadRequest, "the two policies are for places that have nobody in common", "after");
}

// One shard's part of a comparison: goes over the rows in slices on the shard's executor.
struct ShardDiff : std::enable_shared_from_this<ShardDiff> {
  ShardDiff(ShardRuntime& runtime, std::shared_ptr<const PolicyReview> given, Done<Result<bool>> finished)
      : shard(runtime), review(std::move(given)), tally(review->tally(runtime.id())), done(std::move(finished)) {}

  void post() {
    boost::asio::post(shard.executor(), [self = shared_from_this()] { self->slice(); });
  }
  void slice() {
    if (!shard.serving()) return done(shard.stopped_error());
    const shard::RowTable& rows = shard.machine().rows();
    const auto end = static_cast<std::uint32_t>(std::min<std::size_t>(rows.size(), std::size_t{next} + kSliceRows));
    groups.clear();
    for (shard::RowNumber row{next}; row.value < end; ++row.value)
      groups.push_back(review->group_of(rows.stay(row), rows.home(row), rows.born(row)));
    tally.add(rows.facts(), next, end, groups);
    next = end;
    if (end != rows.size()) return post();
    for (const rules::DiffSampleRow& row : tally.sample()) names[row.row] = rows.resident(shard::RowNumber{row.row});
    done(true);
  }

  ShardRuntime& shard;
  std::shared_ptr<const PolicyReview> review;
  rules::DiffTally tally;
  Done<Result<bool>> done;
  std::uint32_t next = 0;
  std::vector<rules::DiffGroup> groups;
  std::unordered_map<std::uint32_t, ResidentId> names;
};

// Rows of one stopped shard: facts in columns, with what the comparison needs beside them.
struct StoredRows {
  rules::FactColumns facts;
  std::vector<rules::DiffGroup> groups;
  std::vector<ResidentId> residents;
};

Result<StoredRows> read_rows(const store::Reader& reader, const PolicyReview& review,
                             const std::function<void(std::uint64_t)>& progress, std::uint64_t before) {
  StoredRows rows;
  MINGMA_CHECK(reader.scan(shard::kRowsTable, {}, [&](ByteView, ByteView image) -> Result<void> {
    MINGMA_TRY(const shard::Row row, shard::read_row(image));
    rows.facts.append(row.facts);
    rows.groups.push_back(review.group_of(row.stay, row.home, row.born));
    rows.residents.push_back(row.resident);
    if (progress && rows.residents.size() % kSliceRows == 0) progress(before + rows.residents.size());
    return {};
  }));
  return rows;
}

rules::DiffTally tally_on_threads(const PolicyReview& review, ShardId shard, const StoredRows& rows,
                                  std::size_t threads) {
  std::vector<rules::DiffTally> tallies;
  for (std::size_t i = 0; i < threads; ++i) tallies.push_back(review.tally(shard));
  const auto part = [&](std::size_t index) {
    const std::size_t first = rows.groups.size() * index / threads, last = rows.groups.size() * (index + 1) / threads;
    tallies[index].add(rows.facts, first, last, std::span(rows.groups).subspan(first, last - first));
  };
  std::vector<std::thread> workers;
  for (std::size_t i = 1; i < threads; ++i) workers.emplace_back(part, i);
  part(0);
  for (std::thread& worker : workers) worker.join();
  for (std::size_t i = 1; i < threads; ++i) tallies.front().merge(tallies[i]);
  return std::move(tallies.front());
}

}  // namespace

Result<rules::Policy> find_policy(const shard::ControlState& control, const std::string& name_or_document) {
  if (name_or_document.find('{') != std::string::npos) return rules::parse_policy(name_or_document);
  for (std::uint16_t i = 0; i < control.policy_count(); ++i) {
    const rules::Policy& policy = control.policy(shard::PolicyNumber{i});
    if (policy.id + "@" + policy.version.to_string() == name_or_document || hex_encode(policy.hash) == name_or_document)
      return policy;
  }
  return Error(errors::kNoSuchThing, "no such policy is published; give id@version, its hash, or the document",
               name_or_document.substr(0, 100));
}

Result<void> check_may_review(const shard::ControlState& control, const Caller& caller, DivisionCode jurisdiction) {
  using enum shard::InstitutionClass;
  const shard::Institution* institution = control.find_institution(caller.institution);
  if (institution == nullptr) return Error(errors::kForbidden, "no such institution");
  const bool reviewer =
      institution->klass == kCommand || institution->klass == kHealthCommission || institution->klass == kAuditor;
  if (!reviewer || !institution->division.contains(jurisdiction)) {
    return Error(errors::kForbidden,
                 "only a command, a health commission or an auditor compares policies, and only those of its division");
  }
  return {};
}

Result<std::shared_ptr<const PolicyReview>> PolicyReview::make(const shard::ControlState& control,
                                                               const PolicyDiffRequest& request, UnixSeconds now) {
  if (!control.has_genesis()) return Error(errors::kNotReady, "there is no province yet");
  if (request.days < 0 || request.days > rules::kDiffDaysMax)
    return Error(errors::kBadRequest, "0 to " + std::to_string(rules::kDiffDaysMax) + " days", "days");
  if (request.sample > kDiffSampleMax)
    return Error(errors::kBadRequest, "at most " + std::to_string(kDiffSampleMax) + " residents", "sample");
  if (now < rules::kClockMin || now.plus(request.days * kSecondsPerDay) > rules::kClockMax)
    return Error(errors::kBadRequest, "a time between 1970 and 2105 is expected", "at");
  MINGMA_TRY(rules::Policy before, find_policy(control, request.before));
  MINGMA_TRY(rules::Policy after, find_policy(control, request.after));
  std::shared_ptr<PolicyReview> review(new PolicyReview(std::move(before), std::move(after)));
  const DivisionCode province = control.genesis().province;
  MINGMA_TRY(review->jurisdiction_,
             common_jurisdiction(province, review->before_.jurisdiction, review->after_.jurisdiction));
  review->view_ = control.view_at(now);
  const rules::DiffOptions options{.now = now, .days = request.days, .as_dated = request.as_dated};
  MINGMA_TRY(rules::DiffPlan plan, rules::DiffPlan::make(review->before_, review->after_, options));
  review->plan_ = std::make_unique<rules::DiffPlan>(std::move(plan));
  for (std::uint32_t i = 0; i < kPrefectures; ++i) review->places_.push_back({province.value + i * 100'000});
  review->sample_ = request.sample;
  review->audience_ = request.audience;
  return std::shared_ptr<const PolicyReview>(std::move(review));
}

rules::DiffGroup PolicyReview::group_of(DivisionCode stay, DivisionCode home, rules::BirthDecade born) const {
  const DivisionCode province = places_.front();
  const DivisionCode place = province.contains(stay) ? stay : home;
  if (!jurisdiction_.contains(place) || !province.contains(place)) return {};
  for (const shard::PolicyInForce& other : view_->policies) {
    const bool smaller = other.jurisdiction != jurisdiction_ && jurisdiction_.contains(other.jurisdiction);
    if (smaller && other.jurisdiction.contains(place)) return {};
  }
  return {static_cast<std::uint16_t>(place.value / 100'000 % kPrefectures), born};
}

rules::DiffReport PolicyReview::report(const rules::DiffTally& tally,
                                       const std::function<ResidentId(const rules::DiffSampleRow&)>& name) const {
  rules::DiffReport report = rules::make_report(before_, after_, *plan_, tally, places_, audience_);
  if (audience_ == rules::DiffAudience::kPublic) return report;
  for (const rules::DiffSampleRow& row : rules::choose_sample(tally.sample(), sample_)) {
    report.sample.push_back(rules::sample_of(before_, after_, row, places_));
    report.sample.back().resident = name(row).to_string();
  }
  return report;
}

boost::asio::awaitable<Result<rules::DiffReport>> diff_shards(const std::vector<ShardRuntime*>& shards,
                                                              std::shared_ptr<const PolicyReview> review) {
  struct Running {
    std::vector<std::shared_ptr<ShardDiff>> parts;
    std::vector<Later<Result<bool>>> ends;
  };
  Running running;
  running.ends = std::vector<Later<Result<bool>>>(shards.size());
  for (std::size_t i = 0; i < shards.size(); ++i) {
    Later<Result<bool>>& end = running.ends[i];
    running.parts.push_back(
        std::make_shared<ShardDiff>(*shards[i], review, [&end](Result<bool> value) { end.set(std::move(value)); }));
    running.parts.back()->post();
  }
  // All are waited for, whatever one of them says: they write into this frame.
  std::optional<Error> failed;
  for (Later<Result<bool>>& end : running.ends) {
    const Result<bool> value = co_await end.wait();
    if (!value && !failed) failed = value.error();
  }
  if (failed) co_return *failed;
  rules::DiffTally total = review->tally(kControlShard);
  for (const auto& part : running.parts) total.merge(part->tally);
  co_return review->report(total, [&](const rules::DiffSampleRow& row) {
    for (const auto& part : running.parts) {
      if (part->shard.id().value == row.source) return part->names.at(row.row);
    }
    return ResidentId{};
  });
}

Result<std::unique_ptr<shard::ControlState>> read_control_state(const ProvinceConfig& config) {
  const auto tables = shard::shard_tables();
  MINGMA_TRY(const auto store, config.open_store("shard-0", tables));
  auto control = std::make_unique<shard::ControlState>();
  MINGMA_CHECK(store->scan(shard::kControlTable, {}, [&](ByteView, ByteView value) -> Result<void> {
    MINGMA_TRY(shard::PublishedDocument document, shard::ControlState::decode_published(value));
    return control->add(std::move(document));
  }));
  return control;
}

Result<rules::DiffReport> diff_stored(const ProvinceConfig& config, const PolicyReview& review, std::size_t threads,
                                      const std::function<void(std::uint64_t residents)>& progress) {
  const auto tables = shard::shard_tables();
  rules::DiffTally total = review.tally(kControlShard);
  std::map<std::pair<std::uint16_t, std::uint32_t>, ResidentId> names;
  std::uint64_t residents = 0;
  for (std::uint16_t n = 1; n <= config.file.data_shards; ++n) {
    MINGMA_TRY(const auto store, config.open_store("shard-" + std::to_string(n), tables));
    MINGMA_TRY(const StoredRows rows, read_rows(*store, review, progress, residents));
    const rules::DiffTally tally = tally_on_threads(review, ShardId{n}, rows, threads);
    for (const rules::DiffSampleRow& row : tally.sample()) names[{n, row.row}] = rows.residents[row.row];
    total.merge(tally);
    residents += rows.residents.size();
    if (progress) progress(residents);
  }
  return review.report(total, [&](const rules::DiffSampleRow& row) { return names.at({row.source, row.row}); });
}

}  // namespace mingma::service
