#include "http/routes.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "http/static_files.h"
#include "http/testing/test_platform.h"

namespace mingma::http {
namespace {

using testing::outcome;
using testing::TestPlatform;
using testing::where;

class Routes : public ::testing::Test {
 protected:
  void register_resident() { ASSERT_EQ(platform_.post("/v1/residents", R"({"home":"410102"})", me()).status, 201); }
  ClientHeaders me() {
    if (token_.empty()) token_ = platform_.session();
    return platform_.bearer(token_);
  }
  ClientRequest manifest(std::string body = "{}") {
    return {.method = "POST",
            .target = "/v1/submissions",
            .headers = {{"Content-Type", "application/json"}},
            .body = std::move(body)};
  }

  TestPlatform platform_;
  std::string token_;
};

TEST_F(Routes, ShowTheCodeToItsHolderAndOnlySendItWhenItChanged) {
  EXPECT_EQ(outcome(platform_.get("/v1/me/code?device=d")), "401 http.not_signed_in");
  register_resident();
  EXPECT_EQ(outcome(platform_.get("/v1/me/code", me())), "403 service.unknown_device");
  const ClientResponse shown = platform_.get("/v1/me/code?device=d", me());
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(shown.header("etag"), "\"code-1\"");
  ClientHeaders again = me();
  again.emplace_back("If-None-Match", "\"code-1\"");
  const ClientResponse unchanged = platform_.get("/v1/me/code?device=d", again);
  EXPECT_EQ(unchanged.status, 304);
  EXPECT_TRUE(unchanged.body.empty());
  EXPECT_EQ(platform_.get("/v1/me/code?form=paper", me()).status, 200);
  EXPECT_EQ(platform_.post("/v1/me/code", R"({"form":"paper"})", me()).status, 200);
  EXPECT_EQ(outcome(platform_.get("/v1/me/code?form=gold", me())), "400 http.invalid_query");
  EXPECT_EQ(outcome(platform_.get("/v1/me/code?colour=green", me())), "400 http.invalid_query");
}

TEST_F(Routes, SayWhichMemberOfABodyIsWrong) {
  const auto place = [&](std::string body) {
    const ClientResponse response = platform_.post("/v1/residents", std::move(body), me());
    return outcome(response) + " " + where(response);
  };
  EXPECT_EQ(place(R"({"home":"410102","colour":"red"})"), "400 http.invalid_body /colour");
  EXPECT_EQ(place(R"({"home":7})"), "400 http.invalid_body /home");
  EXPECT_EQ(place(R"({"home":"41010"})"), "400 http.invalid_body /home");
  EXPECT_EQ(place("{}"), "400 http.invalid_body ");
  EXPECT_EQ(place("[]"), "400 http.invalid_body ");
  EXPECT_TRUE(place("{").starts_with("400 base.invalid_json"));
  EXPECT_TRUE(place(std::string(100, '[') + std::string(100, ']')).starts_with("400 base.invalid_json"));
  EXPECT_TRUE(place(R"({"home":"410102","home":"410102"})").starts_with("400 base.invalid_json"));
}

TEST_F(Routes, TakeDeclarationsOfTheKindsResidentsMaySign) {
  const std::string good =
      R"({"evidence":{"kind":"health_declaration","declared_at":"2022-08-08T00:00:00Z"},"reference":"r-1"})";
  const ClientResponse taken = platform_.post("/v1/me/declarations", good, me());
  EXPECT_EQ(taken.status, 200) << taken.body;
  const ClientResponse forged = platform_.post(
      "/v1/me/declarations",
      R"({"evidence":{"kind":"case_exclusion","excluded_at":"2022-08-08T00:00:00Z"},"reference":"r-2"})", me());
  EXPECT_EQ(forged.status, 400) << forged.body;
  EXPECT_TRUE(where(forged).starts_with("/evidence")) << forged.body;
}

TEST_F(Routes, ShowReceiptAndHistory) {
  EXPECT_EQ(platform_.get("/v1/me/receipt", me()).status, 200);
  const ClientResponse history = platform_.get("/v1/me/history?limit=2", me());
  EXPECT_EQ(parse_json(history.body)->find("decisions")->array().size(), 2u);
  EXPECT_EQ(outcome(platform_.get("/v1/me/history?limit=501", me())), "400 http.invalid_query");
  EXPECT_EQ(outcome(platform_.get("/v1/me/history?limit=-1", me())), "400 http.invalid_query");
  EXPECT_EQ(platform_.post("/v1/me/devices", R"({"public_key":"AAAA"})", me()).status, 400);
}

TEST_F(Routes, ServeFamilyAndPaperToThoseSignedIn) {
  const std::string nobody(32, '0');
  EXPECT_EQ(outcome(platform_.get("/v1/me/guardians")), "401 http.not_signed_in");
  const std::string consent =
      R"({"self":{"document_type":"resident_id","document_number":"1"},"guardian":{"document_type":"resident_id","document_number":"2"},)"
      R"("relation":"child","until":"2023-01-01T00:00:00Z"})";
  EXPECT_EQ(platform_.post("/v1/me/guardians", consent, me()).status, 201);
  EXPECT_EQ(outcome(platform_.post("/v1/me/guardians", R"({"self":{}})", me())), "400 http.invalid_body");
  EXPECT_EQ(platform_.get("/v1/me/guardians", me()).status, 200);
  EXPECT_EQ(platform_.send({.method = "DELETE", .target = "/v1/me/guardians/" + nobody, .headers = me()}).status, 200);
  EXPECT_EQ(platform_.get("/v1/me/dependants", me()).status, 200);
  EXPECT_EQ(platform_.get("/v1/me/dependants/" + nobody + "/receipt", me()).status, 200);
  EXPECT_EQ(platform_.get("/v1/me/dependants/" + nobody + "/history", me()).status, 200);
  EXPECT_EQ(platform_.get("/v1/me/dependants/" + nobody + "/code?device=d", me()).status, 200);
  EXPECT_EQ(outcome(platform_.get("/v1/me/dependants/" + std::string(32, '1') + "/receipt", me())),
            "403 shard.not_guardian");
  EXPECT_EQ(outcome(platform_.get("/v1/me/dependants/zz/receipt", me())), "404 http.not_found");
  for (const std::string& path : {std::string("/v1/me/paper-codes"), "/v1/me/dependants/" + nobody + "/paper-codes"}) {
    EXPECT_EQ(platform_.post(path, R"({"days":5})", me()).status, 201);
    EXPECT_EQ(outcome(platform_.post(path, R"({"days":31})", me())), "400 http.invalid_body");
    EXPECT_EQ(platform_.get(path, me()).status, 200);
    EXPECT_EQ(platform_.get(path + "/" + std::string(32, 'a'), me()).status, 200);
    EXPECT_EQ(outcome(platform_.get(path + "/" + nobody, me())), "404 shard.unknown_paper");
    const ClientResponse revoked = platform_.send(
        {.method = "DELETE", .target = path + "/" + std::string(32, 'a') + "?reason=lost", .headers = me()});
    EXPECT_EQ(parse_json(revoked.body)->find("reason")->string(), "lost");
  }
  const std::string envelope = R"({"type":"guardianship","document":"{}","signatures":[]})";
  EXPECT_EQ(platform_.post("/v1/guardianships", envelope).status, 201);
  EXPECT_EQ(platform_.post("/v1/paper-codes", envelope).status, 201);
}

TEST_F(Routes, ServeNeighbourProvincesWithoutAnythingPersonal) {
  EXPECT_EQ(platform_.get("/v1/neighbours").status, 200);
  EXPECT_EQ(platform_.get("/v1/neighbours/card").status, 200);
  const ClientResponse exports = platform_.get("/v1/neighbours/exports?acknowledged=false");
  ASSERT_EQ(exports.status, 200);
  const auto listed = parse_json(exports.body);
  EXPECT_EQ(listed->find("items")->array().front().find("at")->string(), "2022-08-08T23:00:00Z") << "to the hour";
  EXPECT_EQ(outcome(platform_.get("/v1/neighbours/exports?acknowledged=true")), "400 http.invalid_query");
  const auto envelope = [](std::string_view type) {
    return R"({"type":")" + std::string(type) + R"(","document":"{}","signatures":[]})";
  };
  EXPECT_EQ(platform_.post("/v1/neighbours/exports", envelope("export")).status, 201);
  EXPECT_EQ(platform_.post("/v1/neighbours/statements", envelope("export_envelope")).status, 200);
  EXPECT_EQ(outcome(platform_.post("/v1/neighbours/statements", envelope("export"))), "403 shard.untrusted_province");
  EXPECT_EQ(platform_.post("/v1/neighbours", envelope("trusted_province")).status, 201);
  EXPECT_EQ(outcome(platform_.post("/v1/neighbours", envelope("policy"))), "400 http.invalid_body");
}

TEST_F(Routes, TakeASubmissionOnlyUnderAFreshSignatureOfAKnownKey) {
  EXPECT_EQ(outcome(platform_.send(manifest())), "401 http.signature_missing");
  const ClientRequest good = platform_.sign(manifest(), "nonce-0001");
  const ClientResponse created = platform_.send(good);
  ASSERT_EQ(created.status, 201) << created.body;
  EXPECT_EQ(created.header("location"), "/v1/submissions/s-1");
  EXPECT_EQ(outcome(platform_.send(good)), "401 http.signature_replayed");
  EXPECT_EQ(platform_.send(platform_.sign(manifest(), "nonce-0002")).status, 201);
  EXPECT_EQ(outcome(platform_.send(platform_.sign(manifest("{\"a\":1}"), "nonce-0003"))), "409 service.conflict");
  EXPECT_EQ(outcome(platform_.send(platform_.sign(manifest(), "nonce-0004", "unknown-key"))),
            "401 service.unknown_key");
  ClientRequest swapped = platform_.sign(manifest(), "nonce-0005");
  swapped.body = "{ }";
  EXPECT_EQ(outcome(platform_.send(swapped)), "400 http.digest_mismatch");
  ClientRequest moved = platform_.sign(manifest(), "nonce-0006");
  moved.target = "/v1/submissions?x=1";
  EXPECT_EQ(outcome(platform_.send(moved)), "401 service.bad_signature");
  const ClientRequest early = platform_.sign(manifest(), "nonce-0007");
  platform_.clock().set(TestPlatform::kNow.plus(301));
  EXPECT_EQ(outcome(platform_.send(early)), "401 http.signature_expired");
}

TEST_F(Routes, ComparePoliciesForAnInstitutionThatSigns) {
  const auto ask = [](std::string body) {
    return ClientRequest{.method = "POST",
                         .target = "/v1/policies/diff",
                         .headers = {{"Content-Type", "application/json"}},
                         .body = std::move(body)};
  };
  const std::string good = R"({"before":"henan@1.0.0","after":"draft","days":3,"audience":"public"})";
  EXPECT_EQ(outcome(platform_.send(ask(good))), "401 http.not_signed_in");
  const ClientResponse answer = platform_.send(platform_.sign(ask(good), "nonce-diff-1"));
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(parse_json(answer.body)->find("days")->array().size(), 4u);
  EXPECT_EQ(parse_json(answer.body)->find("sample"), nullptr);
  EXPECT_EQ(answer.header("cache-control"), "private, no-store");
  const auto refused = [&](std::string body, const std::string& nonce) {
    return outcome(platform_.send(platform_.sign(ask(std::move(body)), nonce)));
  };
  EXPECT_EQ(refused(R"({"before":"a"})", "nonce-diff-2"), "400 http.invalid_body");
  EXPECT_EQ(refused(R"({"before":"a","after":"b","days":91})", "nonce-diff-3"), "400 http.invalid_body");
  EXPECT_EQ(refused(R"({"before":"a","after":"b","who":1})", "nonce-diff-4"), "400 http.invalid_body");
}

TEST_F(Routes, StreamPartsIntoTheServiceAndOutcomesOut) {
  std::string body;
  for (int i = 0; i < 100'000; ++i) body += "{\"resourceType\":\"Observation\"}\n";
  const ClientRequest part{.method = "PUT",
                           .target = "/v1/submissions/s-1/parts/0",
                           .headers = {{"Content-Type", "application/x-ndjson"}},
                           .body = body};
  const ClientResponse done = platform_.send(platform_.sign(part, "nonce-part-1"));
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(platform_.api.part_bytes, body.size());
  EXPECT_EQ(parse_json(done.body)->find("lines")->integer(), 100'000);
  ClientRequest changed = platform_.sign(part, "nonce-part-2");
  changed.body[5] = 'X';
  EXPECT_EQ(outcome(platform_.send(changed)), "400 http.digest_mismatch");
  ClientRequest other = part;
  other.target = "/v1/submissions/s-1/parts/01";
  EXPECT_EQ(outcome(platform_.send(platform_.sign(other, "nonce-part-3"))), "400 http.invalid_query");
  const ClientResponse lines = platform_.send(platform_.sign(
      {.method = "GET", .target = "/v1/submissions/s-1/parts/0/outcomes", .headers = {}}, "nonce-part-4"));
  EXPECT_EQ(lines.header("content-type"), "application/x-ndjson");
  EXPECT_EQ(std::count(lines.body.begin(), lines.body.end(), '\n'), 3);
  platform_.api.outcome_pages = 0;
  EXPECT_EQ(platform_
                .send(platform_.sign({.method = "GET", .target = "/v1/submissions/s-1/parts/0/outcomes", .headers = {}},
                                     "nonce-part-5"))
                .status,
            202);
}

TEST_F(Routes, TakeSignedDocumentsAtThePathOfTheirType) {
  const std::string envelope = R"({"type":"policy","document":"{}","signatures":[{"key":"k","signature":"AAAA"}]})";
  const ClientResponse created = platform_.post("/v1/policies", envelope);
  EXPECT_EQ(created.status, 201) << created.body;
  EXPECT_EQ(platform_.post("/v1/policies", envelope).status, 200);
  const ClientResponse misplaced = platform_.post("/v1/grants", envelope);
  EXPECT_EQ(outcome(misplaced) + " " + where(misplaced), "400 http.invalid_body /type");
}

TEST_F(Routes, ServeThePublicWithoutAnyKey) {
  EXPECT_EQ(parse_json(platform_.get("/v1/policies").body)->find("items")->array().size(), 2u);
  EXPECT_EQ(parse_json(platform_.get("/v1/policies?in_force=true").body)->find("items")->array().size(), 1u);
  EXPECT_EQ(platform_.get("/v1/policies/p-1").status, 200);
  EXPECT_EQ(outcome(platform_.get("/v1/grants/none")), "404 service.not_found");
  EXPECT_EQ(platform_.get("/v1/statistics?area=4101").status, 200);
  EXPECT_EQ(outcome(platform_.get("/v1/statistics?area=zz")), "400 http.invalid_query");
  const ClientResponse pack = platform_.get("/v1/trust-pack");
  EXPECT_EQ(pack.body, "pack");
  EXPECT_EQ(platform_.get("/v1/trust-pack", {{"If-None-Match", std::string(pack.header("etag"))}}).status, 304);
  EXPECT_EQ(platform_.get("/v1/ledger/1/inclusion?leaf=4").status, 200);
  EXPECT_EQ(outcome(platform_.get("/v1/ledger/1/inclusion?leaf=5")), "404 service.not_found");
  EXPECT_EQ(outcome(platform_.get("/v1/ledger/1/inclusion")), "400 http.invalid_query");
  EXPECT_EQ(platform_.get("/v1/ledger/1/consistency?first=1&second=5").status, 200);
  EXPECT_EQ(outcome(platform_.get("/v1/ledger/1/consistency?first=6&second=5")), "400 http.invalid_query");
  EXPECT_EQ(platform_.get("/v1/ledger/keys").status, 200);
}

TEST_F(Routes, AnswerWhoMayChangeACodeHere) {
  EXPECT_EQ(platform_.get("/v1/grants").status, 200);
  const ClientResponse power = platform_.get("/v1/grants?division=410102&kind=contact_finding&at=2022-08-01T00:00:00Z");
  EXPECT_EQ(power.status, 200);
  EXPECT_EQ(parse_json(power.body)->find("division")->string(), "410102");
  EXPECT_EQ(where(platform_.get("/v1/grants?division=4")), "division");
  EXPECT_EQ(where(platform_.get("/v1/grants?division=41&kind=gossip")), "kind");
  EXPECT_EQ(where(platform_.get("/v1/grants?division=41&at=yesterday")), "at");
  EXPECT_EQ(where(platform_.get("/v1/grants?kind=contact_finding")), "kind");  // a kind without a place
}

TEST_F(Routes, TellThePublicAlarmsAndFiguresAndCompareWhatSomebodyFound) {
  for (const char* path : {"/v1/alarms", "/v1/figures", "/v1/alarms?after=6"}) {
    const ClientResponse list = platform_.get(path);
    EXPECT_EQ(list.status, 200) << path;
    EXPECT_EQ(parse_json(list.body)->find("items")->array().size(), 1u);
  }
  EXPECT_EQ(where(platform_.get("/v1/alarms?after=x")), "after");
  EXPECT_EQ(platform_.post("/v1/compare/code", R"({"credential":"AAAA"})").status, 200);
  EXPECT_EQ(where(platform_.post("/v1/compare/code", R"({"credential":"A A"})")), "/credential");
  EXPECT_EQ(platform_.post("/v1/compare/checkpoint", R"({"shard":1,"checkpoint":"c"})").status, 200);
  EXPECT_EQ(where(platform_.post("/v1/compare/checkpoint", R"({"shard":-1,"checkpoint":"c"})")), "/shard");
  EXPECT_EQ(platform_.post("/v1/alarms/endings", R"({"type":"alarm_ending","document":"{}","signatures":[]})").status,
            201);
}

TEST_F(Routes, AnswerAuditorsWhoSign) {
  const auto ask = [&](const std::string& path, const std::string& body, const std::string& nonce) {
    return platform_.send(platform_.sign(
        {.method = "POST", .target = path, .headers = {{"Content-Type", "application/json"}}, .body = body}, nonce));
  };
  EXPECT_EQ(outcome(platform_.post("/v1/oversight/who", "{}")), "401 http.not_signed_in");
  const std::string resident(32, '0');
  EXPECT_EQ(
      ask("/v1/oversight/who", R"({"resident":")" + resident + R"(","purpose":"case 1"})", "nonce-who-1-000000").status,
      200);
  EXPECT_EQ(where(ask("/v1/oversight/who", R"({"resident":"x","purpose":"p"})", "nonce-who-2-000000")), "/resident");
  EXPECT_EQ(where(ask("/v1/oversight/who", R"({"purpose":"p","guess":1})", "nonce-who-3-000000")), "/guess");
  EXPECT_EQ(
      outcome(ask("/v1/oversight/negative", R"({"resident":")" + resident + R"(","purpose":"p","institution":"CDC-1"})",
                  "nonce-not-1-000000")),
      "409 service.it_did");
}

TEST_F(Routes, ServeLedgerFilesAsTheTileSpecificationNamesThem) {
  const ClientResponse checkpoint = platform_.get("/ledger/1/checkpoint");
  EXPECT_EQ(checkpoint.body, "mingma.example/1\n0\n");
  EXPECT_EQ(checkpoint.header("cache-control"), "public, no-cache");
  const ClientResponse tile = platform_.get("/ledger/1/tile/0/x001/067");
  EXPECT_EQ(tile.body, "tile/0/x001/067");
  EXPECT_EQ(tile.header("cache-control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(platform_.get("/ledger/1/tile/entries/000.p/5").status, 200);
  EXPECT_EQ(outcome(platform_.get("/ledger/1/tile/0/x001/068")), "404 service.not_found");
  EXPECT_EQ(outcome(platform_.get("/ledger/9/checkpoint")), "404 service.not_found");
  EXPECT_EQ(outcome(platform_.get("/ledger/1x/checkpoint")), "400 http.invalid_query");
}

TEST_F(Routes, TellTheOperatorHowItIs) {
  EXPECT_EQ(platform_.get("/healthz").status, 200);
  EXPECT_EQ(platform_.get("/readyz").status, 200);
  platform_.api.healthy = false;
  EXPECT_EQ(platform_.get("/readyz").status, 503);
  EXPECT_NE(platform_.get("/metrics").body.find("mingma_http_requests_total{route=\"GET /readyz\",status=\"5xx\"} 1"),
            std::string::npos);
}

// "GET /v1/policies/{id}" for each operation of docs/openapi.yaml, which is written with two blanks a level.
std::set<std::string> documented_operations() {
  std::ifstream in(std::string(MINGMA_SOURCE_DIR) + "/docs/openapi.yaml");
  std::set<std::string> operations;
  std::string path;
  for (std::string line; std::getline(in, line) && line != "components:";) {
    if (line.starts_with("  /")) path = line.substr(2, line.size() - 3);
    for (const std::string_view method : {"get", "put", "post", "delete"}) {
      if (path.empty() || line != "    " + std::string(method) + ":") continue;
      std::string upper(method);
      for (char& c : upper) c = static_cast<char>(c - 32);
      operations.insert(upper + " " + path);
    }
  }
  return operations;
}

TEST_F(Routes, AreAllInTheDocumentAndTheDocumentInventsNone) {
  std::set<std::string> served;
  for (const auto& route : platform_.router().routes()) {
    std::string name = route->name;
    if (name.find(" /oidc/") != std::string::npos) continue;  // the sandbox is no part of the interface
    if (const std::size_t dots = name.find("...}"); dots != std::string::npos) name.erase(dots, 3);
    served.insert(name);
  }
  EXPECT_EQ(served, documented_operations());
}

class Pages : public ::testing::Test {
 protected:
  Pages() : folder_(std::filesystem::temp_directory_path() / ("mingma-pages-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_ / "app/assets");
    write("index.html", "<!doctype html>");
    write("app/index.html", "<!doctype html>app");
    write("app/assets/index-4f3a9c1b.js", "let a;");
    write(".secret.txt", "secret");
    write("app/assets/index-4f3a9c1b.js.gz", "by gzip");
    write("app/assets/index-4f3a9c1b.js.br", "by brotli");
    write("notes.exe", "no");
    write("alone.js.gz", "of nothing");
    std::filesystem::create_symlink("/etc/passwd", folder_ / "passwd.txt");
  }
  ~Pages() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }

  std::filesystem::path folder_;
};

TEST_F(Pages, AreServedFromMemoryWithTheirTypes) {
  const auto files = StaticFiles::load(folder_);
  ASSERT_TRUE(files.ok()) << files.error().to_string();
  EXPECT_EQ(files->count(), 3u);
  Router router;
  files->add_routes(router);
  testing::TestServer server(router);
  Client client(*parse_url(server.url()));
  const auto get = [&](std::string target) { return *client.send({.target = std::move(target), .headers = {}}); };
  const ClientResponse index = get("/");
  EXPECT_EQ(index.header("content-type"), "text/html; charset=utf-8");
  EXPECT_NE(index.header("content-security-policy").find("default-src 'self'"), std::string::npos);
  EXPECT_EQ(get("/app").body, "<!doctype html>app");
  EXPECT_EQ(get("/app/my/receipt").body, "<!doctype html>app");
  EXPECT_EQ(get("/console/cases/7").body, "<!doctype html>");  // without a page of its own, the top one routes
  EXPECT_EQ(get("/app/my/receipt").header("cache-control"), "public, no-cache");
  const ClientResponse script = get("/app/assets/index-4f3a9c1b.js");
  EXPECT_EQ(script.header("content-type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(script.header("cache-control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(script.body, "let a;");
  EXPECT_EQ(script.header("vary"), "Accept-Encoding");
  for (const std::string target : {"/alone.js", "/alone.js.gz", "/.secret.txt", "/notes.exe", "/passwd.txt",
                                   "/app/none.js", "/console/none.js", "/nothing", "/consoles"}) {
    EXPECT_EQ(get(target).status, 404) << target;
  }
  const auto accepting = [&](std::string codings) {
    return *client.send(
        {.target = "/app/assets/index-4f3a9c1b.js", .headers = {{"Accept-Encoding", std::move(codings)}}});
  };
  EXPECT_EQ(accepting("gzip, br").body, "by brotli");
  EXPECT_EQ(accepting("gzip, br").header("content-encoding"), "br");
  EXPECT_EQ(accepting("gzip").body, "by gzip");
  EXPECT_NE(accepting("gzip").header("etag"), script.header("etag"));
  EXPECT_EQ(accepting("gzip;q=0").body, "let a;");
  for (const std::string target : {"/../etc/passwd", "/app/%2e%2e/index.html", "/app/..%2findex.html"}) {
    testing::RawClient raw(server.port());
    EXPECT_EQ(raw.request("GET " + target + " HTTP/1.1\r\nHost: t\r\n\r\n").status, 400) << target;
  }
}

}  // namespace
}  // namespace mingma::http
