// Bulk submissions: a manifest signed once, parts that arrive as streams, an outcome for every line.
//
// A part takes effect only after it was received whole and compared with the manifest: it is spooled to disk
// (encrypted), verified, synced, marked received, then processed. A crash before "received" means: send it again. After
// it: processing resumes at the next start, and ends in the same outcomes. A part that is done answers with its stored
// result. The spool file of a part stays under spool/ after that, sealed under the submission's key, as the evidence of
// what was signed: the audit reads every line of it again. Destroying the submission's key ends it.
//
// Threading: any thread; coroutines come back to the caller's executor. Parsing runs on the pool, syncs on the
// committer. Limits: kPartBytesMax a part, kUploadsMax parts being received, kJobsMax being processed (more wait).
#pragma once

#include <map>
#include <mutex>
#include <set>

#include "service/api.h"
#include "service/directory.h"
#include "service/part_processor.h"

namespace mingma::service {

inline constexpr std::uint64_t kPartBytesMax = 4ull << 30;
inline constexpr std::size_t kUploadsMax = 64;
inline constexpr std::size_t kJobsMax = 2;

class Submissions final {
 public:
  Submissions(PartContext context, std::string spool_path, const Directory& directory, Committer& committer,
              const Clock& clock, Rng& rng);

  Async<SubmissionStatus> create(CreateSubmission request);
  Async<SubmissionStatus> status(std::string id, Caller caller);
  Async<std::unique_ptr<PartUpload>> upload(std::string id, std::uint32_t part, Caller caller);
  Async<OutcomePage> outcomes(std::string id, std::uint32_t part, Caller caller, std::uint64_t first_line);
  // Removes spool files that nothing can read any more (their upload was cut short, or the submission's key was
  // destroyed), then starts the parts that were received and not done. Once, after the shards are open.
  Result<void> resume();

 private:
  friend class Upload;
  class Job;

  Result<SubmissionStatus> status_of(const StoredSubmission& submission) const;
  Result<StoredSubmission> find_for(const std::string& id, const Caller& caller);
  std::shared_ptr<Job> job_for(const StoredSubmission& submission, const PartKey& key, std::vector<Digest> line_hashes);
  void start_jobs();  // requires mutex_
  void job_done(const std::shared_ptr<Job>& job, Result<PartStatus> result);
  void end_upload(const PartKey& key);
  Result<void> sweep_spool();
  template <typename T, typename Work>
  Async<T> on_disk(Work work);

  PartContext context_;
  std::string spool_path_;
  const Directory& directory_;
  Committer& committer_;
  const Clock& clock_;
  Rng& rng_;

  std::mutex mutex_;
  std::set<PartKey> uploading_;                   // guarded by mutex_
  std::map<PartKey, std::shared_ptr<Job>> jobs_;  // guarded by mutex_; waiting and running
  std::size_t running_ = 0;                       // guarded by mutex_
};

}  // namespace mingma::service
