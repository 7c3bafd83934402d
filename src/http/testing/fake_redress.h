// Redress with answers of cardboard, beside FakeApi.
#pragma once

#include <map>
#include <mutex>

#include "service/redress.h"
#include "shard/case_document.h"
#include "shard/errors.h"

namespace mingma::http::testing {

class FakeRedress final : public service::Redress {
 public:
  template <typename T>
  using Async = service::Async<T>;
  static constexpr shard::Ticket kTicket{10 * 1'024 + 1};

  Async<service::CaseView> open_case(service::OpenCase request) override {
    const std::lock_guard guard(mutex_);
    opened_by_staff_ = request.staff.has_value();
    co_return view();
  }
  Async<std::vector<service::CaseView>> list_cases(ResidentId) override {
    std::vector<service::CaseView> out{view()};
    co_return out;
  }
  Async<service::CaseView> resident_case(ResidentId, shard::Ticket ticket) override {
    if (ticket != kTicket) co_return Error(mingma::errors::kShardUnknownCase, "there is no such case");
    co_return view();
  }
  Async<service::CaseView> step_case(service::StepCase request) override {
    if (request.kind == shard::CaseStepKind::kAccepted && !request.staff)
      co_return Error(mingma::errors::kShardNotAuthorised, "staff only");
    co_return view();
  }
  Async<shard::Ticket> submit_case_document(service::SignedDocument document) override {
    const auto reply = shard::parse_case_reply(document.document);
    if (!reply.ok()) co_return reply.error();
    co_return reply->ticket;
  }
  Async<std::vector<service::WorkItem>> worklist(service::StaffCaller, std::string action) override {
    if (!action.empty() && action != "reply") co_return std::vector<service::WorkItem>{};
    service::WorkItem item;
    item.ticket = kTicket;
    item.actions = {"reply"};
    std::vector<service::WorkItem> out{item};
    co_return out;
  }
  Async<service::CaseView> read_case(service::StaffCaller, shard::Ticket ticket) override {
    if (ticket != kTicket) co_return Error(mingma::errors::kShardUnknownCase, "there is no such case");
    co_return view();
  }
  Async<service::LookUpRecorded> record_look_up(service::StaffCaller, ResidentId, service::Purpose) override {
    co_return service::LookUpRecorded{};
  }
  Async<service::LookedUp> look_up(service::StaffCaller, service::LookUpRequest request) override {
    if (!request.person && !request.purpose.ticket) co_return Error(mingma::errors::kShardPurpose, "say whom");
    co_return service::LookedUp{};
  }
  Async<shard::HolderCode> holder_code(ResidentId) override {
    co_return shard::HolderCode{"12345678", UnixSeconds{1'655'000'100}, UnixSeconds{1'655'001'900}};
  }
  Async<std::vector<service::LookUpView>> look_ups_of(ResidentId) override {
    service::LookUpView one;
    one.duty = shard::Duty::kCaller;
    one.flags = shard::kLookUpNoCase;
    std::vector<service::LookUpView> out{one};
    co_return out;
  }

  bool opened_by_staff() {
    const std::lock_guard guard(mutex_);
    return opened_by_staff_;
  }

 private:
  static service::CaseView view() {
    service::CaseView out;
    out.ticket = kTicket;
    out.opened_at = UnixSeconds{1'660'000'000};
    out.actions = {"add", "withdraw"};
    return out;
  }

  std::mutex mutex_;
  bool opened_by_staff_ = false;
};

}  // namespace mingma::http::testing
