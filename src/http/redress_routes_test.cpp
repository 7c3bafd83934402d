#include <gtest/gtest.h>

#include "http/testing/test_platform.h"

namespace mingma::http {
namespace {

using testing::outcome;
using testing::TestPlatform;
using testing::where;

class RedressRoutes : public ::testing::Test {
 protected:
  std::string ticket() const { return shard::ticket_text(testing::FakeRedress::kTicket); }
  ClientResponse signed_post(std::string target, std::string body) {
    ClientRequest request{.method = "POST", .target = std::move(target), .headers = {}, .body = std::move(body)};
    request.headers.emplace_back("Content-Type", "application/json");
    return platform_.send(platform_.sign(std::move(request), "nonce-" + std::to_string(1'000 + ++nonces_)));
  }
  ClientResponse signed_get(std::string target) {
    return platform_.send(platform_.sign({.method = "GET", .target = std::move(target), .headers = {}},
                                         "nonce-" + std::to_string(1'000 + ++nonces_)));
  }

  TestPlatform platform_;
  int nonces_ = 0;
};

TEST_F(RedressRoutes, AResidentOpensReadsAddsAndWithdraws) {
  const auto bearer = platform_.bearer(platform_.session());
  const ClientResponse opened = platform_.post("/v1/me/cases", R"({"text":"I was elsewhere."})", bearer);
  EXPECT_EQ(outcome(opened), "201");
  EXPECT_FALSE(platform_.redress.opened_by_staff());
  EXPECT_NE(opened.body.find("\"ticket\":\"" + ticket() + "\""), std::string::npos);
  EXPECT_EQ(outcome(platform_.get("/v1/me/cases", bearer)), "200");
  EXPECT_EQ(outcome(platform_.get("/v1/me/cases/" + ticket(), bearer)), "200");
  EXPECT_EQ(outcome(platform_.get("/v1/me/cases/0000-000-000", bearer)), "404 shard.unknown_case");
  EXPECT_EQ(outcome(platform_.post("/v1/me/cases/" + ticket() + "/materials", R"({"text":"more"})", bearer)), "200");
  const ClientResponse empty = platform_.post("/v1/me/cases/" + ticket() + "/materials", "{}", bearer);
  EXPECT_EQ(empty.status, 400);
  EXPECT_NE(empty.body.find("text"), std::string::npos) << empty.body;
  EXPECT_EQ(outcome(platform_.post("/v1/me/cases/" + ticket() + "/withdrawal", "{}", bearer)), "200");
  const ClientResponse look_ups = platform_.get("/v1/me/lookups", bearer);
  EXPECT_EQ(outcome(look_ups), "200");
  EXPECT_NE(look_ups.body.find("\"no_case\""), std::string::npos);
  EXPECT_EQ(outcome(platform_.get("/v1/me/cases")), "401 http.not_signed_in");
}

TEST_F(RedressRoutes, StaffWorkOnCasesUnderTheirInstitutionsSignature) {
  EXPECT_EQ(outcome(signed_get("/v1/cases")), "200");
  EXPECT_EQ(outcome(signed_get("/v1/cases/" + ticket())), "200");
  EXPECT_EQ(outcome(signed_post("/v1/cases/" + ticket() + "/acceptance", "{}")), "200");
  const std::string opening =
      R"({"document_type":"resident_id","document_number":"41010219900101001X","channel":"community","consent":"signed"})";
  EXPECT_EQ(outcome(signed_post("/v1/cases", opening)), "201");
  EXPECT_TRUE(platform_.redress.opened_by_staff());
  std::string without = opening;
  without.replace(without.find("signed"), 6, "own");
  const ClientResponse refused = signed_post("/v1/cases", without);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(where(refused), "/consent");
  EXPECT_EQ(outcome(signed_post("/v1/lookups", R"({"duty":"case","ticket":")" + ticket() + R"("})")), "200");
  EXPECT_EQ(where(signed_post("/v1/lookups", R"({"duty":"curiosity"})")), "/duty");
  EXPECT_EQ(platform_.get("/v1/cases").status, 401);
}

TEST_F(RedressRoutes, AHolderGetsACodeToReadOutAndStaffUseIt) {
  const ClientResponse code = platform_.post("/v1/me/authorisations", "{}", platform_.bearer(platform_.session()));
  EXPECT_EQ(code.status, 201);
  EXPECT_EQ(platform_.post("/v1/me/authorisations", R"({"for":"me"})", platform_.bearer(platform_.session())).status,
            400);
  EXPECT_NE(code.body.find(R"("code":"1234-5678")"), std::string::npos) << code.body;
  const std::string whom = R"("document_type":"resident_id","document_number":"41010219900101001X")";
  EXPECT_EQ(outcome(signed_post("/v1/lookups", "{" + whom + R"(,"duty":"authorised","authorisation":"1234-5678"})")),
            "200");
  EXPECT_EQ(where(signed_post("/v1/lookups", "{" + whom + R"(,"duty":"caller","authorisation":"1234-5678"})")),
            "/authorisation");
}

TEST_F(RedressRoutes, TheHotlineAsksByTicketOrDocument) {
  const ClientResponse answer = signed_post("/v1/hotline-answers", R"({"ticket":")" + ticket() + R"("})");
  EXPECT_EQ(outcome(answer), "200");
  EXPECT_NE(answer.body.find("\"answer\""), std::string::npos);
  EXPECT_EQ(where(signed_post("/v1/hotline-answers", R"({"ticket":"0000-000-000"})")), "/ticket");
  EXPECT_EQ(outcome(signed_post("/v1/hotline-answers",
                                R"({"document_type":"resident_id","document_number":"41010219900101001X"})")),
            "200");
  EXPECT_EQ(outcome(signed_get("/v1/cases?action=reply")), "200");
  EXPECT_EQ(signed_get("/v1/cases?action=decide").body, R"({"items":[]})");
  EXPECT_EQ(signed_get("/v1/cases?colour=red").status, 400);
}

TEST_F(RedressRoutes, AGuardianActsForADependantAndNobodyElseDoes) {
  const auto bearer = platform_.bearer(platform_.session());
  const std::string dependant = "/v1/me/dependants/" + ResidentId{}.to_string();
  EXPECT_EQ(outcome(platform_.post(dependant + "/cases", "{}", bearer)), "201");
  EXPECT_EQ(outcome(platform_.get(dependant + "/cases/" + ticket(), bearer)), "200");
  EXPECT_EQ(outcome(platform_.get(dependant + "/lookups", bearer)), "200");
  const std::string stranger = "/v1/me/dependants/" + std::string(32, 'e');
  EXPECT_EQ(outcome(platform_.get(stranger + "/cases", bearer)), "403 shard.not_guardian");
  EXPECT_EQ(platform_.get("/v1/me/dependants/nobody/cases", bearer).status, 404);
}

TEST_F(RedressRoutes, SignedRepliesAndDecisionsGoToTheirOwnPaths) {
  service::SignedDocument reply{"case_reply",
                                R"({"type":"case_reply","institution":"cdc-1","ticket":")" + ticket() +
                                    R"(","statement":")" + std::string(64, 'a') +
                                    R"(","answer":"not_substantiated","signed_at":"2022-06-28T05:00:00+08:00"})",
                                {{"k", {1}}}};
  const std::string envelope = service::write_signed_document(reply);
  EXPECT_EQ(outcome(platform_.post("/v1/case-replies", envelope)), "200");
  EXPECT_EQ(platform_.post("/v1/case-decisions", envelope).status, 400);
}

}  // namespace
}  // namespace mingma::http
