// Subcommands of `mingma policy` that stand in files of their own. As in commands.h.
#pragma once

namespace CLI {
class App;
}

namespace mingma::app {

void add_policy_diff(CLI::App& policy, int& status);
void add_policy_tests(CLI::App& policy, int& status);

}  // namespace mingma::app
