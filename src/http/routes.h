// Every route of Mingma's public interface (docs/openapi.yaml), bound to the use cases. No decisions are made here.
//
// Who may call: residents by session (cookie or "Authorization: Bearer"), institutions by HTTP message signature
// (RFC 9421 with a nonce and Content-Digest), officers by a session that a passkey opened or by a message signature
// with an enrolled key file, documents by the signatures inside them, the public by nothing. Call each add_...() once,
// before the server starts. What the dependencies name outlives the router.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/time.h"
#include "http/officer_sessions.h"
#include "http/rate_limiter.h"
#include "http/relying_party.h"
#include "http/replay_window.h"
#include "http/router.h"
#include "http/sessions.h"
#include "service/api.h"
#include "service/oversight.h"
#include "service/redress.h"

namespace mingma::http {

struct RouteDependencies {
  service::Api& api;
  service::Oversight& oversight;
  service::Redress& redress;
  Sessions& sessions;
  OfficerSessions& officers;
  ReplayWindow& replays;
  const Clock& clock;
  // "https://code.example", as residents and institutions write it. Signatures over @target-uri, cookies and the check
  // of Origin depend on it. Empty: what each request says in Host, which is enough for a server on this machine only.
  std::string public_origin;
  RelyingParty* login = nullptr;           // null: nobody can sign in (a server for institutions only)
  RateLimiter* per_institution = nullptr;  // null: no limit
  std::size_t part_bytes_max = 1u << 30;   // of one part of a submission
};

void add_session_routes(Router& router, const RouteDependencies& dependencies);
void add_resident_routes(Router& router, const RouteDependencies& dependencies);
// Guardians, dependants, paper codes.
void add_family_routes(Router& router, const RouteDependencies& dependencies);
// Statements to and from other provinces.
void add_neighbour_routes(Router& router, const RouteDependencies& dependencies);
void add_institution_routes(Router& router, const RouteDependencies& dependencies);
// Officers and their passkeys. Browsers: registration options -> create() -> key entry -> document -> its challenge ->
// get() -> publish; session challenge -> get() -> session.
void add_officer_routes(Router& router, const RouteDependencies& dependencies);
void add_policy_routes(Router& router, const RouteDependencies& dependencies);
// Cases and look-ups, of residents and staff.
void add_redress_routes(Router& router, const RouteDependencies& dependencies);
void add_public_routes(Router& router, const RouteDependencies& dependencies);
// What auditors ask: who did it, who did not.
void add_oversight_routes(Router& router, const RouteDependencies& dependencies);
// /healthz, /readyz, /metrics. `metrics` gives the Prometheus page; it runs on a worker and must not block.
void add_operator_routes(Router& router, const RouteDependencies& dependencies, std::function<std::string()> metrics);

}  // namespace mingma::http
