// Officers as JSON, for HTTP and the command line. As json.h.
#pragma once

#include "base/json.h"
#include "service/officer_api.h"

namespace mingma::service {

Json to_json(const OfficerCaller& caller);
Json to_json(const OfficerKeyView& key);
Json to_json(const OfficerView& officer);
Json to_json(const HoldView& hold);
Json to_json(const StatementPreviewView& preview);
Json to_json(const ApprovalView& approval);

}  // namespace mingma::service
