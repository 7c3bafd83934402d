// Oversight with answers of cardboard, beside FakeApi.
#pragma once

#include "service/errors.h"
#include "service/oversight.h"

namespace mingma::http::testing {

class FakeOversight final : public service::Oversight {
 public:
  Result<service::Power> who_may(const service::PowerRequest& request) const override {
    service::Power power;
    power.division = request.division;
    power.at = request.at.value_or(UnixSeconds{1'660'000'000});
    return power;
  }
  service::Async<std::vector<service::NoticeView>> notices(shard::NoticeType type, std::optional<LeafIndex>) override {
    co_return std::vector<service::NoticeView>{
        {type, std::string(32, 'a'), R"({"type":"alarm"})", {1'660'000'000}, {7}, {}}};
  }
  service::Async<service::Comparison> compare_code(Bytes) override {
    co_return service::Comparison{.fits = true, .early = false, .finding = {"一致", "the same"}, .alarm = {}};
  }
  service::Async<service::Comparison> compare_checkpoint(ShardId, std::string) override {
    co_return service::Comparison{.fits = false, .early = false, .finding = {"不同", "another"}, .alarm = "b"};
  }
  service::Async<service::NoticeView> end_alarm(service::SignedDocument ending) override {
    co_return service::NoticeView{shard::NoticeType::kAlarmEnding, "c", ending.document, {}, {}, {}};
  }
  service::Async<std::string> who(service::DossierRequest request) override {
    if (request.purpose.empty()) co_return Error(mingma::errors::kBadRequest, "say what for", "/purpose");
    co_return std::string("{\"question\":\"who\"}");
  }
  service::Async<std::string> negative(service::DossierRequest request) override {
    if (request.accused == "CDC-1") co_return Error(mingma::errors::kItDid, "it did do it");
    co_return std::string("{\"question\":\"negative\"}");
  }
};

}  // namespace mingma::http::testing
