#include "http/access_log.h"

#include <spdlog/async.h>
#include <spdlog/sinks/rotating_file_sink.h>

#include <memory>

#include "http/errors.h"

namespace mingma::http {
namespace {

constexpr std::size_t kQueueLines = 32'768;
constexpr std::size_t kFileBytesMax = 64u << 20;
constexpr std::size_t kFilesKept = 8;

}  // namespace

Result<std::function<void(const AccessRecord&)>> open_access_log(const std::string& file, const Clock& clock) {
  try {
    auto pool = std::make_shared<spdlog::details::thread_pool>(kQueueLines, 1);
    auto sink = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file, kFileBytesMax, kFilesKept);
    auto logger = std::make_shared<spdlog::async_logger>("access", std::move(sink), pool, spdlog::async_overflow_policy::overrun_oldest);
    logger->set_pattern("%v");
    return std::function<void(const AccessRecord&)>([pool, logger, &clock](const AccessRecord& record) {
      logger->info("{} {} {} {} {} {}", clock.now().to_string(), record.route, record.status, record.request_bytes,
                   record.response_bytes, record.micros);
    });
  } catch (const spdlog::spdlog_ex&) {
    return Error(errors::kCannotServeFiles, "the access log cannot be opened: " + file);
  }
}

}  // namespace mingma::http
