// Signing a resident in from a terminal, through the sandbox provider of a demonstration server.
//
// It walks the same authorization-code flow as a browser; a real provider wants a person in a browser, so there the
// session token is given with --session instead.
#pragma once

#include <string>

#include "app/connection.h"
#include "base/error.h"

namespace mingma::app {

struct DemoIdentity {
  std::string document_number;  // a resident ID number
  std::string name;
};

// The session token. Refused by servers without --demo.
Result<std::string> sign_in(Connection& connection, const DemoIdentity& identity);

}  // namespace mingma::app
