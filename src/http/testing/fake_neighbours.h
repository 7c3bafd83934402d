// A neighbour province of cardboard.
#pragma once

#include "service/neighbour_api.h"
#include "shard/errors.h"

namespace mingma::http::testing {

class FakeNeighbours final : public service::NeighbourApi {
 public:
  Result<Json> card() const override { return Json(Json::Object{{"province", "41"}}); }
  Async<service::ExportView> order_export(service::SignedDocument) override { co_return view(); }
  Async<std::vector<service::ExportView>> exports(bool) override { co_return std::vector<service::ExportView>{view()}; }
  Async<std::vector<service::OutgoingExport>> outbox() override { co_return std::vector<service::OutgoingExport>{}; }
  Async<service::SignedDocument> receive(service::SignedDocument envelope) override {
    if (envelope.type != "export_envelope")
      co_return Error(mingma::errors::kShardUntrustedProvince, "nobody trusts this province here");
    co_return service::SignedDocument{"acknowledgement", "{}", {}};
  }
  Async<service::ExportView> acknowledge(service::SignedDocument) override { co_return view(); }

 private:
  static service::ExportView view() {
    service::ExportView out{.to = {420'000'000}, .basis = "order", .at = {1'660'000'123}};
    return out;
  }
};

}  // namespace mingma::http::testing
