// Family and paper codes of cardboard: one guardian and one sheet.
#pragma once

#include "service/family_api.h"
#include "shard/errors.h"

namespace mingma::http::testing {

class FakeFamily final : public service::FamilyApi {
 public:
  std::string sheet = std::string(32, 'a');

  Async<service::GuardianView> name_guardian(service::NameGuardian request) override {
    service::GuardianView view{.label = request.guardian.document_number, .relation = request.relation};
    view.until = request.until;
    co_return view;
  }
  Async<service::GuardianshipDone> end_guardianship(service::EndGuardianship request) override {
    co_return service::GuardianshipDone{.dependant = request.dependant,
                                        .guardian = request.guardian,
                                        .step = request.by_dependant ? "withdrawn" : "given_up"};
  }
  Async<service::GuardianshipDone> submit_guardianship(service::SignedDocument) override {
    co_return service::GuardianshipDone{.step = "begun"};
  }
  Async<std::vector<service::GuardianView>> guardians(ResidentId) override {
    co_return std::vector<service::GuardianView>(1);
  }
  Async<std::vector<service::DependantView>> dependants(ResidentId) override {
    co_return std::vector<service::DependantView>(1);
  }
  Async<bool> check_guardian(ResidentId dependant, ResidentId) override {
    if (dependant != ResidentId{}) co_return Error(mingma::errors::kShardNotGuardian, "not your dependant");
    co_return true;
  }
  Async<std::shared_ptr<const service::ShownCode>> dependant_code(ResidentId dependant, ResidentId,
                                                                  std::string) override {
    if (dependant != ResidentId{}) co_return Error(mingma::errors::kShardNotGuardian, "not your dependant");
    service::ShownCode code;
    code.json = "{}";
    code.etag = "code-2";
    co_return std::make_shared<const service::ShownCode>(std::move(code));
  }
  Async<service::PaperView> issue_paper(service::PaperOwner, std::int64_t) override { co_return view(sheet); }
  Async<std::vector<service::PaperView>> papers(service::PaperOwner) override {
    co_return std::vector<service::PaperView>{view(sheet)};
  }
  Async<service::PaperView> paper(service::PaperOwner, std::string id) override {
    if (id != sheet) co_return Error(mingma::errors::kShardUnknownPaper, "no such paper code");
    co_return view(id);
  }
  Async<service::PaperView> revoke_paper(service::PaperOwner, std::string id, std::string reason) override {
    if (id != sheet) co_return Error(mingma::errors::kShardUnknownPaper, "no such paper code");
    service::PaperView out = view(id);
    out.state = "revoked";
    out.reason = std::move(reason);
    co_return out;
  }
  Async<service::PaperView> submit_paper(service::SignedDocument) override { co_return view(sheet); }

 private:
  static service::PaperView view(const std::string& id) {
    service::PaperView out{.id = id, .colour = rules::Colour::kGreen};
    out.state = "valid";
    out.issued_by = "holder";
    out.text = "HC1:TEST";
    return out;
  }
};

}  // namespace mingma::http::testing
