#include "service/submissions.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/errors.h"
#include "service/errors.h"
#include "service/json.h"

namespace mingma::service {

// One part being processed, with everyone who waits for it.
class Submissions::Job final {
 public:
  Job(StoredSubmission stored, PartKey part, std::vector<Digest> hashes)
      : submission(std::move(stored)), key(std::move(part)), line_hashes(std::move(hashes)) {}

  boost::asio::awaitable<Result<PartStatus>> wait() {
    co_return co_await await_callback<Result<PartStatus>>([this](Done<Result<PartStatus>> done) {
      {
        const std::lock_guard lock(mutex_);
        if (!result_) {
          waiters_.push_back(std::move(done));
          return;
        }
      }
      done(*result_);
    });
  }

  void finish(const Result<PartStatus>& result) {
    std::vector<Done<Result<PartStatus>>> waiters;
    {
      const std::lock_guard lock(mutex_);
      result_ = result;
      waiters.swap(waiters_);
    }
    for (const auto& done : waiters) done(result);
  }

  const StoredSubmission submission;
  const PartKey key;
  std::vector<Digest> line_hashes;
  bool running = false;  // guarded by Submissions::mutex_

 private:
  std::mutex mutex_;
  std::optional<Result<PartStatus>> result_;
  std::vector<Done<Result<PartStatus>>> waiters_;
};

// Receives one part. `job` set: it was received before; bytes are ignored and finish() waits for that job. `done` set:
// likewise.
class Upload final : public PartUpload {
 public:
  Upload(Submissions& owner, StoredSubmission submission, PartKey key)
      : owner_(owner), submission_(std::move(submission)), key_(std::move(key)) {}
  ~Upload() override {
    if (receiving_) owner_.end_upload(key_);
  }

  Result<void> begin() {
    receiving_ = true;
    MINGMA_TRY(SpoolWriter spool,
               SpoolWriter::create(spool_file(owner_.spool_path_, key_), submission_.spool_key, owner_.rng_));
    spool_ = std::make_unique<SpoolWriter>(std::move(spool));
    check_ = std::make_unique<PartCheck>(submission_.manifest, key_.second);
    return {};
  }
  void join(std::shared_ptr<Submissions::Job> job) { job_ = std::move(job); }
  void already(const PartStatus& status) { done_ = status; }

  Result<void> write(ByteView chunk) override {
    if (!check_) return {};
    received_ += chunk.size();
    if (received_ > kPartBytesMax) return Error(errors::kTooLarge, "a part has at most 4 GiB; send more parts");
    check_->push(chunk);
    return spool_->write(chunk);
  }

  Async<PartStatus> finish() override {
    if (done_) co_return *done_;
    if (!job_) {
      if (Result<void> checked = check_->finish(); !checked) co_return std::move(checked).error();
      Result<bool> kept = co_await owner_.on_disk<bool>([this]() -> Result<bool> {
        MINGMA_CHECK(spool_->finish());
        PartStatus status;
        status.state = PartState::kReceived;
        status.lines = submission_.manifest.parts[key_.second].count;
        MINGMA_CHECK(owner_.context_.exchange.put_part(key_, status, store::Durability::kSynced));
        return true;
      });
      if (!kept) co_return std::move(kept).error();
      job_ = owner_.job_for(submission_, key_, check_->take_hashes());
    }
    const std::shared_ptr<Submissions::Job> job = job_;
    co_return co_await job->wait();
  }

 private:
  Submissions& owner_;
  StoredSubmission submission_;
  PartKey key_;
  bool receiving_ = false;
  std::uint64_t received_ = 0;
  std::unique_ptr<SpoolWriter> spool_;
  std::unique_ptr<PartCheck> check_;
  std::shared_ptr<Submissions::Job> job_;
  std::optional<PartStatus> done_;
};

Submissions::Submissions(PartContext context, std::string spool_path, const Directory& directory, Committer& committer,
                         const Clock& clock, Rng& rng)
    : context_(std::move(context)),
      spool_path_(std::move(spool_path)),
      directory_(directory),
      committer_(committer),
      clock_(clock),
      rng_(rng) {}

template <typename T, typename Work>
Async<T> Submissions::on_disk(Work work) {
  co_return co_await await_callback<Result<T>>(
      [this, &work](Done<Result<T>> done) { committer_.run([&work, done = std::move(done)] { done(work()); }); });
}

Async<SubmissionStatus> Submissions::create(CreateSubmission request) {
  Result<Manifest> manifest = parse_manifest(as_text(request.manifest));
  if (!manifest) co_return std::move(manifest).error();
  const Result<Caller> caller = directory_.authenticate(request.signature);
  if (!caller) co_return caller.error();
  if (caller->institution != manifest->institution)
    co_return Error(errors::kForbidden, "the manifest names another institution than the one that signed");
  if (Result<void> covered = check_covered_digest(request.signature.base, request.manifest); !covered)
    co_return std::move(covered).error();
  Result<SubmissionStatus> status = co_await on_disk<SubmissionStatus>([&]() -> Result<SubmissionStatus> {
    MINGMA_TRY(const StoredSubmission stored, context_.exchange.create(*manifest, request, clock_.now()));
    return status_of(stored);
  });
  co_return status;
}

Result<SubmissionStatus> Submissions::status_of(const StoredSubmission& submission) const {
  SubmissionStatus status;
  status.id = submission.manifest.submission_id;
  status.institution = submission.manifest.institution;
  status.format = feed::to_string(submission.manifest.format);
  status.created = submission.manifest.created;
  status.complete = true;
  for (std::uint32_t part = 0; part < submission.manifest.parts.size(); ++part) {
    MINGMA_TRY(PartStatus one, context_.exchange.part({status.id, part}));
    one.lines = submission.manifest.parts[part].count;
    status.complete = status.complete && one.state == PartState::kDone;
    status.parts.push_back(one);
  }
  return status;
}

Result<StoredSubmission> Submissions::find_for(const std::string& id, const Caller& caller) {
  MINGMA_TRY(StoredSubmission submission, context_.exchange.find(id));
  // Not "forbidden": others need not know that it exists.
  if (submission.manifest.institution != caller.institution)
    return Error(errors::kNoSuchThing, "no submission has this id");
  return submission;
}

Async<SubmissionStatus> Submissions::status(std::string id, Caller caller) {
  Result<StoredSubmission> submission = find_for(id, caller);
  if (!submission) co_return std::move(submission).error();
  co_return status_of(*submission);
}

Async<std::unique_ptr<PartUpload>> Submissions::upload(std::string id, std::uint32_t part, Caller caller) {
  Result<StoredSubmission> submission = find_for(id, caller);
  if (!submission) co_return std::move(submission).error();
  if (part >= submission->manifest.parts.size()) co_return Error(errors::kNoSuchThing, "the manifest has no such part");
  const PartKey key{id, part};
  Result<PartStatus> status = context_.exchange.part(key);
  if (!status) co_return std::move(status).error();
  auto upload = std::make_unique<Upload>(*this, *submission, key);
  if (status->state == PartState::kDone) {
    upload->already(*status);
  } else if (status->state == PartState::kReceived) {
    upload->join(job_for(*submission, key, {}));
  } else {
    {
      const std::lock_guard lock(mutex_);
      if (uploading_.size() >= kUploadsMax)
        co_return Error(errors::kOverloaded, "too many parts are being received; try again later");
      if (!uploading_.insert(key).second)
        co_return Error(errors::kSubmissionConflict, "this part is being received already");
    }
    if (Result<void> begun = upload->begin(); !begun) co_return std::move(begun).error();
  }
  co_return std::unique_ptr<PartUpload>(std::move(upload));
}

void Submissions::end_upload(const PartKey& key) {
  const std::lock_guard lock(mutex_);
  uploading_.erase(key);
}

std::shared_ptr<Submissions::Job> Submissions::job_for(const StoredSubmission& submission, const PartKey& key,
                                                       std::vector<Digest> line_hashes) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<Job>& job = jobs_[key];
  if (!job) {
    // Hashes of a part that must wait are dropped, so that a long queue needs no memory; they are read again from its
    // spool.
    if (running_ >= kJobsMax) line_hashes = {};
    job = std::make_shared<Job>(submission, key, std::move(line_hashes));
  }
  const std::shared_ptr<Job> result = job;
  start_jobs();
  return result;
}

void Submissions::start_jobs() {
  for (const auto& [key, job] : jobs_) {
    if (running_ >= kJobsMax) return;
    if (job->running) continue;
    job->running = true;
    ++running_;
    auto processor = std::make_shared<PartProcessor>(context_, job->submission, key, spool_file(spool_path_, key),
                                                     std::move(job->line_hashes));
    boost::asio::co_spawn(
        context_.pool,
        [this, processor, held = job]() -> boost::asio::awaitable<void> {
          const Result<PartStatus> result = co_await processor->run();
          job_done(held, result);
        },
        boost::asio::detached);
  }
}

void Submissions::job_done(const std::shared_ptr<Job>& job, Result<PartStatus> result) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.erase(job->key);
    --running_;
    start_jobs();
  }
  job->finish(result);
}

Async<OutcomePage> Submissions::outcomes(std::string id, std::uint32_t part, Caller caller, std::uint64_t first_line) {
  Result<StoredSubmission> submission = find_for(id, caller);
  if (!submission) co_return std::move(submission).error();
  if (part >= submission->manifest.parts.size()) co_return Error(errors::kNoSuchThing, "the manifest has no such part");
  const std::uint64_t lines = submission->manifest.parts[part].count;
  OutcomePage page;
  page.next_line = first_line;
  if (first_line >= lines) {
    const Result<PartStatus> status = context_.exchange.part({id, part});
    if (!status) co_return status.error();
    page.end = status->state == PartState::kDone;
    co_return page;
  }
  Result<std::vector<LineOutcome>> found =
      context_.exchange.outcomes({id, part}, static_cast<std::uint32_t>(first_line));
  if (!found) co_return std::move(found).error();
  for (const LineOutcome& line : *found) {
    if (line.line < first_line) continue;
    page.ndjson += line_to_json(line.line, line.outcome).to_string();
    page.ndjson += '\n';
    page.next_line = line.line + 1;
  }
  page.end = page.next_line >= lines;
  co_return page;
}

// What is there and readable stays: it is what the audit reads the signed lines from.
Result<void> Submissions::sweep_spool() {
  MINGMA_TRY(const std::vector<SpoolFile> files, list_spool_files(spool_path_));
  for (const auto& [path, key] : files) {
    const Result<StoredSubmission> submission = context_.exchange.find(key.first);
    if (!submission && !submission.error().is(errors::kNoSuchThing) && !submission.error().is(errors::kKeyDestroyed))
      return submission.error();
    if (submission) {
      MINGMA_TRY(const PartStatus status, context_.exchange.part(key));
      if (status.state != PartState::kMissing) continue;
    }
    MINGMA_CHECK(remove_spool_file(path));
  }
  return {};
}

Result<void> Submissions::resume() {
  MINGMA_CHECK(sweep_spool());
  MINGMA_TRY(const std::vector<PartKey> unfinished, context_.exchange.unfinished());
  for (const PartKey& key : unfinished) {
    MINGMA_TRY(const StoredSubmission submission, context_.exchange.find(key.first));
    job_for(submission, key, {});
  }
  return {};
}

}  // namespace mingma::service
